"""The side panels, from the top of their column down: the one place that lists them.

In: nothing. Out: their classes by name; `Layout.side` names those that have room.
"""

from __future__ import annotations

from simulator.view.panels.frame import SidePanel
from simulator.view.panels.live import LivePanel
from simulator.view.panels.splits import SplitsPanel
from simulator.view.panels.what_if import WhatIfPanel

SIDE_PANELS: dict[str, type[SidePanel]] = {
    "live": LivePanel,
    "splits": SplitsPanel,
    "what_if": WhatIfPanel,
}
