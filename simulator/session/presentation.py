"""A presentation: a story being told, chapter by chapter, and turned by whoever tells it.

In: a script; presses, actions, elapsed wall time. Out: scenes with their staging, cues for the
speaker. Every attempt is run, and every bar of a what-if panel that is shown, before the first
picture; what else is found out about a run is worked on ahead, so that no press ever waits.

Knobs work as in any session. What was turned is not in the script: its caption would be wrong, so
none is shown, and the next press goes on with the story.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from simulator.analysis.marks import Mark
from simulator.analysis.what_if import finding_finishes
from simulator.physics.attempt import finished
from simulator.scenario.model import Scenario
from simulator.scenario.reading import read_text
from simulator.scenario.story_script import AttemptSpec, Script
from simulator.session.mixing import Mixing
from simulator.session.running import FINDINGS, finding_job
from simulator.session.session import Session
from simulator.session.settings import Settings
from simulator.session.work import Task
from simulator.stage.keys import Action
from simulator.stage.playback import ORDINARY_S, STALL_S
from simulator.stage.scene import Scene
from simulator.stage.show import with_findings
from simulator.stage.staging import Cue, Panel, Staging
from simulator.stage.story import Part, Telling, tell

_BY_HAND = {
    Action.SEEK_BACK,
    Action.SEEK_FORWARD,
    Action.SEEK_BACK_LONG,
    Action.SEEK_FORWARD_LONG,
    Action.STEP_BACK,
    Action.STEP_FORWARD,
    Action.TO_FINISH,
}
"""After these the story waits for the speaker: they look for something."""


class Presentation(Session):
    """A story being told."""

    def __init__(
        self,
        script: Script,
        *,
        clock: Callable[[], float] = time.perf_counter,
        processes: bool = False,
    ) -> None:
        """Run every attempt, and wait at the beginning of the first chapter.

        Raises:
            ScenarioError: an event or a fact of a chapter is not in its run.
        """
        self.telling: Telling = tell(script)
        self._number = 0
        self._held_s = 0.0
        self._by_hand = False
        self._waits = True
        self._found: dict[AttemptSpec, dict[str, Any]] = {}
        self._staged: tuple[Scene, Staging, Scene] | None = None
        self._texts: dict[AttemptSpec, Settings] = {}
        first = self.part
        super().__init__(
            first.show.scenario,
            settings=self._settings_of(first),
            clock=clock,
            processes=processes,
            recording=first.show.recording,
        )
        desks = [Mixing(self._settings_of(part), self._runs) for part in self.telling.parts]
        self._run_bars([desk.file_scenario for desk in desks])  # read now, so that no press waits
        self._scripted = self._mixing.now
        self.from_beginning()

    @property
    def part(self) -> Part:
        """The chapter being told."""
        return self.telling.parts[self._number]

    @property
    def on_script(self) -> bool:
        """Whether the run shown is the one that the chapter asks for."""
        return self._mixing.now is self._scripted

    # -- cues ------------------------------------------------------------------------------------

    def next_cue(self) -> None:
        """Begin, or go on with the next chapter."""
        if self._waits:
            self._set_off()
        elif self._number + 1 < len(self.telling.parts):
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
        following = self.telling.parts[self._number + 1 : self._number + 2]
        return self.part.cue(following[0] if following else None)

    def _set_off(self) -> None:
        self._waits = False
        self._playback = replace(self._playback, paused=False)

    def _turn_to(self, number: int) -> None:
        """Stand still at the beginning of a chapter; what was turned before is forgotten."""
        self._number = number
        part = self.part
        settings = self._settings_of(part)
        self._runs.keep_scenario(settings, part.show.scenario)
        self._mixing = Mixing(settings, self._runs)
        self._mixing.forking.taken_colours = self._pins.colours
        self._shown = self._asked = self._scripted = self._mixing.now
        self._runs.keep(self._shown.course, part.show.recording)
        self._strip.axis = part.chapter.what_if
        self._desk = None
        self.put_on(with_findings(part.show, **self._found.get(part.asked, {})), other_run=True)
        self._playback = replace(part.playback(0.0), paused=True)
        self.options = replace(self.options, reveal=part.chapter.reveal)
        self._held_s, self._by_hand, self._waits = 0.0, False, True
        self._ask()
        self._show_bars()
        if self._pins.pins:
            self._dress_again()

    def _settings_of(self, part: Part) -> Settings:
        """Return what the chapter's scenario is loaded from, so that its knobs can be turned."""
        asked = part.asked
        if asked not in self._texts:
            text = read_text(asked.source, str(asked.source))
            folder = str(asked.source.parent)
            self._texts[asked] = Settings(text, asked.source.name, folder, asked.changes)
        return self._texts[asked]

    def _ghosts(self, _scenario: Scenario) -> list[Mark]:
        """Return the chapter's ghosts, whatever scenario its run has been turned into."""
        return list(self.part.show.ghosts)

    # -- what is worked on ahead -----------------------------------------------------------------

    def _run_bars(self, in_file: Sequence[Scenario]) -> None:
        """Run the bars of every what-if panel that is shown, in one batch.

        `in_file`: what the file of each chapter's scenario asks for, which has a bar too.
        """
        rows = {}
        for part, file in zip(self.telling.parts, in_file, strict=True):
            if Panel.WHAT_IF in part.panels:
                self._strip.axis = part.chapter.what_if
                rows.update({row.key: row for row in self._strip.ask(part.show.scenario, file)})
        asked = list(rows.values())
        self._strip.found(asked, finished(finding_finishes([row.scenario for row in asked])))

    def _found_out(self, name: str, found: Any) -> None:
        if self._shown is self._scripted:
            self._found.setdefault(self.part.asked, {})[name] = found
        super()._found_out(name, found)

    def _ask(self) -> None:
        """Ask for what this chapter shows; once that is known, for what the next ones show."""
        super()._ask()
        if not self._work.busy:
            for part in self.telling.parts[self._number + 1 :]:
                known = self._found.get(part.asked, {})
                name = next((name for name in FINDINGS if name not in known), None)
                if name is not None:
                    done = partial(self._found_ahead, part.asked, name)
                    self._work.add([Task(finding_job(part.show, name), done)])
                    return

    def _found_ahead(self, asked: AttemptSpec, name: str, found: Any) -> None:
        self._found.setdefault(asked, {})[name] = found
        if asked == self.part.asked and self._shown is self._scripted:
            super()._found_out(name, found)
        else:
            self._ask()

    def finish_telling(self) -> Telling:
        """Work off what is still to be found out and return the telling with all of it: for films.

        The story stands at its beginning afterwards.
        """
        shows = []
        for number in range(len(self.telling.parts)):
            self._turn_to(number)
            self.finish_work()
            shows.append(self._show)
        self.from_beginning()
        return self.telling.with_shows(shows)

    # -- time ------------------------------------------------------------------------------------

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]: a chapter ends where it ends, and the next one begins."""
        if not self.playing or self._by_hand or not self.on_script:
            super().pass_time(elapsed_s)
            return
        until_s = self.part.until_s
        if self._playback.time_s < until_s:
            super().pass_time(elapsed_s)
            if self._playback.time_s >= until_s:
                known_s = min(self._playback.furthest_s, until_s)
                self._playback = replace(
                    self._playback, time_s=until_s, furthest_s=known_s, paused=False
                )
            return
        playback = self._playback
        self._playback = replace(playback, paused=True)  # the picture stands, the notices go on
        super().pass_time(elapsed_s)
        self._playback = playback
        self._held_s += ORDINARY_S if elapsed_s > STALL_S else max(elapsed_s, 0.0)
        if self._held_s >= self.part.chapter.hold:
            self._end_chapter()

    def _end_chapter(self) -> None:
        last = self._number + 1 == len(self.telling.parts)
        if last or self.part.chapter.then == "wait":
            self._playback = replace(self._playback, paused=True)
        else:
            self.next_cue()

    @property
    def _over(self) -> bool:
        """Whether the chapter has been told and the story waits."""
        return self.playback.paused and self._held_s > 0 and not self._by_hand

    def perform(self, action: Action) -> bool:
        """Do what a key asks for; in a story the start line is the beginning of the chapter."""
        if action is Action.PLAY_PAUSE and self._waits:
            self._set_off()
            return True
        if action is Action.PLAY_PAUSE and self._over and self.on_script:
            if self._number + 1 == len(self.telling.parts):
                self.from_beginning()
            self.next_cue()
            return True
        if action is Action.RESTART:
            self._turn_to(self._number)
            return True
        self._by_hand = self._by_hand or action in _BY_HAND
        return super().perform(action)

    def seek_distance(self, distance_m: float) -> None:
        """Go to where she is at this race distance [m]; the story waits there for the speaker."""
        self._by_hand = True
        super().seek_distance(distance_m)

    # -- pictures --------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Return what the next picture shows, staged as the chapter says."""
        known_s = math.inf if self.options.reveal else self._playback.furthest_s
        staging = self.part.staging(known_s)
        if not self.on_script:
            staging = replace(staging, caption="")
        plain, kept = super().scene(), self._staged
        if kept is None or kept[0] is not plain or kept[1] != staging:
            kept = self._staged = plain, staging, replace(plain, staging=staging)
        return kept[2]
