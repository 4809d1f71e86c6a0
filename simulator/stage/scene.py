"""The scene: everything one picture shows, in metres, seconds and words. No pixels, no colours.

In: nothing (these are plain values; `scene_builder` makes them of a show and a moment).
Out: frozen dataclasses that `view` draws: it sees nothing else. The viewer, or a story, chooses the
camera and the panels. The drawer shows a `PanelState`, which the session fills.

Arrays in a scene are shared between scenes and read-only: compare `ChartCurve` by identity to know
whether a cached drawing is still valid.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.gaps import GapState
from simulator.coefficients import LAP_M
from simulator.scenario.fields import THEME_KIT
from simulator.screen import Camera, Panel
from simulator.stage.gait import SOMEBODY, Physique, Stride

if TYPE_CHECKING:  # so that a window can show the empty stadium before a scenario is read
    from simulator.analysis.attribution import PriceList
    from simulator.analysis.splits import Split
    from simulator.analysis.uncertainty import Band
    from simulator.analysis.what_if import Alternative, Goal, KnobMap
    from simulator.stage.wake import Wake

Floats = NDArray[np.float64]


HIDDEN = "\N{HORIZONTAL ELLIPSIS}"
"""Placeholder for a figure that is not known yet."""


@dataclass(frozen=True, slots=True)
class Staging:
    """How a picture of a story is staged.

    Attributes:
        camera: the camera.
        panels: the panels shown next to the track.
        caption: short sentences, `HIDDEN` for figures not known yet; empty shows none.
        chapter: number of the chapter, from 1; `chapters`: how many there are.
        whole: the caption with all its figures; it determines line breaks and type size.
        name: the chapter's name; `title`: the story's, in its first chapter.
        card: the share of the picture that the name card covers, 0 to 1.
        figures: large numbers over the picture: label and text of each.
        link: address that is shown as a QR code.
    """

    camera: Camera
    panels: frozenset[Panel]
    caption: str
    chapter: int
    chapters: int
    whole: str = ""
    name: str = ""
    title: str = ""
    card: float = 0.0
    figures: tuple[tuple[str, str], ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """What a speaker reads while the picture shows.

    Attributes:
        caption: the chapter's words, as on the screen.
        notes: the speaker's notes; only on the speaker's screen.
        next_caption: the caption after the next press; empty at the end.
        number: the number of this cue, from 1; `count`: how many there are.
        left_s: time until it waits or ends [s], and `all_left_s`: including all that follows; None
            without a story.
        knobs: the knobs that may be turned now, as text; the selected one first.
    """

    caption: str
    notes: str
    next_caption: str
    number: int
    count: int
    left_s: float | None = None
    all_left_s: float | None = None
    knobs: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The contents of a talk: the title, the names of its chapters or events in order, its page."""

    title: str
    names: tuple[str, ...]
    link: str = ""


class Phase(Enum):
    """The stage of the attempt."""

    READY = "ready"  # on the line, "Space to start"
    COUNTDOWN = "countdown"  # red, yellow, dark
    RUNNING = "running"
    FINISHED = "finished"  # the runner has crossed the line (or given up)


class StartLight(Enum):
    """The light on the rail during the start countdown."""

    OFF = "off"
    RED = "red"
    YELLOW = "yellow"
    DARK = "dark"
    GO = "go"


@dataclass(frozen=True, slots=True)
class Body:
    """A runner, pacer or ghost on the track.

    Attributes:
        name: full name, `Faith Kipyegon`, `pacer 9`, `even 4:00.00`.
        label: short upper-case tag next to the dot, `KIPYEGON`, `4:00`.
        kind: `runner`, `pacer` or `ghost`.
        colour: colour name the theme resolves (`white`, `pink`, `amber`, ...).
        x_m: race distance [m]; negative while standing behind the start line.
        offset_m: distance to the outside of the measuring line [m], positive right.
        speed_m_s: speed [m/s].
        alpha: opacity, 0 to 1; ghosts fade when they cover the runner, pacers when they leave.
        role: for a pacer `ahead`, `beside`, `behind` or `left`; empty otherwise.
        build: the body's proportions.
        stepping: returns the body's state within its stride; only close cameras show it.
        reach_m: uncertainty of its place, either way along the track [m].
        kit: colour of its kit, or `theme`; only close cameras show it.
    """

    name: str
    label: str
    kind: str
    colour: str
    x_m: float
    offset_m: float
    speed_m_s: float
    alpha: float = 1.0
    role: str = ""
    build: Physique = SOMEBODY
    stepping: Callable[[], Stride] = field(default=Stride, compare=False, repr=False)
    reach_m: float = 0.0
    kit: str = THEME_KIT

    @property
    def stride(self) -> Stride:
        """The body's state within its stride."""
        return self.stepping()


@dataclass(frozen=True, slots=True)
class Wave:
    """One light wave: the place of its head and the brightness of each LED.

    Attributes:
        name: the wave's name in the scenario.
        colour: `green`, `blue`, `red`, `white`, ... resolved by the theme.
        head_m: race distance of the pace mark [m].
        brightness: one value per LED, 0 to 1; shape (leds,). LED i is radially in line with a
            runner at track position `i * 400 / leds`.
    """

    name: str
    colour: str
    head_m: float
    brightness: Floats


@dataclass(frozen=True, slots=True)
class GapLine:
    """The runner against one mark: a light or a ghost.

    Attributes:
        name: `light 3:59.99`, `even 4:00.00`; `target_s` is its finish time [s].
        seconds: positive = behind [s]; None if it cannot be known yet.
        metres: positive = behind [m].
        state: ahead, level or behind, and gaining or losing (held by hysteresis).
        colour: colour name of the mark itself.
        is_light: the mark is a light.
    """

    name: str
    target_s: float
    seconds: float | None
    metres: float | None
    state: GapState
    colour: str
    is_light: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """One live value with its bar: `speed`, `shelter`, `power`, `reserve`.

    `fraction` is the bar's fill 0 to 1; `text` is the value with its unit; `note` may be `assumed`.
    """

    name: str
    fraction: float
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ChartCurve:
    """A gap or a pace over distance, `x_m` increasing [m].

    Gaps are positive behind the light [s]; paces are over the preceding metres [s/400 m].
    """

    name: str
    colour: str
    kind: str  # `runner`, `ghost` or `plan`
    x_m: Floats
    values: Floats


@dataclass(frozen=True, slots=True)
class ChartMarker:
    """A point on the chart, `800 m`, `2 pacers leave`; `kind`: distance, bell, pacer, event."""

    x_m: float
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The model's chance of breaking the target, from the state at the last point passed.

    It covers only the model's uncertainty, from spreads that are partly assumed.

    Attributes:
        share: 0 to 1.
        target: the target, `sub-4:00`.
        text: the share as it is shown, `12.3 %`.
    """

    share: float
    target: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """The gap chart and scrub bar.

    Attributes:
        curves: whole curves; the runner's is drawn up to `reveal_m` only.
        marks: the marks, without events beyond `reveal_m`.
        reveal_m: suspense: nothing of the live attempt beyond this may be shown [m].
        playhead_m: her distance at the playhead [m].
        gap_range_s: (lowest, highest) gap on the axis [s]; fixed for an attempt so nothing jumps
            (while suspense lasts, from the ghosts and the plan only, so that it reveals nothing).
        band: the range of 90 % of the model's samples from the gun; None while not known. Its
            middle is about the live run, so suspense applies too: draw it up to `reveal_m`.
        paces: the same curves as paces, after the plan's; the runner's is the last here too.
        pace_range_s: (lowest, highest) pace on the axis [s/400 m], from plan and ghosts only.
    """

    race_m: float
    curves: tuple[ChartCurve, ...]
    marks: tuple[ChartMarker, ...]
    reveal_m: float
    playhead_m: float
    gap_range_s: tuple[float, float]
    band: Band | None = None
    paces: tuple[ChartCurve, ...] = ()
    pace_range_s: tuple[float, float] = (55.0, 65.0)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The strip of finish times; `target_s` is drawn as a line.

    `measure` names what the bars show: a value of `Measure`.
    """

    axis: str
    bars: tuple[Alternative, ...]
    target_s: float
    measure: str = "finish time"


@dataclass(frozen=True, slots=True)
class Board:
    """The result board.

    Attributes:
        headline: `4:06.45`; `verdict`: `6.46 s behind 3:59.99`.
        columns: headings of the split rows.
        rows: splits against plan and ghosts, a text for each column; the last is the finish.
        facts: short lines, `lost the light at 1266 m`, `mean shelter 26 %`.
        assumed: the assumptions, short lines.
        numbers: three numbers shown instead in a lecture hall: label and text of each.
        good: the run is valid and reached the target.
        finished: she has come to the line.
        published: names of the rows that stay longest where room is short; the first is the one
            that a fact names.
    """

    headline: str
    verdict: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: tuple[str, ...]
    assumed: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...] = ()
    good: bool = False
    finished: bool = True
    published: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PacerSlot:
    """A filled slot of the formation.

    Attributes:
        number: index of the slot in the formation, from 0.
        name: its pacer.
        ahead_m, offset_m: its place relative to her slot [m].
        from_m, until_m: her distances at which it begins and ends [m]; None: it never ends.
    """

    number: int
    name: str
    ahead_m: float
    offset_m: float
    from_m: float
    until_m: float | None


@dataclass(frozen=True, slots=True)
class Extent:
    """How far from her slot the pacers' places reach, to the half metre, and whether a light runs.

    Attributes:
        behind_m, ahead_m: along the track [m], at least 0.
        inside_m, outside_m: metres to the outside of the innermost and the outermost place [m], and
            of her slot, 0.
        lit: a light runs ahead of her, or may.
    """

    behind_m: float = 0.0
    ahead_m: float = 0.0
    inside_m: float = 0.0
    outside_m: float = 0.0
    lit: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class GroupView:
    """What the straightened group view needs in addition to the bodies.

    Attributes:
        centre_m: race distance at the middle of the view [m].
        span_m: metres of track shown [m].
        front_gap_m: hip-to-hip gap to the nearest pacer ahead; None if there is none [m].
        shelter: share of the air drag removed, 0 to 1 (may be slightly negative).
        assumed: its assumptions as text, `spacing assumed` or `constant shelter`.
        slots: the filled slots of the present formation.
        slot_m: race distance of her slot, the reference of the pacers ahead [m].
        goals: destinations of pacers who change places: race distance and metres outside [m].
        extent: of the whole formation: it changes only where pacers were changed on the way.
    """

    centre_m: float
    span_m: float
    front_gap_m: float | None
    shelter: float
    assumed: str
    slots: tuple[PacerSlot, ...] = ()
    slot_m: float = 0.0
    goals: tuple[tuple[float, float], ...] = ()
    extent: Extent = Extent()


@dataclass(frozen=True, slots=True)
class LightLost:
    """The light was lost at `at_m` [m], `since_s` ago [s of race time]."""

    at_m: float
    since_s: float


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather that a sign on the track shows.

    Attributes:
        wind_m_s: wind speed [m/s]; 0 shows none.
        towards_rad: the direction it blows to on the plane of the track [rad], 0 along the home
            straight, growing anticlockwise.
        temperature_c: air temperature [°C].
    """

    wind_m_s: float
    towards_rad: float
    temperature_c: float


def _uncut() -> tuple[Camera, Camera, float]:
    return Camera.WHOLE, Camera.WHOLE, math.inf


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that one picture shows.

    Attributes:
        title, subtitle: the scenario's name, and a line on the formation and its assumptions.
        race_m: race distance [m]; `start_s_m`: the start line's place on the oval of 400 m [m].
        time_s: race time [s]; 0 before the gun.
        distance_m: the runner's race distance [m].
        lap, laps: current lap from 1, and number of laps (a mile's first crossing of the finish
            line, just after the start, does not end a lap).
        bell: inside the last 400 m.
        projected_s: projected finish from what is known now [s]; None if it is too early.
        target_s: the plan's finish [s].
        chance: the model's chance of the target; None while it is not known, and once little
            is left: in the last metres, or when the target's time is over.
        speed: playback rate; `paused`.
        notice: one short sentence (`playback slipped one step`, `saved picture.png`), or empty.
        start_light: the light of the countdown.
        splits: rows of the split table; rows she has not reached yet have no `run_s`.
        staging: how a story stages this moment; None without a story.
        wakes: returns the air behind the pacers, about her and ahead; none if it is not shown. Only
            close cameras show it.
        on_air: returns the director's camera, the one before it, and the time since the cut [s of
            playing time]; seldom wanted.
        to_gun_s: time until the gun [s]; None after it, and while waiting on the line.
        lost: the light that was lost; None until then.
        board_share: how far the board has slid in, 0 to 1: first she is seen crossing the line.
        weather: None if there is no wind and no heat or cold.
        lap_m: length of a lap [m]; its oval is that of 400 m, scaled down.
        light_m: race distance of the light she chases, drawn or not [m]; None where none runs.
    """

    title: str
    subtitle: str
    race_m: float
    start_s_m: float
    phase: Phase
    start_light: StartLight
    time_s: float
    distance_m: float
    lap: int
    laps: int
    bell: bool
    target_s: float
    projected_s: float | None
    speed: float
    paused: bool
    notice: str
    leds: int
    waves: tuple[Wave, ...]
    runner: Body
    pacers: tuple[Body, ...]
    ghosts: tuple[Body, ...]
    group: GroupView
    gaps: tuple[GapLine, ...]
    meters: tuple[Meter, ...]
    splits: tuple[Split, ...]
    chart: Chart
    what_if: WhatIf | None
    board: Board | None
    assumed: tuple[str, ...]
    chance: Chance | None = None
    staging: Staging | None = None
    wakes: Callable[[], tuple[Wake, ...]] = tuple
    on_air: Callable[[], tuple[Camera, Camera, float]] = _uncut
    to_gun_s: float | None = None
    lost: LightLost | None = None
    board_share: float = 1.0
    weather: Weather | None = None
    lap_m: float = LAP_M
    light_m: float | None = None

    @property
    def compared_to(self) -> str:
        """What the first gap is taken to: the light, the first by name of several, or the plan."""
        several = sum(line.is_light for line in self.gaps) > 1
        return self.gaps[0].name if self.gaps and (several or self.light_m is None) else "the light"

    @property
    def start_m(self) -> float:
        """Track position of the start line [m]."""
        return self.start_s_m * self.lap_m / LAP_M

    def s_m(self, body: Body) -> float:
        """Return the track position of a body [m]."""
        return (body.x_m + self.start_m) % self.lap_m


# -- the drawer of knobs --------------------------------------------------------------------------


class Tab(StrEnum):
    """Pages of the drawer whose contents are computed while they are open."""

    MAP = "Map"
    PRICES = "Price"
    GOAL = "Goal"


class KnobKind(Enum):
    """How a knob is drawn and typed."""

    NUMBER = "number"  # slider and entry
    TIME = "time"  # slider and entry, `3:59.99`
    CHOICE = "choice"  # drop-down
    SWITCH = "switch"  # on or off
    TEXT = "text"  # entry alone


@dataclass(frozen=True, slots=True)
class Knob:
    """One control.

    Attributes:
        path: dotted path in the scenario, `pacers.count`.
        label: its label in the drawer, `pacers`.
        group: its heading, `Pacers`, `Plan`, `Runner`, `Air`, `Light`, `Ghosts`.
        kind: how it is drawn.
        value: the value now, as text a person would type (`13`, `3:59.99`, `hold_light`, `yes`).
        number: the value as a number for the slider, None for choices.
        low, high, step: the slider's range and smallest step.
        unit: `m`, `°C`, `%`; may be empty.
        options: the choices.
        file_value: the file's value, as text.
        changed: the value differs from the file's.
        note: one sentence for the tooltip; contains `assumed` if the value is.
        problem: why the last text typed was refused; empty otherwise.
    """

    path: str
    label: str
    group: str
    kind: KnobKind
    value: str
    number: float | None = None
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    unit: str = ""
    options: tuple[str, ...] = ()
    file_value: str = ""
    changed: bool = False
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SplitKnob:
    """One row of the editable split table; times as text.

    Attributes:
        label: `200`, `400`, ..., `finish`.
        distance_m: where the split is [m].
        section: time of this section, `29.99`; cumulative: `1:00.57`.
        locked: changes elsewhere leave this section as it is.
        changed: the row differs from the file's.
        in_file: the file's time of this section; empty if its race has other splits.
    """

    label: str
    distance_m: float
    section: str
    cumulative: str
    locked: bool
    changed: bool = False
    in_file: str = ""


@dataclass(frozen=True, slots=True)
class PinRow:
    """One kept run: its number (1 to 6), name, colour, finish as text, and whether it is shown."""

    number: int
    name: str
    colour: str
    finish: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison table: `columns` are headings, one row of texts for each line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageContent:
    """The contents of the open page; None while it is not known.

    Attributes:
        knobs: names of the knobs that a map or a goal can use.
        prices: the time that each factor costs; None also if she does not finish: see `no_prices`.
        secret: the finish of the live run must not be shown yet.
        land: the map of the two knobs `map_names`; `here`: the present values' place in it, (row,
            column); `values`: these as text; `here_s`: the finish with them [s], NaN: none.
        goal_name, goal_target: the knob, and the time it is to reach, as text.
        goal: the answer; `goal_problem`: why there is none.
    """

    knobs: tuple[str, ...] = ()
    prices: PriceList | None = None
    no_prices: bool = False
    secret: bool = False
    knob_map: KnobMap | None = None
    map_names: tuple[str, str] = ("front gap", "pacers")
    here: tuple[int, int] | None = None
    here_s: float = math.nan
    values: tuple[str, str] = ("", "")
    goal_name: str = "front gap"
    goal_target: str = ""
    goal: Goal | None = None
    goal_problem: str = ""


@dataclass(frozen=True, slots=True)
class PanelState:
    """Everything the drawer shows.

    Attributes:
        knobs: grouped, in drawing order.
        splits: the split table of the plan, sections of 200 m.
        keep_target: the other unlocked rows compensate a split change; else the target moves.
        by_lap: the split table has rows of 400 m laps, not of 200 m sections.
        split_problem: why the last split typed was refused; empty otherwise.
        from_gun: changes run the whole attempt again; else they apply from this moment on.
        acts_from_gun: a change made now runs it again: also before the start and after the end.
        can_undo, can_redo: how many changes can be undone or redone.
        pins: kept runs.
        comparison: the live run against the pins, None without pins.
        axes: the possible axes of the what-if strip; `axis` is the one shown.
        measures: the possible measures of its bars; `measure` is the one shown.
        file: the scenario's file; `file_problem`: what is wrong with it now, with line and column.
        unsaved: the settings differ from the file.
        answers: the contents of the open page.
        left_behind: the session of an earlier run that can be restored, as text.
        shortened: headings of knobs from which a wave or a ghost of the file is gone.
    """

    knobs: tuple[Knob, ...]
    splits: tuple[SplitKnob, ...]
    keep_target: bool
    from_gun: bool
    can_undo: int
    can_redo: int
    pins: tuple[PinRow, ...]
    comparison: Comparison | None
    axes: tuple[str, ...]
    axis: str
    file: str
    file_problem: str
    unsaved: bool
    by_lap: bool = False
    split_problem: str = ""
    acts_from_gun: bool = False
    measures: tuple[str, ...] = ()
    measure: str = ""
    answers: PageContent = PageContent()
    left_behind: str = ""
    shortened: frozenset[str] = frozenset()
