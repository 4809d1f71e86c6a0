"""What a notebook sees: a recording that shows itself, pictures and pages as functions."""

from __future__ import annotations

import io
import re
import runpy
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import lightpace
import numpy as np
import pygame
import pytest

import simulator
from simulator import (
    LightpaceError,
    OutputError,
    Recording,
    Stepper,
    film,
    fork,
    load_recording,
    load_scenario,
    page,
    simulate,
    splits,
    still,
)
from simulator.cli import main
from simulator.errors import RecordingError
from simulator.physics.attempt import scenario_of
from simulator.stage import scene_builder
from simulator.stage.scene import Scene
from simulator.view.panels.what_if import own_name
from tests.samples import few_samples

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"


@pytest.fixture(autouse=True)
def _few_samples() -> Iterator[None]:
    with few_samples():
        yield


@pytest.fixture(scope="module")
def run() -> Recording:
    return simulate(load_scenario("breaking4"))


def test_lightpace_is_simulator_under_its_own_name() -> None:
    assert lightpace.__all__ == simulator.__all__
    assert all(getattr(lightpace, name) == getattr(simulator, name) for name in simulator.__all__)
    assert set(dir(lightpace)) >= set(simulator.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        getattr(lightpace, "nothing")  # noqa: B009 - a type checker would refuse it
    assert re.match(r"\d+\.\d+", lightpace.__version__)


def test_a_recording_is_one_line(run: Recording) -> None:
    assert repr(run) == "<Recording 'Breaking4': 1609 m in 4:06.44>"
    early = simulator.Stepper(load_scenario("solo"))
    early.step(6.0, for_s=30.0)
    said = repr(early.recording())
    assert re.fullmatch(r"<Recording 'Solo': 1\d\d of 1609 m in 30.00, did not finish>", said)


def test_it_shows_its_splits_and_a_chart(run: Recording) -> None:
    html = run._repr_html_() or ""
    tree = ET.fromstring(html)  # noqa: S314 - our own text
    cells = [cell.text for row in tree.iter("tr") for cell in row]
    for split in splits(run):
        assert split.label in cells
    assert "4:06.44" in html
    (line,) = tree.iter("polyline")
    points = [float(n) for pair in line.attrib["points"].split() for n in pair.split(",")]
    assert len(points) > 300
    assert all(0 <= x <= 480 for x in points[::2])
    assert all(0 <= y <= 120 for y in points[1::2])
    (level,) = tree.iter("line")
    ahead, behind = points[2 * 30 + 1], points[-1]  # at 300 m and at the finish; y goes down
    assert ahead < float(level.attrib["y1"]) < behind


def test_names_in_it_are_escaped() -> None:
    odd = simulate(load_scenario("solo", overrides=['name="<script>&"']))
    assert "<script" not in (odd._repr_html_() or "")
    ET.fromstring(odd._repr_html_() or "")  # noqa: S314 - our own text


def test_a_still_is_what_the_command_writes(run: Recording, tmp_path: Path) -> None:
    written = tmp_path / "a.png"
    with pytest.raises(SystemExit):
        main(["still", "breaking4", "--at", "bell", "--size", "640x360", "-o", str(written)])
    made = still(run, "bell", size=(640, 360))
    assert repr(made) == "Still(width=640, height=360)"
    first, second = (
        pygame.image.tobytes(pygame.image.load(io.BytesIO(png)), "RGB")
        for png in (written.read_bytes(), made.png)
    )
    assert first == second
    assert made._repr_png_() == made.png
    assert still("breaking4", "bell", size=(640, 360)) == made
    assert made.save(tmp_path / "b.png").read_bytes() == made.png


def test_a_fork_is_shown_as_it_was_run(run: Recording) -> None:
    forked = fork(load_scenario("breaking4", overrides=["pacers.count=0"]), run, 1200)
    assert still(forked, size=(320, 180)) != still(run, size=(320, 180))
    assert (forked._repr_png_() or b"").startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def stepped() -> Recording:
    stepper = Stepper(load_scenario("solo"))
    while not stepper.done:
        stepper.step(6.5, for_s=1.0)
    return stepper.recording()


@pytest.fixture(scope="module")
def forked(run: Recording) -> Recording:
    return fork(load_scenario("breaking4", overrides=["pacers.count=2"]), run, 1500)


@pytest.mark.parametrize("name", ["stepped", "forked"])
def test_a_run_that_its_scenario_does_not_give_has_no_page(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with pytest.raises(LightpaceError, match="from the gun"):
        page(request.getfixturevalue(name), tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_its_scenario_gives_has_one(run: Recording, tmp_path: Path) -> None:
    stepper = Stepper(load_scenario("solo"))
    while not stepper.done:
        stepper.step(for_s=10.0)
    for number, same in enumerate((stepper.recording(), fork(scenario_of(run), run, 1500))):
        assert page(same, tmp_path / f"{number}.html").exists()


@pytest.mark.parametrize(
    ("name", "own"), [("run", "yours"), ("stepped", "from the gun"), ("forked", "from the gun")]
)
def test_the_bars_of_a_still_are_hers_only_where_the_run_is(
    name: str, own: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Scene] = []
    scene_of = scene_builder.scene_of

    def seen(*given: Any) -> Scene:
        drawn.append(scene_of(*given))
        return drawn[-1]

    monkeypatch.setattr(scene_builder, "scene_of", seen)
    still(request.getfixturevalue(name), size=(320, 180))
    (scene,) = drawn
    assert scene.what_if is not None
    assert own_name(scene.what_if) == own


def test_a_ghosts_run_without_a_scenario_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "laps.csv").write_text("distance,time\n400,60\n800,121\n1500,228\n")
    with pytest.raises(SystemExit):
        main(["ghost", str(tmp_path / "laps.csv"), "-o", str(tmp_path / "ghost.npz")])
    ghost = load_recording(tmp_path / "ghost.npz")
    assert (ghost._repr_html_(), ghost._repr_png_()) == (None, None)  # a notebook shows `repr`
    assert repr(ghost) == "<Recording 'laps': 1500 m in 3:48.00>"
    scenario = load_scenario("fifteen_hundred")
    for use in (splits, still, page, film, lambda past: fork(scenario, past, 500)):
        with pytest.raises(RecordingError, match="holds a run without a scenario"):
            use(ghost)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "tea"},
        {"at": "62:03.0"},
        {"at": 600},
        {"at": float("nan")},
        {"size": (0, 9)},
        {"theme": "none"},
        {"camera": "none"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_no_picture_is_a_sentence(run: Recording, wrong: dict[str, object]) -> None:
    with pytest.raises(LightpaceError):
        still(run, **wrong)  # type: ignore[arg-type]


def test_a_page_and_a_film_are_written(run: Recording, tmp_path: Path) -> None:
    made = page(run, tmp_path / "a.html")
    assert "Breaking4" in made.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"):
        page(run, made)
    pictures = film(run, tmp_path / "frames", start=10, end=10.2, fps=10, size=(160, 90))
    assert len(list(pictures.glob("*.png"))) == 2
    slow = film(run, tmp_path / "slow", start="light lost", end=150, fps=2, size=(160, 90))
    quick = film(
        run, tmp_path / "a", start="light lost", end=150, fps=2, size=(160, 90), slow_motion=False
    )
    assert len(list(slow.iterdir())) > len(list(quick.iterdir()))


NO_FILMS = [
    ({"speed": 0.0}, ["--speed", "0"]),
    ({"speed": float("nan")}, ["--speed", "nan"]),
    ({"speed": -1}, ["--speed", "-1"]),
    ({"fps": 0}, ["--fps", "0"]),
    ({"fps": -5}, ["--fps", "-5"]),
    ({"fps": 12.5}, ["--fps", "12.5"]),
    ({"size": (0, 0)}, ["--size", "0x0"]),
    ({"size": (16, 1e9)}, ["--size", "16x1000000000"]),
    ({"start": 240, "end": 600}, ["--from", "240", "--to", "600"]),
    ({"start": -100}, ["--from", "-100"]),
    ({"start": 20, "end": 10}, ["--from", "20", "--to", "10"]),
    ({"end": float("inf")}, ["--to", "inf"]),
]


@pytest.mark.parametrize(("wrong", "typed"), NO_FILMS, ids=str)
def test_a_film_and_its_command_refuse_alike(
    run: Recording, tmp_path: Path, wrong: dict[str, Any], typed: list[str]
) -> None:
    with pytest.raises(LightpaceError):
        film(run, tmp_path / "frames", **{"size": (160, 90)} | wrong)
    with pytest.raises(SystemExit) as left:
        main(["film", "breaking4", "-o", str(tmp_path / "frames"), *typed])
    assert left.value.code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("at", [float("nan"), 9999, -100])
def test_a_still_and_its_command_refuse_alike(run: Recording, tmp_path: Path, at: float) -> None:
    with pytest.raises(LightpaceError):
        still(run, at)
    with pytest.raises(SystemExit) as left:
        main(["still", "breaking4", "-o", str(tmp_path / "a.png"), f"--at={at}"])
    assert left.value.code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_its_columns_go_to_data_frames_that_it_does_not_need(
    run: Recording, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    way = "to_arrow" if package == "pyarrow" else f"to_{package}"
    stand_in = ModuleType(package)
    stand_in.DataFrame = stand_in.table = dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, package, stand_in)
    columns = getattr(run, way)()
    assert np.array_equal(columns["x"], run.x)
    assert len(columns["time_s"]) == run.ticks + 1
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(LightpaceError, match=f"pip install {package}"):
        getattr(run, way)()


def test_pyarrow_takes_them(run: Recording) -> None:
    pytest.importorskip("pyarrow")
    table = run.to_arrow()
    assert table.num_rows == run.ticks + 1
    assert table["x"].to_numpy().tolist() == run.x.tolist()


@pytest.mark.parametrize("name", [path.name for path in sorted(EXAMPLES.glob("*.py"))])
def test_the_examples_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert capsys.readouterr().out
