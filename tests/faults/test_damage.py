"""What ships with the program, or is handed to it, is missing or damaged: one sentence each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from simulator import files
from simulator.errors import DisplayError, LightpaceError, ResourceError
from simulator.files import assets_dir, configs_dir
from simulator.scenario.loader import load_scenario
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.view import text as fonts
from simulator.view.app import App
from simulator.view.picture import render_still
from simulator.view.theme import theme_named
from tests.session.short import load_short


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of everything that ships, which the program takes for its own."""
    package = tmp_path / "package"
    shutil.copytree(configs_dir(), package / "configs")
    shutil.copytree(assets_dir(), package / "assets")
    monkeypatch.setattr(files, "_PACKAGE", package)
    _forget_fonts()
    yield package
    _forget_fonts()


def _forget_fonts() -> None:
    for known in vars(fonts).values():
        if hasattr(known, "cache_clear"):
            known.cache_clear()


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
    scene = Session(load_short("runner.name=Ия አበበ"), start_at_s=30.0).scene()
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


OWN_FAULT = r"The shipped formation 'breaking4' is missing or damaged; reinstall lightpace\."
"""Nobody asked for it, so there is no place in a file of the user's to name."""
WRONG: dict[str, str] = {
    "missing": "there is no (such file|formation 'single_file'|runner 'sub4_man')  ",
    "empty": "the file is empty  ",
    "cut_short": "the file is empty  ",  # all that is left is its comment
    "noise": r"byte 128 \(0x80\) is not UTF-8  ",
    "a_folder": "this is a directory, not a file",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    ("name", "asked", "where"),
    [
        ("breaking4", "", "breaking4"),
        ("formations/breaking4", "", ""),
        ("formations/single_file", "pacers.formation=single_file", "--set  pacers.formation"),
        ("runners/sub4_man", "runner=sub4_man", "--set  runner"),
    ],
    ids=["scenario", "formation of the model", "formation", "runner"],
)
def test_a_shipped_file_that_cannot_be_used_is_named(
    name: str, asked: str, where: str, damage: Damage, shipped: Path
) -> None:
    path = shipped / "configs" / f"{name}.yaml"
    damage(path)
    why = refusal(lambda: load_scenario("breaking4", overrides=[asked] if asked else []))
    if name == "breaking4" and damage is cut_short:
        assert why == ""  # what is left is a scenario: all else is by default
        return
    place = rf"({re.escape(where)}|{re.escape(str(path))}(:\d+:\d+)?)  "
    said = place + WRONG[damage.__name__] if where else OWN_FAULT
    assert re.match(said, why), why
    assert len(why.splitlines()) == 1


def test_without_any_shipped_file_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PACKAGE", tmp_path / "nowhere" / "package")
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


@pytest.mark.parametrize("filled", [False, True], ids=["window", "full screen"])
def test_where_the_window_is_refused_too_it_comes_back_on_a_later_picture(
    filled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def none_at_all(*_: object, **__: object) -> pygame.Surface:
        raise pygame.error("no such mode")

    session = Session(load_short(), start_at_s=30.0)
    app = App(session, size=(640, 360), fullscreen=filled)
    session.perform(Action.PLAY_PAUSE)
    app.frame(1 / 60)
    assert app.fullscreen == filled
    with monkeypatch.context() as refused:
        refused.setattr(pygame.display, "set_mode", none_at_all)
        app.perform(Action.FULLSCREEN)
        for _ in range(3):
            app.frame(1 / 60)
        app.perform(Action.FULLSCREEN)  # the key still does nothing, and no harm
        app.perform(Action.SCREENSHOT)
        app.frame(1 / 60)
        assert app.window.surface is None
    assert list(tmp_path.iterdir()) == []
    assert "no such mode" in session.scene().notice
    before_s = session.scene().time_s
    for _ in range(2):
        app.frame(1 / 60)
    assert app.running
    assert not app.fullscreen
    assert app.window.size == (640, 360)
    assert session.scene().time_s > before_s
    app.perform(Action.FULLSCREEN)
    assert app.window.fullscreen
    pygame.display.quit()


def test_no_display_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "no such driver")
    with pytest.raises(DisplayError, match=r"No window can be opened: .*\."):
        App(Session(load_short()))
    pygame.display.quit()
