"""A presentation: a story shown chapter by chapter, at the pace of a speaker.

In: a story's timeline; key presses, actions, elapsed wall time. Out: the scenes of its `session`,
staged, and cues for the speaker. Every attempt is run before the first picture and slower results
are computed ahead, so that no press ever waits.

A chapter ends by itself; then it waits for the speaker, or goes on if the story says so. A press
just after it went on by itself was meant for the chapter before: it does nothing.

Knobs work as in any session; while presenting, only those that a chapter permits. A changed knob
departs from the script and makes its caption wrong, so the change is shown instead, and the next
press goes on with the story.
"""

from __future__ import annotations

import math
from dataclasses import replace

from simulator.errors import ScenarioError
from simulator.scenario.fields import did_you_mean, guess
from simulator.scenario.reading import read_text
from simulator.scenario.story import AttemptSpec, Script
from simulator.session.answers import stretch_of
from simulator.session.history import Segment, Settings
from simulator.session.knobs import knobs_of
from simulator.session.session import Session
from simulator.stage.keys import Action
from simulator.stage.playback import ORDINARY_S, STALL_S
from simulator.stage.scene import Cue, Knob, KnobKind, Outline, Scene, Staging
from simulator.stage.story import CompiledChapter, StoryTimeline, compile_story
from simulator.units import format_time

_BY_HAND = {
    Action.SEEK_BACK,
    Action.SEEK_FORWARD,
    Action.SEEK_BACK_LONG,
    Action.SEEK_FORWARD_LONG,
    Action.STEP_BACK,
    Action.STEP_FORWARD,
    Action.TO_FINISH,
    Action.REPLAY,
}
"""After these actions the chapter's end waits for the speaker, who is looking for something."""
GRACE_S = 0.5
"""A press does nothing for this long after a chapter began by itself [s]."""
TURNS = 50
"""About this many presses turn a knob from one end to the other."""


def check_knobs(timeline: StoryTimeline) -> None:
    """Check that every knob a chapter permits exists in its scenario; raises `ScenarioError`."""
    problems = []
    for n, chapter in enumerate(timeline.chapters):
        scenario = chapter.show.scenario
        known = [knob.path for knob in knobs_of(scenario, scenario, {})]
        problems += [
            timeline.script.problem(
                ("chapters", n, "knobs", k),
                f"there is no knob '{path}'",
                did_you_mean(guess(path, known), known),
            )
            for k, path in enumerate(chapter.spec.knobs)
            if path not in known
        ]
    if problems:
        raise ScenarioError(problems)


class Presentation:
    """A story shown in a session, whose scenes it provides.

    Attributes:
        timeline: the chapters.
        session: the session that shows them; the window uses it.
    """

    def __init__(self, script: Script) -> None:
        """Run every attempt and every bar, and wait at the beginning of the first chapter.

        Raises:
            ScenarioError: a chapter's event or fact is not in its run, or a permitted knob is not
                in its scenario.
        """
        self.timeline: StoryTimeline = compile_story(script)
        check_knobs(self.timeline)
        self._number = 0
        self._held_s = self._card_left_s = 0.0
        self._since_own_s = math.inf
        self._knob: int | None = None
        self._by_hand = False
        self._waits = True
        self._staged: tuple[Scene, Staging, Scene] | None = None
        self._settings: dict[AttemptSpec, Settings] = {}
        first = self.chapter
        self.session = Session(first.show.scenario, settings=self._settings_of(first))
        self.session.story = self
        self._scripted = self.session.editor.history.now
        for number in range(len(self.timeline.chapters)):  # this also reads files
            self._turn_to(number)
            while self.session.bars.advance():
                pass
        self._ahead = list(self.timeline.chapters)
        self.from_beginning()

    @property
    def chapter(self) -> CompiledChapter:
        """The chapter being shown."""
        return self.timeline.chapters[self._number]

    @property
    def on_script(self) -> bool:
        """Whether the run shown is the chapter's."""
        return self.session.editor.history.now is self._scripted

    # -- cues --------------------------------------------------------------------------------------

    def next_cue(self) -> None:
        """Begin, or go on with the next chapter; a name card is only removed."""
        if self._since_own_s < GRACE_S:
            return
        if self._waits:
            self._set_off()
        elif self._card_left_s > 0:
            self._card_left_s = 0.0
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self._number + 1 < len(self.timeline.chapters):
            self.jump(self._number + 2)

    def previous_cue(self) -> None:
        """Go back to the previous chapter."""
        self.jump(self._number)

    def jump(self, number: int) -> None:
        """Begin a chapter, from 1; numbers out of range mean the first or the last."""
        self._turn_to(min(max(number, 1), len(self.timeline.chapters)) - 1)
        self._set_off()

    def outline(self) -> Outline:
        """Return the story's name and its chapters' names."""
        names = (chapter.spec.name for chapter in self.timeline.chapters)
        story = self.timeline.script.story
        return Outline(story.name, tuple(names), story.link)

    def preview(self, number: int) -> Scene:
        """Return the opening scene of a chapter, from 1, under its card."""
        chapter = self.timeline.chapters[number - 1]
        return chapter.scene_at(chapter.spec.card)

    def from_beginning(self) -> None:
        """Wait at the beginning of the first chapter."""
        self._turn_to(0)

    def cue(self) -> Cue:
        """Return the speaker's present cue."""
        chapter, later = self.chapter, self.timeline.chapters[self._number + 1 :]
        playback = self.session.playback
        left_s = self._card_left_s + chapter.playing_s(playback.time_s, playback.rate)
        left_s += max(chapter.spec.hold - self._held_s, 0.0)
        return replace(
            chapter.cue(later[0] if later else None),
            left_s=left_s,
            all_left_s=left_s + sum(each.length_s for each in later),
            knobs=", ".join(_said(knob) for knob in self._knobs()),
        )

    @property
    def place(self) -> int | None:
        """The chapter that is shown, from 0; None before the first press and after the end."""
        last = self._number + 1 == len(self.timeline.chapters)
        unbegun = self._waits and self._number == 0
        return None if unbegun or (last and self._over) else self._number

    def come_back(self, chapter: int) -> None:
        """Resume a chapter as if it had been interrupted; the last one if it no longer exists."""
        self._turn_to(min(chapter, len(self.timeline.chapters) - 1))
        self._waits = False
        self._card_left_s = 0.0

    def _set_off(self) -> None:
        self._waits = False
        player = self.session.player
        player.playback = replace(player.playback, paused=False)

    def _turn_to(self, number: int) -> None:
        """Stand still at the beginning of a chapter; earlier knob changes are forgotten."""
        self._number = number
        chapter, player = self.chapter, self.session.player
        self._take_script()
        player.playback = replace(chapter.playback(0.0), paused=True)
        player.options = replace(player.options, reveal=chapter.spec.reveal)
        self._held_s, self._card_left_s = 0.0, chapter.spec.card
        self._by_hand, self._waits, self._since_own_s = False, True, math.inf

    def _take_script(self) -> None:
        """Show the chapter's run."""
        chapter, session = self.chapter, self.session
        session.player.go_elsewhere()
        session.begin(self._settings_of(chapter), chapter.show, chapter.spec.what_if)
        self._scripted, self._knob = session.editor.history.now, None
        self._scripted_values = {knob.path: knob.value for knob in session.editor.knobs()}

    def _settings_of(self, chapter: CompiledChapter) -> Settings:
        """Return the settings of the chapter's scenario, so that its knobs can be turned."""
        attempt = chapter.attempt
        if attempt not in self._settings:
            text = read_text(attempt.source, str(attempt.source))
            folder = str(attempt.source.parent)
            self._settings[attempt] = Settings(text, attempt.source.name, folder, attempt.changes)
        return self._settings[attempt]

    def completed_timeline(self) -> StoryTimeline:
        """Return the timeline with all results of its runs computed, for films.

        The story is at its beginning afterwards.
        """
        shows = []
        for number in range(len(self.timeline.chapters)):
            self._turn_to(number)
            chapter = self.chapter
            self.session.settle(chapter.from_s, chapter.until_s)
            shows.append(self.session.show)
        self.from_beginning()
        return self.timeline.with_shows(shows)

    # -- time --------------------------------------------------------------------------------------

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]: a chapter ends at its end, and the next one begins."""
        self._work_ahead()
        elapsed_s = ORDINARY_S if elapsed_s > STALL_S else max(elapsed_s, 0.0)
        self._since_own_s += elapsed_s
        player, until_s = self.session.player, self.chapter.until_s
        before = player.playback
        if before.paused or before.time_s > until_s or player.replaying or not self.on_script:
            player.pass_time(elapsed_s)
            return
        covered_s = min(elapsed_s, self._card_left_s)
        self._card_left_s -= covered_s
        elapsed_s -= covered_s
        if before.time_s < until_s:
            player.pass_time(elapsed_s)
            playback = player.playback
            if playback.time_s >= until_s:
                known_s = max(before.furthest_s, until_s)
                player.playback = replace(
                    playback, time_s=until_s, furthest_s=known_s, paused=False
                )
        else:  # the picture stands still, the notices go on
            player.pass_notice(elapsed_s)
            self._held_s += elapsed_s
            if self._held_s >= self.chapter.spec.hold and self._card_left_s <= 0:
                self._end_chapter()

    def _work_ahead(self) -> None:
        """Compute results for the next chapters while no other job runs."""
        while self._ahead and not self.session.busy:
            chapter = self._ahead.pop(0)
            lineage = (Segment(0, self._settings_of(chapter)),)
            start = stretch_of(chapter.show, chapter.from_s, chapter.from_s)
            self.session.run_results.ask(lineage, chapter.show, start)

    def _end_chapter(self) -> None:
        last = self._number + 1 == len(self.timeline.chapters)
        if last or self._by_hand or self.chapter.spec.then == "wait":
            player = self.session.player
            player.playback = replace(player.playback, paused=True)
        else:
            self._go_on()
            self._since_own_s = 0.0

    @property
    def _over(self) -> bool:
        """Whether the story waits at the chapter's end; beyond that, at the end of the run."""
        playback = self.session.playback
        ended = self._held_s > 0 and playback.time_s == self.chapter.until_s
        return playback.paused and (ended or playback.time_s >= playback.last_s)

    def perform(self, action: Action) -> bool:
        """Perform a key's action; in a story the start line is the beginning of the chapter."""
        if action is Action.PLAY_PAUSE and self._waits:
            self._set_off()
            return True
        if action is Action.PLAY_PAUSE and self._over and self.on_script:
            if self._number + 1 == len(self.timeline.chapters):
                self.from_beginning()
            self.next_cue()
            return True
        if action is Action.RESTART:
            self._turn_to(self._number)
            return True
        if action is Action.KNOB:
            self._take_knob()
            return True
        if action in (Action.KNOB_LESS, Action.KNOB_MORE):
            self._turn(-1 if action is Action.KNOB_LESS else 1)
            return True
        if action in _BY_HAND:
            self._take_over()
        return self.session.player.perform(action)

    def _take_over(self) -> None:
        """Let the speaker look for something: not below the card, and not hurried on."""
        self._by_hand, self._card_left_s = True, 0.0

    def seek_distance(self, distance_m: float) -> None:
        """Go to where she is at this race distance [m]; the story waits there for the speaker."""
        self._take_over()
        self.session.player.seek_distance(distance_m)

    # -- the knobs that a chapter permits ----------------------------------------------------------

    def _knobs(self) -> list[Knob]:
        """Return the knobs that may be turned now, the selected one first."""
        paths = self.chapter.spec.knobs
        if not paths:
            return []
        every = {knob.path: knob for knob in self.session.editor.knobs()}
        first = self._knob or 0
        return [every[path] for path in (*paths[first:], *paths[:first]) if path in every]

    def _take_knob(self) -> None:
        """Select the chapter's next knob; after the last one return to the script."""
        count = len(self.chapter.spec.knobs)
        following = 0 if self._knob is None else self._knob + 1
        if following < count:
            self._knob = following
            return
        if not count:
            self.session.notify("This chapter has no knobs: `knobs:` in its file permits some.")
        if not self.on_script:
            self._back_to_script()
        self._knob = None

    def _back_to_script(self) -> None:
        """Show the chapter's run again, at this moment or at the end of the chapter."""
        chapter, player = self.chapter, self.session.player
        self._take_script()
        time_s = min(player.playback.time_s, chapter.until_s)
        end_s = chapter.show.recording.end_s
        player.playback = replace(player.playback, time_s=time_s, end_s=end_s, furthest_s=time_s)

    def _turn(self, way: int) -> None:
        """Turn the selected knob one step and run the attempt from the gun; the moment stays."""
        if self._knob is None:
            self._take_knob()
        knobs = self._knobs()
        if self._knob is None or not knobs:
            return
        self.session.set_from_gun(True)
        self.session.change(knobs[0].path, _turned(knobs[0], way))

    def _turned_words(self) -> str:
        """Return as text the changed knobs with their effect, the knob that is taken, its refusal.

        Empty while no knob is taken.
        """
        if self._knob is None or not (knobs := self._knobs()):
            return ""
        taken = knobs[0]
        turned = [knob for knob in knobs if knob.value != self._scripted_values.get(knob.path)]
        sentences = []
        if turned:
            finish_s = self.session.recording.finish_s
            sentences = [f"Turned by hand: {', '.join(_said(knob) for knob in turned)}."]
            if finish_s is None:
                sentences.append("The model does not see her finish.")
            else:
                sentences.append(f"The model has her finish in {format_time(finish_s)}.")
        if taken not in turned:
            sentences.append(f"Knob: {_said(taken)}.")
        if taken.problem:
            what = f"{taken.label} " if taken.problem.startswith("must ") else ""
            why = what + taken.problem
            sentences.append(f"{why[:1].upper()}{why[1:].rstrip('.')}.")
        return " ".join(sentences)

    # -- pictures ----------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Return the scene of the next picture, staged as the chapter says."""
        player = self.session.player
        known_s = math.inf if player.options.reveal else player.playback.furthest_s
        staging = self.chapter.staging(known_s, self._card_left_s)
        turned = self._turned_words()
        if turned or not self.on_script:
            staging = replace(staging, caption=turned, whole=turned, card=0.0, figures=())
        plain, last = player.scene(), self._staged
        if last is None or last[0] is not plain or last[1] != staging:
            last = self._staged = plain, staging, replace(plain, staging=staging)
        return last[2]


def _said(knob: Knob) -> str:
    """Return a knob with its value as text, `front gap 1.8 m`."""
    return f"{knob.label} {knob.value}{' ' * bool(knob.unit)}{knob.unit}"


def _turned(knob: Knob, way: int) -> str:
    """Return a knob's value after one press, as text."""
    if knob.number is None:
        options = knob.options or ("yes", "no")
        return options[(options.index(knob.value) + way) % len(options)]
    steps = max(1, round((knob.high - knob.low) / knob.step / TURNS))
    number = min(max(knob.number + way * steps * knob.step, knob.low), knob.high)
    return format_time(number) if knob.kind is KnobKind.TIME else f"{number:.6g}"
