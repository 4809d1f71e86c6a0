"""The one function that window, still and film share: a scene, options and a size become a picture.

In: a surface, a `Scene`, `PictureOptions`. Out: the surface, drawn whole. The picture depends on
nothing else; the caches (ground, layer, glyphs, glows, chart) are keyed by content and only save
time.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pygame

from simulator.files import replacing
from simulator.scenario.png_texts import MOMENT, SCENARIO, with_texts
from simulator.screen import Camera
from simulator.stage.keys import BINDINGS, BY_HAND, PRESENTING
from simulator.stage.scene import Scene, Staging
from simulator.view import camera, sprites
from simulator.view.arranging import EVERY_PANEL, LECTURE_PANELS, arrange, arrange_lecture
from simulator.view.camera import WHOLE, Shot, goal_of, on_air, rig_of, view_of
from simulator.view.input import rows
from simulator.view.layers import bodies, effects, group
from simulator.view.layers.track import Tiles, draw_ground, mark_names, painted_names, stretched
from simulator.view.layout import Box, Hud, Layout, upright
from simulator.view.panels import cards, chapter, scoreboard
from simulator.view.panels.panel import CachedLayer, SidePanel
from simulator.view.panels.panel import frame as panel_frame
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.panels.timeline import ChartKind, PacerChart, Timeline
from simulator.view.perspective import Lens
from simulator.view.text import Style, Type
from simulator.view.theme import NIGHT, Theme, theme_named

if TYPE_CHECKING:
    from simulator.scenario.model import Scenario
    from simulator.view.layers.close_up import CloseUp

_FADE = 0.3
"""The map fades within this share of a move from it or to it."""
BODIES_PX = 22.0
"""From this scale on, bodies are seen from above and not as dots [px/m]."""
_STEADY_S = 0.5
"""Scenes whose moments differ by less follow one another in a window that plays [s]."""
UPRIGHT = 0.15
"""Where she runs up or down the picture, at most this share of her way is to a side: the group's
camera, which turns with the track little by little, sees 0.1 in a bend of 200 m."""
_SETTLING = 0.7
"""The wheel may go on turning: ground is painted only after this share of a notch's move."""


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """What the window chooses about a picture.

    Attributes:
        labels: names next to the dots.
        shot: the state of the camera.
        help: the help card is open.
        controls: leave room for the buttons (a still has none).
        presenting: for a lecture hall: clock and gap as large as they go, no notices.
        tiles: how much new ground may be painted for this picture; the rest is stretched from the
            whole track, and similar sprites replace bodies that are not ready. None = everything,
            so that the picture depends only on the scene and these options.
        chart: the kind of chart below the stage.
    """

    labels: bool = True
    shot: Shot = WHOLE
    help: bool = False
    controls: bool = False
    presenting: bool = False
    tiles: int | None = None
    chart: ChartKind = ChartKind.GAP


def layout_of(size: tuple[int, int], staging: Staging | None, options: PictureOptions) -> Layout:
    """Return the boxes of a picture at a size [px]; a story chooses the panels."""
    if options.presenting:
        shown = LECTURE_PANELS if staging is None else staging.panels
        return arrange_lecture(*size, shown, staging is not None)
    shown = EVERY_PANEL if staging is None else staging.panels
    return arrange(*size, options.controls, shown, staging is not None)


@dataclass(frozen=True, slots=True, eq=False)
class StaticPicture:
    """What is drawn once for one size and one track.

    Attributes:
        ground: the stage with the whole track.
        layer: the whole picture, without moving parts.
        bands: the score below a close camera, by running direction: 1 right, -1 left.
        infield: the score in the infield, weather and assumptions without a ground, for when they
            fade.
        sign: the box of the weather sign on the whole track.
    """

    style: Style
    sign: Box
    ground: pygame.Surface
    layer: CachedLayer
    bands: dict[int, CachedLayer]
    infield: CachedLayer
    charts: dict[ChartKind, Timeline | PacerChart]


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """One picture: the surface it is drawn on, and all that it shows."""

    surface: pygame.Surface
    scene: Scene
    options: PictureOptions
    layout: Layout
    base: StaticPicture


class Painter:
    """Draws scenes; keep one for each window, film or size, since it caches what it has drawn."""

    def __init__(
        self,
        theme: Theme | None = None,
        type_: Type | None = None,
        panels: Mapping[str, SidePanel] | None = None,
    ) -> None:
        """Set the theme, and share another painter's `Type` and panels; no display is needed."""
        self.theme = theme or NIGHT
        self.type = type_ or Type()
        self._style: Style | None = None
        self._tiles = Tiles(self.theme)
        self._base_key: Hashable = None
        self._layout: Layout | None = None
        self._base: StaticPicture | None = None
        self._last: _Frame | None = None
        self._turn = False
        self.panels = panels or {name: made() for name, made in SIDE_PANELS.items()}

    def followed_by(self, theme: Theme) -> Painter:
        """Return a painter with other colours; this one's caches are dropped.

        Fonts are open files and sprites are large: two sets should not exist at once.
        """
        self.type.forget()
        sprites.forget()
        return Painter(theme, self.type, self.panels)

    def draw(
        self, surface: pygame.Surface, scene: Scene, options: PictureOptions | None = None
    ) -> None:
        """Draw `scene` over all of `surface`."""
        options = options or PictureOptions()
        if scene.notice and options.presenting:
            scene = replace(scene, notice="")
        options = replace(options, shot=on_air(options.shot, scene))
        layout = layout_of(surface.get_size(), scene.staging, options)
        base = self._base_of(layout, scene)
        frame = _Frame(surface, scene, options, layout, base)
        panels, figures = self._due(frame)
        if panels:
            self._panels(frame)
        stage, picture = layout.stage, base.layer.picture
        if options.shot.whole:
            if figures:
                self._score(base.layer, scene, layout.infield, base.style)
                self._weather(base.layer, scene, layout, base)
            surface.blit(picture, (0, 0))
            view = camera.whole(layout.track)
            self._stage(frame, (view, box_of(layout, options.shot)))
        else:
            if figures:
                self._fading(frame)
            beside = Box(stage.right, 0, layout.width - stage.right, layout.height)
            under = Box(0, stage.bottom, stage.right, layout.height - stage.bottom)
            for part in (beside, under):  # the stage itself is redrawn
                surface.blit(picture, part[:2], part)
            self._close(frame)
        if options.shot.whole and layout.infield.group is not None:
            group.draw(surface, scene, layout.infield.group, base.style)
        if layout.timeline is not None:
            base.charts[options.chart].draw(surface, scene, layout.timeline)
        self._over(frame)

    def style(self, layout: Layout) -> Style:
        """Return the style of a picture: one object, used as a key for cached layouts."""
        if self._style is None or self._style.sizes != layout.sizes:
            self._style = Style(self.type, layout.sizes, self.theme)
        return self._style

    def prepare(self, left_s: Callable[[], float]) -> None:
        """Paint in advance what the next pictures need, while time is left [s]."""
        self._athletes.prepare(left_s)

    @cached_property
    def _athletes(self) -> CloseUp:
        from simulator.view.layers.close_up import CloseUp  # noqa: PLC0415 - a window opens without it

        return CloseUp()

    def _base_of(self, layout: Layout, scene: Scene) -> StaticPicture:
        key = (layout, scene.start_s_m, scene.lap_m, scene.leds, group.across(scene.group))
        if self._base is None or key != self._base_key:
            if self._base is not None and layout != self._layout:
                # a window dragged larger passes through a hundred sizes, each with its sprites
                sprites.forget()
                self._tiles = Tiles(self.theme)
            self._base_key, self._layout = key, layout
            self._base = self._draw_base(layout, scene)
        return self._base

    def _draw_base(self, layout: Layout, scene: Scene) -> StaticPicture:
        theme, stage = self.theme, layout.stage
        style = self.style(layout)
        picture = pygame.Surface((layout.width, layout.height), 0, 32)
        picture.fill(theme.back)
        view = camera.whole(layout.track)
        ground = draw_ground(view, stage, theme, scene.start_s_m, scene.leds, scene.lap_m)
        picture.blit(ground, stage)
        mark_names(picture, view, stage, scene.start_s_m, style, scene.lap_m)
        if layout.banded and layout.band.area.touches(stage):
            _band_ground(picture, layout.band.area, theme)
        if layout.infield.group is not None:
            group.frame(picture, layout.infield.group, scene.group, style)
        for name, box in layout.side:
            panel_frame(picture, box, SIDE_PANELS[name].heading, style, SIDE_PANELS[name].rank)
        if layout.timeline is not None:
            panel_frame(picture, layout.timeline, "", style, rank=2)
        area = layout.band.area
        below, bands = layout.band.moved(-area.x, -area.y), {}
        for way in (1, -1):
            band = pygame.Surface((area.w, area.h), 0, 32)
            _band_ground(band, below.area, theme)
            if below.group is not None:
                group.frame(band, below.group, scene.group, style, way)
            bands[way] = CachedLayer(band)
        clear = pygame.Surface((stage.w, stage.h), pygame.SRCALPHA, 32)
        if layout.infield.group is not None:
            group.frame(clear, layout.infield.group, scene.group, style)
        clear.set_alpha(None)  # so that what is drawn anew becomes transparent before
        charts: dict[ChartKind, Timeline | PacerChart] = {
            kind: Timeline(style, kind) for kind in (ChartKind.GAP, ChartKind.PACE)
        }
        charts[ChartKind.PACERS] = PacerChart(style)
        infield = CachedLayer(clear)
        sign = effects.weather_box(camera.whole(layout.track), layout.infield, style)
        layer = CachedLayer(picture)
        return StaticPicture(style, sign, ground, layer, bands, infield, charts)

    def _panels(self, frame: _Frame) -> None:
        scene, layout, base, staging = frame.scene, frame.layout, frame.base, frame.scene.staging
        layer, style = base.layer, base.style
        scoreboard.show_texts(layer, scene, layout, style)
        if layout.foot is not None:
            scoreboard.assumed(layer, scene, layout.foot, style)
        for name, box in layout.side:
            panel = self.panels[name]
            panel.layout(box, scene, style)
            panel.draw(layer, box)
        if layout.timeline is not None:
            base.charts[frame.options.chart].show(layer, scene, layout.timeline)
        if layout.caption is not None and staging is not None:
            chapter.caption(layer, staging, layout.caption, style)

    def _due(self, frame: _Frame) -> tuple[bool, bool]:
        """Return whether the panels are drawn anew, and the score with the group from above.

        While a window plays they take turns: nobody reads them sixty times a second.
        """
        last, self._last, scene, options = self._last, frame, frame.scene, frame.options
        self._turn = not self._turn
        if last is None or options.tiles is None:
            return True, True
        if last.base is not frame.base or last.options != options:
            return True, True
        before = last.scene
        alike = before.phase is scene.phase and before.chart.curves is scene.chart.curves
        if not alike or scene.paused or not 0.0 < scene.time_s - before.time_s < _STEADY_S:
            return True, True
        return self._turn, not self._turn

    def _fading(self, frame: _Frame) -> None:
        """Update the score below a camera, and what fades with the whole track while it is seen."""
        base, layout, scene, shot = frame.base, frame.layout, frame.scene, frame.options.shot
        way, (x, y, *_), style = way_of(layout, shot, scene), layout.band.area, base.style
        updated = [(base.bands[way], layout.band.moved(-x, -y), way)]
        if _opacities(layout, shot)[0] > 0.0:
            updated.append((base.infield, layout.infield, 1))
            if layout.foot is not None:
                scoreboard.assumed(base.infield, scene, layout.foot, style)
            self._weather(base.infield, scene, layout, base)
        for layer, hud, way in updated:
            self._score(layer, scene, hud, style)
            if hud.group is not None:
                group.redraw(layer, scene, hud.group, style, way)

    @staticmethod
    def _score(layer: CachedLayer, scene: Scene, hud: Hud, style: Style) -> None:
        scoreboard.show(layer, scene, hud, style)
        if hud.group is not None:
            group.note(layer, scene, hud.group, style)

    @staticmethod
    def _weather(layer: CachedLayer, scene: Scene, layout: Layout, base: StaticPicture) -> None:
        """Update the sign of the weather, which is empty in calm and mild air."""
        weather, paint = scene.weather, None
        if weather is not None:
            turned = upright(layout.track)
            style = base.style
            paint = partial(effects.draw_weather, weather=weather, style=style, upright=turned)
        layer.field("weather", base.sign, weather, paint)

    def _stage(self, frame: _Frame, seen: tuple[camera.MapView, Box], named: float = 1.0) -> None:
        """Draw lights, names and bodies on the track; `named`: the names' opacity, 0 to 1."""
        surface, scene, options = frame.surface, frame.scene, frame.options
        layout, style, (view, box) = frame.layout, frame.base.style, seen
        surface.set_clip(box)
        effects.draw_waves(surface, scene.waves, view, box, self.theme)
        effects.draw(surface, scene, view, box, self.theme)
        spots = bodies.spots(scene, view)
        if options.labels and named > 0.0:
            painted = painted_names(view, scene.start_s_m, style, scene.lap_m)
            where, keep_off = box, _covered(scene, layout, options.shot)
            if _opacities(layout, options.shot)[0] > 0.0:
                # a camera that follows has too little room to give way to words on the track
                words = scoreboard.written(scene, layout.infield, style)
                sign = () if scene.weather is None else (frame.base.sign,)
                where = layout.names
                keep_off += (*layout.solid(), *words, *sign, *bodies.boxes_of(painted))
            names = bodies.place_names(spots, view, where, keep_off, style, inside=layout.banded)
            area = bodies.area_of(names).clip(surface.get_clip())
            before = surface.subsurface(area).copy() if named < 1.0 else None
            bodies.write_names(surface, names, style, painted)
            if before is not None:
                before.set_alpha(round(255 * (1.0 - named)))
                surface.blit(before, area)
        if view.scale >= BODIES_PX and not options.shot.whole:
            part = surface.subsurface(pygame.Rect(box).clip(surface.get_rect()))
            rig = camera.map_rig(view, Box(*part.get_offset(), *part.get_size()))
            lens, exact = Lens(rig, *part.get_size()), options.tiles is None
            self._athletes.bodies(part, scene, lens, self.theme, exact=exact)
        else:
            bodies.draw_bodies(surface, spots, view, box, self.theme)
        surface.set_clip(None)

    def _close(self, frame: _Frame) -> None:
        """Draw the stage through any camera but the resting whole track, the score below it."""
        surface, scene, layout, base = frame.surface, frame.scene, frame.layout, frame.base
        shot, area = frame.options.shot, layout.band.area
        box = box_of(layout, shot)
        surface.set_clip(box)
        share, on_map = _map_part(shot)
        if share < 1.0:
            rig = rig_of(shot, scene, layout, box)
            part = surface.subsurface(pygame.Rect(box).clip(surface.get_rect()))
            self._athletes.draw(
                part,
                scene,
                rig,
                base.style,
                labels=frame.options.labels,
                exact=frame.options.tiles is None,
                keep_off=_covered(scene, layout, shot),
                seen=max(0.0, 1.0 - 2.0 * share),
            )
        if share > 0.0:
            self._map(replace(frame, options=replace(frame.options, shot=on_map)), box, share)
        surface.set_clip(layout.stage)
        # what the picture leaves free is the band's before that is opaque
        surface.fill(self.theme.panel, (area.x, box.bottom, area.w, area.bottom - box.bottom))
        # each fades where it stays: no number is ever cut
        band = base.bands[way_of(layout, shot, scene)]
        above, below = _opacities(layout, shot)
        scoreboard.write_texts(surface, scene, layout, base.style, 1.0 - above)
        if above > 0.0:
            base.infield.picture.set_alpha(round(255 * above))
            for place in _infield_parts(layout, base.sign):
                surface.blit(base.infield.picture, place[:2], place)
        band.picture.set_alpha(round(255 * below) if below < 1.0 else None)
        surface.blit(band.picture, area[:2])
        surface.set_clip(None)

    def _map(self, frame: _Frame, box: Box, share: float) -> None:
        """Draw the map in a box; during a move from or to a close camera, with partial opacity.

        Its names have faded out before those of the close camera fade in: nobody is named twice.
        """
        surface, onto, scene, layout = frame.surface, frame.surface, frame.scene, frame.layout
        view = view_of(frame.options.shot, layout)
        if share < 1.0:
            onto = surface.subsurface(surface.get_rect()).copy()
            onto.set_clip(box)
        frame = replace(frame, surface=onto)
        self._ground(frame, (view, box))
        mark_names(onto, view, box, scene.start_s_m, frame.base.style, scene.lap_m)
        self._stage(frame, (view, box), 2.0 - 1.0 / share)
        if share < 1.0:
            onto.set_alpha(round(255 * share))
            surface.set_clip(box)
            surface.blit(onto, box[:2], box)

    def _ground(self, frame: _Frame, seen: tuple[camera.MapView, Box]) -> None:
        """Draw the ground: sharp when the camera is at rest, stretched while it moves."""
        surface, scene, layout, (view, box) = frame.surface, frame.scene, frame.layout, seen
        shot, most, tiles = frame.options.shot, frame.options.tiles, self._tiles
        track = (scene.start_s_m, scene.leds, scene.lap_m)

        def stretch() -> None:
            known = camera.whole(layout.track)
            stretched(surface, frame.base.ground, known, view, box, self.theme.back)

        if shot.start is None:
            if most is not None and len(tiles.missing(view, box, track)) > most:
                stretch()
            tiles.draw(surface, view, box, track, most)
            return
        goal = goal_of(shot, layout)
        by_hand = shot.camera is Camera.FREE and shot.share < _SETTLING
        new = None if most is None else 0
        if by_hand or not tiles.draw_scaled(surface, view, goal, box, track, new):
            stretch()
        if most is not None and shot.camera is not Camera.WHOLE and not by_hand:
            # during the move, so that the picture is sharp on arrival
            tiles.prepare(goal, layout.view, track, most)

    def _over(self, frame: _Frame) -> None:
        """Draw the overlays: result board, large numbers, a chapter's card, help."""
        surface, layout, style = frame.surface, frame.layout, frame.base.style
        size, staging = (layout.width, layout.height), frame.scene.staging
        if staging is not None and (staging.figures or staging.link):
            high = size[1] if layout.caption is None else layout.caption.y
            chapter.draw_slide(surface, staging, high, style)
        else:
            self._slide_in(frame)
        if staging is not None and staging.card > 0:
            chapter.draw_card(surface, staging, style)
        if frame.options.help:
            presenting = frame.options.presenting
            keys = rows(presenting=True) if presenting else (*BINDINGS, *BY_HAND, *PRESENTING)
            card = cards.help_card(*size, style, keys)
            left, top = (size[0] - card.get_width()) // 2, (size[1] - card.get_height()) // 2
            surface.blit(card, (left, top))

    @staticmethod
    def _slide_in(frame: _Frame) -> None:
        """Draw the result board sliding from the side to its place."""
        scene, layout, options, style = frame.scene, frame.layout, frame.options, frame.base.style
        board, box = scene.board, _board_box(scene, layout, options.shot)
        if board is None or box is None:
            return
        if options.presenting and board.numbers:
            card = chapter.lecture_board(board.numbers, box, style)
        else:
            card = cards.board(board, box, style)
        out = box.right if box.centre[0] < layout.width / 2 else box.x - layout.width
        frame.surface.blit(card, (box.x - round((1 - camera.ease(scene.board_share)) * out), box.y))


_BLACK, _GREY = (0, 0, 0), (128, 128, 128)


class OverlayPainter:
    """Draws pictures without a ground and with an alpha channel, for overlays.

    Each is drawn on black and on grey: the less the ground shines through, the more opaque it is.
    """

    def __init__(self, theme: Theme) -> None:
        self._painters = [Painter(theme.without_ground(back)) for back in (_BLACK, _GREY)]

    def draw(
        self, surface: pygame.Surface, scene: Scene, options: PictureOptions | None = None
    ) -> None:
        """Draw `scene` over all of `surface`, which has an alpha channel."""
        drawn = []
        for painter in self._painters:
            plain = pygame.Surface(surface.get_size(), 0, 32)
            painter.draw(plain, scene, options)
            drawn.append(pygame.surfarray.array3d(plain).astype(np.float32))
        black, grey = drawn
        opaque = 1.0 - (grey - black).mean(axis=2) / _GREY[0]
        # a glow adds light and hides nothing: its opacity is just enough for its brightness
        alpha = np.clip(np.maximum(opaque, black.max(axis=2) / 255.0), 0.0, 1.0)
        colour = black / np.maximum(alpha, 1e-6)[..., None]
        pygame.surfarray.pixels3d(surface)[:] = np.minimum(np.rint(colour), 255).astype(np.uint8)
        pygame.surfarray.pixels_alpha(surface)[:] = np.rint(255.0 * alpha).astype(np.uint8)


def _band_ground(surface: pygame.Surface, area: Box, theme: Theme) -> None:
    surface.fill(theme.panel, area)
    surface.fill(theme.edge, (*area[:3], 1))


def _opacities(layout: Layout, shot: Shot) -> tuple[float, float]:
    """Return the opacities of the score in the infield and of that in the band, 0 to 1.

    The infield's fades as the map does; the other is there by then, so that one can be read.
    """
    gone = camera.ease(shot.lowered / _FADE)
    return 1.0 - gone, 1.0 if layout.banded else min(1.0, 2.0 * gone)


def _infield_parts(layout: Layout, sign: Box) -> list[Box]:
    """Return the boxes around what fades with the whole track: score and weather, assumptions."""
    parts = (box for box in layout.infield if box is not None)
    score = Box(*pygame.Rect(sign).unionall(list(parts)))
    foot = layout.foot
    return [score] if foot is None else [score, foot._replace(x=layout.stage.x, w=layout.stage.w)]


def inset_of(layout: Layout, shot: Shot, scene: Scene) -> tuple[Box, int] | None:
    """Return the box of the group seen from above, and its running direction; None: no box."""
    if shot.whole:
        return None if layout.infield.group is None else (layout.infield.group, 1)
    if _hidden(layout, shot) or layout.band.group is None:
        return None
    return layout.band.group, way_of(layout, shot, scene)


def _board_box(scene: Scene, layout: Layout, shot: Shot) -> Box | None:
    """Return the box of the result board, away from her and the line; None: there is none."""
    if scene.board is None or scene.board_share <= 0:
        return None
    left = shot.camera.close  # the infield, or the track ahead of her
    if shot.whole:
        spots = bodies.spots(scene, camera.whole(layout.track))
        her_x = next(spot.x for spot in spots if spot.body is scene.runner)
        left = her_x > layout.stage.centre[0]
    box = layout.board(whole=shot.whole, left=left)
    return None if box.w < 60 or box.h < 40 else box


def _covered(scene: Scene, layout: Layout, shot: Shot) -> tuple[Box, ...]:
    """Return what no name may cover: the boxes at the stage's upper edge, and the result board."""
    boxes = (layout.title, layout.rate, layout.status, _board_box(scene, layout, shot))
    return tuple(each for each in boxes if each is not None)


def box_of(layout: Layout, shot: Shot) -> Box:
    """Return the part of the stage that the camera's picture fills, above the score's band."""
    return Box(*layout.stage[:3], min(layout.stage.h, layout.view.h + _hidden(layout, shot)))


def _hidden(layout: Layout, shot: Shot) -> int:
    """Return how much of the score's band the camera's picture covers [px]."""
    return 0 if layout.banded else round((1 - shot.band) * layout.band.area.h)


def way_of(layout: Layout, shot: Shot, scene: Scene) -> int:
    """Return the running direction in the score's inset: to the left with the rail's camera.

    During a flight it is that of the picture, and to the right where she runs up or down.
    """
    if shot.on_map or shot.start is None:
        return -1 if shot.camera is Camera.RAIL else 1
    box, s, offset = box_of(layout, shot), scene.s_m(scene.runner), scene.runner.offset_m
    lens = Lens(rig_of(shot, scene, layout, box), box.w, box.h)
    (x, y, *_), (ahead_x, ahead_y, *_) = (lens.spot(each, offset) for each in (s - 0.2, s + 0.2))
    return -1 if ahead_x - x < -UPRIGHT * math.hypot(ahead_x - x, ahead_y - y) else 1


def _map_part(shot: Shot) -> tuple[float, Shot]:
    """Return the map's share of a picture, 0 to 1, and the shot that shows it.

    It fades out at the start of a move away from it, and in at the end of a move to it.
    """
    if shot.on_map:
        return 1.0, shot
    if shot.start is None:
        return 0.0, shot
    left, seen = _map_part(shot.start)
    left *= 1.0 - camera.ease(shot.share / _FADE)
    if shot.camera.close:
        return left, seen
    arrived = camera.ease((shot.share - 1.0) / _FADE + 1.0)
    return (left, seen) if left > arrived else (arrived, replace(shot, start=None, share=1.0))


def render_still(
    scene: Scene,
    size: tuple[int, int],
    theme: str = "night",
    options: PictureOptions | None = None,
) -> pygame.Surface:
    """Return the window's picture of a scene at a size [px]; no display is needed.

    The director's camera has arrived: nobody sees from where a single picture came.
    """
    options = PictureOptions() if options is None else options
    if options.shot.camera is Camera.AUTO:
        options = replace(options, shot=camera.resting(scene.on_air()[0]))
    surface = pygame.Surface((max(1, size[0]), max(1, size[1])), 0, 32)
    Painter(theme_named(theme)).draw(surface, scene, options)
    return surface


def png_of(surface: pygame.Surface) -> bytes:
    """Return a surface as PNG."""
    picture = io.BytesIO()
    pygame.image.save(surface, picture, "picture.png")
    data = picture.getvalue()
    picture.truncate(0)  # pygame-ce 2.5.8 never lets go of what it has saved into
    return data


def save_png(
    surface: pygame.Surface,
    path: str | os.PathLike[str],
    shows: tuple[Scenario, float] | None = None,
) -> Path:
    """Write a surface as PNG, whole or not at all; return the path.

    `shows`: the scenario and the race time [s] that it shows, stored so that the picture can be
    opened again.

    Raises:
        OutputError: the folder is missing or not writable, or the disk is full.
    """
    target = Path(path)
    data = png_of(surface)
    if shows is not None:
        from simulator.scenario.save import portable_text  # noqa: PLC0415 - few are saved

        scenario, time_s = shows
        data = with_texts(data, {SCENARIO: portable_text(scenario), MOMENT: f"{time_s:.3f}"})
    with replacing(target) as temporary:
        temporary.write_bytes(data)
    return target
