"""The controls in the chart's heading: the plan's lock, a pacer's numbers.

In: the chart that is shown, the selected pacer. Out: calls on the session, pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pygame

from simulator.session import Session
from simulator.stage.scene import PacerSlot
from simulator.units import parse_number, without_unit
from simulator.view.layout import Box
from simulator.view.panels.panel import padding
from simulator.view.panels.timeline import ChartKind, controls_width, heading_box
from simulator.view.text import Style
from simulator.view.ui import Control, Ui


class ChartControls:
    """The controls of one window's chart."""

    def __init__(
        self, session: Session, paste: Callable[[], object], take: Callable[[str], object]
    ) -> None:
        """Start with nothing drawn; `paste` reads the clipboard, `take` selects a pacer by name."""
        self.ui = Ui()
        self._session, self._paste, self._take = session, paste, take
        self._surface: pygame.Surface | None = None
        self._shown: object = None
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
            self.ui.controls.clear()
            return
        state = self._session.panel_state()
        head, pad = heading_box(box, chart, style), padding(style.sizes)
        left = head.right if chart is ChartKind.PACERS else box.right - pad - controls_width(style)
        place = Box(left, box.y + 2, max(1, box.right - pad - left), head.h)
        shown = place, chart, slot, state.keep_target, state.by_lap
        if self._surface is None or self._shown != shown or self.ui.stale:
            self._shown = shown
            self._surface = pygame.Surface((place.w, place.h), pygame.SRCALPHA, 32)
            self.ui.origin = (place.x, place.y)
            self.ui.begin(self._surface, style)
            if chart is ChartKind.PACE:
                self._plan_buttons(place, keep=state.keep_target, laps=state.by_lap)
            else:
                self._pacer_fields(place, slot)
            self.ui.end()
            if self._naming and self.ui.find(("pacer", "name")) is not None:
                self._naming = False
                self.ui.edit(("pacer", "name"))
        surface.blit(self._surface, place[:2])

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
