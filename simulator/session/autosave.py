"""Autosave: unsaved changes and pinned runs are written once a second, to survive a crash.

In: a session's state. Out: one file of it and one of its pins, in the system's folder for user
state; and the newest files that an earlier run left behind. A file is removed once nothing would be
lost. A background thread does the writing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from simulator.background import LatestJobs
from simulator.errors import LightpaceError
from simulator.files import read_bytes, replacing
from simulator.recording.recording import Recording
from simulator.recording.store import load_recordings, save_recordings
from simulator.session.history import Change

EACH_S = 1.0
"""Interval between writes [s of wall time]."""
MOST_LEFT = 5
"""At most this many earlier sessions are kept."""
MOST_BYTES = 20_000_000
_VERSION = 1
NamedRuns = Sequence[tuple[str, Recording]]


@dataclass(frozen=True, slots=True)
class SavedSession:
    """The state from which a session is restored.

    Attributes:
        version: of this format.
        source: the scenario's file; empty without one.
        shipped: whether the scenario comes with the program.
        change: the settings and their lineage; None where a story determines them.
        time_s: the moment that was shown [s].
        axis, measure: what the what-if strip showed.
        chapter: the chapter of a story that was shown, from 0; None without a story.
        pins: how many runs were pinned; they are in the second file.
        when: when it was written, as text.
        locked: the locked sections of the plan.
    """

    version: int
    source: str
    shipped: bool
    change: Change | None
    time_s: float
    axis: str
    measure: str
    chapter: int | None = None
    pins: int = 0
    when: str = ""
    locked: frozenset[int] = frozenset()


def state_folder() -> Path:
    """Return the folder that the system has for a user's state."""
    from platformdirs import user_state_path  # noqa: PLC0415 - only a window wants it

    return user_state_path("lightpace", appauthor=False)


class Autosave:
    """Writes one session's state; finds the state of an earlier one.

    Attributes:
        story: the file of the story being presented, empty without one; only its sessions count.
        problem: why the state could not be written; empty where it was.
    """

    def __init__(self, folder: Path | None = None, story: str = "") -> None:
        """Write nothing yet; files of earlier runs stay until they are taken."""
        self._folder, self.story = folder or state_folder(), story
        self._kind = "story" if story else "session"
        begun = datetime.now(UTC)
        self._path = self._folder / f"{self._kind}-{begun:%Y%m%d-%H%M%S}-{os.getpid()}.json"
        self._jobs = LatestJobs("autosave")
        self._since_s = 0.0
        self._written: tuple[object, object] | None = None
        self._left: str | None = None
        self.problem = ""

    def pass_time(self, elapsed_s: float) -> bool:
        """Let wall time pass [s]; return whether it is time to write."""
        self._poll()
        self._since_s += max(elapsed_s, 0.0)
        if self._since_s < EACH_S or self._jobs.busy:
            return False
        self._since_s = 0.0
        return True

    def keep(self, saved: SavedSession, pins: NamedRuns, *, wait: bool = False) -> None:
        """Write the session if it has changed, and its pins only if they have."""
        if wait:
            self._poll(wait=True)  # the write under way may fail yet: then this one is needed
        kept = tuple(run for _, run in pins)
        before, self._written = self._written, (saved, kept)
        if before != self._written:
            when = f"{datetime.now().astimezone():%d %B, %H:%M}"
            dated = replace(saved, pins=len(pins), when=when)
            new = before is None or before[1] != kept
            self._jobs.submit("write", lambda: self._write(dated, pins if new else None), _nothing)
        self._poll(wait=wait)

    def drop(self) -> None:
        """Remove the files: nothing would be lost any more."""
        if self._written is None:
            return
        self._poll(wait=True)
        self._written, self.problem = None, ""
        _remove(self._path)

    def _poll(self, *, wait: bool = False) -> None:
        try:
            written = self._jobs.poll()  # starts a waiting job
            while wait and self._jobs.busy:
                written |= self._jobs.poll(wait=True)
            self.problem = "" if written else self.problem
        except (LightpaceError, OSError) as error:
            self.problem = f"{error}"
            self._written = (
                None,
                None,
            )  # what the files hold now is unknown: everything is written again

    def _write(self, saved: SavedSession, pins: NamedRuns | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        runs = self._path.with_suffix(".npz")
        if pins:
            save_recordings(pins, runs)
        elif pins is not None:
            runs.unlink(missing_ok=True)
        with replacing(self._path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_bytes(_form().dump_json(saved))

    # -- files of earlier runs ---------------------------------------------------------------------

    def left_behind(self) -> tuple[Path, SavedSession] | None:
        """Return the newest session that another run left, with its path; None where there is none.

        Files that cannot be read, and all but the newest few, are skipped.
        """
        for n, path in enumerate(self._others()):
            if n >= MOST_LEFT:
                _remove(path)
                continue
            with suppress(ValidationError, OSError):
                saved = _form().validate_json(read_bytes(path, MOST_BYTES))
                if saved.version == _VERSION and self.story in ("", saved.source):
                    return path, saved
        return None

    @property
    def left_words(self) -> str:
        """Return what an earlier run left as text, cached at the first call; empty: nothing."""
        if self._left is None:
            self._left, left = "", self.left_behind()
            if left is not None:
                saved = left[1]
                name = Path(saved.source).name
                if saved.chapter is not None:
                    name = f"{name}, chapter {saved.chapter + 1}"
                elif not name and saved.change is not None:
                    name = saved.change.settings.name
                pins = f", {saved.pins} kept" if saved.pins else ""
                self._left = f"{name}, {saved.when}{pins}"
        return self._left

    def _others(self) -> list[Path]:
        """Return the files of other runs, newest first; their names begin with their time."""
        with suppress(OSError):
            names = sorted(self._folder.glob(f"{self._kind}-*.json"), reverse=True)
            return [path for path in names if path != self._path and not _is_running(path)]
        return []

    def take(self, path: Path) -> list[tuple[str, Recording]]:
        """Return the runs of a session that was left behind, and remove its files.

        Raises:
            RecordingError: they cannot be read.
        """
        self._left = None
        runs = path.with_suffix(".npz")
        pins = load_recordings(runs) if runs.is_file() else []
        _remove(path)
        return pins


def _is_running(path: Path) -> bool:
    """Return whether the program that writes a file still runs; False where that is unknown."""
    number = path.stem.rpartition("-")[2]
    if os.name != "posix" or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _form() -> TypeAdapter[SavedSession]:
    return TypeAdapter(SavedSession)


def _nothing(_: None) -> None:
    """Ignore a result."""


def _remove(path: Path) -> None:
    for gone in (path, path.with_suffix(".npz")):
        with suppress(OSError):
            gone.unlink(missing_ok=True)
