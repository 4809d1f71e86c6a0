"""What options say, read: a size, a race time, a named moment.

In: texts. Out: values; `typer.BadParameter` names the option where one is not usable.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from simulator.units import parse_time

if TYPE_CHECKING:
    from simulator.session import Session


def finite(value: float | None) -> float | None:
    """Refuse what is no number: older parsers take `nan` for one that lies between two others."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number.")
    return value


def race_time(text: str, option: str = "--at") -> float:
    """Return a race time [s] for `2:00.75`."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from error


def moment(text: str, session: Session, option: str = "--at") -> float:
    """Return a race time [s] for `2:00.75`, `start`, `bell`, `light lost` or `finish`."""
    named = session.moments()
    return named[text] if text in named else race_time(text, option)


def picture_size(text: str) -> tuple[int, int]:
    """Return (width, height) [px] for `1920x1080`."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"'{text}' is not a size such as 1920x1080.", param_hint="--size")
    digits = max(len(width), len(height))  # Python reads no number of thousands of them
    if digits > 9 or not (1 <= int(width) <= 7680 and 1 <= int(height) <= 4320):
        raise typer.BadParameter("A picture has from 1x1 to 7680x4320 points.", param_hint="--size")
    return int(width), int(height)
