"""The validation table, and the page made from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.fit import study
from simulator.analysis.validate import MISS, MISS_FROM, validate
from simulator.analysis.validation_rows import (
    DRAFTING,
    Role,
    Unit,
    ValidationRow,
    drafting_rms,
    drafting_rows,
)
from simulator.export.sheet import VALIDATION_COLUMNS, validation_cells, validation_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
_NUMBER = re.compile(r"\d+:\d\d\.\d+|\d+\.\d+")


def _differences(rows: list[ValidationRow], section: str) -> dict[str, float]:
    return {r.what: r.difference for r in rows if section in r.section and r.difference is not None}


def _last_digits(number: str) -> int:
    """Return a printed number in units of its last digit: 4:06.42 is 24642 hundredths."""
    minutes, _, rest = number.rpartition(":")
    places = len(rest.partition(".")[2])
    return int(minutes or 0) * 60 * int(10**places) + int(rest.replace(".", ""))


def _the_page_is_what_the_command_prints(rows: list[ValidationRow]) -> None:
    """To the precision printed: another processor may round a last digit the other way."""
    page, now = PAGE.read_text(encoding="utf-8"), validation_markdown(rows, study())
    assert _NUMBER.sub("#", page) == _NUMBER.sub("#", now), "make validation writes it again"
    for was, is_now in zip(_NUMBER.findall(page), _NUMBER.findall(now), strict=True):
        assert abs(_last_digits(was) - _last_digits(is_now)) <= 1, (was, is_now)


def _identities_hold_to_the_hundredth(rows: list[ValidationRow]) -> None:
    exact = [r for r in rows if r.role is Role.IDENTITY]
    assert sum("Keller" in r.what for r in exact) == 9
    for row in exact:
        assert row.difference is not None
        assert abs(row.difference) < 0.015, row


def _what_is_calibrated_fits_and_what_is_predicted_is_told_apart(rows: list[ValidationRow]) -> None:
    races = _differences(rows, "Races")
    assert abs(races["Monaco 2023, her splits as the plan"]) < 0.01
    assert abs(races["da Silva's mile, plan of 3:59.37"]) < 0.3
    following = _differences(rows, "following the light")
    assert abs(following["1200 m"]) < 1.0
    assert abs(following["finish"]) < 0.3
    assert {r.role for r in rows if r.section == "Predicted times"} == {Role.PREDICTED}
    theirs = _differences(rows, "Her means as Osborne")
    assert abs(theirs["aerobic share"]) < 0.02
    assert abs(theirs["monaco_2023"]) < 0.01
    assert abs(theirs["breaking4"]) < 0.05
    for metres, best in ((800, 117.68), (1000, 149.15), (1500, 228.68), (3000, 487.04)):
        assert abs(theirs[f"predicted time, {metres} m"]) < 0.009 * best
    predicted = _differences(rows, "Predicted times")
    assert abs(predicted["1500 m"]) < 0.7
    assert abs(predicted["what the bends cost in a mile"]) < 0.03


def _a_sensitivity_far_from_its_source_is_shown_as_a_miss(rows: list[ValidationRow]) -> None:
    own = [r for r in rows if r.section.startswith("Breaking4, what a little")]
    words = " ".join(row.what for row in own)
    assert all(name in words for name in ("kit", "MAP", "mass", "gap", "warmer"))
    for row in own:
        if not row.published:
            assert (row.role, row.note) == (Role.LISTED, "nothing published")
            continue
        ratio = (row.model or 0.0) / row.published[0]
        assert row.note.startswith(f"{ratio:.1f} times its source")
        assert (MISS in row.note) == (ratio > MISS_FROM), row
        if "shelter 0.29" in row.what:
            assert ratio == pytest.approx(1.0, abs=0.1), row


def _left_out_bests_are_told_as_they_come_out(rows: list[ValidationRow]) -> None:
    errors = 100.0 * np.abs(study().errors)
    by_what = {r.what: r for r in rows if r.section.startswith("Public athletes")}
    for what, value in (("median miss", np.median(errors)), ("worst miss", errors.max())):
        row = by_what[what]
        assert row.model == pytest.approx(float(value))
        assert (MISS in row.note) == ((row.model or 0.0) > row.published[-1])


def _her_splits_ask_for_about_the_published_shelter(rows: list[ValidationRow]) -> None:
    found = [r for r in rows if "constant shelter that gives" in r.what]
    assert [r.published for r in found] == [(0.27, 0.29)] * 2
    early, late = (r.model or 0.0 for r in found)
    assert late < early  # a slower finish needs less
    assert all(abs(r.difference or 0.0) < 0.015 for r in found)


def _a_hard_start_that_fades_gains_next_to_nothing_with_anticipation(
    rows: list[ValidationRow],
) -> None:
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
    def row(model: float) -> ValidationRow:
        return ValidationRow("", "", "", (0.27, 0.29), model, Unit.SHARE, Role.PREDICTED)

    assert [row(v).difference for v in (0.28, 0.27)] == [0.0, 0.0]
    assert row(0.30).difference == pytest.approx(0.01)
    assert row(0.25).difference == pytest.approx(-0.02)


def _rows_become_cells_and_plain_values(rows: list[ValidationRow]) -> None:
    for row in rows:
        assert len(validation_cells(row)) == len(VALIDATION_COLUMNS)
        assert "|" not in "".join(validation_cells(row))
    json.dumps([row.to_dict() for row in rows], allow_nan=False)


@pytest.mark.slow  # .ci/run runs it
def test_the_whole_table() -> None:
    """One test: the table takes longer than all that is asked of it."""
    rows = validate()
    _the_page_is_what_the_command_prints(rows)
    _identities_hold_to_the_hundredth(rows)
    _what_is_calibrated_fits_and_what_is_predicted_is_told_apart(rows)
    _her_splits_ask_for_about_the_published_shelter(rows)
    _a_sensitivity_far_from_its_source_is_shown_as_a_miss(rows)
    _left_out_bests_are_told_as_they_come_out(rows)
    _a_hard_start_that_fades_gains_next_to_nothing_with_anticipation(rows)
    _rows_become_cells_and_plain_values(rows)
