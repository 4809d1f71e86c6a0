"""The command line as people use it; what only a process of its own can show is run as one."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import typer

from simulator import cli
from simulator.analysis.references import plan_reference
from simulator.cli import main, terminal
from simulator.cli.terminal import app
from simulator.files import configs_dir
from simulator.physics.attempt import simulate
from simulator.physics.compiled import STATUS
from simulator.recording.store import load_recording
from simulator.scenario.loader import load_scenario, load_text
from simulator.scenario.schema import schema_text
from simulator.scenario.story import load_story_text
from simulator.stage.keys import BINDINGS, PRESENTING, Binding
from simulator.stage.story import compile_story
from simulator.units import format_signed, format_time, whole_metres
from simulator.view.text import font_for
from tests.samples import few_samples
from tests.session.short import FAILING

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted(path.stem for path in configs_dir().glob("*.yaml"))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Lightpace = Callable[..., Outcome]


@pytest.fixture
def lightpace(capsys: pytest.CaptureFixture[str]) -> Iterator[Lightpace]:
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(int(end.value.code or 0), said.out, said.err)

    yield run
    signal.signal(signal.SIGTERM, handler)


def process(*command: str, **changes: str | None) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def ended(child: subprocess.Popen[str]) -> Outcome:
    out, err = child.communicate(timeout=120)
    return Outcome(child.returncode, out, err)


# -- simulate ------------------------------------------------------------------------------------


def test_simulate_prints_a_table_and_what_it_means(lightpace: Lightpace) -> None:
    done = lightpace("simulate", "breaking4")
    run = simulate(load_scenario("breaking4"))
    assert (done.code, done.err) == (0, "")
    head = done.out.splitlines()[1]
    for column in ("plan", "run", "gap", "even 4:00.00", "Kipyegon 4:06.42", "residual"):
        assert column in head
    assert run.finish_s is not None
    assert f"finish {format_time(run.finish_s)}" in done.out
    for fact in ("lost the light at", "mean shelter", "from the reserve", "residual: "):
        assert fact in done.out


def test_a_light_is_not_kept_to_a_line_that_is_not_reached(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    (tmp_path / "failing.yaml").write_text(FAILING, encoding="utf-8")
    done = lightpace("simulate", str(tmp_path / "failing.yaml"))
    assert "did not finish" in done.out
    assert "light" not in done.out


def test_the_table_has_a_line_a_split_however_narrow_the_terminal_is(
    lightpace: Lightpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    lines = lightpace("simulate", "breaking4").out.splitlines()
    firsts = [line.split()[0] for line in lines[2:10]]
    assert firsts == ["200", "400", "600", "800", "1000", "1200", "1400", "finish"]
    assert "…" not in "".join(lines)


def test_json_is_one_object_with_the_promised_keys(lightpace: Lightpace) -> None:
    done = lightpace("simulate", "breaking4", "--json")
    reported = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert reported.keys() >= {
        "finish_time_s", "status", "splits", "ghosts", "lost_light_at_m", "mean_shelter", "step_s",
        "residuals",
    }  # fmt: skip
    assert reported["finish_time_s"] == simulate(load_scenario("breaking4")).finish_s
    assert reported["status"] == "finished"


def test_samples_tell_how_sure_the_finish_is(lightpace: Lightpace) -> None:
    done = lightpace("simulate", "breaking4", "--samples", "12", "--seed", "3")
    assert (done.code, done.err) == (0, "")
    reported = " ".join(done.out.split())
    for fact in (
        "12 samples (seed 3), each of which has run monaco_2023", "finish: 5 % ", "50 % 4:",
        "of 12 that finished", "they are worth 12 independent samples",
        "chance of sub-4:00: ", "nobody is faster than its 3:59.99", "assumed spreads",
        "what matters most", "drag_cost 4.369 7.942", "published range",
    ):  # fmt: skip
        assert fact in reported


@pytest.mark.parametrize("command", ["simulate", "sweep"])
def test_a_seed_without_samples_is_refused(lightpace: Lightpace, command: str) -> None:
    done = lightpace(command, "breaking4", "--seed", "3")
    assert done.code == 2
    assert "It draws samples: with --samples" in done.err


def test_samples_in_json_are_the_same_for_the_same_seed(lightpace: Lightpace) -> None:
    wanted = ("simulate", "breaking4", "--samples", "5", "--json")
    reported = json.loads(lightpace(*wanted).out)
    assert reported["finish_time_s"] == simulate(load_scenario("breaking4")).finish_s
    result = reported["uncertainty"]
    assert (result["samples"], result["seed"]) == (5, 1)
    assert sum(result["statuses"].values()) == 5
    assert result["finish_s"].keys() == {"p5", "p50", "p95"}
    assert len(result["effects"]) == 7
    assert json.loads(lightpace(*wanted, "--seed", "1").out) == reported
    assert json.loads(lightpace(*wanted, "--seed", "2").out) != reported
    assert "uncertainty" not in json.loads(lightpace("simulate", "solo", "--json").out)


@pytest.mark.parametrize("count", ["0", "-1", "x", "1000001"])
def test_a_number_of_samples_that_makes_no_sense_is_refused(
    lightpace: Lightpace, count: str
) -> None:
    done = lightpace("simulate", "--samples", count)
    assert done.code == 2
    assert "--samples" in done.err


def test_without_a_name_it_is_the_shipped_attempt(lightpace: Lightpace) -> None:
    assert lightpace("simulate").out == lightpace("simulate", "breaking4").out


def test_set_changes_a_value_and_is_checked_like_the_file(lightpace: Lightpace) -> None:
    alone = json.loads(lightpace("simulate", "--set", "pacers.count=0", "--json").out)
    assert alone["mean_shelter"] == pytest.approx(0.0, abs=0.01)
    both = lightpace("simulate", "--set", "pacers.count=1", "--set", "plan.target=4:10", "--json")
    assert json.loads(both.out)["target_s"] == pytest.approx(250.0)


@pytest.mark.parametrize(
    "bad",
    [
        "pacers.count=99",
        "pacers.cuont=3",
        "pacers.count",
        "runner.mass=nan",
        "=",
        "plan.target=1:99",
    ],
)
@pytest.mark.parametrize("command", ["run", "simulate", "check", "still", "sheet"])
def test_a_bad_set_is_a_sentence_and_exit_code_two(
    lightpace: Lightpace, command: str, bad: str
) -> None:
    done = lightpace(command, "breaking4", "--set", bad)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("--set")
    assert len(done.err.splitlines()) == 1


def test_csv_and_save_write_what_can_be_read_again(lightpace: Lightpace, tmp_path: Path) -> None:
    table, saved = tmp_path / "splits.csv", tmp_path / "run.npz"
    done = lightpace("simulate", "breaking4", "--csv", table, "--save", saved)
    assert done.code == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    again = load_recording(saved)
    assert again.x.tobytes() == simulate(load_scenario("breaking4")).x.tobytes()
    assert float(rows[-1]["run_s"]) == pytest.approx(again.finish_s, abs=5e-4)
    (tmp_path / "s.yaml").write_text(
        "name: s\nghosts: [{kind: recording, file: run.npz, name: before}]\n", encoding="utf-8"
    )
    reported = json.loads(lightpace("simulate", tmp_path / "s.yaml", "--json").out)
    assert reported["ghosts"][0]["finish_time_s"] == again.finish_s


@pytest.mark.parametrize("option", ["--csv", "--save"])
def test_a_file_that_cannot_be_written_is_a_sentence(
    lightpace: Lightpace, tmp_path: Path, option: str
) -> None:
    name = "file.npz" if option == "--save" else "file.csv"
    done = lightpace("simulate", "breaking4", option, tmp_path / "nowhere" / name)
    assert (done.code, done.out) == (1, "")
    assert "cannot be written" in done.err
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


# -- check, sheet, schema, still -----------------------------------------------------------------


def test_every_shipped_scenario_is_sound(lightpace: Lightpace) -> None:
    assert "breaking4" in SHIPPED
    done = lightpace("check", *SHIPPED)
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == len(SHIPPED)


def test_check_says_which_names_no_font_can_write(
    lightpace: Lightpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.view.text._system_font", lambda _: None)
    font_for.cache_clear()
    file = tmp_path / "names.yaml"
    text = (
        "name: ገንዘቤ\nrunner: {name: 김민지}\npacers: {count: 2, names: [이수, 李]}\n"
        "wavelight: {waves: [{name: 박}]}\nghosts: [{name: 최}]\n"
    )
    file.write_text(text, encoding="utf-8")
    said = lightpace("check", file).out
    font_for.cache_clear()
    assert "No font here can write 김민지: pictures show G." in said
    assert all(f"No font here can write {name}: " in said for name in ("이수", "李", "박", "최"))
    assert "ገንዘቤ:" not in said.replace("ገንዘቤ, no problems", "")


def test_check_says_what_has_no_effect(lightpace: Lightpace, tmp_path: Path) -> None:
    file = tmp_path / "ignored.yaml"
    file.write_text(
        "distance: 800\nplan: {target: 1:59}\npacers:\n  names: [Ann]\n  women: [Ann, Zoe]\n"
        "  formation:\n    slots:\n      - {ahead: 1.3}\n      - {ahead: 2.6, from: 800}\n",
        encoding="utf-8",
    )
    done = lightpace("check", file)
    assert done.code == 0
    said = "".join(done.out.split())
    beyond = "9:28pacers.formation.slots.1.fromnobodyrunsthere:itbeginsbeyondtheline"
    assert f"{file}:5:16pacers.women.1nobodyiscalled'Zoe'{file}:{beyond}" in said
    assert said.endswith(beyond)
    named = "distance: 800\nplan: {target: 1:59}\npacers: {formation: ahead_and_behind}\n"
    file.write_text(named, encoding="utf-8")
    assert "".join(lightpace("check", file).out.split()) == f"{file}:Breaking4,noproblems"


@pytest.mark.parametrize(
    ("hers", "theirs", "count", "warning"),
    [
        ("red", "#e8112d", 2, "3:8 runner.kit ~ the pacers' kit in the themes night and daylight"),
        ("pink", "theme", 2, "3:8 runner.kit ~ the pacers' kit in the theme night"),
        ("pink", "pink", 0, ""),
        ("theme", "#c06c58", 2, "6:8 pacers.kit ~ the track in the theme daylight"),
        ("theme", "#f0f0f8", 2, "6:8 pacers.kit ~ her kit in the theme night"),
        ("#642d30", "blue", 2, "3:8 runner.kit ~ the track in the theme night"),
        ("black", "pink", 2, ""),
        ("theme", "theme", 2, ""),
    ],
)
def test_check_says_which_kits_are_hard_to_tell_apart(
    lightpace: Lightpace, tmp_path: Path, hers: str, theirs: str, count: int, warning: str
) -> None:
    file = tmp_path / "kits.yaml"
    text = f"name: a\nrunner:\n  kit: '{hers}'\npacers:\n  count: {count}\n  kit: '{theirs}'\n"
    file.write_text(text, encoding="utf-8")
    said = "".join(lightpace("check", file).out.split())
    listed = f"{file}:{warning}".replace("~", "hardly differs from") if warning else ""
    assert said == f"{file}:a,noproblems" + "".join(listed.split())


def test_check_lists_every_problem_of_every_file(lightpace: Lightpace, tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("name: one\npacers:\n  cuont: 3\n  front_gap: -1\n", encoding="utf-8")
    two.write_text("name: two\ndistance: far\n", encoding="utf-8")
    done = lightpace("check", one, "breaking4", two)
    assert done.code == 2
    lines = done.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{one}:3:3")
    assert "count" in lines[0]
    assert lines[1].startswith(f"{one}:4:")
    assert lines[2].startswith(f"{two}:2:")
    assert done.out == "breaking4: Breaking4, no problems\n"


def test_what_a_name_holds_is_text_and_no_markup(lightpace: Lightpace, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "name: '[bold]x[/nope] :runner:'\nghosts: [{kind: even, time: 4:00, name: '[red]'}]\n",
        encoding="utf-8",
    )
    assert "[bold]x[/nope] :runner:" in lightpace("check", path).out
    assert "[red]" in lightpace("simulate", path).out
    missing = lightpace("check", tmp_path / "[red].yaml")
    assert (missing.code, "[red].yaml" in missing.err) == (2, True)


@pytest.mark.parametrize("suffix", ["csv", "txt"])
def test_sheet_writes_a_file_and_says_so(lightpace: Lightpace, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sheet.{suffix}"
    done = lightpace("sheet", "breaking4", "-o", path)
    assert (done.code, done.err) == (0, "")
    assert str(path) in done.out.replace("\n", "")
    assert "3:59.99" in path.read_text(encoding="utf-8")


def test_schema_prints_the_schema_that_is_shipped(lightpace: Lightpace) -> None:
    done = lightpace("schema")
    assert (done.code, done.out) == (0, schema_text())
    assert json.loads(done.out)["properties"].keys() >= {"plan", "pacers", "ghosts"}


@pytest.mark.parametrize("at", ["2:00.75", "light lost"])
def test_still_writes_the_picture_of_a_moment(
    lightpace: Lightpace, tmp_path: Path, at: str
) -> None:
    path = tmp_path / "out.png"
    with few_samples():
        done = lightpace("still", "breaking4", "--at", at, "-o", path, "--size", "320x180")
    assert (done.code, done.err) == (0, "")
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    size = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    assert size == (320, 180)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "arguments",
    [
        ("still", "--size", "big"),
        ("still", "--size", "0x10"),
        ("still", "--size", "²x3"),
        ("still", "--size", "99999x10"),
        ("still", "--size", "9" * 5000 + "x1"),
        ("check", ""),
        ("calibrate", "breaking4", "--to", "9" * 400, "--free", "pacers.front_gap"),
        ("still", "--at", "soon"),
        ("still", "--at", "1:99"),
        ("still", "--at", "600"),
        ("still", "--at", "62:03.0"),
        ("run", "--at", "soon"),
        ("run", "--size", "1920"),
        ("run", "--speed", "nan"),
        ("run", "--speed", "0"),
        ("simulate", "no_such_scenario"),
        ("frobnicate",),
        ("simulate", "--frobnicate"),
    ],
)
def test_what_is_not_usable_ends_with_two(
    lightpace: Lightpace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = lightpace(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_moment_in_laps_is_refused_where_they_are_not_of_400_m(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    short = tmp_path / "short.yaml"
    short.write_text("distance: 1000\nplan: {target: 2:40}\ntrack: {lap: 200}\n", encoding="utf-8")
    given = ("still", short, "-o", tmp_path / "out.png", "--size", "64x36", "--at")
    for at in ("2 laps", "3 s before 2 Laps"):
        refused = lightpace(*given, at)
        assert refused.code == 2
        assert "a lap is 400 m as a unit, and 200 m on this track" in refused.err
    assert lightpace(*given, "400 m").code == 0


def test_an_unknown_theme_names_those_there_are(lightpace: Lightpace, tmp_path: Path) -> None:
    done = lightpace("still", "--theme", "nope", "-o", tmp_path / "a.png", "--size", "64x36")
    assert done.code != 0
    assert "night" in done.err
    assert list(tmp_path.iterdir()) == []


# -- the program itself --------------------------------------------------------------------------


def test_the_version_is_that_of_the_package_and_says_whether_the_kernel_is_compiled(
    lightpace: Lightpace,
) -> None:
    said = f"lightpace {version('lightpace')}\nkernel: {STATUS}\n"
    assert lightpace("--version").out == said


def test_help_names_every_command(lightpace: Lightpace) -> None:
    said = lightpace("--help").out
    assert all(name in said for name in ("run", "simulate", "check", "still", "sheet", "schema"))
    assert lightpace("-h").out == said


def test_every_command_stands_in_the_module_that_is_imported_for_it() -> None:
    reported = {name: home for home, names in cli.HOMES.items() for name in names}
    for name, home in reported.items():
        cli._register([name])
        (command,) = [
            c
            for c in app.registered_commands
            if (c.name or c.callback.__name__ if c.callback else "") == name
        ]
        assert command.callback is not None
        assert command.callback.__module__ == f"simulator.cli.{home}"
    assert len(app.registered_commands) == len(reported)


def test_a_window_opens_without_what_other_commands_need() -> None:
    """What is imported before the stadium is shown decides how soon that is."""
    program = """
import sys
from simulator.view import window
def shown(*_, **__):
    later = {"simulator.scenario.model", "scipy", "rich.console", "numpy.random"}
    heavy = later & set(sys.modules)
    sys.stdout.write(" ".join(heavy))
    raise window.WindowClosedError
window.shown_while = shown
from simulator.cli import main
main(["run"])
"""
    done = ended(process("-c", program, SDL_VIDEODRIVER="dummy"))
    assert (done.code, done.out.strip(), done.err) == (0, "", "")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit(143)])
def test_stopped_while_a_bar_is_begun_the_cursor_is_back(
    stop: BaseException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    stream = terminal.Stream(file=screen, force_terminal=True)

    @contextmanager
    def begins() -> Iterator[None]:
        stream.console.show_cursor(False)
        if stop is not None:
            raise stop
        yield

    monkeypatch.setattr(terminal, "err", stream)
    with pytest.raises((KeyboardInterrupt, SystemExit)), terminal.moving(begins()):
        raise AssertionError("it never began")
    assert screen.getvalue().rfind("\x1b[?25h") > screen.getvalue().rfind("\x1b[?25l")


def test_a_wrong_scenario_is_told_after_the_window_has_gone(lightpace: Lightpace) -> None:
    by_process = ended(process("-m", "simulator", "run", "nowhere.yaml", SDL_VIDEODRIVER="dummy"))
    for done in (by_process, lightpace("present", "nowhere.yaml")):
        assert done.code == 2
        assert "nowhere.yaml" in done.err
        assert "Traceback" not in done.err


def test_without_a_display_the_attempt_is_told_and_nothing_is_written(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    program = f"import os; os.chdir({str(tmp_path)!r}); from simulator.cli import main; main([])"
    no_display = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "SDL_VIDEODRIVER": None}
    if sys.platform in ("win32", "darwin"):
        pytest.skip("there is always a display here")
    done = ended(process("-c", program, PYGAME_HIDE_SUPPORT_PROMPT=None, **no_display))
    assert done.code == 0
    assert len(done.err.splitlines()) == 1
    assert "no display" in done.err
    assert "lightpace still breaking4" in done.err
    assert done.out == lightpace("simulate").out
    assert list(tmp_path.iterdir()) == []


INTERRUPTED = """
import os, signal
import simulator.cli as cli
import simulator.physics.attempt as attempt

def interrupted(scenario):
    os.kill(os.getpid(), signal.{signal})
    raise AssertionError("still here")

attempt.simulate = interrupted
cli.main(["simulate", "--csv", "never.csv"])
"""


@POSIX
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_stopped_run_says_so_by_its_exit_code_alone(name: str, code: int) -> None:
    done = ended(process("-c", INTERRUPTED.format(signal=name)))
    assert (done.code, done.out, done.err) == (code, "", "")


@POSIX
@pytest.mark.parametrize("arguments", [("simulate",), ("schema",)])
def test_a_reader_who_has_gone_is_no_cause_for_a_traceback(arguments: tuple[str, ...]) -> None:
    child = process("-m", "simulator", *arguments)
    assert child.stdout is not None
    child.stdout.close()
    assert child.stderr is not None
    said = child.stderr.read()
    child.stderr.close()
    assert (child.wait(timeout=120), said) == (1, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "latin-1"])
def test_a_stream_that_knows_no_minus_sign_keeps_the_sign_of_a_lead(
    encoding: str, lightpace: Lightpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert lightpace("simulate", "breaking4").err == ""
    stream.seek(0)
    said = stream.read()
    assert "mean shelter" in said
    assert re.search(r" -\d\.\d\d", said)
    assert "?" not in said


@pytest.mark.parametrize(
    ("text", "plain"),
    [("−0.05 ± 2°", "-0.05 +/- 2deg "), ("v⁴ Charléty", "v^4 Charlety"), ("አ", "?")],
)
def test_what_a_stream_lacks_is_written_plainer(text: str, plain: str) -> None:
    assert text.encode("ascii", "plainer").decode() == plain


def test_the_schema_is_json_on_any_stream() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "simulator", "schema"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == json.loads(schema_text())


# -- README --------------------------------------------------------------------------------------


README = ROOT / "README.md"


def hold(marker: str, current: str) -> None:
    """Assert that a part of the README is current; `RENEW_GOLDEN=1` writes it anew instead."""
    text = README.read_text(encoding="utf-8")
    start, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->"
    before, _, rest = text.partition(start)
    kept, result, after = rest.partition(end)
    assert result, f"README.md has no part {marker!r}"
    if os.environ.get("RENEW_GOLDEN"):
        README.write_text(before + start + current + end + after, encoding="utf-8")
    else:
        assert kept == current


def commands() -> dict[str, str]:
    """Return what `lightpace --help` says of each command, in one line each."""
    cli._register(["--help"])
    listed: Any = typer.main.get_command(app)
    # in one process modules are imported in the order of the tests; a command imports them in this
    return {
        name: " ".join(listed.commands[name].get_short_help_str(500).split())
        for names in cli.HOMES.values()
        for name in names
    }


def test_the_commands_in_the_readme_are_those_of_the_help(lightpace: Lightpace) -> None:
    reported = commands()
    said = " ".join(lightpace("--help").out.replace("│", " ").split())
    lines = ["| command | does |", "|---|---|"]
    for name, does in reported.items():
        assert f"{name} {does}" in said
        lines.append(f"| `{name}` | {does} |")
    hold("commands", "\n".join(lines) + "\n")


def test_the_story_in_the_readme_is_what_check_prints(lightpace: Lightpace) -> None:
    said = lightpace("check", "stories/breaking4").out
    plain = "\n".join(line.rstrip() for line in said.splitlines())
    hold("story", f"```\n{plain}\n```\n")


def test_the_example_of_a_story_in_the_readme_can_be_told(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8").partition("## Tell a story")[2]
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (part,) = compile_story(load_story_text(example, tmp_path / "story.yaml")).chapters
    assert part.until_s > part.from_s


@pytest.mark.parametrize(("command", "bindings"), [("run", BINDINGS), ("present", PRESENTING)])
def test_the_help_of_a_window_names_its_keys(
    lightpace: Lightpace, command: str, bindings: tuple[Binding, ...]
) -> None:
    said = " ".join(lightpace(command, "--help").out.split())
    for binding in bindings:
        assert f"{' or '.join(binding.keys)}: {binding.action.value}" in said


def test_the_keys_in_the_readme_are_those_of_the_table() -> None:
    lines = ["| | key | does |", "|---|---|---|"]
    for group, bindings in groupby((*BINDINGS, *PRESENTING), key=lambda binding: binding.group):
        for i, binding in enumerate(bindings):
            keys = " or ".join(f"`{key}`" for key in binding.keys)
            lines.append(f"| {group if i == 0 else ''} | {keys} | {binding.action.value} |")
    hold("keys", "\n".join(lines) + "\n")


def test_the_table_in_the_readme_is_what_simulate_prints(lightpace: Lightpace) -> None:
    said = lightpace("simulate", "breaking4").out
    plain = "\n".join(line.rstrip() for line in said.splitlines())
    hold("simulate", f"```\n{plain}\n```\n")


def test_the_answers_in_the_readme_are_what_coach_prints(lightpace: Lightpace) -> None:
    said = lightpace("coach", "breaking4").out
    plain = "\n".join(line.rstrip() for line in said.splitlines())
    hold("coach", f"```\n{plain}\n```\n")


def test_the_scenarios_in_the_readme_are_the_shipped_ones(lightpace: Lightpace) -> None:
    head = "| name | plan | finish | light lost at | largest residual |"
    lines = [head, "|---|---|---|---|---|"]
    for name in SHIPPED:
        reported = json.loads(lightpace("simulate", name, "--json").out)
        assert reported["status"] == "finished"
        lost = reported["lost_light_at_m"]
        known = reported.get("residuals", [])
        worst = max((row["residual_s"] for row in known), key=abs, default=None)
        cells = [
            f"`{name}`",
            format_time(reported["target_s"]),
            format_time(reported["finish_time_s"]),
            "" if lost is None else f"{whole_metres(lost)} m",
            "" if worst is None else f"{format_signed(worst)} s",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    hold("scenarios", "\n".join(lines) + "\n")


def test_what_the_readme_says_it_misses_is_what_is_printed(lightpace: Lightpace) -> None:
    text = " ".join(README.read_text(encoding="utf-8").split())
    reported = [
        json.loads(lightpace("simulate", "breaking4", "--json", *changes).out)
        for changes in ((), ("--set", "runner.anticipation=10"))
    ]
    off = [{row["distance_m"]: row["residual_s"] for row in one["residuals"]} for one in reported]
    inner = [late for x, late in off[0].items() if x != 800.0]
    assert max(map(abs, inner)) < 0.3
    assert f"but for 800 m: {-off[0][800]:.2f} s early" in text
    assert f"loses the light at {whole_metres(reported[0]['lost_light_at_m'])} m" in text
    assert f"{-off[1][1200]:.2f} s early at 1200 m" in text
    assert f"light is lost at {whole_metres(reported[1]['lost_light_at_m'])} m" in text


def test_the_scenario_in_the_readme_is_a_whole_one() -> None:
    text = README.read_text(encoding="utf-8").partition("## Tell a story")[0]
    example, shared = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [wave.length for wave in load_text(shared).wavelight.waves] == [12, 12]
    assert len(example.splitlines()) == 3
    wanted = load_text(example)
    assert plan_reference(wanted).finish_s == pytest.approx(250.0)
    assert len(wanted.pacers.line_up()) == 1


def test_every_link_in_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_in_the_readme_is_one(lightpace: Lightpace) -> None:
    text = README.read_text(encoding="utf-8")
    used = set(re.findall(r"^lightpace (\w+)", text, re.MULTILINE))
    assert used >= {"run", "simulate", "check", "still", "film", "page", "sheet", "schema"}
    for command in used:
        options = lightpace(command, "--help").out
        for line in re.findall(rf"^lightpace {command} (.*)", text, re.MULTILINE):
            for option in re.findall(r"--\w+", line.split("#")[0]):
                assert option in options


@pytest.mark.parametrize(
    ("command", "ending"),
    [
        ("simulate --save", ".npz"),
        ("simulate --csv", ".csv"),
        ("still -o", ".png"),
        ("page -o", ".html or .htm or .pdf"),
    ],
)
def test_a_scenario_is_not_written_over_by_its_results(
    lightpace: Lightpace, tmp_path: Path, command: str, ending: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("plan: {target: 4:05}\n", encoding="utf-8")
    name, option = command.split()
    refused = lightpace(name, mine, option, mine)
    assert refused.code == 2
    assert f"it is written as {ending}" in " ".join(refused.err.split())
    assert mine.read_text(encoding="utf-8") == "plan: {target: 4:05}\n"


def test_an_empty_reserve_is_no_negative_zero(lightpace: Lightpace) -> None:
    assert ", 0 left of it" in lightpace("simulate", "solo", "--set", "runner.reserve=100").out


def test_a_race_without_a_light_neither_keeps_nor_loses_one(lightpace: Lightpace) -> None:
    dark = lightpace("simulate", "el_guerrouj_1998")
    assert dark.code == 0
    assert "the light" not in dark.out
    assert (
        json.loads(lightpace("simulate", "rudisha_2012", "--json").out)["lost_light_at_m"] is None
    )
    assert "lost the light at" in lightpace("simulate", "breaking4").out


def test_of_several_lights_simulate_names_the_one_that_is_lost(lightpace: Lightpace) -> None:
    waves = "wavelight.waves=[{name: 3:59.99}, {name: record, plan: {target: 3:55}}]"
    assert (
        "\nlost light 3:59.99 at 933 m\n" in lightpace("simulate", "breaking4", "--set", waves).out
    )


def test_check_goes_on_after_a_story_whose_ghost_cannot_be_read(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    (tmp_path / "g.npz").write_bytes(b"no recording")
    (tmp_path / "one.yaml").write_text("ghosts: [{file: g.npz}]\n", encoding="utf-8")
    story = tmp_path / "story.yaml"
    story.write_text(
        "name: s\nchapters: [{name: a, scenario: one.yaml, until: 10 s}]\n", encoding="utf-8"
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text("plan: {target: sometime}\n", encoding="utf-8")
    checked = lightpace("check", bad, story, tmp_path / "bad.yaml")
    assert checked.code == 2
    assert checked.err.count("bad.yaml:1") == 2
    assert "g.npz" in checked.err


@pytest.mark.parametrize(
    "options",
    [("--target", "4:00"), ("--cluster", "tcp://127.0.0.1:9", "--jobs", "2")],
    ids=["target", "jobs"],
)
def test_an_option_that_would_do_nothing_is_refused(
    lightpace: Lightpace, tmp_path: Path, options: tuple[str, ...]
) -> None:
    table = tmp_path / "t.csv"
    refused = lightpace("sweep", "solo", "--vary", "runner.form=0,1", "-o", table, *options)
    assert refused.code == 2
    assert not list(tmp_path.iterdir())


QUICK = """name: led by another light
distance: 1500 m
plan: {shape: even, target: 4:05}
wavelight: {waves: [{name: main}, {name: quick, plan: {shape: even, target: 4:00}}]}
pacers: {count: 7, follows: quick}
ghosts: [{name: published, splits: {800: "2:09", finish: "4:01"}}]
"""


def test_a_faster_group_leads_her_under_her_plan_and_nothing_else_is_said(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    path = tmp_path / "quick.yaml"
    path.write_text(QUICK, encoding="utf-8")
    done = lightpace("simulate", path, "--samples", "40")
    assert done.code == 0
    assert "nobody is faster than its" not in done.out
    told = json.loads(lightpace("simulate", path, "--samples", "40", "--json").out)
    assert told["uncertainty"]["plan_limits_the_fast_end"] is False
    reached = lightpace("reach", path, "--knob", "form", "--to", "4:02")
    assert reached.code == 0
    assert "with the plan at" not in reached.out


def test_a_ghost_may_have_the_name_of_a_column(lightpace: Lightpace, tmp_path: Path) -> None:
    path = tmp_path / "quick.yaml"
    path.write_text(QUICK, encoding="utf-8")
    named = lightpace("simulate", path).out
    path.write_text(QUICK.replace("name: published", "name: somebody"), encoding="utf-8")
    rows = [line.split() for line in named.splitlines() if line[:3].strip().isdigit()]
    others = [
        line.split()
        for line in lightpace("simulate", path).out.splitlines()
        if line[:3].strip().isdigit()
    ]
    assert rows
    assert rows == others
