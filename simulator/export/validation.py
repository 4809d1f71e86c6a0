"""The validation table as text: the cells of a row, and the whole as docs/validation.md.

In: rows of `simulator.analysis.validation`. Out: cells, Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.analysis.validation import DECIMALS, Role, Row, Unit, sections
from simulator.units import format_signed, format_time

COLUMNS = ("what", "source", "published", "model", "difference", "", "note")
"""The table's columns; the one without a name holds the role."""

ROLES = {
    Role.CALIBRATED: "numbers of the model were chosen with this value in view, so that it fits "
    "proves nothing",
    Role.PREDICTED: "no number was chosen for it",
    Role.ARTEFACT: "what the model does and a runner would not; nothing is published about it",
    Role.IDENTITY: "it must hold to the last digits; it tests the arithmetic, not the model",
    Role.LISTED: "published without what a computation needs",
}

_HEAD = """# Validation

Written by `lightpace validate --markdown > docs/validation.md` (`make docs`); a test holds it to
what the command prints. The formulas are in [physics.md](physics.md).

Difference is model minus published; a time that is too long is positive. Inside a published range
it is zero, outside it counts from the nearer end. The last column but one says what a value is to
the model:

"""


def row_cells(row: Row) -> list[str]:
    """Return the row as text, one cell for each of `COLUMNS`."""
    published = "–" if not row.published else " to ".join(_value(p, row) for p in row.published)
    difference = "" if row.difference is None else _difference(row.difference, row)
    model = "–" if row.model is None else _value(row.model, row)
    return [row.what, row.source, published, model, difference, row.role.value, row.note]


def _value(value: float, row: Row) -> str:
    if row.unit is Unit.TIME:
        return format_time(value)
    units = {
        Unit.SECONDS: " s",
        Unit.SQUARE_SPEED: " m²/s²",
        Unit.METRES: " m",
        Unit.LITRES: " l",
        Unit.OXYGEN: " ml/(kg min)",
    }
    written = f"{value:.{DECIMALS[row.unit]}f}".replace("-", "−")
    return f"{written}{units.get(row.unit, '')}"


def _difference(value: float, row: Row) -> str:
    unit = " s" if row.unit in (Unit.TIME, Unit.SECONDS) else ""
    return f"{format_signed(value, DECIMALS[row.unit])}{unit}"


def to_markdown(rows: Sequence[Row]) -> str:
    """Return docs/validation.md."""
    lines = [f"- **{role.value}**: {words};" for role, words in ROLES.items()]
    lines[-1] = lines[-1].removesuffix(";") + "."
    head = ["what", "source", "published", "model", "difference", "role", "note"]
    for title, own in sections(rows).items():
        lines += ["", f"## {title}", ""]
        lines.append(f"| {' | '.join(head)} |")
        lines.append("|---|---|--:|--:|--:|---|---|")
        lines += [f"| {' | '.join(row_cells(row))} |" for row in own]
    return _HEAD + "\n".join(lines) + "\n"
