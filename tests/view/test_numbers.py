"""No number is ever cut, shortened, written over an edge or against another, at any size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, pairwise, product
from typing import Any

import numpy as np
import pygame
import pytest

from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.scenario.reading import shipped_names
from simulator.screen import Camera, Panel
from simulator.session import Session
from simulator.stage.events import events
from simulator.stage.scene import Scene, Staging
from simulator.view import camera
from simulator.view.camera import Shot
from simulator.view.picture import Painter, PictureOptions, layout_of
from simulator.view.text import Type, clean

QUICK = (
    "breaking4",
    "bannister_1954",
    "breaking4_replayed",
    "da_silva_2025",
    "fifteen_hundred",
    "girma_lievin_2023",
    "monaco_2023",
    "solo",
    "wait_for_runner",
    "cheptegei_valencia_2020",
)
MADE = {
    "100 m": "{name: a, distance: 100 m, plan: {target: 11.2}, pacers: {count: 2}}",
    "5000 m": "{name: a, distance: 5000 m, plan: {target: '14:00.00'}, pacers: {count: 3}}",
    "10 km": "{name: a, distance: 10 km, plan: {target: '29:14.00'}, pacers: {count: 1},"
    " environment: {temperature: 33, wind: {speed: 2.5, direction: 40}}}",
    "an hour": "{name: a, distance: 10 km, plan: {target: '1:02:03.00'}, pacers: {count: 1}}",
}
SIZES = ((640, 360), (800, 600), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160))
CAMERAS = tuple(each for each in Camera if each is not Camera.FREE)
MOMENTS = ("ready", "countdown", "start", "middle", "light lost", "bell", "finish", "board")
ON_THE_GROUND = re.compile(r"100|200|300|START.*|FINISH")
"""What lies on the track moves through the picture's edge as the track itself does."""
METRES = re.compile(r"\d+ m")
"""Those of the group are painted on its lanes, and names may lie on them."""


def loaded(name: str) -> Scenario:
    return load_text(MADE[name]) if name in MADE else load_scenario(name)


def moments_of(session: Session) -> Iterator[tuple[str, Scene]]:
    player = session.player
    end_s = session.recording.end_s
    times = {name: t + 0.7 for name, t in events(session.show).items()}
    times |= {"middle": 0.62 * end_s, "board": end_s + 6.0, "finish": end_s}
    for name in MOMENTS:
        if name == "ready":
            player.from_beginning()
        elif name in times:
            at_s = times[name]
            player.playback = replace(
                player.playback, time_s=at_s, furthest_s=max(at_s, -4.0), paused=False
            )
        else:
            continue
        yield name, session.scene()


class Watcher:
    """Notes every number that is cut, written where writing is not allowed, or next to another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.faults: list[str] = []
        self.places: list[tuple[pygame.Surface, str, pygame.FRect]] = []
        self.written = 0
        fit, write, digits = Type.fit, Type.write, Type.digits

        def fitting(type_: Type, text: str, *given: Any, **more: Any) -> str:
            whole, shown = clean(text), fit(type_, text, *given, **more)
            lost = whole[len(shown.rstrip("…")) :]
            if shown != whole and re.search(r"\d", lost):
                self.faults.append(f"{whole!r} is shortened to {shown!r}")
            return shown

        def writing(type_: Type, target: Any, text: str, at: Any, *given: Any, **more: Any) -> int:
            wide = write(type_, target, text, at, *given, **more)
            self._look(target, text, at, wide, given[1], more.get("align", 0.0))
            return wide

        def digit(type_: Type, target: Any, text: str, at: Any, *given: Any, **more: Any) -> int:
            wide = digits(type_, target, text, at, *given, **more)
            self._look(target, text, at, wide, given[1], more.get("align", 0.0))
            return wide

        monkeypatch.setattr(Type, "fit", fitting)
        monkeypatch.setattr(Type, "write", writing)
        monkeypatch.setattr(Type, "digits", digit)

    def _look(
        self, target: pygame.Surface, text: str, at: Any, wide: int, px: int, align: float
    ) -> None:
        if not re.search(r"\d", text) or ON_THE_GROUND.fullmatch(text):
            return
        self.written += 1
        clip = target.get_clip()
        left, high = at[0] - align * wide, 0.7 * px  # digits stand no taller
        inside = clip.left - 1 <= left and left + wide <= clip.right + 1
        upright = clip.top - 1 <= at[1] - high / 2 and at[1] + high / 2 <= clip.bottom + 1
        if not (inside and upright):
            self.faults.append(f"{text!r} of {px} px at {at} leaves {tuple(clip)}")
        place = pygame.FRect(left, at[1] - high / 2, wide, high)
        around = place.inflate(0.3 * px, 0.0)
        for surface, other, there in self.places:
            shadow = text == other and math.dist(place.topleft, there.topleft) < 0.3 * px
            alike = bool(METRES.fullmatch(text)) == bool(METRES.fullmatch(other))
            spaced = text.endswith(" ") or other.endswith(" ")  # parts of one sentence
            if surface is target and around.colliderect(there) and alike and not (shadow or spaced):
                self.faults.append(f"{text!r} of {px} px at {at} touches {other!r}")
        self.places.append((target, text, place))


def faults_of(
    name: str,
    size: tuple[int, int],
    cameras: tuple[Camera, ...],
    monkeypatch: pytest.MonkeyPatch,
    some: int | None = None,
) -> list[str]:
    """Return what is wrong in each moment by each camera, presented and not.

    `some`: only every second of these pictures, beginning with the first or the second.
    """
    session = Session(loaded(name))
    watcher, faults = Watcher(monkeypatch), []
    try:
        for presenting in (False, True):
            painter, surface = Painter(), pygame.Surface(size, 0, 32)
            drawn = list(product(moments_of(session), cameras))
            if some is not None:
                drawn = drawn[(some + presenting) % 2 :: 2]
            for (moment, scene), each in drawn:
                options = PictureOptions(shot=camera.resting(each), presenting=presenting, tiles=1)
                watcher.faults.clear()
                watcher.places.clear()
                painter.draw(surface, scene, options)
                where = f"{name} {size} {each} {moment}{' presenting' if presenting else ''}"
                faults += [f"{where}: {fault}" for fault in dict.fromkeys(watcher.faults)]
    finally:
        session.close()
    assert watcher.written, "nothing was looked at"
    return faults


LARGEST = SIZES[-1]
SOME = [  # a picture of the largest size takes as long as four others
    (name, size, (each,) if size == LARGEST else (each, Camera.WHOLE), turn)
    for name, size, each, turn in zip(
        (*QUICK, *MADE), cycle(SIZES), cycle(reversed(CAMERAS)), cycle((0, 0, 1, 1)), strict=False
    )
]


@pytest.mark.parametrize(
    ("name", "size", "cameras", "turn"),
    [
        pytest.param(
            *(name, size, cameras, turn),
            id=f"{name}-{size[0]}-{cameras[0]}",
            marks=pytest.mark.slow if size == LARGEST else (),  # .ci/run runs them
        )
        for name, size, cameras, turn in SOME
    ],
)
def test_no_number_is_cut(
    name: str,
    size: tuple[int, int],
    cameras: tuple[Camera, ...],
    turn: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert faults_of(name, size, cameras, monkeypatch, turn) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), list(product((*shipped_names(), *MADE), SIZES)))
def test_no_number_is_cut_anywhere(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults_of(name, size, CAMERAS, monkeypatch) == []


def test_a_cut_number_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher, type_ = Watcher(monkeypatch), Type()
    surface = pygame.Surface((60, 20), 0, 32)
    type_.write(surface, "even 4:00.00", (0, 10), "Bold", 12, (255, 255, 255), width=50)
    assert "shortened" in watcher.faults[-1]
    watcher.places.clear()
    type_.write(surface, "4:00.00", (40, 10), "Bold", 12, (255, 255, 255))
    assert "leaves" in watcher.faults[-1]
    surface, wide = pygame.Surface((200, 20), 0, 32), type_.width("+1.00", "Bold", 12)
    for x, kind in ((0, "leaves"), (wide + 9, "leaves"), (2 * wide + 10, "touches")):
        type_.write(surface, "+1.00", (x, 10), "Bold", 12, (255, 255, 255))
        assert kind in watcher.faults[-1]


def test_no_number_is_cut_while_the_score_comes_or_goes() -> None:
    """Its bright digits lie where they will be, or nowhere: the picture's edge cuts none."""
    size, session = (1280, 720), Session(loaded("rudisha_2012"))
    session.seek(49.3)
    scene = replace(session.scene(), paused=False)
    session.close()
    rest, painter = camera.resting(Camera.RAIL), Painter()
    layout, blits = layout_of(size, None, PictureOptions(shot=rest)), list[tuple[int, int]]()
    area = layout.band.area

    class Watched(pygame.Surface):
        def blit(self, *given: Any, **how: Any) -> pygame.Rect:
            source, dest, *_ = given
            if source.get_size() == area[2:]:
                blits.append((dest[0], dest[1]))
            return super().blit(*given, **how)

    surface = Watched(size, 0, 32)
    for lowered in (0.2, 0.5, 0.8, 1.0):
        moving = replace(rest, start=None, lowered=lowered)
        painter.draw(surface, scene, PictureOptions(shot=moving))
    assert blits == [area[:2]] * 4


@pytest.mark.parametrize("name", ["to auto", "from auto", "auto leaves", "auto arrives", "by key"])
def test_a_clock_can_be_read_all_the_way_between_infield_and_band(name: str) -> None:
    """It vanished from the infield in one picture, and was faint in the band for 0.4 s."""
    size, session = (960, 540), Session(loaded("breaking4"))
    auto, whole, rail = (camera.resting(each) for each in (Camera.AUTO, Camera.WHOLE, Camera.RAIL))
    begin_s, shot, arrives = {
        "to auto": (25.0, whole.to(Camera.AUTO), False),
        "from auto": (25.0, auto.to(Camera.WHOLE), True),
        "auto leaves": (67.35, auto, False),
        "auto arrives": (61.35, auto, True),
        "by key": (25.0, rail.to(Camera.WHOLE), True),
    }[name]
    session.seek(begin_s)
    painter, surface = Painter(), pygame.Surface(size, 0, 32)
    layout = layout_of(size, None, PictureOptions())

    def clocks(scene: Scene, shot: Shot) -> list[float]:
        """Return how far the digits of both clocks stand out [grey levels]."""
        pictures = []
        for shown in (scene, replace(scene, time_s=scene.time_s + 111.1)):
            painter.draw(surface, shown, PictureOptions(shot=shot, tiles=1))
            pictures.append(pygame.surfarray.array3d(surface).astype(float))
        differs = np.abs(pictures[0] - pictures[1]).mean(axis=2)
        boxes = [hud.clock for hud in (layout.infield, layout.band) if hud.clock is not None]
        return [float(differs[b.x : b.right, b.y : b.bottom].mean()) for b in boxes]

    scene = replace(session.scene(), paused=False)
    most = [clocks(scene, whole)[0], clocks(scene, rail)[1]]
    seen = []
    for k in range(26):
        session.seek(begin_s + k / 20)
        scene = replace(session.scene(), paused=False)
        both = zip(clocks(scene, shot.after(k / 20)), most, strict=True)
        seen.append([shown / full for shown, full in both])
    session.close()
    infield, band = zip(*(seen if arrives else seen[::-1]), strict=True)
    assert (band[0], infield[0]) == pytest.approx((1.0, 0.0), abs=0.2)
    assert (band[-1], infield[-1]) == pytest.approx((0.0, 1.0), abs=0.2)
    assert min(max(each) for each in seen) > 0.5
    for course in (infield, band):
        assert max(abs(b - a) for a, b in pairwise(course)) < 0.6


@pytest.mark.parametrize("size", [(768, 1024), (1080, 1920)])
@pytest.mark.parametrize("name", ["breaking4", "an hour"])
def test_no_number_is_cut_in_the_panels_of_a_tall_lecture(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each side panel below the score, with the chart, by each camera in turn."""
    session = Session(loaded(name))
    watcher, painter, surface = Watcher(monkeypatch), Painter(), pygame.Surface(size, 0, 32)
    cameras, faults = cycle(CAMERAS), []
    try:
        for panel in (Panel.METERS, Panel.SPLITS, Panel.WHAT_IF):
            shown = frozenset({Panel.CLOCK, Panel.GAPS, Panel.CHART, panel})
            staging = Staging(Camera.WHOLE, shown, "A few words.", 2, 5, whole="A few words.")
            for (moment, scene), each in zip(moments_of(session), cameras, strict=False):
                options = PictureOptions(shot=camera.resting(each), presenting=True, tiles=1)
                watcher.faults.clear()
                watcher.places.clear()
                painter.draw(surface, replace(scene, staging=staging), options)
                where = f"{panel} {each} {moment}"
                faults += [f"{where}: {fault}" for fault in dict.fromkeys(watcher.faults)]
    finally:
        session.close()
    assert watcher.written
    assert faults == []
