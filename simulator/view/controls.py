"""Controls outside the drawer: the buttons below the timeline, and those in the chart's heading.

In: a box, the scene's state, events; the chart that is shown, the selected pacer. Out: pixels; an
`Action` when a button was pressed: mouse access to the most frequent keys; calls on the session for
the plan's lock and a pacer's numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import pygame

from simulator.session import Session
from simulator.stage.keys import BINDINGS, Action
from simulator.stage.scene import PacerSlot
from simulator.units import parse_number, without_unit
from simulator.view.layout import Box
from simulator.view.panels.cards import key_name
from simulator.view.panels.panel import padding
from simulator.view.panels.timeline import ChartKind, controls_width, heading_box
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour
from simulator.view.ui import Control, Ui


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its action, and its label from long to short."""

    action: Action
    words: tuple[str, ...]
    space_before: bool = False


BUTTONS: tuple[Button, ...] = (
    Button(Action.PLAY_PAUSE, ("Pause", "")),
    Button(Action.SLOWER, ("− slower", "−")),
    Button(Action.NORMAL_RATE, ("1×",)),
    Button(Action.FASTER, ("+ faster", "+")),
    Button(Action.RESTART, ("Restart", "Start", "R")),
    Button(Action.GHOSTS, ("Ghosts", "G"), space_before=True),
    Button(Action.LIGHTS, ("Lights", "L")),
    Button(Action.LABELS, ("Names", "N")),
    Button(Action.CAMERA, ("Camera", "C")),
    Button(Action.DRAWER, ("Knobs", "K"), space_before=True),
    Button(Action.HELP, ("Help", "?")),
    Button(Action.FULLSCREEN, ("Full screen", "Full", "F")),
)


@lru_cache(maxsize=2)
def place(box: Box, style: Style) -> dict[Action, tuple[Box, str]]:
    """Return the box and label of each button: the longest labels that all fit.

    The boxes are relative to the corner of `box` [px].
    """
    px = style.sizes.small
    for level in range(3):
        words = [button.words[min(level, len(button.words) - 1)] for button in BUTTONS]
        pad = round((1.7, 1.2, 0.8)[level] * px)
        wide = [style.type.width(text, SEMIBOLD, px) + pad for text in words]
        wide[0] += round((1.3 if words[0] else 0.8) * px)
        gap = max(2, round(0.45 * px))
        total = sum(wide) + sum(gap * (3 if button.space_before else 1) for button in BUTTONS[1:])
        if total <= box.w:
            break
    placed, x = {}, 0
    for button, each, text in zip(BUTTONS, wide, words, strict=True):
        x += 2 * gap if button.space_before else 0
        if x + each > box.w:
            break
        placed[button.action] = (Box(x, 0, each, box.h), text)
        x += each + gap
    return placed


class Controls:
    """The buttons of one window, redrawn when one of them changes."""

    def __init__(self) -> None:
        self._ui = Ui()
        self._pressed: Action | None = None

    def handle(self, event: pygame.Event) -> tuple[Action | None, bool]:
        """Return the action of an event, and whether a button consumed the event."""
        self._pressed, held = None, self._ui.holding
        self._ui.mouse(event)
        return self._pressed, held or self._ui.holding

    def draw(
        self,
        surface: pygame.Surface,
        box: Box | None,
        style: Style,
        *,
        playing: bool,
        on: frozenset[Action],
        elapsed_s: float,
    ) -> None:
        """Draw the buttons in a box, if there is room for one.

        `playing`: time is running, `on`: the switches that are on.
        """
        self._ui.tick(elapsed_s)
        if box is None:
            self._ui.hide()
            return
        paint = partial(self._paint, place(box, style), playing=playing, on=on)
        surface.blit(self._ui.render(box, style, (playing, on), paint), box)
        self._ui.tooltip(surface)

    def _paint(
        self, places: dict[Action, tuple[Box, str]], *, playing: bool, on: frozenset[Action]
    ) -> None:
        ui, theme, px = self._ui, self._ui.theme, self._ui.sizes.small
        ui.surface.fill(theme.back)
        for action, (box, words) in places.items():
            key = next((key_name(b.keys[0]) for b in BINDINGS if b.action is action), "")
            control = Control(key=(action.name,), box=box, note=f"{action.value} ({key})")
            control.press = lambda action=action: self._press(action)
            if action is not Action.PLAY_PAUSE:
                ui.button(control, words, on=action in on)
                continue
            ui.button(control, "")
            colour = theme.text if ui.hover == control.key else theme.muted
            at = (box.x + round((0.85 if words else 0.5) * px), box.y + box.h / 2)
            _sign(ui.surface, at, px, colour, playing=playing)
            state = ("Pause" if playing else "Play") if words else ""
            ui.text(state, (at[0] + 1.15 * px, at[1]), px, colour, strong=True)

    def _press(self, action: Action) -> None:
        self._pressed = action


def _sign(
    surface: pygame.Surface, at: tuple[float, float], px: int, colour: Colour, *, playing: bool
) -> None:
    """Draw the sign of the button's effect: two bars to pause, a triangle to play."""
    (x, y), half = at, 0.42 * px
    if playing:
        for left in (x, x + 1.05 * half):
            bar = (round(left), round(y - half), max(2, round(0.62 * half)), round(2 * half))
            surface.fill(colour, bar)
    else:
        points = [(x, y - half), (x, y + half), (x + 1.7 * half, y)]
        pygame.draw.polygon(surface, colour, points)
        pygame.draw.aalines(surface, colour, True, points)


# -- in the chart's heading -----------------------------------------------------------------------


class ChartControls:
    """The controls of one window's chart."""

    def __init__(
        self, session: Session, paste: Callable[[], object], take: Callable[[str], object]
    ) -> None:
        """Start with nothing drawn; `paste` reads the clipboard, `take` selects a pacer by name."""
        self.ui = Ui()
        self._session, self._paste, self._take = session, paste, take
        self._naming = False

    def name(self) -> None:
        """Open the entry for the selected pacer's name, as soon as it is shown."""
        self._naming = True

    def draw(
        self,
        surface: pygame.Surface,
        box: Box,
        style: Style,
        chart: ChartKind,
        slot: PacerSlot | None,
    ) -> None:
        """Draw the controls for the chart in a box and the selected pacer."""
        if chart is ChartKind.GAP:
            self.ui.hide()
            return
        state = self._session.panel_state()
        head, pad = heading_box(box, chart, style), padding(style.sizes)
        left = head.right if chart is ChartKind.PACERS else box.right - pad - controls_width(style)
        place = Box(left, box.y + 2, max(1, box.right - pad - left), head.h)
        paint = partial(self._pacer_fields, place, slot)
        if chart is ChartKind.PACE:
            keep, laps = state.keep_target, state.by_lap
            paint = partial(self._plan_buttons, place, keep=keep, laps=laps)
        key = chart, slot, state.keep_target, state.by_lap
        picture = self.ui.render(place, style, key, paint, flags=pygame.SRCALPHA)
        if self._naming and self.ui.find(("pacer", "name")) is not None:
            self._naming = False
            self.ui.edit(("pacer", "name"))
        surface.blit(picture, place[:2])

    def _plan_buttons(self, place: Box, *, keep: bool, laps: bool) -> None:
        session, px = self._session, self.ui.sizes.caption
        rows: tuple[tuple[str, str, bool, Callable[[], object]], ...] = (
            (
                "keep",
                "target kept" if keep else "target moves",
                keep,
                partial(session.set_keep_target, not keep),
            ),
            ("laps", "laps", laps, partial(session.set_by_lap, not laps)),
            ("paste", "paste", False, self._paste),
        )
        wide = [8 * px, 4 * px, 5 * px]
        x = place.w - sum(wide) - 2 * px
        for (name, words, on, press), w in zip(rows, wide, strict=True):
            box = Box(x, 1, w, place.h - 2)
            self.ui.button(Control(key=("chart", name), box=box, press=press), words, on=on, px=px)
            x += w + px

    def _pacer_fields(self, place: Box, slot: PacerSlot | None) -> None:
        """Draw the selected pacer's fields and the buttons."""
        px, x = self.ui.sizes.caption, 0
        hands, ui = self._session.direct_edits, self.ui
        save = Box(place.w - 8 * px, 1, 8 * px, place.h - 2)
        if ui.typing == ("pacer", "file"):
            save = Box(place.w - 18 * px, 1, 18 * px, place.h - 2)
        field = Control(key=("pacer", "file"), box=save, note="Write the formation to a file.")
        field.accept = self._save
        ui.field(field, "save as …")
        if slot is None:
            words = "Take a pacer: click one, or press E. Double-click the track to add one."
            ui.text(words, (0, place.h / 2), px, ui.theme.muted, width=max(1, save.x - px))
            return
        n, until = slot.number, slot.until_m
        move, time = partial(hands.move, n), partial(hands.time, n)

        def number(text: str) -> float:
            return parse_number(without_unit(text, "m"))

        fields = (
            ("name", "", slot.name, 11, lambda text: self._renamed(slot.name, text)),
            ("ahead", "ahead", f"{slot.ahead_m:.2f}", 4, lambda t: move(number(t), slot.offset_m)),
            ("aside", "aside", f"{slot.offset_m:.2f}", 4, lambda t: move(slot.ahead_m, number(t))),
            ("from", "from", f"{slot.from_m:g}", 4, lambda t: time(number(t), until)),
            (
                "until", "until", "end" if until is None else f"{until:g}", 4,
                lambda t: time(slot.from_m, None if t in ("", "end") else number(t)),
            ),
        )  # fmt: skip
        for name, label, text, wide, accept in fields:
            if x + (wide + 3) * px > save.x:
                break
            x += ui.text(label, (x, place.h / 2), px, ui.theme.muted) + px // 3 if label else 0
            box = Box(x, 1, wide * px, place.h - 2)
            ring = box.inset(px // 3, 0)  # clear of the next label
            field = Control(key=("pacer", name), box=box, ring=ring, text=text)
            field.accept = partial(self._accepted, label, accept)
            ui.field(field, text)
            x += box.w + px // 2

    def _accepted(self, label: str, accept: Callable[[str], str], text: str) -> bool:
        """Apply a text typed for a pacer; show why if it is refused."""
        try:
            refusal = accept(text)
        except ValueError as error:
            refusal = str(error)
        if refusal:
            whose = f"{label} " if refusal.startswith("must be") else ""
            self._session.notify(sentence(f"{whose}{refusal}"))
        return not refusal

    def _renamed(self, name: str, new: str) -> str:
        refusal = self._session.direct_edits.rename(name, new)
        if not refusal:
            self._take(new.strip())
        return refusal

    def _save(self, name: str) -> bool:
        if name:
            self._session.save_formation(name)
        return not (name and self._session.refusal)


def sentence(refusal: str) -> str:
    """Return a reason as a notice."""
    return f"{refusal[:1].upper()}{refusal[1:]}."
