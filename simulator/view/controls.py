"""The buttons below the timeline, by pygame_gui: whatever a key does often, a hand can do too.

In: a box, the scene's state, events. Out: an `Action` when a button was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pygame
import pygame_gui

from simulator.resources import asset_path
from simulator.stage.keys import BINDINGS, Action
from simulator.view.layout import Box
from simulator.view.panels.cards import key_name
from simulator.view.style import Style
from simulator.view.text import SEMIBOLD
from simulator.view.theme import Colour, Theme, mix


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it does and its words from long to short."""

    action: Action
    words: tuple[str, ...]
    space_before: bool = False


BUTTONS: tuple[Button, ...] = (
    Button(Action.PLAY_PAUSE, ("▶ Play", "▶")),
    Button(Action.SLOWER, ("− slower", "−")),
    Button(Action.NORMAL_RATE, ("1×",)),
    Button(Action.FASTER, ("+ faster", "+")),
    Button(Action.RESTART, ("Restart", "Start", "R")),
    Button(Action.GHOSTS, ("Ghosts", "G"), space_before=True),
    Button(Action.LIGHTS, ("Lights", "L")),
    Button(Action.LABELS, ("Names", "N")),
    Button(Action.CAMERA, ("Follow", "C")),
    Button(Action.HELP, ("Help", "?"), space_before=True),
    Button(Action.FULLSCREEN, ("Full screen", "Full", "F")),
)
PAUSE_WORDS = ("❚❚ Pause", "❚❚")


def place(box: Box, style: Style) -> list[tuple[Button, Box, tuple[str, ...]]]:
    """Return each button with its box and its words; the longest words that fit."""
    px = style.sizes.small
    for level in range(3):
        words = [button.words[min(level, len(button.words) - 1)] for button in BUTTONS]
        pad = round(1.5 * px) if level == 0 else round(0.8 * px)
        wide = [style.type.width(text, SEMIBOLD, px) + pad for text in words]
        if BUTTONS[0].action is Action.PLAY_PAUSE and level == 0:
            wide[0] = max(wide[0], style.type.width("▮▮ Pause", SEMIBOLD, px) + pad)
        gap = max(2, round(0.45 * px))
        total = sum(wide) + sum(gap * (3 if button.space_before else 1) for button in BUTTONS[1:])
        if total <= box.w:
            break
    placed = []
    x = box.x
    for button, each in zip(BUTTONS, wide, strict=True):
        if button.space_before:
            x += 2 * gap
        if x + each > box.right:
            break
        placed.append((button, Box(x, box.y, each, box.h), button.words[level:]))
        x += each + gap
    return placed


class Controls:
    """The buttons of one window."""

    def __init__(self, size: tuple[int, int], style: Style) -> None:
        """Make the manager; buttons come with `arrange`."""
        self._manager = pygame_gui.UIManager(size, _look(style), enable_live_theme_updates=False)
        self._buttons: dict[Action, Any] = {}
        self._box: Box | None = None
        self._state: object = None

    def arrange(self, size: tuple[int, int], box: Box | None, style: Style) -> None:
        """Put the buttons into `box`, or take them away."""
        self._manager.set_window_resolution(size)
        self._manager.clear_and_reset()
        self._buttons.clear()
        self._box, self._state = box, None
        if box is None:
            return
        for button, place_, words in place(box, style):
            key = next((key_name(b.keys[0]) for b in BINDINGS if b.action is button.action), "")
            self._buttons[button.action] = pygame_gui.elements.UIButton(
                pygame.Rect(place_),
                words[0],
                self._manager,
                tool_tip_text=f"{button.action.value} ({key})",
            )

    def boxes(self) -> dict[Action, pygame.Rect]:
        """Return where each button is, for a hand or a test."""
        return {action: pygame.Rect(button.rect) for action, button in self._buttons.items()}

    def handle(self, event: pygame.Event) -> tuple[Action | None, bool]:
        """Return the action an event asks for, and whether a button swallowed the event."""
        if self._box is None:
            return None, False
        if event.type == pygame_gui.UI_BUTTON_PRESSED:
            for action, button in self._buttons.items():
                if event.ui_element is button:
                    return action, True
            return None, False
        if event.type in (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT):
            return None, False
        return None, bool(self._manager.process_events(event))

    def show(self, *, playing: bool, on: frozenset[Action]) -> None:
        """Say what is playing, and which switches are on."""
        if (playing, on) == self._state:
            return
        self._state = (playing, on)
        for action, button in self._buttons.items():
            if action is Action.PLAY_PAUSE:
                short = len(button.text) <= 2
                button.set_text(
                    ("❚❚" if playing else "▶") if short else "❚❚ Pause" if playing else "▶ Play"
                )
            elif action in on:
                button.select()
            else:
                button.unselect()

    def draw(self, surface: pygame.Surface, elapsed_s: float) -> None:
        """Draw the buttons."""
        if self._box is not None:
            self._manager.update(elapsed_s)
            self._manager.draw_ui(surface)


def _look(style: Style) -> dict[str, Any]:
    """Return pygame_gui's own theme from ours."""
    theme: Theme = style.theme

    def text(colour: Colour) -> str:
        return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"

    font = {
        "name": "lightpace",
        "size": str(style.sizes.small),
        "regular_path": str(asset_path("fonts/LightpaceSans-SemiBold.ttf")),
        "bold_path": str(asset_path("fonts/LightpaceSans-Bold.ttf")),
    }
    return {
        "defaults": {
            "font": font,
            "colours": {
                "normal_bg": text(theme.panel),
                "hovered_bg": text(theme.panel_high),
                "active_bg": text(theme.edge),
                "selected_bg": text(mix(theme.panel, theme.own, 0.22)),
                "normal_border": text(theme.edge),
                "hovered_border": text(theme.faint),
                "active_border": text(theme.own),
                "selected_border": text(mix(theme.panel, theme.own, 0.6)),
                "normal_text": text(theme.muted),
                "hovered_text": text(theme.text),
                "active_text": text(theme.text),
                "selected_text": text(theme.text),
                "dark_bg": text(theme.panel),
            },
            "misc": {
                "shape": "rounded_rectangle",
                "shape_corner_radius": str(max(3, round(8 * style.sizes.unit))),
                "border_width": "1",
                "shadow_width": "0",
                "tool_tip_delay": "0.6",
            },
        }
    }
