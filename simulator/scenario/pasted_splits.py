"""Splits as people paste them: a table of a web page, a coach's lap times, a line of a message.

In: any text, and the length of the race [m]. Out: cumulative splits. The text does not say what a
column means: of all humanly possible readings, the one whose paces differ least is used.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeAlias

from simulator.scenario.plan import MAX_SPLITS, impossible
from simulator.scenario.schedule import Waypoint
from simulator.units import LAP_M, MILE_M, format_distance, parse_distance, parse_time

MOST_TEXT = 20_000
STEPS_M = (LAP_M, 200.0, 100.0, 1000.0)
"""Possible intervals of times without distances [m]."""
NEAR_M = 1.0
"""A mile may be written 1609 m [m]."""
SAME_S = 0.06
"""A total after lap times may differ from their sum by rounding [s]."""
_ENDS = frozenset(("finish", "fin", "end", "line", "total", "final", "ziel", "arrivée", "arrivo"))
_UNITS = r"m|metres?|meters?|km?|miles?|mi|yards?|yds?"
_TAGS = (
    (re.compile(r"(?i)<\s*(br|/tr|/p|/li|/div)[^>]*>"), "\n"),
    (re.compile(r"<[^>]{0,500}>"), "\t"),
)
_NARROW = "\u00a0\u202f"
"""Spaces that part thousands: an ordinary one parts columns."""
_JOINED = re.compile(
    rf"(?i)(?<![\w:.,])(\d[\d.,]*(?:[{_NARROW}]\d{{3}}){{0,2}})[ {_NARROW}]*({_UNITS})(?!\w)"
)
_SPAN = re.compile(r"(?<![\w.,:])\d{1,5} ?[-–—] ?(?=\d{3,5}(?![\d.,:]))")
"""The start of a piece from one distance to another, as in `400-800`."""
_BREAKS = re.compile(
    r"[\s|;/()\[\]=→*]+|,(?=\s|$)|[-–—](?=\s|$)|(?<=\d)[-–—](?=\d+[.,:]\d)|:(?=\s|$)"
)
_TO_THE_MM = re.compile(r"\d{3,5}\.\d{3}")
"""A number this large without minutes is no split time but a distance, as 409.344."""
_WITH_UNIT = re.compile(rf"(?i)\d[\d.,]*({_UNITS})")

Points: TypeAlias = list[tuple[float, float]]
"""Race distances [m] and times from the gun [s]."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line: its distance [m] (inf for the finish, None for none), times [s], whole numbers."""

    distance_m: float | None
    times_s: tuple[float, ...]
    whole: tuple[float, ...]


def read_splits(text: str, race_m: float) -> Points:
    """Return the splits of a race [m] from a text, cumulative, the last at the finish.

    Raises:
        ValueError: there are none, or none that a human could run; the message says what is
            missing.
    """
    if len(text) > MOST_TEXT:
        raise ValueError("that is too long for a table of splits")
    lines = [_values(line, race_m) for line in _lines(text)]
    rows = [row for line in lines if (row := _row(line, race_m)) is not None]
    if not rows:
        raise ValueError("there are no times in what was pasted")
    placed = [row for row in rows if row.distance_m is not None and row.times_s]
    ends_m = 0.0
    orders = [_with_distances(placed, race_m), _without(rows, race_m)]
    paired = _in_pairs([value for line in lines for value in line], race_m)
    if len(placed) > 1:
        orders.insert(1, paired)
    else:  # perhaps the only distance is the finish, after lap times
        ends = [t for row in placed for t in row.times_s]
        orders = [paired, _ending(_without(rows, race_m), ends), *orders]
    for readings in orders:
        able = [p for points in readings if _can_be_run(p := _at_finish(points, race_m))]
        whole = [points for points in able if points[-1][0] == race_m]
        if whole:
            return min(whole, key=lambda points: (-len(points), _spread(points)))
        ends_m = max((points[-1][0] for points in able), default=ends_m)
    if ends_m:
        raise ValueError(f"the splits end at {format_distance(ends_m)}: add the finish")
    raise ValueError("those times are no splits of this race, neither cumulative nor lap by lap")


def _lines(text: str) -> Iterator[list[str]]:
    """Yield the words of each line; a number and its unit are one word."""
    if re.search(r"(?i)<(td|tr|table|p|br|div|span)\b", text):
        for tag, instead in _TAGS:
            text = tag.sub(instead, text)
        text = html.unescape(text)
    for line in text.splitlines():
        joined = _JOINED.sub(
            lambda m: re.sub(rf"[{_NARROW}]", "", m[1]) + m[2], _SPAN.sub("", line)
        )
        yield [word for word in _BREAKS.split(joined) if word]


def _values(words: Sequence[str], race_m: float) -> list[tuple[str, float]]:
    """Return the distances ("m", the finish is inf), times ("s") and whole numbers of a line."""
    values = []
    for word in words:
        plain = word.strip("+,.:").lower()
        if plain in _ENDS:
            values.append(("m", math.inf))
        elif plain == "mile":
            values.append(("m", MILE_M))
        elif _WITH_UNIT.fullmatch(plain) or (word is words[0] and _TO_THE_MM.fullmatch(plain)):
            with suppress(ValueError):
                values.append(("m", parse_distance(plain)))
        elif plain.isdecimal():
            values.append(("", float(plain[:9])))
        else:
            with suppress(ValueError):
                values.append(("s", parse_time(plain, race_m if ":" in plain else None)))
    return values


def _row(values: Sequence[tuple[str, float]], race_m: float) -> _Row | None:
    """Return the content of a line; None if it has no time."""
    distance_m = next((value for kind, value in reversed(values) if kind == "m"), None)
    times, whole = ([value for kind, value in values if kind == k] for k in ("s", ""))
    if distance_m is None and times and whole and 50 <= whole[0] <= race_m + NEAR_M:
        distance_m = whole.pop(0)
    if not times and len(whole) == 2 and whole[0] >= 50:  # `200 30`
        distance_m = whole.pop(0)
    if not times and distance_m is not None:  # `200 m 30`
        times, whole = whole, []
    return _Row(distance_m, tuple(times), tuple(whole)) if times or whole else None


def _in_pairs(values: Sequence[tuple[str, float]], race_m: float) -> Iterator[Points]:
    """Yield every way to read as many times as distances, or some times as many, in any lines."""
    marks = [value for kind, value in values if kind == "m"]
    if len(marks) < 2:
        marks = [value for kind, value in values if kind == "m" or (not kind and value >= 50)]
    times, count = [value for kind, value in values if kind == "s"], len(marks)
    if count < 2 or len(times) % count or len(times) > 4 * count:
        return
    at = [min(mark, race_m) for mark in marks]
    many = len(times) // count
    for column in range(many):
        yield from _both(at, times[column::many])
        yield from _both(at, times[column * count : (column + 1) * count])


def _ending(readings: Iterator[Points], ends: Sequence[float]) -> Iterator[Points]:
    """Yield the readings that end at one of these times [s]."""
    for points in readings:
        if points and any(abs(points[-1][1] - t) < SAME_S * len(points) for t in ends):
            yield points


def _with_distances(placed: Sequence[_Row], race_m: float) -> Iterator[Points]:
    """Yield every way to read the rows with distances."""
    for column in range(min(4, max((len(row.times_s) for row in placed), default=0))):
        held = [row for row in placed if len(row.times_s) > column]
        lengths = [min(row.distance_m or 0.0, race_m) for row in held]
        times = [row.times_s[column] for row in held]
        pieces = any(b <= a for a, b in pairwise(lengths))
        for at in (lengths, list(accumulate(lengths))) if pieces else (lengths,):
            yield from _both(at, times)
            yield from _both(*_in_order(at, times))


def _without(rows: Sequence[_Row], race_m: float) -> Iterator[Points]:
    """Yield every way to read times without distances."""
    timed = [row.times_s for row in rows if row.times_s]
    columns = [list(column) for column in zip(*timed, strict=False)]
    every = [t for times in timed for t in times]
    lists = [*columns, every, every[::2], every[1::2]]  # perhaps with laps in brackets
    if not timed:
        lists = [[t for row in rows for t in row.whole]]
    for times in lists:
        for some in (times, times[:-1] if _ends_in_total(times) else []):
            for at in _places(len(some), race_m):
                yield from _both(at, some)
                yield list(zip(at, (*accumulate(some[:-1]), *some[-1:]), strict=True))


def _both(at: Sequence[float], times: Sequence[float]) -> Iterator[Points]:
    """Yield the times read as cumulative, and as times of consecutive pieces."""
    yield list(zip(at, times, strict=True))
    yield list(zip(at, (round(t, 6) for t in accumulate(times)), strict=True))


def _in_order(at: Sequence[float], times: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return both sorted by distance; of duplicates, the last."""
    rows = sorted(dict(zip(at, times, strict=True)).items())
    return [x for x, _ in rows], [t for _, t in rows]


def _places(count: int, race_m: float) -> Iterator[list[float]]:
    """Yield the possible distances of this many times without distances [m]."""
    if count == 1:
        yield [race_m]
    for step in STEPS_M:
        if count > 1 and math.ceil(race_m / step - 1e-9) in (count, count + 1):
            inner = [step * (i + 1) for i in range(count - 1)]
            odd = race_m - step * (count - 1)
            if inner[-1] < race_m:
                yield [*inner, race_m]
            if odd > 0:
                yield [*(round(odd + step * i, 6) for i in range(count - 1)), race_m]


def _ends_in_total(times: Sequence[float]) -> bool:
    return len(times) > 2 and abs(sum(times[:-1]) - times[-1]) < SAME_S * len(times)


def _at_finish(points: Points, race_m: float) -> Points:
    """Return the points with the last one exactly at the finish, if it is close to it."""
    if points and abs(points[-1][0] - race_m) <= NEAR_M:
        points[-1] = race_m, points[-1][1]
    return points


def _can_be_run(points: Points) -> bool:
    """Return whether these are splits that a human can run."""
    both = [(0.0, 0.0), *points]
    rising = all(a < c and b < d for (a, b), (c, d) in pairwise(both))
    enough = 0 < len(points) <= MAX_SPLITS and rising and points[0][0] >= NEAR_M
    return enough and not any(impossible([Waypoint(x, t) for x, t in points]))


def _spread(points: Points) -> float:
    """Return the highest speed between splits over the lowest [1]."""
    speeds = [(c - a) / (d - b) for (a, b), (c, d) in pairwise([(0.0, 0.0), *points])]
    return max(speeds) / min(speeds)
