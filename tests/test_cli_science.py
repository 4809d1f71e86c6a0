"""The science commands as people use them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.analysis.fit import PRIOR, LeftOut, Study, athletes
from simulator.analysis.validation_rows import drafting_rows
from simulator.cli import main
from simulator.export.sheet import validation_markdown
from simulator.scenario.loader import load_text
from simulator.units import parse_time


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Lightpace = Callable[..., Outcome]
HER = ("--height", "1.57", "--mass", "42")


@pytest.fixture
def lightpace(capsys: pytest.CaptureFixture[str]) -> Iterator[Lightpace]:
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        return Outcome(int(end.value.code or 0), said.out, said.err)

    yield run
    signal.signal(signal.SIGTERM, handler)


def test_validate_prints_its_rows_three_ways(
    lightpace: Lightpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = drafting_rows()
    left_out = [LeftOut(a, best, 1.01 * best.time_s, 0.008) for a in athletes() for best in a.bests]
    study = Study(tuple(left_out), PRIOR)
    monkeypatch.setattr("simulator.analysis.validate.validate", lambda: rows)
    monkeypatch.setattr("simulator.analysis.fit.study", lambda: study)
    table = lightpace("validate")
    assert (table.code, table.err) == (0, "")
    assert "Schickhofer & Hanson 2021" in table.out
    assert "calibrated: numbers of the model were chosen" in table.out
    assert lightpace("validate", "--markdown").out == validation_markdown(rows, study)
    reported = json.loads(lightpace("validate", "--json").out)
    assert [row["what"] for row in reported] == [row.what for row in rows]


def test_calibrate_prints_the_value_and_how_flat_it_is(lightpace: Lightpace) -> None:
    done = lightpace("calibrate", "breaking4", "--to", "4:06.42", "--free", "pacers.front_gap=1..3")
    assert (done.code, done.err) == (0, "")
    for word in ("pacers.front_gap = 1.69", "0.1 s earlier at 1.67", "later at 1.71", "residual"):
        assert word in done.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--to", "3:50", "--free", "pacers.front_gap"), 1),
        (("--to", "soon", "--free", "pacers.front_gap"), 2),
        (("--to", "4:06", "--free", "pacers.frontgap"), 2),
        (("--to", "4:06", "--free", "pacers.front_gap=1"), 2),
        (("--to", "4:06", "--free", "pacers.front_gap=nan..2"), 2),
        (("--to", "4:06", "--free", "pacers.front_gap=3..1"), 2),
        (("--to", "4:06", "--free", "pacers.count"), 2),
        (("--to", "4:06", "--set", "pacers.cuont=3", "--free", "pacers.front_gap"), 2),
    ],
)
def test_calibrate_says_in_a_sentence_what_it_cannot_do(
    lightpace: Lightpace, arguments: tuple[str, ...], code: int
) -> None:
    done = lightpace("calibrate", "breaking4", *arguments)
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1


def test_fit_prints_a_block_that_can_be_pasted_and_what_is_open(lightpace: Lightpace) -> None:
    races = ("--race", "800 m=2:14", "--race", "1500 m=4:37@0.3:400 m")
    done = lightpace("fit", *races, *HER, "--name", "me: 2026")
    assert (done.code, done.err) == (0, "")
    runner = load_text(done.out.split("\n\n")[0], "pasted").runner
    assert (runner.name, runner.mass) == ("me: 2026", 42)
    for word in ("reserve: standard error", "critical speed", "D'", "0.3 to 400 m"):
        assert word in done.out
    assert "hardly run out" not in done.out


def test_a_best_that_was_not_run_out_is_named_and_not_refused(lightpace: Lightpace) -> None:
    races = ("--race", "800 m=2:00", "--race", "1500 m=4:06", "--race", "3000 m=9:50")
    done = lightpace("fit", *races, *HER)
    assert (done.code, done.err) == (0, "")
    assert "3000 m in 9:50.00 is slower than the other times say" in done.out


def test_predict_prints_times_alone_and_paced_with_their_ranges(lightpace: Lightpace) -> None:
    races = ("--race", "800 m=2:14", "--race", "1500 m=4:37")
    done = lightpace("predict", "solo", *races, *HER, "--distance", "1 mile", "--distance", "3 km")
    assert (done.code, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines()[2:4]]
    assert [row[0] for row in rows] == ["1", "3000"]
    alone, low, high, paced = (parse_time(rows[1][i]) for i in (2, 3, 5, 6))
    assert low < paced < alone < high
    assert "S 0.6 for the first 55 %" in done.out
    assert "endurance is 0" not in done.out
    reported = json.loads(lightpace("predict", "solo", "--distance", "800 m", "--json").out)
    assert reported["runner"] == "Faith Kipyegon"
    assert (
        reported["paced"][0]["time_s"]
        < reported["alone"][0]["time_s"]
        < reported["alone"][0]["high_s"]
    )


def test_predict_says_where_a_runner_without_endurance_comes_out_too_fast(
    lightpace: Lightpace,
) -> None:
    assert "her endurance is 0" in lightpace("predict", "--distance", "800 m").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--distance", "far"),
        ("--distance", "20 km"),
        ("--height", "1.7"),
        ("--shelter", "0.3"),
        ("--race", "1500 m"),
        ("--set", "runner=nobody"),
    ],
)
def test_predict_says_in_a_sentence_what_is_wrong(
    lightpace: Lightpace, arguments: tuple[str, ...]
) -> None:
    done = lightpace("predict", *arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--race", "1500 m=3:48.68"), 1),
        (("--race", "1500 m=3:48.68", "--race", "3000 m=7:00"), 1),
        (("--race", "1500 m", "--race", "3000 m=8:07"), 2),
        (("--race", "1500 m=0", "--race", "3000 m=8:07"), 2),
        (("--race", "1500 m=3:48.68@2", "--race", "3000 m=8:07"), 2),
        (("--race", "1500 m=3:48.68@0.6:2 km", "--race", "3000 m=8:07"), 2),
        (("--race", "1500 m=3:48.68@nan", "--race", "3000 m=8:07"), 2),
        (("--race", "20 km=60:00", "--race", "3000 m=8:07"), 2),
        (("--race", "1500 m=3:48.68", "--race", "3000 m=8:07", "--name", ""), 2),
    ],
)
def test_fit_says_in_a_sentence_what_is_wrong(
    lightpace: Lightpace, arguments: tuple[str, ...], code: int
) -> None:
    done = lightpace("fit", *arguments, *HER)
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1


def test_a_log_without_a_race_answers_for_nobody(lightpace: Lightpace, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("distance,time\n", encoding="utf-8")
    refused = lightpace("predict", "--races", str(log))
    assert refused.code == 2
    assert "is a race on a track" in " ".join(refused.err.split())


def test_a_log_may_say_only_how_far_a_race_was_sheltered(
    lightpace: Lightpace, tmp_path: Path
) -> None:
    said, short = tmp_path / "said.csv", tmp_path / "short.csv"
    said.write_text(
        "distance,time,shelter,until\n1500 m,3:50,0.6,800\n3000 m,8:20,0.6,1600\n", encoding="utf-8"
    )
    short.write_text("distance,time,until\n1500 m,3:50,800\n3000 m,8:20,1600\n", encoding="utf-8")
    body = ("--height", "1.57", "--mass", "42", "--json")
    one = lightpace("fit", "--races", str(said), *body)
    two = lightpace("fit", "--races", str(short), "--shelter", "0.6", *body)
    assert one.code == two.code == 0
    assert one.out == two.out


def test_a_time_beyond_all_patience_is_no_answer(lightpace: Lightpace) -> None:
    refused = lightpace("calibrate", "solo", "--to", "9:30", "--free", "runner.max_aerobic_power")
    assert refused.code == 1
    assert "ends at 9:30.00: the nearest is" in refused.err
