"""Tables of results: whole or absent, the same numbers when read back, kept by chunks."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.sweep import Columns, SweepRequest, grid_of, request_of
from simulator.errors import ExtraError, LightpaceError, OutputError
from simulator.export.table import ChunkStore, read_columns, write_columns

CHUNKS: list[Columns] = [
    {
        "pacers.count": np.array([0.0, 1.0]),
        "plan": np.array(["{shape: even}", 'a "b", ü']),
        "finish_s": np.array([1 / 3, np.nan]),
        "reason": np.array(["", "--set  no\nsecond line"]),
    },
    {
        "pacers.count": np.array([2.0]),
        "plan": np.array(["{shape: even}"]),
        "finish_s": np.array([246.41999999999999]),
        "reason": np.array([""]),
    },
]


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_columns_read_back_the_same_to_the_bit(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"out{ending}"
    write_columns(file, iter(CHUNKS))
    result = read_columns(file)
    assert list(result) == list(CHUNKS[0])
    for name in result:
        expected = np.concatenate([c[name] for c in CHUNKS])
        nan_too = expected.dtype.kind == "f"
        assert np.array_equal(result[name], expected, equal_nan=nan_too)
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_json_is_strict_and_holds_one_object_a_row(tmp_path: Path) -> None:
    write_columns(tmp_path / "out.json", iter(CHUNKS))
    rows = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert rows[1] == {
        "pacers.count": 1,
        "plan": 'a "b", ü',
        "finish_s": None,
        "reason": "--set  no\nsecond line",
    }


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_a_table_that_is_not_finished_is_not_there(tmp_path: Path, ending: str) -> None:
    def broken() -> Iterator[Columns]:
        yield CHUNKS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_columns(tmp_path / f"out{ending}", broken())
    assert not list(tmp_path.iterdir())


def test_another_ending_and_a_missing_extra_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match=r"\.csv, \.json or \.parquet"):
        write_columns(tmp_path / "out.txt", iter(CHUNKS))
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ExtraError, match=r"lightpace\[parquet\]"):
        write_columns(tmp_path / "out.parquet", iter(CHUNKS))


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", "[]"])
def test_what_is_no_table_is_said_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LightpaceError, match="not a table"):
        read_columns(file)
    with pytest.raises(LightpaceError, match="cannot be read"):
        read_columns(tmp_path / "none.csv")


@pytest.fixture
def request_of_two() -> SweepRequest:
    grid = grid_of(["runner.mass=40..42:0.0002"])
    return request_of("breaking4", grid)


def test_kept_chunks_are_found_again_and_damaged_or_foreign_ones_are_not(
    tmp_path: Path, request_of_two: SweepRequest
) -> None:
    store = ChunkStore(tmp_path / "out.csv", request_of_two)
    assert store.missing() == [0, 1, 2]
    for number in (0, 1, 2):
        store.write(number, CHUNKS[0])
    result = store.read(1)
    assert result is not None
    assert result["plan"].tolist() == CHUNKS[0]["plan"].tolist()
    files = sorted(store.folder.iterdir())
    files[2].write_bytes(files[2].read_bytes()[:100])
    assert ChunkStore(tmp_path / "out.csv", request_of_two).missing() == [2]
    other = request_of("breaking4", grid_of(["runner.mass=40..41"]))
    assert ChunkStore(tmp_path / "out.csv", other).missing() == [0]
    assert store.missing() == [0, 1, 2]
    store.remove()
    assert not store.folder.exists()


@pytest.mark.parametrize("text", ["[" * 5000, "{" * 5000, "[[1]]", "3"])
def test_what_is_json_and_no_table_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LightpaceError, match=r"a.json is not a table of results\."):
        read_columns(file)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n" + b"x" * 131_073 + b",1\n",
        b'a,b\n"1,2\n',
        b"a,b\n1\n",
        b"\xff\xfe\x00",
        b"",
        b"a,b\n\0,1\n",
    ],
)
def test_a_csv_that_is_damaged_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.csv"
    path.write_bytes(content)
    try:
        columns = read_columns(path)
    except LightpaceError as error:
        refusal = str(error)
    else:
        assert list(columns) == ["a", "b"]
        return
    assert refusal == f"{path} is not a table of results."


def test_a_table_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(10**10)
    with pytest.raises(LightpaceError, match="too large"):
        read_columns(path)
