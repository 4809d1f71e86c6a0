"""What is translated means the same in both languages; what cannot be is refused by its line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from simulator.export.page_model import translated


def module(folder: Path, text: str) -> ModuleType:
    path = folder / "small.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("small", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_values_are_read_before_any_is_set(tmp_path: Path) -> None:
    small = module(tmp_path, "def swap(a, b):\n    a, b = b, a\n    return a - b\n")
    text = translated((small, ["swap"]))
    assert text.index("const t0 = b, t1 = a;") < text.index("a = t0;") < text.index("b = t1;")


def test_constants_are_written_as_values_to_the_last_digit(tmp_path: Path) -> None:
    small = module(tmp_path, "THIRD = 1.0 / 3.0\nOTHER = 4\ndef f(a):\n    return THIRD * a\n")
    assert translated((small, ["f"])).startswith("const THIRD = 0.3333333333333333;")
    assert "const OTHER = 4;" in translated((small, ["f", "OTHER"]))


@pytest.mark.parametrize(
    "body",
    [
        "return a ** 2",
        "return a // 2",
        "return [x for x in a]",
        "return a[1:]",
        "return 'text'",
        "return a is None",
        "return f(a, b=1)",
        "return 0 < g(a) < 2",
        "for x in a:\n        a = x",
        "with a:\n        pass",
        "new = a\n    return new",
        "a, b = f(a)",
        "try:\n        pass\n    finally:\n        pass",
        "return lambda: 1",
        "del a",
    ],
)
def test_what_is_beyond_the_restricted_language_is_refused(tmp_path: Path, body: str) -> None:
    small = module(tmp_path, f"def f(a):\n    {body}\n")
    with pytest.raises(SyntaxError, match="cannot be translated"):
        translated((small, ["f"]))


def test_two_modules_may_not_mean_two_things_by_one_name(tmp_path: Path) -> None:
    first = module(tmp_path, "A = 1.0\n")
    (tmp_path / "other").mkdir()
    second = module(tmp_path / "other", "A = 2.0\n")
    with pytest.raises(SyntaxError, match="another A"):
        translated((first, ["A"]), (second, ["A"]))
    with pytest.raises(SyntaxError, match="has no B"):
        translated((first, ["B"]))
