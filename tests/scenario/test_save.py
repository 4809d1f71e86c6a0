"""Only what was changed changes: comments, order, quotes, spacing, line ends stay to the byte."""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.files import configs_dir
from simulator.scenario.loader import load_scenario, load_text, scenario_to_dict
from simulator.scenario.reading import shipped_names
from simulator.scenario.save import (
    CannotRewriteError,
    Rewritten,
    Unquoted,
    document_text,
    portable_text,
    rewrite,
    worded,
)
from simulator.scenario.yaml_tree import read_document
from simulator.units import MILE_M


def plain(text: str) -> Any:
    return read_document(text, "x").root


def change(text: str, new: Any) -> Rewritten:
    return rewrite(text, plain(text), new)


def put(text: str, new: Any) -> str:
    return put_worded(text, plain(text), new)


def put_worded(text: str, old: Any, new: Any) -> str:
    done = rewrite(text, old, new)
    assert not done.respaced, done.text
    return done.text


FILE = """\
# heading
a: 1    # one
"b c": 'it''s'   # quoted
d: {x: 1, y: [1, 2], "z w": "q"}   # flow
e:
    # above
    - name: p   # first
      v: yes
    - {name: q, v: no}
    - name: r
      v: 3:59.99
f: >-
  folded
  text
g: &g 4
h: *g
# the end
"""


@pytest.mark.parametrize(
    ("changed", "old", "new"),
    [
        ({"a": 2}, "a: 1    # one", "a: 2    # one"),
        ({"b c": "x'y"}, "'it''s'", "'x''y'"),
        ({"d": {"x": 1, "y": [1, 3], "z w": "q"}}, "[1, 2]", "[1, 3]"),
        ({"d": {"x": 1, "y": [1, 2], "z w": "r"}}, '"q"', '"r"'),
        ({"d": {"x": 1, "y": [1, 2], "z w": "q", "n": True}}, '"q"}', '"q", n: yes}'),
        ({"d": {"y": [1, 2], "z w": "q"}}, "{x: 1, y:", "{y:"),
        ({"d": {"x": 1, "y": [1, 2]}}, ', 2], "z w": "q"}', ", 2]}"),
        ({"i": {"k": 1}}, "h: *g\n", "h: *g\ni: {k: 1}\n"),
        ({"h": 5}, "h: *g", "h: 5"),
    ],
)
def test_one_value_is_one_edit(changed: dict[str, Any], old: str, new: str) -> None:
    wanted = {**plain(FILE), **changed}
    text = put(FILE, wanted)
    assert loosely(text) == loosely(FILE.replace(old, new))
    assert plain(text) == wanted


def loosely(text: str) -> str:
    """Return a text with one space before each comment, which keeps its column if it can."""
    return re.sub(" +#", " #", text)


def test_a_comment_keeps_its_column() -> None:
    text = "a: 10   # ten\nbcd: 20 # twenty\n"
    assert put(text, {"a": 5, "bcd": 20}) == "a: 5    # ten\nbcd: 20 # twenty\n"


def test_lists_of_named_things_lose_and_gain_their_own() -> None:
    wanted = plain(FILE)
    del wanted["e"][1]
    wanted["e"][0]["v"] = False
    wanted["e"].append({"name": "s", "v": 1})
    text = put(FILE, wanted)
    assert plain(text) == wanted
    expected = FILE.replace("      v: yes\n    - {name: q, v: no}\n", "      v: no\n")
    assert text == expected.replace("v: 3:59.99\n", "v: 3:59.99\n    - {name: s, v: 1}\n")


def test_the_last_of_a_list_leaves_an_empty_one() -> None:
    assert put("a: 1\ne:\n  - name: p\n    v: 1\nz: 2\n", {"a": 1, "e": [], "z": 2}) == (
        "a: 1\ne: []\nz: 2\n"
    )


def test_a_block_grows_at_its_own_indent() -> None:
    text = "p:\n    q: 1 # one\n\n    # a word on what follows\nr: 2\n"
    assert put(text, {"p": {"q": 1, "s": 2}, "r": 2}) == text.replace(
        "# one\n", "# one\n    s: 2\n"
    )


def test_windows_line_ends_stay() -> None:
    text = FILE.replace("\n", "\r\n")
    wanted = {**plain(FILE), "a": 3, "i": {"k": {"l": 1}}}
    new = put(text, wanted)
    assert plain(new) == wanted
    assert "\n" not in new.replace("\r\n", "")


def test_a_file_without_a_last_line_break_stays_so() -> None:
    assert put("a: 1\nb: 2", {"a": 1, "b": 2, "c": 3}) == "a: 1\nb: 2\nc: 3"


def test_nothing_to_change_changes_nothing() -> None:
    assert put(FILE, plain(FILE)) == FILE


def test_what_has_no_place_is_refused() -> None:
    with pytest.raises(CannotRewriteError):
        rewrite("- 1\n", {"a": 1}, {"a": 2})
    with pytest.raises(CannotRewriteError):
        rewrite("a: 1\n", {"a": 1}, {})


@pytest.mark.parametrize(
    "text",
    [
        "a:   1\nb: 2\n",
        "a: {x: 1,  y: 2}\nb: 2\n",
        "a: 'one\n  two'\nb: 2\n",
        "a: one\n  two\nb: 2\n",
        "a: 1\r\nb: 2\nc: 3\r\n",
        "a: &x 1\nb: 2\nc: *x\n",
        "a:\n   x: 1\n   y:\n     z: 1\nb: 2\n",
    ],
)
def test_a_file_that_would_be_respaced_is_said_to_be(text: str) -> None:
    wanted = {**plain(text), "b": 3}
    if "&x" in text:
        wanted = {**plain(text), "a": 3}
    done = change(text, wanted)
    assert done.respaced
    assert plain(done.text) == wanted


def test_what_is_respaced_already_where_it_changes_is_no_matter() -> None:
    assert put("a:   1\nb: 2\n", {"a": 3, "b": 2}) == "a: 3\nb: 2\n"


def test_merged_mappings_and_left_out_keys_stay_as_they_are() -> None:
    text = "x-usual: &usual {u: 1, v: 2}  # mine\na:\n  <<: *usual\n  w: 3\nb: *usual\n"
    assert put(text, {"a": {"u": 1, "v": 5, "w": 3}, "b": {"u": 1, "v": 2}}) == (
        text.replace("  w: 3\n", "  w: 3\n  v: 5\n")
    )
    done = change(text, {"a": {"u": 1, "v": 2, "w": 3}, "b": {"u": 7, "v": 2}})
    assert done == Rewritten(text.replace("b: *usual", "b: {u: 7, v: 2}"), respaced=False)


def test_what_the_file_does_not_give_is_added_without_what_stays() -> None:
    old = {"a": 1, "w": {"speed": 0, "angle": {"from": 1, "to": 2}}}
    new = {"a": 1, "w": {"speed": 0, "angle": {"from": 1, "to": 3}}}
    assert put_worded("a: 1\n", old, new) == "a: 1\nw:\n  angle: {to: 3}\n"
    assert put_worded("a: 1\nw: # none\n", old, new).startswith("a: 1\nw:")
    listed = {"a": 1, "l": [{"name": "x", "v": 2}]}
    assert put_worded("a: 1\n", {"a": 1, "l": [{"name": "x", "v": 1}]}, listed) == (
        "a: 1\nl:\n  - {name: x, v: 2}\n"
    )


def test_a_table_takes_and_loses_rows_in_their_places() -> None:
    text = "splits:\n  400 m: 60 # slow\n  # the last\n  finish: 240 # there\n# the end\n"
    rows = {"400": 60, "800": 121, "finish": 240}
    more = put_worded(text, {"splits": {"400": 60, "finish": 240}}, {"splits": rows})
    assert more == text.replace("# slow\n", "# slow\n  800: 121\n")
    fewer = {"splits": {"800": 121, "finish": 241}}
    less = put_worded(more, {"splits": rows}, fewer)
    assert less == "splits:\n  800: 121\n  # the last\n  finish: 241 # there\n# the end\n"


NAMES = st.sampled_from(["", "a", "b", "c", "d"])
ITEMS = st.lists(st.tuples(NAMES, st.integers(0, 3), st.booleans()), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(items=ITEMS, data=st.data())
def test_comments_stay_with_the_items_of_a_list_that_stay(
    items: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    """Items come, go and come back, with names or without, on one line or on several."""
    named = [name for name, _, _ in items if name]
    assume(len(named) == len(set(named)))
    lines, old = ["l: # all"], []
    for i, (name, number, block) in enumerate(items):
        value = {**({"name": name} if name else {}), "v": 10 * i + number}
        old.append(value)
        pairs = [f"{key}: {text}" for key, text in value.items()]
        lines += [f"  # before {i}"] * (i > 0)
        item = "\n    ".join(pairs) if block else f"{{{', '.join(pairs)}}}"
        lines += [f"  - {item} # beside {i}"]
    text = "\n".join([*lines, "# after", "z: 1", ""])
    kept = data.draw(st.lists(st.booleans(), min_size=len(old), max_size=len(old)))
    assume(any(kept))
    new = [dict(item) for item, stays in zip(old, kept, strict=True) if stays]
    if data.draw(st.booleans()) and all("name" in item for item in new):
        new[-1]["v"] = 99
    place = data.draw(st.integers(0, len(new)))
    # in the place of another it would be its new name
    other: list[dict[str, Any]] = [{"name": "e", "v": 1}] if all(kept) else []
    added = data.draw(st.sampled_from([[], [{"w": 5}], other]))
    wanted = {"l": [*new[:place], *added, *new[place:]], "z": 1}
    done = put(text, wanted)
    assert plain(done) == wanted
    beside = [line for line in done.splitlines() if "# beside" in line]
    assert [line.split()[-1] for line in beside] == [f"{i}" for i, k in enumerate(kept) if k]
    for i in range(1, len(old)):
        assert f"  # before {i}\n" in done
    for i in (i for i, stays in enumerate(kept) if stays and i):
        above = done.partition(f"# before {i}\n")[2].partition("# beside")[2]
        assert above.split()[0] == f"{i}"
    assert done.endswith("# after\nz: 1\n")


def test_a_list_of_words_keeps_its_comments() -> None:
    text = "names:\n  - a # one\n  # of b\n  - b\n  - c # three\n"
    assert put(text, {"names": ["b", "c", "d"]}) == (
        "names:\n  # of b\n  - b\n  - c # three\n  - d\n"
    )


def test_comments_that_would_go_with_an_anchored_section_are_told() -> None:
    text = "a: &x\n  b: 1 # why\n  c: 2\nd: 3\n"
    assert change(text, {"a": {"b": 1, "c": 3}, "d": 3}).respaced


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=20), st.booleans())
def test_any_text_is_read_back_as_itself(text: str, flow: bool) -> None:
    if not text.isprintable():
        return
    old = "a: {k: 1}\n" if flow else "a:\n  k: 1\n"
    assert plain(put(old, {"a": {"k": text}})) == {"a": {"k": text}}


@settings(deadline=None)
@given(st.one_of(st.none(), st.booleans(), st.integers(-9999, 9999), st.floats(-1e6, 1e6)))
def test_any_number_is_read_back_as_itself(value: Any) -> None:
    assert plain(document_text({"k": value, "l": [value]})) == {"k": value, "l": [value]}


def test_a_key_after_an_alias_leaves_the_comments_of_its_anchor_alone() -> None:
    text = "x-u: &u\n  v: 1  # mine\n  # theirs\n\na: 1\nb: *u\n# the end\n"
    done = change(text, {"a": 1, "b": {"v": 1}, "c": 2})
    assert plain(done.text) == {"a": 1, "b": {"v": 1}, "c": 2}
    assert done.text.startswith(text.partition("b:")[0])


def test_what_saves_is_imported_when_something_is_saved() -> None:
    program = (
        "import sys; import simulator.session.session; "
        "from simulator.scenario.loader import load_scenario; "
        "load_scenario('breaking4'); sys.exit('ruamel.yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_times_are_written_as_times() -> None:
    value = {"plan": {"target": 239.99, "splits": {"200": 30.0}}, "laps": [61.0], "mass": 42.0}
    assert document_text(worded(value)) == (
        "plan:\n  target: 3:59.99\n  splits: {200: 30.00}\nlaps: [1:01.00]\nmass: 42\n"
    )
    assert worded({"time": 1 / 3}) == {"time": 1 / 3}
    assert isinstance(worded({"time": 61.5})["time"], Unquoted)


SHIPPED = sorted(configs_dir().rglob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_shipped_file_makes_the_round_trip_to_the_byte(path: Path) -> None:
    text = path.read_bytes().decode()
    values = plain(text)
    name = "name" if "name" in values else next(iter(values))
    there = put(text, {**values, name: "another name"})
    assert there != text
    assert put(there, values) == text


@pytest.mark.parametrize("name", shipped_names())
def test_a_whole_file_says_the_same(name: str) -> None:
    text = (configs_dir() / f"{name}.yaml").read_text(encoding="utf-8")
    scenario = load_text(text, f"{name}.yaml", configs_dir())
    again = document_text(worded(scenario_to_dict(scenario)))
    assert load_text(again, "again.yaml", configs_dir()) == scenario


@pytest.mark.parametrize(
    ("old", "change", "new"),
    [
        ("kit: red # hers", "black", "kit: black # hers"),
        ('kit: "#ff0000"', "'#0044aa'", 'kit: "#0044aa"'),
        ("kit: {drag: 0.98} # thin", "red", "kit: {drag: 0.98, colour: red} # thin"),
        ("mass: 50", "red", "mass: 50\n  kit: red"),
    ],
)
def test_a_kit_is_written_as_a_person_would(old: str, change: str, new: str) -> None:
    text = f"name: a\nrunner:\n  {old}\n"
    scenarios = [load_text(text), load_text(text, overrides=[f"runner.kit={change}"])]
    before, after = (worded(scenario_to_dict(each)) for each in scenarios)
    assert put_worded(text, before, after) == f"name: a\nrunner:\n  {new}\n"


CHANGES = {
    "pacers.count": ["0", "1"],
    "pacers.front_gap": ["2.25"],
    "pacers.policy": ["wait_for_runner"],
    "pacers.follows": ["null"],
    "plan": [
        "{shape: even, target: 4:10}",
        "{shape: progressive, target: 4:11, strength: 1.5, standing_start: no}",
    ],
    "environment.wind.speed": ["2.5"],
    "environment.temperature": ["-3"],
    "environment.assumed": ["no"],
    "runner.kit": ["{drag: 0.9}", "black", "'#e8112d'"],
    "pacers.kit": ["red", "'#e8112d'"],
    "runner.form": ["1"],
    "wavelight.waves": [
        "[]",
        "[{name: 'a: b', colour: red}, {name: '#2', plan: {target: 4:01}}]",
    ],
    "ghosts": ["[]", "[{name: 'one, two', kind: even, time: 4:02}]"],
    "published": ["null"],
    "note": ["'a new note: with a colon'"],
}


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(shipped_names()),
    picked=st.lists(
        st.sampled_from([(path, text) for path, texts in CHANGES.items() for text in texts]),
        max_size=4,
    ),
)
def test_changed_shipped_files_say_what_they_should_and_keep_their_comments(
    name: str, picked: list[tuple[str, str]]
) -> None:
    source = configs_dir() / f"{name}.yaml"
    text = source.read_text(encoding="utf-8")
    asked = [f"{path}={value}" for path, value in picked]
    if any(path in ("ghosts", "wavelight.waves") for path, _ in picked):
        asked += ["published=null", "pacers.follows=null"]
    if any("1" in value for path, value in picked if path == "pacers.count"):
        asked.append("pacers.count=1")
    old = load_text(text, source.name, source.parent)
    # the times of the changes are those of a mile, or of 1500 m
    assume(1500 <= old.distance <= MILE_M or not any("4:" in value for _, value in picked))
    new = load_text(text, source.name, source.parent, overrides=asked)
    before, after = worded(scenario_to_dict(old)), worded(scenario_to_dict(new))
    written = put_worded(text, before, after)
    assert load_text(written, source.name, source.parent) == new
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in written.splitlines() if line.startswith("#")] == kept
    if old == new:
        assert written == text
    changed = [
        line
        for line in difflib.ndiff(text.splitlines(), written.splitlines())
        if line.startswith("- ")
    ]
    assert len(changed) <= 40


def test_nothing_is_rather_not_said_unless_a_comment_hangs_on_it() -> None:
    text = "a: 1\nb: 2 # why\nc: {d: 1, e: 2}\nf: 3\n"
    wanted = {"a": None, "b": None, "c": {"d": None, "e": 2}, "f": 3}
    old = {"a": 1, "b": 2, "c": {"d": 1, "e": 2}, "f": 3}
    assert put_worded(text, old, wanted) == "b: null # was 2: why\nc: {e: 2}\nf: 3\n"


def test_a_comment_says_that_its_value_is_gone_and_comes_back_with_it() -> None:
    def spaced_once(text: str) -> list[str]:
        return [" ".join(line.split()) for line in text.splitlines()]

    text = "a: x # of x\nb: 1.7 # m, why\n# below\nc: 3\n"
    old = {"a": "x", "b": 1.7, "c": 3}
    new = {"a": {"d": {"e": 1}}, "b": None, "c": 3}
    gone = put_worded(text, old, new)
    assert {"a: # was x: of x", "b: null # was 1.7: m, why"} < set(spaced_once(gone))
    assert spaced_once(put_worded(gone, new, old)) == spaced_once(text)
    other = put_worded(gone, new, {"a": "y", "b": 1.8, "c": 3})
    assert spaced_once(other)[:2] == ["a: y # was x: of x", "b: 1.8 # was 1.7: m, why"]


@pytest.mark.parametrize("target", ["227.83", "3:47.83", "228.0", "239.99", "227.8301", "232.1"])
def test_a_scenario_in_a_picture_is_read_back_to_the_bit(target: str) -> None:
    """227.83 s and 3:47.83 differ in their last bit: each is written as what it is."""
    scenario = load_scenario("breaking4", overrides=[f"plan.target={target}"])
    assert load_text(portable_text(scenario)).plan == scenario.plan


def test_a_local_copy_of_a_shipped_scenario_is_no_shipped_one(tmp_path: Path) -> None:
    copy = (configs_dir() / "solo.yaml").read_text(encoding="utf-8")
    (tmp_path / "solo.yaml").write_text(copy, encoding="utf-8")
    mine, theirs = tmp_path / "mine.yaml", tmp_path / "theirs.yaml"
    mine.write_text("ghosts: [{file: solo.yaml}]\n", encoding="utf-8")
    theirs.write_text("ghosts: [{file: breaking4}]\n", encoding="utf-8")
    assert load_text(portable_text(load_scenario(mine))).ghosts == ()
    (ghost,) = load_text(portable_text(load_scenario(theirs))).ghosts
    assert Path(ghost.file).name == "breaking4.yaml"  # type: ignore[union-attr]


@pytest.mark.parametrize("nothing", ["", " ~", " null"])
def test_where_nothing_was_a_comment_stays_as_it_is(nothing: str) -> None:
    text = f"pacers:{nothing} # nothing yet\nz: 1\n"
    new = put_worded(text, {"pacers": {"count": None}, "z": 1}, {"pacers": {"count": 2}, "z": 1})
    assert loosely(new) == "pacers: {count: 2} # nothing yet\nz: 1\n"


@pytest.mark.parametrize("after", ["", "# about z\n", "z: 2 # z\n", "# about z\nz: 2\n"])
@pytest.mark.parametrize("anchor", ["&m 42", "&m 42 # anchor"])
def test_an_alias_that_is_replaced_keeps_the_comment_on_its_line(anchor: str, after: str) -> None:
    text = f"x-m: {anchor}\nr:\n  mass: *m # kg\n{after}"
    wanted = {**plain(text), "r": {"mass": 45}}
    assert change(text, wanted).text == text.replace("*m #", "45 #")


def test_comments_after_an_alias_stay_after_it() -> None:
    text = "x-m: &m 42 # anchor\n# more\na: *m # kg\nz: 1\n# end\ny: 2\n"
    assert change(text, {"a": 42, "y": 2}).text == (
        "x-m: &m 42 # anchor\n# more\na: *m\n# kg\n# end\ny: 2\n"
    )
    bare = "x-m: &m 42 # anchor\n# more\na: *m\n"
    assert put(bare, {"a": 42, "c": 3}) == f"{bare}c: 3\n"
