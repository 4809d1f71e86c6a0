"""What is being looked at and done in the drawer: page, focus, entry, list; what each press means.

In: names of items. Out: calls on the session, and a `Sheet` laid out as the desk is now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.stage.desk import Desk, Knob, KnobKind
from simulator.view.drawer import turning
from simulator.view.drawer.kit import Kit
from simulator.view.drawer.pages import Glance, compose, page_names
from simulator.view.drawer.pieces import STRIP, Item, Key, Look, Sheet
from simulator.view.drawer.popup import Popup
from simulator.view.drawer.turning import Mixed
from simulator.view.layout import Box
from simulator.view.style import Style

_AWAKE_S = 0.4
"""It is drawn anew for so long after anything happened [s of wall clock]."""


class Looking:
    """One drawer without its pixels."""

    def __init__(self, session: Mixed) -> None:
        """Start shut, on the first page."""
        self.session = session
        self.open = False
        self.glance = Glance()
        self.focus: Key | None = None
        self.popup: Popup | None = None
        self.typing: Key | None = None
        self.strip = False
        """The what-if strip is there to be reached by Tab."""
        self.now = 0.0
        self.box: Box | None = None
        """Where it lies when it is out [px of the window]."""
        self.kit: Kit | None = None
        self.sheet: Sheet | None = None
        self._style: Style | None = None
        self._desk: Desk | None = None
        self._laid: tuple[Desk, Glance] | None = None
        self._grip: Knob | None = None
        self._slid = False
        self._wish: tuple[Knob, str] | None = None
        self._awake_until = 0.0

    def item(self, key: Key | None) -> Item | None:
        """Return the item of this name, None if the page has none."""
        return self.sheet.item(key) if self.sheet is not None else None

    def toggle(self, *, by_key: bool = False) -> None:
        """Open or shut it; opened by a key, the first knob is in focus."""
        self.open = not self.open
        self.leave()
        self.focus = None
        self.glance = replace(self.glance, table=False)
        if self.open:
            self.refresh()
            if by_key:
                self.move_focus(1, among_page=True)

    def shut(self) -> None:
        """Close the table if it is open, else the drawer."""
        if self.glance.table:
            self.glance = replace(self.glance, table=False)
            self.wake()
        else:
            self.toggle()

    def leave(self) -> None:
        """Close what is open inside: the entry, the list."""
        self.popup = None
        self.stop_typing()

    def wake(self) -> None:
        """Have it drawn anew for a while."""
        self._awake_until = self.now + _AWAKE_S

    def refresh(self) -> None:
        """Lay the page out anew, as the desk is now."""
        if self.box is None or self._style is None:
            return
        desk = self._desk = self.session.desk()
        if self.sheet is not None and self._laid == (desk, self.glance):
            return
        names = page_names(desk)
        if self.glance.page not in names:
            self.glance = replace(self.glance, page=names[0], scroll=0)
        self.sheet = compose(desk, self.glance, (self.box.w, self.box.h), self._style)
        if self.sheet.scroll != self.glance.scroll:
            self.glance = replace(self.glance, scroll=self.sheet.scroll)
        self._laid = (desk, self.glance)

    def _settle(self) -> None:
        """Let go of what is no longer on the page."""
        if self.focus not in (None, STRIP) and self.item(self.focus) is None:
            self.focus = None
        if self.typing is not None and self.item(self.typing) is None:
            self.stop_typing()
        if self.popup is not None:
            owner = self.item(self.popup.owner)
            if owner is None or owner.knob is None or owner.knob.options != self.popup.options:
                self.popup = None

    # what controls do -------------------------------------------------------------------------

    def use(self, item: Item) -> Any:
        """Return what a control does when it is pressed or dragged."""
        key = item.key
        if item.look is Look.SLIDER:
            return lambda share: self._slide(key, share)
        return lambda: self.press(key)

    def _slide(self, key: Key, share: float) -> None:
        """Turn a knob by hand; its range stays what it was when the hand took hold."""
        knob = self._knob(key)
        if knob is None:
            return
        if self._grip is None or self._grip.path != knob.path:
            self._grip = knob
        knob = replace(knob, low=self._grip.low, high=self._grip.high)
        self.focus = key
        text = turning.written(knob, knob.low + share * (knob.high - knob.low))
        if self._slid:
            self._wish = (knob, text)
        else:
            self._slid = True
            self._change(knob, text)

    def _fulfil(self) -> None:
        """Turn a slider to where the hand has come since: a mouse moves often within a picture."""
        wish, self._wish, self._slid = self._wish, None, False
        if wish is not None:
            self._change(*wish)

    def let_go(self) -> None:
        """The hand has left the slider."""
        self._fulfil()
        self._grip = None

    def step(self, key: Key, steps: int) -> None:
        """Turn a knob by steps, or a choice by options."""
        knob = self._knob(key)
        if knob is None:
            return
        if knob.options:
            self._change(knob, turning.neighbour(knob, steps))
        elif knob.number is not None:
            self._change(knob, turning.stepped(knob, steps))

    def _change(self, knob: Knob, text: str) -> None:
        now = knob.value if knob.number is None else turning.written(knob, knob.number)
        if text not in (knob.value, now):
            self.session.change(knob.path, text)
        self.wake()

    def _knob(self, key: Key | None) -> Knob | None:
        """Return the knob of an item as it stands now, several turns within one picture counted."""
        if key is None or key[0] not in ("knob", "value"):
            return None
        return next((k for k in self.session.desk().knobs if k.path == key[1]), None)

    def press(self, key: Key) -> None:
        """Do what pressing an item means."""
        self.wake()
        item = self.item(key)
        knob = self._knob(key)
        turns = {"tab": lambda: self._turn_to(key[1]), "reset": lambda: self._set_back(key[1:])}
        if key[0] == "option":
            self._choose(int(key[1]))
        elif item is None or not item.enabled:
            return
        elif key[0] in turns:
            turns[key[0]]()
        elif key == ("close",):
            self.toggle()
        elif key == ("table",):
            self.glance = replace(self.glance, table=not self.glance.table)
        elif key[0] == "ask" and item.look is Look.BUTTON:
            self._ask(key, self.session.desk().file if key[1] == "save as" else "")
        elif item.look is Look.VALUE:
            self.type(key)
        elif knob is not None and knob.kind is KnobKind.SWITCH:
            self.session.change(knob.path, turning.flipped(knob))
        elif knob is not None and item.look is Look.CHOICE:
            self._drop_down(key, knob)
        elif knob is None:
            turning.pressed(self.session, key)
            if key == ("add wave",):
                self._show_last_wave()

    def _show_last_wave(self) -> None:
        """Let the newest wave have the focus, so that it is in view."""
        self.refresh()
        items = self.sheet.items if self.sheet is not None else ()
        names = [item for item in items if item.knob is not None and item.key[1].endswith(".name")]
        if names:
            self.focus = names[-1].key
            self.show(self.focus)

    def _ask(self, key: Key, text: str) -> None:
        """Ask for a file's name, below the page."""
        self.leave()
        self.glance = replace(self.glance, asked=key[1], refused={})
        self.refresh()
        self.type(("name", key[1]), text)

    def _turn_to(self, page: str) -> None:
        self.leave()
        self.glance = replace(self.glance, page=page, scroll=0, refused={})

    def _drop_down(self, key: Key, knob: Knob) -> None:
        if self.popup is not None or not knob.options:
            self.popup = None
            return
        at = knob.options.index(knob.value) if knob.value in knob.options else 0
        self.popup = Popup(key, knob.options, at)

    def _choose(self, index: int) -> None:
        if self.popup is None:
            return
        owner, options = self.popup.owner, self.popup.options
        self.popup = None
        knob = self._knob(owner)
        if knob is not None and index < len(options):
            self._change(knob, options[index])

    def _set_back(self, key: Key) -> None:
        """Reset something; the control for it may be gone then, and its focus goes to the thing."""
        if self.focus == ("reset", *key):
            self.focus = key if len(key) > 1 else ("section", "0")
        self.reset(key)

    def reset(self, key: Key) -> None:
        """Set a knob, a section or the plan back to the file's."""
        self.leave()
        refused = {
            k: said for k, said in self.glance.refused.items() if k not in (key, ("reset", *key))
        }
        said = turning.set_back(self.session, key)
        if said:
            refused[key if len(key) > 1 else ("reset", *key)] = said
        self.glance = replace(self.glance, refused=refused)
        self.wake()

    # typing -----------------------------------------------------------------------------------

    def type(self, key: Key, text: str | None = None, *, chosen: bool = True) -> None:
        """Open the entry for an item; without `text` it holds what stands there now."""
        item = self.item(key)
        knob = self._knob(key)
        if knob is not None and item is not None and item.look is Look.SLIDER:
            key = ("value", knob.path)
            item = self.item(key)
        if item is None or self.kit is None:
            return
        self.popup = None
        if text is None:
            text = knob.value if knob is not None else item.text
        self.show(key)
        self.typing = key
        self.kit.type(item.box, text, chosen=chosen)
        self.wake()

    def stop_typing(self) -> None:
        """Close the entry; what was typed is gone."""
        self.typing = None
        if self.kit is not None:
            self.kit.stop_typing()
        if self.glance.asked:
            self.glance = replace(self.glance, asked="")
        self.wake()

    def take_back(self) -> None:
        """Close the entry, and say no more of what was refused in it."""
        key, knob = self.typing, self._knob(self.typing)
        refused = {k: said for k, said in self.glance.refused.items() if k != key}
        forgiven = dict(self.glance.forgiven)
        if knob is not None and knob.problem:
            forgiven[knob.path] = knob.problem
        self.stop_typing()
        self.glance = replace(self.glance, refused=refused, forgiven=forgiven)

    def apply(self) -> bool:
        """Hand what was typed to the session; return whether it took it, else it stays typed."""
        key, kit = self.typing, self.kit
        if key is None or kit is None:
            return True
        text = kit.typed
        knob = self._knob(key)
        refused = {k: said for k, said in self.glance.refused.items() if k != key}
        if knob is not None:
            same = text.strip() == knob.value and not knob.problem
            taken = same or self.session.change(knob.path, text.strip())
        else:
            said = turning.typed(self.session, key, text)
            taken = not said
            if said:
                refused[key] = said
        forgiven = dict(self.glance.forgiven)
        if knob is not None:
            forgiven.pop(knob.path, None)
        self.glance = replace(self.glance, refused=refused, forgiven=forgiven)
        if taken:
            self.stop_typing()
        self.wake()
        return taken

    # the focus --------------------------------------------------------------------------------

    def move_focus(self, steps: int, *, among_page: bool = False) -> None:
        """Let the next control have the focus, or the one before, in a ring."""
        if self.sheet is None:
            self.refresh()
        if self.sheet is None:
            return
        stops = [item for item in self.sheet.items if item.stop and item.enabled]
        keys = [item.key for item in stops]
        if self.strip:
            keys.append(STRIP)
        if not keys:
            return
        if self.focus in keys:
            self.focus = keys[(keys.index(self.focus) + steps) % len(keys)]
        else:
            inside = [item.key for item in stops if item.scrolls]
            first = inside if among_page and inside else keys
            self.focus = first[0 if steps > 0 else -1]
        self.show(self.focus)

    def show(self, key: Key) -> None:
        """Scroll so that an item is in view."""
        item = self.item(key)
        if item is None or self.sheet is None or not item.scrolls:
            return
        view, margin = self.sheet.view, round(0.4 * item.ring.h)
        over = max(0, item.ring.bottom + margin - view.bottom)
        under = max(0, view.y - item.ring.y + margin)
        if over or under:
            self.scroll(over or -under)

    def scroll(self, by: int) -> None:
        """Move the page by so many pixels."""
        scroll = max(0, self.glance.scroll + by)
        self.glance = replace(self.glance, scroll=scroll)
        self.refresh()
        self.wake()
