"""Names that people have, and names that nobody has, in every picture, page, table and sentence."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from simulator.cli import main
from simulator.errors import ScenarioError
from simulator.recording.store import load_recording
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.model import Scenario
from simulator.session import Session
from simulator.session.history import flow
from simulator.view.app import App
from tests.faults.commands import environment, lightpace
from tests.session.short import SHORT

NAMES = {
    "quotes": """O'Neill "the wave" \\ `x` $HOME %s {0} [bold]red[/bold]""",
    "markup": "</script><b onload=alert(1)>&amp;<!--",
    "emoji": "🏃🏽\u200d♀️ 4:00 🇰🇪",
    "right to left": "سباق الميل \u202e4:00\u202c שלום",
    "combining": "Z\u0351\u036b\u0343a\u0325l\u0355g\u0319o\u0352 ﷽",
    "as long as it may be": "x" * 200,
}


def named(name: str) -> str:
    """Return a short race in which everything that has a name has this one."""
    text = SHORT.replace("name: short\n", f"name: {flow(name)}\nnote: {flow(name)}\n")
    text = text.replace("name: even 1:05", f"name: {flow(name)}")
    pacer = flow(name[:100])
    return text.replace("slots: [{ahead: 1.2}", f"slots: [{{ahead: 1.2, name: {pacer}}}")


def wanted(name: str) -> Scenario:
    return load_text(named(name), "named.yaml")


@pytest.mark.parametrize("kind", NAMES)
def test_every_command_takes_any_name(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "named.yaml"
    file.write_text(named(NAMES[kind]), encoding="utf-8")
    commands = [
        ["simulate", "--csv", "a.csv", "--save", "a.npz"],
        ["still", "-o", "a.png", "--size", "640x360"],
        ["report", "-o", "a.html"],
        ["film", "-o", "a.mp4", "--size", "160x90", "--fps", "5", "--to", "0.4"],
        ["sheet", "-o", "a.txt"],
    ]
    for command, *rest in commands:
        with pytest.raises(SystemExit) as end:
            main([command, str(file), *rest])
        said = capfd.readouterr()
        assert not end.value.code, (command, said)
        assert "Traceback" not in said.err
    assert sorted(p.suffix for p in tmp_path.iterdir()) == sorted(
        [".yaml", ".csv", ".npz", ".png", ".html", ".mp4", ".txt"]
    )
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<b onload" not in page
    assert page.count("</script>") == page.count("<script")
    assert (
        wanted(NAMES[kind]).name
        == Scenario.model_validate_json(load_recording(tmp_path / "a.npz").scenario_json).name
    )


@pytest.mark.parametrize("kind", NAMES)
def test_the_window_shows_any_name(kind: str) -> None:
    session = Session(wanted(NAMES[kind]), start_at_s=30.0)
    app = App(session, size=(1024, 576))
    for _ in range(3):
        app.frame(1 / 60)
    session.notify(NAMES[kind])
    session.pin()
    app.frame(1 / 60)
    pygame.display.quit()


def test_a_name_of_ten_thousand_characters_is_refused_with_its_length() -> None:
    with pytest.raises(ScenarioError, match="longer than 200 characters") as refused:
        wanted("x" * 10_000)
    assert len(str(refused.value)) < 2000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows fewer names")
@pytest.mark.parametrize(
    "name", ['it\'s "mine".yaml', "🏃 سباق.yaml", "-o.yaml", "[red]a b\n.yaml"]
)
def test_a_file_may_have_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(SHORT, encoding="utf-8")
    code, said = checked(f"./{name}", capfd)
    assert (code, "no problems" in said) == (0, True), said
    code, said = checked(f"./absent {name}", capfd)
    assert (code, "Traceback" in said) == (2, False), said


def checked(name: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code of `check` and what it said."""
    with pytest.raises(SystemExit) as end:
        main(["check", name])
    return int(end.value.code or 0), "".join(capfd.readouterr())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows fewer names")
def test_a_process_is_given_any_name(tmp_path: Path) -> None:
    name = "🏃 'سباق'\n.yaml"
    (tmp_path / name).write_text(SHORT, encoding="utf-8")
    ended = lightpace(["check", f"./{name}"], tmp_path)
    assert (ended.code, "no problems" in ended.said) == (0, True), ended


def test_a_name_longer_than_any_file_s_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    code, said = checked("x" * 10_000, capfd)
    assert code == 2
    assert "cannot be a file's name" in said
    assert len(said) < 1500


# -- decimal commas -------------------------------------------------------------------------------


def made_locale(folder: Path) -> dict[str, str]:
    """Return an environment with decimal commas, made with localedef where that is here."""
    if shutil.which("localedef") is None:
        return {"LC_ALL": "de_DE.UTF-8"}
    command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")]
    subprocess.run(command, capture_output=True, check=False)
    return {"LC_ALL": "de_DE.UTF-8", "LOCPATH": str(folder)}


COMMAS = """
import locale, sys
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    sys.exit(77)
if locale.localeconv()["decimal_point"] != ",":
    sys.exit(77)
"""
COMMANDS = """
from simulator.analysis import uncertainty
from simulator.cli import main
uncertainty.sampled.__defaults__ = (50, 1)  # as in tests/samples.py
for command in (
    ["simulate", "../short.yaml", "--csv", "a.csv", "--set", "plan.target=1:03.5"],
    ["sheet", "../short.yaml", "-o", "a.txt"],
    ["report", "../short.yaml", "-o", "a.html"],
):
    try:
        main(command)
    except SystemExit as end:
        assert not end.code, command
"""


@pytest.mark.skipif(sys.platform == "win32", reason="locales of POSIX")
@pytest.mark.slow  # .ci/run runs it
def test_decimal_commas_change_no_output(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    written = {}
    for place, before in (("plain", ""), ("commas", COMMAS)):
        folder = tmp_path / place
        folder.mkdir()
        changed = made_locale(tmp_path) if before else {}
        done = subprocess.run(
            [sys.executable, "-c", before + COMMANDS],
            cwd=folder,
            env=environment(**changed),
            capture_output=True,
            check=False,
        )
        if done.returncode == 77:
            pytest.skip("no locale with decimal commas can be had here")
        assert done.returncode == 0, done.stderr
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        written[place] = {**files, "said": done.stdout}
    assert written["plain"] == written["commas"]


# -- two at once ----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="one of two may hold the file there")
@pytest.mark.parametrize("name", ["a.npz", pytest.param("a.mp4", marks=pytest.mark.slow)])
def test_two_copies_writing_one_file_leave_one_whole_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    small = ["--size", "160x90", "--fps", "5", "--speed", "16", "--force", "-o", name]
    words = {
        "a.npz": ["simulate", "short.yaml", "--save", name],
        "a.mp4": ["film", "short.yaml", *small],
    }[name]
    command = [sys.executable, "-m", "simulator", *words]
    both = [
        subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [child.wait(180) for child in both] == [0, 0]
    assert {path.name for path in tmp_path.iterdir()} == {"short.yaml", name}
    one = (tmp_path / name).read_bytes()
    assert lightpace(words, tmp_path).code == 0
    assert len((tmp_path / name).read_bytes()) == pytest.approx(len(one), rel=0.02)


def test_two_windows_on_one_file_take_over_what_the_other_saves(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(SHORT, encoding="utf-8")
    one, other = Session.open(file), Session.open(file)
    one.change("pacers.front_gap", "1.80")
    one.save()
    other.advance(1.0)
    assert other.scenario == one.scenario
    other.change("runner.reserve", "650")
    other.save()
    one.advance(1.0)
    assert one.scenario == other.scenario == load_scenario(file)


def test_a_scenario_deleted_while_it_is_watched_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(SHORT, encoding="utf-8")
    session = Session.open(file, start_at_s=20.0)
    app = App(session, size=(640, 360))
    file.unlink()
    for _ in range(60):
        app.frame(1 / 60)
    assert "is gone" in session.file_problem
    session.change("pacers.front_gap", "1.80")
    session.save()
    assert load_scenario(file) == session.scenario
    for _ in range(60):
        app.frame(1 / 60)
    assert session.file_problem == ""
    shutil.rmtree(tmp_path)
    for _ in range(60):
        app.frame(1 / 60)
    session.save()
    assert "cannot be written" in session.scene().notice
    pygame.display.quit()
