from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text, scenario_to_dict
from simulator.scenario.model import RecordingGhost, Scenario, ScenarioGhost, SplitGhost
from simulator.scenario.reading import MAX_BYTES

SHORTEST = "name: Three lines\ndistance: 1500 m\nplan: {target: 3:50}\n"


def refused(source: str | Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(source, overrides=overrides)
    assert caught.value.exit_code == 2
    return [str(p) for p in caught.value.problems]


def test_the_shortest_useful_file_has_three_lines(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(SHORTEST)
    scenario = load_scenario(path)
    assert scenario.name == "Three lines"
    assert scenario.distance == 1500
    assert scenario.runner.name == "Faith Kipyegon"
    assert scenario.pacers.line_up() == [], "nobody who was not named"


def test_a_shipped_scenario_is_found_by_its_name_and_a_file_beside_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_scenario("breaking4").name == "Breaking4"
    (tmp_path / "solo").mkdir()
    assert load_scenario("solo").name == "Solo"
    (tmp_path / "breaking4").write_text(SHORTEST)
    assert load_scenario("breaking4").name == "Three lines"
    assert load_scenario(configs_dir() / "solo.yaml").pacers.count == 0


@pytest.mark.parametrize("time", ["4:06.42", '"4:06.42"', "246.42", "'246.42'", "04:06.42"])
def test_a_time_is_the_same_in_every_notation(time: str) -> None:
    plan = load_text(f"plan: {{target: {time}}}").plan
    assert getattr(plan, "target", None) == pytest.approx(246.42)


def test_another_distance_has_no_ghost_of_the_mile() -> None:
    assert [g.name for g in load_text("name: x").ghosts] == ["even 4:00.00"]
    assert load_text("distance: 10 km\nplan: {target: 29:00}").ghosts == ()


def test_a_missing_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    assert refused("braking4") == ["braking4  there is no such file  (did you mean breaking4?)"]
    assert refused(tmp_path / "brealing4.yaml")[0].endswith("(did you mean breaking4?)")
    assert "(lightpace list names those that ship)" in refused("qqqqqqqq")[0]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == [f"{tmp_path}  this is a directory, not a file"]
    assert refused("a\0b\n")[0].startswith("'a\\x00b\\n'  there is no such file")
    assert len(refused("x" * 100_000)[0]) < 500
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "not a regular file" in refused(tmp_path / "pipe")[0]


@pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", lambda: 1)() == 0,
    reason="root reads everything",
)
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(SHORTEST)
    path.chmod(0)
    assert "cannot be read" in refused(path)[0]


def test_a_file_over_a_megabyte_is_refused_unparsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"[" * (MAX_BYTES + 1))
    assert refused(path) == [f"{path}  is larger than 1 MB  (is it a scenario?)"]
    padding = b"#" * (MAX_BYTES - 1 - len(SHORTEST)) + b"\n"
    path.write_bytes(padding + SHORTEST.encode())
    assert load_scenario(path).name == "Three lines"


def test_another_encoding_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("name: ä\nnote: é\n".encode().replace(b"\xc3\xa9", b"\xe9"))
    assert refused(path) == [f"{path}:2:7  byte 15 (0xe9) is not UTF-8  (save the file as UTF-8)"]
    path.write_bytes(SHORTEST.encode("utf-16"))
    assert refused(path) == [f"{path}:1:1  is encoded as UTF-16  (save the file as UTF-8)"]
    path.write_bytes(b"\xef\xbb\xbf" + SHORTEST.encode())
    assert load_scenario(path).name == "Three lines"
    path.write_bytes(SHORTEST.replace("\n", "\r\n").encode())
    assert load_scenario(path).name == "Three lines"


def test_bad_yaml_has_a_line_and_a_column(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("name: a\nplan: {target: 4:00\n")
    (line,) = refused(path)
    assert line.startswith(f"{path}:3:1  this is not valid YAML")
    path.write_text("")
    assert refused(path)[0].startswith(f"{path}:1:1  the file is empty")


def test_ghosts_files_are_found_from_the_scenarios_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "other.yaml").write_text(SHORTEST)
    (tmp_path / "run.npz").write_bytes(b"anything")
    path = tmp_path / "sub" / "f.yaml"
    path.write_text(
        "ghosts:\n"
        "  - {kind: scenario, file: ../other.yaml, name: a}\n"
        "  - {kind: recording, file: ../run.npz, name: b}\n"
        "  - {file: solo, name: c}\n"
    )
    a, b, c = load_scenario(path).ghosts
    assert isinstance(a, ScenarioGhost)
    assert a.file == str((tmp_path / "other.yaml").resolve())
    assert isinstance(b, RecordingGhost)
    assert b.file == str((tmp_path / "run.npz").resolve())
    assert isinstance(c, ScenarioGhost)
    assert c.file == str((configs_dir() / "solo.yaml").resolve())


def test_a_scenario_that_names_itself_is_refused_and_a_ring_of_two_is_not(tmp_path: Path) -> None:
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    a.write_text("ghosts:\n  - {kind: scenario, file: ./a.yaml}\n")
    what = "a scenario cannot be its own ghost  (name another one)"
    assert refused(a) == [f"{a}:2:28  ghosts.0.file  {what}"]
    link = tmp_path / "link.yaml"
    link.symlink_to(a)
    assert what in refused(link)[0]
    a.write_text("ghosts: [{kind: scenario, file: b.yaml}]\n")
    b.write_text("ghosts: [{kind: scenario, file: a.yaml}]\n")
    assert len(load_scenario(a).ghosts) == 1
    assert load_scenario(b, with_ghosts=False).ghosts == ()


def test_a_ghost_that_cannot_be_used_is_listed_with_its_own_place(tmp_path: Path) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "other.yaml"
    other.write_text("name: x\nrunner: {mass: 1}\n")
    path.write_text(
        "ghosts:\n"
        "  - {kind: scenario, file: other.yaml}\n"
        "  - {kind: scenario, file: othr.yaml}\n"
        "  - {kind: recording, file: .}\n"
    )
    assert refused(path) == [
        f"{path}:3:28  ghosts.1.file  there is no such file  (did you mean other.yaml?)",
        f"{path}:4:29  ghosts.2.file  this is a directory, not a file",
        f"{other}:2:16  runner.mass  must be at least 30, not 1",
    ]


def test_a_ghosts_own_ghosts_and_published_result_are_ignored(tmp_path: Path) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "other.yaml"
    other.write_text("published: gone\nghosts: [{kind: scenario, file: gone.yaml}]\n")
    path.write_text("ghosts: [{kind: scenario, file: other.yaml}]\n")
    assert len(load_scenario(path).ghosts) == 1


def test_a_scenario_comes_back_equal_from_plain_values() -> None:
    for name in ("breaking4", "monaco_2023", "bannister_1954", "wait_for_runner"):
        scenario = load_scenario(name)
        plain = scenario_to_dict(scenario)
        assert Scenario.model_validate(plain) == scenario
    table = scenario_to_dict(load_scenario("breaking4"))["ghosts"][1]["splits"]
    assert table["200"] == 30.07
    assert table["800"] == {"time": 120.75, "tolerance": 0.2}
    assert table["finish"] == 246.42


def test_the_published_ghost_says_which_clock_it_is_on() -> None:
    scenario = load_scenario("breaking4")
    published = next(g for g in scenario.ghosts if g.name == scenario.published)
    assert isinstance(published, SplitGhost)
    assert "4:06.91" in published.note
    assert {s.distance: s.tolerance for s in published.splits if s.tolerance} == {800: 0.2}
    assert {s.distance for s in published.splits} == {200, 400, 600, 800, 1000, 1200, None}


def test_merged_mappings_and_keys_that_are_left_out_make_a_scenario() -> None:
    text = """\
x-long: &long {length: 12, pace_end: tail}
wavelight:
  x-note: [whatever]
  waves:
    - {<<: *long, name: goal}
    - {<<: *long, name: record, length: 8, plan: {target: 4:07.64}}
"""
    goal, record = load_text(text).wavelight.waves
    assert (goal.name, goal.length, goal.pace_end) == ("goal", 12, "tail")
    assert (record.length, record.pace_end) == (8, "tail")
    wrong = text.replace("tail", "tial")
    with pytest.raises(ScenarioError) as caught:
        load_text(wrong, "f")
    assert {(p.line, p.column) for p in caught.value.problems} == {(1, 38)}


def test_importing_the_room_builds_no_validator() -> None:
    """It takes as long as everything else in the room; a section's is built when it is needed."""
    program = (
        "import sys; import simulator.scenario.story; "
        "from simulator.scenario.fields import Section; "
        "built = [s for s in Section.__subclasses__() if s.__pydantic_complete__]; "
        "sys.exit(str(built) if built else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
