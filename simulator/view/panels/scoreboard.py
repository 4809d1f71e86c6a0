"""The score: lap, huge clock, metres, the gap to the light, the forecast, start lights.

Around the stage: name, rate, formation and weather above, assumptions below.

In: a scene and boxes. Out: fields of a layer, redrawn only when they change. Sign, arrow and word
carry the meaning as well as colour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from functools import partial

import pygame

from simulator.analysis.gaps import GapState
from simulator.stage.scene import GapLine, Phase, Scene, StartLight, Weather
from simulator.units import format_clock, format_signed, format_time, shown_difference, whole_metres
from simulator.view.layout import Box, Hud, Layout
from simulator.view.panels.panel import CachedLayer, Paint, polygon
from simulator.view.sprites import shade
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Style, Type, shrink
from simulator.view.theme import Colour, mix

TextRun = tuple[str, str, int, Colour, float]
"""A piece of a line: its text, weight, size [px], colour, and the space after it [px]."""

ARROWS = {"ahead": "▲", "level": "●", "behind": "▼"}
SIDES = {"ahead": "ahead of", "level": "level with", "behind": "behind"}
WIDEST_GAP = "▲  +88.88 s"
"""The longest gap in a lecture hall, so that its size stays constant."""


def show(layer: CachedLayer, scene: Scene, hud: Hud, style: Style) -> None:
    """Update the score's fields."""
    if hud.clock is not None:
        _clock(layer, scene, hud.clock, style)
    if hud.lap is not None:
        last = scene.bell and scene.phase is not Phase.FINISHED
        heading, value = ("bell lap" if last else "lap"), f"{scene.lap}/{scene.laps}"
        _number(layer, "lap", hud.lap, heading, value, style, alert=last)
    if hud.distance is not None:
        metres = whole_metres(scene.distance_m)
        _number(layer, "distance", hud.distance, "metres", metres, style)
    if hud.gap is not None:
        _gap(layer, scene, hud, hud.gap, style)
    if hud.outlook is not None:
        _outlook(layer, scene, hud.outlook, style)


def _width(runs: Sequence[TextRun], type_: Type) -> float:
    return sum(type_.width(text, weight, px) + space for text, weight, px, _, space in runs)


def _write(
    surface: pygame.Surface, runs: Sequence[TextRun], centre: tuple[float, float], type_: Type
) -> None:
    x = centre[0] - _width(runs, type_) / 2
    for text, weight, px, colour, space in runs:
        x += type_.write(surface, text, (x, centre[1]), weight, px, colour) + space


def _clock(layer: CachedLayer, scene: Scene, clock: Box, style: Style) -> None:
    finished = scene.phase is Phase.FINISHED and not _gave_up(scene)
    text = format_time(scene.time_s) if finished else format_clock(scene.time_s)
    if scene.to_gun_s is not None:
        text = f"−{math.ceil(10 * scene.to_gun_s - 1e-6) / 10:.1f}"
    longest = max(text, format_clock(scene.target_s), key=len)  # one size all the way
    px = _largest(re.sub(r"\d", "0", longest), clock, style.type)

    def paint(surface: pygame.Surface, box: Box) -> None:
        style.type.digits(surface, text, box.centre, BOLD, px, style.theme.text, align=0.5)

    layer.field("clock", clock, (text, px), paint)


FILLED = 0.92
"""Most of its box that a number may fill, to keep clear of the next one."""


def _largest(sample: str, box: Box, type_: Type) -> int:
    """Return the largest size at which `sample` fits the box in bold type, glyph by glyph."""
    sizes = max(6, round(box.h / 1.02)), 6
    return type_.largest([sample], BOLD, sizes, FILLED * box.w, digits=True)


def _number(
    layer: CachedLayer,
    name: str,
    box: Box,
    heading: str,
    value: str,
    style: Style,
    *,
    alert: bool = False,
) -> None:
    def paint(surface: pygame.Surface, box: Box) -> None:
        type_, theme = style.type, style.theme
        x, px = box.centre[0], round(0.42 * box.h)
        small = max(style.sizes.caption, round(0.15 * box.h))
        colour = theme.warning if alert else theme.muted
        above, below = (x, box.y + 0.27 * box.h), (x, box.y + 0.62 * box.h)
        small = shrink(small, 6, lambda px: type_.caps_width(heading, px) <= box.w)
        type_.caps(surface, heading, above, small, colour, align=0.5)
        size = min(px, int(px * FILLED * box.w / max(1, type_.width(value, SEMIBOLD, px))))
        type_.digits(surface, value, below, SEMIBOLD, size, theme.text, align=0.5)

    layer.field(name, box, (heading, value, alert), paint)


def gap_words(line: GapLine) -> tuple[str, str, str]:
    """Return a gap's arrow, its seconds with unit, and its metres with unit."""
    if line.seconds is None:
        return "", "–", ""
    metres = "" if line.metres is None else f"{abs(line.metres):.1f} m"
    return ARROWS[line.state.side], f"{format_signed(line.seconds)} s", metres


def _gap(layer: CachedLayer, scene: Scene, hud: Hud, box: Box, style: Style) -> None:
    """Show the first gap in `box`; before the gun the target, or how to start."""
    below = hud.words
    if below is not None and scene.phase is Phase.READY:
        _target(layer, scene, box, below, style)
        return
    light = scene.start_light
    starts = scene.phase is Phase.READY or light is not StartLight.OFF
    if below is not None and starts:
        _gap_words(layer, below, (light.value,), style)
    elif below is not None and not scene.gaps:
        layer.field("gap words", below, None)
    if starts:
        _start(layer, scene, box, style, named=below is None)
    elif not scene.gaps:
        layer.field("gap", box, None)
    elif below is not None:
        _large_gap(layer, scene, box, below, style)
    else:
        news = _news(scene) if hud.outlook is None else ()
        _gap_line(layer, scene, box, news, style)


def _side_words(scene: Scene) -> str:
    """Return which side she is on, and of what."""
    return f"{SIDES[scene.gaps[0].state.side]} {scene.compared_to}"


def _gap_sizes(px: int) -> tuple[int, int]:
    """Return the size of the words next to seconds of `px`, and of the dot of a level gap."""
    small = round(0.66 * px)
    return small, round(0.6 * small)


def _gap_line(
    layer: CachedLayer, scene: Scene, box: Box, news: tuple[str, ...], style: Style
) -> None:
    """Show seconds, metres and her side; `news`, if any, replaces the words of her side."""
    line = scene.gaps[0]
    arrow, seconds, metres = gap_words(line)
    side, colour, choice = (
        line.state.side,
        style.theme.gap(line.state),
        news or (_side_words(scene),),
    )

    def runs(px: int, words: str) -> list[TextRun]:
        small, level = _gap_sizes(px)
        tall = level if side == "level" else small
        every: list[TextRun] = [
            (arrow, BOLD, tall, colour, 0.25 * px),
            (seconds, BOLD, px, colour, 0.4 * px),
            (metres, SEMIBOLD, small, style.theme.text, 0.4 * px),
            (words, SEMIBOLD, small, colour, 0.0),
        ]
        return [run for run in every if run[0]]

    def fits(words: str, px: int) -> bool:
        return _width(runs(px, words), style.type) <= box.w

    def paint(surface: pygame.Surface, box: Box) -> None:
        px = shrink(_gap_px(box), 8, partial(fits, choice[-1]))
        words = next((words for words in choice if fits(words, px)), side)
        _write(surface, runs(px, words), box.centre, style.type)

    layer.field("gap", box, (arrow, seconds, metres, choice, colour), paint)


def _gap_px(box: Box) -> int:
    return max(8, round(0.70 * box.h))


def _large_gap(layer: CachedLayer, scene: Scene, box: Box, below: Box, style: Style) -> None:
    """Show the gap for a lecture hall: its seconds as large as possible, the rest below them."""
    runs = _large_runs(scene, box, style)
    layer.field("gap", box, runs, lambda s, b: _write(s, runs, b.centre, style.type))
    _gap_words(layer, below, _large_words(scene), style)


def _large_runs(scene: Scene, box: Box, style: Style) -> tuple[TextRun, ...]:
    """Return a lecture's arrow and seconds."""
    line, px = scene.gaps[0], _largest(WIDEST_GAP, box, style.type)
    arrow, seconds, _ = gap_words(line)
    colour, share = style.theme.gap(line.state), 0.6 if line.state.side == "level" else 0.8
    value = (seconds, BOLD, px, colour, 0.0)
    return ((arrow, BOLD, round(px * share), colour, 0.25 * px), value) if arrow else (value,)


def _target(layer: CachedLayer, scene: Scene, box: Box, below: Box, style: Style) -> None:
    """Show the target before the start."""
    text = format_time(scene.target_s)

    def paint(surface: pygame.Surface, box: Box) -> None:
        px = _largest(WIDEST_GAP, box, style.type)
        style.type.digits(surface, text, box.centre, BOLD, px, style.theme.target, align=0.5)

    layer.field("gap", box, ("target", text), paint)
    _gap_words(layer, below, _large_words(scene), style)


def _large_words(scene: Scene) -> tuple[str, ...]:
    """Return the words below a lecture's large gap or target, long ones first; empty for none."""
    if scene.phase is Phase.READY:
        return ("is the target",)
    if scene.phase is Phase.COUNTDOWN or not scene.gaps:
        return ()
    line, words = scene.gaps[0], _side_words(scene)
    metres = gap_words(line)[2]
    longer = words if line.state.side == "level" or not metres else f"{metres} {words}"
    return (*(_news(scene) or (longer, words)), line.state.side)


def _large_type(box: Box, choice: tuple[str, ...], style: Style) -> tuple[str, int]:
    """Return the first text that fits in type readable from the last row, and its size [px]."""
    least = max(8, style.sizes.least)

    def fits(words: str, px: int) -> bool:
        return style.type.width(words, SEMIBOLD, px) <= box.w

    words = next((words for words in choice if fits(words, least)), choice[-1])
    return words, shrink(max(8, round(0.72 * box.h)), 8, partial(fits, words))


def _gap_words(layer: CachedLayer, box: Box, choice: tuple[str, ...], style: Style) -> None:
    def paint(surface: pygame.Surface, box: Box) -> None:
        words, px = _large_type(box, choice, style)
        style.type.write(surface, words, box.centre, SEMIBOLD, px, style.theme.text, align=0.5)

    layer.field("gap words", box, choice, paint)


_INK = 0.75
"""The height of capitals and digits as a share of their size."""


def written(scene: Scene, hud: Hud, style: Style) -> tuple[Box, ...]:
    """Return where the forecast and a lecture's gap are written, without the room around them."""
    lines: list[tuple[Box, float, float]] = []
    running = scene.gaps and scene.phase not in (Phase.READY, Phase.COUNTDOWN)
    if hud.words is not None and hud.gap is not None:
        gap = _large_runs(scene, hud.gap, style) if running else ()
        wide = _width(gap, style.type) if gap else hud.gap.w
        lines.append((hud.gap, wide, hud.gap.h))
    if hud.outlook is not None and (runs := outlook_of(scene, hud.outlook, style)):
        lines.append((hud.outlook, _width(runs, style.type), _INK * runs[0][2]))
    if hud.words is not None and (choice := _large_words(scene)):
        words, px = _large_type(hud.words, choice, style)
        lines.append((hud.words, style.type.width(words, SEMIBOLD, px), _INK * px))
    return tuple(
        box.inset(round((box.w - wide) / 2), round((box.h - high) / 2)) for box, wide, high in lines
    )


def _outlook(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
    runs = outlook_of(scene, box, style)
    layer.field("outlook", box, runs, lambda s, b: _write(s, runs, b.centre, style.type))


LOST_SHOWN_S = 6.0
"""How long the score shows that the light is lost [s of race time]."""
LIKELY = 0.5
NEAR_S = 0.1
"""A projected finish nearer to the target has hundredths [s]."""
_LONGEST = "8:88.88, and the model's chance of sub-8:88.88 is 88 %"
"""The longest end of the forecast: which pace is meant is said if there is room for both."""


def lost_words(scene: Scene) -> tuple[str, ...]:
    """Return the line that the light has just been lost, whole and shortened; empty otherwise."""
    lost = scene.lost
    if lost is None or lost.since_s > LOST_SHOWN_S or scene.phase is not Phase.RUNNING:
        return ()
    at = f"{whole_metres(lost.at_m)} m"
    return f"{scene.compared_to} is lost at {at}", f"light lost, {at}"


def _gave_up(scene: Scene) -> bool:
    """Return whether the run has ended before the line: the clock then shows no finish time."""
    return scene.board is not None and not scene.board.finished


def _news(scene: Scene) -> tuple[str, ...]:
    """Return the line that replaces all others, long ones first: she gave up, or lost the light."""
    return ("did not finish",) if _gave_up(scene) else lost_words(scene)


def outlook_of(scene: Scene, box: Box, style: Style) -> tuple[TextRun, ...]:
    """Return the forecast as one sentence, as much of it as fits."""
    pace = "at the last 200 m's pace "
    if style.type.width(f"{pace}{_LONGEST}", SEMIBOLD, style.sizes.caption) > box.w:
        pace = "at this pace "
    parts = _expected(scene, pace, style)
    weights = (REGULAR, SEMIBOLD)

    def runs(px: int) -> list[TextRun]:
        return [(text, weights[k % 2], px, tint, 0.0) for k, (text, tint) in enumerate(parts)]

    def fits(px: int) -> bool:
        return _width(runs(px), style.type) <= box.w

    least = max(9, round(0.8 * style.sizes.caption))
    px = shrink(max(style.sizes.small, round(0.52 * box.h)), least, fits)
    while len(parts) > 2 and not fits(px):
        parts = parts[:-2]
    return tuple(runs(px))


def _expected(scene: Scene, pace: str, style: Style) -> list[tuple[str, Colour]]:
    """Return alternating quiet and strong words.

    The pace of the last 200 m and the model's chance are two views of one thing: if they disagree
    the sentence says "but".
    """
    theme, target = style.theme, scene.target_s
    lost = theme.gap(GapState.BEHIND_LOSING)
    if scene.phase is Phase.READY:
        return [("target ", theme.muted), (format_time(target), theme.target)]
    if words := _news(scene):
        return [("", theme.muted), (words[0], lost)]
    if scene.phase is not Phase.RUNNING:
        return []
    at_pace = scene.projected_s is not None and shown_difference(scene.projected_s, target) <= 0
    parts = [(pace, theme.muted), (_projected(scene), theme.text)]
    if scene.projected_s is None:
        parts = [("", theme.muted), ("", theme.text)]
    if scene.chance is not None:
        share, name = scene.chance.share, scene.chance.target
        word = _joined(scene, agree=at_pace == (share >= LIKELY))
        return [
            *parts,
            (f"{word}the model's chance of {name} is ", theme.muted),
            (scene.chance.text, theme.own),
        ]
    return parts


def _projected(scene: Scene) -> str:
    """Return the projected finish, in hundredths where tenths do not tell it from the target."""
    if scene.projected_s is None:
        return "–"
    near = abs(scene.projected_s - scene.target_s) < NEAR_S
    return format_time(scene.projected_s, 2 if near else 1)


def _joined(scene: Scene, *, agree: bool) -> str:
    if scene.projected_s is None:
        return ""
    return ", and " if agree else ", but "


def _start(layer: CachedLayer, scene: Scene, box: Box, style: Style, *, named: bool) -> None:
    """Show "Space to start", or the start lights: red, yellow, dark, go, each `named` or not."""
    light, theme = scene.start_light, style.theme

    def paint(surface: pygame.Surface, box: Box) -> None:
        # load the fonts of the first gap now: the gun's picture has enough to do
        px = _gap_px(box)
        small, level = _gap_sizes(px)
        for weight, size in ((BOLD, px), (BOLD, small), (SEMIBOLD, small), (BOLD, level)):
            style.type.width("+", weight, size)
        if scene.phase is Phase.READY:
            _space_to_start(surface, box, style)
            return
        lamps = (
            ("red", StartLight.RED, theme.red),
            ("yellow", StartLight.YELLOW, theme.yellow),
            ("dark", StartLight.DARK, theme.faint),
            ("go", StartLight.GO, theme.good),
        )

        def steps_of(px: int) -> list[float]:
            radii = 4.0 if named else 3.0
            words = [word if named else "" for word, _, _ in lamps]
            return [radii * px / 0.9 + style.type.width(word, SEMIBOLD, px) for word in words]

        px = shrink(max(9, round(0.32 * box.h)), 6, lambda px: sum(steps_of(px)) <= box.w)
        (x, y), r, steps, write = box.centre, px / 0.9, steps_of(px), style.type.write
        cx = x - sum(steps) / 2 + (1.75 if named else 1.5) * r
        for (word, lit, colour), step in zip(lamps, steps, strict=True):
            on, lamp = light is lit, (round(cx), round(y))
            shade = colour if on else mix(theme.back, theme.panel_high, 0.9)
            pygame.draw.aacircle(surface, shade, lamp, round(r))
            pygame.draw.aacircle(surface, theme.text if on else theme.edge, lamp, round(r), 2)
            if named:
                tint = theme.text if on else theme.muted
                write(surface, word, (cx + 1.45 * r, y), SEMIBOLD, px, tint)
            cx += step

    layer.field("gap", box, (scene.phase, light), paint)


def _space_to_start(surface: pygame.Surface, box: Box, style: Style) -> None:
    write, theme, (x, y) = partial(style.type.write, surface), style.theme, box.centre
    px = max(9, round(0.5 * box.h))
    pad, corner = px * 0.5, round(0.3 * px)
    wide = style.type.width("Space", SEMIBOLD, px)
    left = x - (wide + 3 * pad + style.type.width("to start", REGULAR, px)) / 2
    key = pygame.Rect(round(left), round(y - 0.75 * px), round(wide + 2 * pad), round(1.5 * px))
    ground = mix(theme.back, theme.panel_high, 0.9)
    pygame.draw.rect(surface, ground, key, border_radius=corner)
    pygame.draw.rect(surface, theme.muted, key, max(1, px // 18), border_radius=corner)
    write("Space", (left + pad, y), SEMIBOLD, px, theme.text)
    write("to start", (left + wide + 3 * pad, y), REGULAR, px, theme.text)


# -- the texts around the stage --------------------------------------------------------------------


def show_texts(layer: CachedLayer, scene: Scene, layout: Layout, style: Style) -> None:
    """Update name, rate and the line below them."""
    for name, box, content, paint in _texts(scene, layout, style):
        layer.field(name, box, content, paint)


def write_texts(
    surface: pygame.Surface, scene: Scene, layout: Layout, style: Style, opacity: float
) -> None:
    """Write name, rate and the line below them over a moving ground, on a scrim of an opacity."""
    texts = _texts(scene, layout, style)
    if texts:
        title, rate, status = (box for _, box, _, _ in texts)
        wide, high = rate.right + title.x, round(1.5 * status.bottom)
        scrim = shade(wide, high, style.theme.back)
        scrim.set_alpha(round(255 * opacity))
        surface.blit(scrim, (0, 0))
    for _, box, _, paint in texts:
        paint(surface, box)


def _texts(scene: Scene, layout: Layout, style: Style) -> list[tuple[str, Box, Hashable, Paint]]:
    """Return name, box, content and painter of each text above the stage; none without room."""
    if layout.title is None or layout.rate is None or layout.status is None:
        return []
    state = (scene.speed, scene.paused, scene.phase)
    line = (scene.subtitle, scene.notice, scene.weather)
    return [
        ("title", layout.title, scene.title, partial(_title, scene=scene, style=style)),
        ("rate", layout.rate, state, partial(_rate, scene=scene, style=style)),
        ("status", layout.status, line, partial(_status, scene=scene, style=style)),
    ]


def _title(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    size, at = style.sizes.lead, (box.x, box.centre[1])
    style.type.write(surface, scene.title, at, SEMIBOLD, size, style.theme.text, width=box.w)


def _status(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    """Write the formation and the weather; a notice replaces them while it is shown."""
    write, theme, px, y = style.type.write, style.theme, style.sizes.small, box.centre[1]
    if scene.notice:
        px = style.type.largest([scene.notice], SEMIBOLD, (px, 9), box.w)
        write(surface, scene.notice, (box.x, y), SEMIBOLD, px, theme.warning, width=box.w)
        return
    right = float(box.right)
    if scene.weather is not None:
        sign = weather_words(scene.weather)
        right -= write(surface, sign, (right, y), SEMIBOLD, px, theme.text, align=1) + px
    room = max(1, round(right - box.x))
    write(surface, scene.subtitle, (box.x, y), REGULAR, px, theme.muted, width=room)


def weather_words(weather: Weather) -> str:
    """Return wind and temperature as text: `wind 2.0 m/s, 30 °C`."""
    wind = f"wind {weather.wind_m_s:.1f} m/s, " if weather.wind_m_s else ""
    return f"{wind}{weather.temperature_c:z.0f} °C".replace("-", "−")


def _rate(surface: pygame.Surface, box: Box, scene: Scene, style: Style) -> None:
    theme, size = style.theme, style.sizes.lead
    x, y, text = box.right, box.centre[1], f"{scene.speed:g}×"
    x -= style.type.write(surface, text, (x, y), SEMIBOLD, size, theme.text, align=1)
    x -= round(0.5 * size)
    colour = theme.warning if scene.paused and scene.phase is Phase.RUNNING else theme.muted
    half = 0.32 * size
    if scene.paused:
        for left in (x - 2 * half, x - 0.7 * half):
            bar = (round(left), round(y - half), round(0.6 * half), round(2 * half))
            surface.fill(colour, bar)
    else:
        polygon(surface, [(x - 1.8 * half, y - half), (x - 1.8 * half, y + half), (x, y)], colour)


def assumed(layer: CachedLayer, scene: Scene, box: Box, style: Style) -> None:
    """List the assumptions in one line below the track."""
    text = "assumed: " + ", ".join(scene.assumed) if scene.assumed else ""

    def paint(surface: pygame.Surface, box: Box) -> None:
        px, theme, at = style.sizes.caption, style.theme, (box.x, box.y + box.h / 2)
        if text:
            # thin letters would vanish in the crowd behind them
            wide, pad = min(style.type.width(text, REGULAR, px), box.w), px // 2
            bed = (box.x - pad, box.y, wide + 2 * pad, box.h - 1)
            surface.set_clip(None)
            pygame.draw.rect(surface, theme.back, bed, border_radius=box.h // 2)
        style.type.write(surface, text, at, REGULAR, px, theme.muted, width=box.w)

    layer.field("assumed", box, text, paint)
