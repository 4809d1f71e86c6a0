"""A short race for the session's tests, and how to wait without sleeping."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from simulator.physics.attempt import fork, simulate
from simulator.recording.recording import ARRAYS, Recording
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario
from simulator.session import Session

SHORT = """# a short one, so that a test is short
name: short
distance: 400 m
runner: {reserve: 700} # too little for the plan, so that every change shows

plan:
  shape: even
  target: 1:04.00   # to be turned
pacers:
  formation:
    slots: [{ahead: 1.2}, {ahead: -1.2}]
  front_gap: 1.5
ghosts:
  - {name: even 1:05, kind: even, time: 1:05.00, colour: white}
"""
FAILING = """# she stops on the way, still ahead of her light
name: failing
distance: 1500 m
runner: {max_aerobic_power: 8, reserve: 100}
plan: {shape: even, target: 4:00}
wavelight:
  waves: [{plan: {target: 20:00}}]
"""


def bits(run: Recording) -> tuple[bytes, float | None, str]:
    columns = b"".join(getattr(run, name).tobytes() for name in ARRAYS)
    return columns, run.finish_s, run.status.value


def settle(session: Session, elapsed_s: float = 0.0) -> Session:
    """Let the session work until what is asked for is shown; the race does not go on meanwhile."""
    for _ in range(5_000):
        if session.settled:
            return session
        session.advance(elapsed_s)
    raise AssertionError("it never settled")


def load_short(*changes: str) -> Scenario:
    return load_text(SHORT, "short.yaml", overrides=changes)


def by_hand(legs: Sequence[tuple[int, Scenario]]) -> Recording:
    """Return the run of these legs, simulated and forked without a session."""
    run = simulate(legs[0][1])
    for _, (tick, scenario) in pairwise(legs):
        run = fork(scenario, run, tick)
    return run
