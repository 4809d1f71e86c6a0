"""Recordings on disk: one `.npz` file, never pickled, with a format version.

In: a `Recording` and a path. Out: the file, written beside and renamed; or the recording read back,
or one sentence saying why it cannot be.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np

from simulator.errors import RecordingError
from simulator.files import replacing
from simulator.recording.recording import ARRAYS, Recording, Status

FORMAT = 1
_KIND = "lightpace recording"
_MAX_BYTES = 64_000_000


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
        if path.stat().st_size > _MAX_BYTES:
            raise RecordingError(f"{path} is too large to be a recording.")
        with np.load(path, allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            if head.get("kind") != _KIND:
                raise RecordingError(f"{path} is not a lightpace recording.")
            if head.get("format") != FORMAT:
                raise RecordingError(
                    f"{path} has recording format {head.get('format')}; this version reads "
                    f"format {FORMAT}. Make it again with `lightpace simulate --save`."
                )
            arrays = {name: np.asarray(file[name], dtype=np.float64) for name in ARRAYS}
            recording = Recording(
                scenario_json=str(head["scenario"]),
                race_m=float(head["race_m"]),
                step_s=float(head["step_s"]),
                finish_s=None if head["finish_s"] is None else float(head["finish_s"]),
                status=Status(head["status"]),
                from_tick=int(head["from_tick"]),
                **arrays,
            )
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise RecordingError(f"{path} is not a lightpace recording, or is damaged.") from error
    lengths = {len(getattr(recording, name)) for name in ARRAYS}
    positive = recording.step_s > 0 and recording.race_m > 0
    if len(lengths) != 1 or min(lengths) < 2 or not positive:
        raise RecordingError(f"{path} is not a lightpace recording, or is damaged.")
    if not all(np.isfinite(getattr(recording, name)).all() for name in ARRAYS):
        raise RecordingError(f"{path} is damaged: it holds values that are not numbers.")
    return recording
