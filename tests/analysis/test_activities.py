from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.analysis.activity_races import likely_distances, race_run, recording_of
from simulator.analysis.references import ghost_references
from simulator.analysis.summary import summarise
from simulator.errors import ExtraError, RecordingError
from simulator.export.sheet import write_splits
from simulator.physics.attempt import simulate
from simulator.recording import activities
from simulator.recording.activities import Activity, ActivityLap, Sample, read_activity
from simulator.recording.store import load_recording, save_recording
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.schedule import schedule_through
from tests.activity_files import (
    ENDS,
    EXACT,
    LAPS,
    REFUSED,
    TRACKED,
    fit,
    gpx,
    places,
    standing,
    tcx,
    write,
)

SCENARIO = "distance: 1500 m\nplan: {{target: 4:05}}\npacers: {{count: 0}}\nghosts:\n  - {}\n"


def test_the_set_is_as_large_as_it_was_asked_for() -> None:
    assert len({*EXACT, *TRACKED, *REFUSED}) >= 20


@pytest.mark.parametrize("name", EXACT)
def test_laps_and_splits_are_met_to_a_hundredth(name: str, tmp_path: Path) -> None:
    run = race_run(read_activity(write(tmp_path, name, EXACT[name]())), 1500.0)
    assert {w.distance_m: w.time_s for w in run.waypoints} == pytest.approx(ENDS, abs=0.005)
    assert run.tolerance_s == 0.0
    schedule = schedule_through(run.waypoints)
    np.testing.assert_allclose(schedule.time_at(list(ENDS)), list(ENDS.values()), atol=0.01)


@pytest.mark.parametrize("name", EXACT)
def test_the_race_is_seen_from_the_file(name: str, tmp_path: Path) -> None:
    activity = read_activity(write(tmp_path, name, EXACT[name]()))
    likely = likely_distances(activity)
    known = any(lap.distance_m for lap in activity.laps) or activity.splits[-1:] == (
        (1500.0, 246.0),
    )
    assert likely == [1500.0] if known else 1500.0 in likely


@pytest.mark.parametrize("name", TRACKED)
def test_a_track_is_off_by_no_more_than_it_says(name: str, tmp_path: Path) -> None:
    make, race_m, time_s = TRACKED[name]
    run = race_run(read_activity(write(tmp_path, name, make())), race_m)
    assert 0.0 < run.tolerance_s < 3.5
    assert run.waypoints[-1].distance_m == race_m
    assert run.waypoints[-1].time_s == pytest.approx(time_s, abs=0.5)
    schedule = schedule_through(run.waypoints, standing_start=False)
    x = np.arange(100.0, race_m, 100.0)
    off = np.abs(schedule.time_at(x) - x / race_m * time_s)
    assert off.max() < run.tolerance_s + 0.3


def test_pauses_are_left_out(tmp_path: Path) -> None:
    for name in ("paused.fit", "paused.tcx"):
        activity = read_activity(write(tmp_path, name, EXACT[name]()))
        assert 20.0 <= activity.paused_s <= 31.0
        assert activity.track[-1].time_s == pytest.approx(245.5, abs=2.0)


def test_who_starts_the_watch_before_the_gun_says_when_it_went(tmp_path: Path) -> None:
    activity = read_activity(write(tmp_path, "standing.fit", standing()))
    said = race_run(activity, 1500.0, 20.0)
    seen = race_run(activity, 1500.0, trim=True)
    assert said.waypoints[-1].time_s == pytest.approx(246.0, abs=0.3)
    assert seen.waypoints[-1].time_s == pytest.approx(246.0, abs=2.0)


@pytest.mark.parametrize(
    ("race_m", "end_s", "lap_m"), [(1500.0, 281.0, 200.0), (3000.0, 612.0, 400.0)]
)
def test_who_stands_before_the_gun_and_after_the_line_ran_between(
    race_m: float, end_s: float, lap_m: float, tmp_path: Path
) -> None:
    rows = places(race_m, end_s, before_s=20, after_s=15, lap_m=lap_m)
    path = write(tmp_path, "run.gpx", gpx([[(t, place) for t, _, place in rows]]))
    activity = read_activity(path)
    seen, said = (race_run(activity, race_m, at, trim=at is None) for at in (None, 20.0))
    assert said.waypoints[-1].time_s == pytest.approx(end_s, abs=said.tolerance_s)
    assert seen.waypoints[-1].time_s == pytest.approx(end_s, abs=seen.tolerance_s)
    assert seen.tolerance_s == pytest.approx(said.tolerance_s + 1.2, abs=0.1)
    assert likely_distances(activity, trim=True) == [race_m]
    assert "it stands for its first 20 s, which trim leaves out" in race_run(activity, race_m).note


@pytest.mark.parametrize("every_s", [1, 3, 8])
@pytest.mark.parametrize("noise_m", [0.5, 3.0])
def test_trim_cuts_nothing_from_a_track_that_begins_at_the_gun(
    noise_m: float, every_s: int
) -> None:
    rows = places(1500.0, 264.0, noise_m=noise_m)[::every_s]
    activity = Activity(track=tuple(Sample(float(t), None, place) for t, _, place in rows))
    whole, trimmed = (race_run(activity, 1500.0, trim=trim) for trim in (False, True))
    assert whole.waypoints[-1].time_s == pytest.approx(264.0, abs=0.01)
    assert trimmed.waypoints[-1].time_s == pytest.approx(264.0, abs=0.6)


@pytest.mark.parametrize("before_s", [0, 1, 2, 3, 5, 20])
def test_the_gun_seen_in_a_track_is_off_by_no_more_than_it_says(before_s: int) -> None:
    rows = places(1500.0, 246.0, before_s=before_s)
    activity = Activity(track=tuple(Sample(float(t), None, place) for t, _, place in rows))
    run = race_run(activity, 1500.0, trim=True)
    assert run.waypoints[-1].time_s == pytest.approx(246.0, abs=run.tolerance_s)


@pytest.mark.parametrize("every_s", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize(
    ("race_m", "end_s", "lap_m", "before_s"),
    [(5000.0, 900.0, 400.0, 0), (5000.0, 900.0, 400.0, 60), (1500.0, 240.0, 200.0, 0)],
)
def test_a_track_with_few_positions_is_as_long_as_one_with_many(
    race_m: float, end_s: float, lap_m: float, before_s: int, every_s: int
) -> None:
    rows = places(race_m, end_s, noise_m=1.0, lap_m=lap_m, before_s=before_s)
    track = tuple(Sample(float(t), None, place) for t, _, place in rows[::every_s])
    run = race_run(Activity(track=track), race_m, float(before_s))
    assert f"laid on the {lap_m:g} m lap" in run.note
    assert run.waypoints[-1].time_s == pytest.approx(end_s, abs=run.tolerance_s)


@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("on_m", [0.0, 60.0])
def test_a_watch_that_ran_on_after_the_line_keeps_the_splits_on_the_way(
    on_m: float, trim: bool
) -> None:
    def passed_s(x_m: Any) -> Any:
        fade_s = 0.01 * np.maximum(x_m - 1300.0, 0.0)
        return 0.155 * x_m + 1.5 * -np.expm1(-x_m / 10.0) + fade_s

    end_m = 1500.0 + on_m
    rows = places(end_m, 0.155 * end_m, before_s=20, after_s=40, noise_m=0.5)
    track = tuple(Sample(float(t + passed_s(x) - 0.155 * x), None, place) for t, x, place in rows)
    run = race_run(Activity(track=track), 1500.0, None if trim else 20.0, trim=trim)
    at = np.arange(200.0, 1500.0, 100.0)
    off = schedule_through(run.waypoints).time_at(at) - passed_s(at)
    assert np.ptp(off) < 1.0  # the gun may be off, and then all are
    assert np.abs(off).max() < run.tolerance_s + 0.4
    said = 0.5 + (1.2 if trim else 0.0) + (0.0 if on_m else 1.0)  # the place, the gun, the stop
    assert run.tolerance_s == pytest.approx(said, abs=0.1)


def _watched(ends_m: Sequence[float], *, before_s: int, after_s: int, seen: str) -> Activity:
    """Return 3000 m in 8:40 with laps up to `ends_m`, by a watch that ran on before and after."""
    rows = places(3000.0, 520.0, before_s=before_s, after_s=after_s)
    times = [520.0 * x / 3000.0 + before_s for x in ends_m]
    times[-1] += after_s
    laps = itertools.starmap(
        ActivityLap, zip(np.diff(times, prepend=0.0), np.diff(ends_m, prepend=0.0), strict=True)
    )
    track = [Sample(float(t), 1.02 * x, place) for t, x, place in rows]
    hides: dict[str, dict[str, Any]] = {
        "places": {"distance_m": None},
        "metres": {"place": None},
    }
    hidden = hides.get(seen, {})
    return Activity(laps=tuple(laps), track=tuple(replace(s, **hidden) for s in track))


_ENDS_M = ([3000.0], [1000.0, 2000.0, 3000.0], [200.0 + 400.0 * i for i in range(8)])


@pytest.mark.parametrize("ends_m", _ENDS_M, ids=["one lap", "kilometres", "laps"])
@pytest.mark.parametrize("seen", ["places", "metres", "both"])
@pytest.mark.parametrize("before_s", [0, 20])
def test_a_watch_that_is_stopped_late_has_the_finish_where_the_runner_stops(
    before_s: int, seen: str, ends_m: list[float]
) -> None:
    activity = _watched(ends_m, before_s=before_s, after_s=30, seen=seen)
    whole, trimmed = (race_run(activity, 3000.0, trim=trim) for trim in (False, True))
    assert whole.waypoints[-1].time_s == pytest.approx(520.0 + before_s, abs=whole.tolerance_s)
    assert trimmed.waypoints[-1].time_s == pytest.approx(520.0, abs=trimmed.tolerance_s)
    assert ("trim leaves out" in whole.note) == (before_s > 0)
    if len(ends_m) > 3:  # the laps that the runner pressed stay
        passed = {w.distance_m: w.time_s - before_s for w in whole.waypoints[:-1]}
        assert passed == pytest.approx({x: 520.0 * x / 3000.0 for x in ends_m[:-1]})


@pytest.mark.parametrize("seen", ["places", "metres", "both"])
@pytest.mark.parametrize("ends_m", _ENDS_M, ids=["one lap", "kilometres", "laps"])
def test_a_watch_that_is_stopped_at_the_line_has_the_finish_exactly(
    ends_m: list[float], seen: str
) -> None:
    activity = _watched(ends_m, before_s=0, after_s=0, seen=seen)
    last = activity.laps[-1]
    laps = (*activity.laps[:-1], replace(last, time_s=last.time_s + 0.37))
    run = race_run(replace(activity, laps=laps), 3000.0)
    assert run.waypoints[-1].time_s == pytest.approx(520.37)
    assert run.waypoints[-1].tolerance_s == 0.0


def test_a_lap_pressed_at_the_line_is_the_finish_whatever_comes_later() -> None:
    activity = _watched([3000.0], before_s=0, after_s=60, seen="metres")
    laps = (ActivityLap(520.0, 3060.0), ActivityLap(60.0, 2.0))
    assert race_run(replace(activity, laps=laps), 3000.0).waypoints[-1].time_s == 520.0


def test_the_one_lap_of_a_watch_that_went_on_round_the_track_is_no_race_time() -> None:
    rows = places(3200.0, 554.667)
    track = tuple(Sample(float(t), None, place) for t, _, place in rows)
    run = race_run(Activity(laps=(ActivityLap(554.667, 3200.0),), track=track), 3000.0)
    assert run.waypoints[-1].time_s == pytest.approx(520.0, abs=run.tolerance_s)


def test_the_one_lap_of_a_watch_is_trimmed_to_the_race_that_its_track_is() -> None:
    activity = _watched([3000.0], before_s=20, after_s=0, seen="places")
    assert likely_distances(activity, trim=True) == [3000.0]
    with pytest.raises(RecordingError, match="and the race 3500 m"):
        race_run(activity, 3500.0, trim=True)


@pytest.mark.parametrize("name", ["paused.tcx", "paused.gpx"])
def test_a_watch_that_changes_its_time_zone_tells_of_the_same_run(
    name: str, tmp_path: Path
) -> None:
    made = EXACT[name]() if name in EXACT else TRACKED[name][0]()
    zones = itertools.cycle(timezone(timedelta(hours=h)) for h in (0, 5.5, -10.75, 13))

    def elsewhere(found: re.Match[bytes]) -> bytes:
        moment = datetime.fromisoformat(found[0].decode())
        return moment.astimezone(next(zones)).isoformat().encode()

    moved = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z(?=</[tT]ime>)", elsewhere, made)
    assert moved != made
    there = read_activity(write(tmp_path, name, moved))
    assert there == read_activity(write(tmp_path, name, made))


def test_a_table_of_more_rows_than_a_race_has_splits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities, "_MOST_SAMPLES", 3)
    rows = "400,60\n800,120\n1200,180\n"
    assert read_activity(write(tmp_path, "few.csv", rows.encode())).splits[-1] == (1200.0, 180.0)
    with pytest.raises(RecordingError, match="more rows than any race has splits"):
        read_activity(write(tmp_path, "many.csv", f"{rows}1500,225\n".encode()))


def test_what_was_never_pressed_or_measured_is_left_out(tmp_path: Path) -> None:
    table = "distance,time\n200,0:00\n400,1:05\n800,2:10\n"
    read = read_activity(write(tmp_path, "board.csv", table.encode()))
    assert read.splits == ((400.0, 65.0), (800.0, 130.0))
    laps = tcx([(65.0, -0.5, []), (65.0, 400.0, [])])
    read = read_activity(write(tmp_path, "watch.tcx", laps))
    assert [lap.distance_m for lap in read.laps] == [None, 400.0]


def test_laps_of_before_the_gun_are_left_out() -> None:
    warm = Activity(laps=tuple(map(ActivityLap, (95.5, *LAPS))))
    assert {w.distance_m: w.time_s for w in race_run(warm, 1500.0, 95.5).waypoints} == ENDS


@pytest.mark.parametrize(
    ("lengths", "race_m", "ends"),
    [
        ((409.0, 409.0, 410.0, 306.0), 1500.0, [400.0, 800.0, 1200.0, 1500.0]),
        ((418.0, 408.0, 409.0, 408.0), 1609.344, [409.344, 809.344, 1209.344, 1609.344]),
        ((203.0, 204.0, 205.0, 204.0), 800.0, [200.0, 400.0, 600.0, 800.0]),
        ((1020.0, 1019.0, 1022.0), 3000.0, [1000.0, 2000.0, 3000.0]),
        ((360.0, 361.0, 359.0, 360.0, 362.0), 2000.0, [400.0, 800.0, 1200.0, 1600.0, 2000.0]),
    ],
)
def test_a_watchs_laps_are_the_tracks(
    lengths: tuple[float, ...], race_m: float, ends: list[float]
) -> None:
    laps = tuple(ActivityLap(x / 6.2, x) for x in lengths)
    run = race_run(Activity(laps=laps), race_m)
    assert [w.distance_m for w in run.waypoints] == pytest.approx(ends)


def test_laps_of_another_race_are_refused_with_their_lengths() -> None:
    laps = tuple(ActivityLap(66.0, 409.0) for _ in range(4))
    with pytest.raises(RecordingError, match=r"4 laps of 409, 409, 409, 409 m.*1500 m"):
        race_run(Activity(laps=laps), 1500.0)


def test_without_the_extra_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fitdecode", None)
    path = write(tmp_path, "other.fit", fit([(61.0, 400.0)]))
    with pytest.raises(ExtraError, match=r"pip install \"lightpace\[activities\]\""):
        read_activity(path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_run_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    make, why = REFUSED[name]
    with pytest.raises(RecordingError, match=why):
        race_run(read_activity(write(tmp_path, name, make())), 1500.0)


def test_a_scenario_shows_a_file_as_a_ghost(tmp_path: Path) -> None:
    write(tmp_path, "run.fit", EXACT["pressed.fit"]())
    path = write(tmp_path, "s.yaml", SCENARIO.format("{file: run.fit}").encode())
    scenario = load_scenario(path)
    (mark,) = ghost_references(scenario)
    assert mark.name == "4:06.00"
    assert mark.finish_s == pytest.approx(246.0)
    rows = {s.distance_m: s.ghosts_s[0] for s in summarise(scenario, simulate(scenario)).splits}
    assert {x: rows[x] for x in ENDS} == pytest.approx(ENDS)


def test_a_track_says_at_the_ghost_how_far_it_may_be_off(tmp_path: Path) -> None:
    write(tmp_path, "run.gpx", TRACKED["track.gpx"][0]())
    scenario = load_text(SCENARIO.format("{file: run.gpx, name: Ann}"), "s.yaml", tmp_path)
    (mark,) = ghost_references(scenario)
    assert mark.name.startswith("Ann ± 0.")
    assert 2.0 < mark.reach_m < 8.0


def test_a_track_is_laid_on_the_lap_that_it_fits(tmp_path: Path) -> None:
    for name, lap in (("track.gpx", "400 m lap"), ("short_laps.gpx", "200 m lap")):
        note = race_run(read_activity(write(tmp_path, name, TRACKED[name][0]())), 1500.0).note
        assert lap in note
        assert float(note.partition(" m off")[0].rpartition(" ")[2]) < 2.5


def test_a_track_may_cross_the_180th_meridian(tmp_path: Path) -> None:
    east = [(t, (lat, lon + 177.65)) for t, _, (lat, lon) in places(1500.0, 246.0)]
    there = [(t, (lat, lon if lon <= 180.0 else lon - 360.0)) for t, (lat, lon) in east]
    assert {lon > 0.0 for _, (_, lon) in there} == {True, False}
    run = race_run(read_activity(write(tmp_path, "fiji.gpx", gpx([there]))), 1500.0)
    assert "laid on the 400 m lap" in run.note
    assert run.waypoints[-1].time_s == pytest.approx(246.0, abs=run.tolerance_s)


_ROWS = "400;1:00,2\n800;2:01,5\n1200;3:03,0\n1609,344;4:06,42\n"
_PASSED = {400.0: 60.2, 800.0: 121.5, 1200.0: 183.0, 1609.344: 246.42}


@pytest.mark.parametrize("head", ["Distanz;Zeit", "Strecke;Zeit", "Étape;Temps", "Dist.;Time"])
def test_a_tables_distances_are_known_by_their_name_in_other_languages(
    head: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "run.csv", f"{head}\n{_ROWS}".encode())
    run = race_run(read_activity(path), 1609.344)
    assert {w.distance_m: w.time_s for w in run.waypoints} == pytest.approx(_PASSED)


def test_distances_under_a_strange_name_are_not_replaced_by_others(tmp_path: Path) -> None:
    path = write(tmp_path, "run.csv", f"Wo;Zeit\n{_ROWS}".encode())
    with pytest.raises(RecordingError, match=r"'Wo' looks like .* call the column 'distance'"):
        read_activity(path)


@pytest.mark.parametrize("head", ["Runde;Zeit;Gesamt;Puls", "Étape;Temps;Somme;Pouls"])
def test_other_rising_columns_are_no_distances(head: str, tmp_path: Path) -> None:
    rows = "1;60,2;60,2;165\n2;61,3;121,5;178\n3;61,5;183,0;183\n4;63,42;246,42;188\n"
    activity = read_activity(write(tmp_path, "run.csv", f"{head}\n{rows}".encode()))
    assert [lap.time_s for lap in activity.laps] == [60.2, 61.3, 61.5, 63.42]


def test_a_packed_file_is_a_ghost_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "run.fit.gz", EXACT["packed.fit.gz"]())
    scenario = load_text(SCENARIO.format("{file: run.fit.gz}"), "s.yaml", tmp_path)
    assert ghost_references(scenario)[0].finish_s == pytest.approx(246.0)


def test_a_pacer_who_stops_becomes_a_recording_without_a_finish(tmp_path: Path) -> None:
    run = race_run(Activity(splits=((400.0, 60.0), (800.0, 121.0))), 1500.0)
    save_recording(
        recording_of(run, 1500.0, standing_start=True, name="rabbit"), tmp_path / "r.npz"
    )
    assert load_recording(tmp_path / "r.npz").finish_s is None


@pytest.mark.parametrize("ghost", ["{file: run.csv}", "{splits: {400: 60, 800: 2:01}}"])
def test_who_stops_and_has_no_name_is_not_called_by_a_finish(ghost: str, tmp_path: Path) -> None:
    write(tmp_path, "run.csv", b"distance,time\n400,60\n800,2:01\n1500,\n")
    (mark,) = ghost_references(load_text(SCENARIO.format(ghost), "s.yaml", tmp_path))
    assert (mark.name, mark.label, mark.finish_s) == (*["stopped at 800 m"] * 2, None)


def test_a_table_whose_last_rows_have_no_time_is_of_a_run_that_stopped(tmp_path: Path) -> None:
    text = SCENARIO.format("").replace("ghosts:\n  - ", "runner: {max_aerobic_power: 7}")
    scenario = load_text(text, "s.yaml", tmp_path)
    recording = simulate(scenario)
    assert recording.finish_s is None
    write_splits(summarise(scenario, recording), tmp_path / "own.csv")
    activity = read_activity(tmp_path / "own.csv")
    assert likely_distances(activity) == [1500.0]
    run = race_run(activity, 1500.0)
    assert run.waypoints[-1].distance_m < 1500.0
    assert "its splits, which end at" in run.note
    ghost = recording_of(run, 1500.0, standing_start=True, name="stopped")
    assert ghost.finish_s is None


@pytest.mark.parametrize(
    ("rows", "likely"),
    [
        ("400,60\n800,121\n1200,\n1500,\n", [1500.0]),
        ("400,60\n800,\n1200,185\n1600,250\n", [1600.0]),
        ("400,60\n800,121\nfinish,\n", []),
        ("400,60\n800,121\nnotes,\n", [800.0]),
    ],
)
def test_the_race_of_a_table_is_its_last_row_with_or_without_a_time(
    rows: str, likely: list[float], tmp_path: Path
) -> None:
    for head in ("", "distance,time\n"):
        activity = read_activity(write(tmp_path, "table.csv", (head + rows).encode()))
        assert likely_distances(activity) == likely


def test_the_first_sample_of_a_tcx_lap_may_come_late(tmp_path: Path) -> None:
    first = [(float(t), 5.0 * t) for t in range(200)]
    second = [(float(t), 5.0 * t) for t in range(205, 301)]
    laps = [(200.0, 1000.0, [first]), (100.0, 500.0, [second])]
    read = read_activity(write(tmp_path, "watch.tcx", tcx(laps, late_s=5.0)))
    times = {sample.distance_m: sample.time_s for sample in read.track}
    assert (times[1025.0], times[1500.0]) == (205.0, 300.0)
