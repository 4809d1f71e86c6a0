"""What ships with the program, or is handed to it, is missing or damaged: one sentence each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from simulator import resources
from simulator.errors import DisplayError, LightpaceError, ResourceError
from simulator.resources import assets_dir, configs_dir
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.view.app import App
from simulator.view.still import render_still
from simulator.view.themes import theme_named
from tests.session.short import load_short


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything that ships, which the program takes for its own."""
    package = tmp_path / "package"
    shutil.copytree(configs_dir(), package / "configs")
    shutil.copytree(assets_dir(), package / "assets")
    monkeypatch.setattr(resources, "_PACKAGE", package)
    return package


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = (missing, empty, cut_short, noise, a_folder)
Damage = Callable[[Path], None]
FONTS = sorted(path.name for path in (assets_dir() / "fonts").glob("*.ttf"))


def refusal(ask: Callable[[], object]) -> str:
    """Return why something is refused; empty where it is not."""
    try:
        ask()
    except LightpaceError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", FONTS)
def test_a_font_that_cannot_be_used_is_named(name: str, damage: Damage, shipped: Path) -> None:
    scene = Session(load_short(), start_at_s=30.0).scene()
    damage(shipped / "assets" / "fonts" / name)
    with pytest.raises(ResourceError, match=rf"{name.partition('.')[0]}.*reinstall"):
        render_still(scene, (640, 360))


@pytest.mark.parametrize("damage", [missing, noise], ids=lambda damage: damage.__name__)
def test_the_window_says_so_before_it_opens_for_long(damage: Damage, shipped: Path) -> None:
    for name in FONTS:
        damage(shipped / "assets" / "fonts" / name)
    app = App(Session(load_short(), start_at_s=30.0))
    with pytest.raises(ResourceError, match="reinstall"):
        app.frame(1 / 60)
    pygame.display.quit()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("breaking4", "breaking4"),
        ("formations/breaking4", "breaking4"),
        ("formations/single_file", "pacers.formation=single_file"),
        ("runners/sub4_man", "runner=sub4_man"),
    ],
)
def test_a_shipped_file_that_cannot_be_used_is_named(
    name: str, asked: str, damage: Damage, shipped: Path
) -> None:
    path = shipped / "configs" / f"{name}.yaml"
    damage(path)
    usable = damage is cut_short or (damage is empty and name == "breaking4")  # all is by default
    section, _, value = asked.rpartition("=")
    why = refusal(lambda: load_scenario("breaking4", overrides=[asked] if section else []))
    assert (value in why or section in why) if why else usable


def test_without_any_shipped_file_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "nowhere" / "package")
    with pytest.raises(ResourceError, match="reinstall lightpace"):
        load_scenario("breaking4")


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_theme_that_cannot_be_used_is_one_sentence(damage: Damage, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('text: "#010203"\nbase: daylight\n', encoding="utf-8")
    damage(path)
    why = refusal(lambda: theme_named(str(path)))
    assert ("mine.yaml" in why and len(why) < 300) if why else damage is cut_short


# -- devices --------------------------------------------------------------------------------------


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = pygame.display.set_mode

    def no_full_screen(size: tuple[int, int], flags: int = 0, **rest: int) -> pygame.Surface:
        if flags & pygame.FULLSCREEN:
            raise pygame.error("no such mode")
        return real(size, flags, **rest)

    monkeypatch.setattr(pygame.display, "set_mode", no_full_screen)
    yield
    pygame.display.quit()


@pytest.mark.usefixtures("refusing")
def test_a_refused_full_screen_opens_a_window_and_says_so() -> None:
    session = Session(load_short(), start_at_s=30.0)
    app = App(session, fullscreen=True)
    for _ in range(3):
        app.frame(1 / 60)
    assert not app.fullscreen
    assert "no such mode" in session.scene().notice
    assert app.running


def test_no_display_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "no such driver")
    with pytest.raises(DisplayError, match=r"No window can be opened: .*\."):
        App(Session(load_short()))
    pygame.display.quit()
