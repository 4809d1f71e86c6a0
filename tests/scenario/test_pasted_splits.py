"""Splits as people paste them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.pasted_splits import read_splits
from simulator.scenario.plan import SplitPlan
from simulator.units import MILE_M, format_time

HTML = """<table><tr><th>m</th><th>time</th></tr><tr><td>400 m</td><td>1:00.57</td></tr>
<tr><td>800&nbsp;m</td><td>2:01.10</td></tr><tr><td>1200 m</td><td>3:01.30</td></tr>
<tr><td>Finish</td><td>3:59.90</td></tr></table>"""
MILE = [(400.0, 60.57), (800.0, 121.1), (1200.0, 181.3), (MILE_M, 239.9)]


@pytest.mark.parametrize(
    "text",
    [
        "400 m 1:00.57\n800 m 2:01.10\n1200 m 3:01.30\nfinish 3:59.90",
        "400\t1:00.57\n800\t2:01.10\n1200\t3:01.30\n1609\t3:59.90",
        "400m\t1:00.57 (60.57)\n800m\t2:01.10 (60.53)\n1200m\t3:01.30 (60.20)\nFinish\t3:59.90",
        "400m: 60,57\n800m: 2:01,1\n1200m: 3:01,3\n1 mile: 3:59,9",
        "400 60.57\n400 60.53\n400 60.20\n409.344 58.60",
        "finish 3:59.90\n1200 m 3:01.30\n800 m 2:01.10\n400 m 1:00.57",
        "Place | 400 m | 1’00”57\nPlace | 800 m | 2’01”10\n1200 m 3'01\"30\nend 3'59\"90",
        HTML,
        "Kipyegon, Paris\n400 m – 60.57\n800 m – 2:01.10\n1200 m – 3:01.30\nfinish – 3:59.90\n",
        "400m 1:00.57, 800m 2:01.1, 1200m 3:01.3, finish 3:59.9",
        "60.57 at 400m, 2:01.1 at 800m and 3:01.3 at 1200m; the finish in 3:59.9",
        "400: 60.57, 800: 2:01.1, 1200: 3:01.3, 1609: 3:59.9",
        "400 m\n1:00.57\n800 m\n2:01.1\n1200 m\n3:01.3\nMile\n3:59.9",
        "400\n1:00.57\n800\n2:01.1\n1200\n3:01.3\nfinish\n3:59.9",
        "400 m\t800 m\t1200 m\tMile\n60.57\t2:01.1\t3:01.3\t3:59.9\n60.57\t60.53\t60.20\t58.60",
        "400\t800\t1200\tfinish\n1:00.57\t2:01.1\t3:01.3\t3:59.9",
        "0-400\t60.57\n400-800\t60.53\n800-1200\t60.20\n1200-1609\t58.60",
    ],
    ids=[
        "words", "tabs", "both", "commas", "pieces", "backwards", "signs", "html", "dashes",
        "a line", "times first", "colons", "a cell a line", "bare cells", "across", "bare across",
        "spans",
    ],
)  # fmt: skip
def test_a_table_is_read_however_it_is_written(text: str) -> None:
    found = read_splits(text, MILE_M)
    assert [x for x, _ in found] == [x for x, _ in MILE]
    assert [t for _, t in found] == pytest.approx([t for _, t in MILE])


@pytest.mark.parametrize(
    "text",
    [
        "60.57 60.53 60.20 60.30",
        "60.57, 60.53, 60.20, 60.30",
        "60.57 / 60.53 / 60.20 / 60.30",
        "1:00.57\n2:01.10\n3:01.30\n4:01.60",
        "Lap 1 60.57\nLap 2 60.53\nLap 3 60.20\nLap 4 60.30",
        "1 60.57 1:00.57\n2 60.53 2:01.10\n3 60.20 3:01.30\n4 60.30 4:01.60",
        "60.57 60.53 60.20 60.30 4:01.60",
    ],
    ids=["laps", "commas", "slashes", "cumulative", "numbered", "both", "with total"],
)
def test_times_without_distances_are_laps(text: str) -> None:
    assert [t for _, t in read_splits(text, 1600.0)] == [60.57, 121.1, 181.3, 241.6]
    assert [x for x, _ in read_splits(text, 1600.0)] == [400.0, 800.0, 1200.0, 1600.0]


@pytest.mark.parametrize(
    "text",
    [
        "Lap 1 60.1\nLap 2 61.5\nLap 3 62.0\nLap 4 61.0\nFinal 4:06.42",
        "60.1, 61.5, 62.0, 61.0; final 4:06.42",
        "60.1 61.5 62.0 61.0 4:06.42",
        "60.1-61.5-62.0-61.0-4:06.42",
    ],
)
def test_laps_are_not_lost_beside_the_time_at_the_finish(text: str) -> None:
    assert [t for _, t in read_splits(text, MILE_M)] == [60.1, 121.6, 183.6, 244.6, 246.42]
    assert [x for x, _ in read_splits(text, MILE_M)] == [400.0, 800.0, 1200.0, 1600.0, MILE_M]


def test_another_time_beside_the_finish_is_no_lap() -> None:
    assert read_splits("Race at 20:45\nfinish 3:49.11", MILE_M) == [(MILE_M, 229.11)]


def test_whole_seconds_are_laps_too() -> None:
    assert read_splits("61 62 61 60", 1600.0)[-1] == (1600.0, 244.0)
    assert read_splits("200 30\n400 61", 400.0) == [(200.0, 30.0), (400.0, 61.0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no times"),
        ("hello there", "no times"),
        ("400 m 60.5\n800 m 2:01", "end at 800 m"),
        ("400 m 20.5\n800 m 40.5\nfinish 1:20.2", "no splits"),
        ("9" * 30_000, "too long"),
    ],
)
def test_what_is_no_plan_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_splits(text, MILE_M)


@given(st.lists(st.floats(29.0, 36.0), min_size=8, max_size=8), st.booleans(), st.booleans())
def test_what_is_written_is_read_back(times: list[float], laps: bool, placed: bool) -> None:
    times = [round(time, 2) for time in times]
    ends = [round(sum(times[: n + 1]), 2) for n in range(8)]
    shown = times if laps else ends
    rows = [f"{200 * (n + 1)} m\t{format_time(t)}" for n, t in enumerate(shown)]
    text = "\n".join(rows if placed else [format_time(t) for t in shown])
    found = read_splits(text, 1600.0)
    assert [x for x, _ in found] == [200.0 * (n + 1) for n in range(8)]
    assert [t for _, t in found] == pytest.approx(ends)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(ValueError):
        assert read_splits(text, MILE_M)[-1][0] == MILE_M


def test_a_distance_of_thousands_keeps_its_spaces_and_points() -> None:
    text = "400 m 1:00,1\n800 m 2:00,4\n1\u202f200 m 3:01,0\n1.500 m 3:45,5"
    assert read_splits(text, 1500.0) == [
        (400.0, 60.1),
        (800.0, 120.4),
        (1200.0, 181.0),
        (1500.0, 225.5),
    ]


@pytest.mark.parametrize("distance_m", [1.609, 12.345, 409.344])
def test_a_table_of_splits_is_read_back_whatever_its_distances(distance_m: float) -> None:
    rows = {f"{distance_m}0": 90.0, "finish": 240.0}
    plan = SplitPlan.model_validate({"shape": "splits", "splits": rows})
    written = plan.model_dump(mode="json")
    assert next(iter(plan.splits)).distance == distance_m
    assert SplitPlan.model_validate(written) == plan
