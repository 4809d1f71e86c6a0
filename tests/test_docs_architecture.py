"""docs/architecture.md: its worked examples apply to this tree, and work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PROGRAM = """
import pygame
from simulator.scenario.loader import load_text
from simulator.session.session import Session
from simulator.view.arranging import arrange
from simulator.view.picture import render_still

session = Session(load_text("ghosts: [{kind: record, share: 1.02}]", "x"))
assert [ghost.label for ghost in session.show.ghosts] == ["3:47.59"]
assert "assumed" in dict(arrange(1280, 720).side)
render_still(session.scene(), (1280, 720))
assert session.change("runner.passes", "yes") and session.scenario.runner.passes
assert next(k.note for k in session.panel_state().knobs if k.path == "runner.passes")
"""


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diffs")
def test_the_worked_examples_apply_and_work(tmp_path: Path) -> None:
    for folder in ("simulator", "configs", "assets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    diffs = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)
    assert len(diffs) == 3
    for diff in diffs:
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)  # noqa: S607
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, check=True)


def test_the_files_it_names_are_there() -> None:
    table = PAGE[PAGE.index("## A session and its parts") : PAGE.index("## Adding a panel")]
    names = set(re.findall(r"`((?:\w+/)*\w+\.py)`", table))
    assert len(names) > 25
    folders = ("simulator", "simulator/session", "simulator/scenario")
    missing = [n for n in names if not any((ROOT / f / n).is_file() for f in folders)]
    assert missing == []
