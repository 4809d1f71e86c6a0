"""A session: one scenario being watched; it owns the playback, the switches and the open work.

In: a scenario; actions and elapsed wall time from the window. Out: scenes. It asks physics and
analysis for results; the window asks only the session. Work goes on in slices between pictures, so
that no picture is late.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import replace

from simulator.analysis.projection import finding_possible
from simulator.analysis.what_if import finding_alternatives
from simulator.coefficients import LAP_M
from simulator.physics.attempt import finished, simulating
from simulator.recording.recording import Recording
from simulator.scenario.model import Scenario
from simulator.stage.keys import Action
from simulator.stage.playback import COUNTDOWN_S, FRAME_S, STALL_S, Playback
from simulator.stage.scene import Scene
from simulator.stage.show import Options, Show, make_show, with_findings

SLICE_S = 0.004
"""Work done beside one picture [s]."""
NOTICE_S = 3.0
"""How long a notice stays [s of wall time]."""

_SEEK_S = {
    Action.SEEK_BACK: -5.0,
    Action.SEEK_FORWARD: 5.0,
    Action.SEEK_BACK_LONG: -30.0,
    Action.SEEK_FORWARD_LONG: 30.0,
    Action.STEP_BACK: -FRAME_S,
    Action.STEP_FORWARD: FRAME_S,
}


class Session:
    """One attempt being watched."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        rate: float = 1.0,
        start_at_s: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Simulate the scenario and stand on the start line, or at `start_at_s`.

        Args:
            scenario: what to run.
            rate: playback rate to begin with.
            start_at_s: race time to open at [s], paused; None waits on the line.
            clock: measures the slices of work [s]; only a test hands in another.
        """
        self._clock = clock
        self.scenario = scenario
        self.options = Options()
        self._notice, self._notice_left_s = "", 0.0
        recording = finished(simulating(scenario))
        self._show = make_show(scenario, recording)
        self._playback = Playback(-1e9, recording.end_s, rate=rate).seek(-1e9)
        if start_at_s is not None:
            self.seek(start_at_s)
        self._jobs: deque[Generator[None, None, None]] = deque([self._findings()])

    @property
    def recording(self) -> Recording:
        """The attempt being shown."""
        return self._show.recording

    @property
    def show(self) -> Show:
        """Everything fixed about the attempt being shown."""
        return self._show

    @property
    def playback(self) -> Playback:
        """Where the playhead stands."""
        return self._playback

    @property
    def playing(self) -> bool:
        """Whether time is running."""
        return not self._playback.paused

    def _findings(self) -> Generator[None, None, None]:
        target = self._show.plan.finish_s or 0.0
        possible = yield from finding_possible(self.scenario, self.recording, target)
        self._show = with_findings(self._show, possible=possible)
        rows = yield from finding_alternatives(self.scenario)
        self._show = with_findings(self._show, alternatives=rows)

    def advance(self, elapsed_s: float) -> None:
        """Let `elapsed_s` of wall time [s] pass, then do one slice of waiting work."""
        if self.playing and elapsed_s > STALL_S:
            self.notify("The machine stalled: playback slipped by one step.")
        self._playback = self._playback.advance(elapsed_s)
        self._notice_left_s -= min(max(elapsed_s, 0.0), STALL_S)
        if self._jobs:
            self._work(SLICE_S)

    def _work(self, budget_s: float) -> None:
        began = self._clock()
        while self._jobs and self._clock() - began < budget_s:
            try:
                next(self._jobs[0])
            except StopIteration:
                self._jobs.popleft()

    def finish_work(self) -> None:
        """Work everything off that is waiting: for stills and films, where nobody waits."""
        while self._jobs:
            self._work(1.0)

    def seek(self, time_s: float) -> None:
        """Go to a race time [s]."""
        self._playback = self._playback.seek(time_s)

    def seek_distance(self, distance_m: float) -> None:
        """Go to where she is at this race distance [m]; beyond what she ran, to the end."""
        if distance_m <= 0:
            self.seek(0.0)
            return
        reach = min(self.recording.race_m, float(self.recording.x[-1]))
        self.seek(float(self.recording.time_at(min(distance_m, reach))))

    def moments(self) -> dict[str, float]:
        """Return the named moments that this attempt has [s of race time]."""
        run = self.recording
        found = {"countdown": -COUNTDOWN_S + 0.5, "start": 0.0, "finish": run.end_s}
        places = {"bell": run.race_m - LAP_M, "light lost": self._show.lost_light_m}
        for name, x in places.items():
            if x is not None and 0 < x < float(run.x[-1]):
                found[name] = float(run.time_at(x))
        return found

    def notify(self, text: str) -> None:
        """Show a short sentence for a few seconds."""
        self._notice, self._notice_left_s = text, NOTICE_S

    def perform(self, action: Action) -> bool:
        """Do what a key or a button asks for; return False where that is the window's business."""
        before, options = self._playback, self.options
        if action in _SEEK_S:
            self.seek(before.time_s + _SEEK_S[action])
            if action in (Action.STEP_BACK, Action.STEP_FORWARD):
                self._playback = replace(self._playback, paused=True)
            return True
        moves: dict[Action, Callable[[], Playback]] = {
            Action.PLAY_PAUSE: before.toggle,
            Action.RESTART: before.restart,
            Action.SLOWER: lambda: before.faster(-1),
            Action.FASTER: lambda: before.faster(1),
            Action.NORMAL_RATE: lambda: replace(before, rate=1.0),
            Action.TO_FINISH: lambda: before.seek(before.end_s),
        }
        switches = {
            Action.GHOSTS: lambda: replace(options, ghosts=not options.ghosts),
            Action.LIGHTS: lambda: replace(options, lights=not options.lights),
            Action.REVEAL: lambda: replace(options, reveal=not options.reveal),
        }
        if action in moves:
            self._playback = moves[action]()
        elif action in switches:
            self.options = switches[action]()
        else:
            return False
        return True

    def scene(self) -> Scene:
        """Return what the next picture shows."""
        notice = self._notice if self._notice_left_s > 0 else ""
        return self._show.scene(self._playback, self.options, notice)
