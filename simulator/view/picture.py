"""The one function that window, still and film share: a scene, options and a size become a picture.

In: a surface, a `Scene`, `Options`. Out: the surface, drawn whole. What is drawn depends on nothing
else; the caches (ground, plate, glyphs, glows, chart) are keyed by content and only save time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import pygame

from simulator.stage.keys import BINDINGS, PRESENTING
from simulator.stage.scene import Camera, Scene, Staging
from simulator.view import camera, sprites
from simulator.view.arranging import EVERY_PANEL, arrange
from simulator.view.cameras import WHOLE, Shot, goal_of, view_of
from simulator.view.keyboard import rows
from simulator.view.layers import group, labels, lights, runners
from simulator.view.layers.ground import Tiles, stretched
from simulator.view.layers.track import led_pips, mark_lines, mark_names, paint
from simulator.view.layout import Box, Hud, Layout
from simulator.view.lecture import LECTURE_PANELS, arrange_lecture
from simulator.view.panels import caption, cards, head, score
from simulator.view.panels.frame import frame
from simulator.view.panels.side import SIDE_PANELS
from simulator.view.panels.timeline import Timeline
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import Type
from simulator.view.theme import Theme
from simulator.view.themes import THEMES

_SETTLING = 0.7
"""A hand on the wheel may go on: ground is painted for it only from this share of a notch on."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the window chooses about a picture.

    Attributes:
        labels: names beside the dots.
        shot: where the camera is.
        help: the help card is open.
        controls: leave room for the buttons (a still has none).
        presenting: for a lecture hall: clock and gap as large as they go, no notices.
        tiles: how much new ground may be painted sharply for this picture; the rest is stretched
            from the whole track for the moment. None = all of it, so that the picture follows from
            the scene and these options alone.
    """

    labels: bool = True
    shot: Shot = WHOLE
    help: bool = False
    controls: bool = False
    presenting: bool = False
    tiles: int | None = None


def layout_of(size: tuple[int, int], staging: Staging | None, options: Options) -> Layout:
    """Return the boxes of a picture at a size [px]; a story chooses the panels."""
    if options.presenting:
        shown = LECTURE_PANELS if staging is None else staging.panels
        return arrange_lecture(*size, shown, staging is not None)
    shown = EVERY_PANEL if staging is None else staging.panels
    return arrange(*size, options.controls, shown, staging is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is drawn once for one size and one track."""

    style: Style
    ground: pygame.Surface
    plate: Plate
    band: Plate
    timeline: Timeline


class Painter:
    """Draws scenes; keep one for each window, film or size, since it keeps what it has drawn."""

    def __init__(self, theme: Theme | None = None, type_: Type | None = None) -> None:
        """Choose the theme, and share the writing of another one; no display is needed."""
        self.theme = theme or THEMES["night"]
        self.type = type_ or Type()
        self._tiles = Tiles(self.theme)
        self._still_key: Hashable = None
        self._layout: Layout | None = None
        self._kept: Kept | None = None
        self._cards: dict[str, tuple[object, pygame.Surface]] = {}
        self._side = {name: panel() for name, panel in SIDE_PANELS.items()}

    def followed_by(self, theme: Theme) -> Painter:
        """Return a painter in other colours; what is kept in these is dropped.

        Fonts are open files and sprites are large: two sets of them would stand side by side.
        """
        self.type.forget()
        sprites.forget()
        return Painter(theme, self.type)

    def draw(self, surface: pygame.Surface, scene: Scene, options: Options | None = None) -> None:
        """Draw `scene` over all of `surface`."""
        options = options or Options()
        layout = layout_of(surface.get_size(), scene.staging, options)
        kept = self._keep(layout, scene)
        self._panels(kept, scene, layout)
        if options.shot.whole:
            self._score(kept.plate, scene, layout.infield, kept.style)
            surface.blit(kept.plate.picture, (0, 0))
            view = camera.whole(layout.track)
            keep_off = layout.solid(board=scene.board is not None)
            self._stage(surface, scene, (view, layout.stage), keep_off, kept.style, options)
            if layout.infield.group is not None and scene.board is None:
                group.draw(surface, scene, layout.infield.group, kept.style)
        else:
            self._score(kept.band, scene, moved(layout.band), kept.style)
            stage = layout.stage
            beside = Box(stage.right, 0, layout.width - stage.right, layout.height)
            under = Box(0, stage.bottom, stage.right, layout.height - stage.bottom)
            for part in (beside, under):  # the stage itself is drawn anew
                surface.blit(kept.plate.picture, part[:2], part)
            self._close(surface, scene, layout, kept, options)
        if layout.timeline is not None:
            kept.timeline.draw(surface, scene, layout.timeline)
        self._over(surface, scene, layout, kept.style, options)

    def _keep(self, layout: Layout, scene: Scene) -> Kept:
        key = (layout, scene.start_s_m, scene.leds, scene.group.span_m)
        if self._kept is None or key != self._still_key:
            if self._kept is not None and layout != self._layout:
                # a window dragged larger passes a hundred sizes, each with sprites of its own
                sprites.forget()
                self._tiles = Tiles(self.theme)
            self._still_key, self._layout = key, layout
            self._kept = self._blank(layout, scene)
        return self._kept

    def _blank(self, layout: Layout, scene: Scene) -> Kept:
        theme = self.theme
        style = Style(self.type, layout.sizes, theme)
        picture = pygame.Surface((layout.width, layout.height), 0, 32)
        picture.fill(theme.back)
        view = camera.whole(layout.track)
        ground = paint(view, layout.stage, theme)
        mark_lines(ground, view, layout.stage, scene.start_s_m, theme)
        led_pips(ground, view, layout.stage, scene.leds, theme)
        picture.blit(ground, layout.stage)
        mark_names(picture, view, layout.stage, scene.start_s_m, style)
        if layout.infield.group is not None:
            group.frame(picture, layout.infield.group, scene.group.span_m, style)
        for name, box in layout.side:
            frame(picture, box, SIDE_PANELS[name].heading, style)
        if layout.timeline is not None:
            frame(picture, layout.timeline, "", style)
        band = moved(layout.band)
        low = pygame.Surface((band.area.w, band.area.h), 0, 32)
        low.fill(theme.panel)
        low.fill(theme.edge, (0, 0, band.area.w, 1))
        if band.group is not None:
            group.frame(low, band.group, scene.group.span_m, style)
        return Kept(style, ground, Plate(picture), Plate(low), Timeline(style))

    def _panels(self, kept: Kept, scene: Scene, layout: Layout) -> None:
        plate, style = kept.plate, kept.style
        if layout.title is not None and layout.rate is not None:
            head.show(plate, scene, layout.title, layout.rate, style)
        if layout.foot is not None:
            head.assumed(plate, scene, layout.foot, style)
        for name, box in layout.side:
            panel = self._side[name]
            panel.layout(box, scene, style)
            panel.draw(plate, box)
        if layout.timeline is not None:
            kept.timeline.show(plate, scene, layout.timeline)
        if layout.caption is not None and scene.staging is not None:
            caption.show(plate, scene.staging, layout.caption, style)

    @staticmethod
    def _score(plate: Plate, scene: Scene, hud: Hud, style: Style) -> None:
        score.show(plate, scene, hud, style)
        if hud.group is not None:
            group.note(plate, scene, hud.group, style)

    def _stage(
        self,
        surface: pygame.Surface,
        scene: Scene,
        seen: tuple[camera.View, Box],
        keep_off: tuple[Box, ...],
        style: Style,
        options: Options,
    ) -> None:
        """Draw lights, labels and bodies on the track."""
        view, box = seen
        surface.set_clip(box)
        lights.draw(surface, scene.waves, view, box, self.theme)
        found = runners.spots(scene, view)
        if options.labels:
            labels.draw(surface, labels.place(found, view, box, keep_off, style), style)
        runners.draw(surface, found, view, box, self.theme)
        surface.set_clip(None)

    def _close(
        self, surface: pygame.Surface, scene: Scene, layout: Layout, kept: Kept, options: Options
    ) -> None:
        """Draw the stage through any camera but the resting whole track, the score below it."""
        shot = options.shot
        lowered = camera.ease(shot.lowered)
        area = layout.band.area
        down = round((1 - lowered) * area.h)
        box = Box(*layout.stage[:3], min(layout.stage.h, layout.view.h + down))
        view = view_of(shot, scene, layout)
        surface.set_clip(box)
        self._ground(surface, scene, layout, (view, box), kept, options)
        mark_names(surface, view, box, scene.start_s_m, kept.style)
        top = (layout.title, layout.rate)
        keep_off = tuple(each for each in top if each is not None)
        self._stage(surface, scene, (view, box), keep_off, kept.style, options)
        surface.set_clip(layout.stage)
        if layout.title is not None and layout.rate is not None:
            head.over(surface, scene, layout.title, layout.rate, kept.style)
        surface.blit(kept.band.picture, (area.x, area.y + down))
        surface.set_clip(None)
        if layout.band.group is not None and not down:
            group.draw(surface, scene, layout.band.group, kept.style)

    def _ground(
        self,
        surface: pygame.Surface,
        scene: Scene,
        layout: Layout,
        seen: tuple[camera.View, Box],
        kept: Kept,
        options: Options,
    ) -> None:
        """Draw the ground: sharp where the camera is at rest, stretched while it moves."""
        view, box = seen
        shot, known = options.shot, camera.whole(layout.track)
        tiles, ground = self._tiles, (scene.start_s_m, scene.leds)
        if shot.start is not None:
            goal = goal_of(shot, scene, layout)
            by_hand = shot.camera is Camera.FREE and shot.share < _SETTLING
            most = None if options.tiles is None else 0
            if by_hand or not tiles.draw_scaled(surface, view, goal, box, ground, most):
                stretched(surface, kept.ground, known, view, box, self.theme.back)
            if options.tiles is not None and shot.camera is not Camera.WHOLE and not by_hand:
                # on the way, so that the picture is sharp when it arrives
                tiles.prepare(goal, layout.view, *ground, options.tiles)
            return
        if options.tiles is not None and tiles.missing(view, box, *ground) > options.tiles:
            stretched(surface, kept.ground, known, view, box, self.theme.back)
        tiles.draw(surface, view, box, *ground, options.tiles)

    def _over(
        self, surface: pygame.Surface, scene: Scene, layout: Layout, style: Style, options: Options
    ) -> None:
        """Draw what lies over everything: result board, help, notice."""
        board, area = scene.board, layout.infield.board
        if board is not None and area.w >= 120 and area.h >= 80:
            card = self._card("board", (board, area), lambda: cards.board(board, area, style))
            surface.blit(card, (area.x, area.y))
        if options.help:
            size = (layout.width, layout.height)
            keys = rows(presenting=True) if options.presenting else (*BINDINGS, *PRESENTING)
            card = self._card("help", layout, lambda: cards.help_card(*size, style, keys))
            surface.blit(
                card, ((size[0] - card.get_width()) // 2, (size[1] - card.get_height()) // 2)
            )
        if scene.notice and not options.presenting:
            text = scene.notice
            stage = layout.stage if options.shot.whole else layout.view
            key = (layout, text)
            card = self._card("notice", key, lambda: cards.notice(text, stage.w, style))
            foot = layout.foot if scene.assumed else None  # never half over what stands there
            bottom = stage.bottom if foot is None else min(stage.bottom, foot.y)
            y = bottom - card.get_height() - round(6 * layout.unit)
            surface.blit(card, (stage.x + (stage.w - card.get_width()) // 2, max(0, y)))

    def _card(self, name: str, key: object, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        kept = self._cards.get(name)
        if kept is None or kept[0] != key:
            kept = self._cards[name] = (key, make())
        return kept[1]


def moved(hud: Hud) -> Hud:
    """Return a band's boxes counted from the band's own corner."""
    dx, dy = hud.area.x, hud.area.y

    def move(box: Box) -> Box:
        return Box(box.x - dx, box.y - dy, box.w, box.h)

    def maybe(box: Box | None) -> Box | None:
        return None if box is None else move(box)

    return Hud(
        area=move(hud.area),
        lap=maybe(hud.lap),
        clock=maybe(hud.clock),
        distance=maybe(hud.distance),
        gap=maybe(hud.gap),
        outlook=maybe(hud.outlook),
        group=maybe(hud.group),
        board=move(hud.board),
        words=maybe(hud.words),
    )
