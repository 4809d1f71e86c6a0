from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import load_scenario, simulate
from simulator.analysis.splits import Split
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.session import Session
from simulator.stage.events import events
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import (
    BOARD_ROWS,
    ShowOptions,
    board_of,
    board_splits,
    evenly,
    scene_of,
)
from simulator.stage.show import Show, make_show
from simulator.units import format_time
from tests.session.short import FAILING


def finishing(show: Show, finish_s: float) -> Show:
    return replace(show, recording=replace(show.recording, finish_s=finish_s))


def test_the_board_says_how_it_ended(show: Show) -> None:
    board = board_of(show)
    finish = show.recording.finish_s
    assert finish is not None
    assert board.headline == format_time(finish)
    assert board.verdict == f"{finish - 239.99:.2f} s behind 3:59.99"


@pytest.mark.parametrize(
    ("finish_s", "verdict", "good"),
    [
        (239.49, "0.50 s inside 3:59.99", True),
        (239.99, "level with 3:59.99", True),
        (240.99, "1.00 s behind 3:59.99", False),
    ],
)
def test_the_verdict_has_three_ways(show: Show, finish_s: float, verdict: str, good: bool) -> None:
    board = board_of(finishing(show, finish_s))
    assert (board.verdict, board.good) == (verdict, good)
    told = [words for pair in board.numbers for words in (" ".join(pair), " ".join(pair[::-1]))]
    assert verdict in told, "a lecture's board says the same"


def test_the_board_has_laps_published_splits_and_the_finish_against_plan_and_ghosts(
    show: Show,
) -> None:
    board = board_of(show)
    assert board.columns == ("m", "plan", "run", "gap", "vs 4:00", "vs 4:06.42")
    assert [row[0] for row in board.rows] == [*map(str, range(200, 1201, 200)), "finish"]
    assert {len(row) for row in board.rows} == {len(board.columns)}
    assert board.rows[-1][2] == board.headline


def test_the_board_hides_neither_the_misses_nor_what_was_assumed(show: Show) -> None:
    board = board_of(show)
    assert board.assumed == show.assumed
    assert {"pacer spacing", "weather"} <= set(board.assumed)
    assert any(fact.startswith("lost the light at") for fact in board.facts)
    worst = max((s for s in show.splits if s.residual_s), key=lambda s: abs(s.residual_s or 0.0))
    (told,) = [fact for fact in board.facts if fact.startswith("largest miss of a published split")]
    assert f"{worst.residual_s:+.2f} s at {worst.label}" in told.replace("−", "-")


SECOND_LIGHT = "wavelight: {waves: [{name: goal}, {name: record, plan: {target: '3:55'}}]}"


@pytest.mark.parametrize("target", ["3:59.99", "4:20"])
def test_of_several_lights_the_one_that_she_chases_is_named(target: str) -> None:
    scenario = load_text(f"plan: {{target: '{target}'}}\n{SECOND_LIGHT}")
    show = make_show(scenario, simulate(scenario))
    name, lost_m = f"light {target}", show.lost_light_m
    board = board_of(show)
    if lost_m is None:
        assert (name, "kept") in board.numbers
        assert board.facts[0] == f"kept {name} to the line"
    else:
        assert (f"{name} lost at", f"{int(lost_m)} m") in board.numbers
        assert board.facts[0] == f"lost {name} at {int(lost_m)} m"
        end_s = show.recording.end_s
        marks = scene_of(show, Playback(end_s, end_s, furthest_s=end_s), ShowOptions()).chart.marks
        assert any(mark.label == f"{name} lost" for mark in marks)
    assert (lost_m is None) == (target == "4:20")
    assert "the lights' start allowance" in board.assumed


def test_a_run_that_did_not_finish_says_so(scenario: Scenario, attempt: Recording) -> None:
    cut = {name: getattr(attempt, name)[:801] for name in ARRAYS}
    stopped = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    board = board_of(make_show(scenario, stopped))
    assert (board.headline, board.verdict) == ("did not finish", "did not finish")
    assert not board.finished
    assert not board.good
    assert board.numbers[0] == ("ran", f"{int(stopped.x[-1])} m"), "the metres she has passed"
    stop_m = float(stopped.x[-1])
    assert all((row[2] == "–") == (not float(row[0]) < stop_m) for row in board.rows[:-1])
    assert board.rows[-1][2] == "–"


def test_a_light_is_not_kept_to_a_line_that_is_not_reached() -> None:
    """She is ahead of a slow wave where she stops."""
    scenario = load_text(FAILING)
    board = board_of(make_show(scenario, simulate(scenario)))
    assert board.headline == "did not finish"
    assert [name for name, _ in board.numbers] == ["ran"]
    assert not any("light" in fact for fact in board.facts)


def test_a_run_that_is_not_valid_says_so_first(scenario: Scenario, attempt: Recording) -> None:
    odd = replace(attempt, status=Status.NOT_HUMAN, finish_s=200.0)
    board = board_of(make_show(scenario, odd))
    assert board.facts[0] == ("not valid: faster than a human can run")
    assert not board.good


def split(distance_m: float, published_s: float | None = None) -> Split:
    return Split(distance_m, f"{distance_m:.0f}", None, None, (), published_s, 0.0)


def chosen(rows: list[Split], most: int) -> list[float]:
    return [row.distance_m for row in evenly(rows, most)]


def test_rows_are_picked_by_what_was_published_and_by_even_spacing() -> None:
    places = sorted({*range(400, 5000, 400), 1000, 3000, 5000})
    published = {1000, 2000, 3000, 4000}
    rows = [split(x, 100.0 if x in published else None) for x in places]
    assert chosen(rows, 20) == places
    assert chosen(rows, 9) == [1000, 2000, 3000, 4000, 5000]
    bare = [split(x) for x in (*range(400, 5000, 400), 5000)]
    assert chosen(bare, 8) == [800, 1600, 2400, 3200, 4000, 4800, 5000]
    assert chosen(bare, 3) == [2000, 4000, 5000]
    assert chosen(bare, 1) == [5000]


def test_a_ghosts_splits_have_their_rows_as_published_ones_have() -> None:
    places = sorted({*range(400, 5000, 400), 1000, 3000, 5000})
    even = [replace(split(x), ghosts_s=(1.0, 1.0 if x in (1000, 3000) else None)) for x in places]
    assert chosen(even, 8) == [1000, 2000, 3000, 4000, 5000]
    assert {1000, 3000} < set(chosen(even, 4))


@given(st.integers(1, 30), st.integers(1, 30), st.sets(st.integers(1, 30)))
def test_the_finish_always_stays_and_no_more_rows_than_fit(
    count: int, most: int, published: set[int]
) -> None:
    rows = [split(200.0 * k, 1.0 if k in published else None) for k in range(1, count + 1)]
    kept = evenly(rows, most)
    assert len(kept) <= most
    assert kept[-1] is rows[-1]
    assert [row for row in rows if row in kept] == kept


def test_a_long_race_keeps_more_rows_than_the_one_that_is_known() -> None:
    splits = Session.open("cheptegei_valencia_2020").show.splits
    labels = [row.label for row in evenly(splits, 8)]
    assert labels == ["2000", "4000", "5000", "6000", "8000", "finish"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("chebet_eugene_2024", ["2000", "4000", "5000", "6000", "8000", "finish"]),
        ("rudisha_2012", ["200", "400", "600", "finish"]),
        ("tsegay_lievin_2021", ["400", "800", "1000", "1200", "finish"]),
        (
            "girma_lievin_2023",
            ["400", "800", "1000", "1200", "1600", "2000", "2400", "2800", "finish"],
        ),
    ],
)
def test_published_splits_have_their_rows_beside_the_laps(name: str, labels: list[str]) -> None:
    board = board_of(Session.open(name).show)
    assert [row[0] for row in board.rows] == labels
    assert board.columns[4].startswith("vs")
    at = [row[0] for row in board.rows if row[-1] != "–"]
    assert set(board.published) <= set(at), "they are compared with whoever ran them"


def test_the_row_that_a_fact_names_stays_among_many() -> None:
    rows = [split(100.0 * k, 10.0 * k) for k in range(1, 31)]
    rows[6] = replace(rows[6], run_s=60.0)
    kept = board_splits(rows, [rows[6]])
    assert rows[6] in kept
    assert len(kept) <= BOARD_ROWS + 1
    assert kept == sorted(kept, key=lambda row: row.distance_m)


def test_without_a_light_none_is_lost_or_kept() -> None:
    """Bekele ran in 2005: gaps are those to the plan."""
    scenario = load_scenario("bekele_brussels_2005")
    show = make_show(scenario, simulate(scenario))
    board = board_of(show)
    assert show.recording.finish_s is not None
    assert show.recording.finish_s > (show.plan.finish_s or 0.0) + 5.0
    assert show.lost_light_m is None
    assert "light lost" not in events(show)
    said = " ".join([*board.facts, *(word for pair in board.numbers for word in pair)])
    assert "light" not in said


@pytest.mark.parametrize("name", ["rudisha_2012", "chebet_eugene_2024", "breaking4"])
def test_the_score_past_the_line_says_what_the_board_says(name: str) -> None:
    show = Session.open(name).show
    end_s = show.recording.end_s
    scene = scene_of(show, Playback(end_s + 2.0, end_s, furthest_s=end_s), ShowOptions())
    assert scene.board is not None
    against = [line for line in scene.gaps if abs(line.target_s - scene.target_s) < 1e-6]
    assert against
    for line in against:
        assert scene.board.verdict.startswith(f"{line.seconds:.2f} s {line.state.side}")
