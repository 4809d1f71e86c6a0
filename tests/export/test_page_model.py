"""The page runs the very model: its every tick is that of `simulate`, to the last bit."""

from __future__ import annotations

import json
import math
import random
import re
import shlex
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike
from selenium import webdriver

from simulator.analysis.attribution import price_list
from simulator.export.page_model import Bundle, model_of
from simulator.files import asset_path
from simulator.physics.attempt import simulate
from simulator.recording.recording import ARRAYS, Recording
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario
from simulator.scenario.plan import EvenPlan, SteppedPlan
from simulator.scenario.reading import shipped_names
from tests.export.browsers import EXAMPLES, go_to

HARD = (
    "runner.passes=yes",
    "pacers.leader.fade=1.5",
    "pacers.leader.surge=0.7",
    "pacers.leader.jitter=0.2",
    "environment.wind={speed: 2, direction: 35}",
)
STRONG = ("runner=kipyegon_2025", "plan.shape=positive", "plan.strength=1")
SHORT_LAP = ("track.lap=300 m", "environment.wind={speed: 2, direction: 35}")
LAPS = (
    "plan={laps: [30.2, 60.9, 60.3, 1:00.7, 61, 61, 61, 61, 60.7, 60.6, 61.1, 61.1, 60.1]}",
    "runner.endurance=0.05",
)
PROGRESSIVE = ("plan={shape: progressive, target: 4:05.00, strength: 3}",)
SPRINT = (
    "ghosts=[]",
    "distance=100 m",
    "plan={shape: positive, target: 12.0, strength: 3}",
    "runner={max_aerobic_power: 40, reserve: 5000, drag_area: 0.4}",
)
CASES: list[tuple[str, tuple[str, ...]]] = [
    *((name, ()) for name in shipped_names()),
    *(("breaking4", changes) for changes in (HARD, STRONG, SHORT_LAP, PROGRESSIVE)),
    ("bekele_hengelo_2004", LAPS),
]
RUN = """
const table = Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const check = (values) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let c = ~0;
  for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8);
  return ~c >>> 0;
};
const names = ["xs", "vs", "aerobics", "reserves", "powers", "shelters", "groups", "group_vs",
  "wides", "modes", "helds", "felts"];
return arguments[0].map((settings) => {
  const run = lightpace.run(settings);
  const finish = Number.isNaN(run.finish) ? null : run.finish;
  const alone = lightpace.finish(settings) || null;
  return [finish, alone, run.ticks, ...names.map((name) => check(run[name]))];
});
"""


class Uncoded(Bundle):
    """What is asked of a model here is what it offers, not its tables."""

    def add(self, values: ArrayLike) -> int:
        del values
        return 0


@cache
def model(name: str, overrides: tuple[str, ...]) -> tuple[Scenario, dict[str, Any]]:
    scenario = load_scenario(name, overrides=list(overrides))
    return scenario, model_of(scenario, Uncoded())


def random_changes(name: str, overrides: tuple[str, ...], rng: random.Random) -> dict[str, Any]:
    """Return some of a page's controls turned to some of their values."""
    _, known = model(name, overrides)
    knobs = known["knobs"]
    settings: dict[str, Any] = {
        knob: rng.choice(values["values"]) for knob, values in knobs.items() if rng.random() < 0.5
    }
    if "pacers" in knobs and rng.random() < 0.5:
        settings["policy"] = rng.choice(["hold_light", "wait_for_runner"])
    pacers = settings.get("pacers", knobs.get("pacers", {"value": 0})["value"])
    least = known["formations"][0]["least"][int(pacers)]
    if "gap" in knobs and least is not None:  # as the page itself does
        gap = settings.get("gap", knobs["gap"]["value"])
        if gap < least:
            settings["gap"] = least
    return settings


def as_overrides(name: str, overrides: tuple[str, ...], settings: dict[str, Any]) -> list[str]:
    """Return the page's settings as `--set` takes them."""
    scenario, known = model(name, overrides)
    knobs, plan = known["knobs"], scenario.plan
    texts = [*overrides]
    for knob, value in settings.items():
        if knob == "policy":
            texts.append(f"pacers.policy={value}")
        elif knob == "pacers" and value != knobs[knob]["value"]:  # left out: all of a formation
            texts.append(f"pacers.count={int(value)}")
        elif knob not in {"pacers", "target", "strength"}:
            texts.append(f"{knobs[knob]['path']}={value!r}")
    target = settings.get("target", knobs["target"]["value"])
    if isinstance(plan, (EvenPlan, SteppedPlan)):
        strength = settings.get("strength", knobs["strength"]["value"])
        shape = "negative" if plan.shape == "even" and strength else plan.shape
        plain = {"shape": shape, "target": target, "standing_start": plan.standing_start}
        plain |= {} if shape == "even" else {"strength": strength}
        texts.append(f"plan={json.dumps(plain)}")
    elif target != knobs["target"]["value"]:
        stretched = known["plan"]["stretched"]
        texts.append("plan=" + next(one["text"] for one in stretched if one["target"] == target))
    return texts


def in_short(run: Recording) -> list[Any]:
    sums = [zlib.crc32(np.ascontiguousarray(getattr(run, column)).tobytes()) for column in ARRAYS]
    return [run.finish_s, run.finish_s, run.ticks, *sums]


def check_equal(
    browser: webdriver.Chrome,
    page: Path,
    case: tuple[str, tuple[str, ...]],
    changes: list[dict[str, Any]],
) -> None:
    go_to(browser, page)
    for settings, ran in zip(changes, browser.execute_script(RUN, changes), strict=True):
        scenario = load_scenario(case[0], overrides=as_overrides(*case, settings))
        assert ran == in_short(simulate(scenario)), settings


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join([case[0], *case[1]])[:40])
def test_every_tick_is_that_of_the_program(
    browser: webdriver.Chrome,
    page_of: Callable[..., Path],
    case: tuple[str, tuple[str, ...]],
) -> None:
    rng = random.Random(str(case))  # noqa: S311
    changes = [random_changes(*case, rng) for _ in range(5)]
    check_equal(browser, page_of(case[0], *case[1]), case, [{}, *changes])


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if case[0] in EXAMPLES else pytest.mark.slow)  # .ci/run: all
        for case in (*CASES, ("solo", SPRINT))
    ],
    ids=lambda case: "-".join([case[0], *case[1]])[:40],
)
def test_the_command_of_a_page_gives_its_run(
    browser: webdriver.Chrome,
    page_of: Callable[..., Path],
    case: tuple[str, tuple[str, ...]],
) -> None:
    rng = random.Random(f"command {case}")  # noqa: S311
    name, overrides = case
    targets = model(*case)[1]["knobs"]["target"]["values"]
    go_to(browser, page_of(name, *overrides))
    for target in (targets[0], targets[-1], rng.choice(targets)):
        settings = random_changes(*case, rng) | {"target": target}
        said, finish = browser.execute_script(
            "lightpace.turn({...lightpace.defaults, ...arguments[0]});"
            "return [document.getElementById('command').textContent,"
            "lightpace.finish(lightpace.settings)];",
            settings,
        )
        words = shlex.split(said)[6:]
        assert said.startswith("In the program: lightpace run SCENARIO --set")
        assert words[::2] == ["--set"] * len(words[::2])
        scenario = load_scenario(name, overrides=[*overrides, *words[1::2]])
        # 3:45.58 is read as the number beside 225.58
        wanted = simulate(scenario).finish_s
        assert finish == pytest.approx(wanted or math.nan, abs=1e-9, nan_ok=True), said


def test_a_sprint_is_still_getting_under_way_at_half_way(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    """The start's exponential is not to the bit the same in every browser and numpy."""
    case = ("solo", SPRINT)
    go_to(browser, page_of(case[0], *case[1]))
    strengths = model(*case)[1]["knobs"]["strength"]["values"][::5]
    changes = [{"target": t, "strength": s} for t in (10.5, 12.0, 14.0) for s in strengths]
    ran = browser.execute_script("return arguments[0].map((s) => lightpace.finish(s));", changes)
    for settings, finish in zip(changes, ran, strict=True):
        wanted = simulate(load_scenario("solo", overrides=as_overrides(*case, settings))).finish_s
        assert finish == pytest.approx(wanted, abs=1e-9), settings


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join([case[0], *case[1]])[:40])
def test_every_tick_is_that_of_the_program_over_a_thousand_changes(
    browser: webdriver.Chrome,
    page_of: Callable[..., Path],
    case: tuple[str, tuple[str, ...]],
) -> None:
    rng = random.Random(f"many {case}")  # noqa: S311
    changes = [random_changes(*case, rng) for _ in range(1000 // len(CASES) + 1)]
    check_equal(browser, page_of(case[0], *case[1]), case, changes)


def test_where_the_seconds_go_is_what_simulate_prints(
    browser: webdriver.Chrome, page_of: Callable[..., Path]
) -> None:
    rng = random.Random(7)  # noqa: S311
    fades = ("pacers.shelter=0.3", "pacers.leader.fade=1")
    plain = [(name, ()) for name in ("breaking4", "da_silva_2025", "breaking4_replayed")]
    for name, changed in (*plain, ("breaking4", fades)):
        case: tuple[str, tuple[str, ...]] = (name, changed)
        go_to(browser, page_of(name, *changed))
        for settings in [{}, *(random_changes(*case, rng) for _ in range(3))]:
            listed = browser.execute_script(
                "Object.assign(lightpace.settings, arguments[0]); lightpace.turn({});"
                "return lightpace.prices();",
                {**browser.execute_script("return lightpace.defaults"), **settings},
            )
            wanted = price_list(load_scenario(name, overrides=as_overrides(*case, settings)))
            if wanted is None:
                assert listed is None
                continue
            assert listed["finish"] == wanted.finish_s
            assert listed["reference"] == pytest.approx(wanted.reference_s, abs=1e-9)
            woman = load_scenario(name).runner.woman
            seconds = {(p["name"], p["against"]): p["seconds"] for p in listed["list"]}
            assert len(seconds) == len(wanted.prices)
            for price in wanted.prices:
                texts = (price.name, price.best)
                words = [t if woman else re.sub(r"\bher\b", "his", t) for t in texts]
                assert seconds[words[0], words[1]] == pytest.approx(price.seconds, abs=1e-9)


def test_a_bundle_is_read_back_to_the_last_bit(browser: webdriver.Chrome) -> None:
    rng = np.random.default_rng(1)
    x = np.arange(300) / 50.0
    odd = [0.0, -0.0, 1.0, -1.5, 5e-324, 1.7e308, np.inf, -np.inf, np.nan, 1e-300, 4.0, -4.0]
    tables = [np.array(odd), np.exp(-x), np.exp(-x) * (x < 3), rng.normal(size=500), np.ones(120)]
    tables += [np.array([]), np.array([2.5]), np.tile(odd, 20)]
    bundle = Bundle()
    numbers = [bundle.add(table) for table in [*tables, tables[1]]]
    assert numbers[-1] == numbers[1]
    browser.get("about:blank")
    script = asset_path("page/bundle.js").read_text(encoding="utf-8")
    read = browser.execute_async_script(
        f"{script}; unbundled(arguments[0]).then(({{arrays, values}}) =>"
        "arguments[1]([values, ...arrays.map((a) => [...new Uint32Array(a.buffer)])]));",
        bundle.text({"a": "é<b>"}),
    )
    assert read[0] == {"a": "é<b>"}
    for words, table in zip(read[1:], tables, strict=True):
        assert np.array(words, dtype="<u4").tobytes() == table.astype("<f8").tobytes()
