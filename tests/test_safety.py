"""What comes from other people is read as values, never run."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from simulator.errors import LightpaceError
from simulator.scenario import save, yaml_tree
from simulator.scenario.loader import load_text
from simulator.view.theme import theme_named

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "simulator").rglob("*.py"))
RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile"}
UNPACKS = {"pickle", "cPickle", "_pickle", "dill", "marshal", "shelve", "cloudpickle", "joblib"}
SAFE_YAML = {"safe_load", "safe_load_all", "SafeLoader", "CSafeLoader"}
"""Names of PyYAML that read and are safe; any other `load` or `Loader` of it is not."""
READS_YAML = {"yaml.parse", "yaml.scan", "yaml.compose", "yaml.compose_all"}
"""They make no objects, but take the unsafe `Loader` where they are told no other."""
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}


@cache
def nodes_of(text: str) -> list[ast.AST]:
    """Return all of a source; walking takes longer than reading it."""
    return list(ast.walk(ast.parse(text)))


class Names:
    """What the names of a source stand for, aliases and `from` resolved."""

    def __init__(self, nodes: list[ast.AST]) -> None:
        """Note down every import, wherever it stands."""
        self._meant: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                for a in node.names:
                    self._meant[a.asname or a.name] = f"{node.module}.{a.name}"
            elif isinstance(node, ast.Import):
                for a in node.names:
                    first = a.name.partition(".")[0]
                    self._meant[a.asname or first] = a.name if a.asname else first

    def full(self, node: ast.AST) -> str:
        """Return the full name of an expression; empty where it is none."""
        if isinstance(node, ast.Attribute):
            return f"{self.full(node.value)}.{node.attr}"
        if isinstance(node, ast.Call) and self.full(node.func) == "getattr":
            owner, wanted, *_ = node.args
            name = wanted.value if isinstance(wanted, ast.Constant) else ""
            return f"{self.full(owner)}.{name!s}"
        if not isinstance(node, ast.Name):
            return ""
        return self._meant.get(node.id, node.id).removeprefix("builtins.")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def is_dangerous(name: str) -> bool:
    """Return whether to name this is to be able to run what is read, called or not."""
    last = name.rpartition(".")[2]
    reads = "load" in last or last.endswith("Loader")
    unsafe_yaml = name.startswith("yaml.") and reads and last not in {*SAFE_YAML, "loader"}
    return name.removeprefix("builtins.") in {*RUNS_CODE, *SHELLS} or unsafe_yaml


def dangers(text: str) -> Iterator[str]:
    """Yield what a source does that could run what it reads."""
    nodes = nodes_of(text)
    names = Names(nodes)
    called = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from dangerous_imports(node)
        name = names.full(node)
        if name and is_dangerous(name):
            yield name
        if name == "numpy.load":
            call = called.get(id(node))
            if call is None or not is_false(keyword(call, "allow_pickle")):
                yield f"{name} without allow_pickle=False"
        if isinstance(node, ast.Call):
            yield from dangerous_words(node, names.full(node.func))


def dangerous_imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = getattr(node, "module", None)
    result = [f"{module}.{a.name}" if module else a.name for a in node.names]
    for name in result:
        if name.partition(".")[0] in UNPACKS or is_dangerous(name):
            yield f"import {name}"
        elif name.endswith(".*"):
            yield f"import {name}, which hides where names come from"


def dangerous_words(call: ast.Call, name: str) -> Iterator[str]:
    for word in ("shell", "allow_pickle"):
        value = keyword(call, word)
        if value is not None and not is_false(value):
            yield f"{name}({word}=...)"
    if name in READS_YAML and keyword(call, "Loader") is None:
        yield f"{name} without a Loader"


def test_nothing_that_is_read_can_be_run() -> None:
    result = {path: list(dangers(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert {path: what for path, what in result.items() if what} == {}
    assert len(result) > 100


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from marshal import loads",
        "import pickle as values",
        "import yaml\nyaml.load(text)",
        "import yaml\nyaml.unsafe_load(text)",
        "import yaml as y\ny.full_load(text)",
        "import yaml\nyaml.load_all(text, Loader=yaml.SafeLoader)",
        "from yaml import load",
        "from yaml import load as read\nread(text)",
        "from yaml import Loader as L",
        "from yaml.loader import UnsafeLoader",
        "import yaml\nread = yaml.load\nread(text)",
        "import yaml\nread = getattr(yaml, 'load')",
        "import yaml\nclass Mine(yaml.CLoader): ...",
        "import yaml\nyaml.parse(text)",
        "from yaml import *",
        "import numpy as np\nnp.load(path)",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "import numpy as np\nnp.load(path, allow_pickle=unpack)",
        "import numpy\nnumpy.load(path)",
        "import numpy as xx\nxx.load(path)",
        "from numpy import load\nload(path)",
        "from numpy import load as read\nread(path)",
        "import numpy as np\nread = np.load",
        "def late():\n    from numpy import load as read\n    read(path)",
        "np.lib.format.read_array(file, allow_pickle=True)",
        "eval(text)",
        "import builtins\nbuiltins.exec(text)",
        "run = exec",
        "import subprocess\nsubprocess.run(command, shell=True)",
        "from subprocess import run\nrun(command, shell=shell)",
        "import os\nos.system(command)",
        "from os import system as do\ndo(command)",
        "import os as o\no.popen(command)",
    ],
)
def test_each_of_these_would_be_found(text: str) -> None:
    assert list(dangers(text))


@pytest.mark.parametrize(
    "text",
    [
        "import yaml\nyaml.safe_load(text)",
        "import yaml\nyaml.parse(text, Loader=yaml.SafeLoader)",
        "import numpy as xx\nxx.load(path, allow_pickle=False)",
        "import re\nre.compile(text)",
        "import json\njson.load(file)",
        "import subprocess\nsubprocess.run(command)",
    ],
)
def test_none_of_these_is_a_danger(text: str) -> None:
    assert list(dangers(text)) == []


def loaders(path: Path) -> Iterator[Any]:
    """Yield every class by which a source reads YAML: what it hands over, and what it makes."""
    text = path.read_text(encoding="utf-8")
    if "yaml" not in text:  # it is not imported
        return
    nodes = nodes_of(text)
    names = Names(nodes)
    if not any(names.full(node).startswith("yaml.") for node in nodes):
        return
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(parts))
    for node in nodes:
        if isinstance(node, ast.Call) and names.full(node.func).startswith("yaml."):
            handed_over = keyword(node, "Loader")
            if handed_over is not None:
                yield found_in(module, handed_over)
        elif isinstance(node, ast.ClassDef) and any(
            names.full(base).startswith("yaml.") for base in node.bases
        ):
            made = getattr(module, node.name)
            if hasattr(made, "yaml_constructors"):
                yield made


def found_in(module: ModuleType, node: ast.expr) -> Any:
    """Return what a name stands for in a module."""
    if isinstance(node, ast.Attribute):
        return getattr(found_in(module, node.value), node.attr)
    assert isinstance(node, ast.Name), "a loader is to be named where it is handed over"
    return getattr(module, node.id)


SAFE = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_yaml_is_read_by_safe_loaders_alone() -> None:
    """Every class that reads YAML descends from a safe loader, and makes nothing more than it."""
    for loader in (loader for path in SOURCES for loader in loaders(path)):
        assert issubclass(loader, SAFE)
        assert_no_python(loader)


def assert_no_python(constructor: Any) -> None:
    tags = {*constructor.yaml_constructors, *constructor.yaml_multi_constructors}
    assert not any("python" in (tag or "") for tag in tags)


def test_what_reads_a_scenario_constructs_nothing_and_what_saves_one_nothing_of_python() -> None:
    for reader in (yaml_tree._LOADER, yaml_tree._PurePythonLoader):
        assert not issubclass(reader, yaml.constructor.BaseConstructor)
    assert_no_python(save._yaml(2, 2).Constructor)


def test_a_tag_that_would_run_something_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    for tag in ("apply", "new"):
        text = f"name: !!python/object/{tag}:os.mkdir [{made}]\n"
        with pytest.raises(LightpaceError):
            load_text(text, "f")
        theme = tmp_path / "theme.yaml"
        theme.write_text(text, encoding="utf-8")
        with pytest.raises(LightpaceError):
            theme_named(str(theme))
    assert not made.exists()


NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests", "sacn"}


def test_three_modules_alone_may_open_a_connection() -> None:
    """To lights, the display and a sweep's cluster, and only where the user names them."""
    result = set()
    for path in SOURCES:
        for node in nodes_of(path.read_text(encoding="utf-8")):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if NETWORK & {name.partition(".")[0] for name in names}:
                result.add(path.relative_to(ROOT / "simulator").as_posix())
    assert result == {"cli/cluster.py", "export/leds.py", "view/window.py"}
