"""The one key table: it feeds the event handler, the help overlay, `--help` and the README.

In: nothing. Out: `BINDINGS`, and `PRESENTING`, which applies while the window presents. The handler
looks an action up by key name and modifiers. Key names are those of SDL (`pygame.key.name`), so
this room needs no pygame.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """An action that a key or a button triggers."""

    PLAY_PAUSE = "play or pause"
    RESTART = "back to the start line"
    SLOWER = "slower"
    FASTER = "faster"
    NORMAL_RATE = "back to 1×"
    SLOW_MOTION = "slow motion when the light is lost"
    SEEK_BACK = "back 5 s"
    SEEK_FORWARD = "forward 5 s"
    SEEK_BACK_LONG = "back 30 s"
    SEEK_FORWARD_LONG = "forward 30 s"
    STEP_BACK = "one frame back"
    STEP_FORWARD = "one frame forward"
    TO_FINISH = "to the finish"
    REPLAY = "the last event again, slowly; once more goes back"
    GHOSTS = "ghosts on or off"
    GROUPS = "pacers and light of ghosts on or off"
    LIGHTS = "lights on or off"
    WAKE = "air behind the pacers on or off"
    LABELS = "labels on or off"
    CAMERA = "next camera"
    CAMERA_BACK = "camera before"
    SOUND = "sound on or off"
    THEME = "other colours"
    MEASURE = "bars by finish, reserve, chance or light lost"
    REVEAL = "reveal what is still to come"
    DRAWER = "open or close the drawer of knobs"
    UNDO = "take the last change back"
    REDO = "make it again"
    FROM_GUN = "changes from the gun, or from this moment"
    PIN = "pin this run, to compare with"
    SAVE = "save the scenario"
    PACER = "take the next pacer"
    PACER_BACK = "take the one before"
    PASTE = "paste splits into the plan"
    CHART = "chart of gaps, of paces, of who runs when"
    NUDGE = "move the taken pacer or split; Shift: farther"
    NAME = "name him"
    ADD = "add a pacer behind him"
    REMOVE = "remove him; for a split: the file's"
    LET_GO = "let go"
    RESTORE = "bring the last session back"
    HELP = "this help"
    FULLSCREEN = "full screen"
    SCREENSHOT = "save a picture"
    RECORD = "record what is shown; again: keep it"
    PRESENT = "present from here"
    QUIT = "quit"
    NEXT_CUE = "next chapter, or event of the run"
    PREVIOUS_CUE = "the one before"
    BLACK = "black screen, and back"
    WHITE = "white screen, and back"
    FROM_BEGINNING = "from the beginning"
    LEAVE = "leave the presentation; where that ends it, after a question"
    ENTER = "next; after a number, or in the overview: go there"
    NUMBER = "number of a chapter or event: Enter goes there"
    OVERVIEW = "overview of the chapters or events"
    KNOB = "take a knob that the chapter permits; after the last, back to the script"
    KNOB_LESS = "turn it down"
    KNOB_MORE = "turn it up"
    TIMER = "stop the speaker's timer, and let it go on"
    LINK = "QR code of the story's page"


@dataclass(frozen=True, slots=True)
class Binding:
    """One row: keys (SDL names, `ctrl+` and `shift+` in front), action, group in the help.

    `repeats` says that holding the key repeats it (hold to seek).
    """

    keys: tuple[str, ...]
    action: Action
    group: str
    repeats: bool = False


BINDINGS: tuple[Binding, ...] = (
    Binding(("space",), Action.PLAY_PAUSE, "Play"),
    Binding(("r", "home"), Action.RESTART, "Play"),
    Binding(("end",), Action.TO_FINISH, "Play"),
    Binding(("-", "down"), Action.SLOWER, "Play"),
    Binding(("=", "+", "up"), Action.FASTER, "Play"),
    Binding(("1",), Action.NORMAL_RATE, "Play"),
    Binding(("s",), Action.SLOW_MOTION, "Play"),
    Binding(("left",), Action.SEEK_BACK, "Move", repeats=True),
    Binding(("right",), Action.SEEK_FORWARD, "Move", repeats=True),
    Binding(("shift+left",), Action.SEEK_BACK_LONG, "Move", repeats=True),
    Binding(("shift+right",), Action.SEEK_FORWARD_LONG, "Move", repeats=True),
    Binding((",",), Action.STEP_BACK, "Move", repeats=True),
    Binding((".",), Action.STEP_FORWARD, "Move", repeats=True),
    Binding(("i",), Action.REPLAY, "Move"),
    Binding(("g",), Action.GHOSTS, "Show"),
    Binding(("shift+g",), Action.GROUPS, "Show"),
    Binding(("l",), Action.LIGHTS, "Show"),
    Binding(("w",), Action.WAKE, "Show"),
    Binding(("n",), Action.LABELS, "Show"),
    Binding(("c",), Action.CAMERA, "Show"),
    Binding(("shift+c",), Action.CAMERA_BACK, "Show"),
    Binding(("m",), Action.SOUND, "Show"),
    Binding(("shift+t",), Action.THEME, "Show"),
    Binding(("x",), Action.MEASURE, "Show"),
    Binding(("v",), Action.REVEAL, "Show"),
    Binding(("d",), Action.CHART, "Show"),
    Binding(("k", "tab"), Action.DRAWER, "Change"),
    Binding(("ctrl+z",), Action.UNDO, "Change", repeats=True),
    Binding(("ctrl+y", "ctrl+shift+z"), Action.REDO, "Change", repeats=True),
    Binding(("t",), Action.FROM_GUN, "Change"),
    Binding(("b",), Action.PIN, "Change"),
    Binding(("ctrl+s",), Action.SAVE, "Change"),
    Binding(("e",), Action.PACER, "Change", repeats=True),
    Binding(("shift+e",), Action.PACER_BACK, "Change", repeats=True),
    Binding(("ctrl+v",), Action.PASTE, "Change"),
    Binding(("ctrl+r",), Action.RESTORE, "Change"),
    Binding(("h", "f1"), Action.HELP, "Window"),
    Binding(("f", "f11"), Action.FULLSCREEN, "Window"),
    Binding(("p", "f12"), Action.SCREENSHOT, "Window"),
    Binding(("shift+p",), Action.RECORD, "Window"),
    Binding(("f5",), Action.PRESENT, "Window"),
    Binding(("escape", "q"), Action.QUIT, "Window"),
)

BY_HAND: tuple[Binding, ...] = (
    Binding(("left", "right", "up", "down"), Action.NUDGE, "With a pacer or split", repeats=True),
    Binding(("return",), Action.NAME, "With a pacer or split"),
    Binding(("insert",), Action.ADD, "With a pacer or split"),
    Binding(("delete", "backspace"), Action.REMOVE, "With a pacer or split"),
    Binding(("escape",), Action.LET_GO, "With a pacer or split"),
)
"""Keys while a pacer or a split is selected, by `PACER` or with the mouse."""

MOUSE: tuple[tuple[str, str], ...] = (
    ("Click a bar", "take its value; its heading: choose what is shown"),
    ("Drag in the map", "take the values of its two knobs"),
    ("Drag the chart", "move in time"),
    ("Drag a pacer, a split", "move it; double click by her: add a pacer"),
    ("Wheel, drag the ground", "come closer, look elsewhere"),
    ("Double click a label", "the file's value"),
)
"""Mouse actions, for the help."""

PRESENTING: tuple[Binding, ...] = (
    Binding(("page down", "right", "down", "space", "n"), Action.NEXT_CUE, "Presenting"),
    Binding(("return", "enter"), Action.ENTER, "Presenting"),
    Binding(("page up", "left", "up", "backspace"), Action.PREVIOUS_CUE, "Presenting"),
    Binding(("b", "."), Action.BLACK, "Presenting"),
    Binding(("w", ","), Action.WHITE, "Presenting"),
    Binding(("s",), Action.PLAY_PAUSE, "Presenting"),
    Binding(("f5", "home"), Action.FROM_BEGINNING, "Presenting"),
    Binding(tuple("1234567890"), Action.NUMBER, "Presenting"),
    Binding(("o", "tab"), Action.OVERVIEW, "Presenting"),
    Binding(("k",), Action.KNOB, "Presenting"),
    Binding(("shift+down", "shift+left"), Action.KNOB_LESS, "Presenting"),
    Binding(("shift+up", "shift+right"), Action.KNOB_MORE, "Presenting"),
    Binding(("u",), Action.LINK, "Presenting"),
    Binding(("t",), Action.TIMER, "Presenting"),
    Binding(("escape",), Action.LEAVE, "Presenting"),
)
"""Keys of slide programs and clickers while the window presents."""

ALSO_PRESENTING: frozenset[Action] = frozenset(
    {
        Action.CAMERA,
        Action.CAMERA_BACK,
        Action.GHOSTS,
        Action.GROUPS,
        Action.LIGHTS,
        Action.SLOWER,
        Action.FASTER,
        Action.SOUND,
        Action.RECORD,
        Action.HELP,
    }
)
"""Actions that keep their keys while presenting; all other keys do nothing, since a stray press
must not change what an audience sees.
"""
