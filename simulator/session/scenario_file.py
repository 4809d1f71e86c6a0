"""The scenario's file: read, watched, written. Another editor may write it at any moment.

In: a path or a shipped scenario's name, elapsed wall time. Out: whether the file, or one that it
names (formation, runner, ghosts), has changed, or why it cannot be read; and a file rewritten only
where values changed. The last readable content stays in use until newer content can be read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.errors import LightpaceError, OutputError, ScenarioError
from simulator.files import configs_dir, is_there, opened, read_bytes, replacing
from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import LightWave, Scenario
from simulator.scenario.pacers import PacerFormation
from simulator.scenario.png_texts import is_picture
from simulator.scenario.reading import (
    FORMATION,
    MAX_BYTES,
    NO_FILE,
    FileAccess,
    find_scenario,
    named_files,
    noting,
    read_text,
)
from simulator.scenario.save import (
    GONE,
    CannotRewriteError,
    Rewritten,
    document_text,
    paired,
    rewrite,
    worded,
)
from simulator.session.history import Settings, path_of

POLL_S = 0.5
"""Interval between checks of the files [s of wall time]."""
_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(r"^\s*#|\s#", re.MULTILINE)


class ScenarioFile:
    """One watched file.

    Attributes:
        text: its last content.
        shipped: whether it comes with the program or is a picture; it is never written.
        missing: why it cannot be read; empty if it can.
        problem: why its content cannot be used, set by the caller.
        named_changed: whether the last `look` found a change in a file that this one names.
    """

    def __init__(self, path: Path, text: str, *, shipped: bool) -> None:
        self.path = path
        self.text = text
        self.shipped = shipped
        self.missing = self.problem = ""
        self.named_changed = False
        self._since_s = 0.0
        self._watched = {path: _content_of(path)}

    @classmethod
    def open(cls, source: str | Path) -> ScenarioFile:
        """Open a scenario's file, or the shipped one of that name.

        Raises:
            ScenarioError: it cannot be read.
        """
        path = find_scenario(source)
        in_configs = path.parent.resolve() == configs_dir().resolve()
        # shipped: its source is a bare name; pictures are never written either
        shipped = (in_configs and not Path(source).is_file()) or is_picture(path)
        # absolute: an autosave is restored from another folder
        return cls(path.absolute(), read_text(path, str(path)), shipped=shipped)

    def settings(self) -> Settings:
        """Return the file as settings, with the present content of the files it names."""
        settings = Settings(self.text, self.path.name, str(self.path.parent))
        files = FileAccess()
        with noting(files), contextlib.suppress(LightpaceError):
            load_text(settings.text, settings.name, self.path.parent)
        paths = (self.path, *files.looked_at)
        self._watched = {path: self._watched.get(path) or _content_of(path) for path in paths}
        named = sorted((str(path), text) for path, text in files.texts.items())
        return replace(settings, named=tuple(named))

    def poll(self, elapsed_s: float) -> bool:
        """Let wall time pass [s]; return whether something has changed, see `look`."""
        self._since_s += max(elapsed_s, 0.0)
        if self._since_s < POLL_S:
            return False
        self._since_s = 0.0
        return self.look()

    def look(self) -> bool:
        """Return whether the file, or one that it names, has changed since the last look."""
        before, self._watched = self._watched, {path: _content_of(path) for path in self._watched}
        changed = {path for path, content in self._watched.items() if content != before[path]}
        self.named_changed = bool(changed - {self.path})
        text = self.text
        if self.path in changed:
            self.missing = ""
            try:
                self.text = read_text(self.path, self.path.name)
            except ScenarioError as error:
                self.missing = str(error.problems[0])
                if error.problems[0].message == NO_FILE:
                    self.missing = f"{self.path.name} is gone; what it said last goes on"
        return self.text != text or (self.named_changed and not self.missing)

    def write(self, text: str) -> None:
        """Write a text into the file, whole or not at all; its mode and byte order mark are kept.

        Raises:
            OutputError: it cannot be written.
        """
        with replacing(self.path) as temporary:
            there = self.path.is_file()
            mark = _BOM if there and read_bytes(self.path, MAX_BYTES).startswith(_BOM) else b""
            temporary.write_bytes(mark + text.encode())
            if there:
                shutil.copymode(self.path, temporary)
        self.text, self.missing, self.problem = text, "", ""
        self._watched[self.path] = _content_of(self.path)


def _content_of(path: Path) -> bytes:
    """Return a digest of a file's content: its size and its first `MAX_BYTES`.

    That covers a whole scenario; a compressed recording changes within its first bytes. The digest
    is empty for anything but a regular file: a pipe would block.
    """
    try:
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            return hashlib.sha256(b"%d " % size + file.read(MAX_BYTES)).digest()
    except (OSError, ValueError):
        return b""


class OverwriteGuard:
    """Allows a file that another program wrote to be replaced only at the second request."""

    def __init__(self) -> None:
        self._written: set[Path] = set()
        self._refused: Path | None = None

    def check(self, path: Path, watched: ScenarioFile | None) -> None:
        """Check that a file may be written; the `watched` file always may.

        Raises:
            OutputError: it exists already, or the system does not say whether it does.
        """
        is_watched = watched is not None and watched.path == path and not watched.shipped
        if is_watched or path in self._written or path == self._refused or not is_there(path):
            self._written.add(path)
            return
        self._refused = path
        raise OutputError(
            f"{path.name} is there already: save it by that name again to replace it."
        )


# -- new texts -------------------------------------------------------------------------------------


def written(base: Settings, wanted: Scenario, formation_file: str = "") -> str:
    """Return the text of `base`, changed only so that it loads as `wanted`.

    Args:
        base: the file as it is.
        wanted: what it should load as.
        formation_file: the file that holds the formation, relative to the scenario's; left out:
            none but a shipped one.

    Raises:
        OutputError: the file's form has no place for a change, it would load differently, or more
            than the values would change.
    """
    bare = replace(base, overrides=())
    changed = _changed(bare, bare, wanted, (), formation_file)
    if changed is None:
        raise OutputError(
            f"{base.name} is written in a form that cannot be changed in place: "
            "save it as another file."
        )
    if changed.respaced:
        raise OutputError(
            f"{base.name} would be spaced anew where nothing was changed: save it as another file."
        )
    return changed.text


def elsewhere(base: Settings, wanted: Scenario, path: Path) -> Rewritten:
    """Return a text for another place; relative paths to the old folder become absolute.

    Raises:
        OutputError: there is no such text.
    """
    bare = replace(base, overrides=())
    there = Settings("", path.name, str(path.parent))
    changed = None
    if not base.text.lstrip().startswith("{"):
        changed = _changed(bare, there, wanted, ()) or _changed(bare, there, wanted, ("file",))
    if changed is None:
        text = document_text(worded(scenario_to_dict(wanted)))
        changed = Rewritten(text, True, lost_comments=_COMMENT.search(base.text) is not None)
    if not _says(replace(there, text=changed.text), wanted):
        raise OutputError(f"{path} cannot be written so that it says the same.")
    return changed


def formation_text(formation: PacerFormation, name: str) -> str:
    """Return a formation as the text of its own file, with a name."""
    return document_text(_without_defaults(formation, name))


def _without_defaults(formation: PacerFormation, name: str) -> dict[str, Any]:
    """Return a formation as a person writes it: without what its slots leave out."""
    plain = formation.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plain |= {"name": name, "assumed": formation.assumed}
    return {key: plain[key] for key in ("name", "note", "assumed", "slots") if key in plain}


def formation_file_of(settings: Settings) -> str:
    """Return the file that the settings name for the formation; empty if they name none."""
    texts = [o.partition("=")[2] for o in settings.overrides if path_of(o) == "pacers.formation"]
    return next((text for text in texts if text.endswith((".yaml", ".yml"))), "")


def _changed(
    base: Settings,
    there: Settings,
    wanted: Scenario,
    in_full: tuple[str, ...],
    formation_file: str = "",
) -> Rewritten | None:
    """Return the changed text; None if it cannot be made or would load differently."""
    try:
        before, after = _both(base.load(), wanted, formation_file)
        known, folder = {None}, Path(there.folder).absolute()
        for ghost in before["ghosts"]:
            known.add(ghost.get("file"))
            ghost.update({key: "" for key in in_full if key in ghost})
        for ghost in after["ghosts"]:
            if ghost.get("file") not in known and Path(ghost["file"]).is_relative_to(folder):
                ghost["file"] = Path(ghost["file"]).relative_to(folder).as_posix()
        changed = rewrite(base.text, before, after)
    except (CannotRewriteError, LightpaceError, KeyError, IndexError, ValueError):
        return None
    return changed if _says(replace(there, text=changed.text), wanted) else None


def _says(settings: Settings, wanted: Scenario) -> bool:
    try:
        return settings.load() == wanted
    except LightpaceError:
        return False


def _both(
    old: Scenario, new: Scenario, formation_file: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both as plain values, with names in place of what can be named."""
    before, after = worded(scenario_to_dict(old)), worded(scenario_to_dict(new))
    formation = new.pacers.formation
    name = formation.name if _is_named(formation) else formation_file
    if formation != old.pacers.formation and name:
        before["pacers"]["formation"], after["pacers"]["formation"] = "", name
    elif formation != old.pacers.formation and _is_named(old.pacers.formation):
        after["pacers"]["formation"] = _without_defaults(formation, formation.name)
    wave = LightWave(name="-").model_dump(mode="json", by_alias=True, exclude={"colour"})
    _shorten_new(before["wavelight"]["waves"], after["wavelight"]["waves"], wave)
    ghost = {"name": "", "on": True, "note": "", "standing_start": None}
    _shorten_new(before["ghosts"], after["ghosts"], ghost)
    was, now = before["pacers"]["formation"], after["pacers"]["formation"]
    if isinstance(was, dict) and isinstance(now, dict):
        slot = {"name": "", "offset": 0, "from": 0, "until": None}
        _shorten_new(was["slots"], now["slots"], slot)
    return before, after


def _shorten_new(old: list[Any], new: list[Any], usual: dict[str, Any]) -> None:
    """Leave out of new items of a list what holds anyway."""
    for item in (new[j] for i, j in paired(old, new) if i is None and j is not None):
        for key in [key for key, value in usual.items() if item.get(key, GONE) == value]:
            del item[key]


def _is_named(formation: PacerFormation) -> bool:
    """Return whether a formation equals the shipped one of its name."""
    known = formation.name in named_files("formations")
    return known and PacerFormation.model_validate(FORMATION.find(formation.name)) == formation
