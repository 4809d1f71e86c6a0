"""Folders in which nothing can be written, each for a reason of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.disks import fill, mounted
from tests.samples import few_samples


@pytest.fixture(autouse=True)
def _few_samples() -> Iterator[None]:
    with few_samples():
        yield


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not among pytest's own: a disk that a crash left there would stand in later runs' way."""
    with tempfile.TemporaryDirectory(prefix="lightpace-", ignore_cleanup_errors=True) as made:
        out = Path(made) / "out"
        out.mkdir()
        yield out


@pytest.fixture
def full_disk(folder: Path) -> Iterator[Path]:
    for disk in mounted(folder, "size=64k"):
        fill(disk / "filling")
        yield disk


@pytest.fixture
def read_only(folder: Path) -> Iterator[Path]:
    if os.geteuid():
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
    else:  # the superuser may write anywhere but on a disk that is read-only
        yield from mounted(folder, "ro,size=64k")


@pytest.fixture
def not_ours(folder: Path) -> Iterator[Path]:
    """It may be looked into and not written to by `nobody`, nor by its owner but the superuser."""
    folder.parent.chmod(0o777)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o700)


@pytest.fixture
def locked(folder: Path) -> Iterator[Path]:
    folder.parent.chmod(0o777)
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)
