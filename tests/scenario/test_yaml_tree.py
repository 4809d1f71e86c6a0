from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from simulator.errors import ScenarioError
from simulator.scenario import yaml_tree
from simulator.scenario.yaml_tree import (
    MAX_DEPTH,
    MAX_NODES,
    Document,
    YamlMapping,
    position_of,
    read_document,
)


@pytest.fixture(params=["C", "Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with libyaml and with the pure Python parser."""
    if request.param == "Python":
        monkeypatch.setattr(yaml_tree, "_LOADER", yaml_tree._PurePythonLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    yaml_tree._composed.cache_clear()


def read(text: str) -> Any:
    document = read_document(text, "f")
    assert document.flaws == []
    return document.root


def flawed(text: str) -> Document:
    document = read_document(text, "f")
    assert document.flaws
    return document


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


def test_every_value_knows_its_place() -> None:
    outer = read_document("a:\n  ä: {c: [1, 2]}\n", "file.yaml").root["a"]
    assert isinstance(outer, YamlMapping)
    key, _ = outer.nodes["ä"]
    assert (key.source, position_of(key)) == ("file.yaml", (2, 3))
    _, listing = outer["ä"].nodes["c"]
    assert position_of(listing) == (2, 10)
    second = outer["ä"]["c"].nodes[1]
    assert position_of(second) == (2, 14)


def test_duplicate_keys_are_a_flaw_at_the_second_and_the_first_is_kept() -> None:
    document = flawed("a: 1\nb:\n  - c: 2\n    c: 3\na: 4\n")
    assert document.root == {"a": 1, "b": [{"c": 2}]}
    flaws = document.flaws
    assert sorted((p.line, p.column, p.path) for p in flaws) == [(4, 5, "b.0.c"), (5, 1, "a")]
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
    with pytest.raises(ScenarioError) as caught:
        read_document(text, "f")
    (problem,) = caught.value.problems
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
    with pytest.raises(ScenarioError, match="more than"):
        read_document(bomb, "f")
    deep = "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(MAX_DEPTH))
    with pytest.raises(ScenarioError, match="nested deeper"):
        read_document(deep, "f")
    assert read("a: &s {x: 1}\nb: *s\n") == {"a": {"x": 1}, "b": {"x": 1}}


def test_an_alias_is_a_value_of_its_own() -> None:
    root = read("a: &s {x: 1}\nb: *s\n")
    root["b"].take_out("x")
    assert root == {"a": {"x": 1}, "b": {}}
    assert read("a: &s {x: 1}\nb: *s\n")["b"] == {"x": 1}, "what was read is not what is kept"


def test_a_name_may_be_given_to_a_second_anchor() -> None:
    assert read("a: &s 1\nb: *s\nc: &s 2\nd: *s\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize("text", ["a: !!python/name:os.system x", "a: !x 1", "a: !!str 1"])
def test_tags_are_flaws(text: str) -> None:
    flaws = flawed(text).flaws
    assert [(p.line, p.path) for p in flaws] == [(1, "a")]
    assert "not used here" in flaws[0].message


def test_a_key_must_be_a_single_word() -> None:
    document = flawed("? [a, b]\n: 1\nc: 2\n")
    assert document.root == {"c": 2}
    assert [p.message for p in document.flaws] == ["a key must be a single word"]


# -- merge keys and keys that are left out -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", {"x": 1, "y": 3}),
        ("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}\n", {"y": 3, "x": 1}),
        ("a: &a {x: 1}\nc: &c {x: 2, z: 4}\nb: {<<: [*a, *c]}\n", {"x": 1, "z": 4}),
        ("a: &a {x: {u: 1, v: 2}}\nb: {<<: *a, x: {u: 3}}\n", {"x": {"u": 3}}),
        ("a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}\n", {"x": 1, "y": 2}),
        ("b: {<<: {x: 1}}\n", {"x": 1}),
        ("b: {'<<': 1}\n", {"<<": 1}),
        ("b: {<<: []}\n", {}),
    ],
)
def test_a_merge_key_puts_in_what_the_mapping_does_not_say(text: str, value: object) -> None:
    assert list(read(text)["b"].items()) == list(value.items())  # type: ignore[attr-defined]


def test_a_merged_value_stands_where_it_is_written() -> None:
    root = read("a: &a\n  x: 1\nb: {<<: *a}\n")
    key, node = root["b"].nodes["x"]
    assert [position_of(n)[0] for n in (key, node)] == [2, 2]


@pytest.mark.parametrize("text", ["a: {<<: 1}", "a: {<<: [{x: 1}, 2]}", "a: {<<: }"])
def test_what_cannot_be_merged_is_a_flaw_at_the_merge_key(text: str) -> None:
    (flaw,) = flawed(text).flaws
    assert (flaw.line, flaw.column, flaw.path) == (1, 5, "a.<<")
    assert flaw.message == "<< merges a mapping, or a list of mappings"


def test_two_merge_keys_are_one_too_many() -> None:
    (flaw,) = flawed("a: {<<: {x: 1}, <<: {y: 1}}").flaws
    assert "given before" in flaw.message


def test_a_bomb_of_merges_is_refused() -> None:
    bomb = "a: &a {" + ", ".join(f"k{i}: [1, 2, 3]" for i in range(2000)) + "}\n"
    bomb += "".join(f"b{i}: {{<<: *a}}\n" for i in range(100))
    with pytest.raises(ScenarioError, match="more than"):
        read_document(bomb, "f")


def test_keys_that_begin_with_x_are_left_out_at_every_level() -> None:
    text = "x-own: &own {x: 1}\na:\n  x-note: [1]\n  b: [{x-: 1, c: 2}]\n  <<: *own\n"
    assert read(text) == {"a": {"b": [{"c": 2}], "x": 1}}
    assert read("x-a: 1\nx-a: 2\nxa: 3") == {"xa": 3}
