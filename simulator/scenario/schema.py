"""The JSON schema of a scenario file, for editors that check and complete while typing.

In: the model. Out: the text of `configs/scenario.schema.json` (`lightpace schema` prints it).
"""

from __future__ import annotations

import json
from typing import Any

from simulator.scenario.fields import Section, fields_of, items_of, sections_among
from simulator.scenario.model import Scenario

IDS = "https://raw.githubusercontent.com/OWNER/lightpace/main/configs"
"""Where the schemas will be once the project is published; each has its address as `$id`."""
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def schema_text(model: type[Section] = Scenario) -> str:
    """Return the schema as JSON text, ending in a line feed."""
    sections = {section.__name__: section for section in _all_sections(Section)}
    for section in sections.values():
        section.model_rebuild()  # pydantic 2.12.0 omits defaults of an unbuilt section
    schema = model.model_json_schema(by_alias=True, mode="validation")
    for name, definition in [(model.__name__, schema), *schema["$defs"].items()]:
        _add_bounds(definition, sections[name])
        _allow_empty_sections(definition, sections[name])
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{IDS}/{model.__name__.lower()}.schema.json",
        **_for_editors(schema),
    }
    return json.dumps(schema, indent=2) + "\n"


def _all_sections(section: type[Section]) -> list[type[Section]]:
    below = [inner for sub in section.__subclasses__() for inner in _all_sections(sub)]
    return [section, *below]


def _add_bounds(definition: dict[str, Any], section: type[Section]) -> None:
    """Put the bounds of times and distances, which may be text, onto their numeric branch."""
    for name, info in section.model_fields.items():
        bounds = {
            word: getattr(extra, key)
            for extra in info.metadata
            for key, word in _BOUNDS.items()
            if getattr(extra, key, None) is not None
        }
        for branch in _branches(definition["properties"][info.alias or name]):
            if branch.get("type") == "number":
                branch.update(bounds)


def _allow_empty_sections(definition: dict[str, Any], section: type[Section]) -> None:
    """Allow a section or a list with all of its lines commented out, as the loader does."""
    for key, field in fields_of(section).items():
        node = definition["properties"][key]
        if field.info.is_required() or not sections_among((*field.types, *items_of(field.types))):
            continue
        if "$ref" in node:
            node["anyOf"] = [{"$ref": node.pop("$ref")}]
        if node.get("type") == "array":
            node["type"] = ["array", "null"]
        for branches in (node[word] for word in ("anyOf", "oneOf") if word in node):
            branches.append({"type": "null"})


def _branches(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a schema, those within alternatives too."""
    return [inner for branch in node.get("anyOf", []) for inner in (branch, *_branches(branch))]


def _for_editors(node: Any) -> Any:
    """Return the schema as an editor needs it.

    pydantic writes variants that a function distinguishes as `oneOf`. But an even plan may leave
    its `shape` out, and negative and positive plans are one section, so more than one branch may
    match: it becomes `anyOf`. `yes` and `no`, which are text in YAML 1.2, are allowed for switches.
    Any mapping may hold `x-` keys, and `<<`. Titles only repeat names.
    """
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "boolean":
        node = {"enum": [True, False, "yes", "no"]} | {k: v for k, v in node.items() if k != "type"}
    changed = {
        ("anyOf" if key == "oneOf" else key): _for_editors(value)
        for key, value in node.items()
        if key not in _BOUNDS and not (key == "title" and isinstance(value, str))
    }
    patterns = changed.get("patternProperties", {})
    if patterns or changed.get("additionalProperties") is False:
        changed["patternProperties"] = {**patterns, "^(x-.*|<<)$": {}}
        changed["additionalProperties"] = False
    branches = changed.get("anyOf")
    if isinstance(branches, list):
        changed["anyOf"] = [b for i, b in enumerate(branches) if b not in branches[:i]]
    return changed
