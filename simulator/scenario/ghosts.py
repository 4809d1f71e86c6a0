"""Ghosts: runs to compare with, discriminated by `kind`.

In: an even time, a split table, lap times, another scenario's file, a saved recording, or what a
watch wrote. Out: validated ghosts. Turning one into a run on the track is the work of
`simulator.analysis.references`.
"""

from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.scenario.fields import (
    MarkColour,
    Metres,
    OneLine,
    Seconds,
    Section,
    Text,
    discriminator,
    variant,
)
from simulator.scenario.plan import Laps, Splits, waypoints_of_splits
from simulator.scenario.schedule import Waypoint
from simulator.units import MILE_M


class _GhostBase(Section):
    name: OneLine = Field("", max_length=200, description="Name on the screen; left out: made up.")
    colour: MarkColour = Field("white", description="Colour of its outline and curve.")
    on: bool = Field(True, description="Shown or not.")
    note: Text = Field("", max_length=500, description="Where it comes from; which clock it is on.")


class EvenGhost(_GhostBase):
    """An even run to a time."""

    kind: Literal["even"] = "even"
    time: Seconds = Field(240.0, gt=0, le=7200, description="Finish time [s].")
    standing_start: bool | None = Field(
        None, description="Standing-start allowance; left out: as in the main plan."
    )


class KnownGhost(_GhostBase):
    """A run of which some times are known."""

    distance: Metres | None = Field(
        None, ge=100, le=10_000, description="Its own distance [m]; left out: the scenario's."
    )
    standing_start: bool = Field(True, description="It started from rest.")

    def waypoints(self, race_m: float) -> list[Waypoint]:
        """Return its known distances [m] and times [s] in a race over `race_m` [m]."""
        raise NotImplementedError

    def known(self, race_m: float) -> list[Waypoint]:
        """Return its known distances and times as a ghost of a race [m]."""
        return self.waypoints(self.distance or race_m)


class SplitGhost(KnownGhost):
    """A run known by its splits; each may carry a tolerance."""

    kind: Literal["splits"] = "splits"
    splits: Splits = Field(
        ..., description="Cumulative splits, metres to time; last the finish, or where it stopped."
    )

    def waypoints(self, race_m: float) -> list[Waypoint]:
        """Return the splits."""
        return waypoints_of_splits(self.splits, race_m)


class LapGhost(Laps, KnownGhost):
    """A run known by its lap times."""

    kind: Literal["laps"] = "laps"


class ScenarioGhost(_GhostBase):
    """Another scenario, simulated; its own ghosts are ignored."""

    kind: Literal["scenario"] = "scenario"
    file: OneLine = Field(..., min_length=1, description="Scenario file, from this file's folder.")


class RecordingGhost(_GhostBase):
    """A run saved with `lightpace simulate --save`."""

    kind: Literal["recording"] = "recording"
    file: OneLine = Field(..., min_length=1, description="Recording file, from this file's folder.")


class ActivityGhost(_GhostBase):
    """A run as a watch, an app or a table has it."""

    kind: Literal["activity"] = "activity"
    file: OneLine = Field(
        ...,
        min_length=1,
        description="FIT, TCX, GPX, CSV or LSS file, also .gz, from this file's folder.",
    )
    distance: Metres | None = Field(
        None, ge=100, le=10_000, description="How long its race was [m]; left out: the scenario's."
    )
    from_: Seconds | None = Field(
        None, alias="from", ge=0, le=7200, description="When the gun went, on its timer [s]."
    )
    trim: bool = Field(False, description="The gun went when it first moves.")
    standing_start: bool = Field(True, description="It started from rest.")


_ACTIVITIES = (".fit", ".tcx", ".gpx", ".csv", ".lss")
_KINDS = {".npz": "recording", **dict.fromkeys(_ACTIVITIES, "activity")}


def _kind_of(ghost: dict[str, Any]) -> str:
    if "file" in ghost:
        path = PurePath(str(ghost["file"]).lower())
        if path.suffix == ".gz":  # `run.fit.gz`
            path = PurePath(path.stem if PurePath(path.stem).suffix in _ACTIVITIES else "")
        return _KINDS.get(path.suffix, "scenario")
    return next((kind for kind in ("splits", "laps") if kind in ghost), "even")


Ghost = Annotated[
    Annotated[EvenGhost, variant("even")]
    | Annotated[SplitGhost, variant("splits")]
    | Annotated[LapGhost, variant("laps")]
    | Annotated[ScenarioGhost, variant("scenario")]
    | Annotated[RecordingGhost, variant("recording")]
    | Annotated[ActivityGhost, variant("activity")],
    discriminator("kind", _kind_of),
]


def default_ghosts(before: dict[str, Any]) -> tuple[Ghost, ...]:
    """Return the ghosts of a scenario that names none: an even 4:00 for a mile, else none.

    Args:
        before: the scenario's values so far, including its `distance` [m].
    """
    if abs(before.get("distance", MILE_M) - MILE_M) > 1:
        return ()
    return (EvenGhost(name="even 4:00.00", colour="white"),)
