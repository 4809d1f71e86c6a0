from __future__ import annotations

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.units import (
    decimal_mark,
    difference_cell,
    format_clock,
    format_distance,
    format_signed,
    format_time,
    parse_distance,
    parse_gap,
    parse_number,
    parse_time,
    whole_metres,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4:06.42", 246.42),
        ("246.42", 246.42),
        ("1:00.20", 60.2),
        ("60.2", 60.2),
        ("04:00", 240.0),
        (" 3:59.99 ", 239.99),
        ("1:02:03.5", 3723.5),
        ("0:59", 59.0),
        ("30.", 30.0),
        (".5", 0.5),
        ("4:12,33", 252.33),
        ("4:06,42", 246.42),
        ("3.43,13", 223.13),
        ("4.06.42", 246.42),
        ("12’35”36", 755.36),
        ("12'35\"36", 755.36),
        ("12′35″36", 755.36),
        ("12'35''36", 755.36),
        ("4'12", 252.0),
        ('57"2', 57.2),
        ("59,9", 59.9),
        ("58.3 s", 58.3),
        ("26:11.00", 1571.0),
        ("26:11:00", 1571.0),
        ("2:59:61", 179.61),
        ("1:02:03", 3723.0),
    ],
)
def test_a_time_is_read_in_every_notation(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4:60",
        "1:60:00",
        "-4:00",
        "4:",
        ":30",
        "nan",
        "inf",
        "1e3",
        "4 min",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time such as|sixty or more"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "distance_m", "seconds"),
    [
        ("1:43:21", 800.0, 103.21),
        ("1:43:21", None, 6201.0),
        ("1:02:03", 400.0, 62.03),
        ("1:02:03", 10_000.0, 3723.0),
        ("1:02:03", 3000.0, 3723.0),
        ("1.02.03", 400.0, 62.03),
    ],
)
def test_the_distance_says_whether_hours_or_hundredths_are_meant(
    text: str, distance_m: float | None, seconds: float
) -> None:
    assert parse_time(text, distance_m) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.02.03", "may be 1:02.03 or 1:02:03.00"),
        ("1,571", "may be 1.57 or 26:11.00"),
    ],
)
def test_what_may_be_two_times_is_refused_and_both_are_shown(text: str, readings: str) -> None:
    with pytest.raises(ValueError, match=re.escape(readings)):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 25),
        ("-0.5", -0.5),
        ("−5", -5),
        ("1e3", 1000),
        ("1,5", 1.5),
        ("0,500", 0.5),
        (".5", 0.5),
    ],
)
def test_a_number_is_read_with_a_comma_and_a_true_minus(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "x", "1e", "--1", "1,2,3", "12,345.6", "1_000", "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text)


def test_what_may_be_two_numbers_is_refused_and_both_are_shown() -> None:
    with pytest.raises(ValueError, match=r"'1,500' may be 1\.5 or 1500"):
        parse_number("1,500")


@example("1e400")
@example("-9e999")
@given(st.text(alphabet="0123456789:.,'\"’”-−eskmi yd\u00a0", max_size=12))
def test_any_text_is_a_value_or_a_refusal_of_one_line(text: str) -> None:
    for parse in (parse_time, parse_distance, parse_number):
        try:
            value = parse(text)
        except ValueError as error:
            refusal = str(error)
        else:
            assert math.isfinite(value)
            continue
        assert "\n" not in refusal
        assert text.strip()[:20] in refusal


@pytest.mark.parametrize("text", ["9" * 5000, "9" * 5000 + ":00:00", "x" * 5000])
def test_absurdly_long_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        seconds = parse_time(text)
    except ValueError as caught:
        error = str(caught)
    else:
        error = ""
        assert seconds == math.inf
    assert len(error) < 150


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1 mile", 1609.344),
        ("2 miles", 3218.688),
        ("1mi", 1609.344),
        ("1500 m", 1500.0),
        ("1500", 1500.0),
        ("1.5 km", 1500.0),
        ("3 laps", 1200.0),
        ("402.336", 402.336),
        ("100 Metres", 100.0),
        ("440 yd", 402.336),
        ("440 yards", 402.336),
        ("5k", 5000.0),
        ("10K", 10_000.0),
        ("1,500 m", 1500.0),
        ("1,5 km", 1500.0),
        ("1,609.344", 1609.344),
        ("402,336", 402.336),
        ("10,000 m", 10_000.0),
        ("0,5 mile", 804.672),
        ("1\u00a0mile", 1609.344),
        ("1.500 m", 1500.0),
        ("1.500", 1500.0),
        ("10.000 m", 10_000.0),
        ("1.500 km", 1500.0),
        ("1.609,344 m", 1609.344),
        ("1 500 m", 1500.0),
        ("1\u00a0500 m", 1500.0),
        ("10\u202f000", 10_000.0),
        ("1.760 yd", 1609.344),
        ("409.344", 409.344),
        ("15.5 m", 15.5),
        ("9 m", 9.0),
    ],
)
def test_a_distance_is_read_in_every_unit(text: str, metres: float) -> None:
    assert parse_distance(text) == pytest.approx(metres, abs=1e-9)


@pytest.mark.parametrize("text", ["", "mile", "-5", "5 feet", "1,2,3", "1 2", "nan"])
def test_what_is_no_distance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a distance"):
        parse_distance(text)


@pytest.mark.parametrize("text", ["42.195 m", "42,195 m", "15.000"])
def test_what_may_be_two_distances_is_refused_and_both_are_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"may be (\d\d\.\d{4}) m or (\d+) m: write which") as why:
        parse_distance(text)
    shorter, longer = re.findall(r"[\d.]+ m(?= or|:)", str(why.value))
    assert parse_distance(longer) == pytest.approx(1000.0 * parse_distance(shorter))


def test_the_other_distances_of_a_table_say_which_mark_is_decimal() -> None:
    assert decimal_mark(["12.345", "409.344", "finish"]) == "."
    assert decimal_mark(["1.200", "1.500", "800"]) == ""
    assert parse_distance("12.345", decimal=".") == 12.345


@pytest.mark.parametrize(("text", "metres"), [("1.500 m", 1.5), ("1,500", 1.5), ("0,8 m", 0.8)])
def test_a_gap_is_short(text: str, metres: float) -> None:
    assert parse_gap(text) == metres


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (246.42, "4:06.42"),
        (59.999, "1:00.00"),
        (60.2, "1:00.20"),
        (30.07, "30.07"),
        (3599.999, "1:00:00.00"),
        (-0.001, "0.00"),
        (-61.5, "-1:01.50"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_a_time_is_written_rounded_once_and_carried(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


@given(st.integers(0, 7_200_00))
def test_a_written_time_is_read_back(hundredths: int) -> None:
    seconds = hundredths / 100
    assert parse_time(format_time(seconds)) == pytest.approx(seconds, abs=1e-9)


def test_a_clock_never_shows_the_future() -> None:
    assert format_clock(59.99) == "0:59.9"
    assert format_clock(60.0) == "1:00.0"
    assert format_clock(120.75, 2) == "2:00.75"
    assert format_clock(-3.0) == "0:00.0"
    assert format_clock(7.9, 0) == "0:07"


def test_a_metre_counts_once_it_has_been_passed() -> None:
    assert whole_metres(933.55) == "933"
    assert whole_metres(1499.99) == "1499"
    assert whole_metres(1500.0 - 1e-9) == "1500"  # as read back from a time
    assert whole_metres(-1.3) == "0"


def test_a_signed_number_has_a_true_minus_and_zero_no_sign() -> None:
    assert format_signed(0.42) == "+0.42"
    assert format_signed(-2.8, 1) == "−2.8"
    assert format_signed(-0.001) == "0.00"


@given(st.floats(0.0, 4000.0), st.floats(0.0, 4000.0))
@example(59.947, 60.5749)
@example(84.4151, 84.4249)
def test_a_difference_is_that_of_the_times_as_they_are_written(
    time_s: float, other_s: float
) -> None:
    ran, other = (round(100 * parse_time(format_time(each))) for each in (time_s, other_s))
    shown = difference_cell(time_s, other_s)
    assert round(100 * float(shown.replace("−", "-"))) == ran - other
    assert (shown[0] in "+−") == (ran != other)


def test_a_difference_to_nothing_is_a_dash() -> None:
    assert {
        difference_cell(None, 1.0),
        difference_cell(1.0, None),
        difference_cell(1.0, math.nan),
    } == {"–"}


def test_a_distance_is_written_short() -> None:
    assert format_distance(1609.344) == "1 mile"
    assert format_distance(1500.0) == "1500 m"
    assert format_distance(402.336) == "402.336 m"


@pytest.mark.parametrize("text", ["9" * 400, "1:" + "0" * 400, "9" * 5000, "9" * 400 + ":00"])
def test_a_number_that_no_clock_can_show_is_no_time_and_no_distance(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_time(text)
    with pytest.raises(ValueError, match="is not a distance"):
        parse_distance(text)
