"""Activities: runs as watches, apps and people write them down - FIT, TCX, GPX, CSV, LiveSplit.

In: a file. Out: `Activity`: its laps, its splits, its track, all on the timer, without pauses.
`simulator.analysis.activity_races` determines which part of it is the run of a race.

Each file may be compressed by gzip, as in archives of watches' accounts: `run.fit.gz`. It is
unpacked only up to the size limit of such a file. XML is read by the standard library, and refused
as soon as it declares entities. FIT needs the extra `activities`.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from simulator.errors import ExtraError, RecordingError, requiring
from simulator.files import read_bytes
from simulator.units import decimal_mark, parse_distance, parse_time

ENDINGS = (".fit", ".tcx", ".gpx", ".csv", ".lss")
"""File extensions of activities."""
_MAX_BYTES = {".fit": 2_000_000, ".csv": 1_000_000}
_MAX_XML_BYTES = 8_000_000
_MOST_SAMPLES = 12_000
"""A longer track is of no race: three hours at a sample a second."""
_LONGEST_CELL = 300
"""A cell is written in fewer characters, unless it is a note: patterns take long for long texts."""
_LONGEST_S, _LONGEST_M = 1e5, 1e6
"""Nobody runs longer in one go."""
_AUTOMATIC = ("distance", "position_start", "position_lap", "position_waypoint", "position_marked")


@dataclass(frozen=True, slots=True)
class ActivityLap:
    """One lap.

    Attributes:
        time_s: its duration on the timer [s].
        distance_m: its length by the device [m]; None if not given.
        pressed: the runner pressed the button; False if the device ended the lap by itself, at a
            preset distance.
    """

    time_s: float
    distance_m: float | None = None
    pressed: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """A position at a moment.

    Attributes:
        time_s: on the timer [s].
        distance_m: from the start by the device [m]; None if not given.
        place: latitude and longitude [degrees]; None if not given.
    """

    time_s: float
    distance_m: float | None = None
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """The content of an activity file.

    Attributes:
        name: the activity's name; empty if it has none.
        laps: in order; empty if there are none.
        splits: distance [m], None for the finish, and time from the gun [s]: the most exact data.
        track: in order of time.
        paused_s: how long the timer was stopped [s].
        unfinished_m: length of the race before whose finish the splits end [m]; inf if it is not
            known, None if the last split is the finish.
    """

    name: str = ""
    laps: tuple[ActivityLap, ...] = ()
    splits: tuple[tuple[float | None, float], ...] = ()
    track: tuple[Sample, ...] = ()
    paused_s: float = 0.0
    unfinished_m: float | None = None


class _UnusableError(ValueError):
    """A file is no activity; the message says why, without a full stop."""


def read_activity(path: str | Path) -> Activity:
    """Return the content of an activity file.

    Raises:
        RecordingError: no such file, of no known kind, damaged, or without a run in it.
        ExtraError: it is a FIT file, and the extra that reads these is not installed.
    """
    path = Path(path)
    packed = path.suffix.lower() == ".gz"
    ending = Path(path.stem if packed else path).suffix.lower()
    if ending not in _READERS:
        raise RecordingError(f"{path} is none of {', '.join(ENDINGS)}: no such run can be read.")
    most = _MAX_BYTES.get(ending, _MAX_XML_BYTES)
    try:
        data = read_bytes(path, most)
        data = _unpacked(data, most) if packed else data
        return _parsed(data, ending)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except _UnusableError as error:
        raise RecordingError(f"{path}: {error}.") from error


def _unpacked(data: bytes, most: int) -> bytes:
    """Return unpacked gzip data, which may be a thousand times as long: at most `most` bytes."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            text = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _UnusableError("this is not packed by gzip, or it is damaged") from error
    if len(text) > most:
        raise _UnusableError(f"it holds more than {most // 1_000_000} MB")
    return text


@lru_cache(maxsize=8)  # by the file's content: a FIT file takes a fifth of a second
def _parsed(data: bytes, ending: str) -> Activity:
    try:
        activity = _READERS[ending](data)
    except (_UnusableError, ExtraError):
        raise
    except Exception as error:  # decoders raise a dozen different errors for damage
        raise _UnusableError(f"this is no {ending[1:].upper()} file, or it is damaged") from error
    numbers = [lap.time_s for lap in activity.laps] + [time for _, time in activity.splits]
    if not all(0.0 <= number < _LONGEST_S for number in numbers):
        raise _UnusableError("it holds times that are none")
    activity = replace(
        activity,
        laps=tuple(replace(lap, distance_m=_length(lap.distance_m)) for lap in activity.laps),
        track=tuple(map(_sound, (s for s in activity.track if abs(s.time_s) < _LONGEST_S))),
    )
    if not (activity.laps or activity.splits or activity.track):
        raise _UnusableError("it holds neither laps, nor splits, nor a track with times")
    return activity


def _length(metres: float | None) -> float | None:
    return metres if metres is not None and 0.0 <= metres < _LONGEST_M else None


def _sound(sample: Sample) -> Sample:
    """Return a sample without values that no track on Earth can have."""
    latitude, longitude = sample.place or (math.nan, math.nan)
    on_earth = abs(latitude) < 89.0 and abs(longitude) <= 180.0
    return Sample(sample.time_s, _length(sample.distance_m), sample.place if on_earth else None)


# -- FIT -------------------------------------------------------------------------------------------


def _read_fit(data: bytes) -> Activity:
    with requiring("A FIT file", "activities"):
        from fitdecode import CrcCheck, ErrorHandling, FitReader  # noqa: PLC0415 - an extra
        from fitdecode.records import FIT_FRAME_DATA  # noqa: PLC0415
    laps, events, records = list[ActivityLap](), list[tuple[int, str]](), list[Any]()
    kinds = {"lap", "event", "record"}
    with FitReader(
        io.BytesIO(data),
        processor=None,  # times stay whole seconds, as they are in the file
        check_crc=CrcCheck.RAISE,
        error_handling=ErrorHandling.IGNORE,
    ) as frames:
        for frame in frames:
            if frame.frame_type != FIT_FRAME_DATA or frame.name not in kinds:
                continue
            values = {field.name: field.value for field in frame.fields}
            if frame.name == "lap":
                laps += _fit_lap(values)
            elif frame.name == "record":
                records.append(values)
            elif values.get("event") in ("timer", 0):
                events.append((_number(values["timestamp"]), str(values.get("event_type"))))
            if len(records) > _MOST_SAMPLES:
                raise _UnusableError("it is longer than any race on a track")
    timed = [r for r in records if isinstance(r.get("timestamp"), int)]
    pauses = list(_fit_pauses(events))
    begin = min([t for t, _ in events] + [r["timestamp"] for r in timed[:1]], default=0)
    track = []
    for record in timed:
        at = record["timestamp"]
        paused = sum(min(end, at) - start for start, end in pauses if at > start)
        track.append(
            Sample(float(at - begin - paused), _finite(record.get("distance")), _fit_place(record))
        )
    return Activity("", tuple(laps), (), _in_order(track), float(sum(b - a for a, b in pauses)))


def _fit_lap(values: dict[str, Any]) -> Iterator[ActivityLap]:
    time_s = _finite(values.get("total_timer_time"))
    if time_s is not None and time_s > 0:
        pressed = str(values.get("lap_trigger")) not in (*_AUTOMATIC, "2")
        yield ActivityLap(time_s, _finite(values.get("total_distance")), pressed)


def _fit_pauses(events: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Yield when the timer was stopped and restarted [s]."""
    stopped = None
    for at, what in events:
        if what.startswith("stop"):
            stopped = at if stopped is None else stopped
        elif what in ("start", "0") and stopped is not None:
            if at > stopped:
                yield stopped, at
            stopped = None


def _fit_place(record: dict[str, Any]) -> tuple[float, float] | None:
    places = [_finite(record.get(f"position_{name}")) for name in ("lat", "long")]
    if places[0] is None or places[1] is None:
        return None
    half_turn = 180.0 / 2**31
    return places[0] * half_turn, places[1] * half_turn


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise _UnusableError("it holds times that are none")
    return value


def _finite(value: Any) -> float | None:
    good = isinstance(value, (int, float)) and math.isfinite(value)
    return float(value) if good else None


def _in_order(track: Iterable[Sample]) -> tuple[Sample, ...]:
    """Return samples without those that are no later than the one before."""
    kept = list[Sample]()
    for sample in track:
        if not kept or sample.time_s > kept[-1].time_s:
            kept.append(sample)
    return tuple(kept)


# -- XML: TCX, GPX, LiveSplit ----------------------------------------------------------------------


class _Builder(ET.TreeBuilder):
    """A tree builder that refuses a document type, and with it entities."""

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> None:
        raise _UnusableError("it declares a document type, and no run needs one")


def _tree(data: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - see `_Builder`
    parser.feed(data)
    root: ET.Element = parser.close()
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _value(element: ET.Element, path: str) -> float | None:
    with suppress(ValueError):
        return _finite(float(_text(element, path)))
    return None


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?"
)


def _instant(text: str) -> float | None:
    """Return an ISO 8601 time as seconds since 1970; None if it is none."""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    *whole, fraction, zone = match.groups()
    try:
        seconds = float(calendar.timegm((*map(int, whole), 0, 0, 0)))
    except ValueError:
        return None
    if zone and zone != "Z":
        east = 3600 * int(zone[1:3]) + 60 * int(zone[-2:])
        seconds -= east if zone[0] == "+" else -east
    return seconds + float(f"0.{fraction or 0}")


def _read_tcx(data: bytes) -> Activity:
    root = _tree(data)
    laps, track, before, paused = list[ActivityLap](), list[Sample](), 0.0, 0.0
    for lap in root.iter("Lap"):
        time_s = _value(lap, "TotalTimeSeconds")
        pieces = [_tcx_points(piece) for piece in lap.findall("Track")]
        begun = _instant(lap.get("StartTime", ""))
        samples, stopped = _joined([piece for piece in pieces if piece], before, begun, time_s)
        track += samples
        paused += stopped
        if time_s is None or time_s <= 0:
            continue
        pressed = _text(lap, "TriggerMethod").lower() in ("", "manual", "heartrate", "time")
        laps.append(ActivityLap(time_s, _value(lap, "DistanceMeters"), pressed))
        before += time_s
    return Activity(_text(root, ".//Activity/Notes"), tuple(laps), (), _in_order(track), paused)


def _tcx_points(piece: ET.Element) -> list[Sample]:
    samples = []
    for point in piece.iter("Trackpoint"):
        at = _instant(_text(point, "Time"))
        if at is not None:
            latitude = _value(point, "Position/LatitudeDegrees")
            longitude = _value(point, "Position/LongitudeDegrees")
            place = None if latitude is None or longitude is None else (latitude, longitude)
            samples.append(Sample(at, _value(point, "DistanceMeters"), place))
        if len(samples) > _MOST_SAMPLES:
            raise _UnusableError("it is longer than any race on a track")
    return samples


def _read_gpx(data: bytes) -> Activity:
    root = _tree(data)
    pieces = []
    for segment in root.iter("trkseg"):
        samples = []
        for point in segment.iter("trkpt"):
            at = _instant(_text(point, "time"))
            try:
                place = float(point.attrib["lat"]), float(point.attrib["lon"])
            except (KeyError, ValueError):
                continue
            if at is not None and all(map(math.isfinite, place)):
                samples.append(Sample(at, None, place))
            if len(samples) > _MOST_SAMPLES:
                raise _UnusableError("it is longer than any race on a track")
        pieces.append(samples)
    if next(root.iter("trkpt"), None) is not None and not any(pieces):
        raise _UnusableError("its track says where but not when")
    track, paused = _joined([piece for piece in pieces if piece], 0.0)
    return Activity(_text(root, "trk/name"), (), (), _in_order(track), paused)


def _joined(
    pieces: Sequence[list[Sample]],
    begin_s: float,
    begun: float | None = None,
    lap_s: float | None = None,
) -> tuple[list[Sample], float]:
    """Return the samples of a track's pieces on the timer, and the total time of the gaps [s].

    `begun`, if it is at most a lap of `lap_s` [s] before the first sample: when the timer was at
    `begin_s` [s]; else it was there at that sample.
    """
    if not pieces:
        return [], 0.0
    zero, paused, joined = pieces[0][0].time_s, 0.0, list[Sample]()
    if begun is not None and 0.0 <= zero - begun <= (lap_s or 0.0):
        zero = begun
    for i, piece in enumerate(pieces):
        if i:
            paused += max(piece[0].time_s - pieces[i - 1][-1].time_s - 1.0, 0.0)
        for sample in piece:
            time_s = begin_s + sample.time_s - zero - paused
            joined.append(Sample(time_s, sample.distance_m, sample.place))
    return joined, paused


def _read_lss(data: bytes) -> Activity:
    root = _tree(data)
    if root.tag != "Run":
        raise _UnusableError("this is no file of LiveSplit")
    names, times = list[str](), list[float | None]()
    for segment in root.findall("Segments/Segment"):
        names.append(_text(segment, "Name"))
        times.append(_lss_time(segment))
    known = [(name, time) for name, time in zip(names, times, strict=True) if time is not None]
    if not known:
        raise _UnusableError("it holds no personal best: no segment has a split time")
    name = " ".join(filter(None, (_text(root, "GameName"), _text(root, "CategoryName"))))
    distances = [_named_distance(name) for name, _ in known]
    if (None not in distances[:-1] and len(known) > 1) or distances[0] is not None:
        rows = zip(distances, known, strict=True)
        return Activity(name, (), tuple((x, time) for x, (_, time) in rows))
    if None in times:
        raise _UnusableError("a segment has no split time, and the names are no distances")
    ends = [0.0, *(time for _, time in known)]
    return Activity(name, tuple(ActivityLap(b - a) for a, b in pairwise(ends)))


def _lss_time(segment: ET.Element) -> float | None:
    for split in segment.findall("SplitTimes/SplitTime"):
        if split.get("name") == "Personal Best":
            text = _text(split, "RealTime") or _text(split, "GameTime")
            with suppress(ValueError):
                return parse_time(text)
    return None


def _named_distance(name: str) -> float | None:
    try:
        return parse_distance(name)
    except ValueError:
        return None


# -- tables ----------------------------------------------------------------------------------------

_DISTANCE_HEADS = (
    *("distance", "dist", "metres", "meters", "m", "km", "split", "at", "mark", "where"),
    *("distanz", "strecke", "entfernung", "distancia", "distanza", "afstand", "étape", "etappe"),
)
_TIME_HEADS = (
    *("time", "run", "runtime", "cumulative", "cumulativetime", "total", "totaltime", "elapsed"),
    *("elapsedtime", "clock", "splittime", "passing", "zeit", "temps", "tiempo", "s"),
)
_LAP_HEADS = ("laptime", "lapsplit", "section", "segment", "segmenttime", "interval", "split400")
_FINISH = ("finish", "end", "final", "ziel", "arrivée", "result")
_UNITS = ("km", "mi", "mile", "miles")


def table_of(path: str | Path) -> list[list[str]]:
    """Return the cells of a person's table, separated by commas, semicolons, tabs or spaces.

    Raises:
        OSError: it cannot be read.
        ValueError: it is empty or far too large.
    """
    return _rows(read_bytes(path, _MAX_BYTES[".csv"]))


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        rows = [row for row in _cells(text) if any(row)]
    except csv.Error as error:
        raise _UnusableError(f"it is no table: {error}") from error
    if not rows:
        raise _UnusableError("it is empty")
    if len(rows) > _MOST_SAMPLES:
        raise _UnusableError("it has more rows than any race has splits")
    return rows


def _read_csv(data: bytes) -> Activity:
    rows = _rows(data)
    if _is_head(rows[0]):
        return _table_with_head(rows[0], rows[1:])
    return _table_without_head(rows)


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = lines[:20]
    for separator in ("\t", ";", "|", ","):
        counts = {len(row) for row in csv.reader(first, delimiter=separator)}
        if counts and min(counts) > 1 and (separator != "," or len(counts) == 1):
            rows = csv.reader(lines, delimiter=separator)
            return [[_bounded(cell) for cell in row] for row in rows]
    return [[_bounded(cell) for cell in _spaced(line)] for line in lines]


def _spaced(line: str) -> list[str]:
    """Return a line without separators as what its last word belongs to, and that word."""
    words = line.strip().rsplit(maxsplit=1)
    return words if any(map(str.isdecimal, words[-1])) else [line]


def _bounded(text: str) -> str:
    """Return a cell without spaces around it; one too long for a time is cut, so as to be none."""
    text = text.strip()
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _is_head(row: list[str]) -> bool:
    return not any(_time(cell) is not None or _distance(cell) is not None for cell in row)


def _word(cell: str) -> str:
    return re.sub(r"[\s_\-.:]|\(.*\)|\[.*\]", "", cell.lower())


def _table_with_head(head: list[str], rows: list[list[str]]) -> Activity:
    words = [_word(cell) for cell in head]
    words = [re.sub(r"(?<=.)(m|s|km|mi)$", "", w) if "_" in h else w
             for w, h in zip(words, head, strict=True)]  # fmt: skip
    where = _first(words, _DISTANCE_HEADS)
    if where is not None and _only_numbers(rows, where):
        where = None
    unit = _unit(head[where or 0])
    lap_time = _first(words, _LAP_HEADS)
    time = _first(words, ("run",)) if "gaptoplan" in words else None
    if time is None:
        time = _first(words, _TIME_HEADS)
    both = "cumulativetime" in words and "time" in words
    if both and where is not None:  # in a table of laps the distance is each lap's, too
        lap_time, where_of_lap = words.index("time"), where
        laps = _laps(rows, lap_time, where_of_lap, unit)
        return Activity("", laps)
    if time is None and lap_time is None:
        raise _UnusableError(f"no column of times among {', '.join(head)[:200]}")
    column = time if time is not None else lap_time or 0
    if where is None:
        hidden = (i for i in range(len(head)) if _are_distances(rows, i, column, _unit(head[i])))
        if (found_in := next(hidden, None)) is not None:
            name = head[found_in][:60]
            raise _UnusableError(f"'{name}' looks like its distances: call the column 'distance'")
    if where is None or (time is None and words[where] == "split"):
        values = [_time(_cell(row, column)) for row in rows]
        times = [value for value in values if value is not None]
        return _unplaced(times, "" if time is None else words[column])
    found, unfinished_m = _placed(rows, where, column, unit)
    return replace(_split_table(found, laps=time is None), unfinished_m=unfinished_m)


def _first(words: Sequence[str], known: Sequence[str]) -> int | None:
    return next((words.index(word) for word in known if word in words), None)


def _unit(head: str) -> str:
    return next((u for u in _UNITS if re.search(rf"(^|[\W_]){u}\b", head.lower())), "")


def _only_numbers(rows: list[list[str]], column: int) -> bool:
    """Return whether a column only numbers the rows, which are laps then."""
    counted = [_distance(_cell(row, column)) for row in rows]
    return counted == [float(i + 1) for i in range(len(rows))]


def _are_distances(rows: list[list[str]], where: int, column: int, unit: str) -> bool:
    """Return whether somebody may have run the times of `column` at the values of another one.

    Times in seconds rise, too, but by no more than a metre would in each second.
    """
    try:
        found, _ = _placed(rows, where, column, unit)
    except _UnusableError:
        return False
    known = [(x, t) for x, t in found if x is not None]
    return (
        len(known) > 1
        and all(x > 1.5 * t for x, t in known)
        and any(_even(found, from_gun=from_gun) for from_gun in (True, False))
    )


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _laps(rows: list[list[str]], time: int, where: int, unit: str) -> tuple[ActivityLap, ...]:
    found, decimal = [], decimal_mark(_cell(row, where) for row in rows)
    for row in rows:
        time_s = _time(_cell(row, time))
        distance = _distance(_cell(row, where), unit, decimal)
        if time_s is None or time_s <= 0 or "sum" in row[0].lower() or "total" in row[0].lower():
            continue
        if distance is not None and not unit and distance < 20.0:
            distance *= 1000.0  # without a unit a lap of 0.4 is in kilometres
        found.append(ActivityLap(time_s, distance))
    return tuple(found)


def _table_without_head(rows: list[list[str]]) -> Activity:
    columns = max(map(len, rows))
    if columns == 1:
        times = [_time(row[0]) for row in rows]
        if None in times:
            raise _UnusableError("a line is no time")
        return _unplaced([time for time in times if time is not None], "")
    if _only_numbers(rows, 0):
        times = [_time(_cell(row, 1)) for row in rows]
        return _unplaced([time for time in times if time is not None], "")
    found, unfinished_m = _placed(rows, 0, 1, "")
    return replace(_split_table(found, laps=False), unfinished_m=unfinished_m)


def _placed(
    rows: list[list[str]], where: int, column: int, unit: str
) -> tuple[list[tuple[float | None, float]], float | None]:
    """Return splits, and the last row's distance if it has no time; see `Activity.unfinished_m`."""
    found, unfinished_m = list[tuple[float | None, float]](), None
    decimal = decimal_mark(_cell(row, where) for row in rows)
    for row in rows:
        text, written = _cell(row, where), _cell(row, column)
        if not text:
            continue
        distance = _distance(text, unit, decimal)
        ends = distance is None and text.lower().strip() in _FINISH
        if not written:
            unfinished_m = math.inf if ends else distance or unfinished_m
            continue
        if distance is None and not ends:
            raise _UnusableError(f"'{text[:60]}' is no distance")
        time_s = _time(written, distance)
        if time_s is None:
            raise _UnusableError(f"'{written[:60]}' is no time")
        if time_s > 0 and distance != 0:
            found.append((distance, time_s))
            unfinished_m = None
    return found, unfinished_m


def _split_table(found: list[tuple[float | None, float]], *, laps: bool) -> Activity:
    """Return splits at distances whose times are from the gun, or of each lap."""
    from_gun = all(a[1] < b[1] for a, b in pairwise(found)) and _even(found, from_gun=True)
    by_lap = laps or _even(found, from_gun=False, most=1.6 if from_gun else 2.2)
    if from_gun and by_lap and not laps and len(found) > 1:
        last = f"{found[-1][1]:.2f}"
        raise _UnusableError(
            f"the last time, {last} s, may be from the gun or that of a lap: "
            "call the column 'time' or 'lap time'"
        )
    if not from_gun and not by_lap:
        raise _UnusableError("its times fit its distances neither from the gun nor lap by lap")
    if from_gun and not laps:
        return Activity("", (), tuple(found))
    sums, total = list[tuple[float | None, float]](), 0.0
    for distance, time_s in found:
        total += time_s
        sums.append((distance, round(total, 9)))
    return Activity("", (), tuple(sums))


def _even(found: list[tuple[float | None, float]], *, from_gun: bool, most: float = 2.2) -> bool:
    """Return whether somebody may run so: 1 to 11 m/s, no speed `most` times another."""
    speeds = []
    for (x0, t0), (x1, t1) in pairwise([(0.0, 0.0), *found]):
        if x0 is not None and x1 is not None:
            seconds = t1 - t0 if from_gun else t1
            speeds.append((x1 - x0) / seconds if seconds > 0 else 0.0)
    return bool(found) and all(1.0 <= v <= 11.0 for v in speeds) and (
        not speeds or max(speeds) < most * min(speeds)
    )  # fmt: skip


def _unplaced(times: list[float], word: str) -> Activity:
    """Return times without distances: times from the gun if they rise throughout, else laps."""
    if not times:
        raise _UnusableError("it holds no times")
    rises = len(times) > 1 and all(b - a > 0.35 * times[0] for a, b in pairwise(times))
    if rises and (word != "time" or times[-1] > 1.8 * times[0]):
        times = [b - a for a, b in pairwise([0.0, *times])]
    return Activity("", tuple(ActivityLap(time) for time in times))


def _time(text: str, distance_m: float | None = None) -> float | None:
    with suppress(ValueError):
        return parse_time(text, distance_m)
    return None


def _distance(text: str, unit: str = "", decimal: str = "") -> float | None:
    """Return a distance [m]; a bare number has the unit of its column; None if it is none."""
    bare = re.fullmatch(r"[\d.,\s]+", text)
    with suppress(ValueError):
        return parse_distance(f"{text} {unit}" if bare else text, decimal=decimal)
    return None


_READERS: dict[str, Callable[[bytes], Activity]] = {
    ".fit": _read_fit,
    ".tcx": _read_tcx,
    ".gpx": _read_gpx,
    ".csv": _read_csv,
    ".lss": _read_lss,
}
