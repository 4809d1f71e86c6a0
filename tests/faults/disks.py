"""Disks and folders that take nothing, made for a test.

In: a folder. Out: the same folder, on which a disk of its own is mounted; somebody else to be.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import pytest

from simulator.cli import HOMES


def mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a disk of its own on a folder, where that is allowed."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("a disk of one's own needs the rights to mount one")
    try:
        yield folder
    finally:
        # lazily: FFmpeg forgets to close a file whose head it cannot move to its front any more
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def fill(path: Path) -> None:
    """Write a file until the disk has no whole block left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@contextmanager
def few_bytes() -> Iterator[None]:
    """Be somebody whose files may not grow beyond 100 bytes; no bytecode is left half written."""
    import resource  # noqa: PLC0415 - there is none on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody who may not enter a locked folder; the superuser may."""
    for name in (*(f"simulator.cli.{home}" for home in HOMES), "email.parser"):
        import_module(name)  # before: Python itself may lie where only the superuser may look
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)
