"""What the window keeps from one run to the next: its settings, and the timings of a talk.

In: short YAML files in the system's folders for settings and for state. Out: `Preferences` (theme,
size, strip, sound), the seconds of each chapter in a rehearsal, and the files with what has changed
in the window. An unusable file of settings is left as it is, and its problem is reported; one of
timings counts as empty, and is rewritten only when timings are kept.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import LightpaceError
from simulator.files import is_there, make_folder, read_bytes, write_text

if TYPE_CHECKING:  # read before the first picture, of the empty stadium
    from simulator.stage.scene import Outline

MOST_BYTES = 100_000
_HEADING = "# lightpace: how the window opens; it writes here what you change in it.\n"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the window opens.

    Attributes:
        theme: name of the theme, or its file.
        size: of the window [px].
        axis, measure: what the what-if strip shows.
        sound: whether it starts with sound.
    """

    theme: str = "night"
    size: tuple[int, int] = (1280, 720)
    axis: str = "pacers"
    measure: str = "finish time"
    sound: bool = False


def settings_file() -> Path:
    """Return the path of the user's settings file, which may not exist."""
    from platformdirs import user_config_path  # noqa: PLC0415 - only a window wants it

    return user_config_path("lightpace", appauthor=False) / "settings.yaml"


def load_preferences(path: Path) -> tuple[Preferences, str]:
    """Return the content of a settings file, and its problem as a sentence, empty if it has none.

    With a problem, or without a file, the defaults apply.
    """
    usual = Preferences()
    try:
        if not is_there(path):
            return usual, ""
        import yaml  # noqa: PLC0415 - a window opens sooner without

        try:
            plain = yaml.safe_load(read_bytes(path, MOST_BYTES)) or {}
            return replace(usual, **_checked(plain)), ""
        except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
            why = str(error).partition("\n")[0]
    except (OSError, LightpaceError) as error:
        why = str(error)
    return usual, f"{path}: {why.rstrip('.')}. It is left as it is."


def _checked(plain: Any) -> dict[str, Any]:
    """Return the settings from plain values; unknown keys are ignored.

    Raises:
        ValueError: one of them has the wrong type.
    """
    if not isinstance(plain, dict):
        raise ValueError("it holds no settings")
    checked: dict[str, Any] = {}
    for key, usual in asdict(Preferences()).items():
        value = plain.get(key, usual)
        if key == "size":
            whole = isinstance(value, (list, tuple)) and len(value) == 2
            if not whole or not all(type(n) is int and 0 < n < 20_000 for n in value):
                raise ValueError("size is not a width and a height such as [1280, 720]")
            value = tuple(value)
        elif type(value) is not type(usual):
            raise ValueError(f"{key} is not a {'word' if isinstance(usual, str) else 'yes or no'}")
        checked[key] = value
    return checked


def save_preferences(path: Path, before: Preferences, after: Preferences) -> None:
    """Write the settings changed since the window opened into the file; the rest stays.

    Raises:
        LightpaceError: it cannot be written.
    """
    old, new = asdict(before), asdict(after)
    changed = {key: value for key, value in new.items() if value != old[key]}
    there, problem = load_preferences(path)
    if not changed or problem:
        return
    plain = asdict(replace(there, **changed))
    plain["size"] = list(plain["size"])
    make_folder(path.parent, parents=True)
    import yaml  # noqa: PLC0415 - a window opens sooner without

    write_text(path, _HEADING + yaml.safe_dump(plain, sort_keys=False, default_flow_style=None))


# -- timings of a talk's chapters -----------------------------------------------------------------

MOST_TIMED_BYTES = 1_000_000


def rehearsals_file() -> Path:
    """Return the path of the file of timings, which may not exist."""
    from platformdirs import user_state_path  # noqa: PLC0415 - only who presents wants it

    return user_state_path("lightpace", appauthor=False) / "rehearsals.yaml"


def load_timings(path: Path, outline: Outline) -> dict[str, float]:
    """Return how long each chapter of this title took [s], by name; without unknown ones."""
    kept = _kept_timings(path).get(outline.title)
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

    every = _kept_timings(path) | {outline.title: {name: round(s, 1) for name, s in spent.items()}}
    make_folder(path.parent, parents=True)
    write_text(path, yaml.safe_dump(every, sort_keys=False, allow_unicode=True))


def _kept_timings(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - a window opens sooner without

    try:
        plain = yaml.safe_load(read_bytes(path, MOST_TIMED_BYTES)) if is_there(path) else {}
    except (OSError, LightpaceError, yaml.YAMLError, UnicodeDecodeError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}
