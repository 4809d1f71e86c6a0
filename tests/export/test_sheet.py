from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from simulator.analysis.summary import summarise
from simulator.errors import OutputError
from simulator.export.sheet import (
    sheet_sections,
    split_cells,
    write_scenario,
    write_sheet,
    write_splits,
)
from simulator.physics.attempt import simulate
from simulator.scenario.loader import load_scenario, load_text
from simulator.session import Session
from simulator.units import parse_time


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_split_table_is_written_with_units_in_its_headings(tmp_path: Path) -> None:
    scenario = load_scenario("breaking4")
    run = simulate(scenario)
    summary = summarise(scenario, run)
    write_splits(summary, tmp_path / "splits.csv")
    head, *rows = rows_of(tmp_path / "splits.csv")
    assert head == [
        "distance_m", "plan_s", "run_s", "gap_to_plan_s", "even 4:00.00_s", "Kipyegon 4:06.42_s",
        "published_s", "residual_s",
    ]  # fmt: skip
    assert [float(row[0]) for row in rows] == [s.distance_m for s in summary.splits]
    assert float(rows[-1][2]) == pytest.approx(run.finish_s, abs=5e-4)
    unknown = next(row for row in rows if row[0] == "1400.000")
    assert unknown[-3:] == ["", "", ""]


@pytest.mark.parametrize("name", ["breaking4", "ingebrigtsen_lievin_2025", "monaco_2023"])
def test_every_difference_is_that_of_the_times_that_stand_beside_it(name: str) -> None:
    scenario = load_scenario(name)
    run = simulate(scenario)
    head, *rows = split_cells(summarise(scenario, run))
    session = Session(scenario)
    session.seek(run.end_s)
    board = session.scene().board
    session.close()
    assert board is not None
    cells = [row[1:4] for row in (*rows, *board.rows)]
    if head[-1] == "residual":
        cells += [(row[-2], row[2], row[-1]) for row in rows]
    known = [row for row in cells if "–" not in row]
    assert len(known) > len(board.rows)
    for other, ran, gap in known:
        shown = round(100 * float(gap.replace("−", "-")))
        assert shown == round(100 * parse_time(ran)) - round(100 * parse_time(other))


def test_without_published_splits_there_is_no_empty_column(tmp_path: Path) -> None:
    solo = load_scenario("solo")
    write_splits(summarise(solo, simulate(solo)), tmp_path / "splits.csv")
    assert "published_s" not in rows_of(tmp_path / "splits.csv")[0]


def test_a_name_with_a_comma_or_a_quote_stays_one_cell(tmp_path: Path) -> None:
    wanted = load_text('name: x\nghosts: [{kind: even, time: 4:00, name: "Łódź, \\"fast\\""}]\n')
    write_splits(summarise(wanted, simulate(wanted)), tmp_path / "splits.csv")
    rows = rows_of(tmp_path / "splits.csv")
    assert 'Łódź, "fast"_s' in rows[0]
    assert {len(row) for row in rows} == {len(rows[0])}


def sections(name: str) -> dict[str, list[list[str]]]:
    return dict(sheet_sections(load_scenario(name)))


def test_the_sheet_has_what_a_coach_hands_out() -> None:
    result = sections("breaking4")
    targets, waves, pacers, events = result.values()
    assert targets[-1][0].startswith("finish")
    assert targets[-1][1] == "3:59.99"
    sections_sum = sum(parse_time(row[2]) for row in targets[1:])
    assert sections_sum == pytest.approx(239.99, abs=0.05)
    assert [row[0] for row in waves[1:]] == [
        "200", "400", "600", "800", "1000", "1200", "1400", "finish",
    ]  # fmt: skip
    assert len(pacers) == 1 + 13
    assert "assumed" in " ".join(result)
    assert {(row[0], row[1]) for row in events[1:]} == {
        ("800 m", "Georgia Hunter Bell leaves"),
        ("800 m", "Jemma Reekie leaves"),
    }


def test_a_hand_over_is_a_change_of_place_and_no_drop_out() -> None:
    result = sections("da_silva_2025")
    events = result["Hand-overs and drop-outs"]
    assert {row[1].split(" ", 2)[-1] for row in events[1:]} == {"changes place"}
    assert {row[0] for row in events[1:]} == {"800 m"}


def test_who_comes_in_on_the_way_is_on_the_sheet_and_nobody_beyond_the_line() -> None:
    relay = (
        "name: x\ndistance: 800 m\nplan: {target: 2:10}\npacers: {formation: {slots: ["
        "{name: A, ahead: 1.5, until: 2000 m}, {name: B, ahead: 3, from: 500 m},"
        "{name: C, ahead: 4.5, from: 1000 m}]}}\n"
    )
    found = {heading.split(":")[0]: rows for heading, rows in sheet_sections(load_text(relay))}
    assert [row[-2:] for row in found["Pacers"][1:]] == [["0 m", "finish"], ["500 m", "finish"]]
    assert found["Hand-overs and drop-outs"][1:] == [["500 m", "B joins"]]


def test_alone_there_are_no_slots_and_nobody_leaves() -> None:
    wanted = load_text("name: x\npacers: {count: 0}\nwavelight: {waves: []}\n")
    assert [heading for heading, _ in sheet_sections(wanted)] == [
        f"Target splits, {wanted.runner.name}"
    ]


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".TXT"])
def test_a_sheet_is_written_as_table_or_as_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sheet{suffix}"
    write_sheet(load_scenario("breaking4"), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("Breaking4\n")
    assert all(name in text for name in ("3:59.99", "Grant Fisher", "pacer 11", "800 m"))
    if suffix == ".csv":
        assert ["800 m", "1:59.92", "29.68"] in rows_of(path)
    else:
        assert all(line == line.rstrip() for line in text.splitlines())


def test_a_sheet_has_a_row_at_each_distance_of_the_plan_and_its_sections_add_up(
    tmp_path: Path,
) -> None:
    plan = "{splits: {409.344: 61.33, 440 yd: 1:00.29, 1 km: 2:30.117, finish: 3:59.999}}"
    plan = plan.replace("409.344: 61.33, ", "").replace("1 km", "409.344: 61.333, 1 km")
    path = tmp_path / "sheet.csv"
    write_sheet(load_text(f"plan: {plan}\npacers: {{count: 0}}", "f"), path)
    rows = [row for row in rows_of(path) if len(row) == 3][1:]
    assert {"402.336 m", "409.344 m", "1000 m"} <= {row[0] for row in rows}
    total = 0.0
    for _, time, section in rows:
        total += parse_time(section)
        assert parse_time(time) == pytest.approx(total, abs=1e-9)


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.csv, \.txt, \.pdf or \.fit"):
        write_sheet(load_scenario("breaking4"), tmp_path / "sheet.doc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["breaking4", "breaking4_replayed", "wait_for_runner"])
def test_a_scenario_that_is_written_reads_back_equal(tmp_path: Path, name: str) -> None:
    scenario = load_scenario(name)
    write_scenario(scenario, tmp_path / "out.yaml")
    assert load_scenario(tmp_path / "out.yaml") == scenario


def test_a_sheet_for_a_clipboard_is_pdf_and_the_same_each_time(tmp_path: Path) -> None:
    scenario = load_scenario("breaking4")
    for name in ("a.pdf", "b.pdf"):
        write_sheet(scenario, tmp_path / name)
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data == (tmp_path / "b.pdf").read_bytes()


def test_a_sheet_of_signs_that_no_font_has_and_of_many_pages_is_pdf_too(tmp_path: Path) -> None:
    rows = ", ".join(f"{50 * i}: {8.5 * i + 2}" for i in range(1, 190))
    text = f"name: '$x^ ምስራቅ'\ndistance: 10000 m\nplan: {{splits: {{{rows}, finish: 28:30}}}}\n"
    write_sheet(load_text(text + "pacers: {count: 0}\n"), tmp_path / "s.pdf")
    assert (tmp_path / "s.pdf").read_bytes().count(b"/Type /Page ") > 3
