from __future__ import annotations

import json
import os
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import load_scenario, simulate
from simulator.errors import OutputError, RecordingError
from simulator.physics.attempt import scenario_of
from simulator.recording.recording import ARRAYS, Recording, Status
from simulator.recording.store import (
    load_recording,
    load_recordings,
    save_recording,
    save_recordings,
)


def same(a: Recording, b: Recording) -> bool:
    heads = [
        (r.scenario_json, r.race_m, r.step_s, r.finish_s, r.status, r.from_tick) for r in (a, b)
    ]
    return heads[0] == heads[1] and all(
        getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in ARRAYS
    )


@pytest.fixture(scope="session")
def saved(attempt: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "run.npz"
    save_recording(attempt, path)
    return path


def rewritten(saved: Path, path: Path, head: dict[str, Any] | None = None, **arrays: Any) -> Path:
    """Write the saved recording again with parts of its head or arrays changed."""
    with np.load(saved) as file:
        parts: dict[str, Any] = {name: file[name] for name in file.files}
    whole = json.loads(str(parts.pop("head"))) | (head or {})
    parts = {k: v for k, v in (parts | arrays).items() if v is not None}
    np.savez(path, allow_pickle=False, head=np.array(json.dumps(whole)), **parts)
    return path


def test_a_saved_recording_is_read_back_to_the_bit(attempt: Recording, saved: Path) -> None:
    assert same(attempt, load_recording(saved))


def test_a_run_that_did_not_finish_is_kept_too(attempt: Recording, tmp_path: Path) -> None:
    cut = {name: getattr(attempt, name)[:50] for name in ARRAYS}
    run = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, from_tick=7, **cut)
    save_recording(run, tmp_path / "any name")
    assert same(run, load_recording(tmp_path / "any name"))


def test_kit_is_kept_with_the_run_and_only_if_there_is_one(tmp_path: Path) -> None:
    """Without one, files are the same to the byte as before there was any."""
    none = ["runner.kit=theme", "pacers.kit=theme"]
    kits = ["runner.kit=black", "pacers.kit=#0044aa"]
    plain, dressed = (simulate(load_scenario("breaking4", overrides=o)) for o in (none, kits))
    assert all(getattr(plain, n).tobytes() == getattr(dressed, n).tobytes() for n in ARRAYS)
    save_recording(dressed, tmp_path / "run.npz")
    pacers = scenario_of(load_recording(tmp_path / "run.npz")).pacers
    runner = scenario_of(load_recording(tmp_path / "run.npz")).runner
    assert (runner.kit.colour, pacers.kit) == ("black", "#0044aa")
    told = json.loads(plain.scenario_json)
    assert told["runner"]["kit"] == {"drag": 1.0, "cost": 1.0}
    assert "kit" not in told["pacers"]


def test_several_recordings_share_one_file(attempt: Recording, tmp_path: Path) -> None:
    cut = {name: getattr(attempt, name)[:50] for name in ARRAYS}
    part = replace(attempt, finish_s=None, status=Status.DID_NOT_FINISH, **cut)
    path = tmp_path / "runs.npz"
    save_recordings([("a name: “x”", attempt), ("another", part)], path)
    names, runs = zip(*load_recordings(path), strict=True)
    assert names == ("a name: “x”", "another")
    assert same(runs[0], attempt)
    assert same(runs[1], part)
    save_recordings([], path)
    assert load_recordings(path) == []


def test_one_recording_and_several_are_not_mixed_up(
    attempt: Recording, saved: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError, match="is not a lightpace set of recordings"):
        load_recordings(saved)
    save_recordings([("one", attempt)], tmp_path / "runs.npz")
    with pytest.raises(RecordingError, match="is not a lightpace recording"):
        load_recording(tmp_path / "runs.npz")
    with np.load(tmp_path / "runs.npz") as file:
        parts = {name: file[name] for name in file.files if name != "x.0"}
    np.savez(tmp_path / "less.npz", allow_pickle=False, **parts)
    with pytest.raises(RecordingError, match="damaged"):
        load_recordings(tmp_path / "less.npz")
    with pytest.raises(RecordingError):
        load_recordings(tmp_path / "absent.npz")


class Trap:
    """What a pickle would do to whoever reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_and_not_run(saved: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = np.array(Trap(sprung), dtype=object)
    inside, bare = tmp_path / "inside.npz", tmp_path / "bare.npz"
    np.savez(inside, allow_pickle=True, head=trap)
    bare.write_bytes(pickle.dumps(Trap(sprung)))
    arrays = rewritten(saved, tmp_path / "arrays.npz")
    with zipfile.ZipFile(arrays, "a") as file, file.open("extra.npy", "w") as member:
        np.save(member, trap, allow_pickle=True)
    for path in (inside, bare):
        with pytest.raises(RecordingError, match="not a lightpace recording"):
            load_recording(path)
    load_recording(arrays)  # what it does not know, it does not read
    assert not sprung.exists()


def test_another_format_version_is_named_with_what_to_do(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "new.npz", {"format": 99})
    with pytest.raises(RecordingError, match=r"format 99.*format 2.*simulate --save"):
        load_recording(path)


GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "recording_format_1.npz"


def test_the_group_of_a_file_of_format_1_moves_as_its_places_say() -> None:
    run = load_recording(GOLDEN)
    assert np.ptp(run.group) > 100.0
    moved = np.diff(run.group) / run.step_s
    assert run.group_v[1:-1] == pytest.approx(0.5 * (moved[1:] + moved[:-1]), abs=1e-6)
    assert not np.any([run.wide, run.mode, run.held])


def head_of(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        head: dict[str, Any] = json.loads(str(file["head"]))
    return head


def test_another_scenario_than_the_one_it_was_run_with_is_refused(
    saved: Path, tmp_path: Path
) -> None:
    scenario = json.loads(head_of(saved)["scenario"]) | {"name": "another"}
    path = rewritten(saved, tmp_path / "odd.npz", {"scenario": json.dumps(scenario)})
    with pytest.raises(RecordingError, match=r"another scenario .*digest.*simulate --save"):
        load_recording(path)
    path = rewritten(saved, tmp_path / "odd.npz", {"scenario_sha256": None})
    with pytest.raises(RecordingError, match="digest"):
        load_recording(path)


def test_each_of_several_recordings_has_its_digest(attempt: Recording, tmp_path: Path) -> None:
    path = tmp_path / "runs.npz"
    save_recordings([("one", attempt), ("other", attempt)], path)
    heads = head_of(path)["runs"]
    heads[1]["scenario"] += " "
    with pytest.raises(RecordingError, match="digest"):
        load_recordings(rewritten(path, tmp_path / "odd.npz", {"runs": heads}))


@pytest.mark.parametrize("text", ["not a scenario", "[1]", "1", "", "[" * 100_000, None, {}])
def test_a_file_without_a_digest_is_read_if_its_scenario_may_be_one(
    tmp_path: Path, text: object
) -> None:
    """The first files of format 1 have none."""
    assert "scenario_sha256" not in head_of(GOLDEN)
    assert load_recording(GOLDEN).scenario_json == head_of(GOLDEN)["scenario"]
    path = rewritten(GOLDEN, tmp_path / "odd.npz", {"scenario": text})
    with pytest.raises(RecordingError, match="scenario"):
        load_recording(path)


@pytest.mark.parametrize(
    "head",
    [
        {"kind": "something else"},
        {"race_m": 0},
        {"race_m": "far"},
        {"race_m": float("inf")},
        {"step_s": -0.1},
        {"step_s": float("nan")},
        {"step_s": float("inf")},
        {"finish_s": 9999.0},
        {"finish_s": -1.0},
        {"finish_s": float("nan")},
        {"finish_s": None},
        {"status": "won"},
        {"from_tick": -1},
        {"from_tick": 10**9},
        {"from_tick": float("inf")},
        {"status": "did not finish"},
        {"step_s": 1e-300},
        {"step_s": 1e300},
        {"step_s": "0.1"},
        {"step_s": True},
        {"finish_s": 240.0},
        {"race_m": 1e12},
        {"race_m": "1609.344"},
        {"race_m": True},
        {"race_m": 1600.0},
        {"from_tick": "0"},
        {"came_from": 3},
        {"came_from": [float("inf"), "{}"]},
        {"came_from": [400.0, "not pacers"]},
        {"status": ["finished"]},
    ],
)
def test_a_head_that_cannot_be_is_refused(
    saved: Path, tmp_path: Path, head: dict[str, Any]
) -> None:
    with pytest.raises(RecordingError, match=r"not a lightpace recording|damaged"):
        load_recording(rewritten(saved, tmp_path / "odd.npz", head))


@pytest.mark.parametrize(
    "arrays",
    [
        {"v": None},
        {"v": np.zeros(3)},
        {"x": np.zeros((3, 2))},
        {"x": np.array(1.0)},
        {name: np.zeros(1) for name in ARRAYS},
        {name: np.zeros((2466, 2)) for name in ARRAYS},
        {"x": np.array(["fast"])},
        {"x": np.array([1j])},
        {name: np.zeros(2) for name in ARRAYS},
    ],
)
def test_arrays_of_another_shape_or_kind_are_refused(
    saved: Path, tmp_path: Path, arrays: dict[str, Any]
) -> None:
    with pytest.raises(RecordingError, match=r"not a lightpace recording|damaged"):
        load_recording(rewritten(saved, tmp_path / "odd.npz", **arrays))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -1e9, 1e308])
@pytest.mark.parametrize("name", ARRAYS)
def test_values_that_cannot_be_are_refused(
    attempt: Recording, saved: Path, tmp_path: Path, name: str, bad: float
) -> None:
    column = getattr(attempt, name).copy()
    column[100] = bad
    with pytest.raises(RecordingError, match="damaged"):
        load_recording(rewritten(saved, tmp_path / "odd.npz", **{name: column}))


@pytest.mark.parametrize("kind", [">f8", "<f4", "<f2", "<i8", "?", "S8"])
def test_numbers_of_another_kind_are_refused(
    attempt: Recording, saved: Path, tmp_path: Path, kind: str
) -> None:
    with pytest.raises(RecordingError, match="damaged"):
        load_recording(rewritten(saved, tmp_path / "odd.npz", v=attempt.v.astype(kind)))


def test_a_run_that_goes_backwards_stands_still_or_jumps_is_refused(
    attempt: Recording, saved: Path, tmp_path: Path
) -> None:
    x, v = attempt.x, attempt.v
    for columns in (
        {"x": x[::-1]},
        {"x": x + 50.0},
        {"x": np.where(np.arange(x.size) > 900, x + 5.0, x)},
        {"v": v * 1.1},
        {"v": np.full_like(v, 6.5)},
        {"v": v[::-1]},
    ):
        with pytest.raises(RecordingError, match="damaged"):
            load_recording(rewritten(saved, tmp_path / "odd.npz", **columns))


ODD = st.sampled_from(
    [0.0, -1.0, 1e-300, 1e300, 1e12, 0.1, 0.05, 1.0, 100.0, 246.42, 400.0, 1609.344, 7200.0]
) | st.floats(0, 1e4)


@settings(max_examples=150)
@given(st.data())
def test_every_recording_that_is_accepted_is_physically_a_run(
    attempt: Recording, saved: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Its numbers are changed one by one, all of a column, or together as another run has them."""
    columns = {name: getattr(attempt, name).copy() for name in ARRAYS}
    head: dict[str, Any] = {}
    match data.draw(st.integers(0, 3)):
        case 0:
            key = data.draw(st.sampled_from(["race_m", "step_s", "finish_s", "from_tick"]))
            head[key] = data.draw(ODD)
        case 1:
            column = columns[data.draw(st.sampled_from(ARRAYS))]
            column[data.draw(st.integers(0, column.size - 1))] *= data.draw(
                st.sampled_from([1.0, 1.0 + 1e-9, 1.001, 0.9, 2.0, -1.0, 0.0])
            )
        case 2:
            name = data.draw(st.sampled_from(ARRAYS))
            columns[name] = columns[name] * data.draw(st.floats(0.5, 1.5))
        case _:
            end = data.draw(st.integers(2, attempt.x.size))
            columns = {name: column[:end] for name, column in columns.items()}
            head = {"finish_s": None, "status": "did not finish"}
    path = rewritten(
        saved, tmp_path_factory.getbasetemp() / "physical.npz", head or None, **columns
    )
    try:
        run = load_recording(path)
    except RecordingError:
        return
    t = np.linspace(0.0, run.end_s * 1.2, 500)
    x = run.distance_at(t)
    assert np.isfinite(x).all()
    assert np.all(np.diff(x) >= 0)
    assert np.all(np.diff(x) <= 15.0 * np.diff(t))
    assert 100 <= run.race_m <= 10_000
    if run.finish_s is not None:
        assert run.finish_s >= run.race_m / 12.5
        assert float(run.time_at(run.race_m)) == pytest.approx(run.finish_s, abs=1e-6)
        assert run.at(run.finish_s).x_m == pytest.approx(run.race_m, abs=1e-3)
    place = data.draw(st.floats(0, 1)) * min(float(run.x[-1]), run.race_m)
    assert run.at(float(run.time_at(place))).x_m == pytest.approx(place, abs=1e-6)


@given(st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(
    saved: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    whole = saved.read_bytes()
    path = tmp_path_factory.getbasetemp() / "short.npz"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RecordingError, match=r"short\.npz"):
        load_recording(path)


@given(st.data())
def test_a_damaged_file_is_refused_or_read_right(
    attempt: Recording, saved: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    damaged = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(damaged)
    try:
        read = load_recording(path)
    except RecordingError:
        return
    assert same(attempt, read)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.npz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"bytes\.npz"):
        load_recording(path)


def member(header: str, data: bytes) -> bytes:
    text = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data


def test_a_small_file_that_unfolds_to_a_huge_one_is_not_unfolded(
    saved: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.npz"
    zeros = member("{'descr': '<f8', 'fortran_order': False, 'shape': (9000000,)}", b"")
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, zeros + bytes(72_000_000) if name == "x.npy" else old.read(name))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(RecordingError, match="too large"):
        load_recording(path)


@pytest.mark.parametrize("count", [10**9, 10**14, 10**30])
def test_a_header_that_lies_about_its_size_is_refused(
    saved: Path, tmp_path: Path, count: int
) -> None:
    path = tmp_path / "liar.npz"
    lie = member(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({count},)}}", bytes(64))
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, lie if name == "x.npy" else old.read(name))
    with pytest.raises(RecordingError, match="damaged"):
        load_recording(path)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.npz"
    with path.open("wb") as file:
        file.truncate(10**11)
    with pytest.raises(RecordingError, match="too large"):
        load_recording(path)


def test_a_single_array_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "one.npy"
    np.save(path, np.zeros(4))
    with pytest.raises(RecordingError, match="not a lightpace recording"):
        load_recording(path)


def test_no_file_and_a_folder_are_told_apart_from_damage(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        load_recording(tmp_path / "nothing.npz")
    with pytest.raises(RecordingError, match=r"directory|cannot be read"):
        load_recording(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.npz"
    os.mkfifo(path)
    with pytest.raises(RecordingError, match="not a regular file"):
        load_recording(path)


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    attempt: Recording,
    saved: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: BaseException,
) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(saved.read_bytes())

    def full_disk(path: Path, _data: bytes) -> int:
        with path.open("wb") as file:
            file.write(b"half of it")
        raise fault

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    expected = OutputError if isinstance(fault, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        save_recording(attempt, path)
    assert path.read_bytes() == saved.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there is no /dev/null here")
def test_a_recording_may_go_to_a_device(attempt: Recording) -> None:
    save_recording(attempt, "/dev/null")
    assert Path("/dev/null").is_char_device()
