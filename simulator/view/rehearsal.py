"""Rehearsal timings of a talk's chapters, kept with the user's state.

In: names of chapters, seconds. Out: a short YAML file. An unreadable file counts as empty, and is
rewritten only when timings are kept.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from simulator.errors import LightpaceError
from simulator.files import is_there, make_folder, read_bytes, write_text
from simulator.stage.scene import Outline

MOST_BYTES = 1_000_000


def rehearsals_file() -> Path:
    """Return the path of the file of timings, which may not exist."""
    from platformdirs import user_state_path  # noqa: PLC0415 - only who presents wants it

    return user_state_path("lightpace", appauthor=False) / "rehearsals.yaml"


def load_timings(path: Path, outline: Outline) -> dict[str, float]:
    """Return how long each chapter of this title took [s], by name; without unknown ones."""
    kept = _read(path).get(outline.title)
    if not isinstance(kept, dict):
        return {}
    numbers = {name: kept.get(name) for name in outline.names}
    return {
        name: float(n)
        for name, n in numbers.items()
        if isinstance(n, (int, float)) and math.isfinite(n) and n >= 0
    }


def save_timings(path: Path, outline: Outline, spent: dict[str, float]) -> None:
    """Write how long each chapter took [s]; those of other talks stay.

    Raises:
        LightpaceError: the file cannot be written.
    """
    import yaml  # noqa: PLC0415 - a window opens sooner without

    every = _read(path) | {outline.title: {name: round(s, 1) for name, s in spent.items()}}
    make_folder(path.parent, parents=True)
    write_text(path, yaml.safe_dump(every, sort_keys=False, allow_unicode=True))


def _read(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - a window opens sooner without

    try:
        plain = yaml.safe_load(read_bytes(path, MOST_BYTES)) if is_there(path) else {}
    except (OSError, LightpaceError, yaml.YAMLError, UnicodeDecodeError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}
