"""Times, distances and gaps as the sport writes them, to and from SI numbers.

In: text such as `4:06.42`, `4:06,42`, `12’35”36`, `61.6`, `1 mile`, `1,500 m`, `1.500 m`, `440 yd`,
`5k`. Out: seconds [s], metres [m] and numbers, and back. Points and commas are decimal marks or
thousands separators. Ambiguous text is refused, and the message shows both readings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress

from simulator.errors import quoted

MILE_M = 1609.344
YARD_M = 0.9144
LAP_M = 400.0
LONGEST_S, LONGEST_M = 7200.0, 10_000.0
"""No race is longer than this."""

_MOST_CHARACTERS = 300
"""A number with more characters is refused: it would be infinite."""
_FRACTION = r"(?:[.,](?P<fraction>\d*))?"
_TIMES = [
    re.compile(pattern)
    for pattern in (
        rf"(?P<seconds>\d+){_FRACTION}(?:\s*s)?",
        r"(?P<seconds>[1-9],\d{3})(?:\s*s)?",
        r"[.,](?P<fraction>\d+)",
        rf"(?P<minutes>\d{{1,2}}):(?P<seconds>\d{{1,2}}){_FRACTION}",
        rf"(?P<hours>\d+):(?P<minutes>\d{{1,2}}):(?P<seconds>\d{{1,2}}){_FRACTION}",
        r"(?P<minutes>\d{1,2})[:.](?P<seconds>\d\d)[:.,](?P<fraction>\d\d)",
        r"(?P<hours>\d)\.(?P<minutes>\d\d)\.(?P<seconds>\d\d)",
        rf"(?P<minutes>\d{{1,2}})'(?P<seconds>\d{{1,2}})(?:\"(?P<hundredths>\d*)|{_FRACTION})",
        r"(?P<seconds>\d{1,2})\"(?P<fraction>\d*)",
    )
]
"""Every notation of a time; quotation marks stand for seconds, apostrophes for minutes."""
_NUMBER = re.compile(r"[-+−]?(\d+[.,]?\d*|[.,]\d+)([eE][-+−]?\d+)?")
_DISTANCE = re.compile(
    r"(\d(?:[\d.,]|\s(?=\d{3}(?!\d)))*|[.,]\d+)\s*"
    r"(m|metres?|meters?|km?|miles?|mi|yards?|yds?|laps?)?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<mark>[.,\s])\d{3}(?:(?P=mark)\d{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<part>\d*))?"
)
_UNIT_M = {"m": 1.0, "k": 1000.0, "mi": MILE_M, "y": YARD_M, "l": LAP_M}
_RACE_M = (10.0, 100_000.0)
"""Races and splits lie between these [m], so `1,500 m` and `1.500 m` cannot mean a metre and a
half."""
_GAP_M = (0.0, 100.0)
"""Gaps between runners lie between these [m], so a gap of `1.500 m` is a metre and a half."""


def parse_time(text: str, distance_m: float | None = None) -> float:
    """Return seconds from `4:06.42`, `1:02:03`, `246.42`, `60,2`, `3.43,13` or `12’35”36` [s].

    Three numbers are minutes, seconds and hundredths if hours would be longer than any race, or
    than anybody takes for `distance_m` [m].

    Raises:
        ValueError: the text is no time, its seconds or minutes reach sixty, or it is ambiguous.
    """
    written = text.strip()
    plain = re.sub("[”″]|['’′]{2}", '"', written).replace("’", "'").replace("′", "'")
    found = [p.fullmatch(plain) for p in _TIMES] if len(written) <= _MOST_CHARACTERS else []
    matches = [match for match in found if match is not None]
    if not matches:
        raise ValueError(f"{quoted(written)} is not a time such as 4:06.42 or 60.2")
    readings = [time for time in map(_seconds, matches) if time is not None]
    if not readings:
        raise ValueError(f"{quoted(written)} has sixty or more seconds or minutes in one place")
    likely = [time for time in readings if time <= LONGEST_S] or readings[:1]
    if distance_m is not None:
        likely = [time for time in likely if time <= distance_m <= 12.5 * time] or likely
    if len(likely) > 1 and ":" not in written:
        both = " or ".join(format_time(time) for time in likely)
        raise ValueError(f"{quoted(written)} may be {both}: write which")
    return likely[0]


def _seconds(match: re.Match[str]) -> float | None:
    """Return a time [s]; None if its seconds or minutes reach sixty."""
    parts = match.groupdict()
    hours, minutes = parts.get("hours"), parts.get("minutes")
    fraction = parts.get("hundredths") or parts.get("fraction") or ""
    whole = (parts.get("seconds") or "0").replace(",", "")
    seconds = float(f"{whole}.{fraction}")
    if (minutes and seconds >= 60) or (hours and int(minutes or 0) >= 60):
        return None
    return float(hours or 0) * 3600 + int(minutes or 0) * 60 + seconds


def parse_distance(text: str, *, decimal: str = "") -> float:
    """Return metres from `1 mile`, `1500 m`, `1,500 m`, `1.500 m`, `1.5 km`, `440 yd`, `5k` [m].

    A bare number is metres. A point or comma before three digits is a thousands separator if only
    that reading is as long as a race or a split. `decimal` is the decimal mark where it is known,
    see `decimal_mark`.

    Raises:
        ValueError: the text is no distance, or is ambiguous.
    """
    return _metres(text, _RACE_M, decimal)


def in_laps(text: str) -> bool:
    """Return whether a text is a distance in laps, which are of 400 m."""
    match = _DISTANCE.fullmatch(text.strip()) if len(text) <= _MOST_CHARACTERS else None
    return match is not None and (match[2] or "").lower().startswith("l")


def other_lap_words(lap_m: float) -> str:
    """Return why a distance in laps is refused on a track with a lap of `lap_m` [m]."""
    return f"a lap is {LAP_M:g} m as a unit, and {format_distance(lap_m)} on this track"


def parse_gap(text: str) -> float:
    """Return the metres of a gap between runners, from `1.500 m`, `1,5` or `2 m` [m].

    Raises:
        ValueError: the text is no distance.
    """
    return _metres(text, _GAP_M)


def _metres(text: str, likely_m: tuple[float, float], decimal: str = "") -> float:
    written = text.strip()
    match = _DISTANCE.fullmatch(written) if len(text) <= _MOST_CHARACTERS else None
    unit = (match[2] or "m").lower() if match else ""
    scale = _UNIT_M.get("mi" if unit.startswith("mi") else unit[:1], 0.0)
    readings = _readings(match[1], {".", ",", " "} - {decimal}) if match else []
    if not readings:
        raise ValueError(f"{quoted(written)} is not a distance such as 1 mile or 1500 m")
    low, high = likely_m
    likely = [r for r in readings if low < r * scale < high] or readings[:1]
    if len(likely) > 1:  # the first has decimals: a fourth one says so
        raise ValueError(
            f"{quoted(written)} may be {likely[0]:.4f} {unit} or {likely[1]:g} {unit}: write which"
        )
    return round(likely[0] * scale, 6)  # 440 yd is 402.336 m, to the bit


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the mark that one of these distances uses as its decimal point; `` if none does."""
    for text in texts:
        number = re.match(r"[\d.,]*", text.strip())
        for mark in ".,":
            if number and mark in number[0]:
                readings = _readings(number[0], {mark})
                if sum(reading < _RACE_M[1] for reading in readings) == 1:
                    return mark
    return ""


def without_unit(text: str, unit: str) -> str:
    """Return a typed number without the unit that is written beside it."""
    number = text.strip().removesuffix(unit).rstrip()
    return number if number[-1:].isdigit() else text


def parse_number(text: str) -> float:
    """Return a plain number such as `25`, `-0.5`, `−0,5` or `1e3`.

    Raises:
        ValueError: the text is no such number, is ambiguous, or is too large for a float.
    """
    written = text.strip()
    if _NUMBER.fullmatch(written) is None:
        raise ValueError(f"{quoted(text)} is not a number")
    readings = _readings(written.lstrip("+-−"))
    if len(readings) > 1:
        both = " or ".join(f"{value:g}" for value in readings)
        raise ValueError(f"{quoted(written)} may be {both}: write it without the comma")
    value = float(written.replace("−", "-").replace(",", "."))
    if math.isinf(value):
        raise ValueError(f"{quoted(written)} is too large a number")
    return value


def _readings(number: str, thousands: Iterable[str] = ",") -> list[float]:
    """Return the readings of a number: its marks as decimal points, or separating thousands."""
    readings = []
    with suppress(ValueError):  # raises if it has two marks
        readings.append(float(number.replace(",", ".")))
    match = _THOUSANDS.fullmatch(number)
    if match and re.sub(r"\s", " ", match["mark"]) in thousands:
        readings.append(float(re.sub(r"\D", "", match["whole"]) + "." + (match["part"] or "")))
    return readings


def format_time(seconds: float, decimals: int = 2) -> str:
    """Return `4:06.42` or `60.20`, rounded once and carried (59.999 -> 1:00.00).

    A value that is not finite gives an en dash.
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


def whole_metres(metres: float) -> str:
    """Return the metres that have been passed: `933` for 933.9 m.

    Cut, as a clock is: nobody has run a metre, or lost the light at one, before coming to it.
    """
    return f"{math.floor(max(metres, 0.0) + 1e-6)}"


def format_signed(value: float, decimals: int = 2) -> str:
    """Return a signed number with a true minus sign; zero carries no sign."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def time_cell(value: float | None) -> str:
    """Return a time for a table; a dash for None."""
    return "–" if value is None else format_time(value)


def signed_cell(value: float | None) -> str:
    """Return a signed number for a table; a dash for None."""
    return "–" if value is None else format_signed(value)


def shown_difference(time_s: float, other_s: float) -> float:
    """Return one time minus another [s], both rounded as `format_time` writes them.

    That is what a reader gets who subtracts the times that stand beside it; the exact difference
    rounds to 0.01 s more or less.
    """
    return (round(100 * time_s) - round(100 * other_s)) / 100


def difference_cell(time_s: float | None, other_s: float | None) -> str:
    """Return the difference of two times of a table, see `shown_difference`; a dash for None."""
    if time_s is None or other_s is None or not math.isfinite(time_s - other_s):
        return "–"
    return format_signed(shown_difference(time_s, other_s))


def format_distance(metres: float) -> str:
    """Return `1 mile`, `1500 m` or `402.336 m`."""
    if abs(metres - MILE_M) < 1e-9:
        return "1 mile"
    return f"{metres:.3f}".rstrip("0").rstrip(".") + " m"
