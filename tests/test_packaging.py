"""A wheel in a clean environment, run from another folder, without a network."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a new environment that holds lightpace from its wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    # The wheel is built from the source distribution, so both are tested.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False, symlinks=sys.platform != "win32")
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    python = programs / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    # The dependencies are borrowed from the environment that runs the tests.
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    (Path(site.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_the_wheel_carries_scenarios_and_fonts(installed: Path, tmp_path: Path) -> None:
    program = (
        "from simulator.resources import asset_path, config_path; "
        "print(asset_path('fonts/LightpaceSans-Bold.ttf')); print(config_path('breaking4.yaml'))"
    )
    found = run(installed / "python", "-c", program, cwd=tmp_path).splitlines()
    assert all(Path(path).is_relative_to(installed.parent) for path in found), found


def test_the_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert "simulate" in run(installed / "lightpace", "--help", cwd=tmp_path)
    run(installed / "lightpace", "check", "breaking4.yaml", cwd=tmp_path)


def test_every_shipped_config_is_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = "from simulator.resources import configs_dir; print(configs_dir())"
    folder = Path(run(installed / "python", "-c", program, cwd=tmp_path).strip())
    shipped = {path.relative_to(ROOT / "configs") for path in (ROOT / "configs").rglob("*.*")}
    assert shipped == {path.relative_to(folder) for path in folder.rglob("*.*")}
