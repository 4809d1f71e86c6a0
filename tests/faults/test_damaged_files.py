"""Whatever a file holds, each of its readers uses it or says in a sentence why not, and soon.

Scenarios, formations, runners and stories have `tests/scenario/test_fuzz.py`. Here are the others:
recordings, sets of them, tables of results, rows of a sweep, chunks of one, themes, best times,
activities, pictures. Their bytes and their values are damaged. Of each, `make test` tries 30,
`make test-slow` and `make soak` as many as `FUZZ_CASES` says.
"""

from __future__ import annotations

import io
import json
import random
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
from fit_tool.utils.crc import crc16
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import BadParameter

from simulator.analysis.activity_races import likely_distances
from simulator.analysis.fit import fit_runner
from simulator.analysis.references import ghost_references
from simulator.analysis.summary import summarise
from simulator.analysis.sweep import axis_of_csv, grid_of, request_of, run_chunk
from simulator.cli.runners import _races_of
from simulator.errors import LightpaceError, LightpaceWarning, RecordingError
from simulator.export.table import ChunkStore, read_columns
from simulator.physics.attempt import simulate
from simulator.recording.activities import read_activity
from simulator.recording.recording import Recording
from simulator.recording.store import (
    load_recording,
    load_recordings,
    save_recording,
    save_recordings,
)
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Runner, Scenario
from simulator.scenario.png_texts import MOMENT, SCENARIO, with_texts
from simulator.scenario.reading import moment_of, read_text
from simulator.view.figures import FigureSpec, draw_figure
from simulator.view.picture import save_png
from simulator.view.theme import theme_named
from tests.activity_files import EXACT, TRACKED
from tests.scenario.fuzzing import CASES, HEALTH, mutated, within_limits

SHORT = "distance: 400\nplan: {target: 62}\npacers: {count: 0}\nghosts: []\n"
NUMBERS = ["", "0", "-0", "1", "-1", "61,5", "4:00.5", "1e308", "-1e308", "1e-308", "1e999", "nan"]
NUMBERS += [
    "inf",
    "-inf",
    "1e12",
    "5e-324",
    "240",
    "0x10",
    "1_000",
    "9" * 400,
    "7" * 140_000,  # more than Python's csv takes in a cell
    "x",
    "a;b",
    '"',
    "\0",
]
FLOATS = [0.0, -1.0, 1e-300, 1e300, 1e308, np.inf, -np.inf, np.nan, 1e12, 0.1, 0.15, 400.0, 61.9]
HEADS: list[Any] = [*FLOATS[:9], None, True, "x", "", [], {}, [1, "{}"], 10**400, "finished"]


@cache
def short() -> tuple[Scenario, Recording]:
    scenario = load_text(SHORT, "f")
    return scenario, simulate(scenario)


def table(rng: random.Random) -> bytes:
    """Return a table of results, or rows of a sweep, with values that no result has."""
    separator = rng.choice([",", ",", ";", "\t"])
    pool = [*rng.sample(NUMBERS, rng.choice([1, 2, 5])), "2", "3", "4"]
    heads = ["pacers.count", "pacers.front_gap", "status", "finish_s", "chance"]
    axes = [rng.sample([*NUMBERS, "5", "6", "7"], rng.choice([2, 3])) for _ in range(2)]
    rows = [[x, y, "finished", *rng.choices(pool, k=2)] for x in axes[0] for y in axes[1]]
    rows = rng.choice([rows, rows, [rng.choices(pool, k=5) for _ in range(rng.randrange(9))]])
    if rng.random() < 0.05:  # a field as long as a file may be
        rows[:1] = [["x" * rng.choice([131_072, 131_073, 400_000])] * 2 + ["1"] * 3]
    return "\n".join(separator.join(row) for row in [heads, *rows]).encode()


def values_of_an_archive(data: bytes, rng: random.Random) -> bytes:
    """Return a packed file of which one array, one value or one entry of the head is another."""
    with np.load(io.BytesIO(data)) as packed:
        parts: dict[str, Any] = {name: packed[name] for name in packed.files}
    name = rng.choice(sorted(parts))
    array = parts[name]
    if array.ndim == 0 and array.dtype.kind == "U":
        head = json.loads(str(array))
        holder = rng.choice(head["runs"]) if head.get("runs") and rng.random() < 0.8 else head
        holder[rng.choice(sorted(holder))] = rng.choice(HEADS)
        parts[name] = np.array(json.dumps(head))
    elif array.dtype.kind == "f" and array.size and rng.random() < 0.5:
        changed = array.copy()
        changed.flat[rng.randrange(array.size)] = rng.choice(FLOATS)
        parts[name] = changed
    else:
        others = [np.zeros(3), np.array("{}"), np.array(1.0), np.array([])]
        if array.ndim:
            others += [array[:2], array[::-1], np.zeros((3, 2))]
        if array.dtype.kind == "f":
            others.append(array.astype(rng.choice([">f8", "<f4", "<c16", "S8"])))
        parts[name] = rng.choice(others)
    packed_again = io.BytesIO()
    np.savez(packed_again, allow_pickle=False, **parts)
    return packed_again.getvalue()


def used_recording(path: Path) -> None:
    """Read a recording as a ghost of the very scenario; what is accepted is physically a run."""
    scenario, run = short()
    load_recording(path)
    with_ghost = load_text(f"{SHORT}ghosts: [{{file: {path}}}]".replace("ghosts: []\n", ""), "f")
    (mark,) = ghost_references(with_ghost)
    assert np.isfinite(mark.run.distance_at(np.linspace(0.0, 100.0, 50))).all()
    assert mark.finish_s is None or 40.0 < mark.finish_s < 7200.0
    json.dumps(summarise(with_ghost, run).to_dict(), allow_nan=False)
    assert scenario.distance == 400


def used_recordings(path: Path) -> None:
    for _, run in load_recordings(path):
        assert np.isfinite(run.at(1.0).x_m)


def used_table(path: Path) -> None:
    """Read a table; one in twenty is drawn, since drawing takes a fifth of a second."""
    columns = read_columns(path)
    rng = random.Random(path.read_bytes())  # noqa: S311 - which are drawn is no secret
    if rng.random() < 0.05:
        names = rng.sample(sorted(columns), min(3, len(columns)))
        show = FigureSpec(names[0], names[-1], names[len(names) // 2])
        if {"pacers.count", "pacers.front_gap", "finish_s"} <= columns.keys():
            show = rng.choice([show, FigureSpec("pacers.count", "pacers.front_gap", "finish_s")])
        draw_figure(columns, show, path.with_suffix(".svg"))


def used_rows(path: Path) -> None:
    grid = grid_of([], axis_of_csv(read_text(path, str(path)), str(path)))
    assert grid.size == len(grid.rows(0, grid.size))


@dataclass(frozen=True)
class Reader:
    """One kind of file: a sound one, what else than its bytes is damaged, and its reader."""

    ending: str
    sound: Callable[[Path], object]
    damaged: Callable[[bytes, random.Random], bytes]
    use: Callable[[Path], object]


def save_pins(path: Path) -> None:
    save_recordings([("one", short()[1]), ("two", short()[1])], path)


def save_one(path: Path) -> None:
    save_recording(short()[1], path)


def save_theme(path: Path) -> None:
    path.write_text("base: daylight\ntext: '#102030'\nground: {floodlight: 0.5}\n", "utf-8")


def save_table(path: Path) -> None:
    rows = [f"{n},{gap},finished,{250 - n},0.5" for n in (1, 2, 3) for gap in (1, 1.5)]
    path.write_text("\n".join(["pacers.count,pacers.front_gap,status,finish_s,chance", *rows]))


@cache
def request() -> Any:
    return request_of(short()[0], grid_of(["runner.mass=40,50"]), samples=0, seed=1)


def save_chunk(path: Path) -> None:
    store = ChunkStore(path.with_name("out.csv"), request())
    store.write(0, run_chunk(request().chunk(0)))
    (chunk,) = store.folder.glob("*.npz")
    chunk.replace(path)


def used_chunk(path: Path) -> None:
    store = ChunkStore(path.with_name("out.csv"), request())
    store.folder.mkdir(exist_ok=True)
    path.replace(store.folder / f"{request().digest[:24]}-0000000.npz")
    columns = store.read(0)
    assert columns is None or all(isinstance(name, str) for name in columns)
    assert store.missing() in ([], [0])


def save_activity(name: str) -> Callable[[Path], object]:
    make = EXACT[name] if name in EXACT else TRACKED[name][0]
    return lambda path: path.write_bytes(make())


def used_activity(path: Path) -> None:
    """Read an activity as a ghost of 1500 m; what is accepted is a run that a human may run."""
    text = (
        f"distance: 1500 m\nplan: {{target: 240}}\npacers: {{count: 0}}\nghosts: [{{file: {path}}}]"
    )
    (mark,) = ghost_references(load_text(text, "f"))
    passed = mark.run.time_at(np.arange(0.0, mark.distance_m + 1.0, 50.0))
    assert (np.diff(passed) > 0).all()
    assert mark.finish_s is None or 195.0 < mark.finish_s < 7200.0
    likely_distances(read_activity(path))


def another_table(data: bytes, rng: random.Random) -> bytes:
    """Return a table of splits or laps in which some cells, heads or separators are others."""
    pool = [*NUMBERS, "400", "Finish", "1:02.3", "300 m", "distance", "lap time", "4.12.33", "km"]
    text = data.decode()
    for _ in range(rng.randrange(1, 6)):
        cells = re.findall(r"[^,;\t\n]+", text) or ["x"]
        text = text.replace(rng.choice(cells), rng.choice(pool), 1)
    return text.replace(",", rng.choice([",", ";", "\t", ", ", "  "])).encode("utf-8", "replace")


def other_numbers(data: bytes, rng: random.Random) -> bytes:
    """Return XML in which some numbers are others, some elements are lost, or it declares some."""
    text = data.decode()
    for _ in range(rng.randrange(1, 8)):
        numbers = list(re.finditer(r"[\d.:]+", text))
        one = rng.choice(numbers)
        text = text[: one.start()] + rng.choice(NUMBERS).replace("\0", "") + text[one.end() :]
    if rng.random() < 0.2:
        name = rng.choice(re.findall(r"<(\w+)", text))
        text = re.sub(rf"</?{name}\b[^>]*>", "", text)
    if rng.random() < 0.1:
        bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        text = re.sub(r"^(<\?.*?\?>)?", rf"\1{bomb}", text).replace("</name>", "&b;</name>")
    return text.encode()


def resealed(data: bytes, rng: random.Random) -> bytes:
    """Return a FIT file in which bytes are others, its checksums made right again."""
    body = bytearray(data[:-2])
    for _ in range(rng.randrange(1, 12)):
        body[rng.randrange(14, len(body))] = rng.choice(
            [0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)]
        )
    seal: int = crc16(bytes(body))
    return bytes(body) + seal.to_bytes(2, "little")


def save_bests(path: Path) -> None:
    rows = ["800 m;2:01,5;", "1500 m;4:08,3;0.5", "1500 m;4:09;", "5k;15:40;0.2"]
    path.write_text("\n".join(["distance;time;shelter", *rows]), "utf-8")


def used_bests(path: Path) -> None:
    """Read best times; of one log in ten a runner is made. A row that is left out is a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LightpaceWarning)
        try:
            races = _races_of(path, 0.0)
        except BadParameter as error:
            raise RecordingError(error.message) from None
    if random.Random(path.read_bytes()).random() < 0.1:  # noqa: S311 - which is no secret
        fitted = fit_runner(races, Runner())
        assert np.isfinite([fitted.runner.max_aerobic_power, fitted.runner.reserve]).all()


def save_picture(path: Path) -> None:
    scenario, run = short()
    save_png(pygame.Surface((8, 8), 0, 32), path, (scenario, 0.5 * run.end_s))


def texts_of_a_picture(data: bytes, rng: random.Random) -> bytes:
    """Return a picture of which a text, its length, its name or its check is another."""
    chunk = data.index(b"iTXt", rng.choice([0, data.index(b"iTXt") + 1]))
    kept = bytearray(data)
    part = rng.randrange(4)
    if part == 0:  # the length
        kept[chunk - 4 : chunk] = rng.choice([0, 3, 2**31, 2**32 - 1]).to_bytes(4, "big")
    elif part == 1:  # the name and the flags
        kept[chunk + 4 + rng.randrange(24)] = rng.randrange(256)
    elif part == 2:  # another text, soundly packed
        text = kept[:0] + rng.choice([b"", b"\xff", b"[" * 3000, b"name: x", b"nan", b"1e999"])
        name = rng.choice([SCENARIO, MOMENT])
        return with_texts(
            data[:33] + data[data.index(b"IDAT") - 4 :], {name: text.decode("latin-1")}
        )
    else:  # the text itself, so that its check fails
        kept[chunk + 30 + rng.randrange(40)] ^= 1 << rng.randrange(8)
    return bytes(kept)


def used_picture(path: Path) -> None:
    moment = moment_of(path)
    assert moment is None or np.isfinite(moment)
    assert 100 <= load_scenario(path).distance <= 10_000


READERS = {
    "picture": Reader("png", save_picture, texts_of_a_picture, used_picture),
    "recording": Reader("npz", save_one, values_of_an_archive, used_recording),
    "recordings": Reader("npz", save_pins, values_of_an_archive, used_recordings),
    "chunk": Reader("npz", save_chunk, values_of_an_archive, used_chunk),
    "theme": Reader("yaml", save_theme, mutated, lambda path: theme_named(str(path))),
    "table": Reader("csv", save_table, lambda _, rng: table(rng), used_table),
    "rows": Reader("csv", save_table, lambda _, rng: table(rng), used_rows),
    "bests": Reader("csv", save_bests, another_table, used_bests),
    "laps in FIT": Reader("fit", save_activity("pressed.fit"), resealed, used_activity),
    "a track in FIT": Reader("fit", save_activity("track.fit"), resealed, used_activity),
    "TCX": Reader("tcx", save_activity("paused.tcx"), other_numbers, used_activity),
    "GPX": Reader("gpx", save_activity("paused.gpx"), other_numbers, used_activity),
    "splits": Reader("csv", save_activity("own.csv"), another_table, used_activity),
    "laps": Reader("csv", save_activity("garmin_laps.csv"), another_table, used_activity),
    "LiveSplit": Reader("lss", save_activity("distances.lss"), other_numbers, used_activity),
}


FEW = 30
"""Damaged files of each kind that are tried in `make test`; 500 take a minute and a half."""


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        *((name, FEW) for name in READERS),
        *(pytest.param(name, CASES, marks=pytest.mark.slow) for name in READERS),
    ],
)
def test_a_damaged_file_is_used_or_refused_in_a_sentence(
    name: str, cases: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reader = READERS[name]
    folder = tmp_path_factory.mktemp(name)
    path = folder / f"sound.{reader.ending}"
    reader.sound(path)
    sound = path.read_bytes()
    damaged = folder / f"damaged.{reader.ending}"
    refused = 0

    @settings(max_examples=cases, suppress_health_check=HEALTH, deadline=None)
    @given(st.integers(0, 2**32), st.booleans())
    def attempt(seed: int, in_bytes: bool) -> None:
        nonlocal refused
        rng = random.Random(seed)  # noqa: S311 - a failure is found again by its seed
        data = reader.damaged(sound, rng)
        damaged.write_bytes(mutated(data, rng) if in_bytes else data)
        with within_limits():
            try:
                reader.use(damaged)
            except LightpaceError as error:
                refusal = error
            else:
                return
        refused += 1
        assert refusal.exit_code in (1, 2)
        assert str(refusal).strip()
        assert max(map(len, str(refusal).splitlines())) < 1500

    attempt()
    assert refused or name == "chunk"  # a chunk is run again, without a word


def test_each_reader_reads_a_sound_file(tmp_path: Path) -> None:
    for name, reader in READERS.items():
        path = tmp_path / f"{name}.{reader.ending}"
        reader.sound(path)
        with within_limits():
            reader.use(path)
