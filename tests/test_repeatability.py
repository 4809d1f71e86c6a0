"""The same scenario gives the same recording: to the bit here, to a millisecond anywhere.

The reference times stand in tests/golden/times.json; `RENEW_GOLDEN=1` writes them anew on purpose.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.splits import split_distances
from simulator.analysis.sweep import CHUNK_ROWS, sweep
from simulator.files import configs_dir
from simulator.physics.attempt import simulate, simulate_all
from simulator.recording.recording import ARRAYS, Recording
from simulator.recording.store import load_recording, save_recording
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.stage.keys import Action
from tests.session.short import by_hand, load_short, settle

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "golden" / "times.json"
SHIPPED = sorted(path.stem for path in configs_dir().glob("*.yaml"))
CHANGES: list[list[str]] = [
    [],
    ["pacers.count=0"],
    ["pacers.leader.jitter=0.4", "pacers.leader.seed=7"],
    ["plan={shape: negative, target: 1:03, strength: 3}", "environment.wind.speed=3"],
    ["runner.reserve=300"],
]


def fingerprint(run: Recording) -> str:
    return hashlib.sha256(b"".join(getattr(run, name).tobytes() for name in ARRAYS)).hexdigest()


def times(name: str) -> dict[str, Any]:
    run = simulate(load_scenario(name))
    splits = {f"{x:g}": float(run.time_at(x)) for x in split_distances(run.race_m)[:-1]}
    return {"splits_s": splits, "finish_s": run.finish_s, "status": run.status.value}


def test_every_shipped_scenario_has_reference_times() -> None:
    if os.environ.get("RENEW_GOLDEN"):
        result = {name: times(name) for name in SHIPPED}
        for one in result.values():
            one["splits_s"] = {x: round(t, 4) for x, t in one["splits_s"].items()}
            one["finish_s"] = round(one["finish_s"], 4)
        KEPT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    assert sorted(json.loads(KEPT.read_text(encoding="utf-8"))) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_run_in_its_reference_times(name: str) -> None:
    expected, result = json.loads(KEPT.read_text(encoding="utf-8"))[name], times(name)
    assert result["status"] == expected["status"]
    assert result["finish_s"] == pytest.approx(expected["finish_s"], abs=0.001)
    assert result["splits_s"] == pytest.approx(expected["splits_s"], abs=0.001)


PROGRAM = """
import hashlib, json, sys
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS
from tests.session.short import load_short
for changes in json.loads(sys.argv[1]):
    run = simulate(load_short(*changes))
    print(hashlib.sha256(b"".join(getattr(run, name).tobytes() for name in ARRAYS)).hexdigest())
"""


def test_processes_hash_seeds_and_threads_change_no_bit() -> None:
    here = [fingerprint(simulate(load_short(*changes))) for changes in CHANGES]
    assert len(set(here)) == len(CHANGES)
    for seed, threads in (("0", "1"), ("4242", "2"), ("random", "7")):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        changed = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), **dict.fromkeys(names, threads)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(CHANGES)],
            env={**os.environ, **changed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == here, (seed, threads)


def test_the_batch_a_row_is_run_in_changes_no_bit() -> None:
    wanted = [load_short(*changes) for changes in CHANGES]
    alone = [fingerprint(simulate(scenario)) for scenario in wanted]
    assert [fingerprint(run) for run in simulate_all(wanted)] == alone
    for rows in (2, 3, 7, 10, 14):  # a processor takes 2, 4 or 8 numbers at once, then the rest
        for first in (0, 2, 4):  # so that not the same ones are the rest each time
            order = [(first + row) % len(wanted) for row in range(rows)]
            result = simulate_all([wanted[i] for i in order])
            assert [fingerprint(run) for run in result] == [alone[i] for i in order], (rows, first)


def test_a_row_of_a_sweep_finishes_as_it_does_alone_to_the_bit() -> None:
    """Thousands of rows of a chunk, and the few of the last one."""
    changes = ["distance=100", "plan.target=0:13.50", "ghosts=[]", "environment.wind.speed=3"]
    changes += ["pacers.leader.jitter=0.4"]
    rows = CHUNK_ROWS + 3
    table = sweep(load_short(*changes), [f"runner.reserve=100..{100 + (rows - 1) / 10}:0.1"])
    assert table.rows == rows
    assert len(set(table["finish_s"])) > 0.99 * rows, "hardly two rows are the same"
    for row in (*range(0, rows, 307), *range(CHUNK_ROWS - 9, rows)):
        reserve = table["runner.reserve"][row]
        alone = simulate(load_short(*changes, f"runner.reserve={reserve}"))
        assert alone.finish_s == table["finish_s"][row], row


FORK_S = 20.0


@pytest.mark.parametrize("elapsed_s", [1 / 240, 1 / 60, 0.2, 7.0])
def test_the_rate_of_pictures_changes_no_bit(elapsed_s: float) -> None:
    """Neither of the run from the gun, nor of one forked while the pictures go on, to the end."""
    wanted = load_short()
    session = settle(Session(wanted, rate=32.0))
    session.perform(Action.PLAY_PAUSE)
    session.seek(0.0)
    for _ in range(10):
        session.advance(elapsed_s)
    assert session.playback.time_s > 1.0
    assert not session.playback.paused
    assert fingerprint(session.recording) == fingerprint(simulate(wanted))
    session.seek(FORK_S)
    assert session.change("pacers.count", "0")
    session.advance(elapsed_s)
    assert session.playback.time_s > FORK_S
    tick = round(FORK_S / session.recording.step_s)
    forked = fingerprint(by_hand([(0, wanted), (tick, load_short("pacers.count=0"))]))
    assert fingerprint(session.recording) == forked
    while not session.player.at_finish:
        session.advance(elapsed_s)
    session.settle()
    assert fingerprint(session.recording) == forked


def test_a_saved_recording_says_what_it_is_of(tmp_path: Path) -> None:
    """A later version reads its format or refuses it; either way it knows the scenario."""
    scenario = load_short()
    save_recording(simulate(scenario), tmp_path / "run.npz")
    read = load_recording(tmp_path / "run.npz")
    assert fingerprint(read) == fingerprint(simulate(scenario))
    wanted = json.loads(read.scenario_json)
    assert wanted["distance"] == 400.0
    assert type(scenario).model_validate(wanted) == scenario


def test_a_recording_of_this_format_is_read_by_every_later_version(tmp_path: Path) -> None:
    """The kept file was written by 0.1.0: who cannot read it any more needs another format."""
    kept = ROOT / "tests" / "golden" / "recording_format_1.npz"
    if os.environ.get("RENEW_GOLDEN") and not kept.exists():
        save_recording(simulate(load_short()), kept)
    run = load_recording(kept)
    assert run.race_m == 400.0
    assert run.finish_s == pytest.approx(float(run.time_at(400.0)))
    save_recording(run, tmp_path / "again.npz")
    assert fingerprint(load_recording(tmp_path / "again.npz")) == fingerprint(run)
