"""Times, distances and gaps as the sport writes them, to and from SI numbers.

In: text such as `4:06.42`, `61.6`, `1 mile`, `1500 m`. Out: seconds [s] and metres [m], and back.
"""

from __future__ import annotations

import math
import re

MILE_M = 1609.344
LAP_M = 400.0

_MOST_DIGITS = 300
"""A longer number is none: it would be infinite."""
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d*)?)")
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_DISTANCE = re.compile(
    r"(\d+(?:\.\d*)?|\.\d+)\s*(m|metres?|meters?|km|miles?|mi|laps?)?", re.IGNORECASE
)
_UNIT_M = {"m": 1.0, "k": 1000.0, "mi": MILE_M, "l": LAP_M}


def parse_time(text: str) -> float:
    """Return seconds from `4:06.42`, `1:02:03`, `246.42` or `60.2` [s].

    Raises:
        ValueError: the text is no time, or its seconds or minutes reach sixty.
    """
    text = text.strip()
    if len(text) <= _MOST_DIGITS and _NUMBER.fullmatch(text):
        return float(text)
    match = _CLOCK.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if match is None:
        raise ValueError(f"{_quoted(text)} is not a time such as 4:06.42 or 60.2")
    hours, minutes, seconds = match.groups()
    if float(seconds) >= 60 or (hours and int(minutes) >= 60):
        raise ValueError(f"{_quoted(text)} has sixty or more seconds or minutes in one place")
    return float(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)


def parse_distance(text: str) -> float:
    """Return metres from `1 mile`, `1500 m`, `1.5 km`, `3 laps` or a bare number [m].

    Raises:
        ValueError: the text is no distance.
    """
    match = _DISTANCE.fullmatch(text.strip()) if len(text) <= _MOST_DIGITS else None
    if match is None:
        raise ValueError(f"{_quoted(text.strip())} is not a distance such as 1 mile or 1500 m")
    number, unit = match.groups()
    unit = (unit or "m").lower()
    key = "mi" if unit.startswith("mi") else unit[0]
    return float(number) * _UNIT_M[key]


def _quoted(text: str) -> str:
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def format_time(seconds: float, decimals: int = 2) -> str:
    """Return `4:06.42` or `60.20`, rounded once and carried (59.999 -> 1:00.00).

    Not finite gives an en dash.
    """
    if not math.isfinite(seconds):
        return "–"
    scale = 10**decimals
    units = round(abs(seconds) * scale)
    sign = "-" if seconds < 0 and units else ""
    minutes, rest = divmod(units, 60 * scale)
    whole, fraction = divmod(rest, scale)
    tail = f".{fraction:0{decimals}d}" if decimals else ""
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{minutes:02d}:{whole:02d}{tail}"
    return f"{sign}{minutes}:{whole:02d}{tail}" if minutes else f"{sign}{whole}{tail}"


def format_clock(seconds: float, decimals: int = 1) -> str:
    """Return a running clock `0:03.4`, cut, not rounded: a clock never shows the future."""
    scale = 10**decimals
    units = math.floor(max(seconds, 0.0) * scale + 1e-6)
    minutes, rest = divmod(units, 60 * scale)
    whole, fraction = divmod(rest, scale)
    return f"{minutes}:{whole:02d}" + (f".{fraction:0{decimals}d}" if decimals else "")


def format_signed(value: float, decimals: int = 2) -> str:
    """Return a signed number with a true minus sign; zero carries no sign."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def time_cell(value: float | None) -> str:
    """Return a time for a table; a dash where there is none."""
    return "–" if value is None else format_time(value)


def signed_cell(value: float | None) -> str:
    """Return a signed number for a table; a dash where there is none."""
    return "–" if value is None else format_signed(value)


def format_distance(metres: float) -> str:
    """Return `1 mile`, `1500 m` or `402.336 m`."""
    if abs(metres - MILE_M) < 1e-9:
        return "1 mile"
    return f"{metres:.3f}".rstrip("0").rstrip(".") + " m"
