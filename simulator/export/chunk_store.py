"""Finished chunks of a sweep beside its output, so that an interrupted one goes on.

In: an output path and a `Request`. Out: `ChunkStore`, a folder of files, one a chunk, named by the
request's digest and the chunk's number. A file of another request does not count, nor one that has
lost its end; damage inside shows when it is read. A file with the number of the process
that writes there keeps others away.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from simulator.analysis.sweep.chunks import Columns, Request
from simulator.errors import OutputError
from simulator.files import replacing, shown, target_of

_LOCK = "lock"
_LONGEST = 200
"""Bytes of an output's name that still leave room for those of the folder beside it."""


class ChunkStore:
    """The finished chunks of one request."""

    def __init__(self, output: Path, request: Request) -> None:
        """Keep chunks in a hidden folder beside `output`."""
        name, whole = output.name, os.fsencode(output.name)
        if len(whole) > _LONGEST:
            name = f"{name[:40]}-{hashlib.sha256(whole).hexdigest()[:16]}"
        self.folder = output.with_name(f".{name}.chunks")
        self._output, self._lock = output, self.folder / _LOCK
        self._chunks, self._key = request.chunks, request.digest[:24]

    def _path(self, number: int) -> Path:
        return self.folder / f"{self._key}-{number:07d}.npz"

    def missing(self) -> list[int]:
        """Return the chunks that are still to be run; what another request left is removed.

        One look at the folder and one at the end of each file: files are renamed into place whole,
        so only a disk or a person can have shortened one.

        Raises:
            OutputError: the folder cannot be looked into, or what is in it cannot be removed.
        """
        try:
            paths = list(self.folder.iterdir()) if self.folder.is_dir() else []
            for path in paths:
                if not path.name.startswith((self._key, _LOCK)):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise self._not_kept(error) from error
        names = {path.name for path in paths}
        wanted = ((number, self._path(number)) for number in range(self._chunks))
        return [n for n, path in wanted if path.name not in names or not zipfile.is_zipfile(path)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the folder for this process; a place that cannot be written is refused at once.

        Raises:
            OutputError: another sweep has it, or the output or the folder cannot be written.
        """
        target_of(self._output)  # refuses what could not be written in the end
        self._make()
        try:
            lock = self._create_lock()
            try:
                yield
            finally:
                os.close(lock)
                with suppress(OSError, ValueError):
                    if int(self._lock.read_bytes()) == os.getpid():
                        self._lock.unlink()
        finally:
            with suppress(OSError):  # it goes if it is empty: chunks in it are kept
                self.folder.rmdir()

    def _create_lock(self) -> int:
        """Return the lock, open: there, Windows lets nobody take it away."""
        while True:
            try:
                lock = os.open(self._lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            except FileExistsError:
                self._break_stale_lock()
                continue
            except FileNotFoundError:  # another sweep has just ended and taken the folder away
                self._make()
                continue
            except OSError as error:
                raise self._not_kept(error) from error
            try:
                os.write(lock, str(os.getpid()).encode())
            except OSError as error:
                os.close(lock)
                with suppress(OSError):
                    self._lock.unlink()
                raise self._not_kept(error) from error
            return lock

    def _break_stale_lock(self) -> None:
        """Take away the lock of a process that is no more.

        Raises:
            OutputError: that process is running.
        """
        aside = self.folder / f"{_LOCK}-{os.getpid()}"
        try:
            old = _owner_of(self._lock)
            if _is_running(old):
                raise self._busy(old)
            self._lock.replace(aside)
            taken = _owner_of(aside)
            if taken != old:  # somebody was quicker, and this is the new one
                aside.replace(self._lock)
                raise self._busy(taken)
            aside.unlink()
        except FileNotFoundError:
            return  # it has gone by itself
        except OSError as error:
            raise self._not_kept(error) from error

    def _busy(self, process: str) -> OutputError:
        return OutputError(
            f"Another sweep is writing {shown(self._output)} (process {process}): "
            "wait for it or choose another -o."
        )

    def _make(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{shown(self.folder)} cannot be made: {error.strerror}.") from error

    def _not_kept(self, error: OSError) -> OutputError:
        why = error.strerror or error
        return OutputError(f"Chunks cannot be kept in {shown(self.folder)}: {why}.")

    def write(self, number: int, columns: Columns) -> None:
        """Keep a chunk.

        Raises:
            OutputError: it cannot be written.
        """
        self._make()
        named = {f"c{i}": values for i, values in enumerate(columns.values())}
        try:
            with replacing(self._path(number)) as beside, beside.open("wb") as file:
                np.savez(file, allow_pickle=False, names=np.array(list(columns)), **named)
        except OutputError:
            with suppress(OSError):  # it goes if it is empty: chunks in it are kept
                self.folder.rmdir()
            raise

    def read(self, number: int) -> Columns | None:
        """Return a chunk, None if it is not there or damaged."""
        try:
            # opened here: numpy leaves a damaged file open
            with (
                self._path(number).open("rb") as file,
                np.load(file, allow_pickle=False) as kept,
            ):
                return {str(name): kept[f"c{i}"] for i, name in enumerate(kept["names"])}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None

    def remove(self) -> None:
        """Remove all that was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _owner_of(lock: Path) -> str:
    """Return the number of the process in a lock; one that was just made is waited for."""
    for _ in range(20):
        text = lock.read_bytes().decode("ascii", "replace")
        if text:
            return text
        time.sleep(0.01)
    return ""


def _is_running(process: str) -> bool:
    """Return whether another process with this number is running and may be signalled."""
    if sys.platform == "win32" or not process.isdecimal() or int(process) in (0, os.getpid()):
        return False
    try:
        os.kill(int(process), 0)  # signal 0 only asks
    except (OSError, OverflowError):
        return False
    return True
