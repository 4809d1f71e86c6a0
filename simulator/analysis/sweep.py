"""A sweep: every combination of varied values as a row, run in chunks, here or on any executor.

In: a scenario, varied values. Out: a `SweepRequest`, its chunks as columns, the resulting `Table`.
A chunk is a pure, picklable function of its rows of values, identified by its number, and its
columns are the same to the bit wherever and whenever it is run: it does not matter who ran it, in
what order, or that a worker died (if its executor gives the chunk to another).

Values of an axis stay the texts that `--set` takes. Each row is equal to what the loader makes of
it, but many thousands are made a second: a path to a plain number is set on the model. Anything
else (names, lists, tables) goes through the loader once for each distinct value, and so does a
refused row, for its message.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, DecimalException
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from simulator.analysis.uncertainty import (
    breaks_target,
    draw,
    given_races,
    run_samples,
    samples_of,
)
from simulator.errors import Problem, ScenarioError
from simulator.files import configs_dir, read_bytes
from simulator.physics.attempt import STATUSES, outcomes_of
from simulator.recording.recording import framed
from simulator.scenario.fields import (
    HALF_CHARACTER,
    UNPRINTABLE,
    Section,
    sections_among,
    types_at,
)
from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import apply_overrides, with_edits
from simulator.scenario.plan import schedule_of
from simulator.scenario.problems import find
from simulator.scenario.reading import (
    MAX_BYTES,
    find_scenario,
    named_files,
    read_text,
    shipped_names,
)
from simulator.scenario.yaml_tree import Document, read_document
from simulator.units import LAP_M, parse_distance, parse_number, parse_time

# -- axes -----------------------------------------------------------------------------------------

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


# -- varied scenarios -----------------------------------------------------------------------------

Steps: TypeAlias = tuple[str, ...]
SectionT = TypeVar("SectionT", bound=Section)

NOTHING_BESIDE = ("ghosts=[]", "published=~")
"""Rows are run without ghosts, which do not change an attempt."""


@dataclass(frozen=True, slots=True)
class ScenarioSource:
    """A scenario as text, with the folder of its files and its fixed changes."""

    text: str
    name: str
    folder: str
    changes: tuple[str, ...]

    def load(self, settings: Iterable[str] = ()) -> Scenario:
        """Return the scenario with further settings.

        Raises:
            ScenarioError: as for `load_text`.
        """
        overrides = [*self.changes, *settings, *NOTHING_BESIDE]
        return load_text(self.text, self.name, Path(self.folder), overrides=overrides)


class ScenarioVariations:
    """One scenario with many values."""

    def __init__(self, source: ScenarioSource, paths: Sequence[str]) -> None:
        """Separate the paths that can be set on the model from those that the loader must read."""
        self._source = source
        self._paths = tuple(paths)
        steps = [tuple(path.split(".")) for path in paths]
        read = [s for s in steps if not is_number(s)]
        self._is_read = [any(_overlap(s, other) for other in read) for s in steps]
        self._bases: dict[tuple[str, ...], Scenario] = {}

    def scenario(self, values: Sequence[str]) -> Scenario | str:
        """Return the scenario with these values, or why there is none."""
        settings = [f"{path}={v}" for path, v in zip(self._paths, values, strict=True)]
        read = tuple(itertools.compress(settings, self._is_read))
        base = self._bases.get(read)
        if base is not None:
            numbers = (s for s, is_read in zip(settings, self._is_read, strict=True) if not is_read)
            with suppress(ValidationError, ScenarioError):  # the loader provides the message
                return with_edits(base, numbers)
        try:
            scenario = self._source.load(settings)
        except ScenarioError as error:
            return str(error).replace(f"{self._source.folder}{os.sep}", "")
        return self._bases.setdefault(read, scenario)


def _overlap(a: Steps, b: Steps) -> bool:
    """Return whether one path is a prefix of the other, or equal."""
    return all(x == y for x, y in zip(a, b, strict=False))


@lru_cache(maxsize=1024)
def is_number(steps: Steps) -> bool:
    """Return whether a path leads through sections to a plain number, or to nothing."""
    within = [types_at(Scenario, steps[:i]) for i in range(len(steps))]
    types = set(types_at(Scenario, steps))
    numbers = bool(types & {int, float}) and types <= {int, float, type(None)}
    return numbers and all(sections_among(above) for above in within)


# -- rows run in chunks ---------------------------------------------------------------------------

_PACKAGE = Path(__file__).resolve().parents[1]
_ROOMS = ("analysis", "physics", "recording", "scenario")
_ENDINGS = (".yaml", ".yml")
_LONGEST_NAME = 300


@lru_cache(maxsize=1)
def program() -> str:
    """Return a digest of the packages, shipped files and numpy version that results depend on."""
    files = [*_PACKAGE.glob("*.py"), *configs_dir().rglob("*.yaml")]
    for room in _ROOMS:
        files += (_PACKAGE / room).rglob("*.py")
    digest = hashlib.sha256(f"{version('lightpace')} {np.__version__}".encode())
    for path in sorted(files):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def files_named(texts: Iterable[str], folder: Path) -> list[tuple[str, str]]:
    """Return the texts that name an existing file, each with the digest of its content."""
    library = {**named_files("runners"), **named_files("formations")}
    digests = []
    names = (
        t
        for t in texts
        if t in library or (len(t) < _LONGEST_NAME and t.strip("\"'").endswith(_ENDINGS))
    )
    for text in dict.fromkeys(names):
        try:
            content = read_bytes(library.get(text) or folder / text.strip("\"'"), MAX_BYTES)
        except (OSError, ValueError):
            continue  # that row will be invalid
        digests.append((text, hashlib.sha256(content).hexdigest()))
    return digests


Columns: TypeAlias = dict[str, NDArray[Any]]
"""Columns by name, one entry per row: numbers (NaN: none) or texts."""

CHUNK_ROWS = 4096
"""Rows in a chunk: enough to be fast, few enough to limit memory."""
INVALID = "invalid"
"""The status of a row that is no scenario."""


@dataclass(frozen=True)
class SweepRequest:
    """A whole sweep: equal requests give equal columns.

    Attributes:
        source: the scenario.
        grid: the varied values.
        samples: samples of the uncertain inputs for each row, 0 for none.
        seed: of the samples.
        target_s: the target in the column of chances [s]; None: the finish of each row's plan.
        splits_m: the distances of splits [m].
        given: the files of given races, each with the digest of its content.
    """

    source: ScenarioSource
    grid: Grid
    samples: int
    seed: int
    target_s: float | None
    splits_m: tuple[float, ...]
    given: tuple[tuple[str, str], ...] = ()

    @property
    def chunk_rows(self) -> int:
        """Rows in a chunk."""
        return max(1, CHUNK_ROWS // max(self.samples, 1))

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.grid.size // self.chunk_rows)

    @cached_property
    def digest(self) -> str:
        """A key that is equal for equal requests to the same program."""
        words = [text for axis in self.grid.axes for row in axis.rows for text in row]
        varied = [(axis.paths, axis.rows) for axis in self.grid.axes]
        rest = asdict(replace(self, grid=Grid(())))
        files = files_named(words, Path(self.source.folder))
        text = json.dumps([varied, rest, program(), files], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def chunk(self, number: int) -> Chunk:
        """Return one chunk: all that a worker needs, with only its rows of the grid."""
        begin = number * self.chunk_rows
        grid, rest = self.grid, replace(self, grid=Grid(()))
        return Chunk(rest, grid.paths, grid.numeric, grid.rows(begin, begin + self.chunk_rows))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a sweep.

    Attributes:
        request: the sweep, without its grid.
        paths, numeric: the varied paths, and which of them are numbers.
        rows: the values, one text for each path.
    """

    request: SweepRequest
    paths: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def request_of(
    scenario: str | Path | Scenario,
    grid: Grid,
    *,
    changes: Sequence[str] = (),
    samples: int = 0,
    seed: int = 1,
    target_s: float | None = None,
) -> SweepRequest:
    """Return the request for a sweep over a scenario: a file, a shipped name, or a `Scenario`.

    Raises:
        ScenarioError: the scenario is not usable, or a path leads nowhere.
    """
    source = source_of(scenario, tuple(changes))
    base = load_text(source.text, source.name, Path(source.folder), overrides=source.changes)
    document = read_document(source.text, source.name)
    apply_overrides(document, source.changes, Path(source.folder))
    source = ScenarioSource(
        source.text, source.name, source.folder, _written_out(document, source, base)
    )
    problems: list[Problem] = []
    for path in grid.paths:  # without a value: a wrong value makes its row invalid, not the sweep
        document = read_document(source.text, source.name)
        refusals = apply_overrides(document, [*source.changes, f"{path}=~"], Path(source.folder))
        if not types_at(Scenario, tuple(path.split("."))):  # the check of the whole reports why
            try:
                source.load([f"{path}=~"])
            except ScenarioError as error:
                refusals += error.problems
        problems += [refused(path, p.message, p.hint).problems[0] for p in refusals]
    if problems:
        raise ScenarioError(problems)
    longest = _longest(base, grid)
    count = int(np.ceil(longest / LAP_M)) - 1
    splits = tuple(LAP_M * (i + 1) for i in range(count))
    given = tuple(
        (name, hashlib.sha256(race.model_dump_json().encode()).hexdigest())
        for name, race in zip(base.uncertainty.given, given_races(base.uncertainty), strict=True)
    )
    return SweepRequest(source, grid, samples, seed, target_s, splits, given)


def source_of(scenario: str | Path | Scenario, changes: tuple[str, ...]) -> ScenarioSource:
    """Return a scenario's source: a file, a shipped name, or the values themselves."""
    if isinstance(scenario, Scenario):
        return ScenarioSource(json.dumps(scenario_to_dict(scenario)), scenario.name, "", changes)
    path = find_scenario(scenario)
    return ScenarioSource(
        read_text(path, str(path)), path.name, str(path.resolve().parent), changes
    )


def _written_out(document: Document, source: ScenarioSource, base: Scenario) -> tuple[str, ...]:
    """Return the changes, plus the contents of a runner or formation that is in another file.

    A worker on another machine has the shipped files, but not the local ones.
    """
    changes = source.changes
    for way, section, folder in (
        (("runner",), base.runner, "runners"),
        (("pacers", "formation"), base.pacers.formation, "formations"),
    ):
        place = find(document, way)
        named = place.complete and isinstance(place.value, str)
        if named and place.value and place.value not in shipped_names(folder):
            plain = section.model_dump(mode="json", by_alias=True)
            changes = (*changes, f"{'.'.join(way)}={json.dumps(plain)}")
    return changes


def _longest(base: Scenario, grid: Grid) -> float:
    """Return the longest race of a sweep [m]."""
    if "distance" not in grid.paths:
        return base.distance
    lengths = [base.distance]
    for axis in grid.axes:
        for i in [i for i, path in enumerate(axis.paths) if path == "distance"]:
            for row in axis.rows:
                try:
                    lengths.append(min(parse_distance(row[i]), 10_000.0))
                except ValueError:
                    continue  # that row will be invalid
    return max(lengths)


def run_chunk(chunk: Chunk, threads: int = 1) -> Columns:
    """Return the columns of one chunk, computed on this many threads: a pure function."""
    rows = chunk.rows
    varied = ScenarioVariations(chunk.request.source, chunk.paths)
    results = [varied.scenario(values) for values in rows]
    scenarios = [s for s in results if isinstance(s, Scenario)]
    valid = np.array([isinstance(s, Scenario) for s in results])
    columns: Columns = {}
    for i, path in enumerate(chunk.paths):
        texts = [values[i] for values in rows]
        columns[path] = (
            np.array([number_of(text) for text in texts], dtype=np.float64)
            if chunk.numeric[i]
            else np.array(texts)
        )
    numbers = _outcomes(scenarios, chunk.request, threads) if scenarios else {}
    status = np.full(len(rows), INVALID, dtype="<U32")
    status[valid] = numbers.pop("status", np.array([], dtype="<U32"))
    columns["status"] = status
    columns["reason"] = np.array(["" if isinstance(s, Scenario) else s for s in results])
    for name in result_names(chunk.request):
        column = np.full(len(rows), np.nan)
        if name in numbers:
            column[valid] = numbers[name]
        columns[name] = column
    return columns


def result_names(request: SweepRequest) -> tuple[str, ...]:
    """Return the names of the result columns."""
    splits = tuple(f"split_{x:.0f}_s" for x in request.splits_m)
    names = ("finish_s", *splits, "lost_light_m", "mean_shelter", "reserve_used")
    if request.samples:
        names += ("p5_s", "p50_s", "p95_s", "chance")
    return names


def _outcomes(scenarios: Sequence[Scenario], request: SweepRequest, threads: int) -> Columns:
    ran = outcomes_of(scenarios, places_m=request.splits_m, watch_light=True, threads=threads)
    times = ran.time_s.copy()
    race = np.array([s.distance for s in scenarios])
    times[np.asarray(request.splits_m)[None, :] >= race[:, None]] = np.nan
    words = np.array([status.value for status in STATUSES])
    columns: Columns = {
        "status": words[ran.status],
        "finish_s": ran.finish_s,
        "lost_light_m": np.where([s.lit for s in scenarios], ran.lost_light_m, np.nan),
        "mean_shelter": ran.shelter,
        "reserve_used": ran.reserve_used,
    }
    for i, x in enumerate(request.splits_m):
        columns[f"split_{x:.0f}_s"] = times[:, i]
    if request.samples:
        columns |= _sampled(scenarios, request)
    return columns


def _sampled(scenarios: Sequence[Scenario], request: SweepRequest) -> Columns:
    """Return percentiles of the finish and the chance of the target, from samples of each row."""
    shares = draw(request.samples, request.seed)
    finish = np.full((len(scenarios), request.samples), np.nan)
    chance = np.zeros(len(scenarios))
    for i, scenario in enumerate(scenarios):
        ran = run_samples(scenario, samples_of(scenario, shares))
        finish[i] = np.where(ran.valid, ran.finish_s, np.nan)
        target_s = request.target_s or schedule_of(scenario.plan, scenario.distance).finish_s
        chance[i] = breaks_target(ran, target_s).mean()
    percentiles = np.full((3, len(scenarios)), np.nan)
    some = ~np.isnan(finish).all(axis=1)
    if some.any():
        percentiles[:, some] = np.nanpercentile(finish[some], (5, 50, 95), axis=1)
    return {
        "p5_s": percentiles[0],
        "p50_s": percentiles[1],
        "p95_s": percentiles[2],
        "chance": chance,
    }


# -- running chunks --------------------------------------------------------------------------------

CHECK_S = 2.0
"""Interval at which `check` is called while an executor returns nothing [s]."""


def run_chunks(
    request: SweepRequest,
    numbers: Iterable[int],
    executor: Executor | None = None,
    workers: int = 1,
    *,
    check: Callable[[], None] | None = None,
    threads: int = 0,
) -> Iterator[tuple[int, Columns]]:
    """Yield these chunks by number as they finish.

    Without an executor they run here, on this many threads (0: one per processor). An executor gets
    at most two per worker at a time; while it returns nothing, `check` is called now and then and
    may raise.
    """
    if executor is None:
        for number in numbers:
            yield number, run_chunk(request.chunk(number), threads)
        return
    left = iter(numbers)
    under_way: dict[Future[Columns], int] = {}
    while True:
        for number in itertools.islice(left, 2 * workers - len(under_way)):
            under_way[executor.submit(run_chunk, request.chunk(number))] = number
        if not under_way:
            return
        done, _ = wait(under_way, CHECK_S if check else None, FIRST_COMPLETED)
        if check and not done:
            check()
        for future in done:
            yield under_way.pop(future), future.result()


class Table(dict[str, NDArray[Any]]):
    """Results by column; missing numbers are NaN, texts may be empty."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.values()), ()))

    def to_pandas(self) -> Any:
        """Return a pandas `DataFrame`.

        Raises:
            LightpaceError: pandas is not installed; lightpace does not need it.
        """
        return framed("pandas", self)

    def to_polars(self) -> Any:
        """Return a polars `DataFrame`.

        Raises:
            LightpaceError: polars is not installed; lightpace does not need it.
        """
        return framed("polars", self)

    def to_arrow(self) -> Any:
        """Return a pyarrow `Table`.

        Raises:
            LightpaceError: pyarrow is not installed; lightpace does not need it.
        """
        return framed("pyarrow", self)


def table_of(chunks: Iterable[Columns]) -> Table:
    """Return chunks, in order, as one table."""
    listed = list(chunks)
    return Table({name: np.concatenate([c[name] for c in listed]) for name in listed[0]})


def run_sweep(request: SweepRequest, executor: Executor | None = None, workers: int = 1) -> Table:
    """Return the whole sweep as a table in memory."""
    done = dict(run_chunks(request, range(request.chunks), executor, workers))
    return table_of(done[number] for number in sorted(done))


def sweep(
    scenario: str | Path | Scenario,
    vary: Sequence[str],
    *,
    changes: Sequence[str] = (),
    samples: int = 0,
    seed: int = 1,
    target_s: float | None = None,
    executor: Executor | None = None,
    workers: int = 1,
) -> Table:
    """Run every combination of varied values and return one row for each.

    Args:
        scenario: a file, the name of a shipped one, or a `Scenario`.
        vary: `pacers.count=0..13`, `pacers.front_gap=0.8..4:0.2`, `runner.mass=40,42` and the like.
        changes: `--set` overrides applied before.
        samples: samples of the uncertain inputs for each row, for percentiles and a chance.
        seed: of the samples.
        target_s: the time for the chance [s]; None: the finish of each row's plan.
        executor: any `concurrent.futures` executor; left out: run here.
        workers: how many it has.

    Raises:
        ScenarioError: the scenario, a path or its values are not usable.
    """
    request = request_of(
        scenario, grid_of(vary), changes=changes, samples=samples, seed=seed, target_s=target_s
    )
    return run_sweep(request, executor, workers)
