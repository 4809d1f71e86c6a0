"""Colours by meaning and the typographic scale. Meaning is decided elsewhere; colour comes last.

In: a theme's name, a colour's name from a scenario, a `GapState`. Out: RGB triples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator.analysis.gaps import GapState

Colour = tuple[int, int, int]


_NAMED: tuple[tuple[str, Colour], ...] = (
    ("white", (243, 246, 252)),
    ("green", (52, 232, 128)),
    ("blue", (72, 148, 255)),
    ("red", (255, 78, 78)),
    ("amber", (238, 205, 120)),
    ("yellow", (255, 221, 87)),
    ("orange", (255, 158, 38)),
    ("pink", (255, 112, 172)),
    ("violet", (176, 148, 255)),
    ("purple", (176, 148, 255)),
    ("cyan", (94, 226, 232)),
    ("grey", (160, 173, 196)),
    ("gray", (160, 173, 196)),
    ("black", (60, 68, 84)),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """The stadium itself: what lies where, before any light wave."""

    turf: Colour = (17, 58, 38)
    edge: Colour = (46, 52, 60)  # strip between turf and kerb
    kerb: Colour = (150, 158, 168)
    tartan: Colour = (100, 45, 48)
    line: Colour = (168, 150, 146)  # lane lines
    apron: Colour = (30, 38, 56)  # run-off outside lane 8
    board: Colour = (40, 50, 72)  # the rail in front of the stands
    stand: Colour = (26, 33, 50)
    crowd: Colour = (120, 132, 158)
    led_off: Colour = (70, 104, 92)
    floodlight: float = 1.0  # 1 = pools of light from four masts, 0 = even daylight


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. Every attribute is a meaning, never a place.

    Attributes:
        back: behind everything; `panel`, `edge`: a panel's ground and hairline.
        text, muted, faint: three strengths of writing.
        gaps: the colour of each gap state.
        named: colour names that scenarios may use.
        lights: the same names, as lights shine: they add to what they fall on.
        own: what belongs to the live attempt in a comparison.
        shelter, reserve, effort: the meters.
        warning: a notice that something went wrong; `good`: that something went right.
        day: how much of the ground's colour shows, 1 = as given (lighting multiplies it).
    """

    name: str
    back: Colour = (4, 6, 11)
    panel: Colour = (11, 16, 27)
    panel_high: Colour = (19, 27, 43)
    edge: Colour = (33, 44, 66)
    text: Colour = (243, 246, 252)
    muted: Colour = (160, 173, 196)
    faint: Colour = (118, 134, 162)
    own: Colour = (86, 190, 255)
    bar: Colour = (66, 86, 126)
    target: Colour = (52, 232, 128)
    shelter: Colour = (134, 216, 255)
    reserve: Colour = (255, 106, 106)
    effort: Colour = (198, 186, 255)
    speed: Colour = (226, 232, 242)
    warning: Colour = (255, 196, 84)
    good: Colour = (52, 232, 128)
    red: Colour = (255, 64, 64)
    yellow: Colour = (255, 208, 64)
    ground: Ground = field(default_factory=Ground)
    gaps: tuple[tuple[GapState, Colour], ...] = (
        (GapState.AHEAD_GAINING, (86, 190, 255)),
        (GapState.AHEAD_LOSING, (142, 196, 236)),
        (GapState.LEVEL, (243, 246, 252)),
        (GapState.BEHIND_GAINING, (250, 202, 128)),
        (GapState.BEHIND_LOSING, (255, 158, 38)),
    )
    named: tuple[tuple[str, Colour], ...] = _NAMED
    lights: tuple[tuple[str, Colour], ...] = _NAMED

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
        return self._look_up(name, self.named)

    def light(self, name: str) -> Colour:
        """Return the colour in which a light of this name shines."""
        return self._look_up(name, self.lights)

    def _look_up(self, name: str, table: tuple[tuple[str, Colour], ...]) -> Colour:
        for known, colour in table:
            if known == name:
                return colour
        return hex_colour(name) or self.muted


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
