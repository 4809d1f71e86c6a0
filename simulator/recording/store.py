"""Recordings on disk: one `.npz` file, never pickled, with a format version and a digest.

In: a `Recording` and a path. Out: the file, written under a temporary name and renamed; or the
recording read back, or one sentence saying why it cannot be.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import RecordingError
from simulator.files import read_bytes, replacing
from simulator.recording.recording import ARRAYS, Recording, Status, flaws_of
from simulator.scenario.loader import without_folders

FORMAT = 2
_FORMATS = (1, 2)
"""Readable formats; format 1 does not contain the group's motion."""
_ARRAYS_1 = ARRAYS[:7]
_KIND = "lightpace recording"
_KIND_MANY = "lightpace set of recordings"
_MAX_BYTES = 64_000_000
_DAMAGED = "{} is not a lightpace recording, or is damaged."


def save_recording(recording: Recording, path: str | Path) -> None:
    """Write the recording to `path`, whole or not at all.

    Raises:
        OutputError: the folder is missing, read-only or full.
    """
    arrays = {name: getattr(recording, name) for name in ARRAYS}
    _write(path, {"kind": _KIND, "format": FORMAT, **_head(recording)}, arrays)


def save_recordings(runs: Sequence[tuple[str, Recording]], path: str | Path) -> None:
    """Write named recordings into one file, whole or not at all.

    Raises:
        OutputError: the folder is missing, read-only or full.
    """
    heads = [{"name": name, **_head(recording)} for name, recording in runs]
    arrays = {
        f"{name}.{i}": getattr(recording, name)
        for i, (_, recording) in enumerate(runs)
        for name in ARRAYS
    }
    _write(path, {"kind": _KIND_MANY, "format": FORMAT, "runs": heads}, arrays)


def _head(recording: Recording) -> dict[str, Any]:
    plain = json.loads(recording.scenario_json)
    scenario = recording.scenario_json
    if without_folders(plain) != plain:
        scenario = json.dumps(without_folders(plain), ensure_ascii=False, separators=(",", ":"))
    return {
        "race_m": recording.race_m,
        "step_s": recording.step_s,
        "finish_s": recording.finish_s,
        "status": recording.status.value,
        "from_tick": recording.from_tick,
        "came_from": recording.came_from,
        "scenario": scenario,
        "scenario_sha256": _digest(scenario),
    }


def _digest(scenario_json: str) -> str:
    return hashlib.sha256(scenario_json.encode("utf-8", "surrogatepass")).hexdigest()


def _write(path: str | Path, head: dict[str, Any], arrays: dict[str, NDArray[np.float64]]) -> None:
    packed = io.BytesIO()  # a device would report a wrong position to the packer
    np.savez_compressed(packed, allow_pickle=False, head=np.array(json.dumps(head)), **arrays)
    with replacing(path) as beside:
        beside.write_bytes(packed.getvalue())


def load_recording(path: str | Path) -> Recording:
    """Read a recording written by `save_recording`.

    Raises:
        RecordingError: no such file, not a recording, damaged, of another format version, or its
            scenario does not match its digest.
    """
    [(_, recording)] = _load(Path(path), _KIND)
    return recording


def load_recordings(path: str | Path) -> list[tuple[str, Recording]]:
    """Read named recordings written by `save_recordings`.

    Raises:
        RecordingError: as for `load_recording`.
    """
    return _load(Path(path), _KIND_MANY)


def _load(path: Path, kind: str) -> list[tuple[str, Recording]]:
    try:
        with io.BytesIO(read_bytes(path, _MAX_BYTES)) as data:
            with zipfile.ZipFile(data) as packed:
                if sum(part.file_size for part in packed.infolist()) > _MAX_BYTES:
                    raise RecordingError(f"{path} is too large to be a recording.")
            with np.load(data, allow_pickle=False) as file:
                return [*_read(file, path, kind)]
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except RecordingError:
        raise
    except Exception as error:  # zipfile and numpy raise a dozen different errors for damage
        raise RecordingError(_DAMAGED.format(path)) from error


def _read(
    file: Mapping[str, NDArray[Any]], path: Path, kind: str
) -> Iterator[tuple[str, Recording]]:
    """Yield the recordings of a file with their names; one that is saved alone has none."""
    head: dict[str, Any] = json.loads(str(file["head"]))
    if head.get("kind") != kind:
        raise RecordingError(f"{path} is not a {kind}.")
    if head.get("format") not in _FORMATS:
        raise RecordingError(
            f"{path} has recording format {head.get('format')}; this version reads "
            f"format {FORMAT} and older. Make it again with `lightpace simulate --save`."
        )
    runs = {"": head} if kind == _KIND else {f".{i}": run for i, run in enumerate(head["runs"])}
    for ending, run in runs.items():
        named = {**run, "format": head["format"]}
        yield str(run["name"]) if ending else "", _recording(named, file, ending, path)


def _recording(
    head: dict[str, Any], file: Mapping[str, NDArray[Any]], ending: str, path: Path
) -> Recording:
    scenario = _scenario(head, path)
    arrays = {}
    for name in ARRAYS if head["format"] != 1 else _ARRAYS_1:
        arrays[name] = file[name + ending]
        if arrays[name].dtype != "<f8":
            raise RecordingError(_DAMAGED.format(path))
    step_s, came_from = _number(head["step_s"]), head.get("came_from")
    if came_from is not None:
        came_from = _number(came_from[0]), str(came_from[1])
        if not _is_mapping(came_from[1]):
            raise RecordingError(_DAMAGED.format(path))
    if head["format"] == 1:
        arrays |= _as_if_recorded(arrays, step_s)
    recording = Recording(
        scenario_json=scenario,
        race_m=_number(head["race_m"]),
        step_s=step_s,
        finish_s=None if head["finish_s"] is None else _number(head["finish_s"]),
        status=Status(head["status"]),
        from_tick=int(_number(head["from_tick"])),
        came_from=came_from,
        **arrays,
    )
    flaw = next(flaws_of(recording), "")
    if flaw:
        raise RecordingError(f"{_DAMAGED.format(path)[:-1]}: {flaw}.")
    return recording


def _number(value: Any) -> float:
    """Return a number of a header; text and booleans, which Python would accept, are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _is_mapping(text: str) -> bool:
    """Return whether a text is a JSON object, as those of a scenario and of its pacers are."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _as_if_recorded(
    arrays: Mapping[str, NDArray[np.float64]], step_s: float
) -> dict[str, NDArray[np.float64]]:
    """Return the columns that format 1 lacks: the group's motion from its positions, no passing."""
    group = arrays["group"]
    none = np.zeros_like(group)
    moves = np.gradient(group, step_s) if group.size > 1 else none
    return {"group_v": moves, "wide": none, "mode": none, "held": none, "felt": arrays["shelter"]}


def _scenario(head: dict[str, Any], path: Path) -> str:
    """Return the text of the scenario; the first files of format 1 have no digest of it."""
    text = head["scenario"] if isinstance(head["scenario"], str) else ""
    if head.get("scenario_sha256", _digest(text)) != _digest(text):
        raise RecordingError(
            f"{path} holds another scenario than it was made from: the digest differs. "
            "Make it again with `lightpace simulate --save`."
        )
    if not _is_mapping(text):
        raise RecordingError(
            f"{path} holds no scenario. Make it again with `lightpace simulate --save`."
        )
    return text
