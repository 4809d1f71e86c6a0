"""Colours by meaning, and the typographic scale. Meaning is decided elsewhere.

In: a theme's name, a colour's name from a scenario, a `GapState`. Out: RGB triples.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from simulator.analysis.gaps import GapState
from simulator.errors import ThemeError

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StadiumColours:
    """The stadium's colours, without any light wave.

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
    led_off: Colour
    floodlight: float


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One theme, equal to itself alone. Each attribute names a meaning, never a place.

    Attributes:
        back: the background; `panel`, `edge`: a panel's ground and hairline.
        text, muted, faint: three strengths of text.
        own: the live attempt in a comparison; `bar`: what it is compared with.
        shelter, reserve, effort, speed: the meters.
        warning: a notice that something went wrong; `good`: that something went right.
        red, yellow: the start lights.
        gaps: the colour of each gap state.
        named: colour names that scenarios may use.
        lights: the same names, as lights shine: they add to what they fall on.
        kit_colours: 1 = runners wear the kit of their scenario, 0 = always the theme's.
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
    ground: StadiumColours
    gaps: Mapping[GapState, Colour]
    named: Mapping[str, Colour]
    lights: Mapping[str, Colour]
    kit_colours: float

    @property
    def rail(self) -> Colour:
        """The ground behind the LEDs in the group view: dark enough for a light to show."""
        ground = self.ground
        return mix(self.back, ground.turf, 0.55) if ground.floodlight else ground.edge

    @property
    def by_day(self) -> bool:
        """Whether the stadium is in daylight, where a light outshines nothing it falls on."""
        return self.ground.floodlight == 0

    @property
    def bare(self) -> bool:
        """Whether there is no ground, only the background."""
        return self.ground.turf == self.ground.stand == self.back

    def without_ground(self, back: Colour) -> Theme:
        """Return the theme with a single background colour and no ground."""
        covered = ("turf", "edge", "kerb", "tartan", "apron", "board", "stand")
        changes: dict[str, Any] = dict.fromkeys(covered, back)
        return replace(self, back=back, ground=replace(self.ground, **changes))

    def gap(self, state: GapState) -> Colour:
        """Return the colour of a gap state."""
        return self.gaps[state]

    def colour(self, name: str) -> Colour:
        """Return a scenario's colour; `#rrggbb` is used as it is, unknown names are grey."""
        return self.named.get(name) or hex_colour(name) or self.muted

    def kit(self, name: str) -> Colour | None:
        """Return the colour of a scenario's kit; None: it is the theme's.

        Cloth is as bright as light: by day only what is read or is a mark has to be dark.
        """
        colours = self.named if name == "black" else self.lights
        return colours.get(name) or hex_colour(name) if self.kit_colours else None

    def light(self, name: str) -> Colour:
        """Return the colour of a light of this name."""
        return self.lights.get(name) or hex_colour(name) or self.muted


def hex_colour(text: str) -> Colour | None:
    """Return the colour of `#rrggbb`; None if it is none."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        return None
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


@lru_cache(maxsize=1024)
def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour `share` (0 to 1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def css(colour: Colour) -> str:
    """Return a colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def relative_luminance(colour: Colour) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: int) -> float:
    share = part / 255.0
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def difference(first: Colour, second: Colour) -> float:
    """Return how different two colours look (CIE 1976, in CIELAB under D65); black and white: 100.

    From about 2 on a difference is noticed.
    """
    return math.dist(_lab(first), _lab(second))


def _lab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = map(_linear, colour)
    xyz = (
        (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047,
        0.2126729 * red + 0.7151522 * green + 0.0721750 * blue,
        (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@dataclass(frozen=True)
class Sizes:
    """Type sizes for one picture [px]; `unit` is 1 at 1920 × 1080, none is below `least`."""

    unit: float
    least: int = 0

    def px(self, at_full_hd: float, floor: int = 11) -> int:
        """Return the size of a text that is `at_full_hd` px at 1920 × 1080."""
        return max(floor, self.least, round(at_full_hd * self.unit))

    @cached_property
    def caption(self) -> int:
        """Headings in spaced capitals, axis numbers."""
        return self.px(15)

    @cached_property
    def small(self) -> int:
        """Secondary lines."""
        return self.px(17)

    @cached_property
    def body(self) -> int:
        """Table rows and names."""
        return self.px(21, 12)

    @cached_property
    def lead(self) -> int:
        """Values that are looked for."""
        return self.px(27, 13)


# -- the themes ------------------------------------------------------------------------------------


_TABLE = """\
                      night     daylight   colour-blind  high-contrast
back                  #04060b   #e8edf3    -             #000000
panel                 #0b101b   #fcfdff    -             #000000
panel_high            #131b2b   #eaeff6    -             #18181c
edge                  #212c42   #b6c0ce    -             #969eac
text                  #f3f6fc   #0a101c    -             #ffffff
muted                 #a0adc4   #3a465a    -             #dee4ee
faint                 #7686a2   #525e72    -             #bac2d0
own                   #56beff   #0054a6    #5cb2ff       #6ed2ff
bar                   #42567e   #8ea4c6    -             #788aac
target                #34e880   #006834    #28d6b2       #50ff96
shelter               #86d8ff   #006096    -             #a0e4ff
reserve               #ff6a6a   #be1e28    #ff8e54       #ff8c8c
effort                #c6baff   #6046b4    -             #d8ceff
speed                 #e2e8f2   #283246    -             #ffffff
warning               #ffc454   #8a5200    #f8dc6e       #ffde5a
good                  #34e880   #006834    #28d6b2       #50ff96
red                   #ff4040   #c4141e    #ff7038       #ff6e6e
yellow                #ffd040   #966800    #f8ea5a       #ffe25a
ground.turf           #113a26   #bce0be    #08242a       #001a0c
ground.edge           #2e343c   #46505c    -             #14161a
ground.kerb           #969ea8   #ecf0f4    -             #ffffff
ground.tartan         #642d30   #c06c58    #623826       #3e1416
ground.line           #a89692   #faf0ec    -             #e2d6d4
ground.apron          #1e2638   #c4ccd8    -             #0c0e14
ground.board          #283248   #96a2b6    -             #5a6274
ground.stand          #1a2132   #ccd3de    -             #0a0c12
ground.led_off        #46685c   #7c968c    #48646c       #608074
ground.floodlight     1.0       0.0        -             0.35
gaps.ahead, gaining   #56beff   #003aaa    #549cff       #5cbeff
gaps.ahead, losing    #8ec4ec   #245c7a    #c4e4ff       #bee2ff
gaps.level            #f3f6fc   #0a101c    #f5f7fc       #ffffff
gaps.behind, gaining  #faca80   #845800    #fce296       #ffec96
gaps.behind, losing   #ff9e26   #80000a    #ff9200       #ff9c1e
named.white           #f3f6fc   #1a202e    #f5f7fc       -
named.green           #34e880   #007038    #28d6b2       -
named.blue            #4894ff   #0050be    #5c9eff       -
named.red             #ff4e4e   #be1822    #ff7038       -
named.amber           #eecd78   #865800    #deb25c       -
named.yellow          #ffdd57   #7e5e00    #f8ea5a       -
named.orange          #ff9e26   #b04a00    #ff940a       -
named.pink            #ff70ac   #b61668    #e88ece       -
named.violet          #b094ff   #603ebe    #b09cff       -
named.purple          #b094ff   #603ebe    #b09cff       -
named.cyan            #5ee2e8   #006470    #8cdef0       -
named.grey            #a0adc4   #4c586c    #a4b0c6       -
named.gray            #a0adc4   #4c586c    #a4b0c6       -
named.black           #3c4454   #000000    -             -
kit_colours           1.0       -          0.0           0.0
"""
"""`-` is the same as at night."""


def theme_of(name: str, values: Mapping[str, Any]) -> Theme:
    """Return the theme with these colours."""

    def section(part: str) -> dict[str, Any]:
        return {k.partition(".")[2]: v for k, v in values.items() if k.startswith(f"{part}.")}

    return Theme(
        name,
        **{key: value for key, value in values.items() if "." not in key},
        ground=StadiumColours(**section("ground")),
        gaps={GapState(state): colour for state, colour in section("gaps").items()},
        named=section("named"),
        lights=section("lights"),
    )


def _read_table() -> dict[str, dict[str, Any]]:
    """Return the table's columns; lights use a theme's colour names, by day the night's."""
    head, *rows = (line.split() for line in _TABLE.splitlines())
    columns: dict[str, dict[str, Any]] = {name: {} for name in head}
    for row in rows:
        key = " ".join(row[: -len(head)])
        for name, cell in zip(head, row[-len(head) :], strict=True):
            same = columns["night"].get(key)
            columns[name][key] = same if cell == "-" else hex_colour(cell) or float(cell)
    for values in columns.values():
        shining = values if values["ground.floodlight"] else columns["night"]
        names = [key for key in values if key.startswith("named.")]
        values |= {key.replace("named", "lights"): shining[key] for key in names}
    return columns


VALUES = _read_table()
"""The colours of each theme by dotted name, as in the table and in theme files."""
THEMES = {name: theme_of(name, values) for name, values in VALUES.items()}
NIGHT = THEMES["night"]


def theme_named(name: str) -> Theme:
    """Return a theme by name, or by the path of a `.yaml` file of overrides.

    A name that is not a shipped theme's is looked up in `themes` of the user's folder.

    Raises:
        ThemeError: there is no such theme (the message lists the names), or the file has unknown
            entries.
    """
    if name in THEMES:
        return THEMES[name]
    from simulator.scenario.reading import users_files  # noqa: PLC0415 - few have such a file

    of_users = users_files("themes")
    if name in of_users or name.lower().endswith((".yaml", ".yml")):
        from simulator.view.theme_file import read_theme  # noqa: PLC0415

        return read_theme(of_users.get(name, Path(name)))
    shown, names = ascii(name[:60]), ", ".join([*THEMES, *of_users])
    raise ThemeError(f"There is no theme {shown}; there are: {names}, or a .yaml file.")


def next_theme(theme: Theme) -> Theme:
    """Return the theme after this one; after the last, or one from a file, the first."""
    names = list(THEMES)
    at = names.index(theme.name) + 1 if theme.name in THEMES else 0
    return THEMES[names[at % len(names)]]
