"""Facts: what a caption asks for, found in the recordings and put into words.

In: a show and the runs beside it, a `Fact`. Out: `Found`, a text and since when it is known: what
lies ahead of the moment shown is told by no caption (suspense).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.analysis.gaps import gap_seconds, gap_track, lost_light_m
from simulator.analysis.marks import Mark, light_mark
from simulator.recording.recording import Moment, Recording
from simulator.scenario.model import Scenario
from simulator.scenario.story import Fact, Sentence
from simulator.stage.events import event_distance, events, time_of
from simulator.stage.show import Show
from simulator.units import format_time

ALWAYS = -math.inf
UNIT = "\N{NO-BREAK SPACE}"
"""Between a number and its unit: the two stay on one line."""
LEVEL_S = 0.005
"""A difference that would be printed as 0.00 is called none [s]."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in words, and the race time since which it is known [s]."""

    text: str
    known_s: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence with its facts filled in; before `known_s` [s of race time] it is not shown."""

    text: str
    known_s: float


@dataclass(frozen=True, eq=False)
class Facts:
    """Where the facts of one chapter are found.

    Attributes:
        show: the attempt that is shown, with its ghosts.
        rivals: scenarios of those ghosts that were run for the chapter, by name.
    """

    show: Show
    rivals: Mapping[str, Scenario]

    def speak(self, sentence: Sentence) -> Spoken:
        """Return a sentence with its facts filled in.

        Raises:
            ValueError: a fact cannot be found in this run.
        """
        found = [p if isinstance(p, str) else self.find(p) for p in sentence.pieces]
        known_s = max((f.known_s for f in found if isinstance(f, Found)), default=ALWAYS)
        return Spoken("".join(f if isinstance(f, str) else f.text for f in found), known_s)

    def find(self, fact: Fact) -> Found:
        """Return a fact.

        Raises:
            ValueError: it cannot be found; the message says why.
        """
        try:
            return self._find(fact)
        except ValueError as error:
            raise ValueError(f"{{{fact.text}}}: {error}") from None

    def _find(self, fact: Fact) -> Found:
        if fact.kind == "target":
            return Found(format_time(self.show.plan.finish_s or 0.0), ALWAYS)
        if fact.kind == "gap":
            return self._gap(fact)
        if fact.kind == "difference":
            return self._difference(fact)
        if not fact.other:
            return self._own(fact)
        mark = self._mark(fact.other)
        if fact.kind == "finish":
            return Found(_time(mark.finish_s), ALWAYS)
        scenario = self.rivals.get(fact.other)
        if scenario is None or not isinstance(mark.run, Recording):
            raise ValueError(f"'{fact.other}' is no run of this story: only its finish is known")
        return Found(_told(fact, Seen(scenario, mark.run, self.show)), ALWAYS)

    def _own(self, fact: Fact) -> Found:
        run = self.show.recording
        known_s = run.end_s
        if fact.kind == "pacers":
            known_s = ALWAYS
        elif fact.kind in ("light lost", "pacer left"):
            known_s = events(self.show).get(fact.kind, ALWAYS)
        elif fact.when is not None:
            known_s = time_of(self.show, fact.when)
        return Found(_told(fact, Seen(self.show.scenario, run, self.show)), known_s)

    def _gap(self, fact: Fact) -> Found:
        mark = self._mark(fact.other) if fact.other else self.show.light
        if fact.when is None:
            raise ValueError("at which moment?")
        time_s = time_of(self.show, fact.when)
        x = float(self.show.recording.distance_at(time_s))
        if mark.known_m is not None and not any(abs(x - k) < 0.01 for k in mark.known_m):
            raise ValueError(f"no time of '{mark.name}' was published there")
        gap = gap_seconds(self.show.recording, mark, time_s)
        if gap is None:
            raise ValueError(f"'{mark.name}' never comes that far")
        return Found(_words(gap, "behind", "ahead", "level"), time_s)

    def _difference(self, fact: Fact) -> Found:
        run = self.show.recording
        ghosts = [g for g in self.show.ghosts if g.name in self.rivals] or list(self.show.ghosts)
        if not fact.other and not ghosts:
            raise ValueError("there is no ghost to compare with")
        mark = self._mark(fact.other) if fact.other else ghosts[0]
        if run.finish_s is None or mark.finish_s is None:
            raise ValueError("one of the two does not finish")
        off = run.finish_s - mark.finish_s
        return Found(_words(off, "slower", "faster", "no faster"), run.end_s)

    def _mark(self, name: str) -> Mark:
        for mark in self.show.ghosts:
            if mark.name == name:
                return mark
        names = ", ".join(mark.name for mark in self.show.ghosts)
        raise ValueError(
            f"there is no ghost '{name}' in this chapter; there are: {names or 'none'}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A run that a fact is about; distances and events are meant in this run itself."""

    scenario: Scenario
    run: Recording
    live: Show

    def time_of(self, fact: Fact) -> float:
        """Return the race time that a fact asks for [s]."""
        when = fact.when
        if when is None:
            raise ValueError("at which moment?")
        if self.run is self.live.recording or when.time_s is not None:
            return time_of(self.live, when)
        # an event is the live run's; the other run is looked at where she was then
        x = (
            when.distance_m
            if when.distance_m is not None
            else event_distance(self.live, when.event)
        )
        found = float(self.run.time_at(x)) + when.offset_s
        if math.isnan(found):
            raise ValueError(f"it never comes to {when.text}")
        return found


def _told(fact: Fact, seen: Seen) -> str:
    """Return what is true of a run, in words."""
    if fact.kind == "shelter" and fact.when is None:
        return _percent(seen.run.mean_shelter)
    if fact.when is None:
        return _OF_A_RUN[fact.kind](seen)
    return _AT_A_MOMENT[fact.kind](seen.run.at(seen.time_of(fact)), float(seen.run.reserve[0]))


def _light_lost(seen: Seen) -> str:
    own = seen.run is seen.live.recording
    track = seen.live.tracks[0] if own else gap_track(seen.run, light_mark(seen.scenario))
    lost_m = lost_light_m(track)
    if lost_m is None:
        raise ValueError("the light is not lost in this run")
    return f"{lost_m:.0f}{UNIT}m"


def _pacer_left(seen: Seen) -> str:
    if "pacer left" not in events(seen.live):
        raise ValueError("no pacer leaves in this run")
    return f"{event_distance(seen.live, 'pacer left'):.0f}{UNIT}m"


_OF_A_RUN: dict[str, Callable[[Seen], str]] = {
    "finish": lambda seen: _time(seen.run.finish_s),
    "pacers": lambda seen: f"{len({slot.name for slot in seen.scenario.pacers.line_up()})}",
    "light lost": _light_lost,
    "pacer left": _pacer_left,
}
_AT_A_MOMENT: dict[str, Callable[[Moment, float], str]] = {
    "shelter": lambda moment, _full: _percent(moment.shelter),
    "reserve": lambda moment, full: _percent(max(moment.reserve, 0.0) / full),
    "speed": lambda moment, _full: f"{moment.v_m_s:.2f}{UNIT}m/s",
    "time": lambda moment, _full: format_time(moment.time_s),
}


def _percent(share: float) -> str:
    return f"{100 * share:.0f}{UNIT}%"


def _time(seconds: float | None) -> str:
    if seconds is None:
        raise ValueError("it does not finish")
    return format_time(seconds)


def _words(seconds: float, more: str, less: str, none: str) -> str:
    if abs(seconds) < LEVEL_S:
        return none
    return f"{abs(seconds):.2f}{UNIT}s {more if seconds > 0 else less}"
