"""Colours by meaning and the typographic scale. Meaning is decided elsewhere; colour comes last.

In: a theme's name, a colour's name from a scenario, a `GapState`. Out: RGB triples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.analysis.gaps import GapState

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Ground:
    """The stadium itself: what lies where, before any light wave.

    Attributes:
        edge: the strip between turf and kerb.
        line: the lines between the lanes.
        apron: the run-off outside lane 8; `board`: the rail between it and the stands.
        floodlight: 1 = pools of light from four masts, 0 = even daylight.
    """

    turf: Colour
    edge: Colour
    kerb: Colour
    tartan: Colour
    line: Colour
    apron: Colour
    board: Colour
    stand: Colour
    crowd: Colour
    led_off: Colour
    floodlight: float


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. Every attribute is a meaning, never a place.

    Attributes:
        back: behind everything; `panel`, `edge`: a panel's ground and hairline.
        text, muted, faint: three strengths of writing.
        own: what belongs to the live attempt in a comparison; `bar`: what is compared with it.
        shelter, reserve, effort, speed: the meters.
        warning: a notice that something went wrong; `good`: that something went right.
        red, yellow: the start lights.
        gaps: the colour of each gap state.
        named: colour names that scenarios may use.
        lights: the same names, as lights shine: they add to what they fall on.
    """

    name: str
    back: Colour
    panel: Colour
    panel_high: Colour
    edge: Colour
    text: Colour
    muted: Colour
    faint: Colour
    own: Colour
    bar: Colour
    target: Colour
    shelter: Colour
    reserve: Colour
    effort: Colour
    speed: Colour
    warning: Colour
    good: Colour
    red: Colour
    yellow: Colour
    ground: Ground
    gaps: tuple[tuple[GapState, Colour], ...]
    named: tuple[tuple[str, Colour], ...]
    lights: tuple[tuple[str, Colour], ...]

    @property
    def rail(self) -> Colour:
        """What lies behind the LEDs in the group view: dark enough for a light to show."""
        ground = self.ground
        return mix(self.back, ground.turf, 0.55) if ground.floodlight else ground.edge

    def gap(self, state: GapState) -> Colour:
        """Return the colour of a gap state."""
        return next(colour for known, colour in self.gaps if known is state)

    def colour(self, name: str) -> Colour:
        """Return the colour a scenario named; `#rrggbb` is taken as it is, the unknown is grey."""
        return _found(self.named, name) or self.muted

    def light(self, name: str) -> Colour:
        """Return the colour in which a light of this name shines."""
        return _found(self.lights, name) or self.muted


def _found(named: tuple[tuple[str, Colour], ...], name: str) -> Colour | None:
    return next((colour for known, colour in named if known == name), None) or hex_colour(name)


def hex_colour(text: str) -> Colour | None:
    """Return the colour of `#rrggbb`; None where it is none."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        return None
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour `share` (0 to 1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def css(colour: Colour) -> str:
    """Return a colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def relative_luminance(colour: Colour) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255.0 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes for one picture [px]; `unit` is 1 at 1920 × 1080."""

    unit: float

    def px(self, at_full_hd: float, floor: int = 11) -> int:
        """Return the size of a text that is `at_full_hd` px at 1920 × 1080."""
        return max(floor, round(at_full_hd * self.unit))

    @property
    def caption(self) -> int:
        """Headings in spaced capitals, axis numbers."""
        return self.px(15)

    @property
    def small(self) -> int:
        """Secondary lines."""
        return self.px(17)

    @property
    def body(self) -> int:
        """Table rows and names."""
        return self.px(21, 12)

    @property
    def lead(self) -> int:
        """Values that are looked for."""
        return self.px(27, 13)
