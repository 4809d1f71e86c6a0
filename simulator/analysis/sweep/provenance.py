"""What a sweep's numbers come from besides what is asked: the program and the files it reads.

In: nothing, or texts that may name files. Out: digests, so that chunks kept from before are gone on
with only where they would come out the same again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from simulator.resources import configs_dir

_PACKAGE = Path(__file__).resolve().parents[2]
_ROOMS = ("analysis", "physics", "recording", "scenario")
_ENDINGS = (".yaml", ".yml")
_LONGEST_NAME = 300


@cache
def program() -> str:
    """Return what tells these rooms, shipped files and this numpy from any others."""
    files = [*_PACKAGE.glob("*.py"), *configs_dir().rglob("*.yaml")]
    for room in _ROOMS:
        files += (_PACKAGE / room).rglob("*.py")
    told = hashlib.sha256(f"{version('lightpace')} {np.__version__}".encode())
    for path in sorted(files):
        told.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return told.hexdigest()


def files_named(texts: Iterable[str], folder: Path) -> list[tuple[str, str]]:
    """Return the texts that name a file here, each with the digest of what is in it."""
    found = []
    names = (t for t in texts if len(t) < _LONGEST_NAME and t.strip("\"'").endswith(_ENDINGS))
    for text in dict.fromkeys(names):
        try:
            content = (folder / text.strip("\"'")).read_bytes()
        except (OSError, ValueError):
            continue  # that row will be an invalid one
        found.append((text, hashlib.sha256(content).hexdigest()))
    return found
