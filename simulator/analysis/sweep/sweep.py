"""A sweep: every combination of varied values as a row, run in chunks, here or on any executor.

In: a scenario, varied values. Out: a `SweepRequest`, its chunks as columns, the resulting `Table`.
A chunk is a pure, picklable function of its rows of values, identified by its number, and its
columns are the same to the bit wherever and whenever it is run: it does not matter who ran it, in
what order, or that a worker died (if its executor gives the chunk to another).
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.axes import Grid, grid_of, number_of, refused
from simulator.analysis.sweep.rows import ScenarioVariations, Source
from simulator.analysis.uncertainty import breaks, draw, run_samples, samples_of
from simulator.errors import Problem, ScenarioError
from simulator.files import read_bytes
from simulator.physics.attempt import STATUSES, outcomes_of
from simulator.recording.recording import framed
from simulator.resources import configs_dir
from simulator.scenario.fields import types_at
from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.plan import schedule_of
from simulator.scenario.problems import find
from simulator.scenario.reading import MAX_BYTES, find_scenario, read_text, shipped_names
from simulator.scenario.yaml_tree import Document, read_document
from simulator.units import LAP_M, parse_distance

_PACKAGE = Path(__file__).resolve().parents[2]
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
    digests = []
    names = (t for t in texts if len(t) < _LONGEST_NAME and t.strip("\"'").endswith(_ENDINGS))
    for text in dict.fromkeys(names):
        try:
            content = read_bytes(folder / text.strip("\"'"), MAX_BYTES)
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
        target_s: the target in the column of chances [s].
        splits_m: the distances of splits [m].
    """

    source: Source
    grid: Grid
    samples: int
    seed: int
    target_s: float
    splits_m: tuple[float, ...]

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
    source = Source(source.text, source.name, source.folder, _written_out(document, source, base))
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
    target = schedule_of(base.plan, base.distance).finish_s if target_s is None else target_s
    return SweepRequest(source, grid, samples, seed, target, splits)


def source_of(scenario: str | Path | Scenario, changes: tuple[str, ...]) -> Source:
    """Return a scenario's source: a file, a shipped name, or the values themselves."""
    if isinstance(scenario, Scenario):
        return Source(json.dumps(scenario_to_dict(scenario)), scenario.name, "", changes)
    path = find_scenario(scenario)
    return Source(read_text(path, str(path)), path.name, str(path.resolve().parent), changes)


def _written_out(document: Document, source: Source, base: Scenario) -> tuple[str, ...]:
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
        "lost_light_m": ran.lost_light_m,
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
        chance[i] = breaks(ran, request.target_s).mean()
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
        target_s: the time for the chance [s]; None: the finish of the scenario's plan.
        executor: any `concurrent.futures` executor; left out: run here.
        workers: how many it has.

    Raises:
        ScenarioError: the scenario, a path or its values are not usable.
    """
    request = request_of(
        scenario, grid_of(vary), changes=changes, samples=samples, seed=seed, target_s=target_s
    )
    return run_sweep(request, executor, workers)
