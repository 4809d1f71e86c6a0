"""The JSON schema of a scenario file, for editors that check and complete while one types.

In: the model. Out: the text of `configs/scenario.schema.json` (`lightpace schema` prints it).
"""

from __future__ import annotations

import json
from typing import Any

from simulator.scenario.model import Scenario


def schema_text() -> str:
    """Return the schema as JSON text, ending in a line feed."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_for_editors(schema)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def _for_editors(node: Any) -> Any:
    """Return the schema as an editor needs it.

    pydantic writes variants that it tells apart by a function as `oneOf`; but an even plan may
    leave its `shape` out, and negative and positive plans are one section: more than one branch may
    match, so it becomes `anyOf`. Bounds of values that may be text move to their numeric branch.
    `yes` and `no`, which are text in YAML 1.2, are allowed for switches. Titles only repeat names.
    """
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "boolean":
        node = {"enum": [True, False, "yes", "no"]} | {k: v for k, v in node.items() if k != "type"}
    bounds = {_BOUNDS[key]: value for key, value in node.items() if key in _BOUNDS}
    changed = {
        ("anyOf" if key == "oneOf" else key): _for_editors(value)
        for key, value in node.items()
        if key not in _BOUNDS and not (key == "title" and isinstance(value, str))
    }
    branches = changed.get("anyOf")
    if isinstance(branches, list):
        changed["anyOf"] = [
            {**branch, **bounds} if branch.get("type") == "number" else branch
            for i, branch in enumerate(branches)
            if branch not in branches[:i]
        ]
    return changed
