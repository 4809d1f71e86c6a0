"""A presentation: a story shown chapter by chapter, at the pace of a speaker.

In: a story's timeline; presses, actions, elapsed wall time. Out: the scenes of its `session` with
their staging, cues for the speaker. Every attempt is run before the first picture, and what takes
longer is worked out ahead, so that no press ever waits.

Knobs work as in any session. What was turned is not in the script: its caption would be wrong, so
none is shown, and the next press goes on with the story.
"""

from __future__ import annotations

import math
from dataclasses import replace

from simulator.scenario.reading import read_text
from simulator.scenario.story_script import AttemptSpec, Script
from simulator.session.findings import stretch_of
from simulator.session.history import Segment, Settings
from simulator.session.session import Session
from simulator.stage.keys import Action
from simulator.stage.playback import ORDINARY_S, STALL_S
from simulator.stage.scene import Cue, Scene, Staging
from simulator.stage.story import CompiledChapter, StoryTimeline, compile_story

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
"""After these the story waits for the speaker: they look for something."""


class Presentation:
    """A story shown in a session, which gets its scenes from here.

    Attributes:
        timeline: the chapters.
        session: the session that shows them; the window is given this.
    """

    def __init__(self, script: Script) -> None:
        """Run every attempt and every bar, and wait at the beginning of the first chapter.

        Raises:
            ScenarioError: an event or a fact of a chapter is not in its run.
        """
        self.timeline: StoryTimeline = compile_story(script)
        self._number = 0
        self._held_s = 0.0
        self._by_hand = False
        self._waits = True
        self._staged: tuple[Scene, Staging, Scene] | None = None
        self._settings: dict[AttemptSpec, Settings] = {}
        first = self.chapter
        self.session = Session(first.show.scenario, settings=self._settings_of(first))
        self.session.story = self
        self._scripted = self.session.editor.history.now
        for number in range(len(self.timeline.chapters)):  # files are read, too
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
        """Whether the run shown is the one that the chapter asks for."""
        return self.session.editor.history.now is self._scripted

    # -- cues ------------------------------------------------------------------------------------

    def next_cue(self) -> None:
        """Begin, or go on with the next chapter."""
        if self._waits:
            self._set_off()
        elif self._number + 1 < len(self.timeline.chapters):
            self._turn_to(self._number + 1)
            self._set_off()

    def previous_cue(self) -> None:
        """Go back to the chapter before."""
        self._turn_to(max(self._number - 1, 0))
        self._set_off()

    def from_beginning(self) -> None:
        """Wait at the beginning of the first chapter."""
        self._turn_to(0)

    def cue(self) -> Cue:
        """Return what the speaker reads now."""
        following = self.timeline.chapters[self._number + 1 : self._number + 2]
        return self.chapter.cue(following[0] if following else None)

    @property
    def place(self) -> int | None:
        """The chapter that is shown, from 0; None before the first press and after the end."""
        last = self._number + 1 == len(self.timeline.chapters)
        unbegun = self._waits and self._number == 0
        return None if unbegun or (last and self._over) else self._number

    def come_back(self, chapter: int) -> None:
        """Stand in a chapter, as if it had been interrupted: the last one where it is gone."""
        self._turn_to(min(chapter, len(self.timeline.chapters) - 1))
        self._waits = False

    def _set_off(self) -> None:
        self._waits = False
        player = self.session.player
        player.playback = replace(player.playback, paused=False)

    def _turn_to(self, number: int) -> None:
        """Stand still at the beginning of a chapter; what was turned before is forgotten."""
        self._number = number
        chapter, session = self.chapter, self.session
        session.begin(self._settings_of(chapter), chapter.show, chapter.spec.what_if)
        self._scripted = session.editor.history.now
        player = session.player
        player.playback = replace(chapter.playback(0.0), paused=True)
        player.options = replace(player.options, reveal=chapter.spec.reveal)
        self._held_s, self._by_hand, self._waits = 0.0, False, True

    def _settings_of(self, chapter: CompiledChapter) -> Settings:
        """Return what the chapter's scenario is loaded from, so that its knobs can be turned."""
        attempt = chapter.attempt
        if attempt not in self._settings:
            text = read_text(attempt.source, str(attempt.source))
            folder = str(attempt.source.parent)
            self._settings[attempt] = Settings(text, attempt.source.name, folder, attempt.changes)
        return self._settings[attempt]

    def completed_timeline(self) -> StoryTimeline:
        """Return the timeline with all that can be worked out about its runs: for films.

        The story stands at its beginning afterwards.
        """
        shows = []
        for number in range(len(self.timeline.chapters)):
            self._turn_to(number)
            chapter = self.chapter
            self.session.settle(chapter.from_s, chapter.until_s)
            shows.append(self.session.show)
        self.from_beginning()
        return self.timeline.with_shows(shows)

    # -- time ------------------------------------------------------------------------------------

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]: a chapter ends where it ends, and the next one begins."""
        self._work_ahead()
        player, until_s = self.session.player, self.chapter.until_s
        if player.playback.paused or self._by_hand or not self.on_script:
            player.pass_time(elapsed_s)
        elif player.playback.time_s < until_s:
            player.pass_time(elapsed_s)
            playback = player.playback
            if playback.time_s >= until_s:
                known_s = min(playback.furthest_s, until_s)
                player.playback = replace(
                    playback, time_s=until_s, furthest_s=known_s, paused=False
                )
        else:  # the picture stands, the notices go on
            player.pass_notice(elapsed_s)
            self._held_s += ORDINARY_S if elapsed_s > STALL_S else max(elapsed_s, 0.0)
            if self._held_s >= self.chapter.spec.hold:
                self._end_chapter()

    def _work_ahead(self) -> None:
        """Work out what the next chapters show, where nothing else is being worked out."""
        while self._ahead and not self.session.busy:
            chapter = self._ahead.pop(0)
            lineage = (Segment(0, self._settings_of(chapter)),)
            start = stretch_of(chapter.show, chapter.from_s, chapter.from_s)
            self.session.findings.ask(lineage, chapter.show, start)

    def _end_chapter(self) -> None:
        last = self._number + 1 == len(self.timeline.chapters)
        if last or self.chapter.spec.then == "wait":
            player = self.session.player
            player.playback = replace(player.playback, paused=True)
        else:
            self.next_cue()

    @property
    def _over(self) -> bool:
        """Whether the chapter is over and the story waits."""
        return not self.session.playing and self._held_s > 0 and not self._by_hand

    def perform(self, action: Action) -> bool:
        """Do what a key asks for; in a story the start line is the beginning of the chapter."""
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
        self._by_hand = self._by_hand or action in _BY_HAND
        return self.session.player.perform(action)

    def seek_distance(self, distance_m: float) -> None:
        """Go to where she is at this race distance [m]; the story waits there for the speaker."""
        self._by_hand = True
        self.session.player.seek_distance(distance_m)

    # -- pictures --------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Return what the next picture shows, staged as the chapter says."""
        player = self.session.player
        known_s = math.inf if player.options.reveal else player.playback.furthest_s
        staging = self.chapter.staging(known_s)
        if not self.on_script:
            staging = replace(staging, caption="")
        plain, last = player.scene(), self._staged
        if last is None or last[0] is not plain or last[1] != staging:
            last = self._staged = plain, staging, replace(plain, staging=staging)
        return last[2]
