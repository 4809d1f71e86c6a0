"""`lightpace optimise` as people use it: what it says, what it writes, what it refuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario

DASH = ["--set", "distance=400 m", "--set", "plan.target=60", "--set", "ghosts=[]"]
DASH += ["--set", "published=~"]

Optimise = Callable[..., tuple[int, str, str]]


@pytest.fixture
def optimise(capsys: pytest.CaptureFixture[str]) -> Optimise:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as end:
                main(["optimise", *map(str, arguments)])
        finally:
            signal.signal(signal.SIGTERM, handler)
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def test_the_fewest_pacers_are_told_and_written_as_a_scenario(
    optimise: Optimise, tmp_path: Path
) -> None:
    file = tmp_path / "fewest.yaml"
    ask = ["--minimise", "pacers", "--subject-to", "finish<=4:00"]
    code, said, _ = optimise("breaking4", "--set", "pacers.front_gap=1", *ask, "-o", file)
    assert code == 0
    assert "pacers.count 4" in said
    assert "attempts were run" in said
    assert "each of which has run monaco_2023" in said.replace("\n", " ")
    assert "chance of finish<=4:00.00: 4" in said
    written = load_scenario(file)
    assert written.pacers.count == 4
    assert (simulate(written).finish_s or 999.0) <= 240.0


@pytest.mark.slow
def test_the_widest_gap_is_told(optimise: Optimise) -> None:
    ask = ["--free", "pacers.front_gap=0.8..3", "--maximise", "pacers.front_gap"]
    code, said, _ = optimise("--set", "pacers.count=7", *ask, "--subject-to", "finish<=4:00")
    assert code == 0
    [line] = [line for line in said.splitlines() if line.startswith("pacers.front_gap ")]
    assert 0.8 < float(line.split()[1]) < 1.5


@pytest.mark.slow
def test_the_best_plan_is_told_split_by_split_beside_the_best_even_one(
    optimise: Optimise, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    changes = ["--set", "distance=800 m", "--set", "plan.target=1:58", *DASH[4:]]
    code, said, _ = optimise(*changes, "--free", "plan.splits", "-o", file)
    assert code == 0
    for words in ("200 m: ", "800 m: ", "she follows it", "against the best even plan ("):
        assert words in said
    assert load_scenario(file).plan.shape == "splits"


def test_a_plan_is_written_as_people_write_it(optimise: Optimise, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    free = ["--free", "plan.splits", "--free", "runner.form=-1..1"]
    assert optimise(*DASH, "--set", "pacers.count=0", *free, "-o", file)[0] == 0
    text = file.read_text(encoding="utf-8")
    assert re.search(r"\b200: \d\d(\.\d{1,3})?[,\n]", text)
    assert not re.search(r"\d\.\d{7}", text)


def test_the_file_is_written_also_where_nobody_reads_what_is_said(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    ask = [*DASH, "--set", "pacers.count=0", "--free", "runner.form=-1..1", "-o", str(file)]
    read, write = os.pipe()
    os.close(read)  # as `| head -0`
    subprocess.run([sys.executable, "-m", "simulator", "optimise", *ask], stdout=write, check=False)
    os.close(write)
    assert load_scenario(file).distance == 400.0


def test_where_nothing_will_do_it_says_how_far_the_nearest_stays(
    optimise: Optimise, tmp_path: Path
) -> None:
    file = tmp_path / "none.yaml"
    ask = ["--free", "pacers.count=12..13", "--subject-to", "finish<=50", "-o", file]
    code, out, said = optimise(*DASH, *ask)
    assert (code, out) == (1, "")
    assert "misses finish<=50.00 by " in said
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing is free"),
        (["--free", "plan.spilts"], "plan.spilts"),
        (["--free", "pacers.front_gap=3..1"], "least and its greatest"),
        (["--free", "pacers.front_gap=1..300"], "300 is too high"),
        (["--free", "pacers.front_gap=0.1..3"], "0.1 is too low"),
        (["--free", "pacers.count=a..b"], "'a..b' is no whole number"),
        (["--free", "pacers.count=0..4:0.5"], "'0.5' is no whole number"),
        (["--free", "pacers.count=3..1"], "--free"),
        (["--free", "pacers.front_gap", "--subject-to", "finish=4:00"], "is no condition"),
        (["--free", "pacers.front_gap", "--minimise", "joy"], "neither a result nor free"),
        (["--free", "pacers.front_gap", "-o", "plan.txt"], "plan.txt is no .yaml file"),
    ],
)
def test_what_cannot_be_asked_is_said(optimise: Optimise, arguments: list[str], words: str) -> None:
    code, out, said = optimise(*arguments)
    assert (code, out) == (2, "")
    assert words in said
    assert "Traceback" not in said


def test_a_range_whose_middle_is_no_scenario_is_searched_all_the_same(optimise: Optimise) -> None:
    """41 s over 400 m is faster than a human; the best target of the range is not."""
    short = [*DASH, "--set", "pacers.count=0", "--free"]
    for ends in ("20..62", "45..62"):
        code, said, _ = optimise(*short, f"plan.target={ends}")
        assert code == 0
        [line] = [line for line in said.splitlines() if line.startswith("finish ")]
        assert float(line.split()[1].rstrip(",")) < 50


def test_a_range_without_any_scenario_says_why(optimise: Optimise) -> None:
    code, out, said = optimise(*DASH, "--free", "plan.target=20..30")
    assert (code, out) == (1, "")
    assert "faster than a human" in said


def test_the_result_keeps_ghosts_and_published_splits(optimise: Optimise, tmp_path: Path) -> None:
    file = tmp_path / "found.yaml"
    code, _, _ = optimise("breaking4", "--free", "pacers.count=0,1", "-o", file)
    assert code == 0
    wanted, written = load_scenario("breaking4"), load_scenario(file)
    assert written.ghosts == wanted.ghosts
    assert written.published == wanted.published
    assert written.pacers.count == 1


def test_the_splits_of_a_mile_are_left_out_of_a_shorter_race(
    optimise: Optimise, tmp_path: Path
) -> None:
    file = tmp_path / "found.yaml"
    short = ["--set", "distance=800 m", "--set", "plan.target=1:58"]
    code, _, _ = optimise("breaking4", *short, "--free", "pacers.count=0,1", "-o", file)
    assert code == 0
    assert load_scenario(file).published is None


def test_a_plan_is_found_without_scipy(optimise: Optimise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    code, said, _ = optimise(*DASH, "--set", "pacers.count=0", "--free", "plan.splits")
    assert code == 0
    assert "200 m: " in said
