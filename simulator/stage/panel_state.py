"""The contents of the drawer of knobs: plain values that the session fills and the view draws.

In: nothing. Out: frozen dataclasses. A knob is named by its dotted path in the scenario. What the
user sets goes back to the session as text for that path, and is checked like the file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.analysis.attribution import PriceList
    from simulator.analysis.knob_search import Goal, KnobMap


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
