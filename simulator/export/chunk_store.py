"""Finished chunks of a sweep beside its output, so that an interrupted one goes on.

In: an output path and a `Request`. Out: `ChunkStore`, a folder of files, one a chunk, named by the
request's digest and the chunk's number. A file of another request does not count, nor one that has
lost its end; what is damaged inside is found when it is read.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from simulator.analysis.sweep.chunks import Columns, Request
from simulator.errors import OutputError
from simulator.files import replacing


class ChunkStore:
    """The finished chunks of one request."""

    def __init__(self, output: Path, request: Request) -> None:
        """Keep chunks in a hidden folder beside `output`."""
        self.folder = output.with_name(f".{output.name}.chunks")
        self._chunks, self._key = request.chunks, request.digest[:24]

    def _path(self, number: int) -> Path:
        return self.folder / f"{self._key}-{number:07d}.npz"

    def missing(self) -> list[int]:
        """Return the chunks that are still to be run; what another request left is removed.

        One look at the folder and one at the end of each file: files are renamed into place whole,
        so only a disk or a person can have shortened one.
        """
        found = list(self.folder.iterdir()) if self.folder.is_dir() else []
        for path in found:
            if not path.name.startswith(self._key):
                path.unlink(missing_ok=True)
        names = {path.name for path in found}
        paths = ((number, self._path(number)) for number in range(self._chunks))
        return [n for n, path in paths if path.name not in names or not zipfile.is_zipfile(path)]

    def prepare(self) -> None:
        """Make the folder, so that a place that cannot be written is told before anything is run.

        Raises:
            OutputError: it cannot be made.
        """
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be made: {error.strerror}.") from error

    def write(self, number: int, columns: Columns) -> None:
        """Keep a chunk.

        Raises:
            OutputError: it cannot be written.
        """
        self.prepare()
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
