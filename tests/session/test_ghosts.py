"""Ghosts by button: added from a time, a file, a recording or a kept run; removed; undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.recording.store import save_recording
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from tests.session.short import SHORT, load_short


def test_an_even_time_is_added_and_set_by_its_knob() -> None:
    session = Session(load_short())
    session.add_ghost()
    assert [ghost.name for ghost in session.scenario.ghosts] == ["even 1:05", ""]
    assert session.change("ghosts.1.time", "1:06")
    assert session.show.ghosts[1].finish_s == 66.0
    knob = next(k for k in session.panel_state().knobs if k.path == "ghosts.1.on")
    assert knob.label == "even 1:06.00"
    session.undo()
    session.undo()
    assert session.scenario == load_short()


def test_what_is_removed_is_a_difference_from_the_file() -> None:
    session = Session(load_scenario("breaking4"))
    assert session.panel_state().shortened == frozenset()
    session.remove_ghost(0)
    assert session.panel_state().shortened == {"Ghosts"}
    session.add_wave()
    assert session.panel_state().shortened == {"Ghosts"}
    session.undo()
    session.remove_wave(session.scenario.wavelight.waves[0].name)
    assert session.panel_state().shortened == {"Ghosts", "Light"}
    session.undo()
    session.undo()
    assert session.panel_state().shortened == frozenset()


def test_too_many_are_refused_by_name() -> None:
    session = Session(load_short())
    for _ in range(12):
        session.add_ghost()
    assert session.scene().notice == "Ghosts must have at most 12 entries."
    for _ in range(100):
        session.add_wave()
    assert session.scene().notice.startswith("Waves must have at most")


def test_colours_of_added_ghosts_differ() -> None:
    session = Session(load_short())
    for _ in range(3):
        session.add_ghost()
    lights = session.scenario.wavelight.waves
    colours = [each.colour for each in (*session.scenario.ghosts, *lights)]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("kind", ["scenario", "recording"])
def test_a_file_is_added(tmp_path: Path, kind: str) -> None:
    session = Session(load_short())
    if kind == "scenario":
        path = tmp_path / "other.yaml"
        path.write_text(SHORT, encoding="utf-8")
    else:
        path = tmp_path / "other.npz"
        save_recording(session.recording, path)
    session.add_ghost_file(path)
    assert session.scenario.ghosts[-1].kind == kind
    assert session.show.ghosts[-1].finish_s == session.recording.finish_s
    assert session.show.ghosts[-1].name == ("short" if kind == "scenario" else "other")


def test_a_file_beside_the_scenario_is_named_without_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHORT, encoding="utf-8")
    session = Session.open(file)
    save_recording(session.recording, tmp_path / "before.npz")
    session.add_ghost_file(tmp_path / "before.npz")
    session.save()
    assert "{colour: blue, kind: recording, file: before.npz}" in file.read_text(encoding="utf-8")
    moved = tmp_path.rename(tmp_path.with_name(f"{tmp_path.name} moved"))
    ghost = load_scenario(moved / file.name).ghosts[1]
    assert ghost.model_dump()["file"] == str(moved / "before.npz")


def test_the_first_ghost_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("name: mine\nghosts: []\n", encoding="utf-8")
    session = Session.open("mine.yaml")
    session.add_ghost()
    save_recording(session.recording, "before.npz")
    session.add_ghost_file("before.npz")
    session.save()
    assert str(tmp_path) not in Path("mine.yaml").read_text(encoding="utf-8")
    assert [ghost.kind for ghost in load_scenario("mine.yaml").ghosts] == ["even", "recording"]


def test_a_file_that_is_none_is_refused_with_its_reason(tmp_path: Path) -> None:
    session = Session(load_short())
    session.add_ghost_file(tmp_path / "nothing.yaml")
    assert len(session.scenario.ghosts) == 1
    assert session.scene().notice == "nothing.yaml: there is no such file."
    assert session.panel_state().can_undo == 0


def test_a_kept_run_becomes_a_ghost_of_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHORT, encoding="utf-8")
    session = Session.open(file)
    session.change("runner.form", "2")
    session.pin()
    kept = session.pins.pins[0]
    session.undo()
    session.ghost_of_pin(1)
    ghost = session.show.ghosts[1]
    assert ghost.name == kept.name
    assert ghost.finish_s == kept.run.finish_s
    assert not session.pins.pins[0].shown, "it would be there twice"
    session.save()
    assert load_scenario(file).ghosts[1].kind == "recording"
    assert (tmp_path / f"{kept.name}.npz").is_file()


def test_a_kept_run_becomes_a_ghost_once_wherever_the_scenario_was_opened_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.yaml").write_text(SHORT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    session = Session.open(Path("mine/mine.yaml"))
    session.change("runner.form", "2")
    session.pin()
    session.undo()
    before = len(session.scenario.ghosts)
    session.ghost_of_pin(1)
    assert len(session.scenario.ghosts) == before + 1
    session.ghost_of_pin(1)
    assert session.scene().notice == "Kept run 1 is a ghost already."
    assert len(session.scenario.ghosts) == before + 1
    assert len(list(folder.glob("*.npz"))) == 1
    session.undo()
    session.ghost_of_pin(1)
    assert len(session.scenario.ghosts) == before + 1, "undone, it can be added again"


def test_a_refused_ghost_of_a_kept_run_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHORT, encoding="utf-8")
    session = Session.open(file)
    session.pin()
    for _ in range(12):
        session.add_ghost()
    session.ghost_of_pin(1)
    assert session.scene().notice == "Ghosts must have at most 12 entries."
    assert not list(tmp_path.glob("*.npz"))


def test_what_follows_a_removed_thing_is_compared_with_itself() -> None:
    session = Session(load_scenario("breaking4"))
    last = session.scenario.ghosts[-1]
    session.remove_ghost(0)
    knobs = {k.path: k for k in session.panel_state().knobs}
    assert not knobs["ghosts.0.colour"].changed
    assert knobs["ghosts.0.colour"].file_value == last.colour
    session.add_ghost()
    added = next(k for k in session.panel_state().knobs if k.path == "ghosts.1.colour")
    assert added.file_value == "", "the file has no such ghost"
    lit = Session(load_scenario("breaking4"))
    lit.add_wave()
    lit.change("wavelight.waves.1.plan.shape", "positive")
    lit.change("wavelight.waves.1.plan.strength", "1.5")
    lit = Session(lit.scenario)  # as if the file had both
    lit.remove_wave(lit.scenario.wavelight.waves[0].name)
    assert not any(k.changed for k in lit.panel_state().knobs if k.path.startswith("wavelight"))
    wave = lit.scenario.wavelight.waves[0]
    lit.change("wavelight.waves.0.plan.shape", "even")
    lit.change("wavelight.waves.0.plan.shape", "positive")
    assert lit.scenario.wavelight.waves[0] == wave, "the file's own shape, with its strength"


def test_ghosts_are_removed_and_come_back() -> None:
    session = Session(load_scenario("breaking4"))
    names = [ghost.name for ghost in session.show.ghosts]
    published = next(
        i for i, g in enumerate(session.scenario.ghosts) if g.name == session.scenario.published
    )
    session.remove_ghost(published)
    assert session.scenario.published is None
    assert [g.name for g in session.show.ghosts] == [n for n in names if n != names[published]]
    session.remove_ghost(0)
    assert not session.show.ghosts
    session.remove_ghost(0)  # there is none
    session.undo()
    session.undo()
    assert [ghost.name for ghost in session.show.ghosts] == names


def test_a_watchs_file_that_is_gone_leaves_its_ghost(tmp_path: Path) -> None:
    watch = tmp_path / "watch.csv"
    watch.write_text("200,31.5\n400,63.9\n", encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(f"{SHORT}  - {{name: watch, file: watch.csv}}\n", encoding="utf-8")
    session = Session.open(file)
    before = [row.distance_m for row in session.show.splits]
    watch.unlink()
    session.advance(1.0)
    assert session.change("runner.form", "1")
    session.pin()
    session.undo()
    session.advance(1.0)
    assert [ghost.name for ghost in session.show.ghosts][:2] == ["even 1:05", "watch"]
    assert [row.distance_m for row in session.show.splits] == before


def test_undo_does_not_return_to_what_needs_a_file_that_is_gone(tmp_path: Path) -> None:
    session = Session(load_short())
    path = tmp_path / "other.npz"
    save_recording(session.recording, path)
    session.add_ghost_file(path)
    session.remove_ghost(1)
    path.unlink()
    for cache in (session.forks._scenarios, session.forks._ghosts):
        cache._values.clear()
    session.undo()
    session.advance(0.0)
    assert len(session.scenario.ghosts) == 1, "the state with it stays undone"
    assert "cannot be shown again" in session.scene().notice
    session.undo()
    session.advance(0.0)
    assert len(session.scenario.ghosts) == 1
