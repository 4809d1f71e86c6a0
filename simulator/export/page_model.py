"""The model in a page: the kernel as JavaScript, and the data of an attempt, packed.

In: a scenario. Out: plain values and tables for `assets/page/model.js`, which assembles them as
`simulator.physics.setup` does, to the bit; `Bundle`, which packs them into one text. What numpy
computes (shelter, wind, density, heat) is tabulated for every value of the page's controls.

The page runs the source of the kernel and of the schedules, not a second copy: it is translated,
and computes the same bits. Only the restricted Python of `simulator.physics.kernel` is translated:
numbers, flat arrays, + - * / % of non-negative numbers, sqrt, comparisons, loops over a range.
Constants of a module become values. Anything else is refused, with its line.
"""

from __future__ import annotations

import ast
import base64
import json
import math
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import yaml
from numpy.typing import ArrayLike
from pydantic import TypeAdapter, ValidationError

from simulator.analysis.attribution import WAIT_M
from simulator.analysis.what_if import formations
from simulator.coefficients import BEND_M, BESIDE_REACH_M, LAP_M, SURGE_BACK_M, SURGE_M
from simulator.physics import kernel
from simulator.physics.air import altitude_share, gusts, heat_rate
from simulator.physics.kernel import CELLS_PER_M, TRACK_CELLS
from simulator.physics.pacers import PacerGroup, group_of, stints_of
from simulator.physics.setup import (
    PATIENCE,
    PATIENCE_S,
    Body,
    ShelterTables,
    attempt_of,
    body_influence,
    endurance_share,
    jitter_of,
    planned_of,
    runner_constants,
    sheltering_of,
)
from simulator.physics.track import heading, start_position
from simulator.scenario import schedule
from simulator.scenario.model import Environment, Scenario, Wind
from simulator.scenario.pacers import Pacers
from simulator.scenario.plan import (
    EvenPlan,
    Plan,
    SteppedPlan,
    plan_complaints,
    schedule_of,
    target_complaints,
)
from simulator.scenario.schedule import Schedule
from simulator.session.knobs import RefusedError, plan_with_target

# -- Python to JavaScript -------------------------------------------------------------------------

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.And: "&&",
    ast.Or: "||",
    ast.Not: "!",
    ast.USub: "-",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}
_FUNCTIONS = {
    "int": "Math.trunc",
    "sqrt": "Math.sqrt",
    "abs": "Math.abs",
    "min": "Math.min",
    "max": "Math.max",
}
_METHODS = {"append": "push"}
_EMPTY = {"float": "NaN", "int": "0", "bool": "false"}
"""The initial value of a field: a number, so that JavaScript stores it as one."""
_RESERVED = """
arguments case catch const default delete do enum eval export extends function instanceof interface
let new null package private protected public static super switch this throw typeof undefined
var void
"""
"""JavaScript keywords that may be names of Python variables."""


def translated(*parts: tuple[ModuleType, Collection[str]]) -> str:
    """Return functions, classes and constants of modules as JavaScript, with what they use.

    Args:
        parts: modules with the names to translate; functions that those call must be included.

    Raises:
        SyntaxError: part of the source cannot be translated.
    """
    constants: dict[str, str] = {}
    bodies: list[str] = []
    for module, names in parts:
        source = Path(str(module.__file__))
        tree = ast.parse(source.read_text(encoding="utf-8"), str(source))
        found = [
            node
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names
        ]
        others = set(names) - {node.name for node in found}
        wanted = {n.id for part in found for n in ast.walk(part) if isinstance(n, ast.Name)}
        for name, value in _constants(module, others | wanted):
            if constants.setdefault(name, value) != value:
                raise SyntaxError(f"{source.name}: another module has another {name}")
        if not others <= constants.keys():
            missing = ", ".join(sorted(others - constants.keys()))
            raise SyntaxError(f"{source.name} has no {missing}")
        for node in found:
            bodies += _class(node) if isinstance(node, ast.ClassDef) else _function(node)
    lines = [f"const {name} = {value};" for name, value in sorted(constants.items())]
    return "\n".join([*lines, *bodies])


def _constants(module: ModuleType, names: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        value = getattr(module, name, None)
        if isinstance(value, array):
            yield name, f"Float64Array.of({', '.join(map(repr, value))})"
        elif isinstance(value, (int, float)):
            yield name, repr(value)


def _refuse(node: ast.AST) -> SyntaxError:
    line = getattr(node, "lineno", "?")
    return SyntaxError(f"line {line}: {ast.unparse(node)[:60]} cannot be translated to JavaScript")


def _class(node: ast.ClassDef) -> Iterator[str]:
    fields = {
        line.target.id: _EMPTY.get(ast.unparse(line.annotation), "null")
        for line in node.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }
    yield f"class {node.name} {{"
    for method in node.body:
        if isinstance(method, ast.FunctionDef):
            first = fields if method.name == "__init__" else {}
            yield from _function(method, "", [f"this.{k} = {v};" for k, v in first.items()])
    yield "}"


def _function(
    node: ast.FunctionDef, keyword: str = "function ", first: Collection[str] = ()
) -> Iterator[str]:
    arguments = [argument.arg for argument in node.args.args if argument.arg != "self"]
    if node.args.defaults or node.args.kwonlyargs or node.args.vararg or node.decorator_list:
        raise _refuse(node)
    assigned = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    local = sorted(assigned - set(arguments))
    if {*_RESERVED.split()} & {*local, *arguments}:
        raise _refuse(node)
    name = "constructor" if node.name == "__init__" else node.name
    yield f"{keyword}{name}({', '.join(arguments)}) {{"
    yield from first
    if local:
        yield f"let {', '.join(local)};"
    yield from _block(node.body)
    yield "}"


def _block(body: Collection[ast.stmt]) -> Iterator[str]:
    for statement in body:
        yield from _statement(statement)


def _statement(node: ast.stmt) -> Iterator[str]:  # noqa: C901, PLR0912 - one case a construct
    match node:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
            pass
        case ast.Expr(value=ast.Call() as call):
            yield f"{_expression(call)};"
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            if len(targets) != len(values):
                raise _refuse(node)
            # all values first: one may be the target of another
            each = enumerate(zip(targets, values, strict=True))
            yield "{"
            yield f"const {', '.join(f't{i} = {_expression(v)}' for i, (_, v) in each)};"
            yield from (f"{_expression(t)} = t{i};" for i, t in enumerate(targets))
            yield "}"
        case ast.Assign(targets=[target], value=value):
            yield f"{_expression(target)} = {_expression(value)};"
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield f"{_expression(target)} = {_expression(value)};"
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in _OPERATORS:
            yield f"{_expression(target)} {_OPERATORS[type(op)]}= {_expression(value)};"
        case ast.Return(value=value):
            yield f"return {_expression(value)};" if value else "return;"
        case ast.Break():
            yield "break;"
        case ast.If(test=test, body=body, orelse=other):
            yield f"if ({_expression(test)}) {{"
            yield from _block(body)
            if other:
                yield "} else {"
                yield from _block(other)
            yield "}"
        case ast.While(test=test, body=body, orelse=[]):
            yield f"while ({_expression(test)}) {{"
            yield from _block(body)
            yield "}"
        case ast.For(target=ast.Name(id=name), iter=ast.Call() as call, body=body, orelse=[]):
            yield f"{_loop(name, call)} {{"
            yield from _block(body)
            yield "}"
        case _:
            raise _refuse(node)


def _loop(name: str, call: ast.Call) -> str:
    arguments = list(map(_expression, call.args))
    if ast.unparse(call.func) != "range" or len(arguments) > 3 or call.keywords:
        raise _refuse(call)
    start = arguments[0] if len(arguments) > 1 else "0"
    stop = arguments[min(1, len(arguments) - 1)]
    step = ast.literal_eval(call.args[2]) if len(arguments) == 3 else 1
    sign = "<" if step > 0 else ">"
    return f"for ({name} = {start}; {name} {sign} {stop}; {name} += {step})"


def _expression(node: ast.expr) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a construct
    match node:
        case ast.Constant(value=bool(value)):
            return "true" if value else "false"
        case ast.Constant(value=int() | float() as value):
            return repr(value)
        case ast.Name(id="self"):
            return "this"
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_expression(value)}.{_METHODS.get(name, name)}"
        case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
            return f"{_expression(value)}[{_expression(index)}]"
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return f"({_OPERATORS[type(op)]}{_expression(operand)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return f"({_expression(left)} {_OPERATORS[type(op)]} {_expression(right)})"
        case ast.BoolOp(op=op, values=values):
            return f"({f' {_OPERATORS[type(op)]} '.join(map(_expression, values))})"
        case ast.Compare(left=left, ops=ops, comparators=others):
            if len(ops) > 1 and not all(isinstance(n, ast.Name) for n in others[:-1]):
                raise _refuse(node)  # it would be evaluated twice
            pairs = zip([left, *others[:-1]], ops, others, strict=True)
            each = [f"{_expression(a)} {_operator(op)} {_expression(b)}" for a, op, b in pairs]
            return f"({' && '.join(each)})"
        case ast.IfExp(test=test, body=body, orelse=other):
            return f"({_expression(test)} ? {_expression(body)} : {_expression(other)})"
        case ast.Call(func=ast.Name(id="len"), args=[value]):
            return f"{_expression(value)}.length"
        case ast.Call(func=function, args=arguments, keywords=[]):
            name = _expression(function)
            name = _FUNCTIONS.get(name, name)
            return f"{name}({', '.join(map(_expression, arguments))})"
    raise _refuse(node)


def _operator(op: ast.AST) -> Any:
    if type(op) not in _OPERATORS:
        raise _refuse(op)
    return _OPERATORS[type(op)]


# -- the data of an attempt -----------------------------------------------------------------------

AROUND_S = 10.0
"""Range of the target's control [s]."""
TENTHS, HALVES, HUNDREDTHS = 10, 2, 100
STRETCHES_S = 0.5
"""Steps between the targets of a plan that is a table [s]."""
MOST_ULPS = 2
"""Rounding error allowed between a plan's finish and its target [units in the last place]."""
_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
_KERNEL = (
    "rise",
    "smooth",
    "level_cost",
    "level_cost_slope",
    "lean_strain",
    "bend_factor",
    "on_bend",
    "leader_error",
    "Pace",
    "Formation",
    "Attempt",
    "EXTRA_COUNT",
    "LEAD_SPEED_MAX",
    "PLAN_CELL_M",
)
_SCHEDULE = ("start_loss", "_loss_for", "ramps_through", "FORGOTTEN")


@lru_cache(maxsize=1)
def kernel_script() -> str:
    """Return the kernel, and the code that makes schedules, as JavaScript."""
    return translated((kernel, _KERNEL), (schedule, _SCHEDULE))


def model_of(scenario: Scenario, bundle: Bundle) -> dict[str, Any]:
    """Return the data of the page's model; tables go into the bundle."""
    a = attempt_of(scenario)
    race, runner = scenario.distance, scenario.runner
    planned_s = schedule_of(scenario.plan, race).finish_s
    air = scenario.environment
    cells = (np.arange(TRACK_CELLS) + 0.5) / CELLS_PER_M
    lap = scenario.track.lap
    turned = heading(cells) - math.radians(air.wind.direction)
    leader = scenario.pacers.leader
    fade_from, surge_from = leader.begins(race)
    count, errors = jitter_of(leader, race)
    line = scenario.pacers.follows
    led = next((w.plan for w in scenario.wavelight.waves if w.name == line), None)
    lit = next((w.plan for w in scenario.wavelight.waves if w.on), None)
    default = Environment()
    return {
        "step": a.step,
        "race": race,
        "start": a.start,
        "plan_start": start_position(race),
        "cells_per_m": a.cells_per_m,
        "aerobic": a.aerobic,
        "reserve": runner.reserve,
        "power": runner.max_aerobic_power,
        "altitude": altitude_share(air.pressure),
        "force_k": a.force_k,
        "cost_k": a.cost_k,
        "tau_aerobic": a.tau_aerobic,
        "anticipation": a.anticipation,
        "shelter_step": a.shelter_step,
        "light_lag": a.light_lag,
        "stands_from": a.stands_from,
        "patience": [PATIENCE, PATIENCE_S],
        "beside_m": BESIDE_REACH_M,
        "price_wait": WAIT_M,
        "surge_m": [SURGE_M, SURGE_BACK_M],
        "longest": a.ticks + 1,
        "policy": scenario.pacers.policy,
        "count_set": scenario.pacers.count is not None,
        "gap": scenario.pacers.gap_m,
        "gap_set": scenario.pacers.front_gap is not None,
        "follows": runner.follows == "pacers",
        "passes": runner.passes,
        "bends": bundle.add(np.asarray(a.bends)),
        "oval": [start_position(race, lap) * (LAP_M / lap), LAP_M / lap],
        "bend_share": 2.0 * BEND_M / LAP_M,
        "tightness": None if lap == LAP_M else (LAP_M / lap) ** 2,
        "along": bundle.add(np.cos(turned)),
        "across": bundle.add(np.sin(turned)),
        "plan": _plan(scenario, bundle),
        "light_plan": packed_schedule(schedule_of(lit, race), bundle) if lit else None,
        "leader_plan": packed_schedule(schedule_of(led, race), bundle) if led else None,
        "leader": leader.model_dump()
        | {"fade_from": fade_from, "surge_from": surge_from}
        | {"count": count, "errors": bundle.add(errors)},
        "wake": scenario.pacers.wake,
        "formations": _formations(scenario, bundle),
        "usual": _usual(scenario, default, planned_s),
        "knobs": _knobs(scenario),
        "air": _air(scenario, bundle),
    }


def _usual(scenario: Scenario, air: Environment, planned_s: float) -> dict[str, float]:
    """Return the air of a usual day, the reference for the price list."""
    drag_k, *_ = runner_constants(scenario.runner, air, planned_s)
    return {"drag_k": drag_k, "heat": heat_rate(air), "altitude": altitude_share(air.pressure)}


# -- the controls ----------------------------------------------------------------------------------


def _grid(low: float, high: float, per: int) -> list[float]:
    return [k / per for k in range(round(low * per), round(high * per) + 1)]


TEMPERATURES = _grid(-10, 45, HALVES)
WINDS = _grid(0, 8, TENTHS)
FORMS = _grid(-3, 3, TENTHS)
STRENGTHS = _grid(-5, 5, TENTHS)
GAPS = _grid(0.5, 6, HUNDREDTHS)
WAITS = _grid(0, 50, HALVES)


def targets_of(plan: Plan, race_m: float) -> list[float]:
    """Return a page's targets of a plan [s]: tenths away from its own, as far as a human runs."""
    own = round(schedule_of(plan, race_m).finish_s * HUNDREDTHS)
    most = round(AROUND_S * TENTHS)
    around = [(own + HUNDREDTHS // TENTHS * k) / HUNDREDTHS for k in range(-most, most + 1)]
    return [x for x in around if not any(target_complaints(("plan",), x, race_m))]


def _knobs(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return each control's values, its value in the scenario, and the path of `--set`."""
    pacers, air = scenario.pacers, scenario.environment
    plan = scenario.plan
    live = isinstance(plan, (EvenPlan, SteppedPlan))
    rows: dict[str, tuple[str, list[float], float]] = {
        "pacers": (
            "pacers.count",
            _grid(0, len(pacers.formation.names()), 1),
            float(pacers.running),
        ),
        "gap": ("pacers.front_gap", GAPS, pacers.gap_m),
        "wait": ("pacers.drop_back", WAITS, pacers.drop_back),
        "target": ("plan.target", targets_of(plan, scenario.distance), _own_target(scenario)),
        "strength": ("plan.strength", STRENGTHS, getattr(plan, "strength", 0.0)),
        "temperature": ("environment.temperature", TEMPERATURES, air.temperature),
        "wind": ("environment.wind.speed", WINDS, air.wind.speed),
        "form": ("runner.form", FORMS, scenario.runner.form),
    }
    if not live:
        del rows["strength"]
        rows["target"] = ("plan.target", [x for x, *_ in _stretched(scenario)], rows["target"][2])
    if not pacers.formation.outline[1]:  # nobody runs ahead
        del rows["gap"]
    if not pacers.formation.slots:
        del rows["pacers"]
    return {
        name: {"path": path, "values": sorted({*values, value}), "value": value}
        for name, (path, values, value) in rows.items()
    }


def _own_target(scenario: Scenario) -> float:
    plan = scenario.plan
    finish_s = schedule_of(plan, scenario.distance).finish_s
    return getattr(plan, "target", finish_s)


def _air(scenario: Scenario, bundle: Bundle) -> dict[str, Any]:
    """Return K and the heat by temperature, and the effect of gusts by the wind's speed."""
    air = scenario.environment
    degrees = sorted({*TEMPERATURES, air.temperature})
    speeds = sorted({*WINDS, air.wind.speed})
    airs = [air.model_copy(update={"temperature": t}) for t in degrees]
    drag = [float(runner_constants(scenario.runner, here, 240.0)[0]) for here in airs]
    blown = [gusts(Wind(speed=v, direction=air.wind.direction)) for v in speeds]
    return {
        "temperature": bundle.add(degrees),
        "drag_k": bundle.add(drag),
        "heat": bundle.add([heat_rate(here) for here in airs]),
        "wind": bundle.add(speeds),
        "gusts": bundle.add(blown),
    }


# -- plans -----------------------------------------------------------------------------------------


def _plan(scenario: Scenario, bundle: Bundle) -> dict[str, Any]:
    """Return how a plan follows from its target and strength: by formula, or a table of knots."""
    plan, race = scenario.plan, scenario.distance
    own = planned_of(plan, race).schedule
    result: dict[str, Any] = {
        "own": packed_schedule(own, bundle),
        "standing_start": plan.standing_start,
        "shape": plan.shape if isinstance(plan, (EvenPlan, SteppedPlan)) else None,
    }
    if result["shape"] is None:
        result["stretched"] = [
            {"target": x, "schedule": packed_schedule(s, bundle), "text": text}
            for x, s, text in _stretched(scenario)
        ]
    endurance = scenario.runner.endurance
    if endurance:
        knob = _knobs(scenario)["target"]
        targets = knob["values"]
        ulps = range(-MOST_ULPS, MOST_ULPS + 1)
        ends = {x: s.finish_s for x, s, _ in _stretched(scenario)} if not result["shape"] else {}
        finishes = [ends.get(x, x) for x in targets]  # laps of whole milliseconds miss a target
        shares = [
            [endurance_share(endurance, x + k * float(np.spacing(x))) for k in ulps]
            for x in finishes
        ]
        result["ulps"] = MOST_ULPS
        result["targets"] = bundle.add(targets)
        result["finishes"] = bundle.add(finishes)
        result["spacing"] = bundle.add(np.spacing(finishes))
        result["endurance"] = bundle.add(shares)
    return result


def _stretched(scenario: Scenario) -> Iterator[tuple[float, Schedule, str]]:
    """Yield targets [s] near a table's own with their schedules, stretched as in the window.

    The third of each is the stretched plan as `--set plan=` takes it; empty for the table's own.
    """
    plan, race = scenario.plan, scenario.distance
    own = _own_target(scenario)
    yield own, planned_of(plan, race).schedule, ""
    most = round(AROUND_S / STRETCHES_S)
    for k in range(-most, most + 1):
        target = (round(own * HUNDREDTHS) + round(STRETCHES_S * HUNDREDTHS) * k) / HUNDREDTHS
        with suppress(ValidationError, RefusedError):
            text = plan_with_target(plan, race, target, ())
            other = _PLAN.validate_python(yaml.safe_load(text))
            if target != own and not any(plan_complaints(("plan",), other, race)):
                yield target, schedule_of(other, race), text.replace('"', "")


def packed_schedule(run: Schedule, bundle: Bundle) -> dict[str, Any]:
    """Return the knots of a schedule, as `model.js` reads them."""
    u, x, pace = map(bundle.add, (run.knot_u, run.knot_x, run.knot_pace))
    return {"u": u, "x": x, "pace": pace, "loss": run.start_loss_s, "finish": run.finish_s}


# -- pacers ----------------------------------------------------------------------------------------


def _formations(scenario: Scenario, bundle: Bundle) -> list[dict[str, Any]]:
    """Return the scenario's formation, then the others that a window offers."""
    others = [row.scenario.pacers.formation for row in formations(scenario, scenario)]
    own = scenario.pacers.formation
    rows = []
    for formation in (own, *(other for other in others if other != own)):
        most = len(formation.names())
        each = [
            scenario.pacers.model_copy(update={"formation": formation, "count": n})
            for n in range(most + 1)
        ]
        rows.append(
            {
                "name": formation.name,
                "nearest": formation.outline[1],
                "least": [_least_gap(pacers) for pacers in each],
                "counts": [_group(pacers, scenario, bundle) for pacers in each],
                "names": list(scenario.pacers.called().values()) if formation is own else [],
            }
        )
    return rows


def _least_gap(pacers: Pacers) -> float | None:
    """Return the smallest front gap without collisions [m]; None: the gap has no effect.

    The file's own is tried too: a formation's may be smaller than any that a control offers.
    """
    if not pacers.formation.outline[1]:
        return None
    gaps = sorted({*GAPS, pacers.gap_m})
    tried = (pacers.model_copy(update={"front_gap": gap}) for gap in gaps)
    return next((p.gap_m for p in tried if not any(p.complaints())), gaps[-1])


def _group(pacers: Pacers, scenario: Scenario, bundle: Bundle) -> dict[str, Any]:
    stints, _ = stints_of(pacers)
    race = scenario.distance
    sheltering = sheltering_of(stints, pacers.shelter, race)
    result = {"shelter": _sheltering(sheltering, bundle), "wide_m": sheltering.wide_m}
    if scenario.runner.passes:
        outside = sheltering_of(stints, pacers.shelter, race, outside=True)
        result["outside"] = _sheltering(outside, bundle)
    return result | {"bodies": _bodies(group_of(pacers, race), bundle)}


def _sheltering(s: ShelterTables, bundle: Bundle) -> dict[str, Any]:
    """Return the data of the kernel's `Formation`: groups, and the ones of each stage."""
    groups = list(dict.fromkeys(s.bodies))
    return {
        "groups": [[_influence(body, bundle) for body in group] for group in groups],
        "which": [groups.index(group) for group in s.bodies],
        "constant": bundle.add(s.constant),
        "stages": bundle.add(s.stages_m),
        "least": bundle.add(s.least_m),
        "lead": bundle.add(s.lead),
        "far": bundle.add(s.far_m),
    }


def _influence(body: Body, bundle: Bundle) -> list[Any]:
    """Return one pacer's effect on the air: his wake by lanes, lost shelter, his trail."""
    influence = body_influence(body)
    wake = [[lane, bundle.add(velocity)] for lane, velocity in influence.wake]
    return [wake, bundle.add(influence.lost), bundle.add(influence.trail)]


def _bodies(group: PacerGroup, bundle: Bundle) -> dict[str, Any]:
    columns = (group.stages_m, group.ahead_m, group.offset_m, group.presence)
    stages, ahead, offset, presence = map(bundle.add, columns)
    return {
        "names": group.names,
        "stages": stages,
        "ahead": ahead,
        "offset": offset,
        "presence": presence,
    }


# -- numbers, packed -------------------------------------------------------------------------------


LEVEL = 9
SHORT = 99
"""Shorter arrays are not predicted."""


def _extrapolation(points: int, degree: int) -> list[float]:
    """Return the weights of the last `points` values, newest first, that predict the next one.

    It is the next value of their least-squares polynomial.
    """
    powers = np.vander(-np.arange(1, points + 1) / points, degree + 1, increasing=True)
    return [float(c) for c in np.linalg.pinv(powers)[0]]


PREDICTORS = ([], [1.0], *(_extrapolation(n, d) for n, d in ((10, 5), (10, 7), (12, 7), (16, 7))))
"""The predictors: none, the value before, and polynomials for noisy and for smooth data."""


class Bundle:
    """Tables for a page's script (assets/page/bundle.js), exact and small, each stored once.

    Each number of a smooth table can be predicted from the numbers before it. The difference
    between the bits of a number and of its prediction, taken as integers, is small, and small
    numbers compress well. Nothing is rounded: a prediction is a sum in a fixed order, with the same
    bits everywhere.
    """

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._heads: list[tuple[int, int]] = []
        self._coded: list[bytes] = []
        self._files: dict[str, bytes] = {}

    def attach(self, name: str, data: bytes) -> None:
        """Add bytes that are no numbers, with a name."""
        self._files[name] = data

    def add(self, values: ArrayLike) -> int:
        """Store an array of floats; return its number."""
        data = np.ascontiguousarray(values, dtype="<f8").tobytes()
        known = self._numbers.setdefault(data, len(self._heads))
        if known == len(self._heads):
            best, coded = _smallest(data)
            self._heads.append((len(data) // 8, best))
            self._coded.append(coded)
        return known

    def text(self, values: Any) -> str:
        """Return all arrays and `values`, deflated by zlib, as base64.

        The content is the length of a JSON text [4 bytes, little-endian], that text, the arrays,
        and the files.
        """
        plain = {"predictors": PREDICTORS, "arrays": self._heads, "values": values}
        plain["files"] = [(name, len(data)) for name, data in self._files.items()]
        head = json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
        whole = b"".join(
            [len(head).to_bytes(4, "little"), head, *self._coded, *self._files.values()]
        )
        return base64.b64encode(zlib.compress(whole, LEVEL)).decode("ascii")


def _smallest(data: bytes) -> tuple[int, bytes]:
    """Return the residuals of an array by the predictor that suits it best, and its number."""
    bits = np.frombuffer(data, "<u8")
    tried = PREDICTORS if len(bits) > SHORT else PREDICTORS[:1]
    coded = [_coded(bits, weights) for weights in tried]
    best = min(range(len(coded)), key=lambda n: len(zlib.compress(coded[n], 1)))
    return best, coded[best]


def _coded(bits: np.ndarray, weights: Sequence[float]) -> bytes:
    """Return the residuals as bytes, zigzag-coded so that small ones of either sign stay small.

    The low bytes of all numbers come first, then the next ones.
    """
    left, values, first = bits.copy(), bits.view("<f8"), len(weights)
    if weights:
        predicted = np.zeros(len(bits) - first)
        with np.errstate(all="ignore"):  # an overflowing prediction is as valid as any
            for i, weight in enumerate(weights):
                predicted = predicted + weight * values[first - 1 - i : len(bits) - 1 - i]
        left[first:] -= predicted.view("<u8")
    signed = left.view("<i8")
    zigzag = (signed << 1) ^ (signed >> 63)
    return zigzag.view("u1").reshape(-1, 8).T.tobytes()
