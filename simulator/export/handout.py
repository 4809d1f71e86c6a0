"""A story as a hand-out: a PDF with a page for each chapter (matplotlib, extra `[plot]`).

In: a story's timeline with all results of its runs. Out: a file, complete or absent. A page has the
chapter's last picture, its caption and the speaker's notes, black on white.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from simulator.errors import ExtraError
from simulator.export.sheet import opened_pdf
from simulator.files import refuse_existing
from simulator.screen import Camera
from simulator.stage.story import CompiledChapter, StoryTimeline
from simulator.view.camera import resting
from simulator.view.figures import drawable, style
from simulator.view.picture import Painter, PictureOptions
from simulator.view.text import REGULAR, Type, shrink
from simulator.view.theme import THEMES, Theme

PAGE_IN, EDGE_IN = (11.69, 8.27), 0.55
"""A landscape page of A4, and its margin [inches]."""
PICTURE_PX, PICTURE_IN = (1600, 900), 8.6
"""The picture's size in the file, and its width on the page."""
_DPI = 144
"""Words are wrapped for type of this size [pt]."""
_CAPTION_PT, _NOTES_PT, _LEAST_PT = 15, 12, 6


def check_handout(path: Path, *, force: bool = False) -> None:
    """Check before anything is computed that a hand-out can be written.

    Raises:
        OutputError: the file exists already.
        ExtraError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise ExtraError("A hand-out as PDF", "plot")
    refuse_existing(path, force=force)


def write_handout(
    timeline: StoryTimeline, path: Path, theme: Theme, *, force: bool = False
) -> None:
    """Write the hand-out, its pictures in the colours of `theme`.

    Raises:
        OutputError: the file exists already, or cannot be written.
        ExtraError: matplotlib is not installed.
    """
    check_handout(path, force=force)
    name, painter, camera = timeline.script.story.name, Painter(theme), Camera.WHOLE
    look = style(THEMES["daylight"]) | {"figure.constrained_layout.use": False}
    with opened_pdf(path, name, "A hand-out as PDF") as pdf:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
        from matplotlib.figure import Figure  # noqa: PLC0415

        for chapter in timeline.chapters:
            camera = chapter.spec.camera or camera
            with mpl.rc_context(look):
                figure = Figure(figsize=PAGE_IN, dpi=_DPI, facecolor="white")
                _fill(figure, chapter, name, painter, camera)
                pdf.savefig(figure, facecolor="white")


def _fill(
    figure: Any, chapter: CompiledChapter, name: str, painter: Painter, camera: Camera
) -> None:
    """Lay a chapter out on its page: the picture, the words below it, a line at the foot."""
    width, height = PAGE_IN
    high = PICTURE_IN * PICTURE_PX[1] / PICTURE_PX[0]
    top = height - EDGE_IN - 0.4 - high
    at = ((width - PICTURE_IN) / 2 / width, top / height, PICTURE_IN / width, high / height)
    axes = figure.add_axes(at)
    axes.set_axis_off()
    axes.imshow(_picture(chapter, painter, camera), aspect="auto", interpolation="none")
    foot = f"{name} · {chapter.number} of {chapter.count} · a model, not a measurement"
    lines: list[tuple[float, str, float, str, str]] = [
        (height - EDGE_IN, f"{chapter.number}. {chapter.spec.name}", 18.0, "black", "semibold"),
        (EDGE_IN, foot, 9.0, "0.35", "normal"),
    ]
    lines += [
        (top - 0.15 - down / _DPI, text, size, colour, "normal")
        for down, text, size, colour in _words(
            chapter, painter.type, round(_DPI * (top - EDGE_IN - 0.3))
        )
    ]
    for y, text, size, colour, weight in lines:
        at_edge = EDGE_IN / width, y / height, drawable(text)
        figure.text(*at_edge, va="top", size=size, color=colour, weight=weight)


def _picture(chapter: CompiledChapter, painter: Painter, camera: Camera) -> NDArray[np.uint8]:
    """Return the picture at the chapter's end, shape (height, width, 3)."""
    scene = chapter.scene_at(chapter.length_s)
    if scene.staging is not None:  # its caption is below
        scene = replace(scene, staging=replace(scene.staging, caption=""))
    surface = pygame.Surface(PICTURE_PX, 0, 32)
    painter.draw(surface, scene, PictureOptions(shot=resting(camera)))
    return np.asarray(pygame.surfarray.array3d(surface).swapaxes(0, 1), np.uint8)


def _words(
    chapter: CompiledChapter, type_: Type, room_px: int
) -> list[tuple[int, str, float, str]]:
    """Return caption and notes as lines: distance from the top [px], text, size [pt], colour.

    Long texts are set smaller.
    """
    texts = [
        (" ".join(sentence.text for sentence in words), size, colour)
        for words, size, colour in (
            (chapter.caption, _CAPTION_PT, "black"),
            (chapter.notes, _NOTES_PT, "0.25"),
        )
    ]
    wide = round(_DPI * (PAGE_IN[0] - 2 * EDGE_IN))

    def lines_at(share: int) -> list[tuple[int, str, float, str]]:
        lines, down = [], 0
        for words, size, colour in texts:
            points = size * share / 100
            px = max(1, round(points * _DPI / 72))
            for line in type_.wrap(words, REGULAR, px, wide):
                lines.append((down, line, points, colour))
                down += round(1.3 * px)
            down += px // 2
        return [*lines, (down, "", float(_LEAST_PT), "black")]

    return lines_at(shrink(100, 40, lambda share: lines_at(share)[-1][0] <= room_px))
