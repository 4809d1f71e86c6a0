"""The files that a scenario names - formation, runner, ghosts - while others may write them.

In: the paths that were looked at when the scenario was last read. Out: whether any of them says
something else now; it may have appeared, vanished, or been put in the other's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SETTLED = 6
"""Looks after which a file whose time and size stay the same is not read again: a second change
within its clock's grain would otherwise be missed."""

Stamp = tuple[int, int, int]


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes when a file does, None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(slots=True)
class _Seen:
    stamp: Stamp | None
    digest: bytes
    looks: int = 0


class NamedFiles:
    """Several files that are looked at together."""

    def __init__(self) -> None:
        """Watch none."""
        self._seen: dict[Path, _Seen] = {}

    def watch(self, paths: Iterable[Path]) -> None:
        """Watch these from now on; those watched already keep what was seen of them."""
        self._seen = {
            path: self._seen.get(path) or _Seen(stamp_of(path), _digest(path)) for path in paths
        }

    def look(self) -> bool:
        """Look at all of them; return whether any says something else than at the last look."""
        changed = False
        for path, seen in self._seen.items():
            stamp = stamp_of(path)
            seen.looks = seen.looks + 1 if stamp == seen.stamp else 0
            if seen.looks > SETTLED:
                continue
            digest = _digest(path)
            changed |= digest != seen.digest
            seen.stamp, seen.digest = stamp, digest
        return changed


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except (OSError, ValueError):
        return b""
