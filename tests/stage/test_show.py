from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.uncertainty import Band, Chances
from simulator.analysis.what_if import rests_on_assumed
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.stage.events import events
from simulator.stage.playback import COUNTDOWN_S, RATES, STALL_S, Playback
from simulator.stage.scene import ChartCurve, Phase, Scene, StartLight
from simulator.stage.scene_builder import (
    FADED,
    HOLD_S,
    SLIDE_S,
    ShowOptions,
    lap_of,
    pace_on,
    running_on,
    scene_of,
    short_name,
    start_light,
)
from simulator.stage.show import Show, make_show
from simulator.units import MILE_M

Differences = Callable[[Any, Any], list[str]]
ALL_ON = ShowOptions()


def shown(show: Show, time_s: float, options: ShowOptions = ALL_ON) -> Scene:
    playback = Playback(-COUNTDOWN_S, show.recording.end_s, paused=False).seek(time_s)
    return scene_of(show, playback, options)


# -- a picture is a function of the moment ---------------------------------------------------------

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("frame"), st.floats(0, STALL_S)),
        st.tuples(st.just("stall"), st.floats(STALL_S, 10)),
        st.tuples(st.just("seek"), st.floats(-6, 260)),
        st.tuples(st.just("rate"), st.sampled_from(RATES)),
        st.tuples(st.just("pause"), st.just(0.0)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(MOVES)
def test_however_a_moment_is_reached_it_looks_the_same(
    show: Show, differences: Differences, moves: list[tuple[str, float]]
) -> None:
    playback = Playback(-COUNTDOWN_S, show.recording.end_s)
    for move, value in moves:
        if move in ("frame", "stall"):
            playback = playback.advance(value)
        elif move == "seek":
            playback = playback.seek(value)
        elif move == "rate":
            playback = replace(playback, rate=value)
        else:
            playback = playback.toggle()
        scene_of(show, playback, ALL_ON)
    fresh = replace(show)  # nothing worked out yet
    asked = Playback(
        playback.time_s, playback.end_s, playback.rate, playback.paused, playback.furthest_s
    )
    assert differences(scene_of(show, playback, ALL_ON), scene_of(fresh, asked, ALL_ON)) == []


def test_arrays_are_shared_from_scene_to_scene(show: Show) -> None:
    one, other = shown(show, 10.0), shown(show, 200.0)
    assert all(a is b for a, b in zip(one.chart.curves, other.chart.curves, strict=True))


# -- suspense ------------------------------------------------------------------------------------


def other_future(run: Recording, tick: int) -> Recording:
    """Return the same past up to `tick`, and a future in which she slows down and stops."""
    columns = {}
    for name in ARRAYS:
        values = getattr(run, name).copy()
        values[tick + 1 :] = values[tick] + 0.5 * (values[tick + 1 :] - values[tick])
        columns[name] = values
    return replace(run, finish_s=None, status=Status.DID_NOT_FINISH, **columns)


def visible(scene: Scene) -> Scene:
    """Return the scene with everything taken out that a picture must not show."""
    chart = scene.chart

    def seen(curve: ChartCurve) -> ChartCurve:
        if curve.kind != "runner":
            return curve
        until = curve.x_m <= chart.reveal_m
        return replace(curve, x_m=curve.x_m[until], values=curve.values[until])

    what_if = scene.what_if
    if what_if is not None:
        bars = tuple(replace(bar, finish_s=None) if bar.hidden else bar for bar in what_if.bars)
        what_if = replace(what_if, bars=bars)
    curves = tuple(seen(curve) for curve in chart.curves)
    band = chart.band
    if band is not None:
        until = band.x_m <= chart.reveal_m
        band = Band(band.x_m[until], band.low_s[until], band.high_s[until])
    paces = tuple(seen(curve) for curve in chart.paces)
    chart = replace(chart, curves=curves, band=band, paces=paces)
    return replace(scene, chart=chart, what_if=what_if)


@settings(max_examples=25)
@given(st.integers(1, 2400))
def test_nothing_of_the_future_leaks_into_the_picture(
    scenario: Scenario, show: Show, differences: Differences, tick: int
) -> None:
    run = show.recording
    altered = other_future(run, tick)
    other = make_show(scenario, altered, list(show.ghosts))
    # what will be found out about the other future: another band beyond, other chances from there
    until = run.x[tick]
    assert show.band is not None
    assert show.chances is not None
    later = show.band.x_m > until
    wider = replace(show.band, high_s=np.where(later, 99.0, show.band.high_s))
    dearer = np.where(show.chances.x_m > until, 0.0, show.chances.share + 0.0)
    chances = replace(show.chances, share=dearer)
    other = replace(other, alternatives=show.alternatives, band=wider, chances=chances)
    same = show
    t = tick * run.step_s
    scenes = [visible(shown(s, t)) for s in (same, other)]
    assert scenes[0].what_if is not None
    assert differences(*scenes) == []
    # and the comparison can fail: once all is revealed, they differ
    revealed = [visible(shown(s, t, ShowOptions(reveal=True))) for s in (same, other)]
    assert differences(*revealed) != []


def test_the_chance_is_shown_until_it_is_decided_and_is_judged_from_the_past(show: Show) -> None:
    chances = show.chances
    assert chances is not None
    end = show.recording.end_s
    for t in (-1.0, 0.0, 60.0, 120.0, 239.9):
        scene = shown(show, t)
        assert scene.chance is not None
        assert scene.chance.share == chances.at(scene.distance_m)
        assert scene.chance.target == "sub-4:00"
    for t in (240.0, end - 0.1, end):
        assert shown(show, t).chance is None, "the time of the target is over"
    assert shown(replace(show, chances=None), 60.0).chance is None
    assert "the inputs' spreads" in shown(show, 60.0).assumed


def test_no_chance_found_behind_her_is_shown_in_the_last_metres() -> None:
    scenario = load_scenario("rudisha_2012")
    show = make_show(scenario, simulate(scenario))
    chances = Chances(100.91, np.array([0.0, 700.0]), np.array([0.5, 0.474]))
    show = replace(show, chances=chances)
    before, after = (float(show.recording.time_at(x)) for x in (775.0, 785.0))
    assert shown(show, before).chance is not None
    assert shown(show, after).chance is None
    assert after < chances.target_s


def test_the_band_widens_the_chart_only_where_it_has_been_seen(show: Show) -> None:
    band = show.band
    assert band is not None
    far = replace(band, high_s=np.where(band.x_m > 1000.0, 40.0, 0.0))
    wide = replace(show, band=far)
    plain = replace(show, band=None)
    for t in (0.0, 60.0, 140.0):
        assert shown(wide, t).chart.gap_range_s == shown(plain, t).chart.gap_range_s
    assert shown(wide, 200.0).chart.gap_range_s[1] >= 40.0


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "< 0.05 %"),
        (0.004, "0.4 %"),
        (0.1234, "12.3 %"),
        (0.9995, "99.95 %"),
        (1.0, "> 99.95 %"),
    ],
)
def test_a_sampled_chance_is_never_called_certain(show: Show, share: float, words: str) -> None:
    chances = Chances(239.99, np.array([0.0, 100.0]), np.array([share, np.nan]))
    known = shown(replace(show, chances=chances), 1.0).chance
    assert known is not None
    assert known.text == words
    assert shown(replace(show, chances=chances), 60.0).chance is None, "not worked out there"


def test_her_own_bar_is_hidden_until_the_finish_or_until_it_is_revealed(show: Show) -> None:
    def hidden(scene: Scene) -> list[str]:
        assert scene.what_if is not None
        return [bar.label for bar in scene.what_if.bars if bar.hidden]

    assert hidden(shown(show, 200.0)) == ["13"]
    assert hidden(shown(show, 200.0, ShowOptions(reveal=True))) == []
    assert hidden(shown(show, 250.0)) == []
    seen = Playback(-COUNTDOWN_S, show.recording.end_s).seek(250.0).seek(60.0)
    assert hidden(scene_of(show, seen, ALL_ON)) == []


def test_splits_and_the_lost_light_appear_when_they_are_reached(show: Show) -> None:
    def told(scene: Scene) -> tuple[int, bool]:
        reached = sum(row.run_s is not None for row in scene.splits)
        return reached, any(mark.label == "light lost" for mark in scene.chart.marks)

    assert told(shown(show, 0.0)) == (0, False)
    assert told(shown(show, 100.0)) == (3, False)
    assert told(shown(show, 250.0)) == (8, True)
    assert told(shown(show, 100.0, ShowOptions(reveal=True))) == (8, True)


@given(st.floats(-4, 254))
def test_the_chart_is_revealed_as_far_as_was_seen(show: Show, t: float) -> None:
    scene = shown(show, t)
    assert scene.chart.reveal_m == pytest.approx(scene.chart.playhead_m, abs=1e-6)
    low, high = scene.chart.gap_range_s
    curve = scene.chart.curves[-1]
    gap = curve.values[curve.x_m <= scene.chart.reveal_m]
    assert low <= gap.min() <= gap.max() <= high


# -- the moment ----------------------------------------------------------------------------------


@given(st.floats(-4, 254))
def test_the_runner_is_where_the_recording_says(show: Show, t: float) -> None:
    scene = shown(show, t)
    asked = show.recording.at(t)
    assert scene.distance_m == min(asked.x_m, MILE_M)
    assert scene.time_s == min(max(t, 0.0), show.recording.end_s)
    assert scene.runner.speed_m_s == asked.v_m_s * pace_on(t, show.recording.end_s)
    assert scene.group.shelter == asked.shelter


@given(st.floats(0, 254), st.floats(0, 0.02))
def test_no_body_jumps_from_one_picture_to_the_next(show: Show, t: float, step: float) -> None:
    a, b = shown(show, t), shown(show, t + step)
    for before, after in [(a.runner, b.runner), *zip(a.ghosts, b.ghosts, strict=True)]:
        assert abs(after.x_m - before.x_m) <= 10 * step + 1e-6
        assert abs(after.alpha - before.alpha) <= 10 * step + 1e-6
    later = {body.name: body for body in b.pacers}
    for before in a.pacers:
        if before.name not in later:
            assert before.alpha < 0.05
            continue
        after = later[before.name]
        assert abs(after.x_m - before.x_m) <= 25 * step + 1e-6
        assert abs(after.offset_m - before.offset_m) <= 5 * step + 1e-6
        assert abs(after.alpha - before.alpha) <= 2 * step + 1e-6


def test_the_phases_follow_one_another(show: Show) -> None:
    waiting = scene_of(show, Playback(-COUNTDOWN_S, show.recording.end_s), ALL_ON)
    assert waiting.phase is Phase.READY
    phases = [shown(show, t).phase for t in np.arange(-COUNTDOWN_S, 254, 0.5)]
    assert [phase for phase, _ in groupby(phases)] == [
        Phase.COUNTDOWN,
        Phase.RUNNING,
        Phase.FINISHED,
    ]


def test_the_start_lights_are_red_yellow_dark_go() -> None:
    lights = [start_light(t, waiting=False) for t in np.arange(-COUNTDOWN_S, 4, 0.01)]
    assert [light for light, _ in groupby(lights)] == [
        StartLight.RED,
        StartLight.YELLOW,
        StartLight.DARK,
        StartLight.GO,
        StartLight.OFF,
    ]
    assert start_light(0.0, waiting=False) is StartLight.GO
    assert start_light(-COUNTDOWN_S, waiting=True) is StartLight.OFF


def test_before_the_gun_nothing_is_known_of_gaps_and_the_finish(show: Show) -> None:
    scene = shown(show, -1.0)
    assert {(line.seconds, line.metres) for line in scene.gaps} == {(None, None)}
    assert (scene.projected_s, scene.board, scene.time_s) == (None, None, 0.0)


def test_the_board_appears_at_the_finish(show: Show) -> None:
    end = show.recording.end_s
    assert shown(show, end - 0.01).board is None
    board = shown(show, end).board
    assert board is not None
    assert shown(show, end).projected_s == show.recording.finish_s


@pytest.mark.parametrize(
    ("race_m", "x_m", "lap", "laps"),
    [
        (MILE_M, 0.0, 1, 4),
        (MILE_M, 9.344, 1, 4),  # the first crossing of the line is no lap
        (MILE_M, 409.3, 1, 4),
        (MILE_M, 409.35, 2, 4),
        (MILE_M, 1209.35, 4, 4),
        (MILE_M, MILE_M, 4, 4),
        (1500.0, 299.9, 1, 4),
        (1500.0, 300.0, 2, 4),
        (1500.0, 1500.0, 4, 4),
        (100.0, 50.0, 1, 1),
        (400.0, 400.0, 1, 1),
        (800.0, 400.0, 2, 2),
        (500.0, 99.0, 1, 2),  # a quarter is a piece of its own, as on the watch
        (500.0, 100.0, 2, 2),
        (1300.0, 1300.0, 4, 4),
        (3000.0, 199.0, 1, 8),
        (3000.0, 2999.0, 8, 8),
        (10_000.0, 9_999.0, 25, 25),
    ],
)
def test_laps_are_counted_as_the_bell_counts_them(
    race_m: float, x_m: float, lap: int, laps: int
) -> None:
    assert lap_of(x_m, race_m) == (lap, laps)


@given(race_m=st.floats(100, 10_000), share=st.floats(0, 1))
def test_the_last_lap_is_a_whole_one(race_m: float, share: float) -> None:
    lap, laps = lap_of(share * race_m, race_m)
    assert 1 <= lap <= laps
    if race_m > 400.0:
        assert lap_of(race_m - 399.99, race_m) == (laps, laps)


def test_the_bell_rings_for_the_last_four_hundred_metres(show: Show, attempt: Recording) -> None:
    before, after = (float(attempt.time_at(MILE_M - 400 + d)) for d in (-1.0, 1.0))
    assert not shown(show, before).bell
    assert shown(show, after).bell
    assert shown(show, attempt.end_s).bell


@pytest.mark.parametrize(
    "name", ["breaking4", "ingebrigtsen_lievin_2025", "hodgkinson_lievin_2026"]
)
def test_at_the_moment_of_the_bell_the_last_lap_has_begun(name: str) -> None:
    scenario = load_scenario(name)
    show = make_show(scenario, simulate(scenario))
    scene = shown(show, events(show)["bell"])
    assert (scene.lap, scene.bell) == (scene.laps, True)


def test_after_a_run_that_does_not_finish_her_figures_stand_still(
    scenario: Scenario, attempt: Recording
) -> None:
    before_bell = int(float(attempt.time_at(MILE_M - 405)) / attempt.step_s)
    cut = {name: getattr(attempt, name)[:before_bell] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    show = make_show(scenario, stopped)
    reach_m = float(stopped.x[-1])
    for later_s in (0.0, 3.0, 8.0):
        scene = shown(show, stopped.end_s + later_s)
        assert scene.distance_m == scene.chart.playhead_m == pytest.approx(reach_m)
        assert scene.chart.reveal_m == pytest.approx(reach_m)
        assert (scene.lap, scene.bell) == (3, False)


def test_a_ghost_that_covers_her_fades_and_comes_back(show: Show) -> None:
    near = shown(show, 100.0)
    covering = next(g for g in near.ghosts if abs(g.x_m - near.runner.x_m) < 0.5)
    assert covering.alpha == FADED
    for t in np.arange(1.0, 246.0, 5.0):
        scene = shown(show, float(t))
        for ghost in scene.ghosts:
            apart = abs(ghost.x_m - scene.runner.x_m)
            assert FADED <= ghost.alpha <= 1.0
            if apart > 2.5:
                assert ghost.alpha == 1.0


def test_pacers_stand_in_their_slots_and_two_leave_at_eight_hundred(
    show: Show, attempt: Recording
) -> None:
    early, late = (shown(show, float(attempt.time_at(x))) for x in (700.0, 900.0))
    assert (len(early.pacers), len(late.pacers)) == (13, 11)
    assert {p.name for p in early.pacers} - {p.name for p in late.pacers} == {
        "Georgia Hunter Bell",
        "Jemma Reekie",
    }
    leaving = shown(show, float(attempt.time_at(820.0)))
    assert {p.role for p in leaving.pacers if p.alpha < 1.0} == {"left"}
    assert ("2 pacers leave", 800.0) in [(m.label, m.x_m) for m in late.chart.marks]
    ahead = [p.x_m - early.runner.x_m for p in early.pacers if p.role == "ahead"]
    assert early.group.front_gap_m == pytest.approx(min(ahead), abs=1e-6)


def test_switches_take_away_what_they_name(show: Show) -> None:
    plain = shown(show, 100.0, ShowOptions(ghosts=False, lights=False))
    assert (plain.ghosts, plain.waves) == ((), ())
    assert [curve.kind for curve in plain.chart.curves] == ["runner"]
    assert plain.runner == shown(show, 100.0).runner
    assert plain.runner.stride == shown(show, 100.0).runner.stride
    assert plain.gaps == shown(show, 100.0).gaps


def test_the_first_gap_is_the_light(show: Show) -> None:
    scene = shown(show, 240.0)
    assert [line.target_s for line in scene.gaps] == pytest.approx([239.99, 240.0, 246.42])


LIGHTS = """name: lights
distance: 400 m
plan: {shape: even, target: 70}
pacers: {count: 0}
ghosts: [{kind: even, time: 75}]
wavelight:
  waves:
    - {name: out, on: no, plan: {shape: even, target: 60}}
    - {name: goal}
    - {name: easy, colour: red, plan: {shape: even, target: 72}}
    - {name: pale, colour: white, plan: {shape: negative, target: 70, strength: 2}}
"""


def test_every_light_has_a_gap_by_its_name() -> None:
    scenario = load_text(LIGHTS)
    show = make_show(scenario, simulate(scenario))
    scene = shown(show, 50.0)
    lights = [line for line in scene.gaps if line.is_light]
    assert scene.gaps[: len(lights)] == tuple(lights), "before the ghosts"
    assert [line.name for line in scene.gaps[2:]] == ["light pale", "even 1:15.00"]
    assert [line.name for line in lights] == ["light goal", "light 1:12", "light pale"]
    assert [line.colour for line in lights] == ["green", "red", "white"]
    for line, wave in zip(lights, scene.waves, strict=True):
        assert line.metres == pytest.approx(wave.head_m - scene.runner.x_m, abs=1e-3)
    assert scene.compared_to == "light goal"
    assert scene.subtitle == "alone behind the lights"


def test_a_light_alone_is_the_light_and_without_one_gaps_are_to_the_plan() -> None:
    scenario = load_text(LIGHTS)
    for on, name, words in (
        ({"goal"}, "light 1:10", "the light"),
        (set[str](), "the plan", "the plan"),
    ):
        waves = [
            wave.model_copy(update={"on": wave.name in on}) for wave in scenario.wavelight.waves
        ]
        light = scenario.wavelight.model_copy(update={"waves": tuple(waves)})
        other = scenario.model_copy(update={"wavelight": light})
        scene = shown(make_show(other, simulate(other)), 50.0)
        assert [line.name for line in scene.gaps] == [name, "even 1:15.00"]
        assert scene.compared_to == words


def test_meters_have_bars_between_empty_and_full(show: Show) -> None:
    for t in np.arange(-4.0, 254.0, 3.0):
        scene = shown(show, float(t))
        assert [m.name for m in scene.meters] == ["speed", "shelter", "power", "reserve"]
        assert all(0.0 <= m.fraction <= 1.0 for m in scene.meters)


def test_what_is_assumed_is_said(show: Show) -> None:
    scene = shown(show, 10.0)
    assert "pacer spacing" in scene.assumed
    assert "the light's start allowance" in scene.assumed
    assert scene.subtitle == "13 pacers: 6 ahead, 1 beside, 6 behind (spacing assumed)"
    assert scene.group.assumed == "spacing assumed"


@pytest.mark.parametrize(
    ("pacers", "subtitle"),
    [
        ("{count: 0, shelter: 0.6}", "alone behind the light (a constant shelter)"),
        (
            "{shelter: 0.6, formation: {assumed: no, slots: [{ahead: 1.2}]}}",
            "1 pacer: 1 ahead (a constant shelter)",
        ),
        (
            "{shelter: 0.6, formation: {assumed: yes, slots: [{ahead: 1.2}]}}",
            "1 pacer: 1 ahead (a constant shelter)",
        ),
    ],
)
def test_a_constant_shelter_is_told_whatever_the_formation(pacers: str, subtitle: str) -> None:
    text = f"name: a\ndistance: 800 m\nplan: {{target: 2:10}}\npacers: {pacers}\n"
    scenario = load_text(text)
    scene = shown(make_show(scenario, simulate(scenario)), 60.0)
    assert scene.subtitle == subtitle
    assert "a constant shelter" in scene.assumed
    assert "pacer spacing" not in scene.assumed
    assert scene.group.assumed == "constant shelter"
    notes = {meter.name: (meter.text, meter.note) for meter in scene.meters}
    assert notes["shelter"] == ("60 %", "constant, assumed")


RELAY = """name: relay
distance: {race}
plan: {{target: {target}}}
ghosts: []
pacers:
  formation:
    name: relay
    slots:
      - {{name: A, ahead: 1.5, until: 1000 m}}
      - {{name: B, ahead: 1.5, from: 1000 m, until: 2000 m}}
      - {{name: B, ahead: -1.5, from: 2000 m}}
      - {{name: C, ahead: 3}}
      - {{name: D, ahead: -3, from: 500 m}}
"""


def test_every_pacer_of_a_relay_is_told_with_her_first_place() -> None:
    relay = load_text(RELAY.format(race="3000 m", target="8:40"))
    scene = shown(make_show(relay, simulate(relay)), 100.0)
    assert scene.subtitle == "4 pacers: 3 ahead, 1 behind (spacing assumed)"
    marks = [(m.label, m.x_m) for m in scene.chart.marks if m.kind == "pacer"]
    assert sorted(marks, key=lambda mark: mark[1]) == [
        ("D joins", 500.0), ("A leaves", 1000.0), ("B joins", 1000.0), ("pacers swap", 2000.0),
    ]  # fmt: skip


def test_who_would_join_beyond_the_line_does_not_run() -> None:
    short = load_text(RELAY.format(race="800 m", target="2:10"))
    scene = shown(make_show(short, simulate(short)), 100.0)
    assert scene.subtitle == "3 pacers: 2 ahead, 1 behind (spacing assumed)"
    assert [m.label for m in scene.chart.marks if m.kind == "pacer"] == ["D joins"]


@pytest.mark.parametrize(
    ("formation", "words"),
    [("inverted_v", "the jet between two pacers"), ("breaking4", "the pacer beside")],
)
def test_shelter_that_was_never_measured_is_told_where_bars_are_hatched(
    formation: str, words: str
) -> None:
    scenario = load_scenario("breaking4", overrides=[f"pacers.formation={formation}"])
    assert rests_on_assumed(scenario.pacers)
    assert words in make_show(scenario, simulate(scenario)).assumed


def test_a_runner_alone_without_light_or_ghosts_is_shown_too() -> None:
    alone = load_text(
        "name: alone\ndistance: 400 m\nplan: {shape: even, target: 70}\n"
        "pacers: {count: 0}\nghosts: []\nwavelight: {waves: []}\n"
    )
    show = make_show(alone, simulate(alone))
    for t in (-4.0, 0.0, 30.0, 70.0, 79.0):
        scene = shown(show, t)
        assert (scene.pacers, scene.ghosts, scene.waves) == ((), (), ())
        assert scene.group.front_gap_m is None
        assert scene.subtitle == "alone, without a light"
        assert not scene.bell
    assert shown(show, 79.0).board is not None


@given(st.floats(-300, 20), st.floats(0, 20))
def test_beyond_the_line_everything_jogs_on(over_s: float, later_s: float) -> None:
    end_s = 246.44
    at_s = running_on(end_s + over_s, end_s)
    assert at_s == end_s + over_s if over_s <= 0 else end_s <= at_s <= end_s + over_s + 1e-9
    assert running_on(end_s + over_s + later_s, end_s) >= at_s
    slope = (running_on(end_s + over_s + 1e-4, end_s) - at_s) / 1e-4
    assert slope == pytest.approx(pace_on(end_s + over_s, end_s), abs=1e-3)


def test_pacers_who_have_left_the_picture_are_not_ahead_of_her() -> None:
    tired = load_scenario("breaking4", overrides=["runner.reserve=300"])
    slow = make_show(tired, simulate(tired))
    end_s = slow.recording.end_s
    assert shown(slow, 200.0).group.front_gap_m is not None
    for t in (end_s - 0.5, end_s + 5.0):
        scene = shown(slow, t)
        assert not any(p.alpha for p in scene.pacers if p.role == "ahead")
        assert scene.group.front_gap_m is None


def test_what_is_drawn_and_what_is_said_are_one_geometry(show: Show) -> None:
    """The light, the pacers finish before her: nothing is held back, and nobody piles up."""
    end_s, light_s = show.recording.end_s, show.light.finish_s or 0.0
    for t in (light_s - 1.0, light_s + 0.5, light_s + 3.0, end_s - 0.01):
        scene = shown(show, t)
        drawn_m = scene.waves[0].head_m - scene.runner.x_m
        assert drawn_m == pytest.approx(scene.gaps[0].metres, abs=1e-3)
        front_m = min(p.x_m for p in scene.pacers if p.role == "ahead") - scene.runner.x_m
        assert scene.group.front_gap_m == pytest.approx(front_m)
    at_line = shown(show, end_s)
    for t in (end_s + 1.0, end_s + 4.0, end_s + 8.0):
        scene = shown(show, t)
        for then, now in zip(at_line.pacers, scene.pacers, strict=True):
            kept_m = (now.x_m - scene.runner.x_m) - (then.x_m - at_line.runner.x_m)
            assert abs(kept_m) < 5.0
        order = [p.name for p in sorted(scene.pacers, key=lambda p: p.x_m)]
        assert order == [p.name for p in sorted(at_line.pacers, key=lambda p: p.x_m)]
    first = max(at_line.pacers, key=lambda p: p.x_m)
    gone = next(p for p in shown(show, end_s + 8.0).pacers if p.name == first.name)
    assert gone.alpha < 0.7 * first.alpha, "who has finished fades"


def test_the_light_is_lost_at_one_moment_and_told_from_then_on(show: Show) -> None:
    at_m = show.lost_light_m
    assert at_m is not None
    lost_s = float(show.recording.time_at(at_m))
    assert shown(show, lost_s - 0.01).lost is None
    lost = shown(show, lost_s + 1.0).lost
    assert lost is not None
    assert lost.at_m == at_m
    assert lost.since_s == pytest.approx(1.0)


def test_she_crosses_the_line_before_the_board_comes_in(show: Show) -> None:
    end_s = show.recording.end_s
    assert shown(show, end_s + HOLD_S).board_share == 0.0
    assert 0.0 < shown(show, end_s + HOLD_S + SLIDE_S / 2).board_share < 1.0
    assert shown(show, end_s + HOLD_S + SLIDE_S).board_share == 1.0


def test_the_countdown_says_how_long_it_is_to_the_gun(show: Show) -> None:
    assert shown(show, -2.4).to_gun_s == pytest.approx(2.4)
    assert shown(show, 0.0).to_gun_s is None
    waiting = scene_of(show, Playback(-COUNTDOWN_S, show.recording.end_s), ALL_ON)
    assert waiting.to_gun_s is None


@pytest.mark.parametrize(
    ("air", "sign"),
    [
        ("{}", None),
        ("{temperature: 33}", (0.0, 33.0)),
        ("{wind: {speed: 2, direction: 0}}", (2.0, 25.0)),
    ],
)
def test_wind_and_heat_are_shown_where_there_are_any(
    air: str, sign: tuple[float, float] | None
) -> None:
    scenario = load_text(f"name: a\ndistance: 400 m\nplan: {{target: 70}}\nenvironment: {air}\n")
    weather = shown(make_show(scenario, simulate(scenario)), 10.0).weather
    assert sign == (weather and (weather.wind_m_s, weather.temperature_c))
    if weather is not None and weather.wind_m_s:
        # a head wind on the home straight blows against the running direction there
        assert math.cos(weather.towards_rad) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Faith Kipyegon", "KIPYEGON"),
        ("Hicham El Guerrouj", "EL GUERROUJ"),
        ("El Guerrouj", "EL GUERROUJ"),
        ("Ellen van der Berg", "VAN DER BERG"),
        ("Mohamed Ben Ali", "BEN ALI"),
        ("Ben Johnson", "JOHNSON"),
        ("da Silva", "DA SILVA"),
        ("pacer 9", "9"),
        ("De", "DE"),
        ("", ""),
    ],
)
def test_a_short_name_is_the_whole_last_name(name: str, short: str) -> None:
    assert short_name(name) == short
