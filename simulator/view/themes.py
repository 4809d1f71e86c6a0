"""The themes there are, by name, and themes of one's own: a YAML file of overrides.

In: a name, or the path of a file. Out: a `Theme`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulator.analysis.gaps import GapState
from simulator.errors import ThemeError
from simulator.view.theme import Colour, Ground, Theme

NIGHT = Theme("night")

DAYLIGHT = Theme(
    "daylight",
    back=(232, 237, 243),
    panel=(252, 253, 255),
    panel_high=(234, 239, 246),
    edge=(182, 192, 206),
    text=(10, 16, 28),
    muted=(58, 70, 90),
    faint=(82, 94, 114),
    own=(0, 84, 166),
    bar=(142, 164, 198),
    target=(0, 104, 52),
    shelter=(0, 96, 150),
    reserve=(190, 30, 40),
    effort=(96, 70, 180),
    speed=(40, 50, 70),
    warning=(138, 82, 0),
    good=(0, 104, 52),
    red=(196, 20, 30),
    yellow=(150, 104, 0),
    ground=Ground(
        turf=(188, 224, 190),
        edge=(70, 80, 92),
        kerb=(236, 240, 244),
        tartan=(206, 124, 106),
        line=(250, 240, 236),
        apron=(196, 204, 216),
        board=(150, 162, 182),
        stand=(204, 211, 222),
        crowd=(120, 132, 158),
        led_off=(150, 176, 166),
        floodlight=0.0,
    ),
    gaps=(
        (GapState.AHEAD_GAINING, (0, 58, 170)),
        (GapState.AHEAD_LOSING, (36, 92, 122)),
        (GapState.LEVEL, (10, 16, 28)),
        (GapState.BEHIND_GAINING, (132, 88, 0)),
        (GapState.BEHIND_LOSING, (128, 0, 10)),
    ),
    named=(
        ("white", (26, 32, 46)),
        ("green", (0, 112, 56)),
        ("blue", (0, 80, 190)),
        ("red", (190, 24, 34)),
        ("amber", (134, 88, 0)),
        ("yellow", (126, 94, 0)),
        ("orange", (176, 74, 0)),
        ("pink", (182, 22, 104)),
        ("violet", (96, 62, 190)),
        ("purple", (96, 62, 190)),
        ("cyan", (0, 100, 112)),
        ("grey", (76, 88, 108)),
        ("gray", (76, 88, 108)),
        ("black", (0, 0, 0)),
    ),
)

_SAFE_NAMED: tuple[tuple[str, Colour], ...] = (
    ("white", (245, 247, 252)),
    ("green", (40, 214, 178)),
    ("blue", (92, 158, 255)),
    ("red", (255, 112, 56)),
    ("amber", (222, 178, 92)),
    ("yellow", (248, 234, 90)),
    ("orange", (255, 148, 10)),
    ("pink", (232, 142, 206)),
    ("violet", (176, 156, 255)),
    ("purple", (176, 156, 255)),
    ("cyan", (140, 222, 240)),
    ("grey", (164, 176, 198)),
    ("gray", (164, 176, 198)),
    ("black", (60, 68, 84)),
)

COLOUR_BLIND = replace(
    NIGHT,
    name="colour-blind",
    own=(92, 178, 255),
    target=(40, 214, 178),
    reserve=(255, 142, 84),
    warning=(248, 220, 110),
    good=(40, 214, 178),
    red=(255, 112, 56),
    yellow=(248, 234, 90),
    ground=Ground(turf=(8, 36, 42), tartan=(112, 66, 44), led_off=(72, 100, 108)),
    gaps=(
        (GapState.AHEAD_GAINING, (84, 156, 255)),
        (GapState.AHEAD_LOSING, (196, 228, 255)),
        (GapState.LEVEL, (245, 247, 252)),
        (GapState.BEHIND_GAINING, (252, 226, 150)),
        (GapState.BEHIND_LOSING, (255, 146, 0)),
    ),
    named=_SAFE_NAMED,
    lights=_SAFE_NAMED,
)

HIGH_CONTRAST = replace(
    NIGHT,
    name="high-contrast",
    back=(0, 0, 0),
    panel=(0, 0, 0),
    panel_high=(24, 24, 28),
    edge=(150, 158, 172),
    text=(255, 255, 255),
    muted=(222, 228, 238),
    faint=(186, 194, 208),
    own=(110, 210, 255),
    bar=(120, 138, 172),
    target=(80, 255, 150),
    shelter=(160, 228, 255),
    reserve=(255, 140, 140),
    effort=(216, 206, 255),
    speed=(255, 255, 255),
    warning=(255, 222, 90),
    good=(80, 255, 150),
    red=(255, 110, 110),
    yellow=(255, 226, 90),
    ground=Ground(
        turf=(0, 26, 12),
        edge=(20, 22, 26),
        kerb=(255, 255, 255),
        tartan=(62, 20, 22),
        line=(226, 214, 212),
        apron=(12, 14, 20),
        board=(90, 98, 116),
        stand=(10, 12, 18),
        crowd=(60, 66, 80),
        led_off=(96, 128, 116),
        floodlight=0.35,
    ),
    gaps=(
        (GapState.AHEAD_GAINING, (92, 190, 255)),
        (GapState.AHEAD_LOSING, (190, 226, 255)),
        (GapState.LEVEL, (255, 255, 255)),
        (GapState.BEHIND_GAINING, (255, 236, 150)),
        (GapState.BEHIND_LOSING, (255, 156, 30)),
    ),
)

THEMES: dict[str, Theme] = {
    theme.name: theme for theme in (NIGHT, DAYLIGHT, COLOUR_BLIND, HIGH_CONTRAST)
}


def theme_named(name: str) -> Theme:
    """Return a theme by name, or by the path of a `.yaml` file of overrides.

    Raises:
        ThemeError: there is no such theme (the message names those there are), or the file says
            what a theme does not know.
    """
    if name in THEMES:
        return THEMES[name]
    if name.lower().endswith((".yaml", ".yml")):
        from simulator.view.own_theme import read_theme  # noqa: PLC0415 - few have one of their own

        return read_theme(Path(name), THEMES)
    told = ascii(name[:60])
    raise ThemeError(f"There is no theme {told}; there are: {', '.join(THEMES)}, or a .yaml file.")


def next_theme(theme: Theme) -> Theme:
    """Return the theme after this one; after the last, or one's own, the first."""
    names = list(THEMES)
    at = names.index(theme.name) + 1 if theme.name in THEMES else 0
    return THEMES[names[at % len(names)]]
