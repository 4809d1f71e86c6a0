"""Settings and their history, with undo and redo without limit.

In: settings as they change, sections of the plan as they are locked. Out: `Change`, the settings
with the lineage of their attempt. A change is small (texts, no arrays): a run that is needed again
is simulated again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simulator.scenario.loader import load_text, scenario_to_dict
from simulator.scenario.model import Scenario
from simulator.scenario.reading import FileAccess, noting

GESTURE_S = 0.7
"""Turns of one knob within this time of each other are one change [s of wall time]."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A scenario's text and its overrides, path by path, like `--set`.

    Attributes:
        text: the content of the file `name` in `folder`.
        overrides: texts `path=value`; the loader checks each like the file.
        named: the files that `text` names, by path, with their content when it was read, so that
            undo restores that too.
    """

    text: str
    name: str
    folder: str
    overrides: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()

    def load(self) -> Scenario:
        """Return the scenario.

        Raises:
            ScenarioError: the settings are not usable.
        """
        with noting(FileAccess({Path(path): text for path, text in self.named})):
            return load_text(self.text, self.name, Path(self.folder), overrides=self.overrides)

    def with_value(self, path: str, text: str) -> Settings:
        """Return the settings with one more override, which replaces any at the same path."""
        less = self.without(path)
        return replace(less, overrides=(*less.overrides, f"{path}={text}"))

    def without(self, path: str) -> Settings:
        """Return the settings without the overrides at `path` or below it."""
        remaining = tuple(o for o in self.overrides if not is_at(path_of(o), path))
        return replace(self, overrides=remaining)


def path_of(override: str) -> str:
    """Return the path of `path=value`."""
    return override.partition("=")[0].strip()


def is_at(path: str, other: str) -> bool:
    """Return whether `path` is `other` or lies below it."""
    return path == other or path.startswith(other + ".")


def flow(value: Any) -> str:
    """Return plain values as text that can be set: JSON, which is YAML; `20`, never `20.0`."""
    return json.dumps(_short(value), ensure_ascii=False)


def _short(value: Any) -> Any:
    """Return values with whole numbers as they are typed: refusals and files repeat them."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return int(value) if whole else value


def settings_of(scenario: Scenario) -> Settings:
    """Return settings that load as this scenario, for one that has no file."""
    return Settings(json.dumps(scenario_to_dict(scenario)), scenario.name, "")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an attempt: from `tick` on it runs under `settings`; tick 0 is the gun."""

    tick: int
    settings: Settings


Lineage = tuple[Segment, ...]
"""The segments of an attempt with rising ticks, the first from the gun. They fix the run to the
bit.
"""


@dataclass(frozen=True, slots=True)
class LeftBranch:
    """A future that was abandoned: the name and colour of its ghost, and the lineage of its run."""

    name: str
    colour: str
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Change:
    """One state of the session: settings, lineage of the live attempt, abandoned branches."""

    settings: Settings
    lineage: Lineage
    left: tuple[LeftBranch, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A state that undo returns to; another lock is a step with the same change.

    Attributes:
        change: the settings and their run.
        locked: sections of the plan that stay as they are while others change.
    """

    change: Change
    locked: frozenset[int] = frozenset()


@dataclass(slots=True)
class Gesture:
    """A knob being turned: the state before the gesture, and the tick of the fork.

    `left_s` is the time until the gesture ends without another turn [s of wall time].
    """

    path: str
    before: Change
    tick: int | None
    left_s: float


@dataclass(slots=True)
class History:
    """All steps, the present one, and the gesture under way.

    `held`: the mouse holds something, so the gesture does not end by itself.
    """

    steps: list[Step]
    at: int = 0
    gesture: Gesture | None = field(default=None)
    held: bool = False

    @property
    def now(self) -> Change:
        """The present change."""
        return self.steps[self.at].change

    @property
    def locked(self) -> frozenset[int]:
        """The sections of the plan that are locked."""
        return self.steps[self.at].locked

    @property
    def before(self) -> Change | None:
        """The change before the present one; None for the first."""
        earlier = (step.change for step in reversed(self.steps[: self.at]))
        return next((change for change in earlier if change is not self.now), None)

    @property
    def can_undo(self) -> int:
        """How many steps can be undone."""
        return self.at

    @property
    def can_redo(self) -> int:
        """How many can be made again."""
        return len(self.steps) - 1 - self.at

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]; end a gesture that has paused."""
        if self.gesture is not None and not self.held:
            self.gesture.left_s -= max(elapsed_s, 0.0)
            if self.gesture.left_s <= 0:
                self.gesture = None

    def begin(self, path: str, tick: int | None) -> Gesture:
        """Return the gesture of a turn of this knob: the current one, or a new one."""
        if self.gesture is None or self.gesture.path != path:
            self.gesture = Gesture(path, self.now, tick, GESTURE_S)
        self.gesture.left_s = GESTURE_S
        return self.gesture

    def hold(self) -> None:
        """Begin a gesture that lasts until `let_go`."""
        self.gesture, self.held = None, True

    def let_go(self) -> None:
        """End the gesture; if it ends where it began, it leaves no change."""
        gesture, self.gesture, self.held = self.gesture, None, False
        back = gesture is not None and self.now.settings == gesture.before.settings
        if back and gesture is not None and self.now is not gesture.before:
            del self.steps[self.at :]
            self.at -= 1

    def put(self, change: Change, locked: frozenset[int] = frozenset()) -> None:
        """Add a change; within one gesture it replaces the one before."""
        same = self.gesture is not None and self.at > 0 and self.now is not self.gesture.before
        at = self.at if same else self.at + 1
        self.steps[at:] = [Step(change, locked)]
        self.at = at

    def lock(self, locked: frozenset[int]) -> None:
        """Add a step with other locks; the next change does not start from before it."""
        self.gesture = None
        if locked != self.locked:
            self.put(self.now, locked)

    def replace_now(self, settings: Settings) -> None:
        """Replace the present settings by equivalent ones."""
        self.steps[self.at] = Step(replace(self.now, settings=settings), self.locked)

    def keep_locked(self, locked: frozenset[int]) -> None:
        """Have the present step locked like this."""
        self.steps[self.at] = replace(self.steps[self.at], locked=locked)

    def move(self, steps: int) -> bool:
        """Undo (-1) or redo (+1); False where there is nothing."""
        there = self.at + steps
        self.gesture = None
        if not 0 <= there < len(self.steps):
            return False
        self.at = there
        return True
