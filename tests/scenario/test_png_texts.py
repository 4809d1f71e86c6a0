"""A picture carries what it shows, and opens as that; whatever else it holds, it does no harm."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pygame
import pytest

from simulator.cli import main
from simulator.errors import ScenarioError
from simulator.scenario.loader import load_scenario
from simulator.scenario.png_texts import MOMENT, SCENARIO, text_of, with_texts
from simulator.scenario.reading import MAX_BYTES, moment_of, shipped_names
from simulator.session import Session
from simulator.view.picture import save_png


def picture(path: Path, name: str = "breaking4", *overrides: str) -> Path:
    scenario = load_scenario(name, overrides=list(overrides))
    return save_png(pygame.Surface((8, 8), 0, 32), path, (scenario, 120.75))


@pytest.mark.parametrize("name", shipped_names())
def test_a_picture_opens_as_the_scenario_that_it_shows(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path / "p.png", name, "environment.temperature=12.5")
    again, wanted = (
        load_scenario(path),
        load_scenario(name, overrides=["environment.temperature=12.5"]),
    )
    assert again == wanted
    assert moment_of(path) == 120.75
    assert pygame.image.load(path).get_size() == (8, 8)


def test_a_still_is_run_at_its_moment(tmp_path: Path) -> None:
    path = tmp_path / "bell.png"
    with pytest.raises(SystemExit) as end:
        main(["still", "solo", "--at", "3:01.5", "--set", "runner.form=1.5", "-o", str(path)])
    assert not end.value.code
    session = Session.open(path, start_at_s=moment_of(path))
    assert session.scenario == load_scenario("solo", overrides=["runner.form=1.5"])
    assert session.playback.time_s == 181.5
    before = path.read_bytes()
    session.save()
    assert path.read_bytes() == before
    assert "is a picture" in session.scene().notice


def test_every_command_takes_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = picture(tmp_path / "p.png", "solo")
    with pytest.raises(SystemExit):
        main(["simulate", str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["scenario"] == "Solo"


def test_files_of_its_own_stay_behind_without_a_word_of_their_folders(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: Mine\npacers: {count: 0}\n", encoding="utf-8")
    ghosts = f"ghosts=[{{kind: scenario, file: {tmp_path}/mine.yaml}}, {{time: 4:01}}]"
    path = picture(tmp_path / "p.png", "solo", ghosts)
    assert str(tmp_path).encode() not in path.read_bytes()
    assert len(load_scenario(path).ghosts) == 1


def chunk(kind: bytes, content: bytes, check: int | None = None) -> bytes:
    right = zlib.crc32(kind + content) if check is None else check
    return len(content).to_bytes(4, "big") + kind + content + right.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (b"", "holds no scenario"),
        (chunk(b"iTXt", b"lightpace scenario\0\0\0\0\0a: 1", check=5), "a damaged text"),
        (chunk(b"iTXt", b"lightpace scenario\0\1\0\0\0xx"), "a compressed text"),
        (chunk(b"iTXt", b"lightpace scenario\0\0\0\0\0\xff\xfe\0"), "UTF-16"),
        (chunk(b"iTXt", b"lightpace scenario\0\0\0\0\0a\xffb"), "is not UTF-8"),
        (
            chunk(b"iTXt", b"lightpace scenario\0\0\0\0\0" + b"x" * 2 * MAX_BYTES),
            "more than 1000 kB",
        ),
        (chunk(b"tEXt", b"") * 100_001, "holds no scenario"),
        ((2**32 - 1).to_bytes(4, "big") + b"iTXt", "holds no scenario"),
        (chunk(b"iTXt", b"lightpace scenario\0\0\0\0\0nonsense: 1"), "nonsense"),
    ],
)
def test_what_a_hostile_picture_holds_is_refused_in_a_sentence(
    tmp_path: Path, texts: bytes, why: str
) -> None:
    path = tmp_path / "p.png"
    save_png(pygame.Surface((8, 8), 0, 32), path)
    data = path.read_bytes()
    path.write_bytes(data[:33] + texts + data[33:])
    assert moment_of(path) is None
    with pytest.raises(ScenarioError, match=why):
        load_scenario(path)


def test_what_is_no_picture_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    path.write_text("name: Solo\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="is no PNG picture"):
        load_scenario(path)
    with pytest.raises(ScenarioError, match="no such"):
        load_scenario(tmp_path / "absent.png")


@pytest.mark.parametrize("moment", ["nan", "inf", "", "x", "1e999"])
def test_a_moment_that_is_none_opens_at_the_start(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "p.png"
    save_png(pygame.Surface((8, 8), 0, 32), path)
    path.write_bytes(with_texts(path.read_bytes(), {SCENARIO: "name: Solo\n", MOMENT: moment}))
    assert moment_of(path) is None
    assert load_scenario(path).name == "Solo"
    assert text_of(path, MOMENT, 100) == moment.encode()
