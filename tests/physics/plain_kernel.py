"""Runs attempts on one kernel for the test that compares two: a line of JSON in, a digest out.

A line holds the name of a shipped scenario, changes to it, and for a fork its tick and the changes
made there. Started with LIGHTPACE_PLAIN=1 it runs the plain source.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence

from simulator.errors import LightpaceError
from simulator.physics.attempt import fork, outcomes_of, simulate
from simulator.physics.compiled import COMPILED
from simulator.recording.recording import ARRAYS
from simulator.scenario.loader import load_scenario


def fingerprint(name: str, changes: Sequence[str], tick: int, later: Sequence[str]) -> str:
    """Return what tells an attempt's columns and outcome from any others; or why there is none."""
    try:
        scenario = load_scenario(name, overrides=list(changes))
        run = simulate(scenario)
        if tick >= 0:
            run = fork(load_scenario(name, overrides=[*changes, *later]), run, tick)
        ran = outcomes_of(
            [scenario], places_m=[333.3, 800.0], watch_light=True, slack_until_m=100.0
        )
    except LightpaceError as error:
        return f"{type(error).__name__}: {error}"
    digest = hashlib.sha256(f"{run.finish_s!r} {run.status}".encode())
    for array in ARRAYS:
        digest.update(getattr(run, array).tobytes())
    for column in (ran.time_s, ran.finish_s, ran.status, ran.shelter, ran.reserve_used):
        digest.update(column.tobytes())
    digest.update(ran.lost_light_m.tobytes() + ran.slack.tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(f"{COMPILED}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(f"{fingerprint(*json.loads(line))}\n")
        sys.stdout.flush()
