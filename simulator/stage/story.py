"""Stories: what is shown at each second of one. A pure function, used by window and film alike.

In: a script. Out: `StoryTimeline`: its chapters with their attempts run, their moments located and
the facts filled into their captions; and `scene_at`, the scene at a second of the story.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from simulator.analysis.gaps import gap_seconds, lost_light_m
from simulator.analysis.references import (
    Reference,
    ghost_references,
    light_reference,
    light_words,
    run_reference,
    running_lights,
)
from simulator.errors import Problem, ScenarioError
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import Moment, Recording
from simulator.scenario.model import Scenario
from simulator.scenario.story import (
    AttemptSpec,
    Chapter,
    ChapterGhost,
    Fact,
    Script,
    parse_caption,
    parse_moment,
    parse_seconds,
)
from simulator.stage.events import beat_s, distance_of, event_distance, events, last_s, time_of
from simulator.stage.playback import Playback, playing_time, race_time
from simulator.stage.scene import HIDDEN, Cue, Scene, Staging
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show, make_show
from simulator.units import format_time, whole_metres

ALWAYS = -math.inf
UNIT = "\N{NO-BREAK SPACE}"
"""The space between a number and its unit: both stay on one line."""
CARD_FADE_S = 0.4
"""The card with a chapter's name fades out within this time [s]."""
LEVEL_S = 0.005
"""A difference that would print as 0.00 counts as none [s]."""


@dataclass(frozen=True, slots=True)
class FactText:
    """A text, and the race time from which it is known [s]; plain text always is."""

    text: str
    known_s: float = ALWAYS


Words = tuple[FactText, ...]


def said(words: Words, known_s: float = math.inf) -> str:
    """Return the words to show when the run is known up to a race time [s].

    A figure that is not known yet keeps its width, so that lines break at the same words.
    """
    return "".join(
        word.text if word.known_s <= known_s + 1e-9 else " " * word.text.count(" ") + HIDDEN
        for word in words
    )


@dataclass(frozen=True, eq=False)
class CompiledChapter:
    """One chapter, ready to be shown.

    Attributes:
        spec: what the file says.
        number, count: number of the chapter, from 1, and how many there are.
        attempt: the attempt that it shows.
        show: that attempt with the chapter's ghosts.
        from_s, until_s: race times where it begins and where the picture stops [s].
        caption, notes: the texts, with facts filled in.
        figures: large numbers: label and text of each.
        link: the story's address, in its last chapter; `title`: its name, in its first one.
    """

    spec: Chapter
    number: int
    count: int
    attempt: AttemptSpec
    show: Show
    from_s: float
    until_s: float
    caption: Words
    notes: Words
    figures: tuple[tuple[str, Words], ...] = ()
    link: str = ""
    title: str = ""

    @property
    def length_s(self) -> float:
        """Its duration [s of wall time]."""
        return self.spec.card + self.playing_s(self.from_s, self.spec.rate) + self.spec.hold

    def playing_s(self, time_s: float, rate: float) -> float:
        """Return the playing time at a rate from a race time [s] until the picture stops [s]."""
        return playing_time(time_s, self.until_s, rate, beat_s(self.show))

    def race_time(self, since_s: float) -> float:
        """Return the race time shown `since_s` after the chapter began [s of wall time]."""
        beat, playing_s = beat_s(self.show), max(since_s - self.spec.card, 0.0)
        return min(race_time(self.from_s, playing_s, self.spec.rate, beat), self.until_s)

    def playback(self, since_s: float) -> Playback:
        """Return the playback `since_s` after the chapter began [s of wall time]."""
        at = self.race_time(since_s)
        return Playback(at, self.show.recording.end_s, self.spec.rate, False, at)

    @property
    def options(self) -> ShowOptions:
        """What is switched on."""
        return ShowOptions(reveal=self.spec.reveal)

    def staging(self, furthest_s: float, card_left_s: float = 0.0) -> Staging:
        """Return the staging when the run is known up to a race time [s].

        A figure about a later moment stays hidden until then (suspense). `card_left_s`: how long
        the card with the chapter's name remains [s].
        """
        known_s = math.inf if self.spec.reveal else furthest_s
        return Staging(
            self.spec.camera,
            frozenset(self.spec.panels),
            said(self.caption, known_s),
            self.number,
            self.count,
            whole=said(self.caption),
            name=self.spec.name,
            title=self.title,
            card=min(max(card_left_s / CARD_FADE_S, 0.0), 1.0),
            figures=tuple((name, said(words, known_s)) for name, words in self.figures),
            link=self.link,
        )

    def scene_at(self, since_s: float) -> Scene:
        """Return the scene `since_s` after the chapter began [s of wall time]."""
        playback = self.playback(since_s)
        scene = scene_of(self.show, playback, self.options)
        staging = self.staging(playback.furthest_s, self.spec.card - since_s)
        return replace(scene, staging=staging)

    def cue(self, after: CompiledChapter | None) -> Cue:
        """Return the speaker's cue; it hides nothing."""
        following = "" if after is None else f"{after.spec.name}: {said(after.caption)}"
        return Cue(
            f"{self.spec.name}: {said(self.caption)}",
            said(self.notes),
            following,
            self.number,
            self.count,
        )


@dataclass(frozen=True, eq=False)
class StoryTimeline:
    """A whole story, ready to be shown."""

    script: Script
    chapters: tuple[CompiledChapter, ...]

    @cached_property
    def begins_s(self) -> tuple[float, ...]:
        """The second of the story at which each chapter begins [s]."""
        return tuple(accumulate((chapter.length_s for chapter in self.chapters[:-1]), initial=0.0))

    @property
    def length_s(self) -> float:
        """Duration of the whole story [s]."""
        return self.begins_s[-1] + self.chapters[-1].length_s

    def at(self, story_s: float) -> tuple[CompiledChapter, float]:
        """Return the chapter at a second of the story, and how long ago it began [s]."""
        index = max(bisect_right(self.begins_s, story_s + 1e-9) - 1, 0)
        return self.chapters[index], max(story_s - self.begins_s[index], 0.0)

    def scene_at(self, story_s: float) -> Scene:
        """Return the scene at a second of the story."""
        chapter, since_s = self.at(story_s)
        return chapter.scene_at(since_s)

    def previews(self) -> list[Scene]:
        """Return the opening scene of each chapter, under its card."""
        return [chapter.scene_at(chapter.spec.card) for chapter in self.chapters]

    def with_shows(self, shows: Sequence[Show]) -> StoryTimeline:
        """Return the timeline with other shows of the same attempts."""
        chapters = (replace(c, show=show) for c, show in zip(self.chapters, shows, strict=True))
        return StoryTimeline(self.script, tuple(chapters))


def compile_story(script: Script) -> StoryTimeline:
    """Run every attempt of a story side by side, and locate its moments and facts.

    Raises:
        ScenarioError: a chapter's event or fact is not in its run, or its ghost is not in its
            scenario; every such problem is reported with its line.
    """
    attempts = list(script.scenarios)
    recordings = simulate_all([script.scenarios[a] for a in attempts])
    runs = dict(zip(attempts, recordings, strict=True))
    chapters, problems = [], []
    for number in range(len(script.story.chapters)):
        compiler = _Compiler(script, number, runs)
        chapters.append(compiler.chapter())
        problems += compiler.problems
    if problems:
        raise ScenarioError(problems)
    return StoryTimeline(script, tuple(chapters))


class _Compiler:
    """Compiles one chapter; collects its problems with their places in the file."""

    def __init__(self, script: Script, number: int, runs: dict[AttemptSpec, Recording]) -> None:
        self.script, self.number, self.runs = script, number, runs
        self.spec = script.story.chapters[number]
        self.problems: list[Problem] = []

    def chapter(self) -> CompiledChapter:
        spec, attempt = self.spec, self.script.attempts[self.number]
        scenario = self.script.scenarios[attempt]
        marks = self._marks(scenario)
        show = make_show(scenario, self.runs[attempt], marks)
        from_s = self._moment(show, "from", spec.from_)
        until_s = self._end(show, from_s)
        rivals = self.script.rivals[self.number]
        facts = Facts(show, {name: self.script.scenarios[a] for name, a in rivals.items()})
        caption = self._words(facts, "caption", spec.caption)
        notes = self._words(facts, "notes", spec.notes)
        figures = tuple(
            (figure.name, self._words(facts, ("figures", n, "value"), figure.value))
            for n, figure in enumerate(spec.figures)
        )
        story, number = self.script.story, self.number + 1
        return CompiledChapter(
            spec,
            number,
            len(story.chapters),
            attempt,
            show,
            from_s,
            until_s,
            caption,
            notes,
            figures,
            story.link if number == len(story.chapters) else "",
            story.name if number == 1 else "",
        )

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
        """Return the race time at which the picture finally stops [s]."""
        spec = self.spec
        if spec.until is None:
            return from_s
        length_s = parse_seconds(spec.until)
        if length_s is None:
            before = len(self.problems)
            until_s = self._moment(show, "until", spec.until)
            if until_s < from_s and len(self.problems) == before:
                why = f"{spec.until} lies before {spec.from_} in this run"
                self._wrong(("until",), ValueError(why))
            return max(until_s, from_s)
        until_s = race_time(from_s, length_s, spec.rate, beat_s(show))
        if until_s > last_s(show):
            why = f"the run is over before: it is shown until {last_s(show):.1f} s"
            self._wrong(("until",), ValueError(why))
        return min(until_s, last_s(show))

    def _words(self, facts: Facts, at: str | tuple[str | int, ...], text: str) -> Words:
        words: list[FactText] = []
        for piece in parse_caption(text):
            try:
                words.append(FactText(piece) if isinstance(piece, str) else facts.find(piece))
            except ValueError as error:
                self._wrong((at,) if isinstance(at, str) else at, error)
        return tuple(words)

    def _marks(self, scenario: Scenario) -> list[Reference]:
        """Return the chapter's ghosts: those it names, else those of its scenario."""
        if self.spec.ghosts is None:
            return ghost_references(scenario)
        shown = [ghost.model_copy(update={"on": True}) for ghost in scenario.ghosts]
        known = {m.name: m for m in ghost_references(scenario.model_copy(update={"ghosts": shown}))}
        marks = []
        for n, rival in enumerate(self.spec.ghosts):
            if rival.is_run:
                marks.append(self._run(rival))
            elif rival.name in known:
                marks.append(known[rival.name])
            else:
                there = ", ".join(known) or "none"
                why = f"its scenario has no ghost '{rival.name}'; ghosts: {there}"
                self._wrong(("ghosts", n), ValueError(why))
        return marks

    def _run(self, rival: ChapterGhost) -> Reference:
        attempt = self.script.rivals[self.number][rival.name]
        mark = run_reference(rival.name, rival.colour, "", self.runs[attempt])
        return replace(mark, label=rival.name)


# -- facts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Facts:
    """Looks up the facts of one chapter.

    Attributes:
        show: the attempt that is shown, with its ghosts.
        rivals: scenarios of those ghosts that were run for the chapter, by name.
    """

    show: Show
    rivals: Mapping[str, Scenario]

    def find(self, fact: Fact) -> FactText:
        """Return a fact.

        Raises:
            ValueError: it does not exist; the message says why.
        """
        try:
            return self._find(fact)
        except ValueError as error:
            raise ValueError(f"{{{fact.text}}}: {error}") from None

    def _find(self, fact: Fact) -> FactText:
        if fact.kind == "target":
            return FactText(format_time(self.show.plan.finish_s or 0.0), ALWAYS)
        if fact.kind == "gap":
            return self._gap(fact)
        if fact.kind == "difference":
            return self._difference(fact)
        if not fact.other:
            return self._own(fact)
        mark = self._reference(fact.other)
        if fact.kind == "finish":
            return FactText(_time(mark.finish_s), ALWAYS)
        scenario = self.rivals.get(fact.other)
        if scenario is None or not isinstance(mark.run, Recording):
            raise ValueError(f"'{fact.other}' is no run of this story: only its finish is known")
        return FactText(_text_of(fact, FactSource(scenario, mark.run, self.show)), ALWAYS)

    def _own(self, fact: Fact) -> FactText:
        run = self.show.recording
        known_s = run.end_s
        if fact.kind == "pacers":
            known_s = ALWAYS
        elif fact.kind in ("light lost", "pacer left"):
            known_s = events(self.show).get(fact.kind, ALWAYS)
        elif fact.when is not None:
            known_s = time_of(self.show, fact.when)
        return FactText(_text_of(fact, FactSource(self.show.scenario, run, self.show)), known_s)

    def _gap(self, fact: Fact) -> FactText:
        mark = self._reference(fact.other) if fact.other else self.show.light
        if fact.when is None:
            raise ValueError("at which moment?")
        time_s = time_of(self.show, fact.when)
        x = float(self.show.recording.distance_at(time_s))
        if mark.known_s is not None and not any(abs(x - k) < 0.01 for k in mark.known_s):
            raise ValueError(f"no time of '{mark.name}' was published there")
        gap = gap_seconds(self.show.recording, mark, time_s)
        if gap is None:
            raise ValueError(f"'{mark.name}' never comes that far")
        return FactText(_words(gap, "behind", "ahead", "level"), time_s)

    def _difference(self, fact: Fact) -> FactText:
        run = self.show.recording
        ghosts = [g for g in self.show.ghosts if g.name in self.rivals] or list(self.show.ghosts)
        if not fact.other and not ghosts:
            raise ValueError("there is no ghost to compare with")
        mark = self._reference(fact.other) if fact.other else ghosts[0]
        if run.finish_s is None or mark.finish_s is None:
            raise ValueError("one of the two does not finish")
        if abs(mark.distance_m - run.race_m) > 1e-6:
            raise ValueError(f"'{mark.name}' runs another distance")
        off = run.finish_s - mark.finish_s
        return FactText(_words(off, "slower", "faster", "no faster"), run.end_s)

    def _reference(self, name: str) -> Reference:
        for mark in self.show.ghosts:
            if mark.name == name:
                return mark
        names = ", ".join(mark.name for mark in self.show.ghosts)
        raise ValueError(
            f"there is no ghost '{name}' in this chapter; there are: {names or 'none'}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class FactSource:
    """A run that a fact is about; distances and events refer to this run."""

    scenario: Scenario
    run: Recording
    live: Show

    def time_of(self, fact: Fact) -> float:
        """Return the race time of the fact [s]."""
        when = fact.when
        if when is None:
            raise ValueError("at which moment?")
        if self.run is self.live.recording or when.time_s is not None:
            return time_of(self.live, when)
        # the event is the live run's: the other run is read at the distance where she was then
        x = distance_of(self.live, when)
        if x is None:
            x = event_distance(self.live, when.event)
        found = float(self.run.time_at(x)) + when.offset_s
        if math.isnan(found):
            raise ValueError(f"it never comes to {when.text}")
        return found


def _text_of(fact: Fact, seen: FactSource) -> str:
    """Return the fact of a run as text."""
    if fact.when is None:
        return _OF_A_RUN[fact.kind](seen)
    return _AT_A_MOMENT[fact.kind](seen.run.at(seen.time_of(fact)), float(seen.run.reserve[0]))


def _light_lost(seen: FactSource) -> str:
    if not seen.scenario.lit:
        raise ValueError("there is no light in this run")
    own = seen.run is seen.live.recording
    lost_m = lost_light_m(seen.run, seen.live.light if own else light_reference(seen.scenario))
    if lost_m is None:
        light = light_words(running_lights(seen.scenario))
        raise ValueError(f"{light} is not lost in this run")
    return f"{whole_metres(lost_m)}{UNIT}m"


def _pacer_left(seen: FactSource) -> str:
    own = seen.run is seen.live.recording
    show = seen.live if own else make_show(seen.scenario, seen.run, ())
    if "pacer left" not in events(show):
        raise ValueError("no pacer leaves in this run")
    return f"{whole_metres(event_distance(show, 'pacer left'))}{UNIT}m"


_OF_A_RUN: dict[str, Callable[[FactSource], str]] = {
    "finish": lambda seen: _time(seen.run.finish_s),
    "pacers": lambda seen: f"{len({slot.name for slot in seen.scenario.pacers.line_up()})}",
    "light lost": _light_lost,
    "pacer left": _pacer_left,
    "shelter": lambda seen: _percent(seen.run.mean_shelter),
}
_AT_A_MOMENT: dict[str, Callable[[Moment, float], str]] = {
    "shelter": lambda moment, _full: _percent(moment.shelter),
    "reserve": lambda moment, full: _percent(max(moment.reserve, 0.0) / full),
    "speed": lambda moment, _full: f"{moment.v_m_s:.2f}{UNIT}m/s",
    "time": lambda moment, _full: format_time(moment.time_s),
}


def _percent(share: float) -> str:
    return f"{100 * share:z.0f}{UNIT}%"


def _time(seconds: float | None) -> str:
    if seconds is None:
        raise ValueError("it does not finish")
    return format_time(seconds)


def _words(seconds: float, more: str, less: str, none: str) -> str:
    if abs(seconds) < LEVEL_S:
        return none
    return f"{abs(seconds):.2f}{UNIT}s {more if seconds > 0 else less}"
