"""The window's keys as `--help` tells them, from the one table that the window itself uses.

In: bindings. Out: the text below a command's options.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape

from simulator.stage.keys import Binding


def keys_told(bindings: Iterable[Binding]) -> str:
    """Return a line for each binding; the help keeps apart what an empty line parts."""
    lines = [f"{' or '.join(binding.keys)}: {binding.action.value}" for binding in bindings]
    return "\n\n".join(["Keys:", *(escape(line) for line in lines)])
