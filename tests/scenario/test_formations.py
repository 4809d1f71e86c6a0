from __future__ import annotations

import pytest

from simulator.coefficients import BESIDE_REACH_M
from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.pacers import PacerFormation, Pacers, Slot

NAMES = ["ahead_and_behind", "box", "breaking4", "inverted_v", "single_file", "v_shield"]


def formation(name: str) -> PacerFormation:
    return Pacers.model_validate({"formation": name}).formation


def test_every_shipped_formation_loads_by_its_own_name() -> None:
    assert sorted(p.stem for p in (configs_dir() / "formations").glob("*.yaml")) == NAMES
    for name in NAMES:
        assert formation(name).name == name


def test_only_published_spacing_is_not_called_assumed() -> None:
    assert {name for name in NAMES if not formation(name).assumed} == {"ahead_and_behind"}


def test_breaking4_is_six_ahead_one_beside_six_behind_and_the_women_leave_at_800_m() -> None:
    slots = formation("breaking4").slots
    assert sum(s.ahead > BESIDE_REACH_M for s in slots) == 6
    assert sum(abs(s.ahead) <= BESIDE_REACH_M for s in slots) == 1
    assert sum(s.ahead < -BESIDE_REACH_M for s in slots) == 6
    assert all(s.ahead < 0 for s in slots if s.until == 800)
    ran = load_scenario("breaking4").pacers.line_up()
    assert {s.name for s in ran if s.until == 800} == {"Georgia Hunter Bell", "Jemma Reekie"}
    assert max(ran, key=lambda s: s.ahead).name == "Elliot Giles"


def test_the_formation_names_nobody_of_another_race() -> None:
    text = "runner: sub4_man\npacers: {count: 2}"
    ran = load_text(text, "", configs_dir()).pacers.line_up()
    assert [s.name for s in ran] == ["pacer 1", "pacer 2"]
    assert load_text("runner: sub4_man", "", configs_dir()).pacers.line_up() == []


def test_names_are_given_in_the_formations_order_and_each_once() -> None:
    given = {"formation": "breaking4", "names": ["Ann", "Bea"], "count": 3}
    ran = Pacers.model_validate(given).line_up()
    assert [s.name for s in ran] == ["Ann", "Bea", "pacer 3"]
    more = {"formation": "ahead_and_behind", "names": ["Ann", "Bea", "Cleo"]}
    assert {s.name for s in Pacers.model_validate(more).line_up()} == {"Ann", "Bea"}
    with pytest.raises(ScenarioError, match="second pacer"):
        load_text("pacers: {names: [Ann, Ann]}", "", configs_dir())


def test_breaking4_fills_its_slots_from_the_most_useful_to_the_one_that_costs() -> None:
    slots = formation("breaking4").slots
    assert (slots[0].ahead, slots[1].ahead) == (1.2, -1.2)
    assert abs(slots[-1].ahead) <= BESIDE_REACH_M
    for side in (1, -1):
        distances = [s.ahead * side for s in slots if s.ahead * side > BESIDE_REACH_M]
        assert distances == sorted(distances)


def test_with_n_pacers_the_first_n_names_run() -> None:
    for count in range(14):
        line_up = Pacers.model_validate({"count": count}).line_up()
        assert [s.name for s in line_up] == formation("breaking4").names()[:count]


def test_a_hand_over_is_two_slots_of_one_name() -> None:
    pacers = Pacers.model_validate({"formation": "ahead_and_behind"})
    assert pacers.formation.names() == ["first pacer", "second pacer"]
    for distance in (0.0, 799.9, 800.0, 1600.0):
        there = {
            s.ahead: s.name
            for s in pacers.line_up()
            if s.from_ <= distance and (s.until is None or distance < s.until)
        }
        front = "first pacer" if distance < 800 else "second pacer"
        assert there[1.2] == front
        assert set(there) == {1.2, -1.2}
    assert len(Pacers.model_validate({"formation": "ahead_and_behind", "count": 1}).line_up()) == 2


def test_the_front_gap_moves_all_slots_ahead_and_no_other() -> None:
    near = Pacers.model_validate({}).line_up()
    far = Pacers.model_validate({"front_gap": 2.95}).line_up()
    moves = [b.ahead - a.ahead for a, b in zip(near, far, strict=True)]
    assert {round(m, 9) for m, a in zip(moves, near, strict=True) if a.ahead > 0} == {1.75}
    assert {m for m, a in zip(moves, near, strict=True) if a.ahead <= 0} == {0.0}


def test_a_front_gap_that_pushes_one_body_into_another_is_refused() -> None:
    slots = "[{ahead: 1.2, offset: 0.6}, {ahead: 0.2, offset: 0.6}]"
    with pytest.raises(ScenarioError) as caught:
        load_text(f"pacers: {{formation: {{slots: {slots}}}, front_gap: 0.5}}", "f")
    (problem,) = caught.value.problems
    assert problem.path == "pacers.front_gap"
    assert "within 0.5 m" in problem.message


def test_nameless_slots_are_numbered_without_taking_a_name_twice() -> None:
    slots = (Slot(ahead=1.2), Slot(ahead=2.4, name="pacer 1"), Slot(ahead=3.6))
    assert PacerFormation(slots=slots).names() == ["pacer 1'", "pacer 1", "pacer 3"]


def test_importing_reads_no_file_and_two_defaults_are_equal() -> None:
    assert Pacers() == Pacers()
    assert Pacers().formation.name == "breaking4"
