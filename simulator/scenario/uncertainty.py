"""The uncertainty of the model's inputs: the distributions of samples.

In: the `uncertainty` section; each input is `{low: 0.85, high: 1.13}` (uniform) or `{spread: 1}` (a
standard deviation about the scenario's value). Out: a validated `Uncertainty`. Sampling is the work
of `simulator.analysis.uncertainty`.
"""

from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.fields import Number, OneLine, Section, at_most, discriminator, variant


class Uniform(Section):
    """Any value from low to high, each as likely."""

    kind: Literal["uniform"] = "uniform"
    low: Number = Field(..., description="Least value, in the input's own unit.")
    high: Number = Field(..., description="Greatest value.")
    assumed: bool = Field(True, description="Shown as assumed; `no` if it was published.")


class Normal(Section):
    """A bell curve about the scenario's own value."""

    kind: Literal["normal"] = "normal"
    spread: Number = Field(
        ...,
        ge=0,
        le=5000,
        description="Standard deviation in the input's own unit; 0: taken as certain.",
    )
    assumed: bool = Field(True, description="Shown as assumed; `no` if it was published.")


Distribution = Annotated[
    Annotated[Uniform, variant("uniform")] | Annotated[Normal, variant("normal")],
    discriminator("kind", lambda given: "uniform" if given.keys() & {"low", "high"} else "normal"),
]


class Uncertainty(Section):
    """The uncertain inputs, each named as where it stands in the scenario.

    They are drawn independently of one another; with races given, the reserve is not drawn but
    follows from them, so that every sample has run them in their times. Only the wake's and the
    drag cost's ranges are published; the others are assumed.
    """

    wake: Distribution = Field(
        Uniform.model_construct(low=0.85, high=1.13, assumed=False),
        description="Strength of the front wake q [1]; left out: the published studies, from the "
        "wind tunnel's 0.85 to the 1.13 of Schickhofer & Hanson 2021.",
    )
    drag_cost: Distribution = Field(
        Uniform.model_construct(low=4.17, high=8.14, assumed=False),
        description="Extra cost of a backward force k [1]; left out: the individuals of "
        "da Silva 2022, 4.17 to 8.14.",
    )
    mass: Distribution = Field(
        Normal.model_construct(spread=1.0),
        description="Mass [kg]; left out: spread 1 kg (assumed: no race weight is published).",
    )
    drag_area: Distribution = Field(
        Normal.model_construct(spread=0.015),
        description="Drag area CdA [m2]; left out: spread 0.015 m2 (assumed: about 5 %).",
    )
    max_aerobic_power: Distribution = Field(
        Normal.model_construct(spread=0.2),
        description="Maximal aerobic power MAP [W/kg]; left out: spread 0.2 W/kg "
        "(assumed: about 0.7 %).",
    )
    reserve: Distribution = Field(
        Normal.model_construct(spread=50.0),
        description="Anaerobic reserve E(0) [J/kg]; left out: spread 50 J/kg (assumed: about 2 %).",
    )
    form: Distribution = Field(
        Normal.model_construct(spread=1.0),
        description="Form on the day [%]; left out: spread 1 % (assumed: her time then varies by "
        "about as much as times up to 1500 m do from race to race, 1.0 %, Hopkins 2005).",
    )
    given: Annotated[tuple[OneLine, ...], at_most(8)] = Field(
        (),
        max_length=8,
        description="Scenarios of races that every sample has run: its reserve is what the first "
        "takes, and samples that fit the others badly are left out; left out: none.",
    )
    given_form: Normal = Field(
        Normal.model_construct(spread=0.5),
        description="Form on the days of those races [%]; left out: spread 0.5 % (assumed: a "
        "record is run on a good day).",
    )


INPUTS = tuple(n for n in Uncertainty.model_fields if not n.startswith("given"))
"""The uncertain inputs by name, in the order of the section."""
UNITS = {
    "wake": "",
    "drag_cost": "",
    "mass": "kg",
    "drag_area": "m²",
    "max_aerobic_power": "W/kg",
    "reserve": "J/kg",
    "form": "%",
    "given_form": "%",
}
"""The unit of each input for printing."""


def any_assumed(uncertainty: Uncertainty) -> bool:
    """Return whether any spread is assumed, including those that are fixed."""
    return any(getattr(uncertainty, name).assumed for name in INPUTS)
