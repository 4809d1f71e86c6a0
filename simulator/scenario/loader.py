"""From a scenario file to a `Scenario`, or to the list of all its problems.

In: a path, the bare name of a shipped scenario, or text; `--set` overrides. Out: a `Scenario` that
contains its runner and formation and has absolute paths of ghosts' files, so that later rooms need
no folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from simulator.errors import Problem, ScenarioError
from simulator.scenario.fields import UNQUOTED, dotted, fields_of, items_of, types_at
from simulator.scenario.fields import Path as Steps
from simulator.scenario.model import (
    ActivityGhost,
    Ghost,
    RecordingGhost,
    Runner,
    Scenario,
    ScenarioGhost,
)
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.plan import PlanSplit
from simulator.scenario.problems import DocumentCheck, check, find
from simulator.scenario.reading import (
    FORMATION,
    RUNNER,
    SectionLibrary,
    find_file,
    find_scenario,
    named_files,
    read_text,
    refuse,
    shipped_names,
)
from simulator.scenario.yaml_tree import YamlList, YamlMapping, problem_at, read_document, stop
from simulator.units import LAP_M, format_distance, in_laps, other_lap_words, parse_distance

_OWN = fields_of(Scenario).keys() - {"name", "note"}
_OTHER_FILES = {
    "theme": ({"base", "back", "ground", "gaps", "named", "lights"}, "--theme {} takes it"),
    "formation": ({"slots"}, "name it in one: pacers: {{formation: {}}}"),
    "runner": (fields_of(Runner).keys() - {"name"}, "name it in one: runner: {}"),
}
"""Other files by their keys, and how they are used."""


def load_scenario(
    source: str | Path, *, overrides: Sequence[str] = (), with_ghosts: bool = True
) -> Scenario:
    """Return the scenario in a file, or the shipped one of that name.

    Args:
        source: a path, or a bare name such as `breaking4`.
        overrides: `pacers.count=7` and the like, applied in turn and checked like the file.
        with_ghosts: False drops its ghosts unread, as for a scenario that is itself a ghost or a
            given race.

    Raises:
        ScenarioError: the file or an override is not usable; every problem is listed.
        ResourceError: the shipped files are missing.
    """
    path = find_scenario(source)
    return _load(read_text(path, str(path)), str(path), path, overrides, with_ghosts)


def load_text(
    text: str, name: str = "<text>", folder: Path | None = None, *, overrides: Sequence[str] = ()
) -> Scenario:
    """Return the scenario in `text`; problems show `name`, and `folder` holds the files it names.

    Raises:
        ScenarioError: as for `load_scenario`.
    """
    return _load(text, name, (folder or Path()) / name, overrides, True)


def _load(
    text: str, shown: str, path: Path, overrides: Sequence[str], with_ghosts: bool
) -> Scenario:
    document = read_document(text, shown)
    root = document.root
    if isinstance(root, YamlMapping) and "chapters" in root:
        hint = "lightpace present shows it, lightpace film and lightpace page take it too"
        stop(root.nodes["chapters"][0], "this is a story, not a scenario", hint)
    if is_ghost(root):
        hint = f"name it in one: ghosts: [{{file: {path.name}}}]"
        stop(document.node, "this is a ghost, not a scenario", hint)
    for kind, (keys, hint) in _OTHER_FILES.items():
        if isinstance(root, YamlMapping) and keys & root.keys() and not _OWN & root.keys():
            stop(document.node, f"this is a {kind}, not a scenario", hint.format(path.name))
    document.flaws += apply_overrides(document, overrides, path.parent)
    kit = find(document, ("runner", "kit"))
    if kit.complete and kit.value is None and kit.node.source == shown:
        line = text.splitlines()[kit.node.start_mark.line]
        if re.search(r":\s+#[0-9a-fA-F]{6}\b", line):  # else its lines are commented out
            document.flaws.append(problem_at(kit.node, dotted(kit.shown), UNQUOTED))

    def prepare(review: DocumentCheck) -> None:
        _write_out(review, ("runner",), RUNNER, path.parent)
        _write_out(review, ("pacers", "formation"), FORMATION, path.parent)
        _write_out_ghosts(review, path.parent)
        root = document.root
        if not with_ghosts and isinstance(root, YamlMapping):
            root.put("ghosts", YamlList(), document.node, document.node)
            root.pop("published", None)
        _refuse_laps(review)

    def finish(review: DocumentCheck, scenario: Scenario) -> Scenario:
        ghosts = tuple(_with_file(review, i, g, path) for i, g in enumerate(scenario.ghosts))
        uncertainty = scenario.uncertainty
        if with_ghosts:
            races = enumerate(uncertainty.given)
            given = tuple(_given_race(review, i, race, path.parent) for i, race in races)
            uncertainty = uncertainty.model_copy(update={"given": given})
        return scenario.model_copy(update={"ghosts": ghosts, "uncertainty": uncertainty})

    return check(document, Scenario, prepare, finish)


def _write_out(
    review: DocumentCheck, path: tuple[str, ...], kind: SectionLibrary, folder: Path
) -> None:
    """Replace the name of a section by the content of its file."""
    place = find(review.document, path)
    name = getattr(place.node, "value", "")
    if not isinstance(place.holder, YamlMapping) or not place.complete or place.value is None:
        return
    if not isinstance(name, str) or not name or isinstance(place.value, YamlMapping):
        return
    try:
        document = kind.document(name, folder)
    except ScenarioError as error:
        review.report_file(place, error)
        review.exclude(place)
        return
    review.problems += document.flaws
    key_node = place.holder.nodes[place.key][0]
    place.holder.put(place.key, document.root, key_node, document.node)


def _refuse_laps(review: DocumentCheck) -> None:
    """Report distances in laps, which are of 400 m, where the track's lap is another."""
    lap_m = LAP_M
    with suppress(ValueError):  # another problem
        lap = find(review.document, ("track", "lap"))
        lap_m = parse_distance(str(lap.value)) if lap.complete else LAP_M
    if lap_m == LAP_M:
        return
    for path, text in _laps_below(review.document.root, ()):
        place = find(review.document, path)
        with suppress(ValueError):
            metres = format_distance(parse_distance(text) * lap_m / LAP_M)
            review.report(place, other_lap_words(lap_m), f"write metres, such as {metres}")
            review.exclude(place)


def _laps_below(value: Any, path: Steps) -> Iterator[tuple[Steps, str]]:
    """Yield path and text of each distance that is written in laps."""
    if isinstance(value, YamlMapping):
        table = PlanSplit in items_of(types_at(Scenario, path))
        for key, below in value.items():
            if table and in_laps(key):
                yield (*path, key, "distance"), key
            else:
                yield from _laps_below(below, (*path, key))
    elif isinstance(value, YamlList):
        for i, below in enumerate(value):
            yield from _laps_below(below, (*path, i))
    elif isinstance(value, str) and in_laps(value) and float in types_at(Scenario, path):
        yield path, value


_SEEMS_A_GHOST = re.compile(r"""^(\s*\{.*)?["']?(splits|laps)["']?\s*:""", re.MULTILINE)


def problem_of(source: str | Path, overrides: Sequence[str], steps: Steps, message: str) -> Problem:
    """Return a problem of a scenario that can be loaded, at its place in the file."""
    path = find_scenario(source)
    document = read_document(read_text(path, str(path)), str(path))
    apply_overrides(document, overrides, path.parent)
    place = find(document, steps)
    return problem_at(place.node, dotted(place.shown), message)


def is_ghost(root: Any) -> bool:
    """Return whether a file contains a single ghost, as `lightpace ghost` writes it."""
    known = isinstance(root, YamlMapping) and ("splits" in root or "laps" in root)
    return known and not {"plan", "ghosts", "runner", "wavelight", "pacers"} & root.keys()


def _write_out_ghosts(review: DocumentCheck, folder: Path) -> None:
    """Replace the file name of a ghost by the file's content; values next to the name win."""
    ghosts = find(review.document, ("ghosts",)).value
    for ghost in ghosts if isinstance(ghosts, YamlList) else ():
        name = ghost.get("file") if isinstance(ghost, YamlMapping) else None
        if not isinstance(name, str) or not name.lower().endswith((".yaml", ".yml")):
            continue
        try:
            path = find_file(name, folder, named_files())
            text = read_text(path, str(path))
            if not _SEEMS_A_GHOST.search(text):  # a scenario is read later, and only once
                continue
            document = read_document(text, str(path))
        except ScenarioError:  # a file that names a scenario is checked again, and refused there
            continue
        if is_ghost(document.root):
            ghost.take_out("file")
            review.problems += document.flaws
            for key in document.root.keys() - ghost.keys():
                ghost.put(key, document.root[key], *document.root.nodes[key])


def _with_file(review: DocumentCheck, number: int, ghost: Ghost, own: Path) -> Ghost:
    """Return a ghost with an absolute path of its file, if any; report an unusable one."""
    if review.is_full or not isinstance(ghost, (ScenarioGhost, RecordingGhost, ActivityGhost)):
        return ghost
    place = find(review.document, ("ghosts", number, "file"))
    try:
        if not isinstance(ghost, ScenarioGhost):
            path = find_file(ghost.file, own.parent)
        else:
            path = find_scenario(ghost.file, own.parent)
            if path.resolve() == own.resolve():
                raise refuse("", "a scenario cannot be its own ghost", "name another one")
            load_scenario(path, with_ghosts=False)
    except ScenarioError as error:
        review.report_file(place, error)
        return ghost
    return ghost.model_copy(update={"file": str(path.resolve())})


def _given_race(review: DocumentCheck, number: int, race: str, folder: Path) -> str:
    """Return a given race with an absolute path of its file; report an unusable one."""
    if review.is_full or race in shipped_names():
        return race
    place = find(review.document, ("uncertainty", "given", number))
    try:
        path = find_file(race, folder, named_files(), "past race")
        load_scenario(path, with_ghosts=False)
    except ScenarioError as error:
        review.report_file(place, error)
        return race
    return str(path.resolve())


def without_folders(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario's plain values for others: file names without their folders.

    Shared files reveal nothing of the machine that made them.
    """
    ghosts = [
        {**ghost, "file": _name_of(ghost["file"])} if "file" in ghost else ghost
        for ghost in plain.get("ghosts", [])
    ]
    changed = {**plain, "ghosts": ghosts} if "ghosts" in plain else plain
    uncertainty = plain.get("uncertainty", {})
    if "given" in uncertainty:
        given = [_name_of(race) for race in uncertainty["given"]]
        changed = {**changed, "uncertainty": {**uncertainty, "given": given}}
    return changed


def _name_of(file: str) -> str:
    return re.split(r"[/\\]", file)[-1]


def scenario_to_dict(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as plain values that a JSON or YAML file can hold.

    `Scenario.model_validate` of them gives an equal scenario.
    """
    return scenario.model_dump(mode="json", by_alias=True)
