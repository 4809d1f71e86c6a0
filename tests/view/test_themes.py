"""Every theme can be read, and its meanings stay apart for every kind of colour vision.

The simulations are those of Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB;
differences are CIE 1976 in CIELAB under D65; contrast is that of WCAG 2.2.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from simulator.analysis.gaps import GapState
from simulator.cli import main
from simulator.errors import ThemeError
from simulator.export.leds import colours_of
from simulator.scenario.fields import KIT_COLOURS, THEME_KIT
from simulator.screen import Camera
from simulator.stage.scene import Scene
from simulator.view import camera
from simulator.view.layers import effects, group
from simulator.view.layers.close_up import Led, heads, leds, light_on_ground
from simulator.view.layers.track import led_places
from simulator.view.layout import Box
from simulator.view.perspective import Lens, rig_of
from simulator.view.picture import PictureOptions, layout_of, render_still
from simulator.view.theme import (
    THEMES,
    Colour,
    Theme,
    css,
    difference,
    mix,
    next_theme,
    relative_luminance,
    theme_named,
)
from tests.view import scenes

Floats = NDArray[np.float64]

VISION: dict[str, Floats] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ @ np.ones(3)
EVERY = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


def contrast(first: Colour, second: Colour) -> float:
    light, dark = sorted((relative_luminance(first), relative_luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: Colour, vision: str) -> Floats:
    part = np.asarray(colour) / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear, 0.0, 1.0) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen_difference(first: Colour, second: Colour, vision: str) -> float:
    return float(np.linalg.norm(seen(first, vision) - seen(second, vision)))


def test_the_colour_science_gives_known_values() -> None:
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21.0)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert seen((255, 0, 0), "normal") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert seen_difference((200, 200, 200), (200, 200, 200), "tritanopia") == 0
    for one, other in combinations(THEMES["night"].named.values(), 2):
        assert difference(one, other) == pytest.approx(seen_difference(one, other, "normal"), 1e-3)
    red, green = (220, 50, 50), (110, 120, 30)
    assert seen_difference(red, green, "deuteranopia") < 0.4 * seen_difference(red, green, "normal")


@EVERY
def test_writing_can_be_read_on_every_ground(theme: Theme) -> None:
    for ground in (theme.back, theme.panel, theme.panel_high):
        for words in (theme.text, theme.muted, theme.faint):
            assert contrast(words, ground) >= 4.5
    for name in ("own", "target", "warning", "good", "shelter", "effort", "reserve"):
        assert contrast(getattr(theme, name), theme.panel) >= 4.5, name
    for name, colour in theme.named.items():
        if name != "black":
            assert contrast(colour, theme.panel) >= 4.5, name


@EVERY
def test_gaps_can_be_read_on_panels_and_on_the_turf(theme: Theme) -> None:
    turf = np.asarray(theme.ground.turf) * 1.05
    lit = turf * (1.0 + 0.24 * theme.ground.floodlight)
    ground: Colour = tuple(int(min(255, part)) for part in lit)  # type: ignore[assignment]
    for colour in theme.gaps.values():
        assert contrast(colour, theme.panel) >= 4.5
        assert contrast(colour, ground) >= 4.5
    assert contrast(theme.text, ground) >= 7.0


@pytest.mark.parametrize("vision", VISION)
@EVERY
def test_the_four_meanings_of_a_gap_stay_apart(theme: Theme, vision: str) -> None:
    four = [(state, colour) for state, colour in theme.gaps.items() if state is not GapState.LEVEL]
    for (first, one), (second, other) in combinations(four, 2):
        same_side = first.side == second.side
        least = 12.0 if same_side else 20.0
        if theme.name == "colour-blind":
            least = 25.0
        found = seen_difference(one, other, vision)
        assert found >= least, f"{first.value} and {second.value}: {found:.1f} under {vision}"


@EVERY
def test_the_runner_her_pacers_and_the_light_stand_out_from_the_track(theme: Theme) -> None:
    for vision in VISION:
        for name in ("white", "pink"):
            assert seen_difference(theme.colour(name), theme.ground.tartan, vision) >= 25
        assert seen_difference(theme.light("green"), theme.ground.edge, vision) >= 25


@EVERY
def test_what_lies_on_the_track_can_be_seen(theme: Theme) -> None:
    """3 is what WCAG asks of large writing and of things that are no writing."""
    ground = theme.ground
    assert contrast(ground.line, ground.tartan) >= 3.0, "START, FINISH, 100"
    assert contrast(theme.light("green"), ground.edge) >= 3.0, "a lit LED beside the kerb"
    assert contrast(theme.light("green"), ground.led_off) >= 1.5, "lit and unlit LEDs"
    assert contrast(theme.colour("white"), ground.tartan) >= 3.0, "her"
    for name in theme.named:
        if name != "black":
            assert contrast(group.name_colour(theme, name), group.tartan(theme)) >= 4.5, name
    if theme.by_day:  # names stand on beds there
        for colour in theme.named.values():
            assert contrast(colour, theme.panel) >= 4.5
        rim = mix(theme.light("green"), (0, 0, 0), 0.6)
        assert contrast(rim, ground.kerb) >= 3.0, "the rim of a lit LED on the kerb"


def test_by_day_a_light_keeps_its_colour() -> None:
    """Added to a bright track it would burn out to yellow and white."""
    theme, scene = THEMES["daylight"], scenes.light_lost()
    surface = pygame.Surface((1280, 720), 0, 32)
    surface.fill(theme.ground.tartan)
    layout = layout_of((1280, 720), None, PictureOptions())
    view, wave = camera.whole(layout.track), scene.waves[0]
    effects.draw_waves(surface, scene.waves, view, layout.stage, theme)
    x, y = led_places(len(wave.brightness))
    led = int(np.argmax(wave.brightness))
    px, py = view.at(float(x[led]), float(y[led]))
    red, green, blue, _ = surface.get_at((round(px), round(py)))
    assert seen_difference((red, green, blue), theme.light("green"), "normal") < 30


def test_by_day_a_light_keeps_its_colour_close_up() -> None:
    """The LED does, and where it shines on the tartan nothing turns yellow."""
    theme, surface = THEMES["daylight"], pygame.Surface((200, 200), 0, 32)
    surface.fill(theme.ground.tartan)
    led = Led(100.0, 100.0, 60.0, 1.0, theme.light("green"))
    light_on_ground(surface, [led], 0.5, day=True)
    heads(surface, [led], theme)
    red, green, blue, _ = surface.get_at((100, 100))
    assert seen_difference((red, green, blue), led.colour, "normal") < 30
    beside = surface.get_at((100, 90))
    assert beside.g > theme.ground.tartan[1] + 20
    assert beside.r < theme.ground.tartan[0] - 20


def lit_rail(scene: Scene, theme: Theme) -> dict[str, NDArray[np.int_]]:
    """Return the pictures of the LEDs near her: close up, in the group, on the whole track."""
    surfaces = {name: pygame.Surface((1280, 720), 0, 32) for name in ("close", "group", "map")}
    for surface in surfaces.values():
        surface.fill(theme.ground.tartan)
    lights = leds(scene, Lens(rig_of(Camera.RAIL, scene), 1280, 720), theme)
    light_on_ground(surfaces["close"], lights, 0.3, day=theme.by_day)
    heads(surfaces["close"], lights, theme)
    piece = group.StraightTrack(Box(0, 0, 1280, 720), 1280 / scene.group.span_m, 300.0, 1)
    group._rail(surfaces["group"], scene, piece, theme)
    box = Box(0, 0, 1280, 720)
    effects.draw_waves(surfaces["map"], scene.waves, camera.whole(box), box, theme)
    return {name: pygame.surfarray.array3d(each).astype(int) for name, each in surfaces.items()}


@pytest.mark.parametrize("theme", [THEMES["night"], THEMES["daylight"]], ids=["night", "day"])
@pytest.mark.parametrize("share", [(1.0, 1.0), (0.5, 0.5), (0.5, 0.25)])
@pytest.mark.parametrize("colours", [("green", "red"), ("red", "blue")])
def test_where_waves_meet_every_picture_shows_the_light_that_a_strip_is_sent(
    theme: Theme,
    share: tuple[float, float],
    colours: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two waves on the same LEDs look like one wave in the colour of their sum."""
    monkeypatch.setattr(effects, "_spill", lambda *_: None)  # on the ground, of each whole wave
    scene = scenes.running(60.0)
    wave, near = scene.waves[0], np.zeros(scene.leds)
    here = round(scene.s_m(scene.runner) * scene.leds / scene.lap_m)
    near[np.arange(here - 1, here + 3) % scene.leds] = 1.0
    two = [
        replace(wave, colour=colour, brightness=near * part)
        for colour, part in zip(colours, share, strict=True)
    ]
    meeting = replace(scene, waves=tuple(two))
    sent = colours_of(meeting, scene.leds, theme)
    bright = min(sum(share), 1.0)
    red, green, blue = (min(round(level / bright), 255) for level in sent[here].tolist())
    one = replace(wave, colour=css((red, green, blue)), brightness=near * bright)
    for name, picture in lit_rail(meeting, theme).items():
        alone = lit_rail(replace(scene, waves=(one,)), theme)[name]
        assert np.abs(picture - alone).max() <= 16, name
        dark = lit_rail(replace(scene, waves=()), theme)[name]
        assert np.abs(picture - dark).max() > 35, name


@EVERY
@pytest.mark.parametrize("moment", ["ready", "light_lost", "finish"])
def test_every_theme_draws_every_moment(theme: Theme, moment: str) -> None:
    picture = render_still(scenes.MOMENTS[moment](), (640, 360), theme.name)
    red, green, blue, _ = picture.get_at((0, 0))
    assert seen_difference((red, green, blue), theme.back, "normal") < 12


def test_themes_differ() -> None:
    pictures = {
        pygame.image.tobytes(render_still(scenes.bell(), (320, 180), name), "RGB")
        for name in THEMES
    }
    assert len(pictures) == len(THEMES)


def test_a_file_overrides_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        'base: daylight\ntext: "#010203"\nground: {turf: "#aabbcc", floodlight: 0.5}\n'
        'gaps: {"behind, losing": "#ff0000"}\nnamed: {green: "#00ff00"}\n',
        encoding="utf-8",
    )
    theme = theme_named(str(path))
    assert theme.text == (1, 2, 3)
    assert (theme.ground.turf, theme.ground.floodlight) == ((0xAA, 0xBB, 0xCC), 0.5)
    assert theme.gap(GapState.BEHIND_LOSING) == (255, 0, 0)
    assert theme.gap(GapState.LEVEL) == THEMES["daylight"].gap(GapState.LEVEL)
    assert theme.colour("green") == (0, 255, 0)
    assert theme.light("green") == THEMES["daylight"].light("green")
    assert theme.panel == THEMES["daylight"].panel
    assert theme.kit("red") == THEMES["night"].colour("red")
    render_still(scenes.bell(), (320, 180), str(path))
    path.write_text("base: daylight\nkit_colours: 0\n", encoding="utf-8")
    assert theme_named(str(path)).kit("red") is None


@pytest.mark.parametrize("name", ["night", "daylight"])
def test_a_kit_has_the_colour_of_its_name_by_day_as_by_night(name: str) -> None:
    """By day names of colours are dark, to be read: a white kit was navy, a yellow one brown."""
    theme, night = THEMES[name], THEMES["night"]
    for colour in KIT_COLOURS:
        if colour != "black":
            assert theme.kit(colour) == night.named[colour]
    assert relative_luminance(theme.kit("black") or (255, 255, 255)) < 0.06
    assert theme.kit("#e8112d") == (0xE8, 0x11, 0x2D)
    assert theme.kit(THEME_KIT) is None


@pytest.mark.parametrize("name", ["colour-blind", "high-contrast"])
def test_themes_for_who_sees_otherwise_keep_their_own_kit(name: str) -> None:
    theme = THEMES[name]
    assert {theme.kit(colour) for colour in (*KIT_COLOURS, "#e8112d")} == {None}
    for vision in VISION:
        assert seen_difference(theme.colour("white"), theme.colour("pink"), vision) >= 25


BOMB = "x: &a [y, y, y, y, y, y, y, y, y]\n"
for before, after in itertools.pairwise("abcdef"):
    BOMB += f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("txt: '#000000'", "knows no 'txt'"),
        ("text: red", "is a colour such as"),
        ("text: [1, 2, 3]", "is a colour such as"),
        ("base: noon", "base  is one of night"),
        ("ground: {grass: '#000000'}", "ground knows no 'grass'"),
        ("ground: {floodlight: 7}", "from 0 to 1"),
        ("kit_colours: 0.5", "kit_colours  is 0 or 1"),
        ("gaps: 3", "gaps  is a list of names"),
        ("ground: {floodlight: yes}", "from 0 to 1, not 'yes'"),
        ("- 1", "a list of names and colours"),
        ("a: [", "not valid YAML"),
        ("base: [night]", "base  is one of night.*not a list"),
        ("base: {a: b}", "base  is one of night.*not a table"),
        ("base: nigth", "did you mean night"),
        ("txet: '#000000'", r"mine.yaml:1:1  a theme knows no 'txet'  \(did you mean text\?"),
        ("[" * 20_000, "nested deeper"),
        ("text: 2001-99-99", "is a colour such as"),
        ("text: " + "1" * 5000, "is a colour such as"),
        ("text:", "not nothing"),
        ("text: !!float x", "tag .* is not used"),
        ("text: !!python/object/apply:os.system [echo]", "tag .* is not used"),
        ("text: '#000000'\ntext: '#ffffff'", "mine.yaml:2:1  text  key 'text' was given before"),
        ("\n".join(f"t{i}: 1" for i in range(5000)), r"\.\.\. and 4,950 more"),
        (BOMB, "aliases written out"),
        ("text: '" + "x" * 1_000_001 + "'", "larger than 1 MB"),
    ],
    ids=range(25),
)
def test_what_a_theme_does_not_know_is_told_with_its_place(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ThemeError, match=words) as refused:
        theme_named(str(path))
    assert len(str(refused.value)) < 30_000
    assert refused.value.exit_code == 2


def test_every_problem_of_a_theme_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("base: noon\ntext: red\nground: {grass: '#000000'}\n", encoding="utf-8")
    with pytest.raises(ThemeError) as refused:
        theme_named(str(path))
    places = [
        line.partition("  ")[0].rpartition("mine.yaml")[2]
        for line in str(refused.value).splitlines()
    ]
    assert places == [":1:7", ":2:7", ":3:10"]


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(ThemeError, match="the file is empty"):
        theme_named(str(path))


def test_a_missing_file_is_one_sentence() -> None:
    with pytest.raises(ThemeError, match=r"nowhere.yaml  there is no such file"):
        theme_named("nowhere.yaml")
    with pytest.raises(ThemeError, match="There is no theme 'dusk'; there are: night, daylight"):
        theme_named("dusk")


def test_the_themes_go_round() -> None:
    theme = THEMES["night"]
    names = [(theme := next_theme(theme)).name for _ in THEMES]
    assert names == [*list(THEMES)[1:], "night"]


@pytest.mark.parametrize("command", ["run", "still", "film", "report"])
def test_the_help_names_every_theme(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    told = " ".join(re.sub("[│\n]", " ", capsys.readouterr().out).split())
    for name in THEMES:
        assert name in told
