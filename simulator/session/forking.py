"""Which course follows when something is turned, and which future is left behind as a ghost.

In: the change before, new settings, the tick from which they count. Out: the `Change` they give.
Nothing is simulated here: a course says how its attempt comes to be.
"""

from __future__ import annotations

from collections.abc import Collection

from simulator.session.changes import Abandoned, Change, Course, Leg, course_after
from simulator.session.courses import Runs, physical
from simulator.session.knobs import label_of
from simulator.session.settings import Settings

MOST_ABANDONED = 3
GHOST_COLOURS = ("violet", "cyan", "amber", "yellow", "blue", "red", "grey", "green")


class Forking:
    """Tells courses apart by the runs that they give, not by how their settings are written."""

    def __init__(self, runs: Runs) -> None:
        """Ask `runs` what settings mean; `taken_colours` are those of pinned runs."""
        self._runs = runs
        self.taken_colours: Collection[str] = ()

    def change(
        self, settings: Settings, base: Change, path: str, tick: int | None, *, anew: bool
    ) -> Change:
        """Return what follows `base` when these settings are taken.

        Args:
            settings: usable ones.
            base: the state before.
            path: what was turned; the ghost of the future that is left is named by it.
            tick: the one being shown; None is before the gun, where no future is left yet.
            anew: whether they count from the gun on, instead of from that tick.
        """
        last = base.course[-1]
        if self._alike(last.settings, settings):
            return Change(settings, base.course, base.abandoned)
        if tick is None:
            return Change(settings, (Leg(0, settings),))
        course = self._course(base.course, settings, 0 if anew else tick)
        # a future that is raced again is no ghost beside itself
        again = [a for a in base.abandoned if self._same_run(a.course, course)]
        kept = tuple(a for a in base.abandoned if a not in again)
        course = again[0].course if again else course
        if last.tick == tick and (again or course[-1].tick < tick):
            return Change(settings, course, kept)  # taken back where it was made: no tick was run
        left = (*kept, self._left(base, path))[-MOST_ABANDONED:]
        return Change(settings, course, left)

    def _course(self, course: Course, settings: Settings, tick: int) -> Course:
        last = course[-1].settings
        if (
            tick == 0
            or self._runs.scenario(settings).distance != self._runs.scenario(last).distance
        ):
            return (Leg(0, settings),)
        forked = course_after(course, tick, settings)
        if len(forked) > 1 and self._alike(forked[-2].settings, settings):
            return forked[:-1]  # set back to what it was: nothing is forked
        return forked

    def _same_run(self, one: Course, other: Course) -> bool:
        """Return whether two courses give the same run, however their settings are written."""
        if [leg.tick for leg in one] != [leg.tick for leg in other]:
            return False
        legs = zip(reversed(one), reversed(other), strict=True)  # the first are mostly the same
        return all(self._alike(a.settings, b.settings) for a, b in legs)

    def _alike(self, one: Settings, other: Settings) -> bool:
        """Return whether two settings give the same run to the bit."""
        if one == other:
            return True
        return physical(self._runs.scenario(one)) == physical(self._runs.scenario(other))

    def _left(self, base: Change, path: str) -> Abandoned:
        """Return the ghost of the future that is left, named by what was changed."""
        scenario = self._runs.scenario(base.settings)
        what = label_of(scenario, path)
        names = {a.name for a in base.abandoned}
        name, n = f"before: {what}", 1
        while name in names:
            n += 1
            name = f"before: {what} ({n})"
        used = {g.colour for g in scenario.ghosts} | {a.colour for a in base.abandoned}
        used |= set(self.taken_colours)
        free = [c for c in GHOST_COLOURS if c not in used]
        return Abandoned(name, what, free[0] if free else "grey", base.course)
