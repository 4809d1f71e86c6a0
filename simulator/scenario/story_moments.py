"""Moments as a story names them: `bell`, `600 m`, `2:00`, `8 s before light lost`.

In: a person's text. Out: `When`, what is meant. Which race time that is depends on the run, and is
found in its recording (`simulator.stage.events`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.scenario.fields import quoted
from simulator.scenario.structure import guess
from simulator.units import parse_distance, parse_time

EVENTS = ("countdown", "start", "pacer left", "pacers swap", "light lost", "bell", "finish")
"""What may happen in a run, in the words that a story uses."""

_OFFSET = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*s\s+(before|after)\s+(.+)", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*s")
_NUMBER = re.compile(r"[\d.]+")
_WANTED = "a moment is an event (bell), a distance (600 m) or a race time (2:00)"


@dataclass(frozen=True, slots=True)
class When:
    """A moment that is asked for: one of event, distance or race time, moved by some seconds.

    Attributes:
        text: as it was written.
        event: one of `EVENTS`, else empty.
        distance_m: her race distance [m].
        time_s: race time [s].
        offset_s: how much later than that [s]; negative is before it.
    """

    text: str
    event: str = ""
    distance_m: float | None = None
    time_s: float | None = None
    offset_s: float = 0.0


def parse_moment(text: str) -> When:
    """Return the moment that a text means.

    Raises:
        ValueError: the text is none; the message says what one is.
    """
    written = " ".join(text.split())
    rest, offset_s = written, 0.0
    moved = _OFFSET.fullmatch(written)
    if moved is not None:
        offset_s = float(moved[1]) * (-1.0 if moved[2].lower() == "before" else 1.0)
        rest = moved[3]
    if rest.lower() in EVENTS:
        return When(written, event=rest.lower(), offset_s=offset_s)
    if _NUMBER.fullmatch(rest):
        raise ValueError(f"{quoted(rest)} has no unit: {_WANTED}")
    try:
        if ":" in rest:
            return When(written, time_s=parse_time(rest), offset_s=offset_s)
        return When(written, distance_m=parse_distance(rest), offset_s=offset_s)
    except ValueError:
        meant = guess(rest, EVENTS)
        hint = f"; did you mean {meant}?" if meant else ""
        raise ValueError(f"{quoted(rest)} is no moment: {_WANTED}{hint}") from None


def parse_seconds(text: str) -> float | None:
    """Return how long `25 s` is [s], None for a text that is no such length."""
    found = _SECONDS.fullmatch(" ".join(text.split()))
    return None if found is None else float(found[1])
