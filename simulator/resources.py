"""Locations of files: shipped ones in `configs/` and `assets/`, the user's in `user_dir`.

In: a name relative to one of the folders. Out: a path; a shipped file's path exists. An installed
wheel has both folders inside the package; a checkout has them next to it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from simulator.errors import ResourceError

SETTINGS = "settings.yaml"
"""The file in the user's folder that stores what the window remembers; all others are scenarios."""
_PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Return the folder of shipped scenarios; raises `ResourceError` if it is missing."""
    return _shipped_folder("configs")


def assets_dir() -> Path:
    """Return the folder of fonts and pictures; raises `ResourceError` if it is missing."""
    return _shipped_folder("assets")


@lru_cache(maxsize=1)
def user_dir() -> Path:
    r"""Return the folder of the user's files, laid out like `configs/`; it may not exist.

    `~/.config/lightpace` on Linux, `~/Library/Application Support/lightpace` on macOS,
    `%LOCALAPPDATA%\lightpace` on Windows.
    """
    from platformdirs import user_config_path  # noqa: PLC0415 - a window opens without it

    return user_config_path("lightpace", appauthor=False)


def config_path(name: str) -> Path:
    """Return the path of `configs/<name>`; raises `ResourceError` if there is no such file."""
    return _inside(configs_dir(), name)


def asset_path(name: str) -> Path:
    """Return the path of `assets/<name>`; raises `ResourceError` if there is no such file."""
    return _inside(assets_dir(), name)


def _shipped_folder(name: str) -> Path:
    for parent in (_PACKAGE, _PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise ResourceError(
        f"The folder {name!r} is neither in {_PACKAGE} nor beside it; reinstall lightpace."
    )


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.exists():
        raise ResourceError(f"There is no {name!r} in {folder}; reinstall lightpace.")
    return path
