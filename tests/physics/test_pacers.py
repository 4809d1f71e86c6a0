"""The group: slots, policies, drop-outs, and that nobody runs into anybody."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.coefficients import CHANGE_M, PASS_WIDE_M, SWAP_IN_M, SWAP_M
from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.physics.attempt import simulate
from simulator.physics.pacers import DRIFT_M, PacerGroup, PacerPlace, front_gap, group_of, places
from simulator.recording.recording import Recording
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.scenario.schedule import even_schedule
from simulator.units import MILE_M

Floats = NDArray[np.float64]


def _run(*changes: str) -> tuple[Scenario, Recording]:
    scenario = load_scenario("breaking4", overrides=changes)
    return scenario, simulate(scenario)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("pacers.front_gap=0.6", "pacers.leader.jitter=0.4"),
        ("pacers.leader.fast_opening=-1.5",),
        ("pacers.policy=wait_for_runner", "pacers.drop_back=40"),
        ("pacers.formation=ahead_and_behind", "pacers.front_gap=1.2"),
        ("plan.standing_start=false",),
        ("pacers.leader={fade: 5, surge: 2}", "pacers.swap_gap=3"),
    ],
)
def test_no_two_bodies_in_one_line_come_within_half_a_metre(changes: tuple[str, ...]) -> None:
    scenario, recording = _run(*changes)
    group = group_of(scenario.pacers, scenario.distance)
    for t in np.arange(0.0, recording.end_s, 0.5):
        moment = recording.at(float(t))
        bodies = [(moment.x_m, 0.0)]
        bodies += [
            (p.x_m, p.offset_m)
            for p in places(group, moment.x_m, moment.group_m)
            if p.role != "left"
        ]
        for (xa, ya), (xb, yb) in combinations(bodies, 2):
            assert abs(ya - yb) >= 0.4 or abs(xa - xb) >= 0.5 - 1e-6, (t, xa, xb)


def test_group_that_waits_stays_with_her_as_far_as_it_is_ready_to() -> None:
    scenario, recording = _run("pacers.policy=wait_for_runner", "pacers.drop_back=3")
    plan = even_schedule(scenario.distance, 239.99)
    t = np.arange(recording.ticks + 1) * recording.step_s
    behind = plan.distance_at(t) - recording.x
    waiting = (behind > 0.1) & (behind < 2.9)
    assert waiting.sum() > 50
    gap = recording.group - recording.x
    assert gap[waiting].max() < 1.2, "as bodies do, it comes back to her, and is never quite there"
    late = (behind > 4.5) & (recording.x > 1400)
    assert late.any()
    assert np.abs(gap - (behind - 3.0))[late].max() < 0.8
    assert np.abs(np.diff(recording.group_v)).max() / recording.step_s < 4.5 + 1e-9


def test_women_leave_at_800_m() -> None:
    scenario, _ = _run()
    group = group_of(scenario.pacers, scenario.distance)
    before = {p.name for p in places(group, 799.0, 799.0)}
    after = {p.name for p in places(group, 900.0, 900.0)}
    assert before - after == {"Georgia Hunter Bell", "Jemma Reekie"}
    assert len(before) == 13


def _group_line(*changes: str) -> tuple[Floats, Floats]:
    """Return where the group, and where the plan is, at every tick of a run that lets it go."""
    strong = ("runner.max_aerobic_power=40", "runner.reserve=5000", "pacers.count=1")
    scenario, recording = _run(*strong, "pacers.front_gap=20", *changes)
    plan = even_schedule(scenario.distance, 239.99)
    return recording.group, plan.distance_at(np.arange(recording.ticks + 1) * recording.step_s)


def test_fast_opening_is_given_back() -> None:
    group, plan = _group_line("pacers.leader.fast_opening=0.5")
    error = group - plan
    assert error[np.searchsorted(plan, 200.0)] == pytest.approx(0.5 * 6.74, rel=0.05)
    assert abs(error[plan > 900]).max() < 0.05


def test_a_fade_loses_its_seconds_evenly_by_the_line() -> None:
    group, plan = _group_line("pacers.leader={fade: 2, fade_from: 1000}")
    behind = plan - group
    assert abs(behind[plan < 1000]).max() < 0.1
    assert behind[np.searchsorted(plan, 1300.0)] == pytest.approx(2 * 300 / 609.3 * 6.74, rel=0.05)
    assert behind[np.searchsorted(plan, 1600.0)] == pytest.approx(2 * 600 / 609.3 * 6.74, rel=0.05)
    braking = np.diff(group, 2)[plan[1:-1] > 900] / 0.1**2
    assert -2.0 < braking.min() < -0.05, "they slow down as people do"


def test_a_fade_and_a_surge_are_felt_in_a_short_race_too() -> None:
    race = "name: x\ndistance: 800 m\nplan: {target: 1:56}\nghosts: []\npacers: {count: 5}"
    even = simulate(load_text(race)).finish_s or 0.0
    fades = simulate(load_text(race, overrides=["pacers.leader.fade=3"])).finish_s or 0.0
    assert fades == pytest.approx(even + 3.0, abs=0.3)
    surge = simulate(load_text(race, overrides=["pacers.leader.surge=1"]))
    assert surge.time_at(480.0) < simulate(load_text(race)).time_at(480.0) - 0.3
    late = ["pacers.leader.fade=3", "pacers.leader.fade_from=800 m"]
    with pytest.raises(ScenarioError, match="it begins beyond the line"):
        load_text(race, overrides=late)


@pytest.mark.parametrize("change", ["until", "from"])
def test_a_change_that_is_not_over_at_the_line_is_cut_off_there(change: str) -> None:
    slots = f"[{{ahead: 1.2, name: a}}, {{ahead: 2.4, name: b, {change}: 1600}}]"
    group = group_of(
        load_text(
            "name: x", overrides=["pacers.count=2", f"pacers.formation.slots={slots}"]
        ).pacers,
        MILE_M,
    )
    share = (MILE_M - 1600.0) / CHANGE_M + 0.5
    assert group.presence[1][-1] == pytest.approx(share if change == "from" else 1.0 - share)


def test_a_constant_shelter_ends_at_the_same_rate_just_before_the_line() -> None:
    def finish(until_m: int) -> float:
        phases = f"[{{value: 0.8, until: {until_m}}}, {{value: 0.0}}]"
        weak = ["runner.max_aerobic_power=20", "runner.reserve=500", "plan.target=50.5"]
        changes = [f"pacers.shelter={phases}", *weak, "distance=400 m", "ghosts=[]"]
        return simulate(load_text("name: x", overrides=changes)).finish_s or 0.0

    times = [finish(until_m) for until_m in range(362, 400, 4)]
    assert -0.06 < min(np.diff(times)) < max(np.diff(times)) < 0.0
    assert times[-1] - 0.1 < finish(400) == finish(410) < times[-1], "to the line"


def test_a_surge_is_given_back() -> None:
    group, plan = _group_line("pacers.leader={surge: 0.5, surge_from: 800}")
    ahead = group - plan
    assert abs(ahead[plan < 800]).max() < 0.1
    assert ahead[np.searchsorted(plan, 905.0)] == pytest.approx(0.5 * 6.74, rel=0.1)
    assert abs(ahead[plan > 1200]).max() < 0.1


def test_the_gap_opens_at_a_hand_over_that_is_untidy() -> None:
    slots = "[{ahead: 1.2, name: a, until: 800}, {ahead: 2.4, name: a, from: 800}, "
    slots += "{ahead: 2.4, name: b, until: 800}, {ahead: 1.2, name: b, from: 800}]"
    formation = f"pacers.formation={{slots: {slots}}}"
    tidy = group_of(_run(formation)[0].pacers, 1609.0)
    untidy = group_of(_run(formation, "pacers.swap_gap=1")[0].pacers, 1609.0)

    def nearest(group: PacerGroup, x: float) -> float:
        return min(p.x_m for p in places(group, x, x) if p.role == "ahead") - x

    for x, opens in ((700.0, 0.0), (790.0, 0.5), (800.0, 1.0), (820.0, 0.5), (900.0, 0.0)):
        assert nearest(untidy, x) - nearest(tidy, x) == pytest.approx(opens, abs=0.01)
    times = [_run(formation, *c)[1].finish_s for c in ((), ("pacers.swap_gap=2",))]
    assert times[0] is not None
    assert times[1] is not None
    assert 0.0 < times[1] - times[0] < 0.5


def in_slots(slots: str) -> PacerGroup:
    """Return a group in these slots, as they are, over a mile."""
    scenario = load_text(f"pacers: {{formation: {{slots: [{slots}]}}}}", "", configs_dir())
    return group_of(scenario.pacers, scenario.distance)


HANDS_OVER = (
    "{ahead: 1.2, offset: 0.3, name: a, until: 800}, "
    "{ahead: 2.4, offset: -0.5, name: a, from: 800}, {ahead: 2.4, offset: -0.5, name: b, "
    "until: 800}, {ahead: 1.2, offset: 0.3, name: b, from: 800}"
)


def test_who_changes_slots_passes_wide_of_both_and_nobody_is_ever_missing() -> None:
    group = in_slots(HANDS_OVER)

    def of(name: str, x: float) -> tuple[float, float]:
        (one,) = (p for p in places(group, x, x) if p.name == name)
        assert (one.presence, one.role) == (1.0, "ahead")
        return one.x_m - x, one.offset_m

    # he who goes forward is wide of the outer slot by a body, and in place as the other leaves it
    assert of("a", 800.0 - 1.5 * SWAP_M) == pytest.approx((1.2, 0.3))
    halfway = 0.5 * (1.2 + 2.4 + SWAP_IN_M)
    assert of("a", 800.0 - SWAP_M) == pytest.approx((halfway, 0.3 + PASS_WIDE_M))
    assert of("a", 800.0 - 0.5 * SWAP_M) == pytest.approx((2.4 + SWAP_IN_M, 0.3 + PASS_WIDE_M))
    assert of("a", 800.0) == pytest.approx((2.4 + SWAP_IN_M, -0.5))
    assert of("a", 800.0 + SWAP_M) == pytest.approx((2.4 + 0.5 * SWAP_IN_M, -0.5))
    assert of("a", 800.0 + 2.0 * SWAP_M) == pytest.approx((2.4, -0.5))
    # he who drops back stays until the slot changes hands, and goes round the outside of his own
    assert of("b", 800.0) == pytest.approx((2.4, -0.5))
    assert of("b", 800.0 + SWAP_M) == pytest.approx((1.8, -0.5 + PASS_WIDE_M))
    assert of("b", 800.0 + 2.0 * SWAP_M) == pytest.approx((1.2, 0.3))


def test_who_comes_or_goes_does_so_over_the_change_and_fades_to_the_outside() -> None:
    slots = "{ahead: 1.2, offset: 0.2, name: a}, "
    group = in_slots(slots + "{ahead: 3, offset: 0.4, name: b, from: 400, until: 900}")

    def of(name: str, x: float) -> PacerPlace | None:
        return next((p for p in places(group, x, x) if p.name == name), None)

    for x in (400.0, 900.0):
        halfway = of("b", x)
        assert halfway is not None
        assert halfway.presence == pytest.approx(0.5)
        assert halfway.role == "left"
        assert halfway.offset_m == pytest.approx(0.4 + 0.5 * DRIFT_M)
    assert of("b", 400.0 - 0.5 * CHANGE_M - 0.1) is None
    assert of("b", 900.0 + 0.5 * CHANGE_M + 0.1) is None
    all_but_gone = of("b", 900.0 + 0.5 * CHANGE_M - 1e-3)
    assert all_but_gone is not None
    assert all_but_gone.offset_m == pytest.approx(0.4 + DRIFT_M, abs=1e-3)
    fully = of("b", 650.0)
    assert fully is not None
    assert (fully.x_m - 650.0, fully.offset_m, fully.presence) == pytest.approx((3.0, 0.4, 1.0))


def test_those_beside_and_behind_go_aside_with_her_and_those_ahead_do_not() -> None:
    group = in_slots("{ahead: 1.2}, {ahead: 0, offset: 1}, {ahead: -1.5, offset: 0.2}")
    by_role = {p.role: p for p in places(group, 500.0, 503.0, 0.7)}
    where = {role: (p.x_m, p.offset_m) for role, p in by_role.items()}
    assert where.keys() == {"ahead", "beside", "behind"}
    assert where["ahead"] == pytest.approx((504.2, 0.0))
    assert where["beside"] == pytest.approx((500.0, 1.7))
    assert where["behind"] == pytest.approx((498.5, 0.9))
    in_line = places(group, 500.0, 503.0)
    assert [p.offset_m for p in in_line if p.role == "beside"] == [1.0]
    assert front_gap(in_line, 500.0) == pytest.approx(4.2)
    assert front_gap([p for p in by_role.values() if p.role != "ahead"], 500.0) is None
    assert front_gap(in_line, 505.0) is None, "she has passed everybody"


def test_the_gap_to_the_front_is_to_the_next_pacer_whom_she_has_not_passed() -> None:
    in_line = places(in_slots("{ahead: 1.2}, {ahead: 4.2}"), 500.0, 498.0)
    assert {p.role for p in in_line} == {"ahead"}
    assert front_gap(in_line, 500.0) == pytest.approx(2.2)


def test_a_pacer_who_steps_out_is_ahead_until_he_is_gone_unless_another_leads() -> None:
    slots = "{name: a, ahead: 1.5, until: 900 m}, {name: b, ahead: 0.1, offset: 1, until: 900 m}"
    for more, then_m in (("", None), (", {name: c, ahead: 3}", 3.0)):
        group = in_slots(slots + more)
        for share, gap_m in (
            (-0.6, 1.5),
            (0.0, then_m or 1.5),
            (0.49, then_m or 1.5),
            (0.6, then_m),
        ):
            x = 900.0 + share * CHANGE_M
            assert front_gap(places(group, x, x), x) == pytest.approx(gap_m)


def test_jitter_is_seeded() -> None:
    jitter = "pacers.leader.jitter=0.3"
    one, plan = _group_line(jitter, "pacers.leader.seed=3")
    assert np.array_equal(one, _group_line(jitter, "pacers.leader.seed=3")[0])
    assert not np.array_equal(one, _group_line(jitter, "pacers.leader.seed=4")[0])
    assert 0.5 < abs(one - plan).max() < 10.0
