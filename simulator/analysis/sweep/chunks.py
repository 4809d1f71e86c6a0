"""A sweep as chunks: pure, picklable functions from rows of values to columns of results.

In: a `SweepRequest` and a chunk's number. Out: `Columns`, one array for each column, the same to
the bit wherever and whenever the chunk is run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.axes import Grid, number_of, refused
from simulator.analysis.sweep.rows import ScenarioVariations, Source
from simulator.analysis.uncertainty import breaks, draw, run_samples, samples_of
from simulator.errors import Problem, ScenarioError
from simulator.files import read_bytes
from simulator.physics.attempt import STATUSES, outcomes_of
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
