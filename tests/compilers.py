"""Whether the kernel can be compiled here; else there is no compiled one to test."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

COMMAND = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cl").split()[0]
HAS_COMPILER = bool(
    shutil.which(COMMAND) and Path(sysconfig.get_path("include"), "Python.h").exists()
)
