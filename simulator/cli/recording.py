"""The window's record key: it does what `lightpace film` does, for what the window shows.

In: presses of the key, and each scene that the window shows (a reason to look how far it is). Out:
a film in the folder where the program was started, and notices. It is of the whole attempt or
story, whatever was paused or sought meanwhile; a second press gives it up.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.files import free_name
from simulator.units import format_clock

if TYPE_CHECKING:  # a window opens sooner without what only a film needs
    from simulator.export.film import Size
    from simulator.export.filming import Filming, FilmOrder, Progress
    from simulator.session import Session
    from simulator.stage.scene import Scene
    from simulator.view.camera import Shot
    from simulator.view.theme import Theme

NOTICE_PERCENT = 10
"""A notice comes each time that so much more of the film is done [%]."""
SIZE: Size = (1920, 1080)
FPS = 60


class Recorder:
    """Films what a session shows; give it to the window as `record` and as one of `witnesses`."""

    def __init__(self, session: Session, *, size: Size = SIZE, fps: int = FPS) -> None:
        self._session, self._size, self._fps = session, size, fps
        self._filming: Filming | None = None
        self._left: list[Filming] = []
        self._noticed = 0

    def press(self, theme: Theme, shot: Shot) -> None:
        """Begin to film in these colours, with this camera; or give up the film being made."""
        from simulator.export.film import Cut
        from simulator.export.filming import Filming, FilmOrder, attempt_seen, story_seen
        from simulator.session.presentation import Presentation
        from simulator.stage.events import beat_s

        if self._filming is not None:
            self._abandon()
            self._session.notify("The film was given up. Nothing was kept.")
            return
        session, beat = self._session, None
        if isinstance(session.story, Presentation):
            timeline = session.story.timeline
            name = timeline.script.story.name
            scenes, length_s = partial(story_seen, timeline.script), timeline.length_s
        else:
            name = session.scenario.name
            length_s, beat = (
                session.recording.end_s,
                beat_s(session.show, slow_motion=session.options.slow_motion),
            )
            scenes = partial(attempt_seen, session.show, session.options, 0.0, length_s)
        cut = Cut(0.0, length_s, fps=self._fps, slow_from_s=beat)
        try:
            path = free_path(name)
            self._filming = Filming(FilmOrder(scenes, cut, self._size, theme, path, shot))
        except OutputError as error:
            session.notify(str(error))
            return
        except (OSError, RuntimeError, ValueError) as error:
            session.notify(f"No film can be made: {getattr(error, 'strerror', None) or error}.")
            return
        self._noticed = 0
        session.notify(f"Filming all of it into {path}. The same key gives it up.")

    def see(self, _scene: Scene) -> None:
        """Look how far the film is."""
        if self._filming is None:
            return
        for news in self._filming.news():
            if news.problem or news.finished:
                self._end(self._filming.order, news)
                return
            percent = 100 * news.done // news.total
            if percent >= self._noticed + NOTICE_PERCENT:
                self._noticed = percent - percent % NOTICE_PERCENT
                self._session.notify(f"{self._filming.order.path}: {self._noticed} %")

    def close(self) -> None:
        """Give up a film that is being made, since the window is closed; wait for its end."""
        if self._filming is not None:
            self._abandon()
        for filming in self._left:
            filming.wait()

    def _abandon(self) -> None:
        if self._filming is not None:
            self._filming.stop()
            self._left.append(self._filming)
            self._filming = None

    def _end(self, order: FilmOrder, news: Progress) -> None:
        length = format_clock(order.cut.frames / order.cut.fps, 0)
        self._session.notify(news.problem or f"Saved {order.path}, {length} long.")
        self._abandon()


def free_path(name: str) -> Path:
    """Return a name in the working folder that no file has yet, `lightpace Breaking4.mp4`.

    Raises:
        OutputError: the folder may not be entered.
    """
    plain = re.sub(r"[^\w .,()-]+", "-", name).strip(" .-")[:80]
    plain = plain.encode()[:200].decode(errors="ignore") or "film"  # a name has 255 bytes at most
    return free_name(f"lightpace {plain}", ".mp4")
