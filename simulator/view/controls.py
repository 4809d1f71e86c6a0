"""The buttons below the timeline: mouse access to the most frequent keys.

In: a box, the scene's state, events. Out: an `Action` when a button was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from simulator.stage.keys import BINDINGS, Action
from simulator.view.layout import Box
from simulator.view.panels.cards import key_name
from simulator.view.text import SEMIBOLD, Style
from simulator.view.theme import Colour
from simulator.view.ui import Control, Ui


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its action, and its label from long to short."""

    action: Action
    words: tuple[str, ...]
    space_before: bool = False


BUTTONS: tuple[Button, ...] = (
    Button(Action.PLAY_PAUSE, ("Pause", "")),
    Button(Action.SLOWER, ("− slower", "−")),
    Button(Action.NORMAL_RATE, ("1×",)),
    Button(Action.FASTER, ("+ faster", "+")),
    Button(Action.RESTART, ("Restart", "Start", "R")),
    Button(Action.GHOSTS, ("Ghosts", "G"), space_before=True),
    Button(Action.LIGHTS, ("Lights", "L")),
    Button(Action.LABELS, ("Names", "N")),
    Button(Action.CAMERA, ("Camera", "C")),
    Button(Action.DRAWER, ("Knobs", "K"), space_before=True),
    Button(Action.HELP, ("Help", "?")),
    Button(Action.FULLSCREEN, ("Full screen", "Full", "F")),
)


def place(box: Box, style: Style) -> dict[Action, tuple[Box, str]]:
    """Return the box and label of each button: the longest labels that all fit.

    The boxes are relative to the corner of `box` [px].
    """
    px = style.sizes.small
    for level in range(3):
        words = [button.words[min(level, len(button.words) - 1)] for button in BUTTONS]
        pad = round((1.7, 1.2, 0.8)[level] * px)
        wide = [style.type.width(text, SEMIBOLD, px) + pad for text in words]
        wide[0] += round((1.3 if words[0] else 0.8) * px)
        gap = max(2, round(0.45 * px))
        total = sum(wide) + sum(gap * (3 if button.space_before else 1) for button in BUTTONS[1:])
        if total <= box.w:
            break
    placed, x = {}, 0
    for button, each, text in zip(BUTTONS, wide, words, strict=True):
        x += 2 * gap if button.space_before else 0
        if x + each > box.w:
            break
        placed[button.action] = (Box(x, 0, each, box.h), text)
        x += each + gap
    return placed


class Controls:
    """The buttons of one window, redrawn when one of them changes."""

    def __init__(self, box: Box, style: Style) -> None:
        self._box, self._style, self._ui = box, style, Ui()
        self._places = place(box, style)
        self._surface = pygame.Surface((box.w, box.h), 0, 32)
        self._ui.origin = (box.x, box.y)
        self._shown: tuple[bool, frozenset[Action]] = (False, frozenset())
        self._pressed: Action | None = None

    def boxes(self) -> dict[Action, pygame.Rect]:
        """Return the box of each button [px of the window]."""
        return {
            action: pygame.Rect(box).move(self._ui.origin)
            for action, (box, _) in self._places.items()
        }

    def handle(self, event: pygame.Event) -> tuple[Action | None, bool]:
        """Return the action of an event, and whether a button consumed the event."""
        self._pressed, held = None, self._ui.holding
        self._ui.mouse(event)
        return self._pressed, held or self._ui.holding

    def draw(
        self, surface: pygame.Surface, *, playing: bool, on: frozenset[Action], elapsed_s: float
    ) -> None:
        """Draw the buttons; `playing`: time is running, `on`: the switches that are on."""
        self._ui.tick(elapsed_s)
        if self._ui.stale or self._shown != (playing, on):
            self._shown = (playing, on)
            self._paint(playing=playing, on=on)
        surface.blit(self._surface, self._box)
        self._ui.tooltip(surface)

    def _paint(self, *, playing: bool, on: frozenset[Action]) -> None:
        ui, theme, px = self._ui, self._style.theme, self._style.sizes.small
        self._surface.fill(theme.back)
        ui.begin(self._surface, self._style)
        for action, (box, words) in self._places.items():
            key = next((key_name(b.keys[0]) for b in BINDINGS if b.action is action), "")
            control = Control(key=(action.name,), box=box, note=f"{action.value} ({key})")
            control.press = lambda action=action: self._press(action)
            if action is not Action.PLAY_PAUSE:
                ui.button(control, words, on=action in on)
                continue
            ui.button(control, "")
            colour = theme.text if ui.hover == control.key else theme.muted
            at = (box.x + round((0.85 if words else 0.5) * px), box.y + box.h / 2)
            _sign(self._surface, at, px, colour, playing=playing)
            state = ("Pause" if playing else "Play") if words else ""
            ui.text(state, (at[0] + 1.15 * px, at[1]), px, colour, strong=True)
        ui.end()

    def _press(self, action: Action) -> None:
        self._pressed = action


def _sign(
    surface: pygame.Surface, at: tuple[float, float], px: int, colour: Colour, *, playing: bool
) -> None:
    """Draw the sign of the button's effect: two bars to pause, a triangle to play."""
    (x, y), half = at, 0.42 * px
    if playing:
        for left in (x, x + 1.05 * half):
            bar = (round(left), round(y - half), max(2, round(0.62 * half)), round(2 * half))
            surface.fill(colour, bar)
    else:
        points = [(x, y - half), (x, y + half), (x + 1.7 * half, y)]
        pygame.draw.polygon(surface, colour, points)
        pygame.draw.aalines(surface, colour, True, points)
