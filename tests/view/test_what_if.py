"""What the strip writes: labels that do not touch, whose time it is, a tip beside its heading."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest

from simulator.analysis.what_if import AXES, Alternative, choices
from simulator.scenario.loader import load_scenario
from simulator.stage.scene import WhatIf
from simulator.view.arranging import arrange
from simulator.view.layout import Box
from simulator.view.panels import what_if as panel
from simulator.view.panels.panel import body
from simulator.view.panels.what_if import WhatIfPanel, lay_out, tip_of
from simulator.view.picture import Painter
from simulator.view.text import SEMIBOLD, Style, Type
from tests.view import scenes
from tests.view.conftest import FakeSession

Places = list[tuple[Box, Style]]
SIZES = [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]
BARS = (
    scenes.bar("4", 245.03, current=True),
    scenes.bar("12", 245.5),
    scenes.bar("13", 246.41, in_file=True, assumed=True),
)
FORKED = WhatIf("pacers, from the gun", BARS, 239.99)
PLAIN = replace(FORKED, axis="pacers")


@pytest.fixture(scope="module")
def places() -> list[tuple[Box, Style]]:
    """The strip's place in windows of several sizes."""
    painter, found = Painter(), []
    for size in SIZES:
        layout = arrange(*size)
        style = Style(painter.type, layout.sizes, painter.theme)
        found.append((dict(layout.side)["what_if"], style))
    return found


def painted(box: Box, shown: WhatIf, style: Style, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is written when the strip is painted."""
    written: list[str] = []
    write = Type.write

    def noting(self: Type, target: pygame.Surface, text: str, *args: Any, **more: Any) -> int:
        written.append(text)
        return write(self, target, text, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Type, "write", noting)
        surface = pygame.Surface((box.right, box.bottom))
        panel.paint(surface, lay_out(box, shown, style), shown, style)
    return written


def rows_of(axis: str) -> list[Alternative]:
    file = load_scenario("breaking4")
    changes = ["pacers.front_gap=1.2", "pacers.formation=inverted_v", "environment.temperature=7"]
    scenario = load_scenario("breaking4", overrides=changes)
    rows = choices(scenario, axis, file)
    return [replace(row, finish_s=245.0 + i, assumed=False) for i, row in enumerate(rows)]


def test_the_first_and_the_own_bar_are_named(places: Places) -> None:
    """Nobody in front of her is the bar that is told of most."""
    bars = tuple(scenes.bar(str(n), 250.0 - n / 10, current=n == 13) for n in range(14))
    for box, style in places:
        named = [label.text for label in lay_out(box, WhatIf("pacers", bars, 239.99), style).labels]
        assert (named[0], named[-1]) == ("0", "13")
        assert len(named) > 5


def check_labels(box: Box, shown: WhatIf, style: Style) -> None:
    found = lay_out(box, shown, style).labels
    inner = body(box, style.sizes)
    for label in found:
        assert style.type.width(label.text, label.weight, style.sizes.caption) <= label.w
        assert inner.x <= label.x
        assert label.x + label.w <= inner.right
    for one, after in itertools.pairwise(found):
        assert one.x + one.w + 3 <= after.x, (one, after)
    always = {i for i, bar in enumerate(shown.bars) if bar.current or bar.in_file}
    assert always <= {label.index for label in found}


@pytest.mark.parametrize("axis", list(AXES))
def test_no_two_labels_touch(axis: str, places: Places) -> None:
    bars = rows_of(axis)
    for box, style in places:
        for own, told in itertools.product(range(len(bars)), repeat=2):
            moved = [
                replace(bar, current=i == own, in_file=i == told) for i, bar in enumerate(bars)
            ]
            check_labels(box, WhatIf(axis, tuple(moved), 239.99), style)
        shown = lay_out(box, WhatIf(axis, tuple(bars), 239.99), style).labels
        assert len(shown) >= min(2 if box.w < 280 else 3, len(bars))
        assert all(label.text == bars[label.index].label for label in shown), "none is cut"


def test_names_of_any_length_do_not_touch(places: Places) -> None:
    for box, style in places:
        for own, told in itertools.permutations(range(4), 2):
            bars = tuple(
                scenes.bar(f"{i} {'long ' * 30}", 240.0, current=i == own, in_file=i == told)
                for i in range(4)
            )
            check_labels(box, WhatIf("formation", bars, 239.99), style)
            cut = lay_out(box, WhatIf("formation", bars, 1.0), style).labels
            assert all(label.text.endswith("…") for label in cut)


@pytest.mark.parametrize("axis", list(AXES))
def test_these_labels_are_painted_and_no_others(
    axis: str, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = WhatIf(axis, tuple(rows_of(axis)), 239.99)
    for box, style in places:
        written = painted(box, shown, style, monkeypatch)
        names = {bar.label for bar in shown.bars}
        assert [text for text in written if text in names] == [
            label.text for label in lay_out(box, shown, style).labels
        ]


def test_a_time_from_the_gun_is_not_called_yours(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = (replace(BARS[0], hidden=True), *BARS[1:])
    lost = (replace(BARS[0], finish_s=None), *BARS[1:])
    for box, style in places:
        for bars, gun, yours in (
            (BARS, "from the gun 4:05.03", "yours 4:05.03"),
            (hidden, "from the gun: at the finish", "yours: at the finish"),
            (lost, "from the gun: no finish", "did not finish"),
        ):
            written = painted(box, replace(FORKED, bars=bars), style, monkeypatch)
            assert gun in written
            assert not any("yours" in text for text in written)
            assert yours in painted(box, replace(PLAIN, bars=bars), style, monkeypatch)


def test_what_is_not_known_yet_is_no_failure(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = (replace(BARS[0], finish_s=None, stale=True), *BARS[1:])
    box, style = places[0]
    written = painted(box, replace(PLAIN, bars=bars), style, monkeypatch)
    assert "being computed" in written
    assert "did not finish" not in written


@pytest.mark.parametrize("axis", list(AXES))
def test_the_heading_leaves_room_for_the_own_time(axis: str, places: Places) -> None:
    shown = replace(FORKED, axis=f"{axis}, from the gun", bars=(replace(BARS[0], hidden=True),))
    for box, style in places:
        place, mine = lay_out(box, shown, style).heading[1], "from the gun: at the finish"
        right = body(box, style.sizes).right
        assert place.right <= right - style.type.width(mine, SEMIBOLD, style.sizes.small)


def test_a_tip_says_whose_time_it_is() -> None:
    assert tip_of(PLAIN, 0) == ("pacers 4: 4:05.03", "yours: −1.38 s on the file's 13")
    assert tip_of(FORKED, 0) == ("pacers 4: 4:05.03", "from the gun: −1.38 s on the file's 13")
    assert tip_of(PLAIN, 1)[1] == "+0.47 s on yours"
    assert tip_of(FORKED, 1)[1] == "+0.47 s on 4 from the gun"
    assert tip_of(PLAIN, 2)[1] == "+1.38 s on yours, in the file, rests on assumed spacing"
    as_filed = replace(PLAIN, bars=(replace(BARS[0], in_file=True), BARS[1]))
    assert tip_of(as_filed, 0)[1] == "yours, in the file"
    secret = replace(FORKED, bars=(replace(BARS[0], hidden=True), *BARS[1:]))
    assert tip_of(secret, 0)[1].startswith("from the gun: shown at the finish")
    assert "yours" not in tip_of(secret, 1)[1]


def test_a_tip_names_the_light_that_is_lost_among_several() -> None:
    second = "wavelight.waves=[{name: 3:59.99}, {name: record, plan: {target: 3:55}}]"
    for overrides, lost, kept in (
        ([], "light lost at", "the light is"),
        ([second], "light 3:59.99 lost at", "light 3:59.99 is"),
    ):
        scenario = load_scenario("breaking4", overrides=overrides)
        rows = [replace(bar, scenario=scenario) for bar in BARS[1:]]
        bars = (replace(rows[0], lost_light_m=933.4), rows[1])
        shown = WhatIf("pacers", bars, 239.99, "light lost")
        tips = [tip_of(shown, n)[0] for n in range(2)]
        assert tips == [f"pacers 12: {lost} 933 m", f"pacers 13: {kept} kept"]


@pytest.mark.parametrize(
    ("axis", "label", "told"), [("temperature", "20°", "25°"), ("policy", "wait 10", "hold")]
)
def test_a_tip_tells_the_cost_whatever_the_label(axis: str, label: str, told: str) -> None:
    bars = (scenes.bar(label, 240.5, current=True), scenes.bar(told, 240.0, in_file=True))
    assert tip_of(WhatIf(axis, bars, 239.99), 0)[1] == f"yours: +0.50 s on the file's {told}"


def test_a_tip_never_covers_the_heading(places: Places, session: FakeSession) -> None:
    bars, scene = WhatIfPanel(), replace(scenes.light_lost(), what_if=FORKED)
    for box, style in places:
        bars.layout(box, scene, style)
        where = lay_out(box, FORKED, style)
        heading = where.heading[1]
        line = pygame.Rect(box.x, box.y, box.w, heading.bottom - box.y)
        spots = [column.centre for column in where.columns] + [heading.centre]
        for x, y in spots:
            surface = pygame.Surface((box.right + 8, box.bottom + 8))
            at = (round(x), round(y))
            bars.handle(pygame.Event(pygame.MOUSEMOTION, pos=at), session.typed)
            bars.draw_over(surface, session.typed, None)
            drawn = pygame.mask.from_threshold(surface, (0, 0, 0), (1, 1, 1, 255))
            drawn.invert()
            assert drawn.count(), "there is a tip"
            top = min(rect.top for rect in drawn.get_bounding_rects())
            assert top >= line.bottom


def test_bars_that_tie_have_one_time_written_and_none_touch(places: Places) -> None:
    for box, style in places:
        for current, count in itertools.product((0, 6, 13), (1, 2, 14)):
            bars = [scenes.bar(str(i), 245.03, current=i == current) for i in range(count)]
            times = lay_out(box, WhatIf("pacers", tuple(bars), 239.99), style).times
            assert 1 <= len(times) <= 2
            assert all(a.clear_of(b, 1) for a, b in itertools.combinations(times, 2))
            assert current >= count or times[0].index == current


def test_the_slowest_bar_has_its_time_written_beside_the_own_one(places: Places) -> None:
    bars = [scenes.bar(str(i), 250.0 - i, current=i == 13) for i in range(14)]
    for box, style in places:
        times = lay_out(box, WhatIf("pacers", tuple(bars), 239.99), style).times
        assert [(time.index, time.text) for time in times] == [
            (13, "3:57.00"),
            (0, "4:10.00"),
        ]


def test_a_value_over_a_bar_is_written_as_in_the_heading(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    for finish_s, text in ((246.44, "4:06.44"), (1587.74, "26:27.74")):
        bars = (scenes.bar("4", finish_s, current=True), scenes.bar("5", finish_s + 3.0))
        for box, style in places:
            written = painted(box, WhatIf("pacers", bars, 239.99), style, monkeypatch)
            assert f"yours {text}" in written
            assert text in written


@pytest.mark.parametrize("offset_s", [-0.1, 0.0, 0.1, 0.3, 0.6, 1.0])
def test_the_targets_line_crosses_no_value_over_a_bar(offset_s: float, places: Places) -> None:
    bars = [scenes.bar(str(i), 243.0 + i / 4, current=i == 7) for i in range(14)]
    shown = WhatIf("pacers", tuple(bars), 244.75 + offset_s)
    for box, style in places:
        lay, px = lay_out(box, shown, style), style.sizes.caption
        own = next(time for time in lay.times if time.index == 7)
        middle = lay.bars[7].y - 0.55 * lay.heading[1].h
        place = pygame.Rect(own.x, round(middle - 0.35 * px), own.w, round(0.7 * px))
        pictures = []
        for colour in (style.theme.target, style.theme.panel):
            theme = replace(style.theme, target=colour)
            surface = pygame.Surface((box.right, box.bottom))
            panel.paint(surface, lay, shown, replace(style, theme=theme))
            pictures.append(surface.subsurface(place).copy())
        first, second = (pygame.image.tobytes(each, "RGB") for each in pictures)
        assert first == second, "no part of the line lies on it"


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("target_s", [239.99, 243.0, 246.5, 252.0])
def test_the_targets_time_and_line_cover_no_bar_and_no_question_mark(
    target_s: float, hidden: bool, places: Places
) -> None:
    bars = [scenes.bar(str(i), 250.0 - i / 2, current=i == 0, hidden=hidden) for i in range(14)]
    shown = WhatIf(
        "pacers", tuple(bars[:1] + [replace(b, hidden=False) for b in bars[1:]]), target_s
    )
    for box, style in places:
        lay, px = lay_out(box, shown, style), style.sizes.body
        assert lay.area.y <= lay.target_y <= lay.area.bottom
        pictures = []
        for colour in (style.theme.target, style.theme.own):
            theme = replace(style.theme, target=colour)
            surface = pygame.Surface((box.right, box.bottom))
            panel.paint(surface, lay, shown, replace(style, theme=theme))
            pictures.append(pygame.surfarray.array2d(surface))
        rows = pictures[0] != pictures[1]
        for bar in lay.bars:
            crossed = np.flatnonzero(rows[bar.x : bar.right].any(axis=0))
            assert not len(crossed) or np.ptp(crossed) < 0.3 * px, "no more than the line"
        x, y = (round(middle) for middle in lay.bars[0].centre)
        if hidden:
            mark = rows[x - px // 3 : x + px // 3, y - px // 3 : y + px // 3]
            assert not mark.any(), "no line through the question mark"
