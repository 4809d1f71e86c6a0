"""Finished chunks of a sweep beside its output, so that an interrupted one goes on.

In: an output path and a `Request`. Out: `ChunkStore`, a folder of files, one a chunk, named by the
request's digest and the chunk's number. A file that is of another request or cannot be read does
not count.
"""

from __future__ import annotations

import shutil
import zipfile
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
        self._request = request

    def _path(self, number: int) -> Path:
        return self.folder / f"{self._request.digest[:24]}-{number:07d}.npz"

    def missing(self) -> list[int]:
        """Return the chunks that are still to be run; what another request left is removed."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if not path.name.startswith(self._request.digest[:24]):
                    path.unlink(missing_ok=True)
        return [number for number in range(self._request.chunks) if self.read(number) is None]

    def write(self, number: int, columns: Columns) -> None:
        """Keep a chunk.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be made: {error.strerror}.") from error
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
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def remove(self) -> None:
        """Remove all that was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)
