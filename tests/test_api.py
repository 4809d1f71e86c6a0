"""docs/api.md runs as it stands, and results go to pandas and polars without needing them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from simulator import LightpaceError, Table
from tests.samples import few_samples

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
TABLE = Table({"finish_s": np.array([246.42, np.nan]), "status": np.array(["finished", "invalid"])})


def test_the_examples_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 7
    names: dict[str, object] = {}
    with few_samples():
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page


@pytest.mark.parametrize(("name", "way"), [("pandas", "to_pandas"), ("polars", "to_polars")])
def test_a_table_becomes_a_data_frame_where_the_package_is_there(
    monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    package = ModuleType(name)
    package.DataFrame = dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, package)
    assert list(getattr(TABLE, way)()) == ["finish_s", "status"]
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LightpaceError, match=f"pip install {name}"):
        getattr(TABLE, way)()


@pytest.mark.parametrize(("name", "way"), [("pandas", "to_pandas"), ("polars", "to_polars")])
def test_the_real_package_takes_numbers_and_words_as_they_are(name: str, way: str) -> None:
    package = pytest.importorskip(name)
    frame = getattr(TABLE, way)()
    assert isinstance(frame, package.DataFrame)
    assert list(frame.columns) == ["finish_s", "status"]
    assert frame["finish_s"].to_numpy().dtype == np.float64
    assert np.array_equal(frame["finish_s"].to_numpy(), TABLE["finish_s"], equal_nan=True)
    assert list(frame["status"]) == ["finished", "invalid"]
