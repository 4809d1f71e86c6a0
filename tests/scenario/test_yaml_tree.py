from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from simulator.scenario import yaml_tree
from simulator.scenario.yaml_tree import (
    MAX_DEPTH,
    MAX_NODES,
    Mapping,
    YamlError,
    from_plain,
    read_tree,
    to_plain,
)


@pytest.fixture(params=["C", "Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with libyaml and with the pure Python parser."""
    if request.param == "Python":
        monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")


def read(text: str) -> Any:
    tree, flaws = read_tree(text, "f")
    assert flaws == []
    return to_plain(tree)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4:06.42", "4:06.42"),
        ("'4:06.42'", "4:06.42"),
        ("04:00", "04:00"),
        ("1:00.20", "1:00.20"),
        ("60.2", 60.2),
        ("246", 246),
        ("-5", -5),
        ("1e3", 1000.0),
        ("010", 10),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("2025-06-26", "2025-06-26"),
        ("yes", True),
        ("No", False),
        ("true", True),
        ("on", "on"),
        ("'yes'", "yes"),
        ("~", None),
        ("null", None),
        ("'25'", "25"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
    ],
)
def test_a_value_is_resolved_from_its_own_text(text: str, value: object) -> None:
    assert read(f"a: {text}") == {"a": value}
    assert type(read(f"a: {text}")["a"]) is type(value)


def test_an_absurdly_long_number_does_not_stop_the_reading() -> None:
    assert read("a: " + "9" * 5000)["a"] == math.inf
    assert math.isnan(read("a: .nan")["a"])


def test_keys_are_always_text() -> None:
    assert read("{on: 1, 200: 2, yes: 3, 4:06.42: 4, null: 5}") == {
        "on": 1,
        "200": 2,
        "yes": 3,
        "4:06.42": 4,
        "null": 5,
    }


def test_every_node_knows_its_place() -> None:
    tree, _ = read_tree("a:\n  ä: {c: [1, 2]}\n", "file.yaml")
    assert isinstance(tree, Mapping)
    outer = tree.entries["a"].node
    assert isinstance(outer, Mapping)
    entry = outer.entries["ä"]
    assert (entry.mark.source, entry.mark.line, entry.mark.column) == ("file.yaml", 2, 3)
    assert isinstance(entry.node, Mapping)
    listing = entry.node.entries["c"].node
    assert (listing.mark.line, listing.mark.column) == (2, 10)


def test_duplicate_keys_are_a_flaw_at_the_second_and_the_first_is_kept() -> None:
    tree, flaws = read_tree("a: 1\nb:\n  - c: 2\n    c: 3\na: 4\n", "f")
    assert to_plain(tree) == {"a": 1, "b": [{"c": 2}]}
    assert [(p.line, p.column, p.path) for p in flaws] == [(4, 5, "b.0.c"), (5, 1, "a")]
    assert "given before, in line 3" in flaws[0].message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("---\na: 1\n---\nb: 2\n", "second document"),
        ("a: [1, 2", "not valid YAML"),
        ("a: b: c", "not valid YAML"),
        ("a:\n\t- 1\n", "not valid YAML"),
        ("a: *nobody", "nobody"),
        ("a: &x [1, *x]", "holds itself"),
        ("&x {a: *x}", "holds itself"),
        ("a: \x00", "not valid YAML"),
        ("[" * (MAX_DEPTH + 1), "nested deeper"),
        ("[" * 100_000, "nested deeper"),
        ("- 1\n" * (MAX_NODES + 1), "more than"),
        ("%YAML 2.0\n---\na: 1\n", "not valid YAML"),
        ('a: "\\U0011FFFF"', "not valid YAML"),
        ("%YAML 1." + "9" * 5000 + "\n---\na: 1\n", ""),
    ],
)
def test_what_cannot_be_read_is_one_problem_with_a_place(text: str, what: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_tree(text, "f")
    problem = caught.value.problem
    assert what in problem.message
    assert problem.line >= 1
    assert problem.column >= 1
    assert len(problem.message) < 300


def test_the_parser_s_own_bound_of_depth_is_told_like_ours() -> None:
    mark = yaml.Mark("f", 0, 2, 6, None, 0)
    bound = yaml.MarkedYAMLError(problem="exceeded maximum nesting depth", problem_mark=mark)
    problem = yaml_tree._syntax_problem(bound, "", "f")
    assert str(problem) == f"f:3:7  nested deeper than {MAX_DEPTH} levels"


def test_an_alias_bomb_is_refused_and_an_honest_alias_is_not() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for name, last in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{name}: &{name} [{', '.join(['*' + last] * 9)}]\n"
    with pytest.raises(YamlError, match="more than"):
        read_tree(bomb, "f")
    deep = "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(MAX_DEPTH))
    with pytest.raises(YamlError, match="nested deeper"):
        read_tree(deep, "f")
    assert read("a: &s {x: 1}\nb: *s\n") == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize("text", ["a: !!python/name:os.system x", "a: !x 1", "a: !!str 1"])
def test_tags_are_flaws(text: str) -> None:
    _, flaws = read_tree(text, "f")
    assert [(p.line, p.path) for p in flaws] == [(1, "a")]
    assert "not used here" in flaws[0].message


def test_a_key_must_be_a_single_word() -> None:
    tree, flaws = read_tree("? [a, b]\n: 1\nc: 2\n", "f")
    assert to_plain(tree) == {"c": 2}
    assert [p.message for p in flaws] == ["a key must be a single word"]


def test_plain_values_become_a_tree_and_come_back() -> None:
    plain = {"a": [1, 2.5, None, True, "yes", "4:00"], "b": {"c": ""}}
    tree, _ = read_tree("x", "f")
    assert to_plain(from_plain(plain, tree.mark)) == plain
