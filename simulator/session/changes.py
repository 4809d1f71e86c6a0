"""What the user changed, in order: undo and redo without limit, one step for each gesture.

In: settings as they come. Out: `Change`, the settings with the course of the attempt they give. A
change is small (texts, no arrays): a run that has to come back is simulated again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulator.session.settings import Settings

GESTURE_S = 0.7
"""Turns of one knob within this of one another are one change [s of wall time]."""


@dataclass(frozen=True, slots=True)
class Leg:
    """From `tick` on the attempt runs under `settings`; tick 0 is the gun."""

    tick: int
    settings: Settings


Course = tuple[Leg, ...]
"""How an attempt came to be: legs with rising ticks, the first from the gun. It fixes the run."""


def course_after(course: Course, tick: int, settings: Settings) -> Course:
    """Return the course that leaves another at `tick`; what lay after it is forgotten."""
    return (*(leg for leg in course if leg.tick < tick), Leg(tick, settings))


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A future that was left: the name and colour of its ghost, and the course that gives it."""

    name: str
    label: str
    colour: str
    course: Course


@dataclass(frozen=True, slots=True)
class Change:
    """One state of the desk: settings, the course of the live attempt, the futures left behind."""

    settings: Settings
    course: Course
    abandoned: tuple[Abandoned, ...] = ()


@dataclass(slots=True)
class Gesture:
    """The knob being turned: what was before it was touched, and where the fork is."""

    path: str
    before: Change
    tick: int | None
    left_s: float


@dataclass(slots=True)
class History:
    """All changes, the one shown, and the gesture that is going on."""

    changes: list[Change]
    at: int = 0
    gesture: Gesture | None = field(default=None)

    @property
    def now(self) -> Change:
        """The change being shown."""
        return self.changes[self.at]

    @property
    def can_undo(self) -> int:
        """How many changes can be taken back."""
        return self.at

    @property
    def can_redo(self) -> int:
        """How many can be made again."""
        return len(self.changes) - 1 - self.at

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]: a gesture that rests is over."""
        if self.gesture is not None:
            self.gesture.left_s -= max(elapsed_s, 0.0)
            if self.gesture.left_s <= 0:
                self.gesture = None

    def begin(self, path: str, tick: int | None) -> Gesture:
        """Return the gesture that a turn of this knob belongs to, a new one or the last."""
        if self.gesture is None or self.gesture.path != path:
            self.gesture = Gesture(path, self.now, tick, GESTURE_S)
        self.gesture.left_s = GESTURE_S
        return self.gesture

    def put(self, change: Change, gesture: Gesture | None) -> None:
        """Take a change down; within one gesture it takes the place of the one before."""
        same = gesture is not None and self.at > 0 and self.now is not gesture.before
        kept = self.at if same else self.at + 1
        self.changes[kept:] = [change]
        self.at = kept

    def replace_now(self, settings: Settings) -> None:
        """Give the state shown other settings that mean the same."""
        self.changes[self.at] = replace(self.now, settings=settings)

    def move(self, steps: int) -> bool:
        """Take back (-1) or make again (+1); False where there is nothing."""
        there = self.at + steps
        self.gesture = None
        if not 0 <= there < len(self.changes):
            return False
        self.at = there
        return True
