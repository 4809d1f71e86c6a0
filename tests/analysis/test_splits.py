from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.analysis.references import Reference, ghost_references, plan_reference
from simulator.analysis.splits import split_distances, split_label, split_places, split_table
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.units import MILE_M


@pytest.mark.parametrize(
    ("race_m", "first", "count"),
    [
        (MILE_M, 200.0, 8),
        (1500.0, 200.0, 8),
        (800.0, 200.0, 4),
        (3000.0, 400.0, 8),
        (100.0, 100, 1),
    ],
)
def test_splits_are_taken_where_the_sport_takes_them(
    race_m: float, first: float, count: int
) -> None:
    result = split_distances(race_m)
    assert (result[0], result[-1], len(result)) == (first, race_m, count)
    assert result == sorted(set(result))


def test_nobody_reads_two_splits_nine_metres_apart() -> None:
    assert 1600.0 not in split_distances(MILE_M)


def test_the_last_split_is_the_finish() -> None:
    assert (split_label(MILE_M, MILE_M), split_label(800.0, MILE_M)) == ("finish", "800")


def test_the_table_says_what_the_runs_say(
    scenario: Scenario, attempt: Recording, plan: Reference, ghosts: list[Reference]
) -> None:
    rows = split_table(scenario, attempt, plan, ghosts)
    for row in rows[:-1]:
        assert row.run_s == pytest.approx(float(attempt.time_at(row.distance_m)), abs=1e-9)
    last = rows[-1]
    assert (last.label, last.run_s) == ("finish", attempt.finish_s)
    assert last.plan_s == pytest.approx(239.99, abs=1e-6)
    assert last.delta_s == pytest.approx((attempt.finish_s or 0) - 239.99, abs=1e-6)
    assert last.ghosts_s == pytest.approx((240.0, 246.42), abs=1e-6)


def test_residuals_stand_at_every_published_split_and_nowhere_else(
    scenario: Scenario, attempt: Recording, plan: Reference, ghosts: list[Reference]
) -> None:
    rows = {row.distance_m: row for row in split_table(scenario, attempt, plan, ghosts)}
    published = {200.0: 30.07, 400.0: 60.2, 600.0: 90.3, 800.0: 120.75, 1000.0: 150.68,
                 1200.0: 181.84, MILE_M: 246.42}  # fmt: skip
    assert {x: r.published_s for x, r in rows.items() if r.published_s is not None} == published
    for x, time in published.items():
        run = rows[x].run_s
        assert run is not None
        assert rows[x].residual_s == pytest.approx(run - time)
    assert rows[800.0].tolerance_s == pytest.approx(0.2)
    assert rows[1400.0].residual_s is None


def test_a_split_that_was_never_published_is_not_printed_as_a_fact(
    scenario: Scenario, attempt: Recording, plan: Reference, ghosts: list[Reference]
) -> None:
    rows = {row.distance_m: row for row in split_table(scenario, attempt, plan, ghosts)}
    even, as_run = rows[1400.0].ghosts_s
    assert even is not None
    assert as_run is None


def test_a_published_split_between_the_usual_ones_has_a_row_of_its_own(
    attempt: Recording, plan: Reference
) -> None:
    bannister = load_scenario("bannister_1954")
    rows = split_table(bannister, attempt, plan, ghost_references(bannister))
    quarter = [row for row in rows if row.distance_m == pytest.approx(402.336)]
    assert [(row.label, row.published_s) for row in quarter] == [("402.336", 57.5)]


def test_a_run_that_stopped_has_no_times_beyond(
    scenario: Scenario, attempt: Recording, plan: Reference, ghosts: list[Reference]
) -> None:
    cut = {name: getattr(attempt, name)[:801] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    rows = {row.distance_m: row for row in split_table(scenario, stopped, plan, ghosts)}
    assert rows[400.0].run_s is not None
    far = rows[800.0]
    assert (far.run_s, far.delta_s, far.residual_s) == (None, None, None)
    assert far.plan_s is not None


OWN = """
distance: 1500
plan: {splits: {409.344: 61.0, finish: 3:45}}
pacers: {count: 0}
ghosts:
  - {name: yards, splits: {440 yd: 59.9, 880 yd: 2:01, finish: 3:46}}
  - {name: laps, laps: [44.5, 59.9, 60.2, 58.1]}
  - {name: rabbit, splits: {100: 14.2, 1 km: 2:28.9}}
  - {name: off, on: no, splits: {700: 1:45, finish: 3:50}}
  - {name: longer, distance: 1 mile, splits: {1200: 3:02, 1550: 3:55, finish: 4:04}}
"""


def test_a_plans_and_a_ghosts_own_distances_have_rows() -> None:
    places = split_places(load_text(OWN, "f"))
    assert {409.344, 402.336, 804.672, 300.0, 700.0, 1100.0, 100.0, 1000.0, 1200.0} <= {*places}
    assert places == sorted(set(places))
    assert places[-1] == 1500.0
    assert 1550.0 not in places


def test_a_tolerance_moves_no_published_time(attempt: Recording) -> None:
    splits = "{400: {time: 59, tolerance: 0.5}, 800: {time: 2:03, tolerance: 0.5}, "
    splits += "finish: {time: 3:59.4, tolerance: 0.1}}"
    scenario = load_text(f"ghosts: [{{name: a, splits: {splits}}}]\npublished: a", "f")
    (ghost,) = ghost_references(scenario)
    assert ghost.finish_s == 239.4
    rows = split_table(scenario, attempt, plan_reference(scenario), [ghost])
    told = {row.distance_m: row.ghosts_s[0] for row in rows if row.ghosts_s[0] is not None}
    assert told == {400.0: 59.0, 800.0: 123.0, MILE_M: 239.4}
    assert abs(float(ghost.run.time_at(400.0)) - 59.0) > 0.1  # it is drawn on a smooth guess


def test_a_rabbit_without_a_finish_is_a_ghost_that_stops() -> None:
    ghosts = {ghost.name: ghost for ghost in ghost_references(load_text(OWN, "f"))}
    rabbit = ghosts["rabbit"]
    assert (rabbit.finish_s, rabbit.distance_m, rabbit.label) == (None, 1000.0, "rabbit")
    assert ghosts["laps"].finish_s == pytest.approx(222.7, abs=1e-9)
    assert ghosts["longer"].finish_s == 244.0
