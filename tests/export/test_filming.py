"""The record key: another process writes the film, and the window never waits for it."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from simulator.cli.recording import Recorder, free_path
from simulator.export import filming
from simulator.export.film import Cut, Pictures, SceneAt, write_film
from simulator.export.filming import Filming, FilmOrder, Progress, attempt_seen
from simulator.scenario.story_script import load_story, load_story_text
from simulator.session import Session
from simulator.session.presentation import Presentation
from simulator.stage.scenery import ShowOptions
from simulator.view.camera import WHOLE
from simulator.view.theme import THEMES
from tests.session.short import SHORT, load_short, settle

SIZE = (320, 180)
NIGHT = THEMES["night"]
PATIENCE_S = 60.0


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    return settle(Session(load_short()))


def until(done: Callable[[], bool]) -> float:
    """Look again and again, as a window does; return the longest look [s]."""
    longest, end = 0.0, time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        before = time.perf_counter()
        found = done()
        longest = max(longest, time.perf_counter() - before)
        if found:
            return longest
        time.sleep(0.01)
    raise AssertionError("it never came")


def pictures_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def begun(recorder: Recorder, session: Session, folder: Path) -> None:
    """Look until the film has begun to be written."""

    def look() -> bool:
        recorder.see(session.scene())
        return bool(list(folder.iterdir()))

    until(look)


def notice(session: Session) -> str:
    return session.scene().notice


def test_the_key_films_the_whole_attempt_and_says_where(session: Session, tmp_path: Path) -> None:
    recorder = Recorder(session, size=SIZE, fps=10)
    session.seek(30.0)
    recorder.press(NIGHT, WHOLE)
    assert (
        notice(session) == "Filming all of it into lightpace short.mp4. The same key gives it up."
    )

    def saved() -> bool:
        recorder.see(session.scene())
        return notice(session).startswith("Saved lightpace short.mp4, 1:0")

    until(saved)
    recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["lightpace short.mp4"]
    wanted = Cut(0.0, session.recording.end_s, fps=10).frames
    assert pictures_in(tmp_path / "lightpace short.mp4") == wanted


def test_what_was_changed_pinned_and_switched_off_is_in_the_film(session: Session) -> None:
    session.seek(20.0)
    session.pin()
    session.change("pacers.count", "0")
    settle(session)
    session.options = ShowOptions(ghosts=False, lights=False)
    seen = attempt_seen(session.show, session.options, 0.0, 60.0)
    scene = seen(session.recording.end_s - 1)
    assert (scene.ghosts, scene.waves) == ((), ())
    assert len(session.show.ghosts) > 1
    assert scene.distance_m == pytest.approx(
        float(session.recording.distance_at(session.recording.end_s - 1))
    )


def test_a_film_has_all_that_a_window_would_have_found_out() -> None:
    session = Session(load_short())
    scene = attempt_seen(session.show, ShowOptions(), 30.0, 30.0)(30.0)
    assert scene.chance is not None
    assert scene.chart.band is not None
    assert scene.gaps[0].still_possible is not None


def test_a_second_press_gives_it_up_and_leaves_nothing(session: Session, tmp_path: Path) -> None:
    recorder = Recorder(session, size=(640, 360), fps=60)
    recorder.press(NIGHT, WHOLE)
    begun(recorder, session, tmp_path)
    recorder.press(NIGHT, WHOLE)
    assert notice(session) == "The film was given up. Nothing was kept."
    recorder.close()
    assert not list(tmp_path.iterdir())


def test_a_window_that_closes_leaves_no_half_film(session: Session, tmp_path: Path) -> None:
    recorder = Recorder(session, size=(640, 360), fps=60)
    recorder.press(NIGHT, WHOLE)
    begun(recorder, session, tmp_path)
    recorder.close()
    assert not list(tmp_path.iterdir())


def endless() -> SceneAt:
    Path("begun").touch()
    while True:
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="there it is told by the pipe alone")
def test_it_can_be_put_down_before_its_first_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    film = Filming(FilmOrder(endless, Cut(0, 1), SIZE, NIGHT, tmp_path / "a.mp4"))

    def look() -> bool:
        list(film.news())
        return Path("begun").exists()

    until(look)
    film.stop()
    before = time.monotonic()
    film.wait()
    assert time.monotonic() - before < filming.LEAVE_S / 2


def absent() -> SceneAt:
    from simulator.errors import ExtraError  # noqa: PLC0415 - as the other process meets it

    raise ExtraError("A film", "video")


def broken() -> SceneAt:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (absent, 'A film needs an extra: pip install "lightpace[video]"'),
        (broken, "not be finished"),
    ],
)
def test_what_goes_wrong_there_is_one_sentence_here(
    seen: Callable[[], SceneAt], words: str, tmp_path: Path
) -> None:
    film = Filming(FilmOrder(seen, Cut(0, 1), SIZE, NIGHT, tmp_path / "a.mp4"))
    told: list[Progress] = []

    def look() -> bool:
        told.extend(film.news())
        return bool(told and told[-1].problem)

    until(look)
    film.stop()
    film.wait()
    assert words in told[-1].problem
    assert list(film.news()) == []


def test_where_no_process_can_be_started_it_is_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_order: FilmOrder) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("simulator.export.filming.Filming", refuse)
    recorder = Recorder(session)
    recorder.press(NIGHT, WHOLE)
    assert notice(session) == "No film can be made: no more processes."
    recorder.see(session.scene())
    recorder.close()


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
  - {name: one, until: 2 s, caption: One.}
  - {name: two, from: 200 m, until: 4 s, rate: 2, hold: 1, camera: rail, panels: [clock]}
"""


@pytest.fixture
def story(tmp_path: Path) -> Presentation:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return Presentation(load_story_text(STORY, tmp_path / "story.yaml"))


@pytest.mark.parametrize(("name", "fps"), [("a.mp4", 30), ("a.webm", 10), ("a.gif", 10), ("a", 4)])
def test_a_storys_film_is_as_long_as_it_is_told_to_one_picture(
    story: Presentation, tmp_path: Path, name: str, fps: int
) -> None:
    timeline = story.timeline
    cut = Cut(0.0, timeline.length_s, fps=fps)
    write_film(Pictures(timeline.scene_at, cut, SIZE, NIGHT), tmp_path / name)
    count = pictures_in(tmp_path / name) if "." in name else len(list((tmp_path / name).iterdir()))
    assert count == cut.frames == round(7 * fps)


def test_the_key_films_a_story_from_its_beginning(
    story: Presentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = story.session
    recorder = Recorder(session, size=SIZE, fps=5)
    session.next_cue()
    session.next_cue()
    recorder.press(NIGHT, WHOLE)

    def saved() -> bool:
        recorder.see(session.scene())
        return notice(session) == "Saved lightpace short story.mp4, 0:07 long."

    until(saved)
    recorder.close()
    assert pictures_in(tmp_path / "lightpace short story.mp4") == 35


def last_of(scene_at: SceneAt) -> bytes:
    (picture,) = Pictures(scene_at, Cut(7.0, 7.05, fps=10), SIZE, NIGHT).every()
    return picture.get_buffer().raw


def test_the_camera_moves_in_a_film_as_it_does_in_the_window(story: Presentation) -> None:
    """At the cut to another camera the picture is on its way, and has arrived a second later."""
    timeline = story.timeline
    film = Pictures(timeline.scene_at, Cut(0.0, 7.0, fps=10), SIZE, NIGHT)
    seen = [picture.get_buffer().raw for picture in film.every()]
    straight = Pictures(timeline.scene_at, Cut(2.2, 2.3, fps=10), SIZE, NIGHT)
    (cut_to,) = [picture.get_buffer().raw for picture in straight.every()]
    assert seen[23] != cut_to, "it jumped"
    assert seen[-1] == last_of(timeline.scene_at), "it never arrived"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_the_shipped_storys_film_keeps_memory_flat(tmp_path: Path) -> None:
    timeline = Presentation(load_story("stories/breaking4")).completed_timeline()
    cut = Cut(0.0, timeline.length_s, fps=5)
    sizes: dict[int, int] = {}

    def look(done: int, _total: int) -> None:
        if done % 200 == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            sizes[done] = pages * resource.getpagesize()

    path = tmp_path / "a.mp4"
    write_film(Pictures(timeline.scene_at, cut, (640, 360), NIGHT), path, progress=look)
    assert pictures_in(path) == cut.frames == round(timeline.length_s * 5)
    assert sizes[max(sizes)] - sizes[400] < 30e6
