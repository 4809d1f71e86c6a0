"""Ghosts: runs to compare with, told apart by `kind`.

In: an even time, a split table, another scenario's file, or a saved recording. Out: validated
ghosts. Turning one into a run on the track is the work of `simulator.analysis.ghosts`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.fields import (
    Complaint,
    Doubts,
    Line,
    MarkColour,
    Metres,
    Seconds,
    Section,
    Text,
)
from simulator.scenario.plan import Splits
from simulator.scenario.plan_checks import human_complaints, split_complaints
from simulator.scenario.schedule import Waypoint
from simulator.units import MILE_M


class _GhostBase(Section):
    name: Line = Field("", max_length=200, description="Name on the screen; left out: made up.")
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

    def complaints(
        self, at: tuple[str | int, ...], distance_m: float | None, doubts: Doubts
    ) -> list[Complaint]:
        """Return whether a human could not run it."""
        if distance_m is None or doubts.about(*at, "time"):
            return []
        return human_complaints([(*at, "time")], [Waypoint(distance_m, self.time)])


class SplitGhost(_GhostBase):
    """A run known by its splits; each may carry a tolerance."""

    kind: Literal["splits"] = "splits"
    splits: Splits = Field(..., description="Cumulative splits, metres to time; last the finish.")
    distance: Metres | None = Field(
        None, ge=100, le=10_000, description="Its own distance [m]; left out: the scenario's."
    )
    standing_start: bool = Field(True, description="It started from rest.")

    def complaints(
        self, at: tuple[str | int, ...], distance_m: float | None, doubts: Doubts
    ) -> list[Complaint]:
        """Return what is wrong with the table over the ghost's own distance."""
        own = None if doubts.about(*at, "distance") else self.distance or distance_m
        return split_complaints((*at, "splits"), self.splits, own, doubts)


class ScenarioGhost(_GhostBase):
    """Another scenario, simulated; its own ghosts are ignored."""

    kind: Literal["scenario"] = "scenario"
    file: Line = Field(..., min_length=1, description="Scenario file, from this file's folder.")


class RecordingGhost(_GhostBase):
    """A run saved with `lightpace simulate --save`."""

    kind: Literal["recording"] = "recording"
    file: Line = Field(..., min_length=1, description="Recording file, from this file's folder.")


def _kind_of(value: Any) -> str:
    if isinstance(value, _GhostBase):
        return str(getattr(value, "kind", "even"))
    if not isinstance(value, dict):
        return "even"
    if "kind" in value:
        return str(value["kind"])
    if "file" in value:
        return "recording" if str(value["file"]).endswith(".npz") else "scenario"
    return "splits" if "splits" in value else "even"


Ghost = Annotated[
    Annotated[EvenGhost, Tag("even")]
    | Annotated[SplitGhost, Tag("splits")]
    | Annotated[ScenarioGhost, Tag("scenario")]
    | Annotated[RecordingGhost, Tag("recording")],
    Discriminator(_kind_of),
]


def default_ghosts(before: dict[str, Any]) -> tuple[Ghost, ...]:
    """Return the ghosts of a scenario that names none: an even 4:00 over a mile, else nobody.

    Args:
        before: the scenario's values so far, its `distance` [m] among them.
    """
    if abs(before.get("distance", MILE_M) - MILE_M) > 1:
        return ()
    return (EvenGhost(name="even 4:00.00", colour="white"),)
