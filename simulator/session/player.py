"""The player: playback of one show, its switches and its notices.

In: a show; actions, seeks and elapsed wall time. Out: scenes, and the cues of a run without a
story: one key moves the speaker from event to event. The events are the recording's; they appear
only on the speaker's screen, so the audience's reveals nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.stage.events import beat_s, event_distance, events
from simulator.stage.keys import Action
from simulator.stage.playback import FRAME_S, STALL_S, Playback
from simulator.stage.scene import Cue, Outline, Scene
from simulator.stage.scene_builder import ShowOptions, scene_of
from simulator.stage.show import Show
from simulator.units import format_clock, whole_metres

NOTICE_S = 3.0
"""How long a notice stays [s of wall time]."""
LEAD_S = 3.0
"""A cue starts this long before its event, so that it is seen coming [s of race time]."""
AGAIN_S = 2.0
"""Going back within this of a cue leads to the cue before it [s of race time]."""

REPLAY_S, REPLAY_AFTER_S, REPLAY_RATE = 10.0, 1.5, 0.5
"""A replay starts this long before an event and ends this long after it [s of race time], at this
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
    """Playback of one show.

    Attributes:
        show: the show being watched.
        playback: the playhead.
        options: what is switched on.
    """

    def __init__(self, show: Show, rate: float) -> None:
        """Stand on the start line."""
        self.show = show
        self.playback = Playback(-1e9, show.recording.end_s, rate=rate).seek(-1e9)
        self.options = ShowOptions()
        self._notice, self._notice_left_s = "", 0.0
        self._replay: tuple[Playback, float] | None = None
        self._overtaken_s: float | None = None
        """The moment [s] that was shown when a change ended the run before it; None: none has."""
        self._last: tuple[tuple[Show, Playback, ShowOptions, str], Scene] | None = None

    @property
    def at_finish(self) -> bool:
        """Whether the attempt is over at the playhead."""
        return self.playback.time_s >= self.playback.end_s

    @property
    def replaying(self) -> bool:
        """Whether the last event is being replayed."""
        return self._replay is not None

    def replace_show(self, show: Show, *, other_run: bool) -> None:
        """Switch to another show; of another run, the future is not known yet.

        A viewer who went to the old run's finish is also shown the new one's; where a change had
        ended the old run, the viewer returns to the moment of before.
        """
        overtaken_s = self._overtaken_s
        self.go_elsewhere()
        self._overtaken_s = overtaken_s
        before, self.show = self.playback, show
        playback = replace(before, end_s=show.recording.end_s)
        if other_run:
            time_s = before.time_s if overtaken_s is None else max(before.time_s, overtaken_s)
            if not self.at_finish or overtaken_s is not None:
                self._overtaken_s = time_s if time_s >= playback.end_s else None
            else:
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
        if not self.at_finish:
            self._overtaken_s = None
        self.pass_notice(elapsed_s)

    def pass_notice(self, elapsed_s: float) -> None:
        """Let wall time pass for the notice only [s]."""
        self._notice_left_s -= min(max(elapsed_s, 0.0), STALL_S)

    def replay(self) -> None:
        """Replay the last event slowly; during a replay, return to where the playhead was."""
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

    def go_elsewhere(self) -> None:
        """End the replay, at the rate from before; from here on the viewer chooses the moment."""
        self._overtaken_s = None
        if self._replay is not None:
            self.playback = replace(self.playback, rate=self._replay[0].rate)
            self._replay = None

    def seek(self, time_s: float) -> None:
        """Go to a race time [s]."""
        self.go_elsewhere()
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
        """Perform an action of a key or a button; return False if it does not concern playback."""
        if action is Action.REPLAY:
            self.replay()
            return True
        if action in (Action.RESTART, Action.TO_FINISH):
            self.go_elsewhere()
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
        """Return the scene of the next picture; it is the same object while nothing changes."""
        notice = self._notice if self._notice_left_s > 0 else ""
        made_of = self.show, self.playback, self.options, notice
        if self._last is None or self._last[0] != made_of:
            self._last = made_of, scene_of(*made_of)
        return self._last[1]

    # -- cues --------------------------------------------------------------------------------------

    def next_cue(self) -> None:
        """Go to the next event of the run; on the start line, start."""
        if self.playback.ready:
            self.playback = replace(self.playback, paused=False)
            return
        here = self.playback.time_s
        ahead = [at for at in self._cues().values() if at > here + 1e-6]
        if ahead:
            self._play_from(ahead[0])

    def previous_cue(self) -> None:
        """Go back to the previous event."""
        here = self.playback.time_s
        passed = [at for at in self._cues().values() if at < here - AGAIN_S]
        if passed:
            self._play_from(passed[-1])
        else:
            self.from_beginning()

    def from_beginning(self) -> None:
        """Return to the start line and wait."""
        self.go_elsewhere()
        self.playback = self.playback.restart()

    def cue(self) -> Cue:
        """Return the speaker's position among the events, and the next event."""
        cues = list(self._cues().items())
        here = self.playback.time_s
        number = max(sum(at <= here + 1e-6 for _, at in cues), 1)
        following = self._words(cues[number][0]) if number < len(cues) else ""
        return Cue(self._words(cues[number - 1][0]), "", following, number, len(cues))

    def jump(self, number: int) -> None:
        """Go to an event, counted from 1; numbers out of range mean the first or the last."""
        cues = list(self._cues().values())
        self._play_from(cues[min(max(number, 1), len(cues)) - 1])

    def outline(self) -> Outline:
        """Return the names of the events."""
        return Outline(self.show.scenario.name, tuple(self._cues()))

    def preview(self, number: int) -> Scene:
        """Return the opening scene of an event, from 1; it shows only what is known by then."""
        time_s = list(self._cues().values())[number - 1]
        playback = replace(self.playback, time_s=time_s, furthest_s=time_s)
        return scene_of(self.show, playback, self.options)

    def _play_from(self, time_s: float) -> None:
        self.playback = replace(self.playback.seek(time_s), paused=False)

    def _cues(self) -> dict[str, float]:
        """Return the cue time of each event [s of race time], in order."""
        moments = events(self.show).items()
        return {name: max(at - LEAD_S, 0.0) for name, at in moments if name != "countdown"}

    def _words(self, name: str) -> str:
        at = events(self.show)[name]
        return f"{name}, {format_clock(at)}, {whole_metres(event_distance(self.show, name))} m"


def moments_of(show: Show) -> dict[str, float]:
    """Return a show's named moments, each at the time that shows it best [s of race time]."""
    moments = events(show)
    # the first red light comes on with a delay: show it, not the dark before it
    moved = {"countdown": moments["countdown"] + 0.5, "finish": show.recording.end_s}
    return {**moments, **moved}
