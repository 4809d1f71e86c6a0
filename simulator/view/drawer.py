"""The drawer of settings: it slides in over the right-hand panels and shows one page.

In: events of the window, elapsed wall time [s]. Out: calls on the session, pixels. While it is
closed it only hands events to the panels; while nothing changes its last picture is copied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pygame

from simulator.session import Session
from simulator.stage.scene import ChartCurve, Comparison, Knob, PanelState, Scene
from simulator.units import without_unit
from simulator.view.camera import ease
from simulator.view.layout import Box, Layout
from simulator.view.pages import Page, changed_pages, page_names, written
from simulator.view.panels.cards import draw_problem, draw_table
from simulator.view.panels.panel import SidePanel, frame, padding
from simulator.view.panels.timeline import ChartKind, TimelineHover
from simulator.view.text import Style
from simulator.view.theme import mix
from simulator.view.ui import Control, Key, Ui

SLIDE_S = 0.18
"""Duration of the slide [s of wall clock]."""
_HINT = "To reset, double-click a label, or click the file's value beside it."


class Drawer:
    """One window's drawer: its page, its open question, the texts it refused.

    It comes before the panels that it may cover, so it also hands them what it leaves of the input.
    """

    def __init__(self, session: Session, side: Mapping[str, SidePanel]) -> None:
        """Start with it closed; `side`: the panels that the painter draws."""
        self.session, self.ui = session, Ui()
        self.open = self.table_open = False
        self.page = self.question = ""
        self.refused: dict[Key, str] = {}
        """Why a text was refused, by the control it was typed for."""
        self.forgiven: dict[str, str] = {}
        """Problems of knobs that Escape dismissed, by path."""
        self.box: Box | None = None
        """Its box when it is open [px of the window]."""
        self._questions: dict[str, tuple[str, Callable[[str], object]]] = {
            "save as": ("save as", session.save_as),
            "save pins": ("save the kept runs as", session.save_pins),
            "load pins": ("load kept runs from", session.load_pins),
            "ghost": ("a scenario or recording", session.add_ghost_file),
        }
        self._hover = TimelineHover()
        self._panels = {**side, "timeline": self._hover}
        self._curves: tuple[ChartCurve, ...] | None = None
        self._out = 0.0
        self._style: Style | None = None
        self._state: PanelState | None = None

    # the window -------------------------------------------------------------------------------

    def place(self, layout: Layout, style: Style) -> None:
        """Set its box in the window, if there is room."""
        box = layout.drawer
        if box != self.box or style is not self._style:
            self.ui.close()
            self.ui.hide()
            self.box, self._style = box, style
            self.open = self.open and box is not None

    @property
    def shown(self) -> bool:
        """Whether any of it can be seen."""
        return self.box is not None and (self.open or self._out > 0)

    @property
    def slides(self) -> bool:
        """Whether it is sliding in or out."""
        return self.box is not None and self._out != float(self.open)

    @property
    def table(self) -> Comparison | None:
        """The comparison, while it is shown."""
        state = self._state if self.open and self.table_open else None
        return state.comparison if state is not None else None

    def toggle(self, *, by_key: bool = False) -> None:
        """Open or close it, if there is room; a key that opens it also focuses the first knob."""
        if self.box is None:
            self.session.notify("The window is too small for the knobs.")
            return
        self.open, self.table_open, self.ui.focus = not self.open, False, None
        self.ui.close()
        self.session.look_at(self.page if self.open else "")
        if self.open:
            state = self.session.panel_state()
            page = self.page or page_names(state)[0]
            first = next((("knob", k.path) for k in state.knobs if k.group == page), None)
            self.ui.focus = first if by_key else None
            self.refresh()
            if by_key and self.ui.focus is None:  # a page without knobs
                self.ui.move_focus(1, scrolled=True)

    def shut(self) -> None:
        """Close the table if it is open, else the drawer."""
        if self.table_open:
            self.switch_table()
        else:
            self.toggle()

    def key(self, event: pygame.Event, *, again: bool) -> bool:
        """Handle a KEYDOWN, `again` while it is held; return whether it was consumed."""
        if self._captured(event):
            return True
        if not self.open:
            return False
        self.refresh()
        if self.ui.key(event, again=again):
            return True
        if event.key == pygame.K_ESCAPE and not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_ALT):
            self.shut()
            return True
        return False

    def _captured(self, event: pygame.Event) -> bool:
        """Return whether an open menu consumed an event."""
        return any(
            bool(panel.handle(event, self.session))
            for panel in self._panels.values()
            if panel.captures
        )

    def text(self, event: pygame.Event) -> bool:
        """Handle a TEXTINPUT while something is typed."""
        return self.open and self.ui.write(event)

    def pointer(self, event: pygame.Event) -> bool:
        """Handle a mouse event; return whether it was consumed."""
        if self._captured(event):
            return True
        if event.type == pygame.MOUSEMOTION:
            self._in_panels(event)
        if not self.open or self.ui.picture is None:
            return False
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            self.refresh()
        return self.ui.mouse(event)

    def click(self, event: pygame.Event) -> bool:
        """Handle a click outside of it: it closes the table, or was for a panel."""
        if self.table is not None:
            self.shut()
            return True
        return self._in_panels(event)

    def _in_panels(self, event: pygame.Event) -> bool:
        return any(panel.handle(event, self.session) for panel in self._panels.values())

    # drawing ----------------------------------------------------------------------------------

    def draw(
        self,
        surface: pygame.Surface,
        scene: Scene,
        layout: Layout,
        style: Style,
        elapsed_s: float,
        chart: ChartKind | None,
    ) -> None:
        """Draw it after `elapsed_s` of wall time [s], its table, and a panel's hint."""
        self._hover.kind = chart
        places = {**dict(layout.side), "timeline": layout.timeline}
        for name, panel in self._panels.items():
            panel.layout(places.get(name), scene, style)
        if self.shown:
            # the first picture of another run is expensive: the drawer follows in the next, also
            # while a fast hand makes every picture show another one
            another = self._curves is not None and scene.chart.curves != self._curves
            self._curves = None if another else scene.chart.curves
            self._slide(surface, elapsed_s, waits=another)
            if self.table is not None:
                draw_table(surface, self.table, layout.stage, style)
        else:
            self._curves = None
            if self.session.file_problem:
                draw_problem(surface, self.session.file_problem, layout, style)
        for panel in self._panels.values():
            panel.draw_over(surface, self.session, self.ui.focus if self.open else None)

    def _slide(self, surface: pygame.Surface, elapsed_s: float, *, waits: bool) -> None:
        """Draw it as far as it has slid in; if it `waits`, unchanged."""
        step = min(max(0.0, elapsed_s), 0.05) / SLIDE_S
        self._out = min(1.0, self._out + step) if self.open else max(0.0, self._out - step)
        self.ui.flush()
        if not self.shown or self.box is None:
            return
        if self.open and (not waits or self.ui.picture is None):
            self.refresh()
        if self.ui.picture is not None:
            hidden = round((1.0 - ease(self._out)) * (surface.get_width() - self.box.x))
            surface.blit(self.ui.picture, (self.box.x + hidden, self.box.y))

    def refresh(self) -> None:
        """Redraw the page if anything changed: an event may follow another in one picture."""
        if self.box is None or self._style is None:
            return
        state = self._state = self.session.panel_state()
        names = page_names(state)
        if self.page not in names:
            self.turn_to(names[0])
        if self.question and self.ui.typing != ("name", self.question):
            self.question = ""
        self.ui.render(self.box, self._style, state, partial(self._paint, state))

    def _paint(self, state: PanelState) -> None:
        ui, sizes = self.ui, self.ui.sizes
        width, height = ui.size
        pad, high = padding(sizes), round(1.85 * sizes.small)
        frame(ui.surface, Box(0, 0, width, height), "", ui.style)
        room = Box(pad, 0, max(1, width - 2 * pad), height)
        top = self._head(state, room)
        foot = Box(room.x, height - round(0.6 * pad) - high, room.w, high)
        note_h = round(2.8 * sizes.caption) if height > 26 * sizes.caption else 0
        note = Box(room.x, foot.y - round(1.5 * sizes.caption) - note_h, room.w, note_h)
        low = note.y - round(0.3 * sizes.small)
        view = Box(room.x - pad // 2, top, room.w + pad, max(1, low - top))
        edge = max(1, round(sizes.unit))
        for y in (view.y - edge, view.bottom):
            ui.surface.fill(ui.theme.edge, (view.x, y, view.w, edge))
        page = Page(self, state, Box(room.x, ui.begin_scroll(view), room.w, 1))
        page.draw(self.page)
        ui.end_scroll(page.y)
        self._foot(state, foot)
        for panel in self._panels.values():
            control = panel.control(self.session)
            if control is not None:  # the last in Tab order
                ui.add(control)
        resets = any(control.key[0] == "reset" for control in ui.controls)
        words = ui.note() or (_HINT if resets else "")
        if note_h and words:
            ui.lines(words, note, sizes.caption, ui.theme.muted, 2)

    def _head(self, state: PanelState, room: Box) -> int:
        """Draw heading, tabs and banner; return where the page begins [px]."""
        ui, px, small = self.ui, self.ui.sizes.caption, self.ui.sizes.small
        high, y = round(1.75 * small), max(4, round(0.45 * padding(ui.sizes)))
        close = Box(room.right - high, y, high, high)
        wide = [ui.width(text, px) + round(1.1 * px) for text in ("from here", "from the gun")]
        gun = Box(close.x - round(0.5 * small) - wide[1], y, wide[1], high)
        here = Box(gun.x - 2 - wide[0], y, wide[0], high)
        if here.x - room.x > 5.5 * px:
            ui.type.caps(ui.surface, "knobs", (room.x, y + high / 2), px, ui.theme.muted)
        only = state.acts_from_gun and not state.from_gun
        whole = "Nothing is left to go on with, or run yet: a change" if only else "A change"
        for name, text, box, note in (
            ("here", "from here", here, "A change goes on from this moment."),
            ("gun", "from the gun", gun, f"{whole} runs the whole attempt again."),
        ):
            press = partial(self.session.set_from_gun, name == "gun")
            control = Control(key=(name,), box=box, note=note)
            control.press = None if only and name == "here" else press
            ui.button(control, text, on=state.acts_from_gun is (name == "gun"), px=px)
        ui.cross(Control(key=("close",), box=close, note="Close the drawer.", press=self.toggle))
        y = self._tabs(state, room, y + high + round(0.4 * small), high)
        return self._banner(state.file_problem, room, y) + round(0.2 * small)

    def _tabs(self, state: PanelState, room: Box, y: int, high: int) -> int:
        """Draw the tabs in as few rows as possible; return where these end [px]."""
        ui, px = self.ui, self.ui.sizes.small
        names, changed = page_names(state), changed_pages(state)
        widest = max(ui.width(name, px) for name in names) + round(0.9 * px)
        rows = math.ceil(len(names) / max(1, (room.w + 2) // (widest + 2)))
        columns = math.ceil(len(names) / rows)
        for i, name in enumerate(names):
            row, column = divmod(i, columns)
            left, right = (room.x + (room.w + 2) * k // columns for k in (column, column + 1))
            box = Box(left, y + row * (high + 2), max(1, right - left - 2), high)
            tab = Control(key=("tab", name), box=box, press=partial(self.turn_to, name))
            ui.button(tab, name, on=name == self.page, changed=name in changed)
        return y + rows * (high + 2)

    def _banner(self, problem: str, room: Box, y: int) -> int:
        """Show the file's problem; return where that ends [px]."""
        if not problem:
            return y
        ui, px = self.ui, self.ui.sizes.caption
        pad, radius = round(0.5 * px), max(3, round(6 * ui.sizes.unit))
        text = Box(room.x + 2 * pad, y + 2 * pad, max(1, room.w - 3 * pad), 1)
        lines = min(4, len(ui.wrap(problem, text.w, px)))
        bed = Box(room.x, y + pad, room.w, round(1.35 * px) * lines + 2 * pad)
        shade = mix(ui.theme.panel, ui.theme.red, 0.24)
        pygame.draw.rect(ui.surface, shade, bed, border_radius=radius)
        ui.surface.fill(ui.theme.red, (bed.x, bed.y, max(2, radius // 2), bed.h))
        ui.lines(problem, text, px, ui.theme.text, 4)
        return bed.bottom + pad

    def _foot(self, state: PanelState, box: Box) -> None:
        """Draw the file's state, and below it the buttons or the open question."""
        ui, sizes, session = self.ui, self.ui.sizes, self.session
        y, left, theme = box.y - round(0.78 * sizes.caption), box.x, ui.theme
        refused = self.refused.get(("name", self.question), "")
        if state.unsaved and not refused:
            radius = max(2, round(0.2 * sizes.body))
            ui.dot((left + radius, y), radius, theme.own)
            left += 3 * radius + 1
        # the reason for refusing a name is directly above its entry
        words = refused or (state.file or "from no file") + ("  not saved" if state.unsaved else "")
        tint = theme.text if state.unsaved else theme.muted
        tint = mix(theme.red, theme.text, 0.25) if refused else tint
        ui.text(words, (left, y), sizes.caption, tint, width=max(1, box.right - left))
        if self.question:
            self._question(box)
            return
        space = max(2, round(0.3 * sizes.small))
        wide = max(1, (box.w - 3 * space) // 4)
        undo, redo = f"Undo {state.can_undo or ''}".strip(), f"Redo {state.can_redo or ''}".strip()
        buttons: tuple[tuple[Key, str, str, Callable[[], object] | None], ...] = (
            (("undo",), undo, _UNDO, session.undo if state.can_undo else None),
            (("redo",), redo, _REDO, session.redo if state.can_redo else None),
            (("save",), "Save", _SAVE, session.save if state.unsaved else None),
            (("ask", "save as"), "Save as …", _SAVE_AS, partial(self.ask, "save as")),
        )
        for i, (key, text, note, press) in enumerate(buttons):
            place = Box(box.x + i * (wide + space), box.y, wide, box.h)
            ui.button(Control(key=key, box=place, note=note, press=press), text)

    def _question(self, box: Box) -> None:
        ui, px, what = self.ui, self.ui.sizes.small, self.question
        text, _ = self._questions[what]
        wide = min(ui.width(text, px), box.w // 2)
        at = (box.x, box.y + box.h / 2)
        ui.text(text, at, px, ui.theme.muted, width=wide + 2)
        left = box.x + wide + px
        name = Control(key=("name", what), box=Box(left, box.y, max(1, box.right - left), box.h))
        name.note, name.accept = "Enter does it, Escape leaves it.", partial(self._named, what)
        ui.field(name, "")

    # what controls do -------------------------------------------------------------------------

    def turn_to(self, page: str) -> None:
        """Show another page."""
        self.ui.close()
        self.page, self.refused, self.ui.scroll = page, {}, 0
        self.session.look_at(page)

    def switch_table(self) -> None:
        """Show or hide the comparison."""
        self.table_open, self.ui.stale = not self.table_open, True

    def add_wave(self) -> None:
        """Add a wave and focus its name, so that it is in view."""
        self.session.add_wave()
        self.refresh()
        names = [c.key for c in self.ui.controls if c.key[0] == "knob" and c.key[1][-5:] == ".name"]
        if names:
            self.ui.focus = names[-1]
            self.ui.show(names[-1])

    def ask(self, what: str) -> None:
        """Ask for a file's name, below the page."""
        self.ui.close()
        self.question, self.refused = what, {}
        self.ui.edit(("name", what), self.session.panel_state().file if what == "save as" else "")
        self.refresh()

    def _named(self, what: str, name: str) -> bool:
        """Use the file name that was entered; a refused one stays, to be mended."""
        refusal = "A file needs a name."
        if name:
            self._questions[what][1](name)
            refusal = self.session.refusal
        self.refused["name", what] = refusal
        self.question = what if refusal else ""
        return not refusal

    def _knob(self, path: str) -> Knob | None:
        """Return a knob's present state, including earlier turns within one picture."""
        return next((knob for knob in self.session.panel_state().knobs if knob.path == path), None)

    def change(self, path: str, text: str) -> None:
        """Change a knob, if the value differs."""
        knob = self._knob(path)
        if knob is not None:
            now = knob.value if knob.number is None else written(knob, knob.number)
            if text not in (knob.value, now):
                self.session.change(path, text)

    def turn(self, path: str, number: float, low: float, high: float) -> None:
        """Turn a slider with the range `low` to `high` to a number."""
        knob = self._knob(path)
        if knob is not None:
            self.change(path, written(replace(knob, low=low, high=high), number))

    def step(self, path: str, steps: int) -> None:
        """Turn a slider by this many of its steps, from its present value."""
        knob = self._knob(path)
        if knob is not None:
            number = (knob.low if knob.number is None else knob.number) + steps * knob.step
            self.change(path, written(knob, min(max(number, knob.low), knob.high)))

    def accept(self, path: str, text: str) -> bool:
        """Apply a value typed for a knob; the state says why it was refused."""
        knob = self._knob(path)
        self.forgiven.pop(path, None)
        if knob is not None:
            text = without_unit(text, knob.unit)
            if text == knob.value and not knob.problem:
                return True
        return self.session.change(path, text)

    def forgive(self, path: str) -> None:
        """Hide a knob's problem: its text was cancelled."""
        knob = self._knob(path)
        if knob is not None and knob.problem:
            self.forgiven[path] = knob.problem

    def accept_split(self, kind: str, index: int, text: str) -> bool:
        """Apply a time typed for a section, or for the `total` up to its end."""
        taken = self.session.change_split(index, text, cumulative=kind == "total")
        self.refused.pop((kind, str(index)), None)
        if not taken:
            problem = (
                self.session.panel_state().split_problem
                or f"{text or 'Nothing'} cannot be run here."
            )
            self.refused[kind, str(index)] = problem
        return taken

    def reset(self, key: Key) -> None:
        """Reset a knob, a section or the plan to the file's; show why if it cannot be.

        The pressed link may be gone then, so the focus moves to the knob itself.
        """
        self.ui.close()
        if self.ui.focus == ("reset", *key):
            self.ui.focus = key if len(key) > 1 else ("section", "0")
        self.refused.pop(key, None)
        if key[0] == "knob":
            self.session.reset(key[1])
        elif not self.session.reset_split(int(key[1]) if len(key) > 1 else None):
            self.refused[key] = self.session.panel_state().split_problem


_UNDO, _REDO = "Take the last change back.", "Make the change again."
_SAVE, _SAVE_AS = "Write the settings to the file.", "Write them to another file."
