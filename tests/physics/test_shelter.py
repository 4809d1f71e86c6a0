"""Shelter: published rows, bounds, continuity, falling with the gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.coefficients import CLEARANCE_M
from simulator.files import configs_dir
from simulator.physics.pacers import leads, stints_of
from simulator.physics.setup import EXTRA_GRID, ShelterTables, sheltering_of
from simulator.physics.shelter import Shelterer, shelter
from simulator.scenario.loader import load_text

FORMATIONS = sorted(p.stem for p in (configs_dir() / "formations").glob("*.yaml"))


def _formation(name: str) -> ShelterTables:
    scenario = load_text(f"pacers: {{formation: {name}}}", name, configs_dir())
    stints, shift = stints_of(scenario.pacers)
    assert shift == 0.0
    return sheltering_of(stints, None, 1609.344)


def _one(ahead: float, aside: float = 0.0) -> Shelterer:
    return Shelterer(ahead, aside, ahead > 0)


def _at_slot(*pacers: Shelterer, wake: float = 1.0) -> float:
    return float(shelter(pacers, 0.0, wake))


def test_formula_at_its_reference_point() -> None:
    assert _at_slot(_one(1.2)) == pytest.approx(1 - 0.6**2)
    assert _at_slot() == 0.0


def test_da_silva_formation_gives_what_the_model_is_known_to_give() -> None:
    assert _at_slot(_one(1.2), _one(-1.2), wake=1.13) == pytest.approx(0.727, abs=0.001)


def test_second_runner_in_line_adds_nothing_but_a_second_line_does() -> None:
    assert _at_slot(_one(1.2), _one(2.4)) == pytest.approx(_at_slot(_one(1.2)))
    assert _at_slot(_one(1.2, -0.3), _one(1.2, 0.3)) > _at_slot(_one(1.2, 0.3))


def test_pacer_beside_costs_and_pacer_behind_helps() -> None:
    assert _at_slot(_one(1.2), _one(0.0, 1.0)) < _at_slot(_one(1.2))
    assert _at_slot(_one(-1.2)) == pytest.approx(0.09)


@given(st.floats(-2.0, 3.0), st.floats(0.0, 1.5), st.floats(0.0, 1.5))
def test_left_and_right_are_alike(ahead: float, aside: float, other: float) -> None:
    one, two = Shelterer(ahead, aside, True), Shelterer(1.9, other, True)
    mirrored = Shelterer(ahead, -aside, True), Shelterer(1.9, -other, True)
    assert _at_slot(one, two) == pytest.approx(_at_slot(*mirrored), abs=1e-12)


@pytest.mark.parametrize("ahead", [-1.5, 0.0, 0.8, 1.2, 3.0])
def test_who_runs_four_metres_aside_does_nothing(ahead: float) -> None:
    assert _at_slot(_one(ahead, 4.0)) == pytest.approx(0.0, abs=1e-4)
    assert _at_slot(_one(1.2), _one(ahead, -4.0)) == pytest.approx(_at_slot(_one(1.2)), abs=1e-4)


def test_single_file_falls_with_the_front_gap_from_80_cm_on() -> None:
    profile, *_ = _formation("single_file").profiles
    values = profile.shelter(1.0)[EXTRA_GRID >= -0.4]  # the formation's own gap is 1.2 m
    assert (np.diff(values) <= 1e-12).all()
    assert values[0] > values[-1] + 0.5


@pytest.mark.parametrize("name", FORMATIONS)
def test_every_formation_is_bounded_and_continuous_in_the_gap(name: str) -> None:
    group = _formation(name)
    for profile, least in zip(group.profiles, group.least_m.tolist(), strict=True):
        values = profile.shelter(1.0)
        assert values.min() >= -0.2
        assert values.max() <= 0.95
        reachable = values[least <= EXTRA_GRID]  # nobody is run into
        assert np.abs(np.diff(reachable)).max() < 0.02


@given(st.floats(-3.0, 30.0), st.floats(0.5, 1.5), st.floats(0.8, 5.0))
def test_the_kernels_tables_say_what_the_formula_says(
    extra: float, wake: float, front_gap: float
) -> None:
    """The front gap shifts one table, and the wake's scale is applied to what it holds."""
    extra = max(extra, CLEARANCE_M - front_gap)  # nobody comes nearer
    scenario = load_text(f"pacers: {{front_gap: {front_gap}}}", "", configs_dir())
    stints, shift = stints_of(scenario.pacers)
    moved = [Shelterer(s.ahead, s.offset, leads(s.ahead)) for s in scenario.pacers.line_up()]
    tables = sheltering_of(stints, None, 1609.344).tables
    assert tables.shelter(0, 0.0, extra + shift, wake) == pytest.approx(
        float(shelter(moved, extra, wake)), abs=3e-4
    )


@given(st.floats(-3, 6), st.floats(-2, 2), st.floats(0.5, 1.5))
def test_blended_edges_leave_no_jump(ahead: float, aside: float, wake: float) -> None:
    gaps = np.linspace(-2, 4, 12_001)
    values = shelter([Shelterer(ahead, aside, True), _one(-1.2)], gaps, wake)
    assert np.abs(np.diff(values)).max() < 0.005
