"""Columns of results as files: `.csv`, `.json`, `.parquet`, written chunk by chunk, and read back.

In: chunks of columns, all with the same names. Out: a file, complete or absent. Numbers are written
so that they read back the same to the bit; NaN is an empty cell, or null.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.sweep.axes import number_of, rows_of_csv
from simulator.analysis.sweep.sweep import Columns
from simulator.errors import ExtraError, LightpaceError, OutputError, requiring
from simulator.files import read_bytes, replacing

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
