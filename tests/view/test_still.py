from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from simulator.errors import LightpaceError, OutputError
from simulator.screen import Camera
from simulator.view.camera import resting
from simulator.view.picture import Painter, PictureOptions, render_still, save_png
from tests.view import scenes


def test_a_still_is_the_painters_picture() -> None:
    surface = pygame.Surface((800, 450), 0, 32)
    Painter().draw(surface, scenes.bell())
    still = render_still(scenes.bell(), (800, 450))
    assert pygame.image.tobytes(still, "RGB") == pygame.image.tobytes(surface, "RGB")


def test_a_still_shows_the_directors_camera_once_it_has_arrived() -> None:
    flying = replace(scenes.bell(), on_air=lambda: (Camera.CHASE, Camera.WHOLE, 0.4))
    stills = [
        render_still(flying, (320, 180), "night", PictureOptions(shot=resting(each)))
        for each in (Camera.AUTO, Camera.CHASE)
    ]
    assert pygame.image.tobytes(stills[0], "RGB") == pygame.image.tobytes(stills[1], "RGB")


def test_a_still_needs_no_display() -> None:
    code = (
        "import pygame; from tests.view import scenes;"
        "from simulator.view.picture import render_still;"
        "render_still(scenes.finish(), (640, 360)); assert not pygame.display.get_init()"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, timeout=60)


def test_an_unknown_theme_is_named() -> None:
    with pytest.raises(LightpaceError, match="night"):
        render_still(scenes.bell(), (64, 36), "noon")


def test_a_picture_is_written_whole(tmp_path: Path) -> None:
    path = save_png(render_still(scenes.bell(), (320, 180)), tmp_path / "a b.png")
    assert pygame.image.load(str(path)).get_size() == (320, 180)
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save_png(pygame.Surface((4, 4), 0, 32), tmp_path / "nowhere" / "x.png")


def test_a_full_disk_leaves_no_half_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        write(path, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        save_png(pygame.Surface((4, 4), 0, 32), tmp_path / "x.png")
    assert not list(tmp_path.iterdir())
