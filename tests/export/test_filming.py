"""The record key: a film of what the window shows, from one press to the next."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from simulator.export.film import FilmSegment, Pictures, SceneAt, write_film
from simulator.export.filming import LIVE_FPS, Recorder, free_path
from simulator.scenario.story import load_story, load_story_text
from simulator.session import Session
from simulator.session.presentation import Presentation
from simulator.stage.keys import Action
from simulator.view.app import App
from simulator.view.picture import Painter
from simulator.view.theme import THEMES
from tests.session.short import SHORT, load_short, settle

SIZE = (320, 180)
NIGHT = THEMES["night"]
PICTURE_S = 1 / 60


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    return settle(Session(load_short()))


@pytest.fixture
def recorder(session: Session) -> Recorder:
    return Recorder(session)


@pytest.fixture
def app(session: Session, recorder: Recorder) -> Iterator[App]:
    opened = App(session, size=(640, 360), recorder=recorder, listeners=[recorder.see])
    opened.frame(0.0)
    yield opened
    recorder.close()
    pygame.display.quit()


def shown_for(app: App, seconds: float) -> None:
    """Show pictures for so long, and let the encoder come up before each."""
    for _ in range(round(seconds / PICTURE_S)):
        film = app._recorder._film if isinstance(app._recorder, Recorder) else None
        while film is not None and film._writer.behind:
            film._writer._wait_for(0)
        app.frame(PICTURE_S)


def pictures_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def picture(path: Path, number: int) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    return np.asarray(frames[number], np.uint8)


def notice(session: Session) -> str:
    return session.scene().notice


def test_the_key_films_what_is_shown_until_it_is_pressed_again(
    app: App, session: Session, recorder: Recorder, tmp_path: Path
) -> None:
    session.seek(30.0)
    session.perform(Action.PLAY_PAUSE)
    shown_for(app, 0.2)
    app.perform(Action.RECORD)
    assert notice(session) == "Recording into lightpace short.mp4. The same key ends it."
    shown_for(app, 1.0)
    session.change("pacers.count", "0")
    app.perform(Action.DRAWER)
    shown_for(app, 1.0)
    app.perform(Action.RECORD)
    recorder.close()
    assert notice(session) == "Saved lightpace short.mp4, 0:02 long."
    path = tmp_path / "lightpace short.mp4"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    with av.open(str(path)) as container:
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(2.0, abs=0.1)
    assert pictures_in(path) == pytest.approx(2 * LIVE_FPS, abs=2)
    shown_for(app, 0.1)
    surface = pygame.display.get_surface()
    assert surface is not None
    window = pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(int)
    assert np.abs(picture(path, -1) - window).mean() < 4.0, "with the drawer, as the window is"
    assert np.abs(picture(path, 0) - window).mean() > 8.0


def test_the_mark_is_on_the_screen_as_long_as_it_lasts_and_in_no_film_or_screenshot(
    app: App, recorder: Recorder, tmp_path: Path
) -> None:
    box = app._layout().stage
    left = box.x + box.w * 5 // 12

    def red(pixels: NDArray[np.uint8]) -> int:
        """Return how much of the upper edge's middle is as red as the mark."""
        part = pixels[:24, left : left + box.w // 6].astype(int)
        return int(np.sum((part[..., 0] > 150) & (part[..., 1:].max(axis=-1) < 110)))

    def screen() -> NDArray[np.uint8]:
        surface = pygame.display.get_surface()
        assert surface is not None
        return pygame.surfarray.array3d(surface).swapaxes(0, 1)

    assert red(screen()) == 0
    app.perform(Action.RECORD)
    for _ in range(3):
        shown_for(app, 0.2)
        assert red(screen()) > 10
    app.perform(Action.SCREENSHOT)
    (saved,) = tmp_path.glob("*.png")
    assert red(pygame.surfarray.array3d(pygame.image.load(saved)).swapaxes(0, 1)) == 0
    app.perform(Action.RECORD)
    recorder.close()
    shown_for(app, 0.1)
    assert red(screen()) == 0
    path = tmp_path / "lightpace short.mp4"
    assert [red(picture(path, n)) for n in (0, 8, -1)] == [0, 0, 0]


def test_a_window_that_closes_keeps_the_film(app: App, recorder: Recorder, tmp_path: Path) -> None:
    app.perform(Action.RECORD)
    shown_for(app, 0.5)
    recorder.close()
    assert pictures_in(tmp_path / "lightpace short.mp4") > 5


def test_two_films_are_two_files_and_a_window_of_another_size_goes_on_in_the_first_one(
    app: App, recorder: Recorder, tmp_path: Path
) -> None:
    for _ in range(2):
        app.perform(Action.RECORD)
        shown_for(app, 0.2)
        pygame.display.set_mode((400, 401), pygame.RESIZABLE)
        shown_for(app, 0.2)
        app.perform(Action.RECORD)
        pygame.display.set_mode((640, 360), pygame.RESIZABLE)
    recorder.close()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"lightpace short.mp4", "lightpace short (2).mp4"}
    assert picture(tmp_path / "lightpace short.mp4", -1).shape == (360, 640, 3)


def test_what_is_heard_is_in_the_film(
    app: App, session: Session, recorder: Recorder, tmp_path: Path
) -> None:
    session.seek(-0.5)
    session.perform(Action.PLAY_PAUSE)
    app.perform(Action.RECORD)
    shown_for(app, 1.5)
    recorder.close()
    with av.open(str(tmp_path / "lightpace short.mp4")) as container:
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    (gun, *_) = np.flatnonzero(np.abs(sound) > 0.2) / 48_000
    assert gun == pytest.approx(0.5, abs=0.1)


def test_without_the_extra_it_is_one_sentence(
    app: App, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    for name in ("filming", "codecs"):
        monkeypatch.delitem(sys.modules, f"simulator.export.{name}", raising=False)
    app.perform(Action.RECORD)
    assert notice(session) == 'A film needs an extra: pip install "lightpace[video]"'


def test_names_are_free_and_fit_any_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_path("1500 m in 3:48/68?") == Path("lightpace 1500 m in 3-48-68.mp4")
    Path("lightpace a.mp4").touch()
    Path("lightpace a (2).mp4").touch()
    assert free_path("a") == Path("lightpace a (3).mp4")
    assert free_path("///") == Path("lightpace film.mp4")
    assert len(free_path("字" * 200).name.encode()) <= 255


# -- stories ---------------------------------------------------------------------------------------

STORY = """
name: short story
scenario: short.yaml
chapters:
  - {name: one, until: 2 s, caption: One., card: 0}
  - name: two
    card: 0
    from: 200 m
    until: 4 s
    rate: 2
    hold: 1
    camera: rail
    panels: [clock]
"""


@pytest.fixture
def story(tmp_path: Path) -> Presentation:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return Presentation(load_story_text(STORY, tmp_path / "story.yaml"))


@pytest.mark.parametrize(("name", "fps"), [("a.mp4", 12), ("a.webm", 10), ("a.gif", 10), ("a", 4)])
def test_a_storys_film_is_as_long_as_it_is_told_to_one_picture(
    story: Presentation, tmp_path: Path, name: str, fps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Painter, "draw", lambda *_: None)  # pictures are counted here, not seen
    timeline = story.timeline
    cut = FilmSegment(0.0, timeline.length_s, fps=fps)
    write_film(Pictures(timeline.scene_at, cut, SIZE, NIGHT), tmp_path / name)
    count = pictures_in(tmp_path / name) if "." in name else len(list((tmp_path / name).iterdir()))
    assert count == cut.frames == round(7 * fps)


def last_of(scene_at: SceneAt) -> bytes:
    (picture,) = Pictures(scene_at, FilmSegment(7.0, 7.05, fps=10), SIZE, NIGHT).every()
    return picture.get_buffer().raw


def test_the_camera_moves_in_a_film_as_it_does_in_the_window(story: Presentation) -> None:
    """At the cut to another camera the picture is on its way, and has arrived a second later."""
    timeline = story.timeline
    film = Pictures(timeline.scene_at, FilmSegment(0.0, 7.0, fps=10), SIZE, NIGHT)
    seen = [picture.get_buffer().raw for picture in film.every()]
    straight = Pictures(timeline.scene_at, FilmSegment(2.2, 2.3, fps=10), SIZE, NIGHT)
    (cut_to,) = [picture.get_buffer().raw for picture in straight.every()]
    assert seen[23] != cut_to, "it jumped"
    assert seen[-1] == last_of(timeline.scene_at), "it never arrived"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_the_shipped_storys_film_keeps_memory_flat(tmp_path: Path) -> None:
    timeline = Presentation(load_story("stories/breaking4")).completed_timeline()
    cut = FilmSegment(0.0, timeline.length_s, fps=5)
    sizes: dict[int, int] = {}

    def look(done: int, _total: int) -> None:
        if done % 200 == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            sizes[done] = pages * resource.getpagesize()

    path = tmp_path / "a.mp4"
    pictures = (Pictures(timeline.scene_at, cut, (640, 360), NIGHT) for _ in range(2))
    write_film(next(pictures), tmp_path / "first.mp4")  # fills what is kept from picture to picture
    write_film(next(pictures), path, progress=look)
    assert pictures_in(path) == cut.frames == round(timeline.length_s * 5)
    assert sizes[max(sizes)] - sizes[400] < 30e6
