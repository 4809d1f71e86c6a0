"""Headless by default: no test opens a real window or a sound device unless it asks for one."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
# nothing is read from, or written to, what the person who runs the tests has at home
_HOME = tempfile.mkdtemp(prefix="lightpace-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
    os.environ[_name] = _HOME

_TESTS = Path(__file__).parent
gc.disable()  # until the tests are collected: what is read in for them is no garbage
# Some hundred processes of our own are started here: none is to compile all of its source anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Machines differ in speed, so no deadline; in CI the same examples each time.
settings.register_profile("lightpace", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("lightpace")


def pytest_configure(config: pytest.Config) -> None:
    """Let every second worker begin at the other end: what one compiles, the other then reads."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if int(worker[2:]) % 2 and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        found = [path for end in ("[!_]*/", "test_*.py") for path in _TESTS.glob(end)]
        config.args = [str(path) for path in sorted(found, reverse=True)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests of every worker into one order."""
    items.sort(key=lambda item: item.path)


def pytest_collection_finish() -> None:
    """Leave what was collected, and all that was imported for it, out of what is looked through.

    It stays until the end, and each full collection of garbage would go through it again.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _kept_but_for_a_soak(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("soak") is None:  # it measures what is kept
        request.getfixturevalue("_kept")


@pytest.fixture(scope="session")
def _kept() -> Iterator[None]:
    """Open each font and paint each ground once, not again for each of hundreds of painters.

    So are the tables packed that all pages share.
    """
    from simulator.export import page_model  # noqa: PLC0415 - after SDL's drivers
    from simulator.view.layers.track import draw_ground  # noqa: PLC0415
    from simulator.view.text import Type  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Type, "_open_font", staticmethod(lru_cache(256)(Type._open_font)))
        kept = lru_cache(16)(draw_ground.__wrapped__)
        patch.setattr("simulator.view.picture.draw_ground", kept)
        patch.setattr(page_model, "_smallest", lru_cache(4096)(page_model._smallest))
        yield


@pytest.fixture(scope="session")
def window_environment() -> Iterator[dict[str, str]]:
    """Environment for a subprocess that opens a window.

    A virtual X display where Xvfb is installed, SDL's dummy driver elsewhere.
    """
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        yield environment
        return
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    try:
        if number:
            environment |= {"DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11"}
        yield environment
    finally:
        server.terminate()
        server.wait()
