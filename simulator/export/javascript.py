"""Restricted Python to JavaScript: the page runs the kernel's source, not a second copy.

In: modules, and the names of the functions and classes to translate. Out: JavaScript that computes
the same bits. Only the restricted Python of `simulator.physics.kernel` is translated: numbers, flat
arrays, + - * / % of non-negative numbers, sqrt, comparisons, loops over a range. Constants of a
module become values. Anything else is refused, with its line.
"""

from __future__ import annotations

import ast
from array import array
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

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
