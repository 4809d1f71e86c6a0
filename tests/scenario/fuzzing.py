"""What the fuzz of files is made of: readers, damage, what is held of each file, and how fast.

In: bytes of a file, what its folder holds. Out: scenarios that were run, or a list of problems;
anything else is a failed assertion.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from hypothesis import HealthCheck

from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.physics.attempt import simulate_all
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.scenario.loader import load_text
from simulator.scenario.model import Scenario, SplitGhost
from simulator.scenario.plan import SplitPlan, schedule_of
from simulator.scenario.reading import read_text
from simulator.scenario.story import FOLDER as STORIES
from simulator.scenario.story import load_story, named_stories

CASES = int(os.environ.get("FUZZ_CASES", "500"))
BATCH = 10
LIMIT_S = 2.0
HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]

SCENARIOS = configs_dir().name
PATHS = {
    folder: sorted(where.glob("*.yaml"))
    for folder, where in [
        (SCENARIOS, configs_dir()),
        *((name, configs_dir() / name) for name in (STORIES, "formations", "runners")),
    ]
}
FILES = [path.read_bytes() for paths in PATHS.values() for path in paths]
WORDS = [
    *(
        "name",
        "plan",
        "shape",
        "even",
        "splits",
        "laps",
        "target",
        "kind",
        "ghosts",
        "file",
        "time",
    ),
    *("pacers", "formation", "slots", "ahead", "until", "count", "shelter", "wavelight", "waves"),
    *("box", "solo", "finish", "400", "800", "4:00", "1:00.2", "-1", "0", ".nan", "1e999", "yes"),
    *("~", "*a", "&a", "!!x", "[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "'", '"', "#", "\t"),
    *("\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é", "🏃", "؀", "\x85"),
]


Reader: TypeAlias = Callable[[], Sequence[Scenario]]
"""Reads one file and returns what is to be run of it."""

BESIDES = {
    "formations": "pacers: {{formation: '{}'}}",
    "runners": "pacers: {{count: 0}}\nrunner: '{}'",
}


def read_file(path: Path, folder: str) -> Sequence[Scenario]:
    """Read a file as what its folder holds; a formation and a runner as those of a short race."""
    if folder == STORIES:
        return told_by(path)
    if folder == SCENARIOS:
        return read(read_text(path, "f"))
    race = "distance: 400\nplan: {target: 62}\nghosts: []\n"
    return read(race + BESIDES[folder].format(path))


def read(text: str) -> Sequence[Scenario]:
    return [load_text(text, "f", configs_dir())]


def told_by(path: Path) -> Sequence[Scenario]:
    """Return the attempts of a story, without those that the shipped stories ask for too."""
    script = load_story(path)
    assert len(script.attempts) == len(script.rivals) == len(script.story.chapters)
    asked = {*script.attempts, *(one for rivals in script.rivals for one in rivals.values())}
    assert asked == set(script.scenarios)
    return [s for s in script.scenarios.values() if text_of(s) not in shipped_attempts()]


@cache
def shipped_attempts() -> frozenset[str]:
    scripts = [load_story(name) for name in named_stories()]
    return frozenset(text_of(s) for script in scripts for s in script.scenarios.values())


def try_out(reader: Reader) -> Sequence[Scenario] | ScenarioError:
    """Read a file; check the scenarios, or the list of problems."""
    try:
        scenarios = reader()
    except ScenarioError as caught:
        error = caught
    else:
        for scenario in scenarios:
            ask_for_everything(scenario)
        return scenarios
    assert error.exit_code == 2
    assert error.problems
    assert all(len(str(p)) < 3000 and p.message for p in error.problems)
    assert str(error).encode()
    return error


def text_of(scenario: Scenario) -> str:
    return scenario.model_dump_json(by_alias=True)


def ask_for_everything(scenario: Scenario) -> None:
    scenario.pacers.line_up()
    plans = [scenario.plan, *(w.plan for w in scenario.wavelight.waves if w.plan is not None)]
    plans += [
        SplitPlan(splits=g.splits)
        for g in scenario.ghosts
        if isinstance(g, SplitGhost) and g.distance is None
    ]
    for plan in plans:
        schedule = schedule_of(plan, scenario.distance)
        t = np.linspace(0.0, schedule.finish_s * 1.1, 200)
        x = schedule.distance_at(t)
        assert np.all(np.isfinite(x))
        assert np.all(np.diff(x) > 0)


LARGEST = 1_000_000
"""Bytes of the largest files that are tried: what a scenario may have."""
GROWN = 0.03
"""So many of the files are grown to any size up to that."""


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return bytes that are damaged in a few places; some are grown by a piece of their own."""
    changed = bytearray(data)
    if data and rng.random() < GROWN:
        begin = rng.randrange(len(data))
        lines = data[begin : begin + rng.randrange(1, 200)]
        lines = rng.choice(
            [lines, data[data.rfind(b"\n", 0, begin) + 1 :].partition(b"\n")[0] + b"\n"]
        )
        at = rng.choice([begin, data.rfind(b"\n", 0, begin) + 1, len(data)])
        size = int(10 ** rng.uniform(3, 6)) - len(data)
        changed[at:at] = lines * (max(size, 0) // len(lines))
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del changed[at : at + rng.randrange(1, 40)]
            case 2:
                changed[at:at] = rng.choice(WORDS).encode()
            case 3:
                other = rng.choice(FILES)
                begin = rng.randrange(len(other))
                changed[at:at] = other[begin : begin + rng.randrange(200)]
            case 4:
                end = changed.find(b"\n", at) + 1 or len(changed)
                changed[at:at] = changed[at:end]
            case _:
                changed[at : at + 1] = rng.choice(b"0123456789.:-{}[]&*! \n").to_bytes()
    return bytes(changed)


@dataclass
class Book:
    """What was tried so far.

    Attributes:
        waiting: what turned out to be valid and is run at the end, with the time that reading the
            file took [s].
        valid, refused: how many files of each sort were so.
    """

    waiting: list[tuple[Scenario, float]] = field(default_factory=list, repr=False)
    valid: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


LEAST_VALID = {"plausible": 0.1, "absurd": 0.0, **dict.fromkeys(PATHS, 0.02)}
"""The share of each sort that has to be valid: a quarter of what is, or less."""
LEAST_REFUSED = 0.02
JUDGED_FROM = 80
"""So many of a sort say something about it; with 500 cases three of the folders have fewer."""


def run_all(scenarios: Sequence[Scenario]) -> list[Recording]:
    """Run scenarios side by side and check their recordings."""
    runs = simulate_all(scenarios)
    for run in runs:
        assert run.status in Status
        assert all(np.isfinite(getattr(run, name)).all() for name in ARRAYS)
        assert np.all(np.diff(run.x) >= 0)
        assert (run.finish_s is None) == (run.status is Status.DID_NOT_FINISH)
    return runs


def tried(sort: str, reader: Reader, book: Book) -> None:
    """Try a file: problems, or a run, now or at the end."""
    with within_limits() as budget:
        found = try_out(reader)
        if isinstance(found, ScenarioError):
            book.refused[sort] += 1
            return
        book.valid[sort] += 1
        long = more_s(found)
        if found and (CASES > 500 or long > 0.0):
            budget.limit_s += long
            run_all(found)
        else:
            book.waiting += [(scenario, budget.spent_s()) for scenario in found]


def answered(reader: Reader) -> list[Recording] | ScenarioError:
    """Read a file and run it at once, all of it within the limits of one."""
    with within_limits() as budget:
        found = try_out(reader)
        if isinstance(found, ScenarioError):
            return found
        budget.limit_s += more_s(found)
        return run_all(found)


def more_s(scenarios: Sequence[Scenario]) -> float:
    """Return what more races may take that last longer than a mile [s]: 0.2 ms a tick."""
    finishes = (schedule_of(s.plan, s.distance).finish_s for s in scenarios)
    return max((0.002 * (finish_s - 360.0) for finish_s in finishes if finish_s > 360.0), default=0)


@dataclass
class Budget:
    """How much processor time may be spent from `begin_s` on [s]."""

    limit_s: float
    begin_s: float = field(default_factory=time.process_time)

    def spent_s(self) -> float:
        return time.process_time() - self.begin_s


@contextmanager
def within_limits(limit_s: float = LIMIT_S) -> Iterator[Budget]:
    """Assert that what is done within takes so much processor time [s] and 300 MB at most.

    What it takes longer for is known only once it is read, so the limit can be raised meanwhile.
    """
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5", encoding="ascii")  # the peak begins anew
    before = resident_kb("VmHWM")
    budget = Budget(limit_s)
    yield budget
    assert budget.spent_s() < budget.limit_s
    assert resident_kb("VmHWM") - before < 300_000


def resident_kb(name: str) -> int:
    """Return a number of /proc/self/status [kB]; 0 where there is none."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="ascii") if status.exists() else ""
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")]
    return int(found[0]) if found else 0
