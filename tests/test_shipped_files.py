from __future__ import annotations

from pathlib import Path

import pytest

from simulator import files
from simulator.errors import ResourceError


def test_finds_the_folders_of_a_checkout() -> None:
    assert files.asset_path("fonts/OFL.txt").is_file()
    assert files.configs_dir().is_dir()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ResourceError, match=r"'fonts/nothing\.ttf'"):
        files.asset_path("fonts/nothing.ttf")


def test_the_folder_inside_the_package_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "simulator"
    (package / "configs").mkdir(parents=True)
    (tmp_path / "configs").mkdir()
    monkeypatch.setattr(files, "_PACKAGE", package)
    assert files.configs_dir() == package / "configs"


def test_no_folder_at_all_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PACKAGE", tmp_path / "simulator")
    with pytest.raises(ResourceError, match="reinstall lightpace"):
        files.configs_dir()
