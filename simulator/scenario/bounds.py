"""Between what a number of the scenario may lie, read off the model's own types.

In: a dotted path such as `pacers.front_gap`. Out: the bounds the model sets to it, for whoever
looks for its best value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from simulator.errors import Problem, ScenarioError
from simulator.scenario.model import Scenario
from simulator.scenario.pacers import ConstantShelter
from simulator.scenario.structure import (
    Shape,
    annotation_of,
    did_you_mean,
    field_shapes,
    guess,
    shape_of,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value allowed, None where the model sets none."""

    low: float | None
    high: float | None


def bounds_of(path: str) -> Bounds:
    """Return the bounds of the number at `path`.

    A shelter written as one number has those of its value.

    Raises:
        ScenarioError: there is no such path, or what stands there is not a number with a point.
    """
    shape, annotation = Shape(sections={"": Scenario}), Any
    metadata: tuple[Any, ...] = ()
    for step in path.split("."):
        if shape.items is not None and step.isdecimal():
            annotation, metadata = shape.items, ()
        else:
            owners = [s for s in shape.sections.values() if step in field_shapes(s)]
            if not owners:
                known = [key for s in shape.sections.values() for key in field_shapes(s)]
                raise _refused(
                    path, f"unknown key '{step[:60]}'", did_you_mean(guess(step, known), known)
                )
            annotation = annotation_of(owners[0], step)
            metadata = next(
                tuple(info.metadata)
                for name, info in owners[0].model_fields.items()
                if (info.alias or name) == step
            )
        shape = shape_of(annotation)
    if shape.items is ConstantShelter:
        return bounds_of(f"{path}.0.value")
    kinds = _leaves(annotation)
    if float not in kinds:
        what = "is a whole number" if int in kinds else "is not a number"
        raise _refused(path, what, "free a number that may have a fraction")
    low = [getattr(m, key) for m in metadata for key in ("ge", "gt") if hasattr(m, key)]
    high = [getattr(m, key) for m in metadata for key in ("le", "lt") if hasattr(m, key)]
    return Bounds(_only(low), _only(high))


def _refused(path: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Problem("--free", 0, 0, path[:200], message, hint)])


def _only(found: list[Any]) -> float | None:
    numbers = [float(value) for value in found if value is not None]
    return numbers[0] if numbers else None


def _leaves(annotation: Any) -> set[Any]:
    """Return the plain types an annotation is made of."""
    inner = [part for part in get_args(annotation) if isinstance(part, type) or get_args(part)]
    if not inner:
        return {annotation}
    return set().union(*(_leaves(part) for part in inner))
