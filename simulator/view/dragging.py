"""Dragging: pacers in the pictures of the group, splits and bars in the chart below.

In: events that no control consumed, the scene and where its parts lie. Out: calls on the session's
`direct_edits`, at most one per picture however often the mouse moved; rings, snap lines and words
over the picture. There is no preview: each move simulates the run again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pygame

from simulator.coefficients import LAP_M
from simulator.session import Session
from simulator.session.editor import AHEAD_M, OFFSET_M
from simulator.stage.scene import PacerSlot, Phase, Scene, SplitKnob
from simulator.units import parse_time
from simulator.view.camera import Shot
from simulator.view.controls import ChartControls, sentence
from simulator.view.handles import (
    GRAB_PX,
    IN_LINE_M,
    DragState,
    DragTarget,
    Piece,
    ScreenState,
    Snap,
    cost_words,
    draw_bars,
    draw_handles,
    draw_hint,
    draw_pacers,
    handles_of,
    lengths_of,
    near,
    snapped,
)
from simulator.view.layers.group import KERB_M, StraightTrack
from simulator.view.layout import Layout
from simulator.view.panels.timeline import ChartKind, Plot, bars, heading_box, plot_of
from simulator.view.text import Style
from simulator.view.ui import DOUBLE_CLICK_S

SNAP_M, SNAP_PX = 0.15, 5.0
"""The range of a snap line; the smaller of the two counts."""
STEP_M, FAR_M = 0.1, 0.5
"""How far an arrow key moves a pacer, and with Shift [m]."""
STEP_S, FAR_S = 0.05, 0.5
"""How far an arrow key moves a split, and with Shift [s]."""
MOST_OFFSET_M = 8.0
"""A double click adds a pacer up to this far outside [m], as `simulator.scenario.pacers.Slot`."""
ENDS_M = 10.0
"""Bars end on this grid, and at the laps [m]."""
SLIP_PX = 3
"""A smaller drag moves nothing."""
_COMMANDS = pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META
_ARROWS = {
    pygame.K_LEFT: (-1, 0),
    pygame.K_RIGHT: (1, 0),
    pygame.K_UP: (0, -1),
    pygame.K_DOWN: (0, 1),
}


class DragTool:
    """Dragging in one window.

    Attributes:
        chart: the kind of chart below the stage.
        controls: the controls in its heading.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.chart = ChartKind.GAP
        self.controls = ChartControls(session, self.paste, self._take)
        self._touch = DragState()
        self._view: ScreenState | None = None
        self._clicked: tuple[tuple[int, int], float] = ((-99, -99), -9.0)
        self._now_s = 0.0
        self._is_hand = False

    @property
    def taken(self) -> str | int | None:
        """The pacer's name, or the number of the split, that keys move; None for nothing."""
        return self._touch.taken

    @property
    def holds_pacer(self) -> bool:
        """Whether the mouse drags a pacer."""
        grab = self._touch.grab
        return grab is not None and isinstance(grab.what, PacerSlot) and not grab.end

    @property
    def read_out(self) -> ChartKind | None:
        """The chart whose values the mouse reads; None while the mouse is on a split."""
        view = self._view
        if view is None or self.chart is not ChartKind.PACE:
            return self.chart
        over = any(near(self._touch.pointer, place) for place in self._handles(view))
        return None if over or self._touch.grab is not None else self.chart

    # -- keys ------------------------------------------------------------------------------------

    def next_chart(self) -> None:
        """Show the next chart."""
        self._show(self.chart.next())

    def _show(self, chart: ChartKind) -> None:
        self.let_go()
        self.chart = chart
        self.controls.ui.close()
        if isinstance(self.taken, int) and chart is not ChartKind.PACE:
            self._touch.taken = None

    def next_pacer(self, steps: int) -> None:
        """Select the next pacer from behind to the front, or the one before."""
        if self._view is None or not self._view.pieces:
            self._session.notify("There is no room to show the group.")
            return
        order = sorted(self._view.scene.pacers, key=lambda body: (body.x_m, body.offset_m))
        names = [body.name for body in order if self._view.slot_of(body) is not None]
        if not names:
            self._session.notify("Nobody paces her: double-click the track to add one.")
        elif isinstance(self.taken, str) and self.taken in names:
            self._take(names[(names.index(self.taken) + steps) % len(names)])
        else:
            self._take(names[0 if steps > 0 else -1])

    def paste(self) -> None:
        """Read a plan from the clipboard, and show its paces."""
        try:
            text = pygame.scrap.get_text()
        except pygame.error:
            text = ""
        refusal = (
            self._session.direct_edits.paste(text) if text.strip() else "the clipboard is empty"
        )
        if refusal:
            self._session.notify(sentence(refusal))
        else:
            self._show(ChartKind.PACE)
            finish = self._session.panel_state().splits[-1].cumulative
            count = len(getattr(self._session.scenario.plan, "splits", ()))
            self._session.notify(f"Pasted {count} split{'s' * (count > 1)}, to {finish}.")

    def key_in_field(self, event: pygame.Event, *, again: bool) -> bool:
        """Handle a KEYDOWN while one of its fields has the focus; return whether it was used."""
        ui = self.controls.ui
        if ui.entry is None and ui.focus is None:
            return False
        if event.key == pygame.K_ESCAPE and ui.entry is None:
            ui.leave()
            return True
        consumed = ui.key(event, again=again)
        if ui.entry is None and event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            ui.leave()  # keys move him again
        return consumed

    def key(self, event: pygame.Event) -> bool:
        """Handle a KEYDOWN while something is selected; return whether it was consumed."""
        mods = getattr(event, "mod", 0)
        if self.taken is None or mods & _COMMANDS:
            return False
        if event.key == pygame.K_ESCAPE:
            self._touch.taken = None
        elif event.key in _ARROWS:
            self._nudge(*_ARROWS[event.key], far=bool(mods & pygame.KMOD_SHIFT))
        elif event.key in (pygame.K_DELETE, pygame.K_BACKSPACE):
            self._remove()
        elif event.key == pygame.K_RETURN and isinstance(self.taken, str):
            self._show(ChartKind.PACERS)
            self.controls.name()
        elif event.key == pygame.K_INSERT and (slot := self._slot()) is not None:
            self._say(
                self._session.direct_edits.add(*_within(slot.ahead_m - IN_LINE_M, slot.offset_m))
            )
        else:
            return False
        return True

    def text(self, event: pygame.Event) -> bool:
        """Handle a TEXTINPUT while something is typed."""
        return self.controls.ui.write(event)

    def _nudge(self, x: int, y: int, *, far: bool) -> None:
        """Move the selection by one step of the keys."""
        if isinstance(self.taken, int):
            split = self._split(self.taken)
            if x:
                count = len(self._session.panel_state().splits)
                self._take(min(max(self.taken + x, 0), count - 1))
            elif split is not None:
                time_s = parse_time(split.section) + y * (FAR_S if far else STEP_S)
                self._set_split(self.taken, time_s)
            return
        slot, view = self._slot(), self._view
        if slot is not None and view is not None:
            if view.seen is not None:  # they run upwards there, the outside is on the right
                x, y = -y, x
            else:
                x, y = x * view.way, y * view.way
            step = FAR_M if far else STEP_M
            self._move(slot.number, slot.ahead_m + x * step, slot.offset_m + y * step)

    def _remove(self) -> None:
        if isinstance(self.taken, int):
            self._session.reset_split(self.taken)
        elif self.taken is not None:
            name, self._touch.taken = self.taken, None
            self._say(self._session.direct_edits.remove(name))

    # -- the mouse -------------------------------------------------------------------------------

    def press(self, at: tuple[int, int]) -> None:
        """Leave the open field when a mouse button goes down anywhere else."""
        ui = self.controls.ui
        field = ui.find(ui.typing)
        if field is None or not field.hit((at[0] - ui.origin[0], at[1] - ui.origin[1])):
            ui.leave()

    def pointer(self, event: pygame.Event) -> bool:
        """Handle a mouse event; return whether it was consumed."""
        if event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            self._touch.pointer = event.pos
        ui = self.controls.ui
        if ui.mouse(event) and (ui.hover is not None or ui.holding):
            return True
        if event.type == pygame.MOUSEMOTION and self._touch.grab is not None:
            grab = self._touch.grab
            far = max(abs(a - b) for a, b in zip(event.pos, grab.start, strict=True)) >= SLIP_PX
            grab.at, grab.moved = event.pos, grab.moved or far
            return True
        if event.type == pygame.MOUSEBUTTONUP and self._touch.grab is not None:
            if event.button == pygame.BUTTON_LEFT:
                self._touch.grab.at = event.pos
                self.flush()
                self.let_go()
            return True
        if (
            event.type == pygame.MOUSEBUTTONDOWN
            and self._touch.grab is None
            and self._view is not None
        ):
            return self._down(event.pos, event.button, self._view)
        return False

    def let_go(self) -> None:
        """End any drag."""
        grab, touch = self._touch.grab, self._touch
        if grab is not None:
            touch.grab, touch.snaps, touch.refused = None, (), ""
            self._session.direct_edits.let_go()
            cost_s = self._session.direct_edits.cost_s
            if grab.moved and cost_s is not None:
                words = cost_words(cost_s)
                self._session.notify(f"{words[:1].upper()}{words[1:]}. Ctrl Z takes it back.")

    def _down(self, at: tuple[int, int], button: int, view: ScreenState) -> bool:
        before, self._clicked = self._clicked, (at, self._now_s)
        twice = self._now_s - before[1] <= DOUBLE_CLICK_S and near(at, before[0])
        box = view.layout.timeline
        if box is not None and pygame.Rect(heading_box(box, self.chart, view.style)).collidepoint(
            at
        ):
            self.next_chart()
            return True
        piece = view.piece_at(at)
        if piece is not None:
            return button == pygame.BUTTON_LEFT and self._down_on_track(
                at, view, piece, twice=twice
            )
        if box is None or not pygame.Rect(box).collidepoint(at):
            return False
        if self.chart is ChartKind.PACE:
            return self._down_on_split(at, button, view, twice=twice)
        return self.chart is ChartKind.PACERS and self._down_on_bar(at, view)

    def _down_on_track(
        self, at: tuple[int, int], view: ScreenState, piece: Piece, *, twice: bool
    ) -> bool:
        body, seen = view.under(at), not isinstance(piece, StraightTrack)
        slot = view.slot_of(body) if body is not None else None
        on_track = KERB_M <= piece.place(*at)[1] <= MOST_OFFSET_M
        if body is not None and slot is not None:
            self._take(body.name)
            foot = view.at(piece, *view.drawn(slot.ahead_m, slot.offset_m))
            inset = piece if isinstance(piece, StraightTrack) else None  # it may become flatter
            was = slot.ahead_m, slot.offset_m
            grab = DragTarget(slot, at, at, was, inset=inset, foot=foot)
            self._hold(grab)
        elif twice and on_track:
            self._add_at(*self._snapped(view, piece, at, None)[:2])
            self._clicked = ((-99, -99), -9.0)
        else:
            self._touch.taken = None
            return not seen  # the camera drags the ground
        return True

    def _add_at(self, ahead_m: float, offset_m: float) -> None:
        """Add a pacer and take him, so that the next key moves him, or takes him away again."""
        there = {slot.name for slot in self._session.scene().group.slots}
        self._say(self._session.direct_edits.add(*_within(ahead_m, offset_m)))
        new = [s.name for s in self._session.scene().group.slots if s.name not in there]
        if new:
            self._take(new[0])

    def _down_on_split(
        self, at: tuple[int, int], button: int, view: ScreenState, *, twice: bool
    ) -> bool:
        places = enumerate(self._handles(view))
        number = next((n for n, place in places if near(at, place)), None)
        if number is None:
            return False
        split = self._split(number)
        if split is None:
            return False
        self._take(number)
        if button == pygame.BUTTON_RIGHT:
            self._session.editor.lock_split(number, not split.locked)
        elif button == pygame.BUTTON_LEFT and twice:
            self._session.reset_split(number)
        elif button == pygame.BUTTON_LEFT:
            plot = self._plot(view)
            self._hold(DragTarget(number, at, at, (parse_time(split.section), 0.0), plot=plot))
        return True

    def _down_on_bar(self, at: tuple[int, int], view: ScreenState) -> bool:
        box = view.layout.timeline
        for bar in bars(view.scene, box, view.style.sizes) if box is not None else ():
            reach = pygame.Rect(bar.box).inflate(GRAB_PX, 2)
            if reach.collidepoint(at):
                self._take(bar.slot.name)
                ends = {"from": abs(at[0] - bar.box.x), "until": abs(at[0] - bar.box.right)}
                end = min(ends, key=lambda key: ends[key])
                if ends[end] <= GRAB_PX:
                    self._hold(DragTarget(bar.slot, at, at, (0.0, 0.0), end, self._plot(view)))
                return True
        return False

    def _take(self, what: str | int) -> None:
        if what != self.taken:
            self.controls.ui.close()
        self._touch.taken = what

    def _hold(self, grab: DragTarget) -> None:
        self._touch.grab = grab
        self._session.direct_edits.hold()

    def flush(self) -> None:
        """Apply the drag up to the mouse's present place: it moves often within a picture."""
        grab, view = self._touch.grab, self._view
        if grab is None or view is None:
            return
        if self._session.direct_edits.interrupted:
            self.let_go()
        elif not grab.moved:
            return
        elif isinstance(grab.what, int):
            # the axis from the start of the drag stays, whatever the plan becomes
            per_px = grab.plot.per_px if grab.plot is not None else 0.0
            lengths = lengths_of(self._session.panel_state().splits)
            time_s = (
                grab.was[0] + (grab.at[1] - grab.start[1]) * per_px * lengths[grab.what] / LAP_M
            )
            self._set_split(grab.what, time_s)
        elif grab.end and grab.plot is not None:
            self._set_end(grab, grab.what, grab.plot)
        elif (piece := grab.inset or view.seen) is not None:
            ahead, offset, self._touch.snaps = self._snapped(view, piece, grab.at, grab)
            self._move(grab.what.number, ahead, offset)

    def _move(self, number: int, ahead_m: float, offset_m: float) -> None:
        ahead_m, offset_m = _within(ahead_m, offset_m)
        self._touch.refused = self._session.direct_edits.move(number, ahead_m, offset_m)
        self._touch.moved = self.taken or "", None

    def _set_split(self, number: int, time_s: float) -> None:
        self._touch.refused = ""
        if not self._session.change_split(number, f"{max(time_s, 0.01):.2f}", cumulative=False):
            self._touch.refused = self._session.panel_state().split_problem
        self._touch.moved = number, None

    def _set_end(self, grab: DragTarget, slot: PacerSlot, plot: Plot) -> None:
        """Move the dragged end of a bar to the mouse."""
        metres = plot.metres(grab.at[0])
        near = SNAP_PX * plot.race_m / max(1, plot.box.w)
        lap = round(metres / LAP_M) * LAP_M
        at_m = lap if abs(lap - metres) < near else round(metres / ENDS_M) * ENDS_M
        begin, end = slot.from_m, slot.until_m
        if grab.end == "from":
            begin = max(0.0, at_m)
        else:
            end = None if metres > plot.race_m - near else at_m
        self._touch.refused = self._session.direct_edits.time(slot.number, begin, end)

    # -- where things are ------------------------------------------------------------------------

    def _snapped(
        self, view: ScreenState, piece: Piece, at: tuple[int, int], grab: DragTarget | None
    ) -> tuple[float, float, tuple[Snap, ...]]:
        """Return the place in the formation under the mouse, after snapping, and the snap lines."""
        off = (0.0, 0.0)
        if grab is not None:  # the pacer keeps his offset from the mouse
            off = grab.foot[0] - grab.start[0], grab.foot[1] - grab.start[1]
        along, outside = piece.place(at[0] + off[0], at[1] + off[1])
        ahead, offset = view.in_formation(view.scene.group.centre_m + along, outside)
        own = grab.what.number if grab is not None and isinstance(grab.what, PacerSlot) else -1
        return snapped(view.scene, ahead, offset, own, min(SNAP_M, SNAP_PX / piece.scale))

    def _plot(self, view: ScreenState) -> Plot | None:
        box = view.layout.timeline
        return None if box is None else plot_of(view.scene.chart, box, view.style.sizes, self.chart)

    def _handles(self, view: ScreenState) -> list[tuple[int, int]]:
        plot = self._plot(view)
        return [] if plot is None else handles_of(self._session.panel_state().splits, plot)

    def _split(self, number: int) -> SplitKnob | None:
        splits = self._session.panel_state().splits
        return splits[number] if number < len(splits) else None

    def _slot(self) -> PacerSlot | None:
        """Return the selected pacer's slot as it is now: one picture may bring several keys."""
        if self._view is None or not isinstance(self.taken, str):
            return None
        view = replace(self._view, scene=self._session.scene())
        bodies = [body for body in view.scene.pacers if body.name == self.taken]
        own = [slot for slot in view.scene.group.slots if slot.name == self.taken]
        return view.slot_of(bodies[0]) if bodies else next(iter(own), None)

    def _say(self, refusal: str) -> None:
        if refusal:
            self._session.notify(sentence(refusal))

    def _point(self, view: ScreenState) -> None:
        """Show a hand pointer over things that can be dragged."""
        touch = self._touch
        takes = touch.grab is not None or view.under(touch.pointer) is not None
        if not takes and self.chart is ChartKind.PACE:
            takes = any(near(touch.pointer, place) for place in self._handles(view))
        if takes is not self._is_hand:
            self._is_hand = takes
            with suppress(pygame.error):  # some displays have no such pointers
                shape = pygame.SYSTEM_CURSOR_HAND if takes else pygame.SYSTEM_CURSOR_ARROW
                pygame.mouse.set_cursor(shape)

    # -- pictures --------------------------------------------------------------------------------

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""
        self._now_s += max(0.0, elapsed_s)
        self.controls.ui.tick(max(0.0, elapsed_s))

    def draw(
        self,
        surface: pygame.Surface,
        scene: Scene,
        layout: Layout,
        style: Style,
        shot: Shot,
    ) -> None:
        """Draw over the picture what is selected, dragged or under the mouse."""
        if self._view is not None and layout != self._view.layout:
            self.let_go()  # the mouse is somewhere else in it now
        view = self._view = ScreenState(scene, layout, style, shot)
        self._touch.moved = self._touch.moved[0], self._session.direct_edits.cost_s
        self._point(view)
        if isinstance(self.taken, str) and all(s.name != self.taken for s in scene.group.slots):
            self._touch.taken = None
        for piece in view.pieces:
            surface.set_clip(piece.box)
            draw_pacers(surface, view, piece, self._touch)
            surface.set_clip(None)
        if layout.timeline is not None:
            if self.chart is ChartKind.PACE and (plot := self._plot(view)) is not None:
                splits = self._session.panel_state().splits
                draw_handles(surface, view, splits, plot, self._touch)
            elif self.chart is ChartKind.PACERS:
                draw_bars(surface, view, layout.timeline, self._touch)
            self.controls.draw(surface, layout.timeline, style, self.chart, self._slot())
        if scene.phase is Phase.READY and self._touch.moved[0] == "":
            draw_hint(surface, view)


def _within(ahead_m: float, offset_m: float) -> tuple[float, float]:
    """Return a place clipped to where a slot may be [m]."""
    ahead_m = min(max(ahead_m, AHEAD_M[0]), AHEAD_M[1])
    return ahead_m, min(max(offset_m, OFFSET_M[0]), OFFSET_M[1])
