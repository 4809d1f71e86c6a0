"""A sweep's rows are what the loader, the kernel and the summary say of each, one by one."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from simulator.analysis import sweep as chunks
from simulator.analysis.summary import summarise
from simulator.analysis.sweep import (
    NOTHING_BESIDE,
    ScenarioVariations,
    SweepRequest,
    Table,
    grid_of,
    is_number,
    request_of,
    run_chunk,
    run_chunks,
    run_sweep,
)
from simulator.analysis.uncertainty import forecast, sampled
from simulator.errors import ScenarioError
from simulator.files import configs_dir
from simulator.physics.attempt import simulate_all
from simulator.scenario.loader import load_scenario
from simulator.scenario.model import Scenario

SHORT = ["distance=400 m", "plan.target=60", *NOTHING_BESIDE]
VARIED = [
    ["pacers.count=5,13,14", "pacers.front_gap=0.4,0.6,1.2", "runner.kit.drag=0.9,9"],
    ["plan.target=3:59,2:00", "distance=1500 m,1 mile", "runner.mass=42"],
    ["pacers.formation=breaking4,single_file,none_such", "pacers.count=1,9,13"],
    ["plan={shape: negative},{shape: even}", "plan.strength=-2,2"],
    ["pacers.shelter=0.3,~", "runner.drag_area=~,0.3", "environment.wind.speed=0,1.5,31"],
    ["pacers={count: 3},{count: 99}", "pacers.front_gap=1,2"],
    ["uncertainty.mass={spread: 2}", "plan.standing_start=yes,no,perhaps"],
]


def _request(vary: Sequence[str], **more: object) -> SweepRequest:
    return request_of("breaking4", grid_of(vary), **more)  # type: ignore[arg-type]


def _by_the_loader(request: SweepRequest, values: Sequence[str]) -> Scenario | str:
    settings = [f"{p}={v}" for p, v in zip(request.grid.paths, values, strict=True)]
    try:
        return load_scenario("breaking4", overrides=[*settings, *NOTHING_BESIDE])
    except ScenarioError as error:
        return str(error)


@pytest.mark.parametrize("vary", VARIED, ids=lambda v: v[0].partition("=")[0])
def test_a_varied_scenario_is_what_the_loader_makes_of_it(vary: list[str]) -> None:
    request = _request(vary)
    varied = ScenarioVariations(request.source, request.grid.paths)
    for values in request.grid.rows(0, request.grid.size):
        found, expected = varied.scenario(values), _by_the_loader(request, values)
        assert found == expected
        if isinstance(found, Scenario) and isinstance(expected, Scenario):
            assert found.model_dump_json() == expected.model_dump_json()


def test_plain_numbers_are_told_from_what_the_loader_must_read() -> None:
    numbers = ["pacers.count", "plan.target", "distance", "runner.kit.drag", "runner.drag_area"]
    others = ["plan.shape", "pacers.shelter", "plan.splits.400", "runner", "runner.name", "x.y"]
    assert all(is_number(tuple(p.split("."))) for p in numbers)
    assert not any(is_number(tuple(p.split("."))) for p in others)


def test_rows_are_what_the_summary_says_of_each_attempt() -> None:
    vary = ["pacers.count=0,13", "runner.max_aerobic_power=15,27,28.5"]
    table = run_sweep(_request(vary))
    assert table.rows == 6
    names = ("pacers.count", "runner.max_aerobic_power")
    asked = [
        load_scenario("breaking4", overrides=[f"{p}={table[p][i]:g}" for p in names])
        for i in range(table.rows)
    ]
    for i, (scenario, run) in enumerate(zip(asked, simulate_all(asked), strict=True)):
        told = summarise(scenario, run)
        assert table["status"][i] == told.recording.status.value
        assert table["finish_s"][i] == (told.recording.finish_s or np.nan)
        for split in told.splits:
            column = f"split_{split.distance_m:.0f}_s"
            if column in table and split.run_s is not None:
                assert table[column][i] == split.run_s
        assert table["mean_shelter"][i] == pytest.approx(told.mean_shelter, abs=2e-3)
        assert table["reserve_used"][i] == pytest.approx(told.energy.from_reserve, abs=2.0)
        lost = np.nan if told.lost_light_at_m is None else told.lost_light_at_m
        assert table["lost_light_m"][i] == pytest.approx(lost, abs=1e-6, nan_ok=True)


def test_samples_give_what_the_forecast_gives() -> None:
    short = [*SHORT, "pacers.front_gap=3"]
    table = run_sweep(
        _request(["pacers.count=0,13"], samples=24, seed=3, target_s=61.5, changes=short)
    )
    for i, count in enumerate((0, 13)):
        scenario = load_scenario("breaking4", overrides=[*short, f"pacers.count={count}"])
        found = forecast(scenario, 24, 3)
        assert table["p50_s"][i] == found.percentile(50)
        assert table["p5_s"][i] == found.percentile(5)
        assert table["chance"][i] == found.chance(61.5)


@pytest.mark.parametrize(
    ("path", "values"), [("plan.target", "4:00 4:10"), ("distance", "1500 1600")]
)
def test_the_chance_of_a_row_is_that_of_its_own_plan(path: str, values: str) -> None:
    texts = values.split()
    table = run_sweep(_request([f"{path}={','.join(texts)}"], samples=24, seed=3))
    for chance, text in zip(table["chance"], texts, strict=True):
        scenario = load_scenario("breaking4", overrides=[f"{path}={text}"])
        assert chance == forecast(scenario, 24, 3).chance()
    assert table["chance"][0] != table["chance"][1]


def test_an_unknown_path_is_refused_before_anything_is_run() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean .*front_gap"):
        _request(["pacers.front_gapp=1,2"])


def test_a_runner_of_its_own_file_travels_with_the_request(tmp_path: Path) -> None:
    runner = (configs_dir() / "runners" / "kipyegon_2025.yaml").read_text(encoding="utf-8")
    (tmp_path / "her.yaml").write_text(runner, encoding="utf-8")
    file = tmp_path / "own.yaml"
    file.write_text("runner: her.yaml\nplan: {target: 4:05}\n", encoding="utf-8")
    request = request_of(file, grid_of(["pacers.count=3"]))
    (tmp_path / "her.yaml").unlink()
    assert run_sweep(request)["status"][0] == "finished"


@pytest.fixture(scope="module")
def small() -> SweepRequest:
    return _request(["pacers.count=0..14", "pacers.front_gap=1,2"], changes=SHORT)


@pytest.fixture
def in_eights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 8)


def same(a: Table, b: Table) -> bool:
    equal = [
        np.array_equal(a[n], b[n], equal_nan=a[n].dtype.kind == "f")
        for n in dict.fromkeys([*a, *b])
    ]
    return list(a) == list(b) and all(equal)


@pytest.mark.usefixtures("in_eights")
def test_chunks_and_executors_change_nothing(
    small: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(2) as pool:
        in_threads = run_sweep(small, pool, 2)
    assert small.chunks == 4
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 4096)
    assert same(in_threads, run_sweep(small))


@pytest.mark.usefixtures("in_eights")
def test_no_more_is_under_way_than_the_workers_can_take(small: SweepRequest) -> None:
    asked: list[int] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
            asked.append(1)
            return super().submit(*args, **kwargs)  # type: ignore[arg-type]

    pool: Executor
    with Counting(1) as pool:
        done = run_chunks(small, range(4), pool, 1)
        next(done)
        assert len(asked) == 2
        assert len(list(done)) == 3


@pytest.mark.usefixtures("in_eights")
def test_a_chunk_is_a_pure_function_of_the_request(small: SweepRequest) -> None:
    first, again = run_chunk(small.chunk(2)), run_chunk(small.chunk(2))
    assert same(Table(first), Table(again))


def test_what_a_worker_is_sent_does_not_grow_with_the_sweep() -> None:
    short = _request(["pacers.count=0..13", "runner.mass=40..49:0.02"])
    long = _request(["pacers.count=0..13", "runner.mass=40..49:0.0002"])
    assert len(pickle.dumps(long.chunk(0))) < 1.5 * len(pickle.dumps(short.chunk(0)))
    assert len(long.chunk(0).rows) == chunks.CHUNK_ROWS
    rows = [row for n in range(short.chunks) for row in short.chunk(n).rows]
    assert tuple(rows) == short.grid.rows(0, short.grid.size)


def test_the_digest_tells_requests_apart(small: SweepRequest) -> None:
    others = [
        _request(["pacers.count=0..14", "pacers.front_gap=1,3"], changes=SHORT),
        _request(["pacers.count=0..14", "pacers.front_gap=1,2"], changes=SHORT, samples=2),
        _request(
            ["pacers.count=0..14", "pacers.front_gap=1,2"], changes=[*SHORT, "runner.mass=43"]
        ),
    ]
    assert len({r.digest for r in (small, *others)}) == 4
    again = _request(["pacers.count=0..14", "pacers.front_gap=1,2"], changes=SHORT)
    assert again.digest == small.digest


def test_a_wind_too_strong_for_a_body_makes_a_row_invalid_as_it_does_a_file() -> None:
    light = [*SHORT, "runner.drag_area=0.8"]
    table = run_sweep(_request(["environment.wind.speed=5,20", "runner.mass=45"], changes=light))
    assert table["status"].tolist() == ["finished", "invalid"]
    assert "pushes her with 43 % of her weight" in table["reason"][1]


def test_a_given_race_that_changes_makes_another_sweep(tmp_path: Path) -> None:
    race, mine = tmp_path / "race.yaml", tmp_path / "mine.yaml"
    race.write_text("plan: {target: 4:00}\n", encoding="utf-8")
    mine.write_text("uncertainty: {given: [race.yaml]}\n", encoding="utf-8")
    grid = grid_of(["runner.form=0,1"])
    digests = [request_of(mine, grid, samples=10).digest for _ in range(2)]
    race.write_text("plan: {target: 4:01}\n", encoding="utf-8")
    assert digests[0] == digests[1] != request_of(mine, grid, samples=10).digest


def test_what_a_given_race_names_changes_the_sweep_and_the_chance_too(tmp_path: Path) -> None:
    race, mine, form = tmp_path / "race.yaml", tmp_path / "mine.yaml", tmp_path / "form.yaml"
    form.write_text("slots: [{ahead: 1.2}]\n", encoding="utf-8")
    race.write_text("plan: {target: 4:00}\npacers: {formation: form.yaml}\n", encoding="utf-8")
    mine.write_text("plan: {target: 4:02}\nuncertainty: {given: [race.yaml]}\n", encoding="utf-8")
    grid = grid_of(["runner.form=0,1"])

    def seen() -> tuple[str, float]:
        ran = sampled(load_scenario(mine), 40)
        return request_of(mine, grid, samples=10).digest, float(ran.finish_s[ran.valid].sum())

    before = seen()
    assert seen() == before
    form.write_text("slots: [{ahead: 8}]\n", encoding="utf-8")
    after = seen()
    assert before[0] != after[0]
    assert before[1] != after[1]
