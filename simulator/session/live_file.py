"""The scenario's file while it is being watched: another editor may write it at any moment.

In: elapsed wall time. Out: the file's new text when it changes, or why it cannot be read; and the
settings written back into it. What was read last goes on until something better can be read.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.errors import LightpaceError, OutputError, ScenarioError
from simulator.files import replacing
from simulator.resources import configs_dir
from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import LightWave, Scenario
from simulator.scenario.pacers import Formation
from simulator.scenario.reading import FORMATION, Files, noting, read_text, shipped_names
from simulator.scenario.save import (
    CannotRewriteError,
    Rewritten,
    document_text,
    rewrite,
    worded,
)
from simulator.session.named_files import SETTLED, NamedFiles, stamp_of
from simulator.session.settings import Settings

POLL_S = 0.5
"""How often the file is looked at [s of wall time]."""
_BOM = b"\xef\xbb\xbf"


class LiveFile:
    """One watched file."""

    def __init__(self, path: Path, text: str, *, shipped: bool) -> None:
        """Watch `path`, which says `text`; a `shipped` one is never written."""
        self.path = path
        self.text = text
        self.shipped = shipped
        self.missing = ""
        self.named_changed = False
        """Whether the last look found something new in a file that this one names."""
        self._named = NamedFiles()
        self._since_s = 0.0
        self._stamp = stamp_of(path)
        self._looks = 0

    def settings(self) -> Settings:
        """Return what the file asks for, with what the files that it names say now."""
        asked = Settings(self.text, self.path.name, str(self.path.parent))
        files = Files()
        with noting(files), contextlib.suppress(LightpaceError):
            load_text(asked.text, asked.name, self.path.parent)
        self._named.watch(files.looked_at)
        named = sorted((str(path), text) for path, text in files.texts.items())
        return replace(asked, named=tuple(named))

    def after(self, elapsed_s: float) -> str | None:
        """Return the text if it, or a file that it names, has changed; see `look`."""
        self._since_s += max(elapsed_s, 0.0)
        if self._since_s < POLL_S:
            return None
        self._since_s = 0.0
        return self.look()

    def look(self) -> str | None:
        """Look at the file and those that it names; return its text if anything has changed.

        `missing` says why it cannot be read.
        """
        self.named_changed = self._named.look()
        text = self._look()
        return self.text if text is None and self.named_changed and not self.missing else text

    def _look(self) -> str | None:
        stamp = stamp_of(self.path)
        self._looks = self._looks + 1 if stamp == self._stamp else 0
        if self._looks > SETTLED:
            return None
        self._stamp = stamp
        if stamp is None:
            self.missing = f"{self.path.name} is gone; what it said last goes on"
            return None
        try:
            text = read_text(self.path, self.path.name)
        except ScenarioError as error:
            self.missing = str(error.problems[0])
            return None
        self.missing = ""
        if text == self.text:
            return None
        self.text = text
        return text

    def write(self, text: str) -> None:
        """Put a text into the file, whole or not at all; its mode and byte order mark are kept.

        Raises:
            OutputError: it cannot be written.
        """
        with replacing(self.path) as beside:
            there = self.path.is_file()
            mark = _BOM if there and self.path.read_bytes().startswith(_BOM) else b""
            beside.write_bytes(mark + text.encode())
            if there:
                shutil.copymode(self.path, beside)
        self.text, self.missing = text, ""
        self._stamp, self._looks = stamp_of(self.path), 0


def is_shipped(source: str | Path, path: Path) -> bool:
    """Return whether a file was asked for by a shipped scenario's name alone."""
    named = path.parent.resolve() == configs_dir().resolve()
    return named and not Path(source).is_file()


def written(base: Settings, wanted: Scenario) -> str:
    """Return the text of `base` changed so that it asks for `wanted`, and in nothing else.

    Raises:
        OutputError: its form has no place for a change, it would not say the same, or more would
            change in it than the values.
    """
    bare = replace(base, overrides=())
    changed = _changed(bare, bare, wanted, ())
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


def elsewhere(base: Settings, wanted: Scenario, path: Path) -> str:
    """Return a text for another place; what it names from the old folder is named in full.

    Raises:
        OutputError: there is no such text.
    """
    bare = replace(base, overrides=())
    there = Settings("", path.name, str(path.parent))
    changed = None
    if not base.text.lstrip().startswith("{"):
        changed = _changed(bare, there, wanted, ()) or _changed(bare, there, wanted, ("file",))
    text = changed.text if changed else document_text(worded(scenario_to_dict(wanted)))
    if not _says(replace(there, text=text), wanted):
        raise OutputError(f"{path} cannot be written so that it says the same.")
    return text


def _changed(
    base: Settings, there: Settings, wanted: Scenario, in_full: tuple[str, ...]
) -> Rewritten | None:
    """Return the changed text, None where it cannot be had or would say something else."""
    try:
        before, after = _both(base.load(), wanted)
        for ghost in before["ghosts"]:
            ghost.update({key: "" for key in in_full if key in ghost})
        changed = rewrite(base.text, before, after)
    except (CannotRewriteError, LightpaceError, KeyError, IndexError, ValueError):
        return None
    return changed if _says(replace(there, text=changed.text), wanted) else None


def _says(settings: Settings, wanted: Scenario) -> bool:
    try:
        return settings.load() == wanted
    except LightpaceError:
        return False


def _both(old: Scenario, new: Scenario) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both as plain values, with what can be named by a name."""
    before, after = worded(scenario_to_dict(old)), worded(scenario_to_dict(new))
    formation = new.pacers.formation
    if formation != old.pacers.formation and _is_named(formation):
        before["pacers"]["formation"], after["pacers"]["formation"] = "", formation.name
    were = [wave.name for wave in old.wavelight.waves]
    names = [wave.name for wave in new.wavelight.waves]
    known = set(were)
    if len(were) == len(names):  # one that has another name is no new one
        known |= {now for was, now in zip(were, names, strict=True) if was not in names}
    usual = worded(LightWave(name="-").model_dump(mode="json", by_alias=True))
    after["wavelight"]["waves"] = [
        wave
        if wave["name"] in known
        else {k: v for k, v in wave.items() if k in ("name", "colour") or v != usual[k]}
        for wave in after["wavelight"]["waves"]
    ]
    return before, after


def _is_named(formation: Formation) -> bool:
    """Return whether a formation is the shipped one of its name."""
    known = formation.name in shipped_names("formations")
    return known and Formation.model_validate(FORMATION.find(formation.name)) == formation
