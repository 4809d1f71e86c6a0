"""The drawer's pages: what stands where, from a desk and what is being looked at.

In: a `Desk`, a `Glance`, a box, sizes. Out: a `Sheet`. A pure function; nothing here remembers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulator.stage.desk import Desk, Knob
from simulator.units import LAP_M
from simulator.view.drawer.pieces import Dot, Item, Key, Look, Sheet, Tone, Word
from simulator.view.drawer.rows import Rows
from simulator.view.layout import Box
from simulator.view.panels.frame import padding
from simulator.view.style import Style
from simulator.view.text import REGULAR, SEMIBOLD

SPLITS, COMPARE = "Splits", "Compare"
ASKED = {
    "save as": "save as",
    "save pins": "save the kept runs as",
    "load pins": "load kept runs from",
}
"""Questions that are answered by typing a file's name."""
_HINT = "To reset, double-click a label, or click the file's value beside it."


@dataclass(frozen=True, slots=True)
class Glance:
    """What is being looked at: the page, how far it is scrolled, the open question.

    `refused`: sentences about texts that were not taken, by item. `forgiven`: problems of knobs
    that were taken back by Escape, by path.
    """

    page: str = ""
    scroll: int = 0
    asked: str = ""
    table: bool = False
    refused: dict[Key, str] = field(default_factory=dict)
    forgiven: dict[str, str] = field(default_factory=dict)


def page_names(desk: Desk) -> tuple[str, ...]:
    """Return the pages: one for each group of knobs, the splits beside the plan, the kept runs."""
    names = list(dict.fromkeys(knob.group for knob in desk.knobs))
    if desk.splits:
        names.insert(names.index("Plan") + 1 if "Plan" in names else len(names), SPLITS)
    return (*names, COMPARE)


def changed_pages(desk: Desk) -> frozenset[str]:
    """Return the pages where something differs from the file."""
    names = {knob.group for knob in desk.knobs if knob.changed}
    if any(split.changed for split in desk.splits):
        names.add(SPLITS)
    return frozenset(names)


def wave_names(desk: Desk) -> tuple[str, ...]:
    """Return the names of the waves: the last options of the knob that says whom they follow."""
    count = len({k.path.split(".")[2] for k in desk.knobs if k.path.startswith("wavelight.waves.")})
    followed = next((k for k in desk.knobs if k.path == "pacers.follows"), None)
    return followed.options[-count:] if followed is not None and count else ()


def compose(desk: Desk, glance: Glance, size: tuple[int, int], style: Style) -> Sheet:
    """Return the page that is looked at, on a drawer of this size [px]."""
    pad = padding(style.sizes)
    room = Box(pad, 0, max(1, size[0] - 2 * pad), size[1])
    fixed = _Fixed(room, desk, glance, style)
    top, low = fixed.head(), fixed.foot()
    rows = Rows(room.x, room.w, style, glance.refused)
    _page(rows, desk, glance)
    view = Box(room.x - pad // 2, top, room.w + pad, max(1, low - top))
    scroll = min(max(0, glance.scroll), max(0, rows.y - view.h))
    down = view.y - scroll
    return Sheet(
        items=(*fixed.first, *(_moved(item, down) for item in rows.items), *fixed.last),
        words=(*fixed.words, *(replace(word, y=word.y + down) for word in rows.words)),
        dots=(*fixed.dots, *(replace(dot, y=dot.y + down) for dot in rows.dots)),
        labels=tuple((key, _down(box, down)) for key, box in rows.labels),
        view=view,
        length=rows.y,
        scroll=scroll,
        note_at=fixed.note_at,
        banner=fixed.banner,
        hint=_HINT if any(item.look is Look.RESET for item in rows.items) else "",
    )


def _down(box: Box, by: int) -> Box:
    return Box(box.x, box.y + by, box.w, box.h)


def _moved(item: Item, by: int) -> Item:
    return replace(item, box=_down(item.box, by), ring=_down(item.ring, by))


def _page(rows: Rows, desk: Desk, glance: Glance) -> None:
    rows.gap(0.2)
    if glance.page == COMPARE:
        _compare(rows, desk, glance)
        return
    if glance.page == SPLITS:
        note = "On: a change is taken from the open sections. Off: the target moves."
        rows.switch(("keep",), "keep the target", desk.keep_target, note)
        note = "On: one row for each lap of 400 m. Off: one for each 200 m."
        if desk.by_lap or (desk.splits and desk.splits[0].distance_m == LAP_M / 2):
            rows.switch(("laps",), "in laps", desk.by_lap, note)
        if desk.splits:
            rows.sections(desk.splits)
        if any(split.changed for split in desk.splits):
            rows.gap(0.4)
            note = "The whole plan as it stands in the file, its target too."
            rows.buttons([(("reset", "plan"), "The file's plan", note)])
            rows.problem(("reset", "plan"))
        return
    rows.knobs((knob for knob in desk.knobs if knob.group == glance.page), glance.forgiven)
    if glance.page == _wave_page(desk.knobs):
        rows.buttons([(("add wave",), "Add a wave", "One more light with a plan of its own.")])
        names = wave_names(desk)
        for name in names if len(names) > 1 else ():
            rows.buttons([(("remove wave", name), f"Remove {name}", f"Take {name} away.")])


def _wave_page(knobs: tuple[Knob, ...]) -> str:
    groups = {knob.group for knob in knobs}
    return "Waves" if "Waves" in groups else "Light"


def _compare(rows: Rows, desk: Desk, glance: Glance) -> None:
    if desk.pins:
        rows.pins(desk.pins)
        rows.gap()
    else:
        rows.say("Keep a run, change something, and race the two against each other.")
        rows.gap()
    if len(desk.pins) < 6:
        note = "It stays as a ghost, in the chart and in the table; up to six."
        rows.buttons([(("pin",), "Keep this run", note)])
    else:
        rows.say("Six runs are kept: let one go to keep another.")
        rows.gap()
    if desk.comparison is not None:
        words = "Close the table" if glance.table else "Compare in a table"
        rows.buttons([(("table",), words, "Splits, gaps, shelter, reserve and finish of each.")])
    saved = (("ask", "save pins"), "Save …", "Write the kept runs to a file.")
    loaded = (("ask", "load pins"), "Load …", "Read kept runs from a file.")
    rows.buttons([saved, loaded] if desk.pins else [loaded])


def _broken(wide: list[int], room: int, space: int) -> list[list[int]]:
    """Return the numbers of `wide` in as few lines as fit, each about as full as the others."""
    whole = sum(wide) + space * (len(wide) - 1)
    for count in range(1, len(wide) + 1):
        most = max(whole / count, *wide) * 1.08
        lines: list[list[int]] = [[]]
        for i, each in enumerate(wide):
            taken = sum(wide[k] + space for k in lines[-1])
            if lines[-1] and taken + each > min(room, most):
                lines.append([])
            lines[-1].append(i)
        if len(lines) <= count and all(
            sum(wide[k] + space for k in li) <= room + space for li in lines
        ):
            return lines
    return [[i] for i in range(len(wide))]


class _Fixed:
    """What does not scroll: heading, tabs, banner above; words on the file and buttons below."""

    def __init__(self, room: Box, desk: Desk, glance: Glance, style: Style) -> None:
        self.room, self.desk, self.glance, self.style = room, desk, glance, style
        self.first: list[Item] = []
        self.last: list[Item] = []
        self.words: list[Word] = []
        self.dots: list[Dot] = []
        self.banner: Box | None = None
        self.note_at = Box(room.x, 0, room.w, 1)

    def _wide(self, text: str, px: int) -> int:
        return self.style.type.width(text, SEMIBOLD, px)

    def head(self) -> int:
        """Place heading, tabs and banner; return where the page begins [px]."""
        sizes, room = self.style.sizes, self.room
        high = round(1.75 * sizes.small)
        y = max(4, round(0.45 * padding(sizes)))
        middle = y + high // 2
        self.words.append(
            Word("knobs", room.x, middle, room.w // 4, Tone.HEAD, "caption", scrolls=False)
        )
        x = room.right - high
        close = Box(x, y, high, high)
        segments: list[Item] = []
        for name, text, on, note in (
            ("gun", "from the gun", self.desk.from_gun, "A change runs the whole attempt again."),
            ("here", "from here", not self.desk.from_gun, "A change goes on from this moment."),
        ):
            wide = self._wide(text, sizes.caption) + round(1.1 * sizes.caption)
            x -= wide + (round(0.5 * sizes.small) if name == "gun" else 2)
            box = Box(x, y, wide, high)
            segments.append(
                Item((name,), Look.TAB, box, box, text, on=on, note=note, scrolls=False)
            )
        self.first += segments[::-1]
        self.first.append(
            Item(("close",), Look.CROSS, close, close, note="Close the drawer.", scrolls=False)
        )
        y = self._tabs(y + high + round(0.4 * sizes.small), high)
        return self._banner(y) + round(0.2 * sizes.small)

    def _tabs(self, y: int, high: int) -> int:
        px, room = self.style.sizes.small, self.room
        names = page_names(self.desk)
        wide = [self._wide(name, px) + round(0.9 * px) for name in names]
        lines, changed = _broken(wide, room.w, 2), changed_pages(self.desk)
        for line in lines:
            spare = room.w - sum(wide[k] for k in line) - 2 * (len(line) - 1)
            more = max(0, spare) // len(line)
            x = room.x
            for k in line:
                each = min(wide[k] + more, room.w)
                box = Box(x, y, max(1, each), high)
                key = ("tab", names[k])
                tab = Item(key, Look.TAB, box, box, names[k], scrolls=False)
                on = names[k] == self.glance.page
                self.first.append(replace(tab, on=on, changed=names[k] in changed))
                x += each + 2
            y += high + 2
        return y

    def _banner(self, y: int) -> int:
        if not self.desk.file_problem:
            return y
        sizes, room = self.style.sizes, self.room
        px = sizes.caption
        pad = round(0.5 * px)
        lines = self.style.type.wrap(self.desk.file_problem.split(), REGULAR, px, room.w - 3 * pad)[
            :4
        ]
        step = round(1.35 * px)
        y += pad
        self.banner = Box(room.x, y, room.w, step * len(lines) + 2 * pad)
        for i, said in enumerate(lines):
            at = (room.x + 2 * pad, y + pad + i * step + step // 2)
            wide = room.w - 3 * pad
            self.words.append(Word(said, *at, wide, Tone.TEXT, "caption", scrolls=False))
        return self.banner.bottom + pad

    def foot(self) -> int:
        """Place the buttons and the file's words; return where the page must end [px]."""
        sizes, room, desk = self.style.sizes, self.room, self.desk
        px = sizes.small
        high, space = round(1.85 * px), max(2, round(0.3 * px))
        y = room.bottom - round(0.6 * padding(sizes)) - high
        if self.glance.asked:
            self._question(y, high)
        else:
            undo = f"Undo {desk.can_undo}" if desk.can_undo else "Undo"
            redo = f"Redo {desk.can_redo}" if desk.can_redo else "Redo"
            row = (
                (("undo",), undo, desk.can_undo > 0, "Take the last change back."),
                (("redo",), redo, desk.can_redo > 0, "Make the change again."),
                (("save",), "Save", desk.unsaved, "Write the settings to the file."),
                (("ask", "save as"), "Save as …", True, "Write them to another file."),
            )
            wide = (room.w - 3 * space) // 4
            for i, (key, text, enabled, note) in enumerate(row):
                box = Box(room.x + i * (wide + space), y, max(1, wide), high)
                self.last.append(
                    Item(
                        key, Look.BUTTON, box, box, text, note=note, scrolls=False, enabled=enabled
                    )
                )
        y -= round(1.5 * sizes.caption)
        middle = y + round(0.72 * sizes.caption)
        left = room.x
        refused = self.glance.refused.get(("name", self.glance.asked), "")
        if desk.unsaved and not refused:
            radius = max(2, round(0.2 * sizes.body))
            self.dots.append(Dot(left + radius, middle, scrolls=False))
            left += 3 * radius + 1
        said = (desk.file or "from no file") + ("  not saved" if desk.unsaved else "")
        tone = Tone.TEXT if desk.unsaved else Tone.MUTED
        if refused:  # why a name was not taken stands right above its entry
            said, tone = refused, Tone.PROBLEM
        wide = max(1, room.right - left)
        self.words.append(Word(said, left, middle, wide, tone, "caption", scrolls=False))
        note_h = round(2.8 * sizes.caption) if room.h > 26 * sizes.caption else 0
        self.note_at = Box(room.x, y - note_h, room.w, max(1, note_h))
        return self.note_at.y - round(0.3 * px)

    def _question(self, y: int, high: int) -> None:
        room, px = self.room, self.style.sizes.small
        text = ASKED.get(self.glance.asked, "")
        wide = min(self._wide(text, px), room.w // 2)
        self.words.append(
            Word(text, room.x, y + high // 2, wide + 2, Tone.MUTED, "small", scrolls=False)
        )
        left = room.x + wide + px
        box = Box(left, y, max(1, room.right - left), high)
        key = ("name", self.glance.asked)
        note = "Enter does it, Escape leaves it."
        self.last.append(Item(key, Look.VALUE, box, box, note=note, scrolls=False))
