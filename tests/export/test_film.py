"""Films are decoded again: what was asked for must be in the file, and nothing may be left over."""

from __future__ import annotations

import importlib
import io
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from simulator.cli import main
from simulator.errors import ExtraError, OutputError
from simulator.export.film import (
    FilmSegment,
    Pictures,
    _record,
    attempt_scenes,
    check_film,
    write_film,
)
from simulator.export.leds import LedTarget, opened_strip
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario
from simulator.screen import Camera
from simulator.stage.events import SoundCue, events
from simulator.stage.playback import Playback
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show
from simulator.view.arranging import arrange
from simulator.view.camera import resting
from simulator.view.picture import render_still
from simulator.view.sound import samples_of
from simulator.view.theme import THEMES
from tests.faults.disks import mounted

SIZE = (320, 180)
NIGHT = THEMES["night"]
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def show() -> Show:
    scenario = load_scenario("breaking4")
    return make_show(scenario, simulate(scenario))


def pictures(show: Show, cut: FilmSegment, size: tuple[int, int] = SIZE) -> Pictures:
    return Pictures(attempt_scenes(show, cut.speed), cut, size, NIGHT)


def webp_frames(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Yield the head and the picture of each frame of an animated WebP: FFmpeg reads none."""
    data, at = path.read_bytes(), 12
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ANMF":
            yield data[at + 8 : at + 24], data[at + 24 : at + 8 + size]
        at += 8 + size + size % 2


def decoded_webp(path: Path) -> Iterator[Pixels]:
    canvas = pygame.Surface(SIZE, 0, 32)
    for i, (head, data) in enumerate(webp_frames(path)):
        picture = data
        x, y, wide, high = (int.from_bytes(head[k : k + 3], "little") for k in (0, 3, 6, 9))
        if i == 0:
            canvas = pygame.Surface((wide + 1, high + 1), 0, 32)
        if picture[:4] == b"ALPH":  # a file that has this says so first
            picture = b"VP8X\x0a\0\0\0\x10\0\0\0" + head[6:12] + picture
        riff = b"RIFF" + (len(picture) + 4).to_bytes(4, "little") + b"WEBP" + picture
        part = pygame.image.load(io.BytesIO(riff), "a.webp")
        if head[15] & 2:  # it replaces what is there, and is not blended with it
            part.set_alpha(None)
        canvas.blit(part, (2 * x, 2 * y))
        yield pygame.surfarray.array3d(canvas).swapaxes(0, 1)


def decoded(path: Path) -> list[Pixels]:
    if path.suffix == ".webp":
        return list(decoded_webp(path))
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [np.asarray(f.to_ndarray(format="rgb24"), np.uint8) for f in frames]


def seconds(path: Path) -> float:
    if path.suffix == ".webp":
        return sum(int.from_bytes(head[12:15], "little") for head, _ in webp_frames(path)) / 1000
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / av.time_base


def still(show: Show, time_s: float, size: tuple[int, int] = SIZE) -> Pixels:
    playback = Playback(time_s, show.recording.end_s, paused=False, rate=4.0).seek(time_s)
    surface = render_still(scene_of(show, playback, ShowOptions()), size)
    return pygame.surfarray.array3d(surface).swapaxes(0, 1)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.webp", "a.gif"])
def test_a_film_has_the_pictures_the_size_and_the_length_asked_for(
    show: Show, tmp_path: Path, name: str
) -> None:
    cut = FilmSegment(60.0, 64.0, speed=4.0, fps=20)
    told: list[tuple[int, int]] = []
    drawn = write_film(
        pictures(show, cut), tmp_path / name, progress=lambda *done: told.append(done)
    )
    frames = decoded(tmp_path / name)
    assert drawn == SIZE
    assert len(frames) == cut.frames == 20
    assert frames[0].shape == (180, 320, 3)
    assert seconds(tmp_path / name) == pytest.approx(1.0, abs=0.051)
    assert told == [(n, 20) for n in range(21)]
    assert list(tmp_path.iterdir()) == [tmp_path / name]


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.webp", "a.gif"])
def test_each_picture_is_the_windows_picture_of_its_race_time(
    show: Show, tmp_path: Path, name: str
) -> None:
    cut = FilmSegment(60.0, 64.0, speed=4.0, fps=5)
    write_film(pictures(show, cut, (640, 360)), tmp_path / name)
    frames = decoded(tmp_path / name)
    clock = arrange(640, 360).infield.clock
    assert clock is not None
    box = (slice(clock.y, clock.y + clock.h), slice(clock.x, clock.x + clock.w))
    for i, frame in enumerate(frames):
        wanted = still(show, cut.time_s(i), (640, 360)).astype(int)
        assert np.abs(frame - wanted).mean() < 4.0
        misses = [np.abs(other[box] - wanted[box]).mean() for other in frames]
        assert int(np.argmin(misses)) == i, "the clock tells another time"


def test_a_whole_race_is_as_long_as_it_was_run_to_one_picture(show: Show) -> None:
    end = show.recording.end_s
    for speed, fps in ((1.0, 60), (4.0, 30), (0.37, 25), (1000.0, 1)):
        cut = FilmSegment(0.0, end, speed, fps)
        assert cut.frames / fps == pytest.approx(end / speed, abs=1.0 / fps)
        assert cut.time_s(0) in {0.0, end}
    assert cut.frames == 1
    assert FilmSegment(0.0, end, 4.0, 30).time_s(FilmSegment(0.0, end, 4.0, 30).frames - 1) == end


@pytest.mark.slow  # .ci/run runs it
def test_a_gif_is_drawn_smaller_until_it_fits(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    cut = FilmSegment(60.0, 80.0, speed=20.0, fps=10)
    width, height = write_film(pictures(show, cut, (640, 360)), path, max_mb=0.12)
    assert path.stat().st_size <= 120_000
    assert 160 <= width < 640
    frames = decoded(path)
    assert (len(frames), frames[0].shape) == (10, (height, width, 3))
    colours = np.unique(np.concatenate([f.reshape(-1, 3) for f in frames]), axis=0)
    assert 100 < len(colours) <= 256


def test_what_cannot_fit_is_refused_and_leaves_nothing(show: Show, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not fit"):
        write_film(pictures(show, FilmSegment(60.0, 70.0, fps=5)), tmp_path / "a.gif", max_mb=0.01)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["frames", "frames/%05d.png"])
def test_a_numbered_series_is_lossless(show: Show, tmp_path: Path, path: str) -> None:
    cut = FilmSegment(60.0, 60.5, speed=4.0, fps=24)
    write_film(pictures(show, cut), tmp_path / path)
    names = sorted(p.name for p in (tmp_path / "frames").iterdir())
    assert names == ["00001.png", "00002.png", "00003.png"]
    seen = pygame.image.load(str(tmp_path / "frames/00002.png"))
    got = pygame.surfarray.array3d(seen).swapaxes(0, 1)
    assert np.array_equal(got, still(show, cut.time_s(1)))


def test_a_series_that_is_given_up_leaves_the_one_before(show: Show, tmp_path: Path) -> None:
    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "frames"
    write_film(pictures(show, FilmSegment(60.0, 60.5, fps=10)), path)
    before = {p.name: p.read_bytes() for p in path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        write_film(pictures(show, FilmSegment(1.0, 1.2, fps=10)), path, force=True, progress=stop)
    assert {p.name: p.read_bytes() for p in path.iterdir()} == before
    write_film(pictures(show, FilmSegment(1.0, 1.2, fps=10)), path, force=True)
    assert len(list(path.iterdir())) < len(before), "nothing of the longer one is left"


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "frames"])
def test_what_is_there_is_not_written_over_unless_forced(
    show: Show, tmp_path: Path, name: str
) -> None:
    path, film = tmp_path / name, pictures(show, FilmSegment(1.0, 1.2, fps=10))
    write_film(film, path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.*")}
    with pytest.raises(OutputError, match="--force"):
        write_film(film, path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.*")} == before
    write_film(film, path, force=True)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("a.avi", SIZE, ".mp4, .webm, .webp or .gif"),
        ("a.mp4", (321, 180), "even"),
        ("a%d-%d.png", SIZE, "frames/%05d.png"),
        ("a%d.gif", SIZE, "frames/%05d.png"),
        ("%99999999999d.png", SIZE, "at most nine digits"),
        ("%0010d.png", SIZE, "at most nine digits"),
        (f"{'x' * 245}%9d.png", SIZE, "File name too long"),
        ("nowhere/a.mp4", SIZE, "cannot be written"),
        ("nowhere/at/all", SIZE, "cannot be made"),
    ],
)
def test_what_cannot_be_a_film_is_one_sentence(
    show: Show, tmp_path: Path, name: str, size: tuple[int, int], words: str
) -> None:
    with pytest.raises(OutputError, match=words.replace(".", r"\.")):
        write_film(pictures(show, FilmSegment(1.0, 1.2), size), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "frames"])
def test_breaking_off_leaves_nothing(show: Show, tmp_path: Path, name: str) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_film(pictures(show, FilmSegment(1.0, 2.0, fps=10)), tmp_path / name, progress=stop)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    yield from mounted(folder, "size=16k")


@pytest.mark.parametrize("name", ["a.webm", "a.gif"])  # the others: tests/faults/test_disks.py
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    show: Show, small_disk: Path, name: str
) -> None:
    with pytest.raises(OutputError, match="No space left"):
        write_film(pictures(show, FilmSegment(60.0, 70.0, fps=20), (640, 360)), small_disk / name)
    assert not list(small_disk.iterdir())


def test_the_command_makes_a_film(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    part = ["--from", "bell", "--to", "3:30", "--size", "320x180", "--fps", "10", "--speed", "4"]
    asked = ["film", "solo", "-o", "a.mp4", *part]
    with pytest.raises(SystemExit) as end:
        main(asked)
    assert not end.value.code
    assert "pictures" in capsys.readouterr().out
    assert len(decoded(tmp_path / "a.mp4")) > 10
    with pytest.raises(SystemExit) as end:
        main(asked)
    assert end.value.code == 1
    assert "--force" in capsys.readouterr().err


def test_a_part_that_is_none_is_a_wrong_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["film", "solo", "-o", "a.mp4", "--from", "2:00", "--to", "1:00"])
    assert end.value.code == 2
    assert "no part of this attempt" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "frames"])
def test_a_film_of_too_many_pictures_is_refused_at_once(tmp_path: Path, name: str) -> None:
    cut = FilmSegment(0.0, 7200.0, speed=0.01, fps=50)
    with pytest.raises(OutputError, match="at most 2000000 pictures, not 36000000"):
        check_film(tmp_path / name, cut, SIZE)


# -- sound -----------------------------------------------------------------------------------------


def sound_of(path: Path) -> NDArray[np.float64] | None:
    """Return a film's sound, 48,000 samples a second between -1 and 1; None: it has none."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000)
        parts = [
            part.to_ndarray()[0]
            for f in container.decode(audio=0)
            for part in resampler.resample(f)
        ]
    return np.concatenate(parts).astype(np.float64)


def where_heard(sound: NDArray[np.float64], cue: SoundCue) -> float:
    """Return where in a film a sound is most likely to begin [s]: the peak of its correlation."""
    wanted = samples_of(cue).astype(np.float64)
    size = 1 << (len(sound) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(sound)])) / 48_000


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_film_has_the_gun_and_the_bell_at_their_times(
    show: Show, tmp_path: Path, name: str
) -> None:
    bell_s = events(show)["bell"]
    write_film(pictures(show, FilmSegment(-1.0, 2.0, fps=25)), tmp_path / name)
    gun = sound_of(tmp_path / name)
    assert gun is not None
    assert len(gun) / 48_000 == pytest.approx(3.0, abs=0.1)
    assert where_heard(gun, SoundCue.GUN) == pytest.approx(1.0, abs=0.06)
    assert np.abs(gun[: int(0.9 * 48_000)]).max() < 0.01, "silence before it"
    assert np.abs(gun).max() > 0.4
    cut = FilmSegment(bell_s - 2.0, bell_s + 4.0, speed=2.0, fps=25)
    write_film(pictures(show, cut), tmp_path / name, force=True)
    bell = sound_of(tmp_path / name)
    assert bell is not None
    assert where_heard(bell, SoundCue.BELL) == pytest.approx(1.0, abs=0.06)


@dataclass
class Heard:
    """A writer that only listens."""

    cues: list[SoundCue] = field(default_factory=list)
    written: int = 0

    def add(self, _surface: pygame.Surface, heard: Sequence[SoundCue] = ()) -> None:
        self.cues += heard

    def finish(self) -> None:
        pass


def test_a_fast_film_leaves_no_sound_out(show: Show) -> None:
    cut = FilmSegment(-1.0, show.recording.end_s, speed=64.0, fps=20)  # 3.2 s to a picture
    heard = Heard()
    _record(pictures(show, cut, (64, 36)), nullcontext(heard), lambda _done, _all: None)
    wanted = {SoundCue.GUN: 1, SoundCue.BELL: 1, SoundCue.LOST: 1, SoundCue.TICK: 4}
    assert Counter(heard.cues) == wanted


def test_a_film_that_begins_with_the_start_begins_with_the_gun(show: Show, tmp_path: Path) -> None:
    write_film(pictures(show, FilmSegment(0.0, 1.0, fps=25)), tmp_path / "a.mp4")
    gun = sound_of(tmp_path / "a.mp4")
    assert gun is not None
    assert where_heard(gun, SoundCue.GUN) == pytest.approx(0.0, abs=0.06)
    assert np.abs(gun).max() > 0.4


def test_a_film_without_sound_has_none_and_nor_has_what_cannot(
    show: Show, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    part = ["--to", "0.4", "--size", "320x180", "--fps", "10"]
    for name, options in (("a.mp4", []), ("b.mp4", ["--no-sound"])):
        with pytest.raises(SystemExit) as end:
            main(["film", "solo", "-o", name, *part, *options])
        assert not end.value.code
    capsys.readouterr()
    assert sound_of(tmp_path / "a.mp4") is not None
    assert sound_of(tmp_path / "b.mp4") is None
    write_film(pictures(show, FilmSegment(0.0, 0.4, fps=10)), tmp_path / "a.gif")
    assert sound_of(tmp_path / "a.gif") is None


# -- films that lie over something else -----------------------------------------------------------


def overlay(show: Show, cut: FilmSegment) -> Pictures:
    return replace(pictures(show, cut, (640, 360)), transparent=True)


def decoded_alpha(path: Path) -> list[Pixels]:
    """Return the pictures of a WebM with alpha; FFmpeg's own decoder of VP9 drops that."""
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(str(path)) as container:
        packets = container.demux(video=0)
        frames = [f for packet in packets for f in decoder.decode(packet)]
    return [np.asarray(f.to_ndarray(format="rgba"), np.uint8) for f in frames]


def test_a_transparent_film_shows_what_is_under_it(show: Show, tmp_path: Path) -> None:
    cut = FilmSegment(100.0, 101.0, fps=5)
    write_film(overlay(show, cut), tmp_path / "a.webm")
    write_film(overlay(show, cut), tmp_path / "frames")
    films = decoded_alpha(tmp_path / "a.webm")
    assert len(films) == cut.frames
    layout = arrange(640, 360)
    clock = layout.infield.clock
    assert clock is not None
    timeline = layout.timeline
    assert timeline is not None
    for i, film in enumerate(films):
        seen = pygame.image.load(str(tmp_path / "frames" / f"{i + 1:05d}.png"))
        alpha = pygame.surfarray.array_alpha(seen).T
        assert alpha[340 // 2, 5] == 0, "beside the track"
        assert (alpha == 0).mean() > 0.4
        digits = alpha[clock.y : clock.bottom, clock.x : clock.right]
        assert digits.max() >= 250
        assert (digits == 0).any(), "between the digits"
        assert alpha[timeline.bottom - 4, timeline.x + 6] > 100, "a panel is a ground to read on"
        assert np.abs(film[..., 3].astype(int) - alpha).mean() < 4.0
        colour = pygame.surfarray.array3d(seen).swapaxes(0, 1).astype(int)
        opaque = alpha >= 250
        assert np.abs(film[..., :3].astype(int) - colour)[opaque].mean() < 12.0


def test_over_black_a_transparent_picture_is_the_one_without_a_ground(show: Show) -> None:
    cut = FilmSegment(100.0, 100.1, fps=10)
    (surface,) = overlay(show, cut).every()
    under = pygame.Surface(surface.get_size(), 0, 32)
    under.blit(surface, (0, 0))
    bare = replace(pictures(show, cut, (640, 360)), theme=NIGHT.without_ground((0, 0, 0)))
    (wanted,) = bare.every()
    got, plain = (pygame.surfarray.array3d(each).astype(int) for each in (under, wanted))
    assert np.abs(got - plain).max() <= 3


@pytest.mark.parametrize("camera", [Camera.RAIL, Camera.CHASE, Camera.GROUP])
def test_a_close_camera_draws_no_stadium_over_a_slide(show: Show, camera: Camera) -> None:
    cut = FilmSegment(100.0, 100.1, fps=10)
    (surface,) = replace(overlay(show, cut), shot=resting(camera)).every()
    view = arrange(640, 360).view
    alpha = pygame.surfarray.array_alpha(surface)[view.x : view.right, view.y : view.bottom]
    assert (alpha < 64).mean() > 0.6  # the air behind the pacers glows faintly
    assert (alpha > 200).any(), "the athletes"


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_what_has_no_alpha_channel_is_refused(show: Show, tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"a transparent film is \.webm, or numbered pictures"):
        write_film(overlay(show, FilmSegment(1.0, 1.2, fps=10)), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "film", "solo"]
    command += ["-o", str(tmp_path / "a.mp4")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()), "it never began to write"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in said
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_stays_flat(show: Show, tmp_path: Path) -> None:
    sizes: list[int] = []

    def look(done: int, _total: int) -> None:
        if done in (120, 600):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            sizes.append(pages * resource.getpagesize())

    cut = FilmSegment(0.0, show.recording.end_s, speed=show.recording.end_s / 20.0, fps=30)
    write_film(pictures(show, cut, (1280, 720)), tmp_path / "a.mp4", progress=look)
    assert sizes[1] - sizes[0] < 25e6


@pytest.mark.parametrize(
    ("package", "extra", "needing"),
    [
        ("av", "video", lambda: importlib.import_module("simulator.export.codecs")),
        ("sacn", "leds", lambda: opened_strip(LedTarget("sacn", "127.0.0.1"), NIGHT).__enter__()),
    ],
)
def test_an_absent_extra_is_one_sentence_with_its_command(
    package: str, extra: str, needing: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "simulator.export.codecs", raising=False)
    with pytest.raises(ExtraError, match=rf'pip install "lightpace\[{extra}\]"'):
        needing()
