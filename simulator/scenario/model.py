"""The scenario: the input of a simulation. Frozen; each field has a default, a unit and a meaning.

In: plain values from a YAML tree (`simulator.scenario.loader`) or keyword arguments. Out: a
validated `Scenario`. Checks of one section are in the section; those of two are in `Scenario`.
Turning a ghost into a run is the work of `simulator.analysis.references`, drawing samples of the
uncertain inputs that of `simulator.analysis.uncertainty`.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from simulator.coefficients import (
    DRAG_FORM,
    DUBOIS,
    DUBOIS_HEIGHT,
    DUBOIS_MASS,
    FORCE_COST,
    FRONTAL_SHARE,
    GAS_DRY,
    GAS_VAPOUR,
    TAU_AEROBIC,
    G,
)
from simulator.scenario.fields import (
    ANY,
    THEME_KIT,
    Bounds,
    CrossCheckedSection,
    KitColour,
    MarkColour,
    Metres,
    Name,
    Number,
    OneLine,
    Path,
    Seconds,
    Section,
    SectionProblem,
    Text,
    Whole,
    at_most,
    bounds_of,
    discriminator,
    same_names,
    variant,
)
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import (
    EvenPlan,
    Laps,
    Plan,
    Splits,
    lap_complaints,
    plan_complaints,
    split_complaints,
    target_complaints,
    waypoints_of_splits,
)
from simulator.scenario.reading import RUNNER
from simulator.scenario.schedule import Waypoint
from simulator.units import LAP_M, LONGEST_M, MILE_M, format_distance, parse_distance

# -- uncertain inputs -----------------------------------------------------------------------------


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


# -- ghosts: runs to compare with, discriminated by `kind` ----------------------------------------


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


# -- air, track, runner, light --------------------------------------------------------------------

MOST_PUSH = 0.3
"""The strongest allowed push of the wind, as a share of her weight [1].

In a bend a stronger wind rises faster than she can slow down: for a moment she would spend energy
that she does not have.
"""


class Wind(Section):
    """A steady wind over the whole track."""

    speed: Number = Field(0.0, ge=0, le=20, description="Wind speed [m/s].")
    direction: Number = Field(
        0.0,
        ge=-360,
        le=360,
        description="Where it comes from [degrees]: 0 is a head wind on the home straight, "
        "90 blows from the back straight across the field.",
    )


class Environment(Section):
    """The air. Nothing here was measured for Breaking4, so it is shown as assumed unless said."""

    temperature: Number = Field(25.0, ge=-30, le=50, description="Air temperature [°C].")
    humidity: Number = Field(45.0, ge=0, le=100, description="Relative humidity [%].")
    pressure: Number = Field(1013.25, ge=500, le=1100, description="Air pressure [hPa].")
    wind: Wind = Field(Wind.model_construct(), description="Wind over the track.")
    assumed: bool = Field(True, description="Shown as assumed; `no` if it was measured.")

    @property
    def vapour_hpa(self) -> float:
        """Partial pressure of water vapour [hPa] (Magnus formula)."""
        saturation = 6.1078 * math.pow(10.0, 7.5 * self.temperature / (237.3 + self.temperature))
        return self.humidity / 100.0 * saturation

    @property
    def density(self) -> float:
        """Density of the humid air [kg/m3]."""
        kelvin, vapour_hpa = self.temperature + 273.15, self.vapour_hpa
        dry_hpa = self.pressure - vapour_hpa
        return dry_hpa * 100.0 / (GAS_DRY * kelvin) + vapour_hpa * 100.0 / (GAS_VAPOUR * kelvin)


class Track(Section):
    """The track: an oval that is run anticlockwise."""

    lap: Metres = Field(
        LAP_M,
        ge=100,
        le=600,
        description="Length of a lap [m]: 400, 200 as indoors, or another, as 160 yd or 440 yd. "
        "The same oval, smaller or larger; that banking changes nothing of what a bend costs is "
        "assumed.",
    )


class Kit(Section):
    """Clothes and shoes: their colour, which changes nothing of the run, and two multipliers.

    The multipliers are neutral: no effect of her kit was published.
    """

    colour: KitColour = Field(
        THEME_KIT,
        description='Colour in the close cameras, or "#rrggbb"; left out: the theme\'s kit.',
    )
    drag: Number = Field(1.0, ge=0.5, le=1.5, description="Multiplies the air drag [1].")
    cost: Number = Field(1.0, ge=0.8, le=1.2, description="Multiplies the energy cost [1].")


def _kit_of(value: Any) -> Any:
    """Accept a colour as short for a kit of it."""
    return {"colour": value} if isinstance(value, str) else value


class Runner(Section):
    """The runner: her body and her two energy systems."""

    name: Name = Field("Faith Kipyegon", description="Full name.")
    woman: bool = Field(True, description="Drawn as a woman, or as a man; nothing else follows.")
    height: Number = Field(1.57, ge=1.2, le=2.2, description="Height [m].")
    mass: Number = Field(42.0, ge=30, le=120, description="Mass [kg].")
    max_aerobic_power: Number = Field(
        28.0, ge=5, le=40, description="Maximal aerobic power MAP [W/kg], metabolic."
    )
    reserve: Number = Field(
        2134.0, ge=100, le=5000, description="Anaerobic reserve at the gun E(0) [J/kg]."
    )
    economy: Number = Field(
        1.0,
        ge=0.7,
        le=1.3,
        description="Running economy [1]: multiplies the cost of running; below 1 she runs cheap.",
    )
    oxygen_kinetics: Number = Field(
        TAU_AEROBIC, ge=10, le=40, description="Time constant of her oxygen uptake [s]."
    )
    endurance: Number = Field(
        0.0,
        ge=0,
        le=0.2,
        description="Share of MAP she loses each time the race gets e times longer than 250 s [1].",
    )
    drag_cost: Number = Field(
        FORCE_COST,
        ge=3,
        le=10,
        description="Extra cost of a backward force k: percent per percent of body weight [1].",
    )
    drag_area: Number | None = Field(
        None,
        ge=0.05,
        le=0.8,
        description="Drag area CdA [m2]; left out: from height and mass. The largest body has 0.6.",
    )
    anticipation: Number = Field(
        1.05,
        ge=0.9,
        le=10,
        description="How much faster than the plan allows she lets her reserve go [1]; 10: no "
        "anticipation. Calibrated on Breaking4.",
    )
    follows: Literal["pacers", "light"] = Field(
        "pacers",
        description="Whom she follows with somebody ahead: `pacers`, or `light`: her plan.",
    )
    passes: bool = Field(
        False, description="Passes a group that is slower than her plan; `no`: it holds her up."
    )
    form: Number = Field(
        0.0, ge=-10, le=10, description="Form on the day [%]: scales aerobic power and reserve."
    )
    kit: Annotated[Kit, BeforeValidator(_kit_of, json_schema_input_type=KitColour | Kit)] = Field(
        Kit.model_construct(), description="Her kit: a colour, or the multipliers too."
    )

    @property
    def cda(self) -> float:
        """Drag area CdA [m2]: as given, or from height and mass (Du Bois), times the kit."""
        if self.drag_area is not None:
            return self.drag_area * self.kit.drag
        height_cm = self.height * 100.0
        surface = DUBOIS * math.pow(height_cm, DUBOIS_HEIGHT) * math.pow(self.mass, DUBOIS_MASS)
        return DRAG_FORM * FRONTAL_SHARE * surface * self.kit.drag


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

    leds: Whole | None = Field(
        None, ge=10, le=4000, description="LEDs round the lap; left out: one a metre."
    )
    waves: Annotated[tuple[LightWave, ...], at_most(32)] = Field(
        (LightWave.model_construct(),), max_length=32, description="The waves of light."
    )


INPUT_BOUNDS: dict[str, Bounds] = {
    name: bounds_of(Pacers if name == "wake" else Runner, name) for name in INPUTS
}
"""The lowest and the highest value of each uncertain input, from the section that holds it."""


def _on_a_track(distance: Any) -> Any:
    """Refuse road races, with a sentence."""
    words = distance.lower() if isinstance(distance, str) else ""
    with suppress(ValueError):
        distance = parse_distance(distance) if words else distance
    long = isinstance(distance, float | int) and LONGEST_M < distance < 1e6
    if long or "marathon" in words or "road" in words:
        raise PydanticCustomError(
            "road", "road races and marathons are not run on a track: 100 m to 10,000 m are"
        )
    return distance


class Scenario(CrossCheckedSection):
    """A whole attempt as requested: the plan, the runner, the light, the pacers and the ghosts."""

    name: Name = Field("Breaking4", description="Title on the screen.")
    note: Text = Field("", max_length=2000, description="A sentence or two for the reader.")
    distance: Annotated[Metres, BeforeValidator(_on_a_track)] = Field(
        MILE_M, ge=100, le=10_000, description="Race distance: `1 mile`, `1500 m` or metres [m]."
    )
    track: Track = Field(Track.model_construct(), description="The track.")
    environment: Environment = Field(Environment.model_construct(), description="The air.")
    runner: Annotated[Runner, BeforeValidator(RUNNER.find, json_schema_input_type=str | Runner)] = (
        Field(
            Runner.model_construct(),
            description="The runner: a file of configs/runners, a path, or inline.",
        )
    )
    plan: Plan = Field(EvenPlan.model_construct(), description="What the runner sets out to run.")
    wavelight: Wavelight = Field(Wavelight.model_construct(), description="The light on the rail.")
    pacers: Pacers = Field(
        default_factory=lambda: Pacers(count=0),
        description="The pacers and their formation; left out: none.",
    )
    ghosts: Annotated[tuple[Ghost, ...], at_most(12)] = Field(
        default_factory=default_ghosts, max_length=12, description="Runs to compare with."
    )
    uncertainty: Uncertainty = Field(
        Uncertainty.model_construct(),
        description="How uncertain the inputs are: what `simulate --samples` draws from.",
    )
    published: OneLine | None = Field(
        None,
        description="Name of the split ghost that is the published result of this very attempt; "
        "the run's residuals against it are shown.",
    )

    @property
    def lit(self) -> bool:
        """Whether a light runs: without one nobody keeps or loses it."""
        return any(wave.on for wave in self.wavelight.waves)

    @property
    def leds(self) -> int:
        """Number of LEDs around the lap."""
        return self.wavelight.leds or round(self.track.lap)

    def complaints(self) -> Iterator[SectionProblem]:
        """Yield the contradictions between sections."""
        yield from self._wind_complaints()
        yield from plan_complaints(("plan",), self.plan, self.distance)
        yield from self._wave_complaints()
        yield from self._leader_complaints()
        yield from self._ghost_complaints()
        yield from self._uncertainty_complaints()

    def _wind_complaints(self) -> Iterator[SectionProblem]:
        """Yield a problem if the wind pushes her harder than the model can reckon with."""
        wind, body = self.environment.wind, self.runner
        push = 0.5 * self.environment.density * body.cda * wind.speed**2 / (body.mass * G)
        if push > MOST_PUSH:
            text = f"pushes her with {100.0 * push:.0f} % of her weight"
            hint = f"the model can reckon with {100.0 * MOST_PUSH:.0f} %"
            rests_on: tuple[Path, ...] = tuple(
                ("runner", key) for key in ("mass", "height", "drag_area", "kit")
            )
            yield SectionProblem(("environment", "wind", "speed"), text, hint, rests_on)

    def _wave_complaints(self) -> Iterator[SectionProblem]:
        at = ("wavelight", "waves")
        names = [wave.name for wave in self.wavelight.waves]
        yield from same_names("wave", at, names)
        for i, wave in enumerate(self.wavelight.waves):
            if wave.plan is not None:
                yield from plan_complaints((*at, i, "plan"), wave.plan, self.distance)
        follows = self.pacers.follows
        if follows is not None and follows not in names:
            what = f"there is no wave called '{follows}'"
            hint = f"waves: {', '.join(dict.fromkeys(names)) or 'none'}"
            rests_on = ((*at, ANY, "name"),)
            yield SectionProblem(("pacers", "follows"), what, hint, rests_on)

    def _leader_complaints(self) -> Iterator[SectionProblem]:
        leader = self.pacers.leader
        for name, begins_m in zip(("fade", "surge"), leader.begins(self.distance), strict=True):
            if getattr(leader, name) > 0 and begins_m >= self.distance:
                what = f"{name} has no effect: it begins beyond the line"
                hint = f"the race is {format_distance(self.distance)}"
                at = ("pacers", "leader", f"{name}_from")
                yield SectionProblem(at, what, hint, (("distance",), ("pacers", "leader", name)))

    def _ghost_complaints(self) -> Iterator[SectionProblem]:
        yield from same_names("ghost", ("ghosts",), (g.name for g in self.ghosts))
        for i, ghost in enumerate(self.ghosts):
            at = ("ghosts", i)
            if isinstance(ghost, EvenGhost):
                yield from target_complaints((*at, "time"), ghost.time, self.distance)
            elif isinstance(ghost, LapGhost):
                yield from lap_complaints(at, ghost, ghost.distance or self.distance)
            elif isinstance(ghost, SplitGhost):
                length, rests_on = ghost.distance or self.distance, ((*at, "distance"),)
                place = (*at, "splits")
                yield from split_complaints(place, ghost.splits, length, rests_on, may_stop=True)
        tables = [g.name for g in self.ghosts if isinstance(g, KnownGhost)]
        if self.published is not None and self.published not in tables:
            what = f"there is no ghost of kind splits or laps called '{self.published}'"
            hint = f"of these kinds: {', '.join(tables) or 'none'}"
            yield SectionProblem(("published",), what, hint, (("ghosts", ANY, "name"),))

    def _uncertainty_complaints(self) -> Iterator[SectionProblem]:
        """Yield the ranges that are reversed, or exceed what a scenario may hold."""
        for name, (least, most) in INPUT_BOUNDS.items():
            range_ = getattr(self.uncertainty, name)
            if not isinstance(range_, Uniform):
                continue
            low, high = ((("uncertainty", name, end)) for end in ("low", "high"))
            if least is not None and range_.low < least:
                text = f"must be at least {least:g}, as {name} itself, not {range_.low:g}"
                yield SectionProblem(low, text)
            if most is not None and range_.high > most:
                text = f"must be at most {most:g}, as {name} itself, not {range_.high:g}"
                yield SectionProblem(high, text)
            elif range_.high < range_.low:
                text = f"must be at least low, {range_.low:g}, not {range_.high:g}"
                yield SectionProblem(high, text, "", (low,))


def wave_partners(scenario: Scenario, other: Scenario) -> dict[int, int]:
    """Return the number of each wave in another scenario; without those it does not have."""
    return partners(*([wave.name for wave in s.wavelight.waves] for s in (scenario, other)))


def partners(names: list[str], others: list[str]) -> dict[int, int]:
    """Return where another list has each thing: by its name, else by its number if that is free.

    Numbers alone compare what follows a removed thing with its neighbour.
    """
    found: dict[int, int] = {}
    for i, name in enumerate(names):
        same = (n for n, other in enumerate(others) if other == name and n not in found.values())
        if (there := next(same, None)) is not None:
            found[i] = there
    taken = set(found.values())
    free = (i for i in range(min(len(names), len(others))) if i not in found and i not in taken)
    return found | {i: i for i in free}
