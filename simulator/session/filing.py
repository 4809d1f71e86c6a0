"""Filing: the scenario's file is watched, taken over when it changes, and written.

In: a path or a shipped scenario's name; elapsed wall time. Out: changes on the mixing desk, a file
in which only what was turned is written anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from simulator.errors import LightpaceError, Problem, ScenarioError
from simulator.files import is_there
from simulator.scenario.loader import load_scenario
from simulator.scenario.reading import find_scenario, read_text
from simulator.session.live_file import LiveFile, elsewhere, is_shipped, written
from simulator.session.running import Running
from simulator.session.turning import sentence
from simulator.stage.desk import Desk


class Filing(Running):
    """A running scenario that may come from a file."""

    _file: LiveFile | None = None
    _problem: str = ""
    _desk: Desk | None = None
    _mine: frozenset[Path] = frozenset()
    _doubted: Path | None = None

    @classmethod
    def open(
        cls,
        source: str | Path,
        *,
        overrides: Sequence[str] = (),
        rate: float = 1.0,
        start_at_s: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
        processes: bool = False,
    ) -> Self:
        """Open a scenario's file, or the shipped one of that name, and watch the file.

        Raises:
            ScenarioError: the file or an override is not usable.
        """
        scenario = load_scenario(source, overrides=overrides)
        path = find_scenario(source)
        file = LiveFile(path, read_text(path, str(path)), shipped=is_shipped(source, path))
        session = cls(
            scenario,
            rate=rate,
            start_at_s=start_at_s,
            clock=clock,
            settings=replace(file.settings(), overrides=tuple(overrides)),
            processes=processes,
        )
        session._file = file
        return session

    @property
    def file_name(self) -> str:
        """The file's name, empty without one."""
        return "" if self._file is None else self._file.path.name

    @property
    def file_problem(self) -> str:
        """What is wrong with the file now, with line and column; empty if nothing is."""
        return (self._file.missing if self._file is not None else "") or self._problem

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time [s] pass; look at the file, see to the work that waits."""
        if self._file is not None:
            problem = self.file_problem
            if self._file.after(elapsed_s) is not None:
                self._read_file(self._file)
            if self.file_problem != problem:
                self._desk = None
        super().advance(elapsed_s)

    def _turned(self) -> None:
        """See to it that what was changed is shown."""
        self._desk = None
        self._follow()

    def _read_file(self, file: LiveFile) -> None:
        """Take over a changed file like a knob; where it has problems, what was there goes on."""
        anew = self._runs.reading_files_anew() if file.named_changed else nullcontext()
        try:
            with anew:
                self._mixing.read(file.settings(), self._tick())
        except ScenarioError as error:
            self._problem = str(_from(error.problems[0], file.path.parent))
        except LightpaceError as error:
            self._problem = str(error)
        else:
            self._problem = ""
            self._turned()
            if file.named_changed:
                self._dress_again()

    def save(self) -> None:
        """Write the settings into the scenario's file; only what was changed in it changes."""
        file = self._file
        if file is None or file.shipped:
            what = "It came from no file" if file is None else f"{file.path.stem} is a shipped one"
            self.notify(f"{what}: save it as another file.")
            return
        if file.look() is not None:
            self._read_file(file)
        if self._problem:
            self.notify(f"{file.path.name} has a problem: mend it, or save as another file.")
            return
        try:
            file.write(written(self._mixing.file_settings, self.scenario))
        except LightpaceError as error:
            self.notify(sentence(error))
            return
        except OSError as error:
            self.notify(f"{file.path.name} cannot be written: {error.strerror or error}.")
            return
        self._saved(file)

    def save_as(self, path: str | Path) -> None:
        """Write the settings into another file, which is the one being watched from then on."""
        path = Path(path)
        try:
            path = path.absolute()  # refused where the working folder is gone
            path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
            text = elsewhere(self._mixing.file_settings, self.scenario, path)
            if not self._may_write(path):
                return
            file = LiveFile(path, text, shipped=False)
            file.write(text)
        except (LightpaceError, ValueError) as error:
            self.notify(str(error))
            return
        except OSError as error:
            self.notify(f"{path.name} cannot be written: {error.strerror or error}.")
            return
        self._file = file
        self._saved(file)

    def _may_write(self, path: Path) -> bool:
        """Return whether to write there: over a file not written from here only when told twice.

        Raises:
            OutputError: the system refuses to say what is there.
        """
        file = self._file
        watched = file is not None and file.path == path and not file.shipped
        if not is_there(path) or path in self._mine or path == self._doubted or watched:
            self._mine |= {path}
            return True
        self._doubted = path
        self.notify(f"{path.name} is there already: save it by that name again to replace it.")
        return False

    def _saved(self, file: LiveFile) -> None:
        self._problem = ""
        self._mixing.saved(file.settings())
        self._turned()
        self.notify(f"Saved {file.path.name}.")


def _from(problem: Problem, folder: Path) -> Problem:
    """Return a problem whose file is told as seen from `folder`, where it lies below that."""
    with suppress(ValueError):
        return replace(problem, source=str(Path(problem.source).relative_to(folder)))
    return problem
