"""The scenario: what was asked for. Frozen; every field has a default, a unit and a meaning.

In: plain values from a YAML tree (`simulator.scenario.loader`) or keyword arguments. Out: a
validated `Scenario`. Checks that need one section stand beside it; those that need two stand here.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from simulator.coefficients import FORCE_COST
from simulator.scenario.fields import (
    ANY,
    Complaint,
    Doubts,
    Line,
    MarkColour,
    Metres,
    Name,
    Number,
    Section,
    Text,
    Whole,
    complain,
)
from simulator.scenario.ghosts import EvenGhost, Ghost, SplitGhost, default_ghosts
from simulator.scenario.named import RUNNER
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import EvenPlan, Plan
from simulator.scenario.plan_checks import plan_complaints
from simulator.scenario.uncertainty import INPUTS, Bounds, Uncertainty, bounds_of
from simulator.units import MILE_M


class Wind(Section):
    """A steady wind over the whole track."""

    speed: Number = Field(0.0, ge=0, le=20, description="Wind speed [m/s].")
    direction: Number = Field(
        0.0,
        ge=-360,
        le=360,
        description="Where it comes from [degrees]: 0 is a head wind on the home straight, "
        "90 blows from the outside of the home straight across the field.",
    )


class Environment(Section):
    """The air. Nothing here was measured for Breaking4, so it is shown as assumed unless said."""

    temperature: Number = Field(25.0, ge=-30, le=50, description="Air temperature [°C].")
    humidity: Number = Field(45.0, ge=0, le=100, description="Relative humidity [%].")
    pressure: Number = Field(1013.25, ge=500, le=1100, description="Air pressure [hPa].")
    wind: Wind = Field(Wind(), description="Wind over the track.")
    assumed: bool = Field(True, description="Shown as assumed; `no` if it was measured.")


class Kit(Section):
    """Clothes and shoes as two neutral multipliers: no effect of her kit was published."""

    drag: Number = Field(1.0, ge=0.5, le=1.5, description="Multiplies the air drag [1].")
    cost: Number = Field(1.0, ge=0.8, le=1.2, description="Multiplies the energy cost [1].")


class Runner(Section):
    """The runner: her body and her two energy systems."""

    name: Name = Field("Faith Kipyegon", description="Full name.")
    height: Number = Field(1.57, ge=1.2, le=2.2, description="Height [m].")
    mass: Number = Field(42.0, ge=30, le=120, description="Mass [kg].")
    max_aerobic_power: Number = Field(
        28.0, ge=5, le=40, description="Maximal aerobic power MAP [W/kg], metabolic."
    )
    reserve: Number = Field(
        2134.0, ge=100, le=5000, description="Anaerobic reserve at the gun E(0) [J/kg]."
    )
    drag_cost: Number = Field(
        FORCE_COST,
        ge=3,
        le=10,
        description="Extra cost of a backward force k: percent per percent of body weight [1].",
    )
    drag_area: Number | None = Field(
        None, gt=0, le=1.5, description="Drag area CdA [m2]; left out: from height and mass."
    )
    anticipation: Number = Field(
        1.05,
        ge=0.8,
        le=10,
        description="How much faster than the plan allows she lets her reserve go [1]; 10: no "
        "anticipation. Calibrated on Breaking4.",
    )
    form: Number = Field(
        0.0, ge=-10, le=10, description="Form on the day [%]: scales aerobic power and reserve."
    )
    kit: Kit = Field(Kit(), description="Kit as two multipliers.")


class LightWave(Section):
    """One wave of light on the rail."""

    name: Name = Field("the light", description="Name shown on the screen.")
    colour: MarkColour = Field("green", description="Green = goal pace, blue = a light just ahead.")
    plan: Plan | None = Field(None, description="Its own plan; left out: the main plan.")
    length: Whole = Field(6, ge=1, le=200, description="Length in LEDs (assumed: not published).")
    pace_end: Literal["head", "tail"] = Field(
        "head", description="Which end marks the pace: `head` or `tail` (assumed)."
    )
    on: bool = Field(True, description="Shown or not.")


class Wavelight(Section):
    """The rail: its LEDs and any number of waves."""

    leds: Whole = Field(400, ge=10, le=4000, description="LEDs round the lap; 400 is one a metre.")
    waves: tuple[LightWave, ...] = Field(
        (LightWave(),), max_length=32, description="The waves of light."
    )


INPUT_BOUNDS: dict[str, Bounds] = {
    name: bounds_of(Pacers if name == "wake" else Runner, name) for name in INPUTS
}
"""The least and the greatest value of each uncertain input, as the section that holds it says."""


class Scenario(Section):
    """A whole attempt as asked for: the plan, the runner, the light, the pacers and the ghosts."""

    name: Name = Field("Breaking4", description="Title on the screen.")
    note: Text = Field("", max_length=2000, description="A sentence or two for the reader.")
    distance: Metres = Field(
        MILE_M, ge=100, le=10_000, description="Race distance: `1 mile`, `1500 m` or metres [m]."
    )
    environment: Environment = Field(Environment(), description="The air.")
    runner: Annotated[Runner, BeforeValidator(RUNNER.find, json_schema_input_type=str | Runner)] = (
        Field(Runner(), description="The runner: a file of configs/runners, a path, or inline.")
    )
    plan: Plan = Field(EvenPlan(), description="What the runner sets out to run.")
    wavelight: Wavelight = Field(Wavelight(), description="The light on the rail.")
    pacers: Pacers = Field(default_factory=Pacers, description="The pacers and their formation.")
    ghosts: tuple[Ghost, ...] = Field(
        default_factory=default_ghosts, max_length=12, description="Runs to compare with."
    )
    uncertainty: Uncertainty = Field(
        Uncertainty(),
        description="How uncertain the inputs are: what `simulate --samples` draws from.",
    )
    published: Line | None = Field(
        None,
        description="Name of the split ghost that is the published result of this very attempt; "
        "the run's residuals against it are shown.",
    )

    @model_validator(mode="after")
    def _sections_fit(self, info: ValidationInfo) -> Self:
        doubts = Doubts.of(info)
        distance_m = None if doubts.about("distance") else self.distance
        complaints = plan_complaints(("plan",), self.plan, distance_m, doubts)
        complaints += self._wave_complaints(distance_m, doubts)
        complaints += self._ghost_complaints(distance_m, doubts)
        complaints += self.uncertainty.complaints(INPUT_BOUNDS, doubts)
        complain(complaints)
        return self

    def _wave_complaints(self, distance_m: float | None, doubts: Doubts) -> list[Complaint]:
        found: list[Complaint] = []
        names: dict[str, int] = {}
        for i, wave in enumerate(self.wavelight.waves):
            at = ("wavelight", "waves", i)
            if wave.plan is not None:
                found += plan_complaints((*at, "plan"), wave.plan, distance_m, doubts)
            if names.setdefault(wave.name, i) != i and not doubts.about(*at, "name"):
                what = f"a second wave is called '{wave.name}'"
                found.append(((*at, "name"), what, "rename one"))
        waves_known = not doubts.about("wavelight", "waves", ANY, "name")
        follows = self.pacers.follows
        if follows is not None and follows not in names and waves_known:
            what = f"there is no wave called '{follows}'"
            found.append((("pacers", "follows"), what, f"waves: {', '.join(names) or 'none'}"))
        return found

    def _ghost_complaints(self, distance_m: float | None, doubts: Doubts) -> list[Complaint]:
        found: list[Complaint] = []
        names: dict[str, int] = {}
        for i, ghost in enumerate(self.ghosts):
            if isinstance(ghost, (EvenGhost, SplitGhost)):
                found += ghost.complaints(("ghosts", i), distance_m, doubts)
            if ghost.name and names.setdefault(ghost.name, i) != i:
                what = f"a second ghost is called '{ghost.name}'"
                found.append((("ghosts", i, "name"), what, "rename one"))
        tables = [g.name for g in self.ghosts if isinstance(g, SplitGhost)]
        tables_known = not doubts.about("ghosts", ANY, "name")
        published = self.published
        if published is not None and published not in tables and tables_known:
            what = f"there is no ghost of kind splits called '{published}'"
            found.append((("published",), what, f"of kind splits: {', '.join(tables) or 'none'}"))
        return found
