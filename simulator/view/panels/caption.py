"""A story's words below the picture: one or two calm lines, and which chapter this is.

In: a scene's `Staging`, a strip below the stage. Out: one field of a plate. The strip is the
words' own, so that they never lie over the home straight, where the race ends.
"""

from __future__ import annotations

import pygame

from simulator.stage.scene import Staging
from simulator.view.layout import Box
from simulator.view.plate import Plate
from simulator.view.style import Style
from simulator.view.text import SEMIBOLD


def show(plate: Plate, staging: Staging, box: Box, style: Style) -> None:
    """Bring the words up to date."""
    key = (staging.caption, staging.chapter, staging.chapters)
    plate.field("caption", box, key, lambda s, b: _paint(s, b, staging, style))


def _paint(surface: pygame.Surface, box: Box, staging: Staging, style: Style) -> None:
    theme, type_ = style.theme, style.type
    pad = round(0.35 * box.h)
    count = f"{staging.chapter}/{staging.chapters}" if staging.chapters > 1 else ""
    small = max(style.sizes.caption, round(0.20 * box.h))
    counted = type_.width(count, SEMIBOLD, small)
    middle = box.y + box.h / 2
    type_.digits(surface, count, (box.right - pad, middle), SEMIBOLD, small, theme.faint, align=1)
    if not staging.caption:
        return
    bar = max(2, round(0.06 * box.h))
    surface.fill(theme.own, (box.x + pad, round(box.y + 0.2 * box.h), bar, round(0.6 * box.h)))
    left = box.x + pad + bar + round(0.24 * box.h)
    room = max(1, box.right - pad - counted - (pad if count else 0) - left)
    lines, px = fitted(staging.caption, room, box.h, style)
    step = 1.22 * px
    for i, line in enumerate(lines):
        at = (left, middle + (i - (len(lines) - 1) / 2) * step)
        type_.write(surface, line, at, SEMIBOLD, px, theme.text, width=room)


def fitted(text: str, width: int, height: int, style: Style) -> tuple[list[str], int]:
    """Return a caption's lines, two at most, and the largest size at which they fit [px]."""
    words = text.split(" ")  # a no-break space keeps two words together
    px = max(8, round(0.46 * height))
    least = max(8, round(0.24 * height))
    while True:
        lines = lines_of(words, width, px, style)
        most = 2 if 2 * 1.22 * px <= 0.84 * height else 1
        if len(lines) <= most or px <= least:
            break
        px -= 1
    if len(lines) > 2:
        return [lines[0], " ".join(lines[1:])], px
    narrower = width
    while len(lines) == 2 and narrower > px:
        # two lines of about one length, not a line and a word
        narrower -= px
        trial = lines_of(words, narrower, px, style)
        if len(trial) > 2:
            break
        lines = trial
    return lines, px


def lines_of(
    words: list[str], width: int, px: int, style: Style, weight: str = SEMIBOLD
) -> list[str]:
    """Return lines of whole words of one weight, each as long as fits `width` [px]."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and style.type.width(longer, weight, px) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
