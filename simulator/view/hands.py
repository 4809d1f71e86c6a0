"""Hands on the attempt: pacers moved in the group's inset, splits and bars in the chart below.

In: events that no control wanted, the scene and where its parts lie. Out: calls on the session's
`hands`, at most one a picture however often the mouse moved; rings, snap lines and words over the
picture. What is held moves with the hand: it is a preview of nothing, the run is simulated anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pygame

from simulator.coefficients import BESIDE_REACH_M, LAP_M
from simulator.stage.panel_state import SplitKnob
from simulator.stage.scene import Body, PacerSlot, Scene
from simulator.units import format_time, parse_number, parse_time
from simulator.view.layers.group import StraightTrack, body_size, straight
from simulator.view.layout import Box, Layout
from simulator.view.panels.cards import ground
from simulator.view.panels.frame import padding
from simulator.view.panels.pacers import bars
from simulator.view.panels.timeline import (
    ChartKind,
    Plot,
    controls_width,
    heading_box,
    plot_of,
)
from simulator.view.sprites import dot, ring
from simulator.view.text import REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour
from simulator.view.ui import DOUBLE_CLICK_S, Control, Ui
from simulator.view.watched import Watched

IN_LINE_M, BESIDE_M = 1.2, 1.0
"""Where pacers snap to: so far apart in a line, so far aside of one another [m]."""
SNAP_M, SNAP_PX = 0.15, 5.0
"""How near a snap line draws what is dragged: the nearer of the two counts."""
GRID_M = 0.05
"""Where nothing snaps, places are on this grid [m]."""
STEP_M, FAR_M = 0.1, 0.5
"""What an arrow key moves a pacer, and with Shift [m]."""
STEP_S, FAR_S = 0.05, 0.5
"""What an arrow key moves a split, and with Shift [s]."""
GRAB_PX = 12
"""So near to a pacer, a split or a bar's end the mouse takes it."""
ENDS_M = 10.0
"""Bars end on this grid, and at the laps [m]."""
SLIP_PX = 3
"""A hand that moves less has moved nothing."""
_ARROWS = {
    pygame.K_LEFT: (-1, 0),
    pygame.K_RIGHT: (1, 0),
    pygame.K_UP: (0, -1),
    pygame.K_DOWN: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Snap:
    """A line that draws what is dragged: along the track or across it, where [m], what it says."""

    along: bool
    at_m: float
    text: str


@dataclass(slots=True)
class Grab:
    """What the mouse holds.

    Attributes:
        what: the slot, or the number of the split.
        end: of a slot's bar: `from` or `until`; empty for the pacer himself.
        start: where the mouse took it [px]; `at`: where it has come to.
        was: where a pacer was: ahead, offset [m]; a split: its time [s], and nothing.
        plot: the axes as they were: they may change under the hand.
    """

    what: PacerSlot | int
    start: tuple[int, int]
    at: tuple[int, int]
    was: tuple[float, float]
    end: str = ""
    plot: Plot | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is on the screen: a scene, and where its parts lie."""

    scene: Scene
    layout: Layout
    style: Style
    inset: tuple[Box, int] | None

    @property
    def piece(self) -> StraightTrack | None:
        """The straightened track; None where it has no room."""
        if self.inset is None:
            return None
        box, way = self.inset
        return straight(box, self.scene.group.span_m, self.style.sizes, way)

    def slot_of(self, body: Body) -> PacerSlot | None:
        """Return the slot that a pacer holds now."""
        own = [slot for slot in self.scene.group.slots if slot.name == body.name]
        x = self.scene.distance_m
        held = (s for s in own if s.from_m <= x and (s.until_m is None or x < s.until_m))
        return next(held, own[0] if own else None)

    def drawn(self, ahead_m: float, offset_m: float) -> tuple[float, float]:
        """Return where a place in the formation is: race distance, metres outside [m]."""
        group, runner = self.scene.group, self.scene.runner
        if ahead_m > BESIDE_REACH_M:
            return group.slot_m + ahead_m, offset_m
        return runner.x_m + ahead_m, offset_m + runner.offset_m

    def in_formation(self, x_m: float, offset_m: float) -> tuple[float, float]:
        """Return which place in the formation is drawn there: metres ahead, outside [m]."""
        group, runner = self.scene.group, self.scene.runner
        if x_m - group.slot_m > BESIDE_REACH_M:
            return x_m - group.slot_m, offset_m
        return min(x_m - runner.x_m, BESIDE_REACH_M), offset_m - runner.offset_m


class HandTool:
    """One window's hands.

    Attributes:
        chart: what the chart below the stage is of.
        taken: the pacer's name, or the number of the split, that keys move; None for nothing.
    """

    def __init__(self, session: Watched) -> None:
        """Hold nothing."""
        self._session, self._ui = session, Ui()
        self.chart = ChartKind.GAP
        self.taken: str | int | None = None
        self._view: View | None = None
        self._grab: Grab | None = None
        self._pointer = (-1, -1)
        self._snaps: tuple[Snap, ...] = ()
        self._refused = ""
        self._clicked: tuple[tuple[int, int], float] = ((-99, -99), -9.0)
        self._now_s = 0.0
        self._strip: pygame.Surface | None = None
        self._strip_of: object = None
        self._naming = False

    @property
    def read_out(self) -> ChartKind | None:
        """The chart whose values are read out under the mouse; None while a split is there."""
        view = self._view
        if view is None or self.chart is not ChartKind.PACE:
            return self.chart
        over = any(_near(self._pointer, place, GRAB_PX) for _, place in self._handles(view))
        return None if over or self._grab is not None else self.chart

    def handle(self) -> tuple[int, int]:
        """Return where something can be taken: a split of the chart, or the nearest ahead [px].

        Raises:
            LookupError: nothing is shown that could be.
        """
        view = self._view
        if view is None or view.piece is None:
            raise LookupError("nothing is shown yet")
        if self.chart is ChartKind.PACE:
            return self._handles(view)[len(self._handles(view)) // 2][1]
        ahead = min(b.x_m for b in view.scene.pacers if b.role == "ahead")
        body = next(b for b in view.scene.pacers if b.x_m == ahead)
        along = view.piece.x(body.x_m - view.scene.group.centre_m)
        return round(along), round(view.piece.y(body.offset_m))

    # -- keys ------------------------------------------------------------------------------------

    def next_chart(self) -> None:
        """Show the next chart."""
        self._show(self.chart.next())

    def _show(self, chart: ChartKind) -> None:
        self.chart, self._strip_of = chart, None
        self._ui.close()
        if isinstance(self.taken, int) and chart is not ChartKind.PACE:
            self.taken = None

    def next_pacer(self, steps: int) -> None:
        """Take the next pacer from behind to the front, or the one before."""
        if self._view is None or self._view.inset is None:
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
        """Take a plan from the clipboard, and show its paces."""
        try:
            text = pygame.scrap.get_text()
        except pygame.error:
            text = ""
        refusal = self._session.hands.paste(text) if text.strip() else "the clipboard is empty"
        if refusal:
            self._session.notify(f"{refusal[:1].upper()}{refusal[1:]}.")
        else:
            self._show(ChartKind.PACE)
            splits = self._session.panel_state().splits
            self._session.notify(f"Pasted: a plan of {splits[-1].cumulative}.")

    def key(self, event: pygame.Event, *, again: bool) -> bool:
        """Take a KEYDOWN while something is taken or typed; return whether it was meant here."""
        if self._ui.entry is not None and self._ui.key(event, again=again):
            return True
        mods = getattr(event, "mod", 0)
        if self.taken is None or mods & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
            return False
        if event.key == pygame.K_ESCAPE:
            self.taken, self._strip_of = None, None
        elif event.key in _ARROWS:
            self._nudge(*_ARROWS[event.key], far=bool(mods & pygame.KMOD_SHIFT))
        elif event.key in (pygame.K_DELETE, pygame.K_BACKSPACE):
            self._remove()
        elif event.key == pygame.K_RETURN and isinstance(self.taken, str):
            self._show(ChartKind.PACERS)
            self._naming = True
        elif event.key == pygame.K_INSERT and (slot := self._slot()) is not None:
            self._say(self._session.hands.add(slot.ahead_m - IN_LINE_M, slot.offset_m))
        else:
            return False
        return True

    def text(self, event: pygame.Event) -> bool:
        """Take a TEXTINPUT while something is typed."""
        return self._ui.write(event)

    def _nudge(self, x: int, y: int, *, far: bool) -> None:
        """Move what is taken by one step of the keys."""
        if isinstance(self.taken, int):
            split = self._split(self.taken)
            if x:
                count = len(self._session.panel_state().splits)
                self._take(min(max(self.taken + x, 0), count - 1))
            elif split is not None:
                time_s = parse_time(split.section) + y * (FAR_S if far else STEP_S)
                self._set_split(self.taken, time_s)
            return
        slot, way = self._slot(), 1
        if self._view is not None and self._view.inset is not None:
            way = self._view.inset[1]
        if slot is not None:
            step = way * (FAR_M if far else STEP_M)
            self._move(slot.number, slot.ahead_m + x * step, slot.offset_m + y * step)

    def _remove(self) -> None:
        if isinstance(self.taken, int):
            self._session.reset_split(self.taken)
        elif self.taken is not None:
            name, self.taken = self.taken, None
            self._say(self._session.hands.remove(name))

    # -- the mouse -------------------------------------------------------------------------------

    def pointer(self, event: pygame.Event) -> bool:
        """Take an event of the mouse; return whether it was meant here."""
        if event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            self._pointer = event.pos
        if self._ui.mouse(event) and (self._ui.hover is not None or self._ui.holding):
            return True
        if event.type == pygame.MOUSEMOTION and self._grab is not None:
            grab = self._grab
            far = max(abs(a - b) for a, b in zip(event.pos, grab.start, strict=True)) >= SLIP_PX
            grab.at, grab.moved = event.pos, grab.moved or far
            return True
        if event.type == pygame.MOUSEBUTTONUP and self._grab is not None:
            if event.button == pygame.BUTTON_LEFT:
                self._grab.at = event.pos
                self.flush()
                self.let_go()
            return True
        if event.type == pygame.MOUSEBUTTONDOWN and self._grab is None and self._view is not None:
            return self._down(event.pos, event.button, self._view)
        return False

    def let_go(self) -> None:
        """Hold nothing any more."""
        if self._grab is not None:
            self._grab, self._snaps, self._refused = None, (), ""
            self._session.hands.let_go()

    def _down(self, at: tuple[int, int], button: int, view: View) -> bool:
        before, self._clicked = self._clicked, (at, self._now_s)
        twice = self._now_s - before[1] <= DOUBLE_CLICK_S and _near(at, before[0], GRAB_PX)
        box = view.layout.timeline
        if box is not None and pygame.Rect(heading_box(box, self.chart, view.style)).collidepoint(
            at
        ):
            self.next_chart()
            return True
        piece = view.piece
        if piece is not None and pygame.Rect(piece.box).collidepoint(at):
            return button == pygame.BUTTON_LEFT and self._down_on_track(
                at, view, piece, twice=twice
            )
        if box is None or not pygame.Rect(box).collidepoint(at):
            return False
        if self.chart is ChartKind.PACE:
            return self._down_on_split(at, button, view, twice=twice)
        return self.chart is ChartKind.PACERS and self._down_on_bar(at, view)

    def _down_on_track(
        self, at: tuple[int, int], view: View, piece: StraightTrack, *, twice: bool
    ) -> bool:
        body = self._under(at, view, piece)
        slot = view.slot_of(body) if body is not None else None
        if body is not None and slot is not None:
            self._take(body.name)
            self._hold(Grab(slot, at, at, (slot.ahead_m, slot.offset_m)))
        elif twice:
            ahead, offset, _ = self._snapped(view, piece, at, None)
            self._say(self._session.hands.add(ahead, offset))
            self._clicked = ((-99, -99), -9.0)
        else:
            self.taken, self._strip_of = None, None
        return True

    def _down_on_split(self, at: tuple[int, int], button: int, view: View, *, twice: bool) -> bool:
        number = next((n for n, place in self._handles(view) if _near(at, place, GRAB_PX)), None)
        if number is None:
            return False
        split = self._split(number)
        if split is None:
            return False
        self._take(number)
        if button == pygame.BUTTON_RIGHT:
            self._session.lock_split(number, not split.locked)
        elif button == pygame.BUTTON_LEFT and twice:
            self._session.reset_split(number)
        elif button == pygame.BUTTON_LEFT:
            plot = self._plot(view)
            self._hold(Grab(number, at, at, (parse_time(split.section), 0.0), plot=plot))
        return True

    def _down_on_bar(self, at: tuple[int, int], view: View) -> bool:
        box = view.layout.timeline
        for bar in bars(view.scene, box, view.style.sizes) if box is not None else ():
            reach = pygame.Rect(bar.box).inflate(GRAB_PX, 2)
            if reach.collidepoint(at):
                self._take(bar.slot.name)
                ends = {"from": abs(at[0] - bar.box.x), "until": abs(at[0] - bar.box.right)}
                end = min(ends, key=lambda key: ends[key])
                if ends[end] <= GRAB_PX:
                    self._hold(Grab(bar.slot, at, at, (0.0, 0.0), end, self._plot(view)))
                return True
        return False

    def _take(self, what: str | int) -> None:
        if what != self.taken:
            self._ui.close()
        self.taken, self._strip_of = what, None

    def _hold(self, grab: Grab) -> None:
        self._grab = grab
        self._session.hands.hold()

    def flush(self) -> None:
        """Bring what is held to where the mouse has come: it moves often within a picture."""
        grab, view = self._grab, self._view
        if grab is None or view is None or not grab.moved:
            return
        if isinstance(grab.what, int):
            # the axis is that of when it was taken, whatever the plan makes of it
            per_px = grab.plot.per_px if grab.plot is not None else 0.0
            lengths = _lengths(self._session.panel_state().splits)
            time_s = (
                grab.was[0] + (grab.at[1] - grab.start[1]) * per_px * lengths[grab.what] / LAP_M
            )
            self._set_split(grab.what, time_s)
        elif grab.end and grab.plot is not None:
            self._set_end(grab, grab.what, grab.plot)
        elif (piece := view.piece) is not None:
            ahead, offset, self._snaps = self._snapped(view, piece, grab.at, grab)
            self._move(grab.what.number, ahead, offset)

    def _move(self, number: int, ahead_m: float, offset_m: float) -> None:
        self._refused = self._session.hands.move(number, ahead_m, offset_m)
        self._strip_of = None

    def _set_split(self, number: int, time_s: float) -> None:
        self._refused = ""
        if not self._session.change_split(number, f"{max(time_s, 0.01):.2f}", cumulative=False):
            self._refused = self._session.panel_state().split_problem

    def _set_end(self, grab: Grab, slot: PacerSlot, plot: Plot) -> None:
        """Let a bar begin or end where the hand is."""
        metres = plot.metres(grab.at[0])
        near = SNAP_PX * plot.race_m / max(1, plot.box.w)
        lap = round(metres / LAP_M) * LAP_M
        at_m = lap if abs(lap - metres) < near else round(metres / ENDS_M) * ENDS_M
        begin, end = slot.from_m, slot.until_m
        if grab.end == "from":
            begin = max(0.0, at_m)
        else:
            end = None if metres > plot.race_m - near else at_m
        self._refused = self._session.hands.time(slot.number, begin, end)
        self._strip_of = None

    # -- where things are ------------------------------------------------------------------------

    def _under(self, at: tuple[int, int], view: View, piece: StraightTrack) -> Body | None:
        """Return the pacer under the mouse: the nearest within reach."""
        along, outside = piece.place(*at)
        x = view.scene.group.centre_m + along
        reach = max(GRAB_PX / piece.scale, 0.35)
        near = [
            (max(abs(body.x_m - x), abs(body.offset_m - outside)), body)
            for body in view.scene.pacers
            if body.alpha > 0.3
        ]
        near = [each for each in near if each[0] <= reach]
        return min(near, key=lambda each: each[0])[1] if near else None

    def _snapped(
        self, view: View, piece: StraightTrack, at: tuple[int, int], grab: Grab | None
    ) -> tuple[float, float, tuple[Snap, ...]]:
        """Return the place in the formation that the mouse means, and the lines that drew it."""
        along, outside = piece.place(*at)
        if grab is not None:  # he keeps to where the hand took him
            first = piece.place(*grab.start)
            was = view.drawn(*grab.was)
            x, outside = was[0] + along - first[0], was[1] + outside - first[1]
        else:
            x = view.scene.group.centre_m + along
        ahead, offset = view.in_formation(x, outside)
        own = grab.what.number if grab is not None and isinstance(grab.what, PacerSlot) else -1
        return snapped(view.scene, ahead, offset, own, min(SNAP_M, SNAP_PX / piece.scale))

    def _plot(self, view: View) -> Plot | None:
        box = view.layout.timeline
        return None if box is None else plot_of(view.scene.chart, box, view.style.sizes, self.chart)

    def _handles(self, view: View) -> list[tuple[int, tuple[int, int]]]:
        """Return the plan's splits as handles: number, and where each is [px]."""
        plot, splits = self._plot(view), self._session.panel_state().splits
        if plot is None:
            return []
        places = []
        for n, (split, length) in enumerate(zip(splits, _lengths(splits), strict=True)):
            pace = parse_time(split.section) / length * LAP_M
            places.append((n, (round(plot.x(split.distance_m - length / 2)), round(plot.y(pace)))))
        return places

    def _split(self, number: int) -> SplitKnob | None:
        splits = self._session.panel_state().splits
        return splits[number] if number < len(splits) else None

    def _slot(self) -> PacerSlot | None:
        """Return the slot of the taken pacer, as it is now: several keys may come in a picture."""
        if self._view is None or not isinstance(self.taken, str):
            return None
        view = View(self._session.scene(), self._view.layout, self._view.style, self._view.inset)
        bodies = [body for body in view.scene.pacers if body.name == self.taken]
        own = [slot for slot in view.scene.group.slots if slot.name == self.taken]
        return view.slot_of(bodies[0]) if bodies else next(iter(own), None)

    def _say(self, refusal: str) -> None:
        self._strip_of = None
        if refusal:
            self._session.notify(f"{refusal[:1].upper()}{refusal[1:]}.")

    # -- pictures --------------------------------------------------------------------------------

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""
        self._now_s += max(0.0, elapsed_s)
        self._ui.tick(max(0.0, elapsed_s))

    def draw(
        self,
        surface: pygame.Surface,
        scene: Scene,
        layout: Layout,
        style: Style,
        inset: tuple[Box, int] | None,
    ) -> None:
        """Draw over the picture what is taken, held or under the mouse."""
        view = self._view = View(scene, layout, style, inset)
        if isinstance(self.taken, str) and self.taken not in {s.name for s in scene.group.slots}:
            self.taken, self._strip_of = None, None
        piece = view.piece
        if piece is not None:
            surface.set_clip(piece.box)
            self._draw_pacers(surface, view, piece)
            surface.set_clip(None)
        if layout.timeline is not None:
            if self.chart is ChartKind.PACE:
                self._draw_handles(surface, view)
            elif self.chart is ChartKind.PACERS:
                self._draw_bars(surface, view)
            self._draw_strip(surface, view, layout.timeline)

    def _draw_pacers(self, surface: pygame.Surface, view: View, piece: StraightTrack) -> None:
        theme, scene, grab = view.style.theme, view.scene, self._grab
        centre, thick = scene.group.centre_m, max(1.5, 0.06 * piece.scale)
        rx, ry = (round(4 * 1.6 * half) / 4 for half in body_size("pacer", piece.scale))
        pink = theme.colour("pink")

        def around(x_m: float, offset_m: float, colour: Colour, alpha: int) -> None:
            place = piece.x(x_m - centre), piece.y(offset_m)
            surface.blit(*ring(colour, rx, ry, alpha, thick).at(*place))

        held = grab is not None and grab.moved and not grab.end and isinstance(grab.what, PacerSlot)
        for x_m, offset_m in () if held else scene.group.goals:
            around(x_m, offset_m, pink, 8)
        if grab is not None and held:
            around(*view.drawn(*grab.was), pink, 9)
            for snap in self._snaps:
                self._draw_snap(surface, view, piece, snap)
        hovered = None if grab is not None else self._under(self._pointer, view, piece)
        for body in scene.pacers:
            if body.name == self.taken:
                around(body.x_m, body.offset_m, theme.red if self._refused else theme.own, 16)
                self._label(surface, view, piece, body)
            elif body is hovered:
                around(body.x_m, body.offset_m, theme.text, 10)

    def _draw_snap(
        self, surface: pygame.Surface, view: View, piece: StraightTrack, snap: Snap
    ) -> None:
        style, box = view.style, piece.box
        px, colour = style.sizes.caption, style.theme.own
        if snap.along:
            y = round(piece.y(snap.at_m))
            surface.fill(colour, (box.x, y, box.w, 1))
            at: tuple[float, float] = (box.x + px, y - 0.6 * px)
        else:
            x = round(piece.x(view.drawn(snap.at_m, 0.0)[0] - view.scene.group.centre_m))
            surface.fill(colour, (x, box.y, 1, box.h))
            at = (x + 0.4 * px, box.y + 0.8 * px)
        style.type.write(surface, snap.text, at, REGULAR, px, colour)

    def _label(self, surface: pygame.Surface, view: View, piece: StraightTrack, body: Body) -> None:
        """Say who is taken and where he is, or why he cannot be moved there."""
        slot, style = view.slot_of(body), view.style
        if slot is None:
            return
        px, theme = style.sizes.caption, style.theme
        side = "ahead" if slot.ahead_m >= 0 else "behind"
        x_m, offset_m = view.drawn(slot.ahead_m, slot.offset_m)
        going = max(abs(x_m - body.x_m), abs(offset_m - body.offset_m)) > STEP_M
        text = f"{slot.name}  {'goes to ' * going}{abs(slot.ahead_m):.2f} m {side}"
        text += f", {slot.offset_m:.2f} m aside" if slot.offset_m else ""
        text = self._refused or f"{text}  (assumed)"
        tint = theme.red if self._refused else theme.text
        wide = min(style.type.width(text, SEMIBOLD, px) + px, piece.box.w)
        card = ground((wide, round(1.5 * px)), style.sizes, theme)
        at = (px / 2, 0.75 * px)
        style.type.write(card, text, at, SEMIBOLD, px, tint, width=max(1, wide - px))
        x = round(piece.x(body.x_m - view.scene.group.centre_m) - wide / 2)
        x = min(max(x, piece.box.x), piece.box.right - wide)
        low = piece.box.bottom - card.get_height()
        surface.blit(card, (x, low if piece.way > 0 else piece.box.y))

    def _draw_handles(self, surface: pygame.Surface, view: View) -> None:
        theme, unit = view.style.theme, view.style.sizes.unit
        splits = self._session.panel_state().splits
        lengths, plot = _lengths(splits), self._plot(view)
        held = self._grab.what if self._grab is not None else None
        for n, (x, y) in self._handles(view):
            over = n == held or (held is None and _near(self._pointer, (x, y), GRAB_PX))
            radius = max(4.0, round(4 * (8 if over or n == self.taken else 6) * unit) / 4)
            locked = theme.warning if splits[n].locked else theme.text
            colour = theme.own if n == self.taken else locked
            if plot is not None:  # the section that it stands for
                left, right = (
                    round(plot.x(splits[n].distance_m - part)) for part in (lengths[n], 0.0)
                )
                thick = max(1, round((2 if over else 1) * unit))
                surface.fill(colour, (left + 1, y, max(1, right - left - 2), thick))
            surface.blit(*dot(colour, radius, radius, 16, theme.back, 1.5).at(x, y))
            if over or (n == self.taken and held is None):
                self._say_split(surface, view, n, splits, (x, y))

    def _say_split(
        self,
        surface: pygame.Surface,
        view: View,
        n: int,
        splits: tuple[SplitKnob, ...],
        at: tuple[int, int],
    ) -> None:
        split, style = splits[n], view.style
        px, theme, length = style.sizes.caption, style.theme, _lengths(splits)[n]
        pace = parse_time(split.section) / length * LAP_M
        was = f", file {split.in_file}" if split.changed and split.in_file else ""
        lock = ", locked" if split.locked else ""
        text = (
            f"to {split.label}: {split.section} s, {format_time(pace)}/400, at {split.cumulative}"
        )
        text = self._refused or f"{text}{was}{lock}"
        wide = style.type.width(text, SEMIBOLD, px) + px
        card = ground((wide, round(1.6 * px)), style.sizes, theme)
        tint = theme.red if self._refused else theme.text
        style.type.write(card, text, (px / 2, 0.8 * px), SEMIBOLD, px, tint)
        x = min(max(at[0] - wide // 2, 0), view.layout.stage.right - wide)
        surface.blit(card, (x, at[1] - round(2.6 * px)))

    def _draw_bars(self, surface: pygame.Surface, view: View) -> None:
        theme, box = view.style.theme, view.layout.timeline
        if box is None:
            return
        for bar in bars(view.scene, box, view.style.sizes):
            over = pygame.Rect(bar.box).inflate(GRAB_PX, 2).collidepoint(self._pointer)
            if bar.slot.name != self.taken and not over:
                continue
            tint = theme.red if self._refused and self._grab is not None else theme.own
            pygame.draw.rect(
                surface, tint, bar.box, max(1, bar.box.h // 5), border_radius=bar.box.h // 3
            )
            for x in (bar.box.x, bar.box.right - 3):
                surface.fill(tint, (x, bar.box.y - 1, 3, bar.box.h + 2))
            if over and self._grab is None:
                px = view.style.sizes.caption
                at = (bar.box.x + 2 * px, bar.box.centre[1])
                view.style.type.write(surface, bar.slot.name, at, SEMIBOLD, px, theme.text)

    # -- what can be pressed and typed in the chart's heading ------------------------------------

    def _draw_strip(self, surface: pygame.Surface, view: View, box: Box) -> None:
        if self.chart is ChartKind.GAP:
            self._ui.controls.clear()
            return
        style, session = view.style, self._session
        state = session.panel_state()
        head, pad = heading_box(box, self.chart, style), padding(style.sizes)
        left = (
            head.right
            if self.chart is ChartKind.PACERS
            else box.right - pad - controls_width(style)
        )
        place = Box(left, box.y + 2, max(1, box.right - pad - left), head.h)
        shown = (
            place,
            self.chart,
            self.taken,
            state.keep_target,
            state.by_lap,
            view.scene.group.slots,
        )
        if self._strip is None or self._strip_of != shown or self._ui.stale:
            self._strip_of = shown
            self._strip = pygame.Surface((place.w, place.h), pygame.SRCALPHA, 32)
            self._ui.origin = (place.x, place.y)
            self._ui.begin(self._strip, style)
            if self.chart is ChartKind.PACE:
                self._plan_buttons(place, keep=state.keep_target, laps=state.by_lap)
            else:
                self._pacer_fields(place)
            self._ui.end()
            if self._naming and self._ui.find(("pacer", "name")) is not None:
                self._naming = False
                self._ui.edit(("pacer", "name"))
        surface.blit(self._strip, place[:2])

    def _plan_buttons(self, place: Box, *, keep: bool, laps: bool) -> None:
        session, px = self._session, self._ui.sizes.caption
        rows: tuple[tuple[str, str, bool, Callable[[], object]], ...] = (
            (
                "keep",
                "target kept" if keep else "target moves",
                keep,
                partial(session.set_keep_target, not keep),
            ),
            ("laps", "laps", laps, partial(session.set_by_lap, not laps)),
            ("paste", "paste", False, self.paste),
        )
        wide = [8 * px, 4 * px, 5 * px]
        x = place.w - sum(wide) - 2 * px
        for (name, words, on, press), w in zip(rows, wide, strict=True):
            box = Box(x, 1, w, place.h - 2)
            self._ui.button(Control(key=("chart", name), box=box, press=press), words, on=on, px=px)
            x += w + px

    def _pacer_fields(self, place: Box) -> None:
        """Draw what can be typed of the taken pacer, and the buttons."""
        slot, px, x = self._slot(), self._ui.sizes.caption, 0
        hands, ui = self._session.hands, self._ui
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
        move, time, number = partial(hands.move, n), partial(hands.time, n), parse_number
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
            field = Control(key=("pacer", name), box=box, text=text)
            field.accept = partial(self._accepted, accept)
            ui.field(field, text)
            x += box.w + px // 2

    def _accepted(self, accept: Callable[[str], str], text: str) -> bool:
        """Take a text that was typed of a pacer; say why not where it is refused."""
        try:
            refusal = accept(text)
        except ValueError as error:
            refusal = str(error)
        self._say(refusal)
        return not refusal

    def _renamed(self, name: str, new: str) -> str:
        refusal = self._session.hands.rename(name, new)
        if not refusal:
            self.taken = new.strip()
        return refusal

    def _save(self, name: str) -> bool:
        if name:
            self._session.save_formation(name)
        return True


def snapped(
    scene: Scene, ahead_m: float, offset_m: float, own: int, near_m: float
) -> tuple[float, float, tuple[Snap, ...]]:
    """Return a place in the formation drawn to what is near, and the lines that drew it.

    In line with her or another, 1.2 m from the next in that line, beside somebody; Alt lets go of
    all of that.

    Args:
        scene: who runs where.
        ahead_m: metres ahead of her slot [m].
        offset_m: metres outside of it [m].
        own: the number of the slot that moves, -1 for a new one.
        near_m: how near counts [m].
    """
    others = [(0.0, 0.0)]
    others += [(s.ahead_m, s.offset_m) for s in scene.group.slots if s.number != own]
    snaps = []
    free = bool(pygame.key.get_mods() & pygame.KMOD_ALT) if pygame.display.get_init() else False
    lines = {(offset, "in line") for _, offset in others} | {(BESIDE_M, "beside")}
    line = min(lines, key=lambda each: (abs(each[0] - offset_m), each[1]))
    if abs(line[0] - offset_m) <= near_m and not free:
        offset_m = line[0]
        snaps.append(Snap(True, *line))
    else:
        offset_m = round(offset_m / GRID_M) * GRID_M
    marks = []
    for ahead, offset in others:
        if abs(offset - offset_m) < 0.4:
            marks += [(ahead + way * IN_LINE_M, "1.2 m") for way in (1, -1)]
        else:
            marks.append((ahead, "beside"))
    mark = min(marks, key=lambda each: abs(each[0] - ahead_m), default=(1e9, ""))
    if abs(mark[0] - ahead_m) <= near_m and not free:
        ahead_m = mark[0]
        snaps.append(Snap(False, *mark))
    else:
        ahead_m = round(ahead_m / GRID_M) * GRID_M
    return ahead_m, offset_m, tuple(snaps)


def _lengths(splits: tuple[SplitKnob, ...]) -> list[float]:
    """Return how long each section is [m]."""
    return [b - a for a, b in pairwise([0.0, *(split.distance_m for split in splits)])]


def _near(a: tuple[int, int], b: tuple[int, int], reach: int) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= reach
