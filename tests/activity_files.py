"""Activities in the forms in which watches, apps and people write them.

All of them are made here, none is a person's: the FIT files by fit-tool, the others as text with
the elements, words and habits of the programs that are named.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import Event, EventType, FileType, LapTrigger

from simulator.physics.track import on_oval, start_position, to_plane

BEGIN_S = 1_700_000_000
Lap = tuple[float, float | None]
Place = tuple[float, float]


def places(
    race_m: float,
    end_s: float,
    *,
    before_s: int = 0,
    after_s: int = 0,
    noise_m: float = 2.0,
    turn: float = 0.7,
    lap_m: float = 400.0,
) -> list[tuple[int, float, Place]]:
    """Return seconds, race distance [m], and latitude and longitude of an even run on a track."""
    rng, rows = np.random.default_rng(4), []
    for second in range(round(before_s + end_s) + after_s + 1):
        x_m = min(max(second - before_s, 0.0) / end_s, 1.0) * race_m
        s = on_oval(start_position(race_m, lap_m) + x_m, lap_m)
        px, py = (lap_m / 400.0 * each for each in to_plane(s, 0.3))
        east = px * math.cos(turn) - py * math.sin(turn) + rng.normal(0.0, noise_m)
        north = px * math.sin(turn) + py * math.cos(turn) + rng.normal(0.0, noise_m)
        latitude = 48.85 + math.degrees(float(north) / 6_371_000.0)
        longitude = 2.35 + math.degrees(float(east) / 6_371_000.0 / math.cos(math.radians(48.85)))
        rows.append((second, x_m, (latitude, longitude)))
    return rows


def fit(
    laps: Sequence[Lap],
    track: Sequence[tuple[int, float | None, Place | None]] = (),
    *,
    pause: tuple[int, int] | None = None,
    trigger: LapTrigger = LapTrigger.MANUAL,
) -> bytes:
    """Return a FIT file: its laps, and its track in seconds of the clock on the wall."""
    builder = FitFileBuilder(auto_define=True)
    head = FileIdMessage()
    head.type, head.manufacturer, head.product = FileType.ACTIVITY, 1, 1
    head.time_created, head.serial_number = BEGIN_S * 1000, 1
    builder.add(head)
    stops = [(pause[0], EventType.STOP_ALL), (pause[1], EventType.START)] if pause else []
    for second, what in [(0, EventType.START), *stops]:
        event = EventMessage()
        event.event, event.event_type = Event.TIMER, what
        event.timestamp = (BEGIN_S + second) * 1000
        builder.add(event)
    for at, distance, place in track:
        record = RecordMessage()
        record.timestamp = (BEGIN_S + at) * 1000
        if distance is not None:
            record.distance = distance
        if place is not None:
            record.position_lat, record.position_long = place
        builder.add(record)
    for time_s, distance in laps:
        lap = LapMessage()
        lap.timestamp = lap.start_time = BEGIN_S * 1000
        lap.total_timer_time = lap.total_elapsed_time = time_s
        lap.lap_trigger = trigger
        if distance is not None:
            lap.total_distance = distance
        builder.add(lap)
    data: bytes = builder.build().to_bytes()
    return data


def _stamp(seconds: float, digits: int = 3) -> str:
    minutes, rest = divmod(seconds, 60.0)
    width = 3 + digits if digits else 2
    return f"2024-06-08T18:{30 + int(minutes):02d}:{rest:0{width}.{digits}f}Z"


def tcx(
    laps: Sequence[tuple[float, float | None, Sequence[Sequence[tuple[float, float | None]]]]],
    *,
    trigger: str = "Manual",
    digits: int = 3,
    late_s: float = 0.0,
) -> bytes:
    """Return a TCX file: laps of a time, a distance, and tracks of (time, distance).

    `late_s`: how long after its lap's start the first sample of each is at most [s].
    """
    parts, begun = [], 0.0
    for time_s, distance, tracks in laps:
        if tracks and tracks[0]:  # the timer may have been stopped since the lap before
            begun = max(begun, tracks[0][0][0] - late_s)
        points = "".join(
            "<Track>"
            + "".join(
                f"<Trackpoint><Time>{_stamp(at, digits)}</Time>"
                + (f"<DistanceMeters>{x:.2f}</DistanceMeters>" if x is not None else "")
                + "<HeartRateBpm><Value>171</Value></HeartRateBpm></Trackpoint>"
                for at, x in track
            )
            + "</Track>"
            for track in tracks
        )
        metres = "" if distance is None else f"<DistanceMeters>{distance}</DistanceMeters>"
        parts.append(
            f'<Lap StartTime="{_stamp(begun, 3)}"><TotalTimeSeconds>{time_s}'
            f"</TotalTimeSeconds>{metres}<Calories>20</Calories><Intensity>Active</Intensity>"
            f"<TriggerMethod>{trigger}</TriggerMethod>{points}</Lap>"
        )
        begun += time_s
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        '<Activities><Activity Sport="Running"><Id>2024-06-08T18:30:00.000Z</Id>'
        + "".join(parts)
        + "</Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def gpx(
    segments: Sequence[Sequence[tuple[float, Place]]], *, name: str = "Race", timed: bool = True
) -> bytes:
    """Return a GPX file as apps export it."""
    tracks = "".join(
        "<trkseg>"
        + "".join(
            f'<trkpt lat="{place[0]:.7f}" lon="{place[1]:.7f}"><ele>35.2</ele>'
            + (f"<time>{_stamp(at, 0)}</time>" if timed else "")
            + "</trkpt>"
            for at, place in segment
        )
        + "</trkseg>"
        for segment in segments
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gpx creator="an app" version="1.1" '
        'xmlns="http://www.topografix.com/GPX/1/1"><metadata><time>2024-06-08T18:30:00Z</time>'
        f"</metadata><trk><name>{name}</name><type>running</type>{tracks}</trk></gpx>"
    ).encode()


def lss(names: Sequence[str], times: Sequence[str]) -> bytes:
    """Return a file of LiveSplit."""
    segments = "".join(
        f"<Segment><Name>{name}</Name><Icon /><SplitTimes>"
        f'<SplitTime name="Personal Best"><RealTime>{time}</RealTime></SplitTime>'
        "</SplitTimes><BestSegmentTime /><SegmentHistory /></Segment>"
        for name, time in zip(names, times, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Run version="1.7.0"><GameIcon />'
        "<GameName>Track</GameName><CategoryName>1500 m</CategoryName><Offset>00:00:00</Offset>"
        f"<AttemptCount>1</AttemptCount><AttemptHistory /><Segments>{segments}</Segments></Run>"
    ).encode()


LAPS = (48.21, 66.03, 66.5, 65.26)
"""Laps of 1500 m, pressed at the finish line; 4:06.00 in all."""
ENDS = {300.0: 48.21, 700.0: 114.24, 1100.0: 180.74, 1500.0: 246.0}
_WATCH = (306.0, 409.0, 408.0, 410.0)
_TRACK = places(1500.0, 246.0)
_LONG = places(5000.0, 900.0, noise_m=3.0)
_GARMIN_CSV = """Laps,Time,Cumulative Time,Distance,Avg Pace,Avg HR
1,00:48.21,00:48.21,0.31,2:35,165
2,01:06.03,01:54.24,0.41,2:41,178
3,01:06.50,03:00.74,0.41,2:42,183
4,01:05.26,04:06.00,0.41,2:39,188
Summary,04:06.00,04:06.00,1.53,2:40,180
"""


def _tcx_tracks(gap_s: float = 0.0) -> list[tuple[float, float, list[list[tuple[float, float]]]]]:
    """Return four laps with a point a second; in the second the watch stood still for a while."""
    laps, at, wall = [], 0.0, 0.0
    for number, (time_s, length) in enumerate(zip(LAPS, _WATCH, strict=True)):
        points = [(wall + s, length * s / time_s + at) for s in range(int(time_s))]
        half = len(points) // 2 if gap_s and number == 1 else len(points)
        rest = [(t + gap_s, x) for t, x in points[half:]]
        laps.append((time_s, length, [part for part in (points[:half], rest) if part]))
        at, wall = at + length, wall + time_s + (gap_s if number == 1 else 0.0)
    return laps


EXACT: dict[str, Callable[[], bytes]] = {
    "pressed.fit": lambda: fit(list(zip(LAPS, _WATCH, strict=True)), _TRACK),
    "paused.fit": lambda: fit(
        list(zip(LAPS, _WATCH, strict=True)),
        [(t + (30 if t > 100 else 0), x, p) for t, x, p in _TRACK],
        pause=(100, 130),
    ),
    "indoor.fit": lambda: fit([(t, None) for t in LAPS]),
    "treadmill_watch.fit": lambda: fit([(t, 0.9 * d) for t, d in zip(LAPS, _WATCH, strict=True)]),
    "pressed.tcx": lambda: tcx(_tcx_tracks()),
    "whole_seconds.tcx": lambda: tcx(_tcx_tracks(), digits=0),
    "paused.tcx": lambda: tcx(_tcx_tracks(25.0)),
    "no_distances.tcx": lambda: tcx([(t, None, []) for t in LAPS]),
    "garmin_laps.csv": _GARMIN_CSV.encode,
    "semicolons.csv": lambda: (
        "Distanz;Zeit\n300 m;48,21\n700 m;1:54,24\n1100 m;3:00,74\nZiel;4:06,00\n".encode("cp1252")
    ),
    "tabs.csv": lambda: b"lap\tlap time\n1\t48.21\n2\t1:06.03\n3\t1:06.50\n4\t1:05.26\n",
    "kilometres.csv": lambda: b"km,time\n0.3,48.21\n0.7,1:54.24\n1.1,3:00.74\n1.5,4:06.00\n",
    "no_head.csv": lambda: b"300,48.21\n700,114.24\n1100,180.74\n1500,246\n",
    "as_spoken.csv": '300 m  48"21\n700 m  1\'54"24\n1100 m  3’00”74\n1500 m 4:06.00'.encode,
    "one_column.csv": lambda: b"48.21\n1:06.03\n1:06.50\n1:05.26\n",
    "passings.csv": lambda: (
        b"\xef\xbb\xbfcumulative time\r\n48.21\r\n1:54.24\r\n3:00.74\r\n4:06.00\r\n"
    ),
    "sections.csv": lambda: b"distance,lap time\n300,48.21\n700,66.03\n1100,66.5\n1500,65.26\n",
    "own.csv": lambda: (
        b"distance_m,plan_s,run_s,gap_to_plan_s,even 4:00_s\n300.000,48.0,48.210,0.2,47\n"
        b"700.000,112.0,114.240,2.2,\n1100.000,176,180.740,4.7,\n1500.000,240,246.000,6.0,240.0\n"
    ),
    "packed.fit.gz": lambda: gzip.compress(EXACT["pressed.fit"]()),
    "packed.TCX.GZ": lambda: gzip.compress(EXACT["no_distances.tcx"]()),
    "distances.lss": lambda: lss(
        ["300 m", "700 m", "1100 m", "Finish"],
        ["00:00:48.2100000", "00:01:54.2400000", "00:03:00.7400000", "00:04:06.0000000"],
    ),
    "laps.lss": lambda: lss(
        ["Lap one", "Lap two", "Bell", "Home"],
        ["00:00:48.2100000", "00:01:54.2400000", "00:03:00.7400000", "00:04:06.0000000"],
    ),
}
"""Ways to write one run over 1500 m in 4:06.00 whose laps or splits are exact."""
EXACT |= {name: cache(make) for name, make in EXACT.items()}

TRACKED: dict[str, tuple[Callable[[], bytes], float, float]] = {
    "track.fit": (lambda: fit([(246.0, 1531.0)], _TRACK), 1500.0, 246.0),
    "automatic_laps.fit": (
        lambda: fit([(180.0, 1000.0)] * 5, _LONG, trigger=LapTrigger.DISTANCE), 5000.0, 900.0
    ),
    "distances_alone.fit": (
        lambda: fit([], [(t, 1.02 * x, None) for t, x, _ in _TRACK]), 1500.0, 246.0
    ),
    "track.gpx": (lambda: gpx([[(t, p) for t, _, p in _TRACK]]), 1500.0, 246.0),
    "paused.gpx": (
        lambda: gpx(
            [
                [(t, p) for t, _, p in _TRACK if t <= 100],
                [(t + 40, p) for t, _, p in _TRACK if t > 100],
            ]
        ),
        1500.0,
        246.0,
    ),
    "short_laps.gpx": (
        lambda: gpx([[(t, p) for t, _, p in places(1500.0, 246.0, lap_m=200.0)]]), 1500.0, 246.0
    ),
    "packed.gpx.gz": (
        lambda: gzip.compress(gpx([[(t, p) for t, _, p in _TRACK]])), 1500.0, 246.0
    ),
    "clockwise.gpx": (
        lambda: gpx([[(t, (p[0], 4.7 - p[1])) for t, _, p in _TRACK]]), 1500.0, 246.0
    ),
}  # fmt: skip
"""Runs of which there is a track: the race [m] and its time [s]; the runner ran evenly."""
TRACKED |= {n: (cache(make), race_m, s) for n, (make, race_m, s) in TRACKED.items()}


def standing() -> bytes:
    """Return a file of a watch that went on 20 s before the gun."""
    return fit([(266.0, 1520.0)], places(1500.0, 246.0, before_s=20))


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no_times.gpx": (
        lambda: gpx([[(t, p) for t, _, p in _TRACK]], timed=False),
        "where but not when",
    ),
    "entities.gpx": (
        lambda: (
            b'<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><gpx><a>&b;</a></gpx>'
        ),
        "document type",
    ),
    "outside.lss": (
        lambda: b'<!DOCTYPE Run SYSTEM "file:///etc/passwd"><Run><Segments/></Run>',
        "document type",
    ),
    "torn.fit": (lambda: EXACT["pressed.fit"]()[:-300], "damaged"),
    "torn.fit.gz": (lambda: gzip.compress(EXACT["pressed.fit"]())[:-40], "not packed by gzip"),
    "plain.gpx.gz": (lambda: gpx([[(t, p) for t, _, p in _TRACK]]), "not packed by gzip"),
    "bomb.csv.gz": (lambda: gzip.compress(bytes(1_000_000)) * 60, "holds more than 1 MB"),
    "bomb.fit.gz": (lambda: gzip.compress(bytes(30_000_000), 1), "holds more than 2 MB"),
    "twice.gz.gz": (lambda: gzip.compress(gzip.compress(b"1")), "none of .fit"),
    "no_best.lss": (lambda: lss(["400 m"], [""]), "no personal best"),
    "two_ways.csv": (lambda: b"400,60\n800,121\n1200,600\n", "neither from the gun nor lap by lap"),
    "empty.csv": (lambda: b"\n\n", "it is empty"),
    "words.csv": (lambda: b"name,club\nAnn,X\n", "no column of times"),
    "text.tcx": (lambda: b"not xml at all", "damaged"),
}


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write a file of the set and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path
