"""The choice of the kernel: the compiled one if it was made from this source, else the source.

In: kernel.py, kernel.pxd, and the extension that `hatch_build.py` made of them. Out: `kernel`, the
module that the rest of physics calls, and `STATUS`, one line for people. An extension has the
digest of its source in its name, so one compiled before an edit is never loaded. LIGHTPACE_PLAIN=1
forces the source, to find out whether a fault is the compiler's.
"""

from __future__ import annotations

import hashlib
import os
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def _load() -> tuple[ModuleType, str]:
    if os.environ.get("LIGHTPACE_PLAIN"):
        why = "LIGHTPACE_PLAIN is set"
    else:
        try:
            return import_module(f"simulator.physics.{_module_name()}"), "compiled"
        except ModuleNotFoundError:
            why = (
                "not compiled from this source; installing it where there is a C compiler does that"
            )
        except (ImportError, OSError) as error:  # built for another machine; no source to compare
            why = f"the compiled one cannot be used: {error}"
    return import_module("simulator.physics.kernel"), f"plain Python ({why})"


def _module_name() -> str:
    """Return the name of the extension made from the source in this folder, as the build does."""
    here = Path(__file__).resolve().parent
    source = (here / "kernel.py").read_bytes() + (here / "kernel.pxd").read_bytes()
    return f"_kernel_{hashlib.sha256(source).hexdigest()[:12]}"


kernel: Any
kernel, STATUS = _load()
COMPILED = STATUS == "compiled"
