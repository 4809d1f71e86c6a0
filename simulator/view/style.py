"""How one picture writes and colours: fonts, sizes and theme, handed down together.

In: a theme and a picture's unit. Out: `Style`.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.view.text import Type
from simulator.view.theme import Sizes, Theme


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """The writing (`type`), the sizes and the colours of one picture."""

    type: Type
    sizes: Sizes
    theme: Theme
