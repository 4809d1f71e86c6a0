from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from simulator.coefficients import ACCEL_MAX, TAU_SPEED
from simulator.scenario.plan import (
    EvenPlan,
    LapPlan,
    PlanSplit,
    ProgressivePlan,
    SplitPlan,
    SteppedPlan,
    schedule_of,
)
from simulator.scenario.schedule import (
    Schedule,
    Waypoint,
    even_schedule,
    schedule_through,
    start_loss,
)
from simulator.units import MILE_M


@st.composite
def split_tables(draw: st.DrawFn, tolerances: bool = True) -> list[Waypoint]:
    """Tables a person might run: 50 to 500 m apart at 3 to 9 m/s, some rows with a tolerance."""
    count = draw(st.integers(1, 12))
    lengths = draw(st.lists(st.floats(50, 500), min_size=count, max_size=count))
    speeds = draw(st.lists(st.floats(3, 9), min_size=count, max_size=count))
    distance, time = 0.0, 0.0
    table = []
    for length, speed in zip(lengths, speeds, strict=True):
        distance, time = distance + length, time + length / speed
        slack = draw(st.sampled_from([0.0, 0.0, 0.1, 0.5, 2.0])) if tolerances else 0.0
        table.append(Waypoint(distance, time, slack))
    return table


def flying_means(schedule: Schedule, table: list[Waypoint]) -> np.ndarray:
    """Mean speed of each segment on the flying clock, as the schedule passes the splits [m/s]."""
    x = np.array([0.0, *(w.distance_m for w in table)])
    t = schedule.time_at(x)
    loss = schedule.start_loss_s
    u = t + loss * np.expm1(-t / loss) if loss else t
    return np.asarray(np.diff(x) / np.diff(u))


@settings(max_examples=60)
@given(split_tables(), st.booleans())
def test_splits_are_met_and_tolerances_kept(table: list[Waypoint], standing: bool) -> None:
    schedule = schedule_through(table, standing_start=standing)
    for waypoint in table:
        missed = abs(float(schedule.time_at(waypoint.distance_m)) - waypoint.time_s)
        assert missed <= (waypoint.tolerance_s or 1e-9) + 1e-9


@settings(max_examples=60)
@given(split_tables(), st.booleans())
def test_the_speed_stays_between_the_neighbouring_means(
    table: list[Waypoint], standing: bool
) -> None:
    schedule = schedule_through(table, standing_start=standing)
    means = flying_means(schedule, table)
    x = np.linspace(0.0, schedule.distance_m, 4001)
    speed = schedule.cruise_at(schedule.time_at(x))
    ends = np.array([w.distance_m for w in table])
    segment = np.clip(np.searchsorted(ends, x), 0, len(means) - 1)
    low = np.minimum(means[np.maximum(segment - 1, 0)], means[segment])
    low = np.minimum(low, means[np.minimum(segment + 1, len(means) - 1)])
    high = np.maximum(means[np.maximum(segment - 1, 0)], means[segment])
    high = np.maximum(high, means[np.minimum(segment + 1, len(means) - 1)])
    assert np.all(speed >= 0.99 * low)
    assert np.all(speed <= 1.01 * high)


@settings(max_examples=60)
@given(split_tables(), st.booleans())
def test_the_speed_has_no_jump(table: list[Waypoint], standing: bool) -> None:
    schedule = schedule_through(table, standing_start=standing)
    knots = schedule.time_at(schedule.knot_x[1:-1])
    assert schedule.cruise_at(knots - 1e-7) == pytest.approx(schedule.cruise_at(knots + 1e-7), 1e-4)


@settings(max_examples=60)
@given(split_tables(), st.booleans())
def test_time_and_distance_are_exact_inverses(table: list[Waypoint], standing: bool) -> None:
    schedule = schedule_through(table, standing_start=standing)
    t = np.linspace(0.0, schedule.finish_s + 20.0, 2001)
    x = schedule.distance_at(t)
    assert np.all(np.diff(x) > 0)
    back = schedule.time_at(x)
    # from rest a moment's distance goes with its square: the first tenth is compared in metres
    assert back[t > 0.1] == pytest.approx(t[t > 0.1], abs=1e-9)
    assert schedule.distance_at(back) == pytest.approx(x, abs=1e-9)


@settings(max_examples=40)
@given(split_tables())
def test_the_mark_starts_from_rest_and_its_speed_never_jumps(table: list[Waypoint]) -> None:
    schedule = schedule_through(table)
    assert float(schedule.distance_at(-3.0)) == 0.0
    assert float(schedule.distance_at(1e-6)) < 1e-9
    t = np.linspace(0.0, schedule.finish_s, 2001)
    for at in (t, schedule.time_at([w.distance_m for w in table])):
        # so short that the steepest ramp of a table's paces is not taken for a jump
        after = (schedule.distance_at(at + 1e-6) - schedule.distance_at(at)) / 1e-6
        before = (schedule.distance_at(at) - schedule.distance_at(at - 1e-6)) / 1e-6
        assert after == pytest.approx(before, abs=2e-3)


def test_even_ghosts_at_3_59_99_and_4_00_00_stay_within_a_hundredth() -> None:
    a, b = even_schedule(MILE_M, 239.99), even_schedule(MILE_M, 240.0)
    x = np.linspace(0.0, MILE_M, 5001)
    gap = b.time_at(x) - a.time_at(x)
    assert np.all(np.abs(gap) <= 0.01 + 1e-9)
    assert a.finish_s == pytest.approx(239.99, abs=1e-9)


def test_the_start_loses_its_time_constant_below_the_clip_and_more_above() -> None:
    assert start_loss(5.0) == TAU_SPEED
    over = 6.74 - ACCEL_MAX * TAU_SPEED
    assert start_loss(6.74) == pytest.approx(TAU_SPEED + over**2 / (2 * ACCEL_MAX * 6.74))
    assert start_loss(6.74) - TAU_SPEED == pytest.approx(0.030, abs=0.001)
    schedule = even_schedule(MILE_M, 239.99)
    speed = MILE_M / (239.99 - schedule.start_loss_s)
    assert schedule.start_loss_s == pytest.approx(start_loss(speed), abs=1e-9)


def test_a_flying_start_moves_at_once() -> None:
    schedule = even_schedule(MILE_M, 240.0, standing_start=False)
    assert float(schedule.distance_at(1e-3)) == pytest.approx(1e-3 * MILE_M / 240.0)
    assert float(schedule.distance_at(120.0)) == pytest.approx(MILE_M / 2)


@settings(max_examples=60)
@given(
    st.sampled_from(["even", "negative", "positive", "progressive"]),
    st.floats(-20, 20),
    st.floats(100, 10_000),
    st.floats(3, 8),
    st.booleans(),
)
def test_every_shape_takes_its_target(
    shape: str, strength: float, distance_m: float, speed: float, standing: bool
) -> None:
    target = distance_m / speed
    assume(target <= 7200)
    common = {"target": target, "standing_start": standing}
    plan: EvenPlan | SteppedPlan | ProgressivePlan
    if shape == "even":
        plan = EvenPlan.model_validate(common)
    elif shape == "progressive":
        plan = ProgressivePlan.model_validate({**common, "strength": strength})
    else:
        plan = SteppedPlan.model_validate({**common, "shape": shape, "strength": strength})
    schedule = schedule_of(plan, distance_m)
    assert schedule.finish_s == pytest.approx(target, abs=1e-9)
    assert np.all(np.diff(schedule.distance_at(np.linspace(0, target, 300))) > 0)


def test_a_negative_split_is_faster_in_its_second_half_by_its_strength() -> None:
    plan = SteppedPlan(shape="negative", target=240.0, strength=4.0, standing_start=False)
    schedule = schedule_of(plan, 1600.0)
    first = float(schedule.time_at(800.0))
    assert first / (240.0 - first) == pytest.approx(1.04, rel=1e-6)
    mirrored = plan.model_copy(update={"shape": "positive"})
    second = float(schedule_of(mirrored, 1600.0).time_at(800.0))
    assert second / (240.0 - second) == pytest.approx(0.96, rel=1e-6)


def test_a_progressive_plan_rises_evenly_in_speed() -> None:
    plan = ProgressivePlan(target=240.0, strength=10.0, standing_start=False)
    schedule = schedule_of(plan, 1600.0)
    speed = schedule.cruise_at(schedule.time_at(np.array([25.0, 800.0, 1575.0])))
    assert speed[2] / speed[0] == pytest.approx(1.10, abs=0.004)
    assert speed[1] == pytest.approx((speed[0] + speed[2]) / 2, rel=0.003)


@pytest.mark.parametrize(
    ("laps", "race_m", "ends_m"),
    [
        ((60.0, 60.0, 60.0, 45.0), 1500.0, [400, 800, 1200, 1500]),
        ((45.0, 60.0, 60.0, 60.0), 1500.0, [300, 700, 1100, 1500]),
        ((33.0, *[66.0] * 7), 3000.0, [200, 600, 1000, 1400, 1800, 2200, 2600, 3000]),
        ((*[66.0] * 7, 33.0), 3000.0, [400, 800, 1200, 1600, 2000, 2400, 2800, 3000]),
        ((52.0, 53.0), 800.0, [400, 800]),
        ((60.0, 60.0, 60.0, 61.0), MILE_M, [400, 800, 1200, MILE_M]),
        ((60.0, 60.0, 60.0, 60.0, 1.4), MILE_M, [400, 800, 1200, 1600, MILE_M]),
        ((14.0,), 100.0, [100]),
    ],
)
def test_the_odd_piece_is_where_it_makes_the_laps_alike(
    laps: tuple[float, ...], race_m: float, ends_m: list[float]
) -> None:
    assert LapPlan(laps=laps).distances(race_m) == pytest.approx(ends_m)


def test_the_length_of_the_first_piece_may_be_said() -> None:
    plan = LapPlan(laps=(61.0, 60.0, 60.0, 60.0), first=409.344)
    assert plan.distances(MILE_M) == pytest.approx([409.344, 809.344, 1209.344, MILE_M])


def test_laps_are_the_differences_of_splits() -> None:
    laps = schedule_of(LapPlan(laps=(60.0, 61.0, 60.0, 58.99)), MILE_M)
    assert laps.time_at([400.0, 800.0, 1200.0]) == pytest.approx([60.0, 121.0, 181.0], abs=1e-9)
    assert laps.finish_s == pytest.approx(239.99, abs=1e-9)


def test_a_tolerance_makes_the_published_splits_smoother() -> None:
    times = {400: 60.2, 600: 90.3, 800: 120.75, 1000: 150.68, 1200: 181.84}

    def paces(tolerance: float) -> np.ndarray:
        rows = [
            PlanSplit(distance=d, time=t, tolerance=tolerance * (d == 800))
            for d, t in times.items()
        ]
        plan = SplitPlan(splits=(*rows, PlanSplit(time=246.42)))
        schedule = schedule_of(plan, MILE_M)
        x = np.array([400.0, 600, 800, 1000, 1200])
        return np.asarray(np.diff(schedule.time_at(x)) / np.diff(x))

    rough, smooth = paces(0.0), paces(0.2)
    assert np.sum(np.diff(smooth) ** 2) < np.sum(np.diff(rough) ** 2)


def test_smoothing_reaches_the_least_sum_inside_its_bounds() -> None:
    table = [Waypoint(100.0 * i, 15.0 * i + 0.8 * (-1) ** i, 1.5) for i in range(1, 13)]
    table[-1] = Waypoint(1200.0, 180.0)
    schedule = schedule_through(table, standing_start=False)
    x = np.arange(0.0, 1201.0, 100.0)
    best = np.sum(np.diff(np.diff(schedule.time_at(x))) ** 2)
    rng = np.random.default_rng(1)
    t = schedule.time_at(x)
    asked = np.array([0.0, *(w.time_s for w in table)])
    slack = np.array([0.0, *(w.tolerance_s for w in table)])
    for _ in range(300):
        other = np.clip(t + rng.normal(0, 0.05, len(t)), asked - slack, asked + slack)
        assert np.sum(np.diff(np.diff(other)) ** 2) >= best - 1e-9


@st.composite
def loose_tables(draw: st.DrawFn) -> list[Waypoint]:
    """Tables at an even pace but for what is within, or beyond, the tolerance of each row."""
    count = draw(st.integers(2, 9))
    places = np.cumsum(draw(st.lists(st.floats(90, 210), min_size=count, max_size=count)))
    off = draw(st.lists(st.floats(-3, 3), min_size=count, max_size=count))
    slack = draw(st.lists(st.sampled_from([0.0, 0.3, 1.0, 4.0]), min_size=count, max_size=count))
    rows = zip(places.tolist(), off, slack, strict=True)
    return [Waypoint(x, 0.15 * x + late, loose) for x, late, loose in rows]


LET_GO = [
    *((159, -1.6, 1.0), (288, 0.7, 4.0), (449, -2.5, 4.0)),
    *((580, 2.0, 0.3), (717, 1.7, 0.3), (914, -1.6, 0.0)),
]
"""Places [m], how late [s] and tolerances [s]: a bound that is met on the way is left again."""


@settings(max_examples=60)
@given(loose_tables())
@example([Waypoint(x, 0.15 * x + late, loose) for x, late, loose in LET_GO])
def test_no_row_can_be_moved_within_its_tolerance_for_a_smoother_pace(
    table: list[Waypoint],
) -> None:
    """The sum of squared steps of pace is convex: where no row alone gains, none do together."""
    x = np.array([0.0, *(w.distance_m for w in table)])
    wanted = np.array([0.0, *(w.time_s for w in table)])
    t = schedule_through(table, standing_start=False).time_at(x)
    bend = np.diff(np.diff(np.eye(len(x)), axis=0) / np.diff(x)[:, None], axis=0)
    slope = 2.0 * bend.T @ (bend @ t)
    # what a hundredth of a second would change, against what it changes by its own square
    moves = 0.01 * slope / np.square(bend).sum(axis=0).clip(1e-12) / 0.01**2
    for i, waypoint in enumerate(table[:-1], 1):
        early, late = (abs(t[i] - wanted[i] - s * waypoint.tolerance_s) < 1e-9 for s in (-1, 1))
        assert early or moves[i] <= 1e-3, (i, moves)
        assert late or moves[i] >= -1e-3, (i, moves)


@pytest.mark.parametrize(
    "table",
    [
        [],
        [Waypoint(400, 60), Waypoint(400, 70)],
        [Waypoint(400, 60), Waypoint(800, 60)],
        [Waypoint(400, 60), Waypoint(300, 70)],
    ],
)
def test_what_does_not_increase_is_refused(table: list[Waypoint]) -> None:
    with pytest.raises(ValueError, match="must increase"):
        schedule_through(table)


def test_a_schedule_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        even_schedule(MILE_M, 240.0).knot_x[0] = 1.0


@pytest.mark.parametrize("standing", [True, False])
@pytest.mark.parametrize("table", [[(1500.0, 240.0)], [(200.0, 30.0), (800.0, 118.0)]])
def test_an_infinite_time_and_nan_have_a_distance(
    table: list[tuple[float, float]], standing: bool
) -> None:
    """Nothing warns: an even one multiplied infinity by its slope of nothing."""
    schedule = schedule_through([Waypoint(*row) for row in table], standing_start=standing)
    places = [-np.inf, 1.0, np.inf, np.nan]
    for there in (schedule.distance_at, schedule.time_at):
        before, at_one, beyond, none = there(places).tolist()
        assert (before, beyond) == (0.0, np.inf)
        assert np.isnan(none)
        assert [float(there(x)) for x in places[:3]] == [before, at_one, beyond]
    first, _, last, none = schedule.cruise_at(places)
    assert (first, last) == (1.0 / schedule.knot_pace[0], 1.0 / schedule.knot_pace[-1])
    assert np.isnan(none)
