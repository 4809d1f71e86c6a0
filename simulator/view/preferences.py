"""The window's settings kept from one run to the next: theme, size, strip, sound.

In: the user's settings file, a short YAML file in the system's folder for settings. Out:
`Preferences`, and the file with the changes made in the window. An unusable file is left as it is,
and its problem is reported.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from simulator.errors import LightpaceError
from simulator.files import is_there, make_folder, read_bytes, write_text

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
