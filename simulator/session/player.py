"""The player: which moment of a show is seen, what is switched on, which notice is read.

In: a show; actions, seeks and elapsed wall time. Out: scenes, and the cues of a run without a
story: a speaker goes from one of its events to the next, with one key. The events are the
recording's own; only the speaker reads them, so that nothing is given away on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.stage.events import beat_s, event_distance, events
from simulator.stage.keys import Action
from simulator.stage.playback import FRAME_S, STALL_S, Playback
from simulator.stage.scene import Cue, Outline, Scene
from simulator.stage.scenery import ShowOptions, scene_of
from simulator.stage.show import Show
from simulator.units import format_clock

NOTICE_S = 3.0
"""How long a notice stays [s of wall time]."""
LEAD_S = 3.0
"""So long before an event a press leads [s of race time]: it is to be seen coming."""
AGAIN_S = 2.0
"""A press back within this of a cue leads to the one before it [s of race time]."""

REPLAY_S, REPLAY_AFTER_S, REPLAY_RATE = 10.0, 1.5, 0.5
"""An event is seen again from so long before it until so long after [s of race time], at this
rate."""

_SEEK_S = {
    Action.SEEK_BACK: -5.0,
    Action.SEEK_FORWARD: 5.0,
    Action.SEEK_BACK_LONG: -30.0,
    Action.SEEK_FORWARD_LONG: 30.0,
    Action.STEP_BACK: -FRAME_S,
    Action.STEP_FORWARD: FRAME_S,
}


class Player:
    """One show being watched.

    Attributes:
        show: what is watched.
        playback: where the playhead stands.
        options: what is switched on.
    """

    def __init__(self, show: Show, rate: float) -> None:
        """Stand on the start line."""
        self.show = show
        self.playback = Playback(-1e9, show.recording.end_s, rate=rate).seek(-1e9)
        self.options = ShowOptions()
        self._notice, self._notice_left_s = "", 0.0
        self._replay: tuple[Playback, float] | None = None
        self._last: tuple[tuple[Show, Playback, ShowOptions, str], Scene] | None = None

    @property
    def at_finish(self) -> bool:
        """Whether the attempt is over where the playhead stands."""
        return self.playback.time_s >= self.playback.end_s

    def replace_show(self, show: Show, *, other_run: bool) -> None:
        """Watch another show from now on; the future of another run is not known yet.

        Whoever has seen the old run's result is shown the other's.
        """
        self._leave_replay()
        before, self.show = self.playback, show
        playback = replace(before, end_s=show.recording.end_s)
        if other_run:
            time_s = before.time_s
            if self.at_finish:
                past_s = before.time_s - before.end_s
                at_last = before.time_s >= before.last_s
                time_s = playback.last_s if at_last else playback.end_s + past_s
            playback = replace(playback, time_s=time_s, furthest_s=time_s)
        self.playback = playback.seek(playback.time_s)

    def notify(self, text: str) -> None:
        """Show a short sentence for a few seconds."""
        self._notice, self._notice_left_s = text, NOTICE_S

    def pass_time(self, elapsed_s: float) -> None:
        """Let wall time pass [s]."""
        self.playback = self.playback.advance(
            elapsed_s, beat_s(self.show, slow_motion=self.options.slow_motion)
        )
        if self._replay is not None and self.playback.time_s >= self._replay[1]:
            self.replay()
        self.pass_notice(elapsed_s)

    def pass_notice(self, elapsed_s: float) -> None:
        """Let wall time pass for the notice alone [s]."""
        self._notice_left_s -= min(max(elapsed_s, 0.0), STALL_S)

    def replay(self) -> None:
        """See the last event again, slowly; during that, go back to where the playhead was."""
        if self._replay is not None:
            back, _ = self._replay
            furthest_s = max(back.furthest_s, self.playback.furthest_s)
            self._replay, self.playback = None, replace(back, furthest_s=furthest_s)
            return
        now = self.playback
        passed = {name: at for name, at in events(self.show).items() if 0 < at <= now.time_s}
        if not passed:
            self.notify("Nothing has happened yet that could be seen again.")
            return
        name, at = list(passed.items())[-1]
        rate = min(now.rate, REPLAY_RATE)
        self._replay = now, min(at + REPLAY_AFTER_S, now.last_s)
        self.playback = replace(now.seek(max(at - REPLAY_S, 0.0)), rate=rate, paused=False)
        self.notify(f"Again, slowly: {self._words(name)}.")

    def _leave_replay(self) -> None:
        """Stay where it is, at the rate of before."""
        if self._replay is not None:
            self.playback = replace(self.playback, rate=self._replay[0].rate)
            self._replay = None

    def seek(self, time_s: float) -> None:
        """Go to a race time [s]."""
        self._leave_replay()
        self.playback = self.playback.seek(time_s)

    def seek_distance(self, distance_m: float) -> None:
        """Go to where she is at this race distance [m]; beyond what she ran, to the end."""
        run = self.show.recording
        if distance_m <= 0:
            self.seek(0.0)
            return
        reach = min(run.race_m, float(run.x[-1]))
        self.seek(float(run.time_at(min(distance_m, reach))))

    def moments(self) -> dict[str, float]:
        """Return the named moments that this attempt has [s of race time]."""
        return moments_of(self.show)

    def perform(self, action: Action) -> bool:
        """Do what a key or a button asks for; return False where it is not about watching."""
        if action is Action.REPLAY:
            self.replay()
            return True
        if action in (Action.RESTART, Action.TO_FINISH):
            self._leave_replay()
        before, options = self.playback, self.options
        if action in _SEEK_S:
            self.seek(before.time_s + _SEEK_S[action])
            if action in (Action.STEP_BACK, Action.STEP_FORWARD):
                self.playback = replace(self.playback, paused=True)
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
            Action.WAKE: lambda: replace(options, wake=not options.wake),
            Action.REVEAL: lambda: replace(options, reveal=not options.reveal),
            Action.GROUPS: lambda: replace(options, groups=not options.groups),
            Action.SLOW_MOTION: lambda: replace(options, slow_motion=not options.slow_motion),
        }
        if action in moves:
            self.playback = moves[action]()
        elif action in switches:
            self.options = switches[action]()
        else:
            return False
        return True

    def scene(self) -> Scene:
        """Return what the next picture shows: the same scene as long as nothing has changed."""
        notice = self._notice if self._notice_left_s > 0 else ""
        made_of = self.show, self.playback, self.options, notice
        if self._last is None or self._last[0] != made_of:
            self._last = made_of, scene_of(*made_of)
        return self._last[1]

    # -- cues ------------------------------------------------------------------------------------

    def next_cue(self) -> None:
        """Go to the next event of the run, or set off where it waits on the line."""
        if self.playback.ready:
            self.playback = replace(self.playback, paused=False)
            return
        here = self.playback.time_s
        ahead = [at for at in self._cues().values() if at > here + 1e-6]
        if ahead:
            self._play_from(ahead[0])

    def previous_cue(self) -> None:
        """Go back to the event before."""
        here = self.playback.time_s
        passed = [at for at in self._cues().values() if at < here - AGAIN_S]
        if passed:
            self._play_from(passed[-1])
        else:
            self.from_beginning()

    def from_beginning(self) -> None:
        """Wait on the start line."""
        self._leave_replay()
        self.playback = self.playback.restart()

    def cue(self) -> Cue:
        """Return where the run is among its events, and which one is next."""
        cues = list(self._cues().items())
        here = self.playback.time_s
        number = max(sum(at <= here + 1e-6 for _, at in cues), 1)
        following = self._words(cues[number][0]) if number < len(cues) else ""
        return Cue(self._words(cues[number - 1][0]), "", following, number, len(cues))

    def jump(self, number: int) -> None:
        """Go to an event, from 1; to the first or the last where there is none."""
        cues = list(self._cues().values())
        self._play_from(cues[min(max(number, 1), len(cues)) - 1])

    def outline(self) -> Outline:
        """Return the names of the events."""
        return Outline(self.show.scenario.name, tuple(self._cues()))

    def preview(self, number: int) -> Scene:
        """Return how an event looks at first, from 1; what is known by then alone."""
        time_s = list(self._cues().values())[number - 1]
        playback = replace(self.playback, time_s=time_s, furthest_s=time_s)
        return scene_of(self.show, playback, self.options)

    def _play_from(self, time_s: float) -> None:
        self.playback = replace(self.playback.seek(time_s), paused=False)

    def _cues(self) -> dict[str, float]:
        """Return where a press leads for each event [s of race time], in their order."""
        moments = events(self.show).items()
        return {name: max(at - LEAD_S, 0.0) for name, at in moments if name != "countdown"}

    def _words(self, name: str) -> str:
        at = events(self.show)[name]
        return f"{name}, {format_clock(at)}, {event_distance(self.show, name):.0f} m"


def moments_of(show: Show) -> dict[str, float]:
    """Return the named moments of a show as they are shown best [s of race time]."""
    moments = events(show)
    # the first red light is on only after a moment: it is shown, not the dark before it
    moved = {"countdown": moments["countdown"] + 0.5, "finish": show.recording.end_s}
    return {**moments, **moved}
