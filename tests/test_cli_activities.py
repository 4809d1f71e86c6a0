from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.references import ghost_references
from simulator.cli import main
from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text
from tests.activity_files import ENDS, EXACT, TRACKED, standing, write
from tests.samples import few_samples

Lightpace = Callable[..., tuple[int, str, str]]
SCENARIO = "distance: 1500 m\nplan: {{target: 4:05}}\npacers: {{count: 0}}\nghosts:\n  - {}\n"


@pytest.fixture(autouse=True)
def _few_samples() -> Iterator[None]:
    with few_samples():
        yield


@pytest.fixture
def lightpace(capsys: pytest.CaptureFixture[str]) -> Iterator[Lightpace]:
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize("name", ["pressed.fit", "track.fit"])
@pytest.mark.parametrize("ending", ["yaml", "npz"])
def test_a_ghost_is_written_and_shown(
    lightpace: Lightpace, name: str, ending: str, tmp_path: Path
) -> None:
    make = EXACT[name] if name in EXACT else TRACKED[name][0]
    source, target = write(tmp_path, name, make()), tmp_path / f"ghost.{ending}"
    code, said, wrong = lightpace("ghost", source, "-o", target, "--distance", "1500 m")
    assert (code, wrong) == (0, "")
    assert "finish" in said
    scenario = load_text(SCENARIO.format(f"{{file: {target.name}}}"), "s.yaml", tmp_path)
    (mark,) = ghost_references(scenario)
    assert mark.finish_s == pytest.approx(246.0, abs=0.01)
    if name == "pressed.fit":
        times = mark.run.time_at([300.0, 700.0, 1100.0])
        np.testing.assert_allclose(times, list(ENDS.values())[:3], atol=0.01)
    elif ending == "npz":
        assert mark.tolerance_s > 0.3


def test_the_gun_is_said_or_seen(lightpace: Lightpace, tmp_path: Path) -> None:
    source = write(tmp_path, "standing.fit", standing())
    for how in (["--from", "0:20"], ["--trim"]):
        code, said, _ = lightpace("ghost", source, "--distance", "1500 m", *how)
        assert code == 0
        assert "4:0" in said.splitlines()[-2]


def test_where_two_races_are_possible_both_are_shown(lightpace: Lightpace, tmp_path: Path) -> None:
    source = write(tmp_path, "indoor.fit", EXACT["indoor.fit"]())
    code, _, wrong = lightpace("ghost", source)
    assert code == 2
    assert "1500 m or 1 mile" in " ".join(wrong.split())


def test_check_opens_what_a_scenario_names(lightpace: Lightpace, tmp_path: Path) -> None:
    write(tmp_path, "run.fit", EXACT["pressed.fit"]())
    path = write(tmp_path, "s.yaml", SCENARIO.format("{file: run.fit}").encode())
    assert lightpace("check", path)[0] == 0
    (tmp_path / "run.fit").write_bytes(b"no such thing")
    code, _, wrong = lightpace("check", path)
    assert code == 2
    line = 1 + (tmp_path / "s.yaml").read_text().partition("run.fit")[0].count("\n")
    assert f"s.yaml:{line}:" in wrong
    assert "ghosts.0.file" in wrong
    assert "damaged" in wrong


def test_a_ghosts_file_is_no_scenario(lightpace: Lightpace, tmp_path: Path) -> None:
    path = write(tmp_path, "g.yaml", b"splits: {400: 60, finish: 4:06}\n")
    code, _, wrong = lightpace("simulate", path)
    assert code == 2
    assert "ghosts: [{file: g.yaml}]" in wrong


LOG = """date;distance;time;place
2024-05-01;800 m;2:01,5;Berlin
2024-06-01;1500 m;4:08,3;Köln

2024-07-01;800 m;2:03,0;Gent
2025-01-01;5k;15:40;Paris
"""


def test_a_runner_is_made_of_a_log_of_races(lightpace: Lightpace, tmp_path: Path) -> None:
    path = write(tmp_path, "bests.csv", LOG.encode())
    body = ["--height", "1.7", "--mass", "55"]
    code, said, wrong = lightpace("fit", "--races", path, *body)
    assert (code, wrong) == (0, "")
    races = [f"--race={race}" for race in ("800 m=2:01.5", "1500 m=4:08.3", "5000 m=15:40")]
    assert lightpace("fit", *races, *body)[1] == said
    assert "5000 m" in lightpace("predict", "--races", path, "--distance", "5000 m")[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("800,2:01.5\n", "names no columns distance and time"),
        ("distance,time\n800,fast\n", "row 2: "),
        ("", "it is empty"),
        ("distance,time\n800," + "2" * 140_000 + "\n", "it is no table: field larger than"),
        ("distance,time\n800,4:05" + " " * 400 + "x\n", "row 2: "),
        ("7" * 130_000 + " 7 x\n", "names no columns distance and time"),  # took seconds
    ],
)
def test_a_log_that_is_none_is_refused_with_its_line(
    lightpace: Lightpace, tmp_path: Path, text: str, why: str
) -> None:
    path = write(tmp_path, "bests.csv", text.encode())
    code, _, wrong = lightpace("fit", "--races", path, "--height", "1.7", "--mass", "55")
    assert code == 2
    assert why in " ".join(wrong.split())


def test_a_log_may_hold_what_is_no_race_on_a_track(lightpace: Lightpace, tmp_path: Path) -> None:
    rows = ["Discipline;Mark;Shelter;Until", "800 Metres;2:14,3;0,4;400 m", "1.500 m;4:35,2;;"]
    rows += ["One Mile Road;5:10;;", "42.195 km;3:10:00;;", "3.000 m;DNF;;", "5.000 m;17:20;;"]
    path = write(tmp_path, "bests.csv", "\n".join(rows).encode())
    code, said, wrong = lightpace("fit", "--races", path, "--height", "1.7", "--mass", "55")
    assert code == 0
    assert [line for line in said.splitlines() if re.match(r"\d+ m ", line)] == [
        line for line in said.splitlines() if re.match(r"(800|1500|5000) m ", line)
    ]
    assert "0.4 to 400 m" in said
    for left_out in ("One Mile Road 5:10", "42.195 km 3:10:00", "3.000 m DNF"):
        assert f"{left_out}, is no race on a track" in " ".join(wrong.split())


def test_a_runner_of_bests_is_written_as_a_file_that_a_scenario_names(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    races = ("--race", "800 m=2:14", "--race", "1 mile=5:00", "--height", "1.75", "--mass", "68")
    path = tmp_path / "anna.yaml"
    code, said, _ = lightpace("fit", *races, "--name", "Anna", "-o", path)
    assert code == 0
    assert "runner: anna.yaml in a scenario" in " ".join(said.split())
    runner = load_scenario("solo", overrides=[f"runner={path}"]).runner
    assert (runner.name, runner.height, runner.mass) == ("Anna", 1.75, 68.0)
    assert f"reserve: {runner.reserve:g} " in said
    assert lightpace("fit", *races, "-o", tmp_path / "anna.txt")[0] == 2


@pytest.mark.parametrize("command", ["fit", "ghost", "optimise"])
def test_a_scenario_is_not_written_over_by_what_is_made_for_one(
    lightpace: Lightpace, tmp_path: Path, command: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("distance: 400 m\nplan: {target: 1:02}  # hers\n", encoding="utf-8")
    races = ("--race", "800 m=2:14", "--race", "1 mile=5:00", "--height", "1.75", "--mass", "68")
    given = {
        "fit": races,
        "ghost": (write(tmp_path, "pressed.fit", EXACT["pressed.fit"]()), "--distance", "1500 m"),
        "optimise": (mine, "--free", "plan.target=61..62"),
    }[command]
    code, _, wrong = lightpace(command, *given, "-o", mine)
    assert (code, "--force writes over it" in wrong) == (1, True)
    assert "# hers" in mine.read_text(encoding="utf-8")
    assert lightpace(command, *given, "-o", mine, "--force")[0] == 0
    assert "# hers" not in mine.read_text(encoding="utf-8")


def test_the_shipped_scenarios_are_listed(lightpace: Lightpace) -> None:
    code, said, _ = lightpace("list", "scenarios", "--json")
    assert code == 0
    rows = {row["name"]: row["about"] for row in json.loads(said)["scenarios"]}
    assert list(rows) == sorted(path.stem for path in configs_dir().glob("*.yaml"))
    assert "Rudisha, London 2012" in rows["rudisha_2012"]


def test_minutes_with_a_point_that_were_read_as_seconds_are_shown_as_both(
    lightpace: Lightpace,
) -> None:
    code, _, wrong = lightpace("check", "solo", "--set", "plan.target=4.12")
    assert code == 2
    assert "m/s over 1609 m" in wrong
    assert "read as seconds: write 4:12 for minutes" in " ".join(wrong.split())


def test_a_close_camera_runs_on_another_lap(lightpace: Lightpace, tmp_path: Path) -> None:
    pictures = []
    for camera in ("rail", "whole track"):
        path = tmp_path / f"{camera}.png"
        given = ("--camera", camera, "--size", "320x180", "--at", "30", "-o", path)
        assert lightpace("still", "girma_lievin_2023", *given)[0] == 0
        pictures.append(path.read_bytes())
    assert pictures[0] != pictures[1]
