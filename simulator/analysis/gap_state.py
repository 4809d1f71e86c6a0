"""What a gap means: ahead or behind, gaining or losing. Meaning comes before colour.

In: nothing. Out: `GapState`, apart from what works gaps out, so that colours need nothing of it.
"""

from __future__ import annotations

from enum import Enum


class GapState(Enum):
    """Ahead, level or behind, and which way it is going. The theme gives each a colour."""

    AHEAD_GAINING = "ahead, gaining"
    AHEAD_LOSING = "ahead, losing"
    LEVEL = "level"
    BEHIND_GAINING = "behind, gaining"
    BEHIND_LOSING = "behind, losing"

    @property
    def side(self) -> str:
        """Return `ahead`, `level` or `behind`."""
        return self.value.split(",", maxsplit=1)[0]
