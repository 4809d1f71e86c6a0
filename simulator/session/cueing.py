"""Cueing: a speaker goes from one event of the run to the next, with one key.

In: presses. Out: seeks, and the `Cue` that the speaker reads. The events are the recording's own;
they are told to the speaker alone, so that nothing is given away on the screen.
"""

from __future__ import annotations

from dataclasses import replace

from simulator.session.watching import Watching
from simulator.stage.events import event_distance, events
from simulator.stage.staging import Cue
from simulator.units import format_clock

LEAD_S = 3.0
"""So long before an event a press leads [s of race time]: it is to be seen coming."""
AGAIN_S = 2.0
"""A press back within this of a cue leads to the one before it [s of race time]."""


class Cueing(Watching):
    """A run whose events are the cues."""

    def next_cue(self) -> None:
        """Go to the next event of the run, or set off where it waits on the line."""
        ready = self._playback.ready
        if ready:
            self._playback = replace(self._playback, paused=False)
            return
        here = self._playback.time_s
        ahead = [at for at in self._cues().values() if at > here + 1e-6]
        if ahead:
            self._go_on_from(ahead[0])

    def previous_cue(self) -> None:
        """Go back to the event before."""
        here = self._playback.time_s
        passed = [at for at in self._cues().values() if at < here - AGAIN_S]
        if passed:
            self._go_on_from(passed[-1])
        else:
            self.from_beginning()

    def from_beginning(self) -> None:
        """Wait on the start line."""
        self._playback = self._playback.restart()

    def cue(self) -> Cue:
        """Return where the run is among its events, and which one is next."""
        cues = list(self._cues().items())
        here = self._playback.time_s
        number = max(sum(at <= here + 1e-6 for _, at in cues), 1)
        following = self._words(cues[number][0]) if number < len(cues) else ""
        return Cue(self._words(cues[number - 1][0]), "", following, number, len(cues))

    def _go_on_from(self, time_s: float) -> None:
        self.seek(time_s)
        self._playback = replace(self._playback, paused=False)

    def _cues(self) -> dict[str, float]:
        """Return where a press leads for each event [s of race time], in their order."""
        found = {}
        for name, at in events(self._show).items():
            if name != "countdown":
                found[name] = max(at - LEAD_S, 0.0)
        return found

    def _words(self, name: str) -> str:
        at = events(self._show)[name]
        return f"{name}, {format_clock(at)}, {event_distance(self._show, name):.0f} m"
