from __future__ import annotations

from typing import Any

import pygame
import pytest

from simulator.view import text as fonts
from simulator.view.text import BOLD, REGULAR, SEMIBOLD, Type, clean

AWKWARD = [
    "",
    " ",
    "Faith Kipyegon",
    "🏃‍♀️🇰🇪 فيث كيبييغون",
    "שלום" * 50,
    "x" * 10_000,
    "\U0001d571" * 10_000,
    "line\nbreak\ttab",
    "nul\x00 bell\x07",
    "lone \ud800 surrogate",
    "e" + "\u0301" * 500,
    "\u202eoverride",
]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [0, 1, 7, 60, 400])
def test_fitted_text_never_overflows(text: str, width: int) -> None:
    type_ = Type()
    for weight, px in ((REGULAR, 12), (SEMIBOLD, 21), (BOLD, 60)):
        fitted = type_.fit(text, weight, px, width)
        assert type_.width(fitted, weight, px) <= width
        assert not fitted or type_.run(fitted, weight, px, (255, 255, 255)).get_width() <= width + 1


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_can_be_written(text: str) -> None:
    type_ = Type()
    surface = pygame.Surface((300, 60), 0, 32)
    type_.write(surface, text, (10, 30), REGULAR, 15, (255, 255, 255), width=200)
    type_.caps(surface, text, (10, 30), 15, (255, 255, 255), width=200)


@pytest.mark.parametrize("px", [11, 12, 15, 21, 39, 40, 120])
@pytest.mark.parametrize("weight", [REGULAR, SEMIBOLD, BOLD])
def test_digits_are_equally_wide(weight: str, px: int) -> None:
    type_ = Type()
    assert len({type_.run(c, weight, px, (9, 9, 9)).get_width() for c in "0123456789"}) == 1
    assert len({type_.width(f"1:{c}{c}.{c}", weight, px) for c in "0123456789"}) == 1


def test_the_caches_stay_bounded() -> None:
    type_ = Type()
    for n in range(3000):
        type_.run(f"{n}", REGULAR, 12, (1, 2, 3))
        type_.fit(f"{n} and more", REGULAR, 12, 40)
    assert type_.run.cache_info().currsize <= 900
    assert type_._fit.cache_info().currsize <= 900


def test_a_window_dragged_larger_keeps_few_files_open() -> None:
    type_ = Type()
    for px in range(8, 308):
        type_.run("4:06.42", REGULAR, px, (1, 2, 3))
    assert type_.font.cache_info().currsize <= 64
    assert type_.height(REGULAR, 200) > type_.height(REGULAR, 100)


# -- names in any script ---------------------------------------------------------------------------

BUNDLED = [
    "Genzebe Dibaba",
    "Ingrīda Ūdre Đorđe Žižek Nguyễn",
    "Ελένη Παπαδοπούλου Ἀθηνᾶ",
    "Юлия Степанова Їжакевич",
    "ገንዘቤ ዲባባ",
]


@pytest.mark.parametrize("name", BUNDLED)
def test_names_of_runners_are_written_in_bundled_letters(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_system_fonts", lambda: ())
    fonts.font_for.cache_clear()
    assert fonts.unwritten(name) == ()
    assert clean(name) == name
    type_ = Type()
    shown = pygame.image.tobytes(type_.run(name, SEMIBOLD, 40, (255, 255, 255)), "RGBA")
    boxes = "".join(" " if c == " " else "\U0010fffd" for c in name)
    assert shown != pygame.image.tobytes(
        pygame.font.Font(fonts.main_font(SEMIBOLD), 40).render(boxes, True, "white"), "RGBA"
    )
    for char in set(name.replace(" ", "")):
        path = fonts.font_for(char, SEMIBOLD)
        assert path is not None
        assert fonts._has(path, char)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Jose\u0301", "José"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("Ταΐζ Ζαΐμης".upper(), "ΤΑΪΖ ΖΑΪΜΗΣ"),  # Ϊ with a second accent is no one character
        ("Ade\u0329\u0301", "Adé"),
        ("ገንዘ\u135fቤ", "ገንዘ\u135fቤ"),
    ],
)
def test_no_accent_is_a_box_beside_its_letter(name: str, shown: str) -> None:
    assert clean(name) == shown


def test_capitals_are_composed_after_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    glyphs: list[str] = []
    type_ = Type()
    run = type_.run

    def noting(char: str, *how: Any) -> Any:
        glyphs.append(char)
        return run(char, *how)

    monkeypatch.setattr(type_, "run", noting)
    wide = type_.caps(pygame.Surface((400, 40)), "Ζαΐμης", (0, 20), 20, (255, 255, 255))
    assert glyphs == list("ΖΑΪΜΗΣ")
    assert wide == type_.caps_width("Ζαΐμης", 20)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("李娜", "N."),
        ("Zhang 李娜", "Zhang N."),
        ("김민지", "G."),
        ("ნინო", "N."),
        ("فيث كيبييغون", "F. K."),
        ("Faith 🏃", "Faith"),
        ("\ue000 7", " 7"),
    ],
)
def test_a_name_that_no_font_can_write_is_shown_by_initials_never_by_boxes(
    name: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_system_font", lambda _: None)
    for cached in (fonts.font_for, fonts.writable, clean):
        cached.cache_clear()
    try:
        assert clean(name) == shown
    finally:
        for cached in (fonts.font_for, fonts.writable, clean):
            cached.cache_clear()


def test_the_systems_fonts_write_what_the_bundled_ones_cannot() -> None:
    """Where the system has a font for it: DejaVu, say, has Georgian and Armenian."""
    if not any("dejavu" in path.lower() for path in fonts._system_fonts()):
        pytest.skip("no such font on this machine")
    assert clean("ნინო") == "ნინო"
    wide = Type().width("ნინო", SEMIBOLD, 20)
    assert Type().run("ნინო", SEMIBOLD, 20, (9, 9, 9)).get_width() == pytest.approx(wide, abs=1)


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    lines = Type().wrap("largest miss of a split +10.21 s at finish, 3 sorts", REGULAR, 20, 1)
    assert lines == [
        "largest",
        "miss",
        "of",
        "a",
        "split",
        "+10.21 s",
        "at",
        "finish,",
        "3",
        "sorts",
    ]
