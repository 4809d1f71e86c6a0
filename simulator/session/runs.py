"""The runs of a session: that of each lineage, branches that were left, and runs that are kept.

In: settings, lineages, the tick at which they change; recordings with names, or a file of them.
Out: scenarios, recordings, and both kinds as ghosts; rows for the drawer, the comparison table. A
few runs are cached; any other is computed again, equal to the bit.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

from simulator.analysis.references import Reference, ghost_references, run_reference
from simulator.analysis.splits import column, split_distances, split_label
from simulator.errors import LightpaceError
from simulator.physics.attempt import fork, simulate
from simulator.recording.recording import Recording
from simulator.recording.store import load_recordings, save_recordings
from simulator.scenario.fields import THEME_KIT
from simulator.scenario.model import Ghost, Scenario, wave_partners
from simulator.session.history import Change, LeftBranch, Lineage, Segment, Settings
from simulator.session.knobs import label_of
from simulator.session.variations import edited
from simulator.stage.scene import Comparison, PinRow
from simulator.units import difference_cell, format_signed, format_time, time_cell

GHOST_COLOURS = ("violet", "cyan", "amber", "yellow", "blue", "red", "grey", "green")
MOST_LEFT = 3
"""Cache size: large enough that turning a knob back reuses the earlier run."""
CACHED_RUNS = 24
CACHED_SCENARIOS = 48
_LOOKS = "name", "note", "ghosts", "published", "uncertainty", "wavelight", "pacers", "runner"
"""Fields that do not affect a run, or not with all that they hold."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class LruCache(Generic[K, V]):
    """A cache of at most `limit` values by key; the least recently used is dropped first."""

    limit: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)

    def get(self, key: K) -> V | None:
        """Return the value, or None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def get_or_make(self, key: K, make: Callable[[], V]) -> V:
        """Return the value; make it first if it is missing."""
        value = self.get(key)
        if value is None:
            value = make()
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Add a value; a key that is there already keeps its age."""
        self._values[key] = value
        while len(self._values) > self.limit:
            self._values.popitem(last=False)


class Forks:
    """Runs by lineage. Lineages are equal if they give the same run, however they are written.

    Attributes:
        taken_colours: colours of pinned runs, which no left branch may use.
    """

    def __init__(self) -> None:
        self.taken_colours: Collection[str] = ()
        self._scenarios: LruCache[Settings, Scenario] = LruCache(CACHED_SCENARIOS)
        self._runs: LruCache[Lineage, Recording] = LruCache(CACHED_RUNS)
        self._ghosts: LruCache[tuple[Ghost, float, bool], Reference] = LruCache(CACHED_SCENARIOS)
        self._left: LruCache[LeftBranch, Reference] = LruCache(CACHED_RUNS)

    # -- settings and lineages to scenarios and runs -----------------------------------------------

    def scenario(self, settings: Settings) -> Scenario:
        """Return the scenario of the settings.

        Raises:
            ScenarioError: they are not usable.
        """
        return self._scenarios.get_or_make(settings, settings.load)

    def edited_scenario(self, base: Settings, settings: Settings) -> Scenario:
        """Return the scenario of settings that were made from others.

        Raises:
            ScenarioError: they are not usable.
        """
        before = self.scenario(base)
        return self._scenarios.get_or_make(
            settings, lambda: edited(before, base, settings) or settings.load()
        )

    def remember_scenario(self, settings: Settings, scenario: Scenario) -> None:
        """Cache a scenario that was loaded elsewhere."""
        self._scenarios.put(settings, scenario)

    def run(self, lineage: Lineage) -> Recording:
        """Return the run of a lineage; its recording names the scenario of the last segment."""
        return self._runs.get_or_make(lineage, lambda: self._simulated(lineage))

    def _simulated(self, lineage: Lineage) -> Recording:
        *before, last = lineage
        scenario = self.scenario(last.settings)
        if not before:
            return simulate(scenario)
        return _go_on(self.run(tuple(before)), last.tick, scenario)

    def remember_run(self, lineage: Lineage, run: Recording) -> None:
        """Cache a run that was simulated elsewhere."""
        self._runs.put(lineage, run)

    def ghosts(self, scenario: Scenario) -> list[Reference]:
        """Return the scenario's ghosts; their runs and files are cached.

        Raises:
            LightpaceError: a ghost's file has problems.
        """
        length_m, standing = scenario.distance, scenario.plan.standing_start

        def made(ghost: Ghost) -> Reference:
            return ghost_references(scenario.model_copy(update={"ghosts": (ghost,)}))[0]

        return [
            self._ghosts.get_or_make((ghost, length_m, standing), partial(made, ghost))
            for ghost in scenario.ghosts
            if ghost.on
        ]

    def left_ghosts(self, change: Change) -> list[Reference]:
        """Return the most recently left branch as a ghost; more would clutter the picture."""
        last = change.left[-1:]
        return [self._left.get_or_make(b, partial(self._left_mark, b)) for b in last]

    def _left_mark(self, branch: LeftBranch) -> Reference:
        mark = run_reference(branch.name, branch.colour, "", self.run(branch.lineage))
        return replace(mark, label=branch.name)  # without "before" it would be what it is not

    @contextmanager
    def reading_files_again(self) -> Iterator[None]:
        """Read the ghosts' files again; if one has problems, the earlier marks stay.

        Raises:
            LightpaceError: whatever is raised inside.
        """
        before, self._ghosts = self._ghosts, LruCache(CACHED_SCENARIOS)
        try:
            yield
        except LightpaceError:
            self._ghosts = before
            raise

    # -- which lineage follows ---------------------------------------------------------------------

    def change(
        self, settings: Settings, base: Change, path: str, tick: int | None, *, from_gun: bool
    ) -> Change:
        """Return what follows `base` under new settings. Nothing is simulated.

        Args:
            settings: usable ones.
            base: the state before.
            path: the knob that was turned; it names the ghost of the branch that is left.
            tick: the tick being shown; None before the gun, where no branch is left.
            from_gun: whether the settings apply from the gun, not from that tick.
        """
        last = base.lineage[-1]
        if self._alike(last.settings, settings):
            return Change(settings, base.lineage, base.left)
        if tick is None:
            return Change(settings, (Segment(0, settings),))
        lineage = self._forked(base.lineage, settings, 0 if from_gun else tick)
        # a future that is run again is not its own ghost
        again = [b for b in base.left if self._same_run(b.lineage, lineage)]
        left = tuple(b for b in base.left if b not in again)
        lineage = again[0].lineage if again else lineage
        if last.tick == tick and (again or lineage[-1].tick < tick):
            return Change(settings, lineage, left)  # undone where it was made: no tick was run
        if self._motion(base.lineage) != self._motion(lineage):  # else only a light changes
            left = (*left, self._leave(base, settings, path))
        return Change(settings, lineage, left[-MOST_LEFT:])

    def _forked(self, lineage: Lineage, settings: Settings, tick: int) -> Lineage:
        """Return the lineage that forks from another at `tick`; its later segments are dropped."""
        new, old = self.scenario(settings), self.scenario(lineage[-1].settings)
        if tick == 0 or new.distance != old.distance:
            return (Segment(0, settings),)
        before = tuple(segment for segment in lineage if segment.tick < tick)
        if before and self._alike(before[-1].settings, settings):
            return before  # the settings are as before: there is no fork
        return (*before, Segment(tick, settings))

    def _same_run(self, one: Lineage, other: Lineage) -> bool:
        if [segment.tick for segment in one] != [segment.tick for segment in other]:
            return False
        pairs = zip(reversed(one), reversed(other), strict=True)  # the first are mostly equal
        return all(self._alike(a.settings, b.settings) for a, b in pairs)

    def _alike(self, one: Settings, other: Settings) -> bool:
        """Return whether two settings give the same run to the bit, and each wave the same plan."""
        if one == other:
            return True
        now, then = self.scenario(one), self.scenario(other)
        waves, others = now.wavelight.waves, then.wavelight.waves
        same = all(waves[i].plan == others[k].plan for i, k in wave_partners(now, then).items())
        return same and _physical(now) == _physical(then)

    def _motion(self, lineage: Lineage) -> list[tuple[int, list[Any]]]:
        """Return the ticks at which a run's settings change, and all that affects it from there."""
        every = [(segment.tick, _physical(self.scenario(segment.settings))) for segment in lineage]
        return [row for before, row in pairwise([(0, []), *every]) if row[1] != before[1]]

    def _leave(self, base: Change, settings: Settings, path: str) -> LeftBranch:
        """Return the branch that is left, named after the change that replaced it."""
        what = label_of(self.scenario(settings), path)
        used = {g.colour for g in self.scenario(base.settings).ghosts} | set(self.taken_colours)
        colour = next((c for c in GHOST_COLOURS if c not in used), "grey")
        return LeftBranch(f"before: {what}", colour, base.lineage)


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return the name, or `name (2)`, `name (3)` ... if it is taken."""
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name} ({n})"
    return free


def tick_at(time_s: float, step_s: float) -> int:
    """Return the tick at or before a race time [s], with a tolerance of a billionth of a tick."""
    return math.floor(time_s / step_s + 1e-9)


def _go_on(past: Recording, tick: int, scenario: Scenario) -> Recording:
    """Fork a run; after its finish only the scenario's name changes."""
    if tick > past.ticks or past.x[tick] >= past.race_m:
        return replace(past, scenario_json=scenario.model_dump_json(by_alias=True))
    return fork(scenario, past, tick)


def _physical(scenario: Scenario) -> list[Any]:
    """Return all of a scenario that affects its run: equal values give the same run to the bit."""
    pacers, led = scenario.pacers, scenario.pacers.follows
    everybody = pacers.count == len(pacers.formation.names())  # the count changes nothing
    count = None if everybody else pacers.count
    return [
        *(value for name, value in scenario if name not in _LOOKS),
        # of the wave that is followed only the plan has an effect, not its name
        next((wave.plan for wave in scenario.wavelight.waves if wave.name == led), None),
        {**dict(pacers), "count": count, "follows": led is not None, "kit": THEME_KIT},
        scenario.runner.with_values({"kit.colour": THEME_KIT}),
    ]


# -- kept runs ------------------------------------------------------------------------------------

MOST_PINS = 6
PIN_COLOURS = ("cyan", "yellow", "violet", "blue", "red", "green")
UNKNOWN = "–"


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """A kept run with its ghost; `lineage` is None if it was read from a file."""

    number: int
    name: str
    colour: str
    run: Recording
    lineage: Lineage | None
    mark: Reference
    shown: bool = True


class Pins:
    """The kept runs."""

    def __init__(self) -> None:
        self.pins: tuple[Pin, ...] = ()

    @property
    def colours(self) -> Collection[str]:
        """Colours in use."""
        return {pin.colour for pin in self.pins}

    def keep(
        self, name: str, run: Recording, lineage: Lineage | None, taken: Collection[str] = ()
    ) -> str:
        """Keep a run in a colour that is not `taken`; return why not, or an empty text."""
        if lineage is not None and any(pin.lineage == lineage for pin in self.pins):
            return "this run is kept already"
        numbers = {pin.number for pin in self.pins}
        free = [n for n in range(1, MOST_PINS + 1) if n not in numbers]
        if not free:
            return f"{MOST_PINS} runs are kept: give one up first"
        name = unused_name(name, {pin.name for pin in self.pins})
        free_colours = [c for c in PIN_COLOURS if c not in self.colours]
        colour = next((c for c in free_colours if c not in taken), free_colours[0])
        mark = replace(run_reference(name, colour, "", run), label=f"{free[0]}")
        pin = Pin(free[0], name, colour, run, lineage, mark)
        self.pins = tuple(sorted((*self.pins, pin), key=lambda p: p.number))
        return ""

    def drop(self, number: int) -> None:
        """Remove a kept run."""
        self.pins = tuple(pin for pin in self.pins if pin.number != number)

    def show(self, number: int, on: bool) -> None:
        """Show or hide a run's ghost."""
        self.pins = tuple(
            replace(pin, shown=on) if pin.number == number else pin for pin in self.pins
        )

    def save(self, path: str | Path) -> Path:
        """Write all runs into one file; return where.

        Raises:
            OutputError: it cannot be written.
        """
        named = pins_file(path)
        save_recordings([(pin.name, pin.run) for pin in self.pins], named)
        return named

    def load(self, path: str | Path) -> str:
        """Also keep the runs of a file; return why some were refused, or an empty text.

        Raises:
            RecordingError: the file cannot be read.
        """
        why = ""
        try:
            there = Path(path).is_file()
        except OSError:
            there = True  # reading it reports the system's error
        for name, run in load_recordings(path if there else pins_file(path)):
            why = self.keep(" ".join(name.split())[:100] or "a run", run, None) or why
        return why

    def marks(self, live: Lineage) -> list[Reference]:
        """Return the ghosts; the live run is not its own ghost."""
        return [pin.mark for pin in self.pins if pin.shown and pin.lineage != live]

    def rows(self, live: Lineage, known_s: float) -> tuple[PinRow, ...]:
        """Return the rows of the drawer; the live run is known up to `known_s` [s]."""
        rows = []
        for pin in self.pins:
            finish = pin.run.finish_s
            known = pin.lineage != live or pin.run.end_s <= known_s
            text = "did not finish" if finish is None else format_time(finish)
            text = text if known else UNKNOWN
            rows.append(PinRow(pin.number, pin.name, pin.colour, text, pin.shown))
        return tuple(rows)

    def state(self, run: Recording, lap_m: float, known_s: float) -> tuple[object, ...] | None:
        """Return a value that changes when the table must be drawn differently; None: no table."""
        if not self.pins:
            return None
        over, x = run.end_s <= known_s, run.distance_at(min(known_s, run.end_s))
        places = (*split_distances(run.race_m), run.race_m - lap_m)
        return run, over, sum(place <= x + 1e-6 for place in places)

    def comparison(
        self, run: Recording, lap_m: float, live: Lineage, known_s: float
    ) -> Comparison | None:
        """Return the comparison of the live run, as far as it is known, with the kept ones."""
        if not self.pins:
            return None
        places = split_distances(run.race_m)
        now = column(run, places, lap_m, known_s)
        others = [
            column(pin.run, places, lap_m, known_s if pin.lineage == live else math.inf)
            for pin in self.pins
        ]
        heads = ["m", "now"]
        for pin in self.pins:
            heads += [f"{pin.number} {pin.name}", "gap"]
        runs = [run, *(pin.run for pin in self.pins)]
        longest_m = max(each.race_m for each in runs)  # where others run on, nobody finishes
        rows = []
        for i, x in enumerate(places):
            cells = [split_label(x, longest_m), time_cell(now.splits_s[i])]
            for other in others:
                cells += [
                    time_cell(other.splits_s[i]),
                    difference_cell(now.splits_s[i], other.splits_s[i]),
                ]
            rows.append(tuple(cells))
        rows.append(_shares("mean shelter", [c.shelter for c in (now, *others)]))
        if run.race_m > lap_m:
            pairs = zip(runs, (now, *others), strict=True)
            same_race = (c.reserve_at_bell if r.race_m == run.race_m else None for r, c in pairs)
            rows.append(_shares("reserve at the bell", [*same_race]))
        return Comparison(tuple(heads), tuple(rows))


def _shares(label: str, values: list[float | None]) -> tuple[str, ...]:
    """Return a row of shares in percent, with the differences between them."""
    now = values[0]
    cells = [label, _percent(now)]
    for value in values[1:]:
        off = None if now is None or value is None else 100 * (now - value)
        cells += [_percent(value), UNKNOWN if off is None else f"{format_signed(off, 0)} %"]
    return tuple(cells)


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * max(value, 0.0):.0f} %"


def pins_file(path: str | Path) -> Path:
    """Return the path that the typed text means, with the file extension added."""
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
