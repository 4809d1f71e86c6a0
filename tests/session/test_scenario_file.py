"""The scenario's file: another editor writes it, the session writes it, and nobody is surprised."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.session.scenario_file import POLL_S
from simulator.stage.keys import Action
from tests.session.short import SHORT, bits, by_hand, load_short, settle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


@pytest.fixture
def opened(file: Path) -> Session:
    return Session.open(file)


def look(session: Session) -> None:
    session.advance(POLL_S)


def test_saving_in_an_editor_is_like_a_knob(opened: Session, file: Path) -> None:
    settle(opened)
    opened.perform(Action.PLAY_PAUSE)
    opened.seek(20.0)
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: 3"))
    look(opened)
    assert opened.scenario.pacers.front_gap == 3
    settle(opened)
    wanted = [(0, load_short()), (opened.recording.from_tick, load_short("pacers.front_gap=3"))]
    assert opened.recording.from_tick >= 200
    assert bits(opened.recording) == bits(by_hand(wanted))
    state = opened.panel_state()
    assert (state.unsaved, state.can_undo, state.file_problem) == (False, 1, "")
    assert [mark.name for mark in opened.show.ghosts][-1] == "before: the file"
    opened.undo()
    assert opened.scenario == load_short()
    assert opened.panel_state().unsaved
    gap = next(k for k in opened.panel_state().knobs if k.path == "pacers.front_gap")
    assert (gap.value, gap.file_value, gap.changed) == ("1.5", "3", True)
    opened.reset("pacers.front_gap")
    assert opened.scenario.pacers.front_gap == 3


def test_what_was_turned_stays_unless_the_file_changes_just_that(
    opened: Session, file: Path
) -> None:
    opened.change("pacers.count", "1")
    opened.change("environment.temperature", "12")
    text = SHORT.replace("{reserve: 700}", "{reserve: 700, form: 1}")
    file.write_text(text + "environment: {temperature: 30}\n")
    look(opened)
    assert opened.scenario.environment.temperature == 30
    assert opened.scenario.runner.form == 1
    assert opened.scenario.pacers.count == 1


def test_an_error_is_shown_with_its_place_and_the_last_good_state_goes_on(
    opened: Session, file: Path
) -> None:
    opened.change("pacers.count", "1")
    before = opened.scenario
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: wide"))
    look(opened)
    assert opened.panel_state().file_problem.startswith("short.yaml:12:14  pacers.front_gap")
    assert opened.scenario is before
    assert opened.change("pacers.count", "0")
    opened.save()
    assert "problem" in opened.scene().notice
    assert "wide" in file.read_text()
    file.write_text(SHORT)
    look(opened)
    assert opened.panel_state().file_problem == ""
    assert opened.scenario.pacers.count == 0


def test_what_was_turned_yields_where_it_no_longer_fits(opened: Session, file: Path) -> None:
    opened.change("pacers.count", "2")
    one = SHORT.replace("{ahead: 1.2}, {ahead: -1.2}", "{ahead: 1.2}")
    file.write_text(one)
    look(opened)
    assert opened.panel_state().file_problem == ""
    assert opened.scenario.pacers.count is None
    assert len(opened.scenario.pacers.formation.slots) == 1


@pytest.mark.parametrize("left", [b"", SHORT.encode()[:77], b"\xff\xfe", b"\xc3", b"a: [1"])
def test_a_half_written_file_is_waited_for(opened: Session, file: Path, left: bytes) -> None:
    before = opened.scenario
    file.write_bytes(left)
    look(opened)
    assert opened.scenario is before
    assert opened.panel_state().file_problem
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: 2"))
    look(opened)
    assert opened.scenario.pacers.front_gap == 2
    assert opened.panel_state().file_problem == ""


def test_a_file_that_goes_and_comes_back(opened: Session, file: Path) -> None:
    file.unlink()
    look(opened)
    assert "gone" in opened.panel_state().file_problem
    assert opened.change("pacers.count", "1")
    file.mkdir()
    look(opened)
    assert opened.panel_state().file_problem
    file.rmdir()
    file.write_text(SHORT)
    look(opened)
    assert opened.panel_state().file_problem == ""
    file.unlink()
    opened.save()
    assert load_scenario(file).pacers.count == 1


def test_a_change_within_the_clocks_grain_is_seen(opened: Session, file: Path) -> None:
    was = file.stat()
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: 2.5"))
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    look(opened)
    assert opened.scenario.pacers.front_gap == 2.5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_that_takes_the_file_s_place_is_not_waited_for(opened: Session, file: Path) -> None:
    before = opened.scenario
    file.unlink()
    os.mkfifo(file)
    for _ in range(3):
        look(opened)
    assert "not a regular file" in opened.file_problem
    assert opened.scenario is before
    file.unlink()
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: 3"), encoding="utf-8")
    look(opened)
    assert opened.file_problem == ""
    assert opened.scenario.pacers.front_gap == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_in_the_place_of_a_named_file_is_not_waited_for(
    naming: Session, tmp_path: Path
) -> None:
    before = naming.scenario
    (tmp_path / "mine.yaml").unlink()
    os.mkfifo(tmp_path / "mine.yaml")
    for _ in range(3):
        look(naming)
    assert naming.file_problem
    assert naming.scenario is before


def test_a_wave_that_goes_from_the_file_takes_what_was_refused_of_it_along(
    opened: Session, file: Path
) -> None:
    without = file.read_text(encoding="utf-8")
    two = "wavelight: {waves: [{name: one}, {name: two, colour: blue}]}\n"
    file.write_text(without + two, encoding="utf-8")
    look(opened)
    assert not opened.change("wavelight.waves.0.length", "nan")
    assert not opened.change("wavelight.waves.1.length", "nan")
    file.write_text(without + two.replace(", {name: two, colour: blue}", ""), encoding="utf-8")
    look(opened)
    assert set(opened.editor.problems) == {"wavelight.waves.0.length"}


def test_a_quiet_file_is_not_read_over_and_over(
    opened: Session, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(opened)
    os.utime(file)

    def refuse(*_: object) -> str:
        raise AssertionError("read again")

    monkeypatch.setattr("simulator.session.scenario_file.read_text", refuse)
    look(opened)
    opened.advance(POLL_S / 2)
    assert file.exists()


def test_saving_writes_only_what_was_turned(opened: Session, file: Path) -> None:
    file.chmod(0o640)
    opened.change("plan.target", "1:03.5")
    opened.change("pacers.count", "1")
    opened.save()
    assert opened.scene().notice == "Saved short.yaml."
    expected = SHORT.replace("1:04.00   #", "1:03.50   #")
    expected = expected.replace("  front_gap: 1.5\n", "  front_gap: 1.5\n  count: 1\n")
    assert file.read_text() == expected
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert not opened.panel_state().unsaved
    assert [p.name for p in file.parent.iterdir()] == ["short.yaml"]
    look(opened)
    assert opened.panel_state().can_undo == 2, "what we wrote ourselves is no change"
    opened.undo()
    assert opened.panel_state().unsaved
    opened.save()
    assert file.read_text() == expected.replace("  count: 1\n", "")


def test_a_byte_order_mark_and_line_ends_stay(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + SHORT.replace("\n", "\r\n").encode())
    opened = Session.open(file)
    opened.change("pacers.front_gap", "2")
    opened.save()
    data = file.read_bytes()
    assert data == b"\xef\xbb\xbf" + SHORT.replace("1.5", "2").replace("\n", "\r\n").encode()


def test_saving_takes_over_what_was_just_written_elsewhere(opened: Session, file: Path) -> None:
    opened.change("pacers.count", "1")
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: 2"))
    opened.save()
    assert "front_gap: 2\n  count: 1\n" in file.read_text()


def test_what_cannot_be_written_says_so_and_nothing_is_lost(
    opened: Session, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.change("pacers.count", "1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    opened.save()
    assert "No space left" in opened.scene().notice
    assert file.read_text() == SHORT
    assert opened.panel_state().unsaved


def test_a_form_that_cannot_be_changed_in_place_is_told(file: Path) -> None:
    text = SHORT.replace("front_gap: 1.5", "front_gap: &gap 1.5\n  drop_back: *gap")
    file.write_text(text)
    opened = Session.open(file)
    opened.change("pacers.front_gap", "2")
    opened.save()
    assert "another file" in opened.scene().notice
    assert file.read_text() == text
    opened.save_as(file.parent / "other.yaml")
    assert load_scenario(file.parent / "other.yaml").pacers.front_gap == 2


def test_a_shipped_scenario_is_not_written_over(tmp_path: Path) -> None:
    shipped = configs_dir() / "monaco_2023.yaml"
    before = shipped.read_bytes()
    session = Session.open("monaco_2023", overrides=["pacers.count=1"])
    assert session.panel_state().unsaved
    session.save()
    assert "save it as another file" in session.scene().notice
    session.save_as(tmp_path / "mine")
    assert session.scene().notice == "Saved mine.yaml."
    assert shipped.read_bytes() == before
    assert session.panel_state().file == "mine.yaml"
    assert not session.panel_state().unsaved
    assert load_scenario(tmp_path / "mine.yaml").pacers.count == 1
    session.change("runner.form", "1")
    session.save()
    assert load_scenario(tmp_path / "mine.yaml").runner.form == 1


def test_saved_elsewhere_the_files_it_names_are_still_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "other.yaml").write_text(SHORT)
    text = SHORT + "  - {kind: scenario, file: other.yaml, name: other}\n"
    (tmp_path / "a" / "short.yaml").write_text(text)
    session = Session.open(tmp_path / "a" / "short.yaml")
    session.save_as(tmp_path / "b" / "short.yaml")
    assert session.scene().notice == "Saved short.yaml."
    moved = (tmp_path / "b" / "short.yaml").read_text()
    assert moved == text.replace("file: other.yaml", f"file: {tmp_path / 'a' / 'other.yaml'}")


def test_a_session_without_a_file_can_be_saved_as_one(session: Session, tmp_path: Path) -> None:
    session.save()
    assert "no file" in session.scene().notice
    session.change("pacers.count", "1")
    session.save_as(tmp_path / "new.yml")
    assert load_scenario(tmp_path / "new.yml") == session.scenario
    assert "\nplan:" in (tmp_path / "new.yml").read_text()
    session.save_as(tmp_path / "no" / "such" / "folder.yaml")
    assert "cannot be written" in session.scene().notice
    assert session.panel_state().file == "new.yml"


def test_a_file_that_needs_what_was_set_is_opened_with_it(file: Path) -> None:
    file.write_text(SHORT.replace("front_gap: 1.5", "front_gap: wide"))
    with pytest.raises(ScenarioError):
        Session.open(file)
    session = Session.open(file, overrides=["pacers.front_gap=2"])
    assert session.scenario.pacers.front_gap == 2
    assert not session.panel_state().unsaved


def test_the_session_says_what_it_runs(opened: Session) -> None:
    assert opened.panel_state().file == "short.yaml"
    assert opened.scenario == load_text(SHORT)


FORMATION = """name: mine
note: two
slots:
  - {ahead: 1.2}
  - {ahead: -1.2}
"""


@pytest.fixture
def naming(tmp_path: Path) -> Session:
    """A scenario that names a formation and a ghost, both in files beside it."""
    inline = "  formation:\n    slots: [{ahead: 1.2}, {ahead: -1.2}]\n"
    text = SHORT.replace(inline, "  formation: mine.yaml\n")
    text += "  - {name: other, kind: scenario, file: other.yaml, colour: cyan}\n"
    (tmp_path / "mine.yaml").write_text(FORMATION)
    (tmp_path / "other.yaml").write_text(SHORT)
    path = tmp_path / "naming.yaml"
    path.write_text(text)
    return settle(Session.open(path))


def ahead(session: Session) -> float:
    return session.scenario.pacers.formation.slots[1].ahead


def test_a_formation_s_own_file_is_watched_too(naming: Session, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(FORMATION.replace("-1.2", "-2.0"))
    look(naming)
    assert ahead(naming) == -2.0
    assert not naming.panel_state().unsaved
    beside = tmp_path / "mine.yaml.new"
    beside.write_text(FORMATION.replace("-1.2", "-3.0"))
    beside.replace(mine)
    look(naming)
    assert ahead(naming) == -3.0
    naming.undo()
    assert ahead(naming) == -2.0, "undo brings back what the file said then"
    naming.undo()
    assert ahead(naming) == -1.2


def test_an_error_in_a_named_file_is_told_with_its_own_place(
    naming: Session, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(FORMATION.replace("-1.2", "behind"))
    look(naming)
    assert naming.panel_state().file_problem.startswith(
        "mine.yaml:5:13  pacers.formation.slots.1.ahead"
    )
    assert ahead(naming) == -1.2
    mine.unlink()
    look(naming)
    assert "there is no such file" in naming.panel_state().file_problem
    assert ahead(naming) == -1.2
    mine.write_text(FORMATION.replace("-1.2", "-2.0"))
    look(naming)
    assert naming.panel_state().file_problem == ""
    assert ahead(naming) == -2.0


def test_a_ghost_s_file_that_changes_is_run_again(naming: Session, tmp_path: Path) -> None:
    def ghost() -> float | None:
        return next(mark.finish_s for mark in naming.show.ghosts if mark.name == "other")

    before, live = ghost(), naming.recording
    (tmp_path / "other.yaml").write_text(SHORT.replace("reserve: 700", "reserve: 900"))
    look(naming)
    naming.settle()
    after = ghost()
    assert before is not None
    assert after is not None
    assert after < before - 0.1
    assert naming.recording is live
    (tmp_path / "other.yaml").write_text(SHORT.replace("reserve: 700", "reserve: none"))
    look(naming)
    assert naming.panel_state().file_problem.startswith("other.yaml:4:19  runner.reserve")
    assert naming.change("pacers.count", "1"), "the last good state goes on"
    settle(naming)
    assert ghost() == after


def test_a_wave_s_new_name_is_saved_in_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "waves.yaml"
    waves = "wavelight:\n  waves:\n    - name: light   # hers\n      length: 8\n      on: yes\n"
    path.write_text(SHORT + waves)
    session = Session.open(path)
    session.change("pacers.follows", "light")
    session.change("wavelight.waves.0.name", "hers: 1")
    session.save()
    text = path.read_text()
    assert '- name: "hers: 1" # hers\n      length: 8\n      on: yes\n' in text
    assert load_scenario(path) == session.scenario
    assert session.scenario.pacers.follows == "hers: 1"


def test_a_strangers_file_is_replaced_only_when_told_twice(file: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.yaml"
    victim.write_text("something else")
    session = Session.open(file)
    session.change("pacers.count", "1")
    session.save_as(tmp_path / "victim")
    assert "is there already" in session.scene().notice
    assert victim.read_text() == "something else"
    session.save_as(tmp_path / "victim")
    assert load_scenario(victim).pacers.count == 1
    session.change("pacers.count", "0")
    session.save_as(tmp_path / "victim")  # it is one's own by now
    assert load_scenario(victim).pacers.count == 0


def test_a_row_may_be_written_as_people_write_it_and_is_changed_in_its_place(
    tmp_path: Path,
) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        "distance: 800\npacers: {count: 0}\nghosts: []\n"
        "plan:\n  splits:\n    440 yd: 57,5\n    Finish: 1:56,9\n"
    )
    opened = Session.open(file)
    assert opened.change("plan.splits.finish", "1:57.5")
    opened.save()
    assert "    440 yd: 57,5\n    Finish: 1:57.50\n" in file.read_text()


def test_a_ghosts_table_that_is_rewritten_in_its_old_time_is_read_again(tmp_path: Path) -> None:
    table, path = tmp_path / "run.csv", tmp_path / "s.yaml"
    table.write_text("200,31.0\n400,62.0\n", encoding="utf-8")
    text = "distance: 400\nplan: {target: 62}\npacers: {count: 0}\nghosts: [{file: run.csv}]\n"
    path.write_text(text, encoding="utf-8")
    session = Session.open(path)
    was = table.stat()
    table.write_text("200,31.0\n400,61.5\n", encoding="utf-8")
    os.utime(table, ns=(was.st_atime_ns, was.st_mtime_ns))
    look(session)
    assert [ghost.finish_s for ghost in session.show.ghosts] == [61.5]


def test_what_was_turned_of_a_ghost_stays_with_it_or_goes(file: Path) -> None:
    one, two = "{name: one, time: 1:05}", "{name: two, time: 1:06}"
    file.write_text(SHORT[: SHORT.index("ghosts:")] + f"ghosts: [{one}, {two}]\n")
    session = Session.open(file)
    assert session.change("ghosts.0.on", "no")
    file.write_text(SHORT[: SHORT.index("ghosts:")] + f"ghosts: [{two}]\n")
    look(session)
    assert [(ghost.name, ghost.on) for ghost in session.scenario.ghosts] == [("two", True)]


def test_the_files_plan_is_the_one_it_has_now(opened: Session) -> None:
    assert opened.change("plan.target", "1:03")
    opened.save()
    opened.undo()
    assert opened.scenario.plan.target == 64.0  # type: ignore[union-attr]
    opened.reset_split(None)
    assert opened.scenario.plan.target == 63.0  # type: ignore[union-attr]
    assert not opened.editor.unsaved


def test_a_given_race_that_is_gone_stops_no_window(tmp_path: Path) -> None:
    (tmp_path / "race.yaml").write_text(SHORT, encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(f"{SHORT}uncertainty: {{given: [race.yaml]}}\n", encoding="utf-8")
    session = Session.open(file)
    session.set_measure("chance")
    (tmp_path / "race.yaml").unlink()
    assert session.change("runner.kit.drag", "0.95")
    for _ in range(200):
        session.advance(0.02)
        session.run_results.jobs.poll(wait=session.run_results.jobs.busy)
        session.page_answers.poll(wait=session.page_answers.jobs.busy)
    assert not session.run_results.jobs.busy, "it is not tried over and over"
    assert not session.page_answers.jobs.busy
    assert "no such past race" in session.file_problem


GHOSTS = """ghosts:
  - file: gh.yaml # from a file
  - {file: solo}
  # about it
  - time: 1:06 # b
    note: >-
      folded
      text
  # - {time: 1:07}
"""


@pytest.fixture
def ghosts(tmp_path: Path) -> Session:
    """A scenario with ghosts that have no names."""
    (tmp_path / "gh.yaml").write_text("name: gh\nsplits: {200: 30, finish: 1:02}\n")
    (tmp_path / "solo.yaml").write_text(SHORT)
    path = tmp_path / "ghosts.yaml"
    path.write_text(SHORT[: SHORT.index("ghosts:")] + GHOSTS)
    return Session.open(path)


def saved_ghosts(session: Session) -> str:
    assert session.file is not None
    session.save()
    assert session.scene().notice == "Saved ghosts.yaml."
    text = session.file.path.read_text()
    assert load_scenario(session.file.path) == session.scenario
    return text[text.index("ghosts:") :]


def test_a_new_ghost_is_one_new_line(ghosts: Session) -> None:
    ghosts.add_ghost()
    line = "  - {colour: blue, kind: even, time: 1:04.00}\n"
    assert saved_ghosts(ghosts) == GHOSTS.replace("  # - {", line + "  # - {")
    ghosts.undo()
    ghosts.change("ghosts.2.time", "1:05")
    ghosts.add_ghost()
    wanted = GHOSTS.replace("  # - {", line + "  # - {").replace("1:06 #", "1:05.00 #")
    assert loosely(saved_ghosts(ghosts)) == loosely(wanted)


def test_a_kept_run_that_becomes_a_ghost_is_one_new_line(ghosts: Session) -> None:
    settle(ghosts)
    ghosts.pin()
    ghosts.ghost_of_pin(1)
    before, line, after = saved_ghosts(ghosts).partition("  - {name: as in the file, ")
    assert line
    assert before + "  # - " + after.partition("\n  # - ")[2] == GHOSTS


@pytest.mark.parametrize(
    ("index", "gone"),
    [
        (0, "  - file: gh.yaml # from a file\n"),
        (1, "  - {file: solo}\n"),
        (2, "  - time: 1:06 # b\n    note: >-\n      folded\n      text\n"),
    ],
)
def test_a_ghost_that_goes_takes_only_its_lines_along(
    ghosts: Session, index: int, gone: str
) -> None:
    ghosts.remove_ghost(index)
    assert saved_ghosts(ghosts) == GHOSTS.replace(gone, "")
    ghosts.undo()
    again = saved_ghosts(ghosts)
    assert again.count("\n  - ") == 3
    assert {"  # about it", "  # - {time: 1:07}"} < set(again.splitlines())


def test_a_new_ghost_of_breaking4_leaves_the_published_one_alone(tmp_path: Path) -> None:
    text = (configs_dir() / "breaking4.yaml").read_text(encoding="utf-8")
    path = tmp_path / "b4.yaml"
    path.write_text(text, encoding="utf-8")
    session = Session.open(path)
    session.add_ghost()
    session.save()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line not in text.splitlines()] == [
        "  - {colour: blue, kind: even, time: 3:59.99}"
    ]
    assert len(lines) == len(text.splitlines()) + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SHORT.replace("1:04.00   #", "1:04.00\t#"), " without comments of the old file"),
        (
            "{distance: 400, # m\nplan: {target: 1:04}, ghosts: []}",
            " without comments of the old file",
        ),
        ("{distance: 400, plan: {target: 1:04}, ghosts: []}", ""),
        (SHORT, ""),
    ],
)
def test_saved_elsewhere_comments_that_are_lost_are_told(
    file: Path, tmp_path: Path, text: str, told: str
) -> None:
    file.write_text(text)
    session = Session.open(file)
    session.change("runner.form", "1")
    session.save_as(tmp_path / "other")
    assert session.scene().notice == f"Saved other.yaml{told}."
    assert "#" in (tmp_path / "other.yaml").read_text() or "#" not in text or told


def test_a_new_pacer_and_a_new_wave_leave_the_comments_of_the_others(file: Path) -> None:
    slots = "    slots:\n      - {ahead: 1.2} # one\n      # behind\n      - ahead: -1.2 # two\n"
    waves = "wavelight:\n  waves:\n    - name: one # first\n    # second\n    - {name: two}\n"
    text = SHORT.replace("    slots: [{ahead: 1.2}, {ahead: -1.2}]\n", slots) + waves
    file.write_text(text)
    session = Session.open(file)
    session.add_wave()
    assert session.direct_edits.add(3.0, 0.0) == ""
    session.save()
    assert session.scene().notice == "Saved short.yaml."
    said = file.read_text()
    assert (
        "      - {ahead: 1.5, name: pacer 1} # one\n      # behind\n      - ahead: -1.2 # two\n"
        in said
    )
    assert "      - {ahead: 3, name: pacer 3}\n" in said
    assert "    - name: one # first\n    # second\n    - {name: two}\n    - {name: wave 2," in said
    assert load_scenario(file) == session.scenario


def loosely(text: str) -> str:
    """Return a text with one space between words of a line."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())
