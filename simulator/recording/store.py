"""Recordings on disk: one `.npz` file, never pickled, with a format version.

In: a `Recording` and a path. Out: the file, written beside and renamed; or the recording read back,
or one sentence saying why it cannot be.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import RecordingError
from simulator.files import replacing
from simulator.recording.recording import ARRAYS, Recording, Status

FORMAT = 1
_KIND = "lightpace recording"
_MAX_BYTES = 64_000_000
_DAMAGED = "{} is not a lightpace recording, or is damaged."


def save_recording(recording: Recording, path: str | Path) -> None:
    """Write the recording to `path`, whole or not at all.

    Raises:
        OutputError: the folder is missing, read-only or full.
    """
    head = {
        "kind": _KIND,
        "format": FORMAT,
        "race_m": recording.race_m,
        "step_s": recording.step_s,
        "finish_s": recording.finish_s,
        "status": recording.status.value,
        "from_tick": recording.from_tick,
        "scenario": recording.scenario_json,
    }
    arrays = {name: getattr(recording, name) for name in ARRAYS}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, head=np.array(json.dumps(head)), **arrays)


def load_recording(path: str | Path) -> Recording:
    """Read a recording written by `save_recording`.

    Raises:
        RecordingError: no such file, not a recording, damaged, or of another format version.
    """
    path = Path(path)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise RecordingError(f"{path} is not a file.")
        if path.stat().st_size > _MAX_BYTES:
            raise RecordingError(f"{path} is too large to be a recording.")
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MAX_BYTES:
                raise RecordingError(f"{path} is too large to be a recording.")
        with np.load(path, allow_pickle=False) as file:
            recording = _read(file, path)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except RecordingError:
        raise
    except Exception as error:  # zipfile and numpy have a dozen ways to say damaged
        raise RecordingError(_DAMAGED.format(path)) from error
    if not _sound(recording):
        raise RecordingError(_DAMAGED.format(path))
    return recording


def _read(file: Mapping[str, NDArray[Any]], path: Path) -> Recording:
    head = json.loads(str(file["head"]))
    if head.get("kind") != _KIND:
        raise RecordingError(f"{path} is not a lightpace recording.")
    if head.get("format") != FORMAT:
        raise RecordingError(
            f"{path} has recording format {head.get('format')}; this version reads "
            f"format {FORMAT}. Make it again with `lightpace simulate --save`."
        )
    arrays = {}
    for name in ARRAYS:
        column = file[name]
        if column.dtype.kind != "f":
            raise RecordingError(_DAMAGED.format(path))
        arrays[name] = np.asarray(column, dtype=np.float64)
    return Recording(
        scenario_json=str(head["scenario"]),
        race_m=float(head["race_m"]),
        step_s=float(head["step_s"]),
        finish_s=None if head["finish_s"] is None else float(head["finish_s"]),
        status=Status(head["status"]),
        from_tick=int(head["from_tick"]),
        **arrays,
    )


def _sound(run: Recording) -> bool:
    """Return whether a recording that was read can be asked for any moment."""
    columns = [getattr(run, name) for name in ARRAYS]
    if any(c.shape != (run.x.size,) for c in columns) or run.x.size < 2:
        return False
    finite = all(np.isfinite(c).all() for c in columns)
    measured = 0 < run.step_s < math.inf and 0 < run.race_m < math.inf
    if not (finite and measured and 0 <= run.from_tick <= run.ticks):
        return False
    onward = bool(run.x[0] >= 0 and (np.diff(run.x) >= 0).all())
    if run.finish_s is None:
        return onward and run.status is not Status.FINISHED
    in_last_step = (run.ticks - 1) * run.step_s <= run.finish_s <= run.ticks * run.step_s
    return onward and run.status is not Status.DID_NOT_FINISH and in_last_step
