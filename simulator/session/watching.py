"""Watching: where the playhead stands, what is switched on, which notice is read.

In: a show; actions, seeks and elapsed wall time. Out: scenes. Nothing here changes the attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.recording.recording import Recording
from simulator.stage.events import events
from simulator.stage.keys import Action
from simulator.stage.playback import FRAME_S, STALL_S, Playback
from simulator.stage.scene import Scene
from simulator.stage.scenery import Options, scene_of
from simulator.stage.show import Show

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


class Watching:
    """One show being watched."""

    def __init__(self, show: Show, rate: float) -> None:
        """Stand on the start line."""
        self.options = Options()
        self._notice, self._notice_left_s = "", 0.0
        self._show = show
        self._kept: tuple[tuple[Show, Playback, Options, str], Scene] | None = None
        self._playback = Playback(-1e9, show.recording.end_s, rate=rate).seek(-1e9)

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

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""
        told = bool(self._notice) and self._notice_left_s > 0  # perhaps the answer to a key
        if self.playing and elapsed_s > STALL_S and not told:
            self.notify("The machine stalled: playback slipped by one step.")
        self._playback = self._playback.advance(elapsed_s)
        self._notice_left_s -= min(max(elapsed_s, 0.0), STALL_S)

    @property
    def at_finish(self) -> bool:
        """Whether the attempt is over where the playhead stands."""
        return self._playback.time_s >= self._playback.end_s

    def put_on(self, show: Show, *, other_run: bool, from_end_to_end: bool = False) -> None:
        """Show something else from now on; the future of another run is not known yet.

        With `from_end_to_end` a playhead at the end of the old run stands at that of the other.
        """
        self._show = show
        before = self._playback
        playback = replace(before, end_s=show.recording.end_s)
        if other_run:
            time_s = before.time_s
            if from_end_to_end and self.at_finish:
                past_s = before.time_s - before.end_s
                at_last = before.time_s >= before.last_s
                time_s = playback.last_s if at_last else playback.end_s + past_s
            playback = replace(playback, time_s=time_s, furthest_s=time_s)
        self._playback = playback.seek(playback.time_s)

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
        found = events(self._show)
        # the first red light is on only after a moment: it is shown, not the dark before it
        moved = {"countdown": found["countdown"] + 0.5, "finish": self.recording.end_s}
        return {**found, **moved}

    def notify(self, text: str) -> None:
        """Show a short sentence for a few seconds."""
        self._notice, self._notice_left_s = text, NOTICE_S

    def perform(self, action: Action) -> bool:
        """Do what a key or a button asks for; return False where it is not about watching."""
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
        """Return what the next picture shows: the same scene as long as nothing has changed."""
        notice = self._notice if self._notice_left_s > 0 else ""
        made_of = self._show, self._playback, self.options, notice
        if self._kept is None or self._kept[0] != made_of:
            self._kept = made_of, scene_of(*made_of)
        return self._kept[1]
