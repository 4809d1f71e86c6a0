"""The outlook: the chance of the target, put into words.

In: what was found out about the chances, and where she is. Out: a scene's `Chance`.
"""

from __future__ import annotations

from simulator.analysis.chances import Chances
from simulator.analysis.uncertainty import target_words
from simulator.stage.scene import Chance


def chance_of(chances: Chances | None, distance_m: float) -> Chance | None:
    """Return the chance at a race distance [m]; None while it is being worked out."""
    if chances is None:
        return None
    share = chances.at(distance_m)
    return Chance(share, target_words(chances.target_s), share_words(share))


def share_words(share: float) -> str:
    """Return `12 %`; a model that was sampled never calls anything certain or impossible."""
    percent = round(100.0 * share)
    if percent < 1:
        return "< 1 %"
    return "> 99 %" if percent > 99 else f"{percent} %"
