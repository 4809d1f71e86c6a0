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
from simulator.view.gui import Manager
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


def place(box: Box, style: Style) -> list[tuple[Button, Box, str]]:
    """Return each button with its box and its words, the longest words that all fit."""
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
    placed = []
    x = box.x
    for button, each, text in zip(BUTTONS, wide, words, strict=True):
        if button.space_before:
            x += 2 * gap
        if x + each > box.right:
            break
        placed.append((button, Box(x, box.y, each, box.h), text))
        x += each + gap
    return placed


SETTLES = 4
"""For so many pictures since a hand was near, buttons are looked after; it costs a tenth of one."""


class Controls:
    """The buttons of one window."""

    def __init__(self, size: tuple[int, int], box: Box | None, style: Style) -> None:
        """Put the buttons into `box`; None shows none."""
        self._style = style
        self._manager = Manager(size, _look(style))
        self._buttons: dict[Action, Any] = {}
        self._words: dict[Action, str] = {}
        self._playing = False
        self._on: frozenset[Action] = frozenset()
        self._box = pygame.Rect(box or (0, 0, 0, 0))
        self._settling = 1
        for button, place_, words in place(box, style) if box is not None else []:
            key = next((key_name(b.keys[0]) for b in BINDINGS if b.action is button.action), "")
            self._words[button.action] = words
            self._buttons[button.action] = pygame_gui.elements.UIButton(
                pygame.Rect(place_),
                "",
                self._manager,
                tool_tip_text=f"{button.action.value} ({key})",
            )

    @property
    def theme(self) -> Any:
        """pygame_gui's theme, to be shared: reading one takes a whole picture's time."""
        return self._manager.get_theme()

    def boxes(self) -> dict[Action, pygame.Rect]:
        """Return where each button is, for a hand or a test."""
        return {action: pygame.Rect(button.rect) for action, button in self._buttons.items()}

    def handle(self, event: pygame.Event) -> tuple[Action | None, bool]:
        """Return the action an event asks for, and whether a button swallowed the event."""
        if not self._buttons:
            return None, False
        if event.type == pygame_gui.UI_BUTTON_PRESSED:
            for action, button in self._buttons.items():
                if event.ui_element is button:
                    return action, True
            return None, False
        if event.type in (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT):
            return None, False
        self._settling = SETTLES
        return None, bool(self._manager.process_events(event))

    def show(self, *, playing: bool, on: frozenset[Action]) -> None:
        """Say whether time runs, and which switches are on."""
        self._playing = playing
        if on == self._on:
            return
        self._on = on
        for action, button in self._buttons.items():
            if action in on:
                button.select()
            else:
                button.unselect()

    def draw(self, surface: pygame.Surface, elapsed_s: float) -> None:
        """Draw the buttons."""
        if not self._buttons:
            return
        if self._box.collidepoint(pygame.mouse.get_pos()):
            self._settling = SETTLES
        if self._settling:
            self._settling -= 1
            self._manager.update(elapsed_s)
        else:
            for button in self._buttons.values():
                if button.drawable_shape.has_fresh_surface():
                    button.update(elapsed_s)  # it was switched; the others look as they did
        self._manager.draw_ui(surface)
        theme, px = self._style.theme, self._style.sizes.small
        for action, button in self._buttons.items():
            bright = button.hovered or action in self._on
            colour = theme.text if bright else theme.muted
            x, y = button.rect.center
            words = self._words[action]
            if action is Action.PLAY_PAUSE:
                words = ("Pause" if self._playing else "Play") if words else ""
                x = button.rect.x + round((0.85 if words else 0.5) * px)
                _sign(surface, x, y, px, colour, self._playing)
                at = (x + 1.15 * px, y)
                self._style.type.write(surface, words, at, SEMIBOLD, px, colour)
            else:
                self._style.type.write(surface, words, (x, y), SEMIBOLD, px, colour, align=0.5)


def _sign(
    surface: pygame.Surface, x: float, y: float, px: int, colour: Colour, playing: bool
) -> None:
    """Draw the sign of what a press would do: two bars to pause, a triangle to play."""
    half = 0.42 * px
    if playing:
        for left in (x, x + 1.05 * half):
            bar = (round(left), round(y - half), max(2, round(0.62 * half)), round(2 * half))
            surface.fill(colour, bar)
    else:
        points = [(x, y - half), (x, y + half), (x + 1.7 * half, y)]
        pygame.draw.polygon(surface, colour, points)
        pygame.draw.aalines(surface, colour, True, points)


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
    misc = {
        "shape": "rounded_rectangle",
        "shape_corner_radius": str(max(3, round(8 * style.sizes.unit))),
        "border_width": "1",
        "shadow_width": "0",
        "tool_tip_delay": "0.6",
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
            "misc": misc,
        },
        # what a control of its own kind is given by the library counts before the defaults
        "button": {"misc": misc},
        "text_entry_line": {
            "misc": misc | {"padding": f"{round(0.4 * style.sizes.body)},1"},
            "font": font | {"size": str(style.sizes.body)},
            "colours": {
                "dark_bg": text(theme.back),
                "normal_border": text(theme.own),
                "normal_text": text(theme.text),
                "selected_bg": text(mix(theme.panel, theme.own, 0.5)),
                "selected_text": text(theme.text),
                "text_cursor": text(theme.text),
            },
        },
    }
