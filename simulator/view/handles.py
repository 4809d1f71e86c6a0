"""Draggable things, their places and their drawing: pacers, splits, ends of bars.

In: a scene and where its parts lie; what is selected and dragged. Out: places in the formation and
on the screen, snap lines; rings, handles and words over the picture. Pacers can be dragged in the
inset, and as bodies in the group camera's picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import pygame

from simulator.coefficients import BESIDE_REACH_M, LAP_M
from simulator.screen import Camera
from simulator.stage.scene import Body, PacerSlot, Scene, SplitKnob
from simulator.units import format_signed, format_time, parse_time
from simulator.view.camera import Shot, rig_of
from simulator.view.layers.group import StraightTrack, body_size, straight
from simulator.view.layout import Box, Layout
from simulator.view.panels.cards import ground
from simulator.view.panels.timeline import Plot, bars
from simulator.view.perspective import Lens
from simulator.view.picture import inset_of
from simulator.view.sprites import dot, ring
from simulator.view.text import REGULAR, SEMIBOLD, Style
from simulator.view.theme import Colour

IN_LINE_M, BESIDE_M = 1.2, 1.0
"""Pacers snap to these distances: along a line, and to the side of one another [m]."""
SNAP_LINE_M = 9.0
"""A snap line across the track extends this far from the kerb [m]."""
SAME_LINE_M = 0.4
"""Two bodies less than this apart sideways are in one line [m]."""
GRID_M = 0.05
"""Without snapping, places are on this grid [m]."""
GOING_M = 0.1
"""A pacer farther than this from his place is still moving there [m]."""
GRAB_PX = 12
"""The mouse reaches a pacer, a split or a bar's end within this distance."""

Splits: TypeAlias = tuple[SplitKnob, ...]


@dataclass(frozen=True, slots=True)
class Snap:
    """A snap line: along the track or across it, its place [m], its label."""

    along: bool
    at_m: float
    text: str


@dataclass(slots=True)
class DragTarget:
    """What the mouse drags.

    Attributes:
        what: the slot, or the number of the split.
        end: the end of a slot's bar, `from` or `until`; empty for the pacer himself.
        start: where the drag began [px]; `at`: where the mouse is now.
        was: a pacer's former place: ahead, offset [m]; a split's former time [s] and 0.
        plot: the former axes: they may change during the drag.
        inset: the former inset, where the pacer was picked up; None: in the camera's picture.
        foot: the pixel of his former place [px].
    """

    what: PacerSlot | int
    start: tuple[int, int]
    at: tuple[int, int]
    was: tuple[float, float]
    end: str = ""
    plot: Plot | None = None
    inset: StraightTrack | None = None
    foot: tuple[float, float] = (0.0, 0.0)
    moved: bool = False


@dataclass(slots=True)
class DragState:
    """What is selected and dragged in a window.

    Attributes:
        taken: the pacer's name, or the number of the split, that keys move; None for nothing.
        grab: what the mouse drags.
        snaps: the snap lines in effect.
        refused: why it cannot be at the mouse's place.
        moved: what was moved last, and how much later she finishes for it [s], if known.
        pointer: where the mouse is [px].
    """

    taken: str | int | None = None
    grab: DragTarget | None = None
    snaps: tuple[Snap, ...] = ()
    refused: str = ""
    moved: tuple[str | int, float | None] = ("", None)
    pointer: tuple[int, int] = (-1, -1)


@dataclass(frozen=True, slots=True)
class PerspectiveTrack:
    """The track around the group as a camera sees it; it has the same methods as `StraightTrack`.

    Attributes:
        box: the picture [px].
        lens: the camera's lens.
        middle_m: track position of the group's middle [m].
        scale: at her place [px/m].
    """

    box: Box
    lens: Lens
    middle_m: float
    scale: float

    def spot(self, along_m: float, offset_m: float, up_m: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a place ahead of the middle."""
        x, y, _, _ = self.lens.spot(self.middle_m + along_m, offset_m, up_m)
        return self.box.x + x, self.box.y + y

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the distances of a pixel ahead of the middle and outside [m]."""
        s_m, offset_m = self.lens.ground(x - self.box.x, y - self.box.y)
        lap_m = self.lens.rig.lap_m
        along = (float(s_m) - self.middle_m + lap_m / 2) % lap_m - lap_m / 2
        return along, float(offset_m)


Piece: TypeAlias = StraightTrack | PerspectiveTrack


@dataclass(frozen=True, slots=True)
class ScreenState:
    """The screen: a scene, where its parts lie, and the camera."""

    scene: Scene
    layout: Layout
    style: Style
    shot: Shot

    @property
    def way(self) -> int:
        """The running direction in the inset: 1 to the right, -1 to the left."""
        inset = inset_of(self.layout, self.shot, self.scene)
        return 1 if inset is None else inset[1]

    @property
    def piece(self) -> StraightTrack | None:
        """The straightened track; None if there is no room for it."""
        inset = inset_of(self.layout, self.shot, self.scene)
        if inset is None:
            return None
        return straight(inset[0], self.scene.group, self.style.sizes, inset[1])

    @property
    def seen(self) -> PerspectiveTrack | None:
        """The track as the group's camera sees it; None for other cameras, and on the way to it."""
        shot, scene, layout = self.shot, self.scene, self.layout
        if shot.camera is not Camera.GROUP or not shot.alone or shot.lowered < 1.0:
            return None
        stage = layout.stage
        box = Box(stage.x, stage.y, stage.w, min(stage.h, layout.view.h))
        lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
        scale = lens.spot(scene.s_m(scene.runner), scene.runner.offset_m)[2]
        return PerspectiveTrack(box, lens, scene.start_m + scene.group.centre_m, scale)

    @property
    def pieces(self) -> list[Piece]:
        """Every large view of the group, the topmost first."""
        return [piece for piece in (self.piece, self.seen) if piece is not None]

    def slot_of(self, body: Body) -> PacerSlot | None:
        """Return the slot that a pacer holds now."""
        own = [slot for slot in self.scene.group.slots if slot.name == body.name]
        x = self.scene.distance_m
        held = (s for s in own if s.from_m <= x and (s.until_m is None or x < s.until_m))
        return next(held, own[0] if own else None)

    def drawn(self, ahead_m: float, offset_m: float) -> tuple[float, float]:
        """Return where a place in the formation is drawn: race distance, metres outside [m]."""
        group, runner = self.scene.group, self.scene.runner
        if ahead_m > BESIDE_REACH_M:
            return group.slot_m + ahead_m, offset_m
        return runner.x_m + ahead_m, offset_m + runner.offset_m

    def in_formation(self, x_m: float, offset_m: float) -> tuple[float, float]:
        """Return the place in the formation drawn there: metres ahead, outside [m]."""
        group, runner = self.scene.group, self.scene.runner
        if x_m - group.slot_m > BESIDE_REACH_M:
            return x_m - group.slot_m, offset_m
        return min(x_m - runner.x_m, BESIDE_REACH_M), offset_m - runner.offset_m

    def at(
        self, piece: Piece, x_m: float, offset_m: float, up_m: float = 0.0
    ) -> tuple[float, float]:
        """Return the pixel of a race distance and metres outside."""
        return piece.spot(x_m - self.scene.group.centre_m, offset_m, up_m)

    def piece_at(self, at: tuple[int, int]) -> Piece | None:
        """Return the view of the group at a pixel."""
        return next((p for p in self.pieces if pygame.Rect(p.box).collidepoint(at)), None)

    def under(self, at: tuple[int, int]) -> Body | None:
        """Return the pacer under the mouse, from foot to head: the nearest within reach."""
        piece = self.piece_at(at)
        if piece is None:
            return None
        reach = max(GRAB_PX, 0.35 * piece.scale)
        near = []
        for body in self.scene.pacers:
            foot = self.at(piece, body.x_m, body.offset_m)
            head = self.at(piece, body.x_m, body.offset_m, body.build.stature_m)
            away = max(abs(at[0] - foot[0]), head[1] - at[1], at[1] - foot[1])
            if body.alpha > 0.3 and away <= reach:
                near.append((away, body))
        return min(near, key=lambda each: each[0])[1] if near else None


def snapped(
    scene: Scene, ahead_m: float, offset_m: float, own: int, near_m: float
) -> tuple[float, float, tuple[Snap, ...]]:
    """Return a place in the formation after snapping, and the snap lines.

    It snaps to her line or another's, to 1.2 m from the next body in that line, and to places next
    to somebody; Alt switches all of that off.

    Args:
        scene: the present bodies.
        ahead_m: metres ahead of her slot [m].
        offset_m: metres outside of it [m].
        own: the number of the slot that moves, -1 for a new one.
        near_m: the range of snapping [m].
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
        if abs(offset - offset_m) < SAME_LINE_M:
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


def handles_of(splits: Splits, plot: Plot) -> list[tuple[int, int]]:
    """Return the pixels of the plan's splits on the chart of paces, mid-section."""
    places = []
    for split, length in zip(splits, lengths_of(splits), strict=True):
        pace = parse_time(split.section) / length * LAP_M
        places.append((round(plot.x(split.distance_m - length / 2)), round(plot.y(pace))))
    return places


def lengths_of(splits: Splits) -> list[float]:
    """Return the length of each section [m]."""
    return [b - a for a, b in pairwise([0.0, *(split.distance_m for split in splits)])]


def near(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Return whether two points are so close that the mouse reaches from one to the other."""
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= GRAB_PX


# -- pictures --------------------------------------------------------------------------------------


def draw_pacers(surface: pygame.Surface, view: ScreenState, piece: Piece, touch: DragState) -> None:
    """Draw rings around pacers selected, dragged or under the mouse, their old places and goals."""
    theme, scene, grab = view.style.theme, view.scene, touch.grab
    thick = max(1.5, 0.06 * piece.scale)
    if isinstance(piece, PerspectiveTrack):  # on the ground around his feet
        size = 0.55 * piece.scale, 0.55 * piece.scale * math.sin(piece.lens.rig.pitch)
    else:
        size = body_size("pacer", 1.6 * piece.scale, piece.flat)
    rx, ry = (round(4 * half) / 4 for half in size)
    pink = theme.colour("pink")

    def around(x_m: float, offset_m: float, colour: Colour, alpha: int) -> None:
        surface.blit(*ring(colour, rx, ry, alpha, thick).at(*view.at(piece, x_m, offset_m)))

    held = grab is not None and grab.moved and not grab.end and isinstance(grab.what, PacerSlot)
    for x_m, offset_m in () if held else scene.group.goals:
        around(x_m, offset_m, pink, 8)
    if grab is not None and held:
        around(*view.drawn(*grab.was), pink, 9)
        for snap in touch.snaps:
            _draw_snap(surface, view, piece, snap)
    over = grab is None and pygame.Rect(piece.box).collidepoint(touch.pointer)
    hovered = view.under(touch.pointer) if over else None
    for body in scene.pacers:
        if body.name == touch.taken:
            around(body.x_m, body.offset_m, theme.red if touch.refused else theme.own, 16)
        elif body is hovered:
            around(body.x_m, body.offset_m, theme.text, 10)
    taken = next((body for body in scene.pacers if body.name == touch.taken), None)
    if hovered is not None and hovered is not taken:
        _label(surface, view, piece, hovered, "drag to move")
    elif taken is not None:
        cost_s = touch.moved[1] if touch.moved[0] == touch.taken else None
        note = "assumed" if cost_s is None else f"assumed; {cost_words(cost_s)}"
        _label(surface, view, piece, taken, note, touch.refused)


def draw_hint(surface: pygame.Surface, view: ScreenState) -> None:
    """Write below the inset, before the gun, that its pacers can be moved."""
    box = view.layout.infield.group
    if box is not None and view.shot.whole and view.scene.pacers:
        px, at = (
            view.style.sizes.caption,
            (box.centre[0], box.bottom + 0.85 * view.style.sizes.caption),
        )
        text = "Drag a pacer to see what it costs."
        view.style.type.write(surface, text, at, REGULAR, px, view.style.theme.muted, align=0.5)


def cost_words(cost_s: float) -> str:
    """Return how much later or earlier she finishes, in words."""
    if abs(cost_s) < 0.005:
        return "same finish"
    return f"finish {format_signed(cost_s)} s"


def _draw_snap(surface: pygame.Surface, view: ScreenState, piece: Piece, snap: Snap) -> None:
    style, box = view.style, piece.box
    px, colour, centre = style.sizes.caption, style.theme.own, view.scene.group.centre_m
    if snap.along:
        half = view.scene.group.span_m / 2
        line = [piece.spot(half * n / 12, snap.at_m) for n in range(-12, 13)]
        x, y = min(line)
        at = (max(x, box.x) + px, min(max(y - 0.6 * px, box.y + px), box.bottom - px))
    else:
        along = view.drawn(snap.at_m, 0.0)[0] - centre
        line = [piece.spot(along, offset) for offset in (-1.0, SNAP_LINE_M)]
        at = (line[0][0] + 0.4 * px, max(line[0][1], box.y) + 0.8 * px)
    pygame.draw.aalines(surface, colour, False, line)
    style.type.write(surface, snap.text, at, REGULAR, px, colour)


def _label(
    surface: pygame.Surface,
    view: ScreenState,
    piece: Piece,
    body: Body,
    note: str,
    refused: str = "",
) -> None:
    """Write the selected pacer's name and place, or why he cannot be moved there."""
    slot, style = view.slot_of(body), view.style
    foot = view.at(piece, body.x_m, body.offset_m)
    if slot is None or not pygame.Rect(piece.box).inflate(40, 40).collidepoint(foot):
        return
    px, theme = style.sizes.caption, style.theme
    side = "ahead" if slot.ahead_m >= 0 else "behind"
    x_m, offset_m = view.drawn(slot.ahead_m, slot.offset_m)
    going = max(abs(x_m - body.x_m), abs(offset_m - body.offset_m)) > GOING_M
    text = f"{slot.name}  {'goes to ' * going}{abs(slot.ahead_m):.2f} m {side}"
    text += f", {slot.offset_m:.2f} m aside" if slot.offset_m else ""
    text = refused or f"{text}  ({note})"
    tint = theme.red if refused else theme.text
    wide = min(style.type.width(text, SEMIBOLD, px) + px, piece.box.w)
    card = ground((wide, round(1.5 * px)), style.sizes, theme)
    at = (px / 2, 0.75 * px)
    style.type.write(card, text, at, SEMIBOLD, px, tint, width=max(1, wide - px))
    x, low = foot[0] - wide / 2, piece.box.bottom - card.get_height()
    if isinstance(piece, PerspectiveTrack):  # outside of him: her name and the gap are inside
        x, y = foot[0] + BESIDE_M * piece.scale, min(foot[1] - px, low)
    else:
        y = low if piece.way > 0 else piece.box.y
    surface.blit(card, (min(max(x, piece.box.x), piece.box.right - wide), y))


def draw_handles(
    surface: pygame.Surface, view: ScreenState, splits: Splits, plot: Plot, touch: DragState
) -> None:
    """Draw the plan's splits as handles, with a label for the active one."""
    theme, unit = view.style.theme, view.style.sizes.unit
    lengths = lengths_of(splits)
    places = handles_of(splits, plot)
    free = touch.grab is None
    hovered = [n for n, place in enumerate(places) if free and near(touch.pointer, place)]
    shown = hovered[0] if hovered else touch.taken
    for n, (x, y) in enumerate(places):
        radius = max(4.0, round(4 * (8 if n in (shown, touch.taken) else 6) * unit) / 4)
        locked = theme.warning if splits[n].locked else theme.text
        colour = theme.own if n == touch.taken else locked
        ends = (splits[n].distance_m - part for part in (lengths[n], 0.0))
        left, right = (round(plot.x(metres)) for metres in ends)  # the ends of its section
        thick = max(1, round((2 if n == shown else 1) * unit))
        surface.fill(colour, (left + 1, y, max(1, right - left - 2), thick))
        surface.blit(*dot(colour, radius, radius, 16, theme.back, 1.5).at(x, y))
    if isinstance(shown, int) and shown < len(places):  # after every handle: none is over the words
        cost_s = touch.moved[1] if touch.moved[0] == shown else None
        _say_split(surface, view, splits, shown, places[shown], touch.refused, cost_s, plot.box.y)


def _say_split(
    surface: pygame.Surface,
    view: ScreenState,
    splits: Splits,
    n: int,
    at: tuple[int, int],
    refused: str,
    cost_s: float | None,
    top: int,
) -> None:
    """Write a split's words above its handle, or below it: the buttons are above `top` [px]."""
    split, style = splits[n], view.style
    px, theme, length = style.sizes.caption, style.theme, lengths_of(splits)[n]
    pace = parse_time(split.section) / length * LAP_M
    was = f", file {split.in_file}" if split.changed and split.in_file else ""
    lock = ", locked" if split.locked else ""
    unit = "" if ":" in split.section else " s"
    text = (
        f"to {split.label}: {split.section}{unit}, {format_time(pace)}/400, at {split.cumulative}"
    )
    cost = "" if cost_s is None else f"; {cost_words(cost_s)}"
    text = refused or f"{text}{was}{lock}{cost}"
    wide = style.type.width(text, SEMIBOLD, px) + px
    card = ground((wide, round(1.6 * px)), style.sizes, theme)
    tint = theme.red if refused else theme.text
    style.type.write(card, text, (px / 2, 0.8 * px), SEMIBOLD, px, tint)
    x = min(max(at[0] - wide // 2, 0), view.layout.stage.right - wide)
    y = at[1] - round(2.6 * px)
    surface.blit(card, (x, y if y >= top else at[1] + px))


def draw_bars(surface: pygame.Surface, view: ScreenState, box: Box, touch: DragState) -> None:
    """Draw the bars of the pacer selected or under the mouse, with their ends."""
    theme = view.style.theme
    for bar in bars(view.scene, box, view.style.sizes):
        over = pygame.Rect(bar.box).inflate(GRAB_PX, 2).collidepoint(touch.pointer)
        if bar.slot.name != touch.taken and not over:
            continue
        tint = theme.red if touch.refused and touch.grab is not None else theme.own
        pygame.draw.rect(
            surface, tint, bar.box, max(1, bar.box.h // 5), border_radius=bar.box.h // 3
        )
        for x in (bar.box.x, bar.box.right - 3):
            surface.fill(tint, (x, bar.box.y - 1, 3, bar.box.h + 2))
        if over and touch.grab is None:
            px = view.style.sizes.caption
            at = (bar.box.x + 2 * px, bar.box.centre[1])
            view.style.type.write(surface, bar.slot.name, at, SEMIBOLD, px, theme.text)
