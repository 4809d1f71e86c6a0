"""Finished chunks of a sweep, stored next to its output, so that an interrupted one can continue.

In: an output path and a `SweepRequest`. Out: `ChunkStore`, a folder of files, one per chunk, named
by the request's digest and the chunk's number. Files of other requests and truncated ones do not
count; damage inside shows when a file is read. The writing process holds a lock file with its
number in it, which keeps others out.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from simulator.analysis.sweep.sweep import Columns, SweepRequest
from simulator.errors import OutputError
from simulator.files import make_folder, opened, replacing, shown, target_of

_LOCK = "lock"
_LONGEST = 200
"""Bytes of an output's name that leave room for the name of the folder next to it."""


class ChunkStore:
    """The finished chunks of one request."""

    def __init__(self, output: Path, request: SweepRequest) -> None:
        """Store chunks in a hidden folder next to `output`."""
        name, whole = output.name, os.fsencode(output.name)
        if len(whole) > _LONGEST:
            name = f"{name[:40]}-{hashlib.sha256(whole).hexdigest()[:16]}"
        self.folder = output.with_name(f".{name}.chunks")
        self._output, self._lock = output, self.folder / _LOCK
        self._chunks, self._key = request.chunks, request.digest[:24]

    def _path(self, number: int) -> Path:
        return self.folder / f"{self._key}-{number:07d}.npz"

    def missing(self) -> list[int]:
        """Return the chunks still to be run; files of other requests are removed.

        This lists the folder and reads the end of each file: files are renamed into place whole, so
        only a disk or a person can have truncated one.

        Raises:
            OutputError: the folder cannot be read, or a file in it cannot be removed.
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
        return [n for n, path in wanted if path.name not in names or not _is_whole(path)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the folder for this process; an unwritable place is refused at once.

        Raises:
            OutputError: another sweep has it, or the output or the folder cannot be written.
        """
        target_of(self._output)  # raises if the final output could not be written
        with ExitStack() as leaving:
            leaving.callback(self._remove_if_empty)
            leaving.enter_context(self._take_lock())
            leaving.callback(self._remove_lock)
            yield

    def _take_lock(self) -> BinaryIO:
        """Return the open lock; the system releases it when this process ends, in any way."""
        while True:
            make_folder(self.folder)
            with ExitStack() as refused:
                try:
                    lock = refused.enter_context(self._lock.open("a+b", buffering=0))
                    if not _lock(lock):
                        lock.seek(0)
                        raise self._busy(lock.read(20).decode("ascii", "replace"))
                    if os.path.samestat(os.fstat(lock.fileno()), self._lock.stat()):
                        refused.callback(self._remove_lock)  # on a full disk, for example
                        lock.truncate(0)
                        lock.write(str(os.getpid()).encode())
                        refused.pop_all()
                        return lock
                except FileNotFoundError:
                    continue  # another sweep has just ended and removed lock and folder
                except OSError as error:
                    raise self._not_kept(error) from error

    def _busy(self, process: str) -> OutputError:
        return OutputError(
            f"Another sweep is writing {shown(self._output)} (process {process}): "
            "wait for it or choose another -o."
        )

    def _remove_lock(self) -> None:
        with suppress(OSError):  # on Windows an open file stays, and locks nothing
            self._lock.unlink()

    def _remove_if_empty(self) -> None:
        with suppress(OSError):  # there are chunks in it
            self.folder.rmdir()

    def _not_kept(self, error: OSError) -> OutputError:
        why = error.strerror or error
        return OutputError(f"Chunks cannot be kept in {shown(self.folder)}: {why}.")

    def write(self, number: int, columns: Columns) -> None:
        """Store a chunk.

        Raises:
            OutputError: it cannot be written.
        """
        make_folder(self.folder)
        named = {f"c{i}": values for i, values in enumerate(columns.values())}
        try:
            with replacing(self._path(number)) as temporary, temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, names=np.array(list(columns)), **named)
        except OutputError:
            self._remove_if_empty()
            raise

    def read(self, number: int) -> Columns | None:
        """Return a chunk; None if it is missing or damaged."""
        try:
            # opened here: numpy leaves a damaged file open
            with opened(self._path(number)) as file, np.load(file, allow_pickle=False) as arrays:
                return {str(name): arrays[f"c{i}"] for i, name in enumerate(arrays["names"])}
        except Exception:  # noqa: BLE001 - numpy and zipfile have a dozen ways to say damaged
            return None

    def remove(self) -> None:
        """Remove all chunks."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_whole(path: Path) -> bool:
    """Return whether a chunk's file is not truncated."""
    try:
        with opened(path) as file:
            return zipfile.is_zipfile(file)
    except OSError:
        return False


def _lock(file: BinaryIO) -> bool:
    """Lock an open file; return False if another process has locked it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - each system has one of the two

            file.seek(1000)  # beyond the content: a locked byte cannot be read on Windows
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # a file system without locks excludes nobody
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True
