"""Columns of results as files: `.csv`, `.json`, `.parquet`, written chunk by chunk, and read back.

In: chunks of columns, all with the same names. Out: a file, complete or absent. Numbers are written
so that they read back the same to the bit; NaN is an empty cell, or null. `ChunkStore` keeps the
finished chunks of a sweep next to its output, so that an interrupted one can continue.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep import Columns, SweepRequest, number_of, rows_of_csv
from simulator.errors import ExtraError, LightpaceError, OutputError, requiring
from simulator.files import make_folder, opened, read_bytes, replacing, shown, target_of

ENDINGS = (".csv", ".json", ".parquet")
_MAX_BYTES = 200_000_000
"""A larger table is refused: as Python values it would take more than 2 GB."""


def check_ending(path: Path) -> None:
    """Refuse an unsupported file extension before anything is computed.

    Raises:
        OutputError: the extension is none of `ENDINGS`.
        ExtraError: it is `.parquet` and pyarrow is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: results are written as .csv, .json or .parquet.")
    if path.suffix.lower() == ".parquet":
        _pyarrow()


def _pyarrow() -> Any:
    with requiring("A .parquet file", "parquet"):
        import pyarrow.parquet  # noqa: PLC0415 - comes with an extra
    return pyarrow


def write_columns(path: Path, chunks: Iterable[Columns]) -> None:
    """Write chunks one after another; the file appears when all of them are in it.

    Raises:
        OutputError: the file cannot be written, or its extension is not supported.
        ExtraError: pyarrow is needed and not installed.
    """
    check_ending(path)
    with replacing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            _write_parquet(temporary, chunks)
        elif path.suffix.lower() == ".csv":
            _write_lines(temporary, _csv_lines(chunks))
        else:
            _write_lines(temporary, _json_lines(chunks))


def _write_lines(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


def _plain(columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Yield rows of plain values; None for NaN, whole numbers without a point."""
    yield from zip(*map(_cells, columns.values()), strict=True)


def _cells(column: NDArray[Any]) -> list[Any]:
    cells: list[Any] = column.tolist()
    if column.dtype.kind == "f":
        for i in np.flatnonzero(np.isnan(column)).tolist():
            cells[i] = None
        whole = (column == np.trunc(column)) & (np.abs(column) < 1e15)
        for i in np.flatnonzero(whole).tolist():
            cells[i] = int(cells[i])
    return cells


def _csv_lines(chunks: Iterable[Columns]) -> Iterator[str]:
    for i, columns in enumerate(chunks):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if i == 0:
            writer.writerow(columns)
        writer.writerows(_plain(columns))
        yield text.getvalue()


def _json_lines(chunks: Iterable[Columns]) -> Iterator[str]:
    before = "[\n"
    for columns in chunks:
        rows = [
            json.dumps(dict(zip(columns, row, strict=True)), allow_nan=False)
            for row in _plain(columns)
        ]
        if rows:
            yield before + ",\n".join(rows)
            before = ",\n"
    yield "\n]\n"


def _write_parquet(path: Path, chunks: Iterable[Columns]) -> None:
    arrow = _pyarrow()
    writer = None
    try:
        for columns in chunks:
            table = arrow.table(
                {
                    name: arrow.array(values, from_pandas=values.dtype.kind == "f")
                    for name, values in columns.items()
                }
            )
            if writer is None:
                writer = arrow.parquet.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def read_columns(path: Path) -> Columns:
    """Return the columns of a file that `write_columns` wrote; numbers if all cells are.

    Raises:
        LightpaceError: it cannot be read, or contains no table.
        ExtraError: pyarrow is needed and not installed.
    """
    try:
        data = read_bytes(path, _MAX_BYTES)
        if path.suffix.lower() == ".parquet":
            table = _pyarrow().parquet.read_table(io.BytesIO(data))
            cells = {name: table.column(name).to_pylist() for name in table.column_names}
        elif path.suffix.lower() == ".json":
            rows = json.loads(data)
            cells = {name: [row.get(name) for row in rows] for name in rows[0]}
        else:
            head, *lines = rows_of_csv(data.decode("utf-8-sig"))
            cells = {name: [row[i] for row in lines] for i, name in enumerate(head)}
    except OSError as error:
        raise LightpaceError(f"{path} cannot be read: {error.strerror or error}.") from None
    except ExtraError:
        raise
    except Exception:  # noqa: BLE001 - csv, json and pyarrow have a dozen ways to say damaged
        raise LightpaceError(f"{path} is not a table of results.") from None
    return {name: _column(values) for name, values in cells.items()}


def _column(values: list[Any]) -> np.ndarray[Any, Any]:
    texts = ["" if v is None else str(v) for v in values]
    numbers = [float("nan") if text == "" else number_of(text) for text in texts]
    if any(texts) and all(n is not None for n in numbers):
        return np.array(numbers, dtype=np.float64)
    return np.array(texts)


# -- the chunks of an unfinished sweep -------------------------------------------------------------


_LOCK = "lock"
_LONGEST = 200
"""Bytes of an output's name that leave room for the name of the folder next to it."""


class ChunkStore:
    """The finished chunks of one request: a folder of files, one per chunk.

    They are named by the request's digest and the chunk's number. Files of other requests and
    truncated ones do not count; damage inside shows when a file is read. The writing process holds
    a lock file with its number in it, which keeps others out.
    """

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
