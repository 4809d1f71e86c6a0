"""Locating and reading scenario files, with every failure as one listed problem.

In: a path, or the bare name of a shipped file or of one in the user's folder. Out: the file's path,
its text; for a formation or a runner in a separate file, that file's content.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic_core import PydanticCustomError

from simulator.errors import Problem, ScenarioError
from simulator.files import SETTINGS, configs_dir, opened, user_dir
from simulator.scenario.fields import did_you_mean, guess
from simulator.scenario.png_texts import MOMENT, SCENARIO, is_picture, text_of
from simulator.scenario.yaml_tree import Document, read_document

LOG = logging.getLogger(__name__)
MAX_BYTES = 1_000_000
NO_FILE = "there is no such file"
_NONE: Mapping[str, Path] = MappingProxyType({})


def refuse(
    source: str, message: str, hint: str = "", line: int = 0, column: int = 0
) -> ScenarioError:
    """Return the error for a file that cannot be used at all."""
    return ScenarioError([Problem(source, line, column, "", message, hint)])


def shipped_names(folder: str = "") -> list[str]:
    """Return the names of the shipped scenarios, or of the files in a folder of `configs/`.

    Raises:
        ResourceError: the shipped files are missing.
    """
    return list(_files_in(configs_dir() / folder))


def named_files(folder: str = "") -> dict[str, Path]:
    """Return the files that have a name: the shipped files of a folder, then the user's.

    A shipped name always means the shipped file, so that a name means the same everywhere.

    Raises:
        ResourceError: the shipped files are missing.
    """
    shipped = _files_in(configs_dir() / folder)
    return {**shipped, **{k: v for k, v in users_files(folder).items() if k not in shipped}}


def users_files(folder: str = "") -> dict[str, Path]:
    """Return the files in a folder of the user's own folder by name."""
    listed = _files_in(user_dir() / folder)
    return {name: path for name, path in listed.items() if folder or path.name != SETTINGS}


def _files_in(where: Path) -> Mapping[str, Path]:
    try:
        return _files_as_of(where, where.stat().st_mtime_ns)
    except OSError:
        return {}


@lru_cache(maxsize=32)  # every turn of a knob needs them
def _files_as_of(where: Path, _as_of: int) -> Mapping[str, Path]:
    return {path.stem.removesuffix(".lightpace"): path for path in sorted(where.glob("*.yaml"))}


def is_bare_name(text: str) -> bool:
    """Return whether `text` may be the name of a shipped file, and no path."""
    return bool(text) and not any(char in text for char in "/\\\0") and not Path(text).suffix


def find_scenario(source: str | Path, folder: Path = Path()) -> Path:
    """Return the file meant by a path relative to `folder`, or by the name of a scenario.

    Raises:
        ScenarioError: there is no such file, or it is a directory or no regular file.
        ResourceError: the shipped files are missing.
    """
    named = named_files()
    if str(source).startswith("stories/"):  # stories too: the reader reports them
        named = {f"stories/{name}": path for name, path in named_files("stories").items()}
    return find_file(source, folder, named)


def find_file(
    source: str | Path, folder: Path, named: Mapping[str, Path] = _NONE, what: str = "file"
) -> Path:
    """Return the file meant by a path relative to `folder`, or by the name of one of `named`.

    Raises:
        ScenarioError: as for `find_scenario`; the message says that there is no such `what`.
    """
    text = str(source)
    path = folder / source
    try:
        note(path)
        if text and path.is_file():
            return path
        name = text.removesuffix(".yaml") if isinstance(source, str) else ""
        if name in named:
            return named[name]
        if text and path.is_dir():
            raise refuse(text, "this is a directory, not a file")
        if text and path.exists():
            raise refuse(text, "this is not a regular file")
        near = [p.name for p in islice(path.parent.glob(f"*{path.suffix}"), 500)]
    except (OSError, ValueError, RuntimeError) as error:
        raise refuse(_printable(text), not_found(error)) from None
    names = list(named)
    meant = guess(text, names) or guess(path.stem, names) or guess(path.name, near)
    hint = did_you_mean(meant, () if path.suffix else names)
    if names and not hint and not path.suffix:
        hint = "lightpace list names those that ship"
    raise refuse(_printable(text) or "''", f"there is no such {what}", hint)


def not_found(error: Exception) -> str:
    """Return why the system did not say whether a file exists."""
    if isinstance(error, PermissionError):
        return f"cannot be read: {error.strerror}"
    return "this cannot be a file's name"


def _printable(text: str) -> str:
    """Return a name that is no file's, for a message."""
    return (text if text.isprintable() else ascii(text))[:300]


@dataclass(slots=True)
class FileAccess:
    """The files that were accessed while a scenario was read.

    Attributes:
        given: texts to use instead of the content of a file, by path.
        looked_at: every path that was read or searched for, existing or not.
        texts: what was read, by path.
    """

    given: Mapping[Path, str] = field(default_factory=dict)
    looked_at: set[Path] = field(default_factory=set)
    texts: dict[Path, str] = field(default_factory=dict)


_FILES: ContextVar[FileAccess | None] = ContextVar("files", default=None)


@contextmanager
def noting(files: FileAccess) -> Iterator[None]:
    """Record in `files`, inside this context, which files are accessed."""
    token = _FILES.set(files)
    try:
        yield
    finally:
        _FILES.reset(token)


def note(path: Path) -> None:
    """Record that the content of this path matters."""
    files = _FILES.get()
    if files is not None:
        files.looked_at.add(path)


def read_text(path: Path, shown: str) -> str:
    """Return the text of a UTF-8 file of at most `MAX_BYTES`; a byte order mark is dropped.

    Raises:
        ScenarioError: it is too large, cannot be read, or is in another encoding.
    """
    files = _FILES.get()
    if files is None:
        return _read_text(path, shown)
    files.looked_at.add(path)
    files.texts[path] = files.given[path] if path in files.given else _read_text(path, shown)
    return files.texts[path]


def moment_of(source: str | Path) -> float | None:
    """Return the race time that a picture shows [s]; None if it is no picture, or has none.

    Raises:
        ScenarioError: the picture cannot be read.
    """
    path = Path(source)
    if not is_picture(path):
        return None
    try:
        moment = float(_content(path, str(path), MOMENT))
    except (OSError, ValueError):  # the reader of the scenario reports what is wrong with the file
        return None
    return moment if math.isfinite(moment) else None


def _content(path: Path, shown: str, name: str = SCENARIO) -> bytes:
    """Return the content of a file, or the text `name` of a picture; its size is limited."""
    try:
        if is_picture(path):
            return text_of(path, name, MAX_BYTES) or b""
        with opened(path) as file:
            return file.read(MAX_BYTES + 1)
    except ValueError as error:
        if not is_picture(path):
            raise
        raise refuse(shown, f"this picture {error}") from None


def _read_text(path: Path, shown: str) -> str:
    LOG.info("reading %s", path)
    try:
        data = _content(path, shown)
    except IsADirectoryError:
        raise refuse(shown, "this is a directory, not a file") from None
    except FileNotFoundError:
        raise refuse(shown, NO_FILE) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is not usable"
        raise refuse(shown, f"cannot be read: {why}") from None
    if not data and is_picture(path):
        hint = "lightpace still makes pictures that do"
        raise refuse(shown, "this picture holds no scenario", hint)
    if len(data) > MAX_BYTES:
        raise refuse(shown, f"is larger than {MAX_BYTES // 1_000_000} MB", "is it a scenario?")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse(shown, "is encoded as UTF-16", "save the file as UTF-8", 1, 1)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        what = f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8"
        raise refuse(shown, what, "save the file as UTF-8", line, column) from None


# -- sections in separate files ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionLibrary:
    """Sections that a scenario may name: the word for one, and their folder in `configs/`."""

    word: str
    folder: str

    def document(self, name: str, folder: Path) -> Document:
        """Return the content of the file of that name.

        A bare name is a shipped file or the user's; anything with a slash or a suffix is a path
        relative to `folder`.

        Raises:
            ScenarioError: there is no such file, or it cannot be read.
            ResourceError: the shipped files are missing.
        """
        path = folder / name
        if is_bare_name(name):
            named = named_files(self.folder)
            if name not in named:
                names = list(named)
                hint = did_you_mean(guess(name, names), names)
                raise refuse(name, f"there is no {self.word} '{name[:60]}'", hint)
            path = named[name]
        return read_document(read_text(path, str(path)), str(path))

    def find(self, value: Any) -> Any:
        """Return the values of a name's file; anything but a name is returned unchanged.

        Raises:
            PydanticCustomError: there is no such file, or it has problems.
        """
        if not isinstance(value, str):
            return value
        try:
            document = self.document(value, Path())
            if document.flaws:
                raise ScenarioError(document.flaws)
        except ScenarioError as error:
            raise PydanticCustomError("unreadable", "{why}", {"why": str(error)}) from None
        return document.root


FORMATION = SectionLibrary("formation", "formations")
RUNNER = SectionLibrary("runner", "runners")
DEFAULT_FORMATION = "breaking4"
