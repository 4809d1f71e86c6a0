"""The encoders: pictures and sounds become a film while they are drawn (extra `[video]`, PyAV).

In: surfaces, one by one, with their sounds. Out: a file, written under a temporary name and renamed
when it is complete.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from simulator.background import BackgroundThread
from simulator.errors import OutputError, requiring
from simulator.files import replacing
from simulator.stage.events import SoundCue
from simulator.view.sound import RATE_HZ, Samples, samples_of

with requiring("A film", "video"):
    import av
    import av.filter
    from av.video.reformatter import VideoReformatter

_CODECS: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    ".mp4": (
        "mp4",
        "libx264",
        {"crf": "18", "preset": "veryfast", "tune": "animation", "rc-lookahead": "20"},
        {"movflags": "+faststart"},
    ),
    ".webm": (
        "webm",
        "libvpx-vp9",
        {"crf": "28", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
        {},
    ),
    ".webp": ("webp", "libwebp_anim", {"quality": "62", "compression_level": "5"}, {"loop": "0"}),
}
_SOUNDS = {".mp4": "aac", ".webm": "libopus"}
_LIMITED, _BT709, _BT601 = 1, 1, 5
TURN_S = 1e-4
WAITING_PICTURES = 4
"""At most this many drawn pictures wait for the encoder, to limit memory."""
_HEAD_BYTES, _HEAD_A_PICTURE_BYTES = 2048, 19


def frame_of(surface: pygame.Surface) -> av.VideoFrame:
    """Return a picture as a frame that shares its memory; 32-bit surfaces are BGRX in it.

    The surface stays locked as long as the frame exists.
    """
    width, height = surface.get_size()
    pixels = pygame.surfarray.pixels2d(surface).T.view(np.uint8).reshape(height, width, 4)
    return av.VideoFrame.from_numpy_buffer(pixels, format="bgra")


def coloured(surface: pygame.Surface, colours: VideoReformatter, space: int, kind: str) -> Any:
    """Return a picture as a frame in an encoder's colour space, in separate memory."""
    return colours.reformat(
        frame_of(surface), format=kind, dst_colorspace=space, dst_color_range=_LIMITED
    )


class _Stream:
    """One stream of pictures in a container."""

    def __init__(self, container: Any, stream: Any) -> None:
        """Start without a picture."""
        self._container, self._stream = container, stream
        self._count = self._bytes = 0

    @property
    def written(self) -> int:
        """Upper bound of the file's present length [bytes]; part of it may still be in a buffer."""
        return _HEAD_BYTES + self._bytes + _HEAD_A_PICTURE_BYTES * self._count

    def encode(self, frame: Any) -> None:
        """Encode a frame of the stream's format; None flushes the encoder."""
        if frame is not None:
            frame.pts = self._count if frame.pts is None else frame.pts
            frame.time_base = 1 / self._stream.codec_context.framerate
            self._count += 1
        for packet in self._stream.encode(frame):
            self._bytes += packet.size
            self._container.mux(packet)

    def finish(self) -> None:
        """Flush the encoder."""
        self.encode(None)


class _Sounds:
    """The sounds of a film as a stream of its container, mixed progressively."""

    def __init__(self, container: Any, codec: str) -> None:
        self._container = container
        self._stream = container.add_stream(codec, rate=RATE_HZ, layout="mono")
        self._begun: list[tuple[int, Samples]] = []
        self._done = 0

    def begin(self, cue: SoundCue, time_s: float) -> None:
        """Start a sound at a second of the film."""
        self._begun.append((round(time_s * RATE_HZ), samples_of(cue)))

    def go_on(self, until_s: float) -> None:
        """Encode the sound up to a second of the film."""
        until = round(until_s * RATE_HZ)
        mixed = np.zeros(max(0, until - self._done))
        for first, samples in self._begun:
            part = samples[max(0, self._done - first) : max(0, until - first)]
            at = max(0, first - self._done)
            mixed[at : at + len(part)] += part
        self._begun = [(n, samples) for n, samples in self._begun if n + len(samples) > until]
        whole = np.clip(mixed, -32768, 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._done, Fraction(1, RATE_HZ)
        self._done = until
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Flush the encoder."""
        self._container.mux(self._stream.encode(None))


class Video(_Stream):
    """A video whose pictures are encoded while the next ones are drawn."""

    def __init__(
        self, container: Any, stream: Any, thread: BackgroundThread[None], space: int, sound: str
    ) -> None:
        """Start without a picture; `space` is the colour space, `sound` a codec or empty."""
        super().__init__(container, stream)
        self._thread, self._waiting, self._space = thread, 0, space
        self._sounds = _Sounds(container, sound) if sound else None
        self._colours = VideoReformatter()
        self._broken = False

    def add(
        self,
        surface: pygame.Surface,
        heard: Sequence[SoundCue] = (),
        number: int | None = None,
    ) -> None:
        """Queue a picture in the encoder's colours; wait if the encoder is too far behind.

        The colours are converted here, from the surface itself: a copy would cost more than half as
        much, and the encoder thread has more to do than this one.

        Args:
            surface: the picture.
            heard: the sounds that begin with it.
            number: the picture's number in the film; None: the next one.
        """
        frame = coloured(surface, self._colours, self._space, self._stream.pix_fmt)
        frame.pts = number
        self._wait_for(WAITING_PICTURES - 1)
        self._thread.submit(partial(self._take, frame, heard))
        self._waiting += 1

    @property
    def behind(self) -> bool:
        """Whether `add` would wait; raises the error of an earlier picture."""
        while self._waiting and self._thread.ready:
            self._wait_for(self._waiting - 1)
        return self._waiting >= WAITING_PICTURES

    def _take(self, frame: Any, heard: Sequence[SoundCue]) -> None:
        """Encode a frame, unless an earlier one failed: FFmpeg would crash on a broken file.

        The failure is raised where the result is awaited, so no film ends as if it were complete.
        """
        if self._broken:
            return
        try:
            self.encode(frame)
            if self._sounds is not None:
                picture_s = float(1 / self._stream.codec_context.framerate)
                for cue in heard:
                    self._sounds.begin(cue, frame.pts * picture_s)
                self._sounds.go_on((frame.pts + 1) * picture_s)
        except BaseException:
            self._broken = True
            raise

    def finish(self) -> None:
        """Wait for the encoder, then flush it."""
        self._wait_for(0)
        super().finish()
        if self._sounds is not None:
            self._sounds.finish()

    def _wait_for(self, left: int) -> None:
        while self._waiting > left:
            self._thread.result()
            self._waiting -= 1


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Shorten Python's switch interval: the encoder needs the lock many times per picture."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def video_writer(
    path: Path,
    size: tuple[int, int],
    fps: int,
    *,
    sound: bool = False,
    transparent: bool = False,
) -> Iterator[Video]:
    """Yield a writer of a video, pictures of `size` [px], `fps` per second.

    `sound`: with sound, if the format can have it; `transparent`: a WebM with an alpha channel.

    Raises:
        OutputError: it cannot be written; no partial file is left.
    """
    ending = path.suffix.lower()
    container, codec, options, flags = _CODECS[ending]
    if transparent:  # VP9 refuses invisible frames with alpha
        options = options | {"auto-alt-ref": "0"}
    with _opened(path, container, flags) as opened:
        stream = opened.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuva420p" if transparent else "yuv420p"
        context, space = stream.codec_context, _BT709
        if ending == ".webp":  # it has one colour space, and no name for it
            space = _BT601
        else:
            context.colorspace = context.color_primaries = context.color_trc = _BT709
            context.color_range = _LIMITED
        # in any case, the thread has finished its pictures before the file is closed
        with _taking_turns(), BackgroundThread[None]("encoder") as thread:
            yield Video(opened, stream, thread, space, _SOUNDS.get(ending, "") if sound else "")


@contextmanager
def _opened(path: Path, container: str, flags: dict[str, str]) -> Iterator[Any]:
    """Yield an open container; on failure no partial file is left."""
    with replacing(path) as temporary:
        opened: Any = None
        try:
            opened = av.open(str(temporary), "w", format=container, container_options=flags)
            yield opened
            closing, opened = opened, None
            closing.close()
        except av.FFmpegError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
        finally:
            if opened is not None:  # a file that is discarded
                with suppress(av.FFmpegError, OSError, ValueError):
                    opened.close()


class Gif(_Stream):
    """A GIF with one palette for the whole film."""

    def __init__(self, container: Any, stream: Any, graph: _Graph) -> None:
        """Start with a graph whose first buffer accepts pictures."""
        super().__init__(container, stream)
        self._graph, self._given = graph, 0

    def add(self, surface: pygame.Surface, _heard: Sequence[SoundCue] = ()) -> None:
        """Map the next picture to the palette and encode it."""
        self._graph.push(surface, self._given)
        self._given += 1
        self._pull()

    def finish(self) -> None:
        """Flush the graph, then the encoder."""
        self._graph.start.push(None)
        self._pull()
        super().finish()

    def _pull(self) -> None:
        while True:
            try:
                frame = self._graph.end.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self.encode(frame)


class _Graph:
    """A filter graph with its inputs and outputs."""

    def __init__(self, size: tuple[int, int], fps: int) -> None:
        self.graph, self._tick = av.filter.Graph(), Fraction(1, fps)
        self.start = self.buffer(size)
        self.end: Any = self.graph.add("buffersink")

    def buffer(self, size: tuple[int, int], kind: str = "rgb24") -> Any:
        return self.graph.add_buffer(
            width=size[0], height=size[1], format=av.VideoFormat(kind), time_base=self._tick
        )

    def push(self, surface: pygame.Surface, number: int) -> None:
        frame = frame_of(surface).reformat(format="rgb24")
        frame.pts, frame.time_base = number, self._tick
        self.start.push(frame)


def _palette(pictures: Iterator[pygame.Surface], size: tuple[int, int], fps: int) -> Any:
    """Return the 256 colours that fit these pictures best, as a frame."""
    graph = _Graph(size, fps)
    maker = graph.graph.add("palettegen", "stats_mode=full:reserve_transparent=0")
    graph.start.link_to(maker)
    maker.link_to(graph.end)
    graph.graph.configure()
    for number, surface in enumerate(pictures):
        graph.push(surface, number)
    graph.start.push(None)
    return graph.end.pull()


@contextmanager
def gif_writer(
    path: Path, size: tuple[int, int], fps: int, sample: Iterator[pygame.Surface]
) -> Iterator[Gif]:
    """Yield a writer of `.gif` with a palette made from `sample`; raises `OutputError`."""
    palette = _palette(sample, size, fps)
    graph = _Graph(size, fps)
    colours = graph.buffer((palette.width, palette.height), "bgra")
    user = graph.graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle")
    graph.start.link_to(user, 0, 0)
    colours.link_to(user, 0, 1)
    user.link_to(graph.end)
    graph.graph.configure()
    palette.pts, palette.time_base = 0, Fraction(1, fps)
    colours.push(palette)
    colours.push(None)
    with _opened(path, "gif", {}) as opened:
        stream = opened.add_stream("gif", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "pal8"
        yield Gif(opened, stream, graph)
