"""What can go wrong, as one tree.

- LightpaceError: anything the user can read and act on

  - ScenarioError: the scenario file (or a `--set`) is not usable; lists every problem
  - ThemeError: there is no such theme, or its file is not usable; lists every problem
  - RecordingError: a saved recording, or a run that a watch wrote, cannot be read or written
  - SimulationError: a run cannot be started from its input

    - NoAnswerError: there is no solution; the message gives the nearest value

  - ResourceError: a shipped file (font, config, theme) is missing or damaged
  - ExtraError: an optional package is not installed; the message names the command
  - OutputError: a result file cannot be written
  - DisplayError: there is no display to open a window on

LightpaceWarning is for input that is usable but that the user should know about.

In: nothing. Out: exception types only. Each message is one or more short sentences that say what is
wrong, where, and what to do. Only the command line prints it, and then exits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

UNPRINTABLE_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def quoted(text: str) -> str:
    """Return `text` in quotes for a message, cut to a readable length."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    named = f" (with {space})" if (space := no_break_space(shown)) else ""
    return "'" + UNPRINTABLE_CHARACTER.sub("?", shown).replace("\n", " ") + "'" + named


def no_break_space(text: str) -> str:
    """Return the name of a space in a text that looks like an ordinary one; `` where none is."""
    named = {"\u00a0": "a non-breaking space", "\u202f": "a narrow non-breaking space"}
    return next((name for space, name in named.items() if space in text), "")


MOST_LISTED = 50
"""At most this many problems are listed; the rest are counted."""


class LightpaceError(Exception):
    """Base of every error that a user may see; the command line exits with `exit_code`."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a scenario, a story or a theme.

    Attributes:
        source: the file's name as the user gave it, or `--set`.
        line: 1-based line, 0 if there is none (a `--set`, a missing file).
        column: 1-based column, 0 if there is none.
        path: dotted path in the scenario, such as `pacers.count`; empty for the file itself.
        message: what is wrong, one sentence without a full stop.
        hint: what to do, such as `did you mean front_gap?`; may be empty.
    """

    source: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Return `file:line:column  path  what is wrong  (hint)`."""
        place = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        parts = [place, self.path, self.message, f"({self.hint})" if self.hint else ""]
        return "  ".join(part for part in parts if part)


class ScenarioError(LightpaceError):
    """A scenario is refused; `problems` lists every problem, in file order."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems, sorted by place; the message is a line for each of the first 50."""
        self.problems = tuple(sorted(problems, key=lambda p: (p.source, p.line, p.column, p.path)))
        lines = [str(problem) for problem in self.problems[:MOST_LISTED]]
        if len(self.problems) > MOST_LISTED:
            lines.append(f"... and {len(self.problems) - MOST_LISTED:,} more")
        super().__init__("\n".join(lines))


class LightpaceWarning(UserWarning):
    """A scenario's value is usable, but outside the range that the model was made for."""


class ThemeError(LightpaceError):
    """There is no such theme, or its file is not usable."""

    exit_code = 2


class RecordingError(LightpaceError):
    """A recording or activity cannot be read or written, or is of another format or race."""

    exit_code = 2


class SimulationError(LightpaceError):
    """A run cannot be started from its input."""


class NoAnswerError(SimulationError):
    """There is no solution: no value gives that time, no runner fits these races."""


class ExtraError(LightpaceError):
    """A package that comes with one of lightpace's extras is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        """Name the feature that needs the extra, and the command that installs it."""
        super().__init__(f'{what} needs an extra: pip install "lightpace[{extra}]"')


@contextmanager
def requiring(what: str, extra: str) -> Iterator[None]:
    """Import packages of an extra that a feature needs; raises `ExtraError` if one is missing."""
    try:
        yield
    except ImportError as error:
        raise ExtraError(what, extra) from error


class ResourceError(LightpaceError):
    """A file that ships with the program is missing or damaged."""


class OutputError(LightpaceError):
    """A result file cannot be written; nothing half-written is left behind."""


class DisplayError(LightpaceError):
    """There is no display to open a window on."""
