"""The axes of a sweep: `pacers.count=0..13`, a list of choices, a CSV of rows; and their grid.

In: the texts of `--vary`, the text of a CSV. Out: `Axis`, `Grid`. Values stay the texts that
`--set` takes; ranges use decimal arithmetic, so that 0.8..4:0.2 contains 1.2 and not 1.2000000002.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import cached_property

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import HALF_CHARACTER, UNPRINTABLE
from simulator.units import parse_number, parse_time

SOURCE = "--vary"
MAX_ROWS = 10_000_000
MAX_VALUES = 1_000_000
_MAX_EXPONENT = 300

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_CLOCK = r"\d+:\d\d(?:\.\d+)?"
_STEP = rf"(?::(?:(?P<step>{_NUMBER})|log(?P<count>\d+)))?"
_RANGE = re.compile(
    rf"(?:(?P<a>{_CLOCK})\.\.(?P<b>{_CLOCK})|(?P<c>{_NUMBER})\.\.(?P<d>{_NUMBER})){_STEP}"
)
_NEARLY = re.compile(r"\.\.[-+\d]|^\S+\.\.$")
_COLONS = re.compile(rf"({_NUMBER}):({_NUMBER})(?::({_NUMBER}))?")
_DECIMAL_COMMA = re.compile(r"^([-+−]?[\d:]*\d),(\d+)$")
_THOUSANDS = re.compile(r"(?<![\d.,:])\d{1,3}(?:,\d{3})+(?:\.\d*)?\s*(?:m|km?|y|mi|laps?)[a-z]*\b")
_WHOLE = re.compile(r"[-+]?\d+")


@dataclass(frozen=True, slots=True)
class Axis:
    """One or more paths that vary together, and their values, a tuple per row."""

    paths: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Grid:
    """Every combination of the axes' rows; the last axis changes fastest."""

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        """Refuse a path that occurs twice, and too many rows."""
        for i, path in enumerate(self.paths):
            if path in self.paths[:i]:
                raise refused(path, "is varied twice", "keep one of them")
        if self.size > MAX_ROWS:
            raise refused("", f"{self.size} combinations are more than {MAX_ROWS}", "vary less")

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The varied paths, in the order given."""
        return tuple(path for axis in self.axes for path in axis.paths)

    @property
    def size(self) -> int:
        """Number of combinations; one if nothing varies."""
        return math.prod(len(axis.rows) for axis in self.axes)

    def rows(self, begin: int, end: int) -> tuple[tuple[str, ...], ...]:
        """Return the values of rows `begin` to `end`, one text for each path."""
        rows = []
        for number in range(begin, min(end, self.size)):
            values: tuple[str, ...] = ()
            rest = number
            for axis in reversed(self.axes):
                rest, i = divmod(rest, len(axis.rows))
                values = axis.rows[i] + values
            rows.append(values)
        return tuple(rows)

    @cached_property
    def numeric(self) -> tuple[bool, ...]:
        """Which paths have only numbers and times as values."""
        return tuple(
            all(number_of(row[i]) is not None for row in axis.rows)
            for axis in self.axes
            for i in range(len(axis.paths))
        )


def refused(path: str, message: str, hint: str = "") -> ScenarioError:
    """Return the error for something wrong in an axis."""
    return ScenarioError([Problem(SOURCE, 0, 0, path[:200], message, hint)])


def number_of(text: str) -> float | None:
    """Return a value as a number; times in seconds; None for a word."""
    text = text.strip()
    if re.fullmatch(_NUMBER, text):
        return float(text)
    try:
        return parse_time(text) if ":" in text else parse_number(text)
    except ValueError:
        return None


def _is_clock(text: str) -> bool:
    """Return whether numbers between colons are a time: two digits in each but the first."""
    return re.fullmatch(r"\d+(:\d\d)+(\.\d*)?", text) is not None


def axis_of(text: str) -> Axis:
    """Return the axis of `path=0..13`, `path=0.8..4:0.2`, `path=1..100:log5` or `path=a,b,c`.

    Raises:
        ScenarioError: the text has none of these forms.
    """
    if HALF_CHARACTER.search(text):
        raise refused("", UNPRINTABLE)
    path, equals, spec = text.partition("=")
    path, spec = path.strip(), spec.strip()
    if not (path and equals and spec):
        hint = "pacers.count=0..13, or pacers.front_gap=0.8,1.2,2"
        raise refused(text, "is not of the form path=values", hint)
    thousands = _THOUSANDS.search(spec)
    if thousands is not None:
        written = thousands[0]
        listed = written.replace(",", ", ")
        number = written.replace(",", "")
        raise refused(
            path, f"'{written[:100]}' may be one value or several", f"{number} or {listed}"
        )
    values: list[str] = []
    for part in _parts(spec):
        match = _RANGE.fullmatch(part.replace("−", "-"))
        if match is None and _NEARLY.search(part) and part[0] not in "[{\"'":
            raise refused(path, f"'{part}' is no range", "0..13, 0.8..4:0.2 or 1..100:log5")
        colons = _COLONS.fullmatch(part)
        if colons is not None and not _is_clock(part):
            low, high, step = colons.groups()
            meant = f"{low}..{high}" + (f":{step}" if step else "")
            raise refused(path, f"'{part[:100]}' is no range", f"a range is written {meant[:100]}")
        if match is None:
            values.append(part)
            continue
        try:
            values += _range(path, part, match)
        except DecimalException:
            raise _unusual(path, part) from None
        except ValueError as error:  # 3:61 is no time
            raise refused(path, f"'{part[:100]}' is no range: {error}", "3:58..4:01:1") from None
    once: set[str] = set()
    for value in values:
        if value in once:
            raise refused(path, f"holds {value} twice", "keep one of them")
        once.add(value)
    return Axis((path,), tuple((value,) for value in values))


def _parts(spec: str) -> list[str]:
    """Split at commas outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for char in spec:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
        if char == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _range(path: str, text: str, match: re.Match[str]) -> list[str]:
    if match["a"] is not None:
        low, high = (Decimal(str(parse_time(match[key]))) for key in "ab")
    else:
        low, high = Decimal(match["c"]), Decimal(match["d"])
    step = Decimal(match["step"] or 1)
    if not all(n.is_finite() and abs(n.adjusted()) <= _MAX_EXPONENT for n in (low, high, step)):
        raise _unusual(path, text)
    if low > high:
        raise refused(
            path, f"'{text}' runs backwards", "the smaller one first; decimals with a point"
        )
    if match["count"] is not None:
        return _log_range(path, text, (float(low), float(high)), int(match["count"]))
    whole = match["c"] and _WHOLE.fullmatch(match["c"]) and _WHOLE.fullmatch(match["d"])
    if match["step"] is None and not whole:
        raise refused(path, f"'{text}' has no step", f"{text}:0.5")
    if step <= 0:
        raise refused(path, f"'{text}' has a step that leads nowhere", "more than 0")
    count = int((high - low) / step) + 1
    if count > MAX_VALUES:
        raise refused(path, f"'{text}' has more than {MAX_VALUES} values", "a larger step")
    return [_plain(low + i * step) for i in range(count)]


def _unusual(path: str, text: str) -> ScenarioError:
    what = "holds a number that is too large or too small"
    return refused(path, f"'{text[:100]}' {what}", f"at most {_MAX_EXPONENT} digits")


def _log_range(path: str, text: str, ends: tuple[float, float], count: int) -> list[str]:
    low, high = ends
    if low <= 0:
        raise refused(path, f"'{text}' has no logarithm", "begin above 0")
    if not 2 <= count <= MAX_VALUES:
        raise refused(path, f"'{text}' needs two values or more", "1..100:log5")
    if not math.isfinite(high / low):
        raise _unusual(path, text)
    inner = [low * (high / low) ** (i / (count - 1)) for i in range(1, count - 1)]
    return [f"{v:.10g}" for v in (low, *inner, high)]


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rows_of_csv(text: str) -> list[list[str]]:
    """Return the rows of a CSV, separated by commas, semicolons or tabs like its heading.

    Unless commas separate cells, a decimal comma becomes a point.

    Raises:
        csv.Error: it is no CSV.
    """
    heading = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    cells = [[cell.strip() for cell in row] for row in rows if row]
    if separator == ",":
        return cells
    return [[_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in cells]


def axis_of_csv(text: str, name: str) -> Axis:
    """Return the axis of a CSV whose heading names paths; its rows are used unchanged.

    Raises:
        ScenarioError: no heading, no row, a row of another length, or no CSV at all.
    """
    try:
        lines = rows_of_csv(text)
    except csv.Error as error:
        raise refused(name, f"is no CSV: {error}") from None
    if len(lines) < 2:
        raise refused(name, "has no heading with a row below", "the heading names paths")
    paths = tuple(lines[0])
    if not all(paths):
        raise refused(name, "has a column without a path", "the heading names paths")
    for number, row in enumerate(lines[1:], start=2):
        if len(row) != len(paths):
            raise refused(name, f"row {number} has {len(row)} values, not {len(paths)}")
    return Axis(paths, tuple(tuple(row) for row in lines[1:]))


def grid_of(vary: Sequence[str], rows: Axis | None = None) -> Grid:
    """Return the grid of the texts of `--vary` and, changing slowest, the rows of a CSV."""
    return Grid((*((rows,) if rows is not None else ()), *(axis_of(text) for text in vary)))
