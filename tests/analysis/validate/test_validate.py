"""The validation table, and the page made from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulator.analysis.validate.athletes import study
from simulator.analysis.validate.rows import (
    DRAFTING,
    Role,
    Row,
    Unit,
    drafting_rms,
    drafting_rows,
)
from simulator.analysis.validate.validate import MISS, MISS_FROM, validate
from simulator.export.sheet import VALIDATION_COLUMNS, validation_cells, validation_markdown

PAGE = Path(__file__).resolve().parents[3] / "docs" / "validation.md"
_NUMBER = re.compile(r"\d+:\d\d\.\d+|\d+\.\d+")


def _differences(rows: list[Row], section: str) -> dict[str, float]:
    return {r.what: r.difference for r in rows if section in r.section and r.difference is not None}


def _last_digits(number: str) -> int:
    """Return a printed number in units of its last digit: 4:06.42 is 24642 hundredths."""
    minutes, _, rest = number.rpartition(":")
    places = len(rest.partition(".")[2])
    return int(minutes or 0) * 60 * int(10**places) + int(rest.replace(".", ""))


def _the_page_is_what_the_command_prints(rows: list[Row]) -> None:
    """To the precision printed: another processor may round a last digit the other way."""
    page, now = PAGE.read_text(encoding="utf-8"), validation_markdown(rows, study())
    assert _NUMBER.sub("#", page) == _NUMBER.sub("#", now), "make docs writes it again"
    for was, is_now in zip(_NUMBER.findall(page), _NUMBER.findall(now), strict=True):
        assert abs(_last_digits(was) - _last_digits(is_now)) <= 1, (was, is_now)


def _identities_hold_to_the_hundredth(rows: list[Row]) -> None:
    exact = [r for r in rows if r.role is Role.IDENTITY]
    assert sum("Keller" in r.what for r in exact) == 9
    for row in exact:
        assert row.difference is not None
        assert abs(row.difference) < 0.015, row


def _what_is_calibrated_fits_and_what_is_predicted_is_told_apart(rows: list[Row]) -> None:
    races = _differences(rows, "Races")
    assert abs(races["Monaco 2023, her splits as the plan"]) < 0.01
    assert abs(races["da Silva's mile, plan of 3:59.37"]) < 0.3
    following = _differences(rows, "following the light")
    assert abs(following["1200 m"]) < 1.0
    assert abs(following["finish"]) < 0.3
    assert {r.role for r in rows if r.section == "Predicted times"} == {Role.PREDICTED}
    predicted = _differences(rows, "Predicted times")
    assert abs(predicted["1500 m"]) < 0.7
    assert abs(predicted["what the bends cost in a mile"]) < 0.03


def _her_splits_ask_for_about_the_published_shelter(rows: list[Row]) -> None:
    found = [r for r in rows if "constant shelter that gives" in r.what]
    assert [r.published for r in found] == [(0.27, 0.29)] * 2
    early, late = (r.model or 0.0 for r in found)
    assert late < early  # a slower finish needs less
    assert all(abs(r.difference or 0.0) < 0.015 for r in found)


def _a_hard_start_that_fades_gains_next_to_nothing_with_anticipation(rows: list[Row]) -> None:
    notes = [r.note for r in rows if r.what.startswith("with anticipation")]
    gains = [float(note.split(" s ")[0]) for note in notes]
    assert len(gains) == 3
    assert all(0 <= gain < 0.15 for gain in gains)
    # and whoever means to begin harder is slower than the best even plan, the harder the more
    lost = [float(r.note.split(" s ")[0]) for r in rows if r.what.startswith("second half")]
    mild, hard, hardest = lost[:3], lost[3:6], lost[6:]
    assert all(0 < a < b < c for a, b, c in zip(mild, hard, hardest, strict=True))


def test_drafting_rows_are_the_published_ones_and_one_cannot_be_computed() -> None:
    rows = drafting_rows()
    assert [r.published[0] for r in rows[: len(DRAFTING)]] == [d.published for d in DRAFTING]
    (listed,) = [r for r in rows if r.role is Role.LISTED]
    assert listed.source.startswith("Marro 2023")
    assert (listed.model, listed.difference) == (None, None)
    assert drafting_rms(1.0) == pytest.approx(0.093, abs=0.002)


def test_inside_a_published_range_there_is_no_difference() -> None:
    def row(model: float) -> Row:
        return Row("", "", "", (0.27, 0.29), model, Unit.SHARE, Role.PREDICTED)

    assert [row(v).difference for v in (0.28, 0.27)] == [0.0, 0.0]
    assert row(0.30).difference == pytest.approx(0.01)
    assert row(0.25).difference == pytest.approx(-0.02)


def _rows_become_cells_and_plain_values(rows: list[Row]) -> None:
    for row in rows:
        assert len(validation_cells(row)) == len(VALIDATION_COLUMNS)
        assert "|" not in "".join(validation_cells(row))
    json.dumps([row.to_dict() for row in rows], allow_nan=False)


def test_the_whole_table() -> None:
    """One test: the table takes longer than all that is asked of it."""
    rows = validate()
    _the_page_is_what_the_command_prints(rows)
    _identities_hold_to_the_hundredth(rows)
    _what_is_calibrated_fits_and_what_is_predicted_is_told_apart(rows)
    _her_splits_ask_for_about_the_published_shelter(rows)
    _a_hard_start_that_fades_gains_next_to_nothing_with_anticipation(rows)
    _rows_become_cells_and_plain_values(rows)
