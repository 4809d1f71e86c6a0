"""The telling: what a story shows at each second of it. A pure function; window and film share it.

In: a script. Out: `Telling`: its parts, one a chapter, with the attempts run, the moments found and
the captions filled in; and `Telling.scene_at`, the scene at a second of the told time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from simulator.analysis.marks import Mark, ghost_marks, run_mark
from simulator.errors import Problem, ScenarioError
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.scenario.story import Chapter, Rival, parse_caption, parse_moment, parse_seconds
from simulator.scenario.story_script import AttemptSpec, Script
from simulator.stage.cameras import Camera
from simulator.stage.events import last_s, time_of
from simulator.stage.facts import Facts, Spoken
from simulator.stage.playback import COUNTDOWN_RATE, Playback
from simulator.stage.scene import Scene
from simulator.stage.scenery import Options, scene_of
from simulator.stage.show import Show, make_show
from simulator.stage.staging import Cue, Panel, Staging


@dataclass(frozen=True, eq=False)
class Part:
    """One chapter, ready to be told.

    Attributes:
        chapter: what the file says.
        number, count: number of the chapter, from 1, and how many there are.
        asked: the attempt it shows.
        show: that attempt with the chapter's ghosts.
        from_s, until_s: race time where it begins and where the picture stands [s].
        caption, notes: the words, facts filled in.
    """

    chapter: Chapter
    number: int
    count: int
    asked: AttemptSpec
    show: Show
    from_s: float
    until_s: float
    caption: tuple[Spoken, ...]
    notes: tuple[Spoken, ...]

    @property
    def length_s(self) -> float:
        """How long it is told [s]."""
        return self._playing_s + self.chapter.hold

    @property
    def _playing_s(self) -> float:
        before, after = self._legs
        return before / self._countdown_rate + after / self.chapter.rate

    @property
    def _legs(self) -> tuple[float, float]:
        """Race time before and after the gun that is played [s]."""
        before = max(min(self.until_s, 0.0) - self.from_s, 0.0)
        return before, self.until_s - self.from_s - before

    @property
    def _countdown_rate(self) -> float:
        return min(self.chapter.rate, COUNTDOWN_RATE)

    def race_time(self, told_s: float) -> float:
        """Return the race time shown when the chapter has been told for so long [s]."""
        before, _ = self._legs
        lead_s = before / self._countdown_rate
        if told_s < lead_s:
            return self.from_s + told_s * self._countdown_rate
        return min(self.from_s + before + (told_s - lead_s) * self.chapter.rate, self.until_s)

    def playback(self, told_s: float) -> Playback:
        """Return where the playhead stands when the chapter has been told for so long [s]."""
        at = self.race_time(told_s)
        return Playback(at, self.show.recording.end_s, self.chapter.rate, False, at)

    @property
    def options(self) -> Options:
        """What is switched on."""
        return Options(reveal=self.chapter.reveal)

    @cached_property
    def panels(self) -> frozenset[Panel]:
        """What is shown beside the track."""
        return frozenset(Panel(word) for word in self.chapter.panels)

    def staging(self, furthest_s: float) -> Staging:
        """Return how it is staged where the run is known up to a race time [s].

        A sentence that tells of a later moment waits for it (suspense).
        """
        known = self.chapter.reveal
        told = [s.text for s in self.caption if known or s.known_s <= furthest_s + 1e-9]
        camera = Camera(self.chapter.camera)
        return Staging(camera, self.panels, " ".join(told), self.number, self.count)

    def scene(self, playback: Playback, options: Options, notice: str = "") -> Scene:
        """Return what a picture of this chapter shows."""
        scene = scene_of(self.show, playback, options, notice)
        return replace(scene, staging=self.staging(playback.furthest_s))

    def cue(self, after: Part | None) -> Cue:
        """Return what the speaker reads; they are told everything at once."""
        following = "" if after is None else f"{after.chapter.name}: {_joined(after.caption)}"
        return Cue(
            f"{self.chapter.name}: {_joined(self.caption)}",
            _joined(self.notes),
            following,
            self.number,
            self.count,
        )


@dataclass(frozen=True, eq=False)
class Telling:
    """A whole story, ready to be told: `parts` in their order."""

    script: Script
    parts: tuple[Part, ...]

    @cached_property
    def begins_s(self) -> tuple[float, ...]:
        """At which second of the told time each part begins [s]."""
        return tuple(accumulate((part.length_s for part in self.parts[:-1]), initial=0.0))

    @property
    def length_s(self) -> float:
        """How long the whole story is told [s]."""
        return self.begins_s[-1] + self.parts[-1].length_s

    def at(self, told_s: float) -> tuple[Part, float]:
        """Return the part told at a second, and how long it has been told [s]."""
        index = max(bisect_right(self.begins_s, told_s + 1e-9) - 1, 0)
        return self.parts[index], max(told_s - self.begins_s[index], 0.0)

    def scene_at(self, told_s: float) -> Scene:
        """Return the scene at a second of the told time."""
        part, since_s = self.at(told_s)
        return part.scene(part.playback(since_s), part.options)

    def with_shows(self, shows: Sequence[Show]) -> Telling:
        """Return the telling with what has been found out about each part's attempt since."""
        parts = (replace(p, show=show) for p, show in zip(self.parts, shows, strict=True))
        return Telling(self.script, tuple(parts))


def tell(script: Script) -> Telling:
    """Run every attempt of a story side by side and find its moments and facts.

    Raises:
        ScenarioError: an event or a fact that a chapter rests on is not in its run, or a ghost is
            not in its scenario; every such problem stands at its line.
    """
    asked = list(script.scenarios)
    runs = dict(zip(asked, simulate_all([script.scenarios[a] for a in asked]), strict=True))
    parts, problems = [], []
    for number in range(len(script.story.chapters)):
        teller = _Teller(script, number, runs)
        parts.append(teller.part())
        problems += teller.problems
    if problems:
        raise ScenarioError(problems)
    return Telling(script, tuple(parts))


class _Teller:
    """Makes one part; what is wrong with it is kept with its place in the file."""

    def __init__(self, script: Script, number: int, runs: dict[AttemptSpec, Recording]) -> None:
        self.script, self.number, self.runs = script, number, runs
        self.chapter = script.story.chapters[number]
        self.problems: list[Problem] = []

    def part(self) -> Part:
        chapter, asked = self.chapter, self.script.attempts[self.number]
        scenario = self.script.scenarios[asked]
        marks = self._marks(scenario)
        show = make_show(scenario, self.runs[asked], marks)
        from_s = self._moment(show, "from", chapter.from_)
        until_s = self._end(show, from_s)
        rivals = self.script.rivals[self.number]
        facts = Facts(show, {name: self.script.scenarios[a] for name, a in rivals.items()})
        caption = self._words(facts, "caption", chapter.caption)
        notes = self._words(facts, "notes", chapter.notes)
        count = len(self.script.story.chapters)
        return Part(chapter, self.number + 1, count, asked, show, from_s, until_s, caption, notes)

    def _wrong(self, way: tuple[str | int, ...], error: ValueError) -> None:
        message, _, hint = str(error).partition("; ")
        self.problems.append(self.script.problem(("chapters", self.number, *way), message, hint))

    def _moment(self, show: Show, key: str, text: str) -> float:
        try:
            return time_of(show, parse_moment(text))
        except ValueError as error:
            self._wrong((key,), error)
            return 0.0

    def _end(self, show: Show, from_s: float) -> float:
        """Return where the picture stands in the end [s of race time]."""
        chapter = self.chapter
        if chapter.until is None:
            return from_s
        told_s = parse_seconds(chapter.until)
        if told_s is None:
            before = len(self.problems)
            until_s = self._moment(show, "until", chapter.until)
            if until_s < from_s and len(self.problems) == before:
                why = f"{chapter.until} lies before {chapter.from_} in this run"
                self._wrong(("until",), ValueError(why))
            return max(until_s, from_s)
        lead_s = max(-from_s, 0.0) / min(chapter.rate, COUNTDOWN_RATE)
        if told_s <= lead_s:
            return from_s + told_s * min(chapter.rate, COUNTDOWN_RATE)
        until_s = max(from_s, 0.0) + (told_s - lead_s) * chapter.rate
        if until_s > last_s(show):
            why = f"the run is over before: it is shown until {last_s(show):.1f} s"
            self._wrong(("until",), ValueError(why))
        return min(until_s, last_s(show))

    def _words(self, facts: Facts, key: str, text: str) -> tuple[Spoken, ...]:
        spoken = []
        for sentence in parse_caption(text):
            try:
                spoken.append(facts.speak(sentence))
            except ValueError as error:
                self._wrong((key,), error)
        return tuple(spoken)

    def _marks(self, scenario: Scenario) -> list[Mark]:
        """Return the chapter's ghosts: those it names, else those of its scenario."""
        if self.chapter.ghosts is None:
            return ghost_marks(scenario)
        shown = [ghost.model_copy(update={"on": True}) for ghost in scenario.ghosts]
        own = {m.name: m for m in ghost_marks(scenario.model_copy(update={"ghosts": shown}))}
        marks = []
        for n, rival in enumerate(self.chapter.ghosts):
            if rival.is_run:
                marks.append(self._run(rival))
            elif rival.name in own:
                marks.append(own[rival.name])
            else:
                there = ", ".join(own) or "none"
                why = f"its scenario has no ghost '{rival.name}'; ghosts: {there}"
                self._wrong(("ghosts", n), ValueError(why))
        return marks

    def _run(self, rival: Rival) -> Mark:
        asked = self.script.rivals[self.number][rival.name]
        mark = run_mark(rival.name, rival.colour, "", self.runs[asked])
        return replace(mark, label=rival.name)


def _joined(spoken: Sequence[Spoken]) -> str:
    return " ".join(one.text for one in spoken)
