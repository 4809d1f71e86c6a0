"""The pacers: how many, where they run, whom they follow, how well.

In: the `pacers` section, with a named or an inline formation. Out: validated `Pacers`, and
`line_up`, the slots that are filled.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from simulator.coefficients import BESIDE_REACH_M, CLEARANCE_M, LANE_BIN_M
from simulator.errors import ResourceError
from simulator.scenario.fields import (
    THEME_KIT,
    CrossCheckedSection,
    GapMetres,
    KitColour,
    Metres,
    Number,
    OneLine,
    Path,
    Section,
    SectionProblem,
    Text,
    Whole,
    at_most,
)
from simulator.scenario.reading import DEFAULT_FORMATION, FORMATION

Stint = tuple[float, float, float, "float | None", str, float]
"""A filled slot: ahead [m], offset [m], from [m], until [m], the pacer's name, his swap gap [m]."""


class Slot(CrossCheckedSection):
    """One place in the formation; distances from the runner's own slot.

    A pacer may hold several slots one after another (a hand-over): the slots bear the same name.
    """

    ahead: Number = Field(..., ge=-30, le=30, description="Metres ahead (+) or behind (-) [m].")
    offset: Number = Field(0.0, ge=-2, le=8, description="Metres to the outside (right) [m].")
    name: OneLine = Field("", max_length=100, description="Pacer's name; left out: pacer N.")
    from_: Metres = Field(
        0.0, alias="from", ge=0, le=10_000, description="The runner's distance where it begins [m]."
    )
    until: Metres | None = Field(
        None,
        gt=0,
        le=10_000,
        description="The runner's distance where it ends [m]; left out: never.",
    )

    def complaints(self) -> Iterator[SectionProblem]:
        """Yield a problem if the slot ends before it begins, or is the runner's own."""
        if self.until is not None and self.until <= self.from_:
            yield SectionProblem(("until",), "must be greater than from", "", (("from",),))
        if abs(self.offset) < LANE_BIN_M and abs(self.ahead) < CLEARANCE_M:
            what = "stands in the runner's own place"
            yield SectionProblem(("ahead",), what, "0.5 m or more away", (("offset",),))

    def collides_with(self, other: "Slot", moved_m: float = 0.0) -> bool:
        """Return whether two pacers would collide, with this one moved ahead by `moved_m` [m]."""
        close = abs(self.ahead + moved_m - other.ahead) < CLEARANCE_M - 1e-9
        return close and abs(self.offset - other.offset) < LANE_BIN_M and self.overlaps(other)

    def overlaps(self, other: "Slot") -> bool:
        """Return whether the two overlap in the runner's distance."""
        return self.from_ < (other.until or 1e9) and other.from_ < (self.until or 1e9)


def slot_changes(slots: Sequence[Slot]) -> Iterator[tuple[float, str, str]]:
    """Yield where a pacer joins, leaves or changes place [m], the pacer, and which of the three."""
    begins, ends = {(s.name, s.from_) for s in slots}, {(s.name, s.until) for s in slots}
    for s in slots:
        if s.from_ > 0.0 and (s.name, s.from_) not in ends:
            yield s.from_, s.name, "joins"
        if s.until is not None:
            what = "changes place" if (s.name, s.until) in begins else "leaves"
            yield s.until, s.name, what


class PacerFormation(CrossCheckedSection):
    """Slots in their order of usefulness: with n pacers, the first n names run."""

    name: OneLine = Field("inline", max_length=100, description="Name of the formation.")
    note: Text = Field("", max_length=1000, description="Where it comes from; what is assumed.")
    assumed: bool = Field(True, description="The spacing is assumed; `no` if it was published.")
    slots: Annotated[tuple[Slot, ...], at_most(200)] = Field(
        ..., max_length=200, description="The slots, most useful first."
    )

    def complaints(self) -> Iterator[SectionProblem]:
        """Yield a problem for each slot that collides with an earlier one, or has a busy pacer."""
        for j, slot in enumerate(self.slots):
            for i, other in enumerate(self.slots[:j]):
                if slot.collides_with(other):
                    pair = ((i, other), (j, slot))
                    both = " and ".join(
                        f"'{s.name}'" if s.name else f"slot {n + 1}" for n, s in pair
                    )
                    text = f"{both} stand within {CLEARANCE_M:g} m in the same line"
                    yield SectionProblem(("slots", j), text, "", self._places(i, j))
                elif slot.name and slot.name == other.name and slot.overlaps(other):
                    text = f"'{slot.name}' already runs in slot {i + 1} at that distance"
                    hint = "hand over with from and until"
                    yield SectionProblem(("slots", j, "name"), text, hint, self._places(i, j))
                else:
                    continue
                break

    @staticmethod
    def _places(*slots: int) -> tuple[Path, ...]:
        """Return the paths of the place and the distances of these slots."""
        keys = ("ahead", "offset", "from", "until")
        return tuple(("slots", n, key) for n in slots for key in keys)

    def names(self) -> list[str]:
        """Return the pacers' names in order of usefulness; unnamed slots are `pacer N`."""
        return list(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(slot.name for slot in self.named_slots))

    @cached_property
    def named_slots(self) -> list[Slot]:
        """Return the slots, each with a name."""
        return [
            slot if slot.name else slot.model_copy(update={"name": name})
            for slot, name in zip(self.slots, self._each_name(), strict=True)
        ]

    @cached_property
    def outline(self) -> tuple[tuple[Stint, ...], float]:
        """The slots in the form that physics uses, and the gap to the nearest one ahead [m]."""
        slots = self.named_slots
        nearest = min((s.ahead for s in slots if s.ahead > BESIDE_REACH_M), default=0.0)
        return tuple((s.ahead, s.offset, s.from_, s.until, s.name, 0.0) for s in slots), nearest

    def _each_name(self) -> Iterator[str]:
        taken = {slot.name for slot in self.slots}
        for i, slot in enumerate(self.slots, start=1):
            name = slot.name or f"pacer {i}"
            while not slot.name and name in taken:
                name += "'"
            yield name


class ConstantShelter(Section):
    """A shelter that holds up to a distance, whatever the formation looks like."""

    until: Metres | None = Field(
        None, gt=0, le=10_000, description="Up to this race distance [m]; left out: to the line."
    )
    value: Number = Field(..., ge=-0.2, le=0.95, description="Share of the drag taken away S [1].")


class Leader(Section):
    """How well the leading pacer keeps the light's pace."""

    fast_opening: Number = Field(
        0.0,
        ge=-3,
        le=3,
        description="Seconds ahead of the light at 200 m, given back by 800 m [s].",
    )
    jitter: Number = Field(
        0.0, ge=0, le=1, description="Standard deviation of a wandering pace error [s]."
    )
    seed: Whole = Field(1, ge=0, le=2**32 - 1, description="Seed of that jitter.")
    fade: Number = Field(
        0.0,
        ge=0,
        le=60,
        description="Seconds behind the light at the line, lost evenly from `fade_from` on [s].",
    )
    fade_from: Metres | None = Field(
        None,
        ge=0,
        le=10_000,
        description="The light's distance where that begins; left out: 1000 m, or 5/8 of a race "
        "under a mile [m].",
    )
    surge: Number = Field(
        0.0,
        ge=0,
        le=3,
        description="Seconds gained on the light within 100 m from `surge_from` on, given back "
        "over the 200 m after [s].",
    )
    surge_from: Metres | None = Field(
        None,
        ge=0,
        le=10_000,
        description="The light's distance where that begins; left out: 800 m, or half of a race "
        "under a mile [m].",
    )

    def begins(self, race_m: float) -> tuple[float, float]:
        """Return where his fade and his surge begin in a race of `race_m` [m]."""
        fade, surge = self.fade_from, self.surge_from
        return (
            min(1000.0, 0.625 * race_m) if fade is None else fade,
            min(800.0, 0.5 * race_m) if surge is None else surge,
        )


def _shelter_rows(value: Any) -> Any:
    if value is None or isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        raise PydanticCustomError(
            "wrong_kind", "a number or a list is wanted here, such as [{until: 900, value: 0.6}]"
        )
    return [{"value": value}]


def _default_formation() -> PacerFormation:
    try:
        return PacerFormation.model_validate(FORMATION.find(DEFAULT_FORMATION))
    except (PydanticCustomError, ValidationError) as error:  # the default, which no file names
        what = f"The shipped formation '{DEFAULT_FORMATION}' is missing or damaged"
        raise ResourceError(f"{what}; reinstall lightpace.") from error


class Pacers(CrossCheckedSection):
    """The group that runs with her."""

    formation: Annotated[
        PacerFormation, BeforeValidator(FORMATION.find, json_schema_input_type=str | PacerFormation)
    ] = Field(
        default_factory=_default_formation,
        description="A file of configs/formations, a path, or inline slots; left out: breaking4.",
    )
    names: Annotated[tuple[OneLine, ...], at_most(200)] = Field(
        (),
        max_length=200,
        description="Who runs, in the formation's order; left out: the formation's own names. More "
        "names than places: the first run.",
    )
    women: Annotated[tuple[OneLine, ...], at_most(200)] = Field(
        (), max_length=200, description="Names of those who are drawn as women; the others as men."
    )
    kit: KitColour = Field(
        THEME_KIT,
        description='Colour of their kit, or "#rrggbb"; left out: the theme\'s kit.',
    )
    count: Whole | None = Field(
        None, ge=0, le=40, description="How many pacers run; left out: all of the formation."
    )
    front_gap: GapMetres | None = Field(
        None,
        ge=0.5,
        le=20,
        description="Hip to hip gap from her to the formation's nearest slot ahead, filled or not "
        "[m]; left out: as in the formation. Moves all slots ahead.",
    )
    swap_gap: GapMetres = Field(
        0.0,
        ge=0,
        le=3,
        description="How far the gap to those ahead opens at each hand-over, to be closed within "
        "40 m [m].",
    )
    policy: Literal["hold_light", "wait_for_runner"] = Field(
        "hold_light", description="Keep to the light, or wait for the runner when she drops back."
    )
    drop_back: GapMetres = Field(
        5.0, ge=0, le=400, description="How far behind the light they wait, at most [m]."
    )
    follows: OneLine | None = Field(
        None, max_length=200, description="Name of the wave the group follows; left out: the plan."
    )
    leader: Leader = Field(Leader.model_construct(), description="The leading pacer's errors.")
    wake: Number = Field(
        1.0, ge=0, le=2, description="Strength of the front wake q [1]; 0.85 to 1.13 published."
    )
    shelter: Annotated[
        tuple[ConstantShelter, ...] | None,
        BeforeValidator(
            _shelter_rows, json_schema_input_type=float | tuple[ConstantShelter, ...] | None
        ),
    ] = Field(None, description="A constant shelter S instead of the formation's; left out: none.")

    def complaints(self) -> Iterator[SectionProblem]:
        """Yield contradictions with the formation, and shelters in the wrong order."""
        formation: tuple[Path, ...] = (("formation",),)
        slots = len(self.formation.names())
        for i, name in enumerate(self.names):
            if name in self.names[:i]:
                yield SectionProblem(
                    ("names", i), f"a second pacer is called '{name}'", "rename one"
                )
        if self.count is not None and self.count > slots:
            text = f"{self.count} pacers, but formation '{self.formation.name}' has {slots} places"
            yield SectionProblem(("count",), text, f"{slots} or fewer", formation)
        for i, (a, b) in enumerate(pairwise(s.until for s in self.shelter or ())):
            if a is None or (b is not None and b <= a):
                text = "each shelter must hold further than the one before"
                hint = "only the last may leave out until"
                yield SectionProblem(("shelter", i + 1), text, hint, (("shelter", i, "until"),))
        if self.front_gap is not None:
            filled, shift = self._chosen(), self._shift_m()
            others = [s for s in filled if s.ahead <= BESIDE_REACH_M]
            reach = max((s.ahead for s in others), default=-math.inf) + CLEARANCE_M - shift
            moved = [s for s in filled if BESIDE_REACH_M < s.ahead < reach]
            pairs = ((a, b) for a in moved for b in others if a.collides_with(b, shift))
            met = next(pairs, None)
            if met is not None:
                text = f"moves '{met[0].name}' to within {CLEARANCE_M:g} m of '{met[1].name}'"
                yield SectionProblem(("front_gap",), text, "a wider gap", (*formation, ("count",)))

    def line_up(self) -> Sequence[Slot]:
        """Return the filled slots, named, moved by `front_gap` (all slots ahead by the same)."""
        called, chosen = self.called(), {s.name for s in self._chosen()}
        return [
            s.model_copy(update={"name": called[s.name], "ahead": ahead})
            for s, ahead in zip(self.formation.named_slots, self.placed_m(), strict=True)
            if s.name in chosen
        ]

    def placed_m(self) -> list[float]:
        """Return how far ahead every slot is, filled or not, moved by `front_gap` [m]."""
        shift = self._shift_m()
        slots = self.formation.slots
        return [s.ahead + shift if s.ahead > BESIDE_REACH_M else s.ahead for s in slots]

    @property
    def running(self) -> int:
        """How many pacers run."""
        return len(self.formation.names()) if self.count is None else self.count

    @property
    def gap_m(self) -> float:
        """Gap to the nearest slot ahead, filled or not [m]; 0: there is none."""
        return self.formation.outline[1] if self.front_gap is None else self.front_gap

    def called(self) -> dict[str, str]:
        """Return each pacer's display name, by his name in the formation."""
        inside = self.formation.names()
        return dict(zip(inside, inside, strict=True)) | dict(zip(inside, self.names, strict=False))

    def _shift_m(self) -> float:
        """Return how far `front_gap` moves the slots ahead [m]."""
        return self.gap_m - self.formation.outline[1]

    def _chosen(self) -> list[Slot]:
        """Return the filled slots, named, at the formation's places."""
        slots = self.formation.named_slots
        if self.count is None:
            return slots
        chosen = set(self.formation.names()[: self.count])
        return [s for s in slots if s.name in chosen]
