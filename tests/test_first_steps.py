"""The commands of the first minutes, and files that are named from the user's own folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import LightpaceWarning, cli, files, load_scenario, simulate
from simulator.cli import first_steps, terminal
from simulator.cli.first_steps import THEMES, man_page
from simulator.errors import LightpaceError, ScenarioError, ThemeError
from simulator.files import SETTINGS, asset_path, configs_dir
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.story import load_story
from simulator.signals import CODES
from simulator.view import theme
from simulator.view.preferences import settings_file
from simulator.view.theme import theme_named

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's own folder, which is not there yet."""
    folder = tmp_path / "own"
    monkeypatch.setattr("simulator.scenario.reading.user_dir", lambda: folder)
    monkeypatch.setattr(files, "user_dir", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Put the handlers of signals back that a command sets."""
    import signal  # noqa: PLC0415

    before = {number: signal.getsignal(number) for number in CODES}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def lightpace(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


# -- new -----------------------------------------------------------------------------------------


def test_what_the_starter_says_is_all_true() -> None:
    """Each value that stands there as a comment is the default: uncommenting changes nothing."""
    starter = asset_path("starter.yaml").read_text(encoding="utf-8")
    written = load_text(starter)
    assert written.name == "My attempt"
    lines = [re.sub(r"^# (environment:|  )", r"\1", line) for line in starter.splitlines()]
    assert len([line for line in lines if line not in starter.splitlines()]) >= 9
    said = load_text("\n".join(lines))
    assert said.environment == written.environment == Scenario().environment
    assert said.runner == written.runner
    assert simulate(said).finish_s == simulate(written).finish_s


def test_every_line_of_the_starter_may_go_and_it_says_which_change_something() -> None:
    starter = asset_path("starter.yaml").read_text(encoding="utf-8")
    head, _, text = starter.partition("\nname:")
    lines = f"name:{text}".splitlines()
    written = load_text("\n".join(lines))

    def without(line: str) -> Scenario:
        return load_text("\n".join(each for each in lines if each != line))

    values = [line for line in lines if re.match(r" *(- )?[\w{]+:? *[^#:]", line)]
    values = [line for line in values if line.partition(" #")[0].strip()[-1] != ":"]
    changing = {line.partition(" #")[0].strip() for line in values if without(line) != written}
    names = {"name: My attempt", "name: Runner"}
    assert changing == {
        *names,
        "target: 4:00",
        "formation: breaking4",
        "- {name: even 4:00, time: 4:00}",
    }
    assert len(values) == len(changing) + 2  # distance and shape
    said = " ".join(head.replace("\n# ", " ").split())
    assert "without `target` she sets out for 3:59.99" in said
    assert without("  target: 4:00").plan.target == 239.99  # type: ignore[union-attr]
    assert "without `formation` she runs alone" in said
    formation = next(line for line in values if "formation:" in line)
    assert without(formation).pacers.running == 0
    assert "without their names it is Breaking4 and she is Faith Kipyegon" in said
    assert without("name: My attempt").name == "Breaking4"
    assert without("  name: Runner").runner.name == "Faith Kipyegon"


@pytest.mark.parametrize("source", [(), ("--from", "solo"), ("--from", "breaking4")])
def test_new_writes_a_scenario_that_check_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, source: tuple[str, ...]
) -> None:
    file = tmp_path / "my.yaml"
    code, said, complaint = lightpace(capsys, "new", file, *source)
    assert (code, complaint) == (0, "")
    assert f"lightpace run {file}" in said
    text = file.read_text(encoding="utf-8")
    assert "#" in text
    assert "$schema" not in text
    assert lightpace(capsys, "check", file)[0] == 0
    if source:
        assert load_scenario(file) == load_scenario(source[1])
    code, _, complaint = lightpace(capsys, "new", file)
    assert (code, "--force" in complaint) == (1, True)
    assert file.read_text(encoding="utf-8") == text
    assert lightpace(capsys, "new", file, "--force")[0] == 0


def test_new_refuses_a_copy_that_would_lose_its_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "here" / "a.yaml"
    source.parent.mkdir()
    source.write_text("name: a\nghosts: [{file: b.yaml}]\n", encoding="utf-8")
    (source.parent / "b.yaml").write_text("name: b\n", encoding="utf-8")
    code, _, complaint = lightpace(capsys, "new", tmp_path / "c.yaml", "--from", source)
    assert (code, "ghosts.0.file" in complaint) == (2, True)
    assert not (tmp_path / "c.yaml").exists()


def test_a_bare_name_is_written_into_the_users_own_folder_and_found_there(
    capsys: pytest.CaptureFixture[str], users: Path
) -> None:
    assert lightpace(capsys, "new", "mine")[0] == 0
    assert (users / "mine.yaml").is_file()
    assert load_scenario("mine").name == "My attempt"
    assert lightpace(capsys, "check", "mine")[0] == 0
    code, _, complaint = lightpace(capsys, "new", "solo")
    assert (code, "choose another name" in complaint) == (2, True)


@pytest.mark.usefixtures("users")
def test_new_says_how_a_name_of_two_words_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = lightpace(capsys, "new", "na me")
    assert (code, "`lightpace run 'na me'` shows it" in said) == (0, True)


@pytest.mark.parametrize("name", ["-", ".", "..", " "])
def test_new_takes_no_name_that_is_none(
    capsys: pytest.CaptureFixture[str], users: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(users.parent)
    code, _, complaint = lightpace(capsys, "new", name)
    assert (code, f"'{name}' is no name of a scenario" in complaint) == (2, True)
    assert not list(users.parent.iterdir())


# -- the user's own folder -----------------------------------------------------------------------


def test_every_kind_of_file_is_found_by_its_name(
    users: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "evening.lightpace.yaml": "name: An evening\nrunner: anna\npacers: {formation: trident}\n",
        "formations/trident.yaml": "name: trident\nslots: [{ahead: 1.3}, {ahead: 2.6}]\n",
        "runners/anna.yaml": "name: Anna\nheight: 1.8\n",
        "stories/talk.yaml": "name: A talk\nchapters: [{name: One, until: finish}]\n",
        "themes/club.yaml": 'base: daylight\ntarget: "#0057b8"\n',
    }
    for name, text in files.items():
        (users / name).parent.mkdir(parents=True, exist_ok=True)
        (users / name).write_text(text, encoding="utf-8")
    scenario = load_scenario("evening")
    assert (scenario.runner.name, len(scenario.pacers.formation.names())) == ("Anna", 2)
    assert load_scenario("solo", overrides=["runner=anna"]).runner.height == 1.8
    assert load_text("ghosts: [{kind: scenario, file: evening}]").ghosts
    assert load_story("stories/talk").story.name == "A talk"
    assert theme_named("club").target == (0, 87, 184)
    listed = json.loads(lightpace(capsys, "list", "--json")[1])
    yours = {kind: [row["name"] for row in rows if row["yours"]] for kind, rows in listed.items()}
    assert yours == {
        "scenarios": ["evening"],
        "formations": ["trident"],
        "runners": ["anna"],
        "stories": ["stories/talk"],
        "themes": ["club"],
    }
    with pytest.raises(ScenarioError, match="did you mean trident"):
        load_scenario("solo", overrides=["pacers.formation=tridant"])
    with pytest.raises(ThemeError, match="club"):
        theme_named("clob")


def test_a_shipped_name_means_the_shipped_file_everywhere(
    users: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users.mkdir()
    (users / "solo.yaml").write_text("name: mine\n", encoding="utf-8")
    assert load_scenario("solo").name == "Solo"
    listed = json.loads(lightpace(capsys, "list", "scenarios", "--json")[1])
    assert not any(row["yours"] for row in listed["scenarios"])


def test_the_window_remembers_in_the_users_folder() -> None:
    assert settings_file() == files.user_dir() / SETTINGS


def test_what_the_window_remembers_is_no_scenario(
    users: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users.mkdir()
    (users / SETTINGS).write_text("theme: night\n", encoding="utf-8")
    listed = json.loads(lightpace(capsys, "list", "scenarios", "--json")[1])
    assert not any(row["yours"] for row in listed["scenarios"])
    code, _, complaint = lightpace(capsys, "new", "settings", "--force")
    assert (code, "choose another name" in complaint) == (2, True)
    assert (users / SETTINGS).read_text(encoding="utf-8") == "theme: night\n"


def test_a_sweep_takes_the_users_own_formation_with_it(users: Path) -> None:
    from simulator.analysis.sweep import grid_of, request_of  # noqa: PLC0415

    (users / "formations").mkdir(parents=True)
    text = "name: trident\nslots: [{ahead: 1.3}]\n"
    (users / "formations/trident.yaml").write_text(text, encoding="utf-8")
    (users / "mine.yaml").write_text("pacers: {formation: trident}\n", encoding="utf-8")
    request = request_of("mine", grid_of(["runner.mass=42,43"]))
    assert any("slots" in change for change in request.source.changes)


# -- list, doctor, man ---------------------------------------------------------------------------


def test_list_has_a_line_for_everything_that_is_shipped(
    capsys: pytest.CaptureFixture[str], users: Path
) -> None:
    code, said, complaint = lightpace(capsys, "list")
    assert (code, complaint) == (0, "")
    for folder in ("", "formations", "runners", "stories"):
        for path in (configs_dir() / folder).glob("*.yaml"):
            name = f"stories/{path.stem}" if folder == "stories" else path.stem
            assert re.search(rf"^  {name} +\w.{{9,}}", said, re.MULTILINE), name
    assert THEMES.keys() == theme.THEMES.keys()
    assert lightpace(capsys, "list", "themes")[1].count("\n") < 10
    assert lightpace(capsys, "list", "cats")[0] == 2
    assert not users.exists()


def test_list_says_which_of_the_users_files_is_not_usable(
    users: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users.mkdir()
    (users / "odd.yaml").write_bytes(b"\xff\xfename")
    code, said, _ = lightpace(capsys, "list", "scenarios")
    assert (code, "not usable: is encoded as UTF-16" in said) == (0, True)


def test_doctor_says_what_is_here_and_names_no_user(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: ROOT.parent)
    code, said, _ = lightpace(capsys, "doctor", "--json")
    facts = json.loads(said)
    assert code == 0
    assert facts.keys() == first_steps._LOOKS.keys()
    assert facts["packages"].count("MISSING") == 0
    assert all(name in facts["packages"] for name in ("numpy", "pygame-ce", "ruamel"))
    assert str(ROOT) not in said
    assert facts["files"].startswith(str(Path("~") / ROOT.name))

    def broken() -> str:
        raise LightpaceError("There is no font.")

    monkeypatch.setitem(first_steps._LOOKS, "fonts", broken)
    code, said, complaint = lightpace(capsys, "doctor")
    assert (code, "BROKEN: There is no font." in said) == (1, True)
    assert complaint == "Not in order: fonts.\n"


def test_doctor_names_every_extra() -> None:
    import tomllib  # noqa: PLC0415

    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    missing = {name for name in extras if name not in ("dev", "docs")} - first_steps.EXTRAS.keys()
    assert missing == set()
    for extra, package in first_steps.EXTRAS.items():
        assert any(text.startswith(package) for text in extras[extra]), extra


def test_the_manual_page_is_current_and_says_what_help_says() -> None:
    page, file = man_page(), ROOT / "docs" / "lightpace.1"
    for names in cli.HOMES.values():
        assert all(f".SS lightpace {name}" in page for name in names)
    if os.environ.get("RENEW_GOLDEN"):
        file.write_text(page, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == page, "make golden writes it again"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff reads the page")
def test_roff_finds_nothing_to_complain_of() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", str(ROOT / "docs" / "lightpace.1")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Open the window and watch the attempt" in done.stdout


def test_every_command_is_registered_where_it_stands() -> None:
    program = "from simulator.cli import main; main(['doctor', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, "paste it" in done.stdout) == (0, True)


# -- logging and warnings ------------------------------------------------------------------------

HOT = ("--set", "environment.temperature=45", "--set", "environment.humidity=80")


def test_beyond_the_sources_is_a_warning_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, complaint = lightpace(capsys, "simulate", "solo", *HOT)
    assert (code, "finish" in said) == (0, True)
    (line,) = complaint.splitlines()
    assert line.startswith("warning: A heat of ")
    assert lightpace(capsys, "simulate", "solo")[2] == ""
    code, said, complaint = lightpace(capsys, "check", "solo", *HOT)
    assert (code, complaint, said.count("A heat of ")) == (0, "", 1)
    with pytest.warns(LightpaceWarning, match="A heat of "):
        terminal.load("solo", [HOT[1], HOT[3]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        terminal.load("solo", [])


def test_verbose_logs_to_stderr_and_leaves_stdout_alone() -> None:
    command = [sys.executable, "-m", "lightpace", "-v", "check", "solo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "solo: Solo, no problems\n")
    assert "INFO simulator.scenario.reading: reading " in done.stderr
    assert "solo.yaml" in done.stderr
