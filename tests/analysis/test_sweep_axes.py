"""What `--vary` may say, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.analysis.sweep import axis_of, axis_of_csv, grid_of
from simulator.errors import ScenarioError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("pacers.count=0..3", ["0", "1", "2", "3"]),
        ("pacers.front_gap=0.8..1.4:0.2", ["0.8", "1", "1.2", "1.4"]),
        ("plan.strength=-1..1:0.5", ["-1", "-0.5", "0", "0.5", "1"]),
        ("runner.mass=40..45:2", ["40", "42", "44"]),
        ("plan.target=3:58..4:00:1", ["238", "239", "240"]),
        ("pacers.drop_back=1..100:log3", ["1", "10", "100"]),
        ("pacers.formation=breaking4,single_file", ["breaking4", "single_file"]),
        ("pacers.count=0..2,7", ["0", "1", "2", "7"]),
        ('plan={shape: splits, splits: {400: "60", finish: "3:59"}}', None),
    ],
)
def test_values_of_an_axis(text: str, values: list[str] | None) -> None:
    expected = [text.partition("=")[2]] if values is None else values
    assert [row[0] for row in axis_of(text).rows] == expected


@pytest.mark.parametrize(
    "text",
    [
        "pacers.count",
        "=0..3",
        "pacers.count=",
        "pacers.count=3..0",
        "runner.mass=40.5..42",
        "runner.mass=40..42:0",
        "runner.mass=0..42:log5",
        "runner.mass=1..42:log1",
        "runner.mass=..42",
        "runner.mass=0..1:0.0000001",
        "pacers.count=1,1",
        "plan.target=3:58..3:61:1",
        "plan.target=3:99..4:00:1",
        "runner.mass=40..41:1e-99999999",
        "runner.mass=1..1e9999999:1",
        "runner.mass=1e9999999..1e9999999:1",
        "runner.mass=0e-9999999..1:1",
        "runner.mass=1e-300..1e300:log3",
        f"runner.mass=1..2:log{'9' * 5000}",
        f"plan.target=0:00..{'9' * 400}:00:1",
    ],
)
def test_what_makes_no_axis_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        axis_of(text)
    assert refusal.value.problems[0].source == "--vary"


def test_a_grid_holds_every_combination_the_last_axis_fastest() -> None:
    csv = axis_of_csv("runner.mass, runner.height\n42,1.57\n50, 1.70\n", "rows.csv")
    grid = grid_of(["pacers.count=0..2"], csv)
    assert grid.paths == ("runner.mass", "runner.height", "pacers.count")
    assert grid.size == 6
    assert grid.rows(2, 5) == (("42", "1.57", "2"), ("50", "1.70", "0"), ("50", "1.70", "1"))
    assert grid.rows(5, 99) == (("50", "1.70", "2"),)
    assert grid_of([]).rows(0, 9) == ((),)


def test_a_long_range_is_made_in_no_time_and_a_value_twice_in_it_is_found() -> None:
    assert len(axis_of("runner.mass=40..50:0.00005").rows) == 200_001
    with pytest.raises(ScenarioError, match="holds 41 twice"):
        axis_of("runner.mass=40..50:0.005,41")


NUMBERS = st.from_regex(r"[-+]?[0-9]{1,3}(\.[0-9]{1,3})?(e[-+]?[0-9]{1,12})?", fullmatch=True)
CLOCKS = st.from_regex(r"[0-9]{1,3}:[0-9]{2}(\.[0-9]{1,2})?", fullmatch=True)
STEPS = st.one_of(st.just(""), NUMBERS.map(":{}".format), st.integers(0, 99).map(":log{}".format))
ENDS = st.one_of(NUMBERS, CLOCKS)
RANGES = st.builds("{}..{}{}".format, ENDS, ENDS, STEPS)


@given(st.one_of(st.text(max_size=40), RANGES, st.lists(RANGES, max_size=3).map(",".join)))
@example("3:58..3:61:1")
@example("40..41:1e-99999999")
@example("1..1e9999999:1")
def test_any_text_gives_an_axis_or_a_refusal(text: str) -> None:
    try:
        axis = axis_of(f"runner.mass={text}")
    except ScenarioError:
        return
    assert all(len(row) == 1 for row in axis.rows)


def test_seconds_that_are_none_are_told_by_what_was_typed() -> None:
    with pytest.raises(ScenarioError, match=r"3:58\.\.3:61:1.*3:61.*sixty or more seconds"):
        axis_of("plan.target=3:58..3:61:1")


@given(st.text(max_size=200))
@example("a\n" + "1" * 200_000)
def test_any_text_gives_an_axis_of_rows_or_a_refusal(text: str) -> None:
    try:
        axis = axis_of_csv(text, "rows.csv")
    except ScenarioError:
        return
    assert all(len(row) == len(axis.paths) for row in axis.rows)


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\n1\n", "a,\n1,2\n"])
def test_a_csv_that_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        axis_of_csv(text, "rows.csv")


def test_a_path_varied_twice_and_a_grid_without_end_are_refused() -> None:
    with pytest.raises(ScenarioError, match="varied twice"):
        grid_of(["runner.mass=40..42", "runner.mass=50"])
    with pytest.raises(ScenarioError, match="more than"):
        grid_of([f"p{i}=0..99" for i in range(4)])


def test_a_byte_that_is_no_character_is_refused_before_anything_is_run() -> None:
    with pytest.raises(ScenarioError, match="cannot be printed") as refused:
        axis_of("pacers.count=\udcff,3")
    assert str(refused.value).encode()


def test_a_minus_of_the_programs_own_and_a_decimal_comma_are_numbers() -> None:
    assert axis_of("environment.temperature=−5..5:5").rows == (("-5",), ("0",), ("5",))
    grid = grid_of(["environment.temperature=−5,5"], axis_of_csv('a,b\n"1,5",−3\n', "rows"))
    assert grid.numeric == (True, True, True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pacers.front_gap=1:3:0.0002", "1..3:0.0002"),
        ("pacers.front_gap=0.8:1.4:0.2", "0.8..1.4:0.2"),
        ("pacers.count=0:3", "0..3"),
    ],
)
def test_a_range_that_is_written_with_colons_is_refused_with_the_right_one(
    text: str, meant: str
) -> None:
    with pytest.raises(ScenarioError, match=f"a range is written {meant}"):
        axis_of(text)


@pytest.mark.parametrize("time", ["3:59", "3:59.5", "1:02:03", "0:59"])
def test_a_time_between_colons_is_a_value(time: str) -> None:
    assert axis_of(f"plan.target={time}").rows == ((time,),)


@pytest.mark.parametrize(
    "text",
    [
        "pacers.front_gap,plan.target\n1.5,3:59.5\n2,4:00\n",
        "pacers.front_gap;plan.target\n1,5;3:59,5\n2;4:00\n",
        "pacers.front_gap\tplan.target\n1,5\t3:59,5\n2\t4:00\n",
        '"pacers.front_gap";"plan.target"\r\n"1,5";"3:59,5"\r\n2;4:00\r\n',
    ],
)
def test_rows_are_read_as_spreadsheets_of_all_countries_write_them(text: str) -> None:
    axis = axis_of_csv(text, "rows.csv")
    assert axis.paths == ("pacers.front_gap", "plan.target")
    assert axis.rows == (("1.5", "3:59.5"), ("2", "4:00"))
