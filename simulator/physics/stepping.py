"""Stepping an attempt from outside: the caller decides how fast she wants to run.

In: a scenario, and a speed as often as the caller likes. Out: the state after each step, and in the
end a recording. Custom pacing policies go here: plain Python, called a few times a second, while
the kernel does the steps in between. What is physically impossible stays so: a speed is a wish,
bounded by power, reserve and acceleration.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.coefficients import TAU_SPEED
from simulator.errors import SimulationError
from simulator.physics.attempt import recording_of, run_recorded
from simulator.physics.setup import STEP_S, attempt_of, empty, steady_pace, table
from simulator.recording.recording import ARRAYS, Floats, Moment, Recording
from simulator.scenario.model import Scenario


class Stepper:
    """One attempt, stepped from outside; without a wanted speed she follows the scenario.

    Example:
        >>> run = Stepper(load_scenario("solo"))
        >>> while not run.done:
        ...     now = run.step(6.6 if run.now.x_m < 1200 else 7.0, for_s=0.5)
        >>> run.recording().finish_s

    Attributes:
        scenario: the attempt's scenario.
        step_s: time step [s].
        done: whether she is at the line, stands still, or patience has run out.
        now: the present state.
    """

    def __init__(self, scenario: Scenario, *, step_s: float = STEP_S) -> None:
        self.scenario, self.step_s = scenario, step_s
        self._attempt: Any = attempt_of(scenario, step_s)
        self._patience = self._attempt.ticks
        self._pieces: list[dict[str, Floats]] = []
        self._marks: Any = None
        self.done = False
        self._run(0, known=1)

    def step(self, speed_m_s: float | None = None, *, for_s: float = 1.0) -> Moment:
        """Let race time pass and return the state then; past the end nothing changes.

        Args:
            speed_m_s: the speed she wants to run at from here on [m/s], 0 to 12. From the first
                one on she saves nothing for later, as she would under a plan: that is up to the
                caller. None: the speed she wanted before, at first the scenario's plan. Behind
                pacers she still follows them, unless `runner.follows` is `plan`.
            for_s: duration [s]; rounded to whole time steps, at least one.

        Raises:
            SimulationError: the speed or the time is not usable.
        """
        if not self.step_s / 2 <= for_s <= 36_000:
            raise SimulationError(f"{for_s:g} s is no time that an attempt can be stepped for.")
        ticks = max(1, round(for_s / self.step_s))
        if not self.done:
            if speed_m_s is not None:
                self._want(speed_m_s)
            self._run(ticks, known=3)
        return self.now

    @property
    def now(self) -> Moment:
        """The present state."""
        last = {name: column.item(-1) for name, column in self._pieces[-1].items()}
        names = ("x", "v", "aerobic", "reserve", "power", "shelter", "group", "wide")
        return Moment(self._attempt.tick * self.step_s, *(last[name] for name in names))

    def recording(self) -> Recording:
        """Return the attempt so far; without a finish if she is not there yet."""
        *before, last = self._pieces
        arrays = {
            name: np.concatenate([*(piece[name][:-1] for piece in before), last[name]])
            for name in ARRAYS
        }
        return recording_of(self._attempt, self.scenario, arrays)

    def _want(self, speed_m_s: float) -> None:
        """Make her mark start here, accelerate to a speed as she does, and keep it.

        x(t) = x + V t - tau (V - v) (1 - exp(-t / tau)), tau = TAU_SPEED; V no less than 0.1 m/s.
        """
        if not 0.0 <= speed_m_s <= 12.0:
            raise SimulationError(f"{speed_m_s:g} m/s is no speed to run at: from 0 to 12 m/s.")
        a, v = self._attempt, max(speed_m_s, 0.1)
        if self._marks is None:
            halves = 2 * self._patience + 4
            self._marks, self._speeds = empty(halves), empty(halves)
            a.plan = steady_pace(v, self.step_s, self._marks, self._speeds)
            a.level = a.drag = a.time = table(np.zeros(len(a.level)))  # nothing is saved for later
        first = 2 * a.tick
        t = 0.5 * self.step_s * np.arange(len(self._marks) - first)
        lag = TAU_SPEED * (v - a.v) * -np.expm1(-t / TAU_SPEED)
        self._marks[first:] = table(a.x + v * t - lag)
        self._speeds[first:] = table(np.full(t.shape, v))

    def _run(self, ticks: int, known: int) -> None:
        a = self._attempt
        wanted = a.tick + ticks
        a.ticks = min(wanted, self._patience)
        piece = run_recorded(a, known)
        a.felt = piece["felt"].item(-1)  # filling in the columns has used it
        self.done = a.finished or a.tick < wanted
        self._pieces.append(piece)
