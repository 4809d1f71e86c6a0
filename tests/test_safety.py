"""What comes from other people is read as values, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "simulator").rglob("*.py"))
RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile"}
UNPACKS = {"pickle", "cPickle", "_pickle", "dill", "marshal", "shelve", "cloudpickle", "joblib"}
YAML = ("yaml.load", "yaml.unsafe_load", "yaml.full_load")
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> object:
    found = [k.value for k in call.keywords if k.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def dangers(text: str) -> Iterator[str]:
    """Yield what a source does that could run what it reads."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            yield from (
                f"import {name}" for name in names if (name or "").partition(".")[0] in UNPACKS
            )
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name in {*RUNS_CODE, *SHELLS} or name.endswith(YAML):
            yield name
        elif name in ("np.load", "numpy.load") and keyword(node, "allow_pickle") is not False:
            yield f"{name} without allow_pickle=False"
        elif keyword(node, "shell"):
            yield f"{name}(shell=True)"


def test_nothing_that_is_read_can_be_run() -> None:
    found = {path.name: list(dangers(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert {name: what for name, what in found.items() if what} == {}
    assert len(found) > 100


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from marshal import loads",
        "import yaml\nyaml.load(text)",
        "yaml.unsafe_load(text)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "eval(text)",
        "subprocess.run(command, shell=True)",
        "os.system(command)",
    ],
)
def test_each_of_these_would_be_found(text: str) -> None:
    assert list(dangers(text))


def test_yaml_is_read_by_safe_loaders_alone() -> None:
    """A class that reads YAML descends from a safe loader, and no other is named anywhere."""
    named = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert not named & {"Loader", "FullLoader", "UnsafeLoader", "CLoader", "CUnsafeLoader"}
    assert "safe_load" in named
