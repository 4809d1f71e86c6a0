"""Runs attempts on one kernel for the test that compares two: a line of JSON in, a digest out.

A line holds the name of a shipped scenario, changes to it, and for a fork its tick and the changes
made there. Started with LIGHTPACE_PLAIN=1 it runs the plain source.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from functools import lru_cache

from simulator.errors import LightpaceError
from simulator.physics.attempt import Outcomes, fork, outcomes_of, simulate
from simulator.physics.compiled import COMPILED
from simulator.recording.recording import ARRAYS, Recording
from simulator.scenario.loader import load_scenario


def fingerprint(name: str, changes: Sequence[str], tick: int, later: Sequence[str]) -> str:
    """Return what tells an attempt's columns and outcome from any others; or why there is none."""
    try:
        run, ran = _attempt(name, tuple(changes))
        if tick >= 0:
            run = fork(load_scenario(name, overrides=[*changes, *later]), run, tick)
    except LightpaceError as error:
        return f"{type(error).__name__}: {error}"
    digest = hashlib.sha256(f"{run.finish_s!r} {run.status}".encode())
    for array in ARRAYS:
        digest.update(getattr(run, array).tobytes())
    for column in (ran.time_s, ran.finish_s, ran.status, ran.shelter, ran.reserve_used):
        digest.update(column.tobytes())
    digest.update(ran.lost_light_m.tobytes() + ran.slack.tobytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)  # forked at one tick after another
def _attempt(name: str, changes: tuple[str, ...]) -> tuple[Recording, Outcomes]:
    scenario = load_scenario(name, overrides=list(changes))
    ran = outcomes_of([scenario], places_m=[333.3, 800.0], watch_light=True, slack_until_m=100.0)
    return simulate(scenario), ran


if __name__ == "__main__":
    sys.stdout.write(f"{COMPILED}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(f"{fingerprint(*json.loads(line))}\n")
        sys.stdout.flush()
