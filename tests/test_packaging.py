"""A wheel in a clean environment, run from another folder, without a network; the compiled kernel.

Where the tests of the kernel's build need one of no weight, a stand-in takes its place.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.compilers import COMMAND, HAS_COMPILER

ROOT = Path(__file__).resolve().parents[1]

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

needs_compiler = pytest.mark.skipif(
    not HAS_COMPILER, reason="there is no C compiler, or no Python.h"
)
WHICH = "from simulator.physics.compiled import STATUS, kernel; print(STATUS, kernel.__file__)"
ANSWER = (
    "from simulator.physics.compiled import COMPILED, kernel; print(COMPILED, kernel.times(8.0))"
)
FINISH = "from simulator import *; print(simulate(load_scenario('breaking4')).finish_s.hex())"

KERNEL = """
from contextlib import nullcontext
from math import sqrt  # compiled: from cython.cimports.libc.math import sqrt

nogil = nullcontext()  # compiled: from cython import nogil

def times(x):
    with nogil:
        y = 2.0 * sqrt(x + x)
    return y
"""
TYPES = """
cimport cython

@cython.locals(y=double)
cpdef double times(double x) noexcept
"""


def process(*command: str | Path, cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    parts = [str(part) for part in command]
    kept = {name: value for name, value in os.environ.items() if name != "LIGHTPACE_PLAIN"}
    return subprocess.run(
        parts, cwd=cwd, env=kept | changes, capture_output=True, text=True, check=False
    )


def run(*command: str | Path, cwd: Path, **changes: str) -> str:
    done = process(*command, cwd=cwd, **changes)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(folder: Path) -> Path:
    """Make an environment in a folder and return its folder of programs."""
    venv.create(folder / "environment", with_pip=False, symlinks=sys.platform != "win32")
    programs = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
    # The dependencies are borrowed from the environment that runs the tests.
    site = run(
        programs / "python",
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
        cwd=folder,
    )
    (Path(site.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def pip(programs: Path) -> tuple[str | Path, ...]:
    to = ("--python", programs / "python", "--disable-pip-version-check")
    return (sys.executable, "-m", "pip", *to, "install")


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what has a build use the compiler that is here, without its slow optimisations."""
    real = shutil.which(COMMAND)
    if real is None or sys.platform == "win32":
        return {}
    quick = tmp_path_factory.mktemp("compiler") / "cc"
    quick.write_text(f'#!/bin/sh\nexec "{real}" "$@" -O0\n')
    quick.chmod(0o755)
    return {"CC": str(quick)}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, compiler: dict[str, str]) -> Path:
    """Return the folder of programs of a new environment that holds lightpace from its wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    # The wheel is built from the source distribution, so both are tested.
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    run(*build, cwd=folder, **compiler)
    (wheel,) = folder.glob("*.whl")
    programs = environment(folder)
    run(*pip(programs), "--no-deps", "--no-index", "--no-compile", wheel, cwd=folder)
    return programs


@pytest.mark.slow  # .ci/run runs it
def test_the_wheel_carries_scenarios_and_fonts(installed: Path, tmp_path: Path) -> None:
    program = (
        "from simulator.files import asset_path, config_path; "
        "print(asset_path('fonts/LightpaceSans-Bold.ttf')); print(config_path('breaking4.yaml'))"
    )
    result = run(installed / "python", "-c", program, cwd=tmp_path).splitlines()
    assert all(Path(path).is_relative_to(installed.parent) for path in result), result


@pytest.mark.slow  # .ci/run runs it
def test_the_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert "simulate" in run(installed / "lightpace", "--help", cwd=tmp_path)
    run(installed / "lightpace", "check", "breaking4.yaml", cwd=tmp_path)


@pytest.mark.slow  # .ci/run runs it
def test_it_is_imported_and_run_under_its_own_name(installed: Path, tmp_path: Path) -> None:
    assert "simulate" in run(installed / "python", "-m", "lightpace", "--help", cwd=tmp_path)
    program = "import lightpace; print(lightpace.load_scenario('solo').name, lightpace.__file__)"
    name, path = run(installed / "python", "-c", program, cwd=tmp_path).split()
    assert (name, Path(path).parent.name) == ("Solo", "lightpace")
    assert Path(path).is_relative_to(installed.parent)


@pytest.mark.slow  # .ci/run runs it
def test_the_wheel_holds_each_thing_once(installed: Path) -> None:
    (wheel,) = installed.parents[1].glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert len([name for name in names if name.endswith("OFL.txt")]) == 1
    assert {name.partition("/")[0] for name in names} == {
        "lightpace",
        "simulator",
        f"lightpace-{VERSION}.data",
        f"lightpace-{VERSION}.dist-info",
    }
    assert not [name for name in names if "_alias" in name or name.endswith(".webp")]
    assert f"lightpace-{VERSION}.data/data/share/man/man1/lightpace.1" in names
    assert {"simulator/py.typed", "lightpace/py.typed", "lightpace/__init__.pyi"} <= {*names}


@pytest.mark.slow  # .ci/run runs it
def test_the_source_distribution_is_small_and_has_what_it_takes(installed: Path) -> None:
    (sdist,) = installed.parents[1].glob("*.tar.gz")
    assert sdist.stat().st_size < 1_500_000
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"hatch_build.py", "simulator/physics/kernel.pxd", "assets/fonts/OFL.txt"}
    assert needed | {"docs/lightpace.1", "LICENSE", "CHANGELOG.md"} <= names
    assert not [name for name in names if name.startswith((".venv", "dist/", "build/"))]


@pytest.mark.slow  # .ci/run runs it
def test_twine_and_pyroma_find_nothing(installed: Path) -> None:
    made = sorted(installed.parents[1].glob("lightpace-*.*"))
    files = [path for path in made if path.suffix in (".whl", ".gz")]
    assert len(files) == 2
    checked = run(sys.executable, "-m", "twine", "check", "--strict", *files, cwd=ROOT)
    assert checked.count("PASSED") == 2
    (sdist,) = (path for path in files if path.suffix == ".gz")
    rated = run(sys.executable, "-m", "pyroma", "--file", sdist, cwd=installed)
    assert "Final rating: 10/10" in rated, rated


@pytest.mark.slow  # .ci/run runs it
def test_on_pypi_every_link_leads_to_the_release(installed: Path) -> None:
    (wheel,) = installed.parents[1].glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        page = archive.read(name).decode("utf-8").partition("\n\n")[2]
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 10
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    pictures = [link for link in links if link.endswith((".png", ".webp"))]
    assert len(pictures) >= 4
    for link in pictures:
        assert "raw.githubusercontent.com" in link
        assert (ROOT / link.partition(f"/v{VERSION}/")[2]).is_file()


@pytest.mark.slow  # .ci/run runs it
def test_every_shipped_config_is_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = "from simulator.files import configs_dir; print(configs_dir())"
    folder = Path(run(installed / "python", "-c", program, cwd=tmp_path).strip())
    shipped = {path.relative_to(ROOT / "configs") for path in (ROOT / "configs").rglob("*.*")}
    assert shipped == {path.relative_to(folder) for path in folder.rglob("*.*")}


# -- the compiled kernel -------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout whose kernel is a stand-in that answers 8 to 8.0."""
    folder = tmp_path / "project"
    unneeded = shutil.ignore_patterns(".*", "tests", "docs", "_kernel_*", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=unneeded)
    shutil.copy(ROOT / ".gitignore", folder)
    (folder / "simulator/physics/kernel.py").write_text(KERNEL)
    (folder / "simulator/physics/kernel.pxd").write_text(TYPES)
    return folder


def extensions(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "simulator/physics").glob("_kernel_*"))


def compiled(project: Path, compiler: dict[str, str]) -> None:
    done = process(sys.executable, "hatch_build.py", cwd=project, **compiler)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow  # .ci/run runs it
@needs_compiler
def test_a_wheel_built_where_there_is_a_compiler_runs_the_compiled_kernel(
    installed: Path, tmp_path: Path
) -> None:
    status, _, path = run(installed / "python", "-c", WHICH, cwd=tmp_path).strip().partition(" ")
    assert status == "compiled"
    assert Path(path).is_relative_to(installed.parent)
    (wheel,) = installed.parents[1].glob("*.whl")
    assert not wheel.name.endswith("-any.whl")


@pytest.mark.slow
def test_a_wheel_built_without_a_compiler_is_pure_and_gives_the_same_bits(
    installed: Path, tmp_path: Path
) -> None:
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    done = process(*build, cwd=tmp_path, CC="/bin/false")
    assert (done.returncode, done.stderr.count("stays plain Python")) == (0, 1), done.stderr
    (wheel,) = tmp_path.glob("*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if "_kernel_" in name]
        archive.extractall(tmp_path / "site")  # noqa: S202 - our own wheel
    site = {"PYTHONPATH": str(tmp_path / "site")}
    assert run(sys.executable, "-c", WHICH, cwd=tmp_path, **site).startswith("plain Python (not")
    pure = run(sys.executable, "-c", FINISH, cwd=tmp_path, **site)
    assert pure == run(installed / "python", "-c", FINISH, cwd=tmp_path)


@needs_compiler
@pytest.mark.slow
def test_an_editable_install_compiles_the_kernel_beside_its_source(
    project: Path, tmp_path: Path
) -> None:
    programs = environment(tmp_path)
    how = ("--no-build-isolation", "--no-deps", "--no-index", "--editable")
    run(*pip(programs), *how, project, cwd=tmp_path)
    status, _, path = run(programs / "python", "-c", WHICH, cwd=tmp_path).strip().partition(" ")
    assert (status, extensions(project)) == ("compiled", [Path(path).name])


@needs_compiler
@pytest.mark.slow  # .ci/run runs it
def test_a_kernel_compiled_before_an_edit_is_never_used_and_the_next_build_replaces_it(
    project: Path, compiler: dict[str, str]
) -> None:
    answer = (sys.executable, "-c", ANSWER)
    compiled(project, compiler)
    (before,) = extensions(project)
    assert run(*answer, cwd=project) == "True 8.0\n"
    assert run(*answer, cwd=project, LIGHTPACE_PLAIN="1") == "False 8.0\n"
    source = project / "simulator/physics/kernel.py"
    source.write_text(KERNEL.replace("2.0", "3.0"))
    assert run(*answer, cwd=project) == "False 12.0\n"
    compiled(project, compiler)
    (after,) = extensions(project)
    assert after != before
    assert run(*answer, cwd=project) == "True 12.0\n"
    types = project / "simulator/physics/kernel.pxd"
    types.write_text(f"{TYPES}\n")
    assert run(*answer, cwd=project) == "False 12.0\n"
    types.write_text(TYPES)
    (project / "simulator/physics" / after).write_bytes(b"of another machine")
    said = run(sys.executable, "-c", WHICH, cwd=project)
    assert said.startswith("plain Python (the compiled one cannot be used: ")


@needs_compiler
@pytest.mark.slow
def test_what_is_compiled_stays_unless_its_source_or_how_it_is_compiled_has_changed(
    project: Path, compiler: dict[str, str]
) -> None:
    compiled(project, compiler)
    (made,) = (project / "simulator/physics").glob("_kernel_*")
    name, _, suffix = made.name.partition(".")
    of_another_python = f"{name}.cpython-399.so"
    made.with_name(of_another_python).touch()
    made.with_name(f"_kernel_0123456789ab.{suffix}").touch()
    made.write_bytes(b"")
    compiled(project, compiler)
    assert extensions(project) == sorted([made.name, of_another_python])
    assert made.stat().st_size == 0
    os.utime(project / "hatch_build.py")
    compiled(project, compiler)
    assert made.stat().st_size > 0


@pytest.mark.parametrize(
    ("hindrance", "reason"),
    [
        ({"CC": "/bin/false"}, "/bin/false"),
        pytest.param({"PATH": "/nowhere", "CC": "cc"}, "cc", marks=pytest.mark.slow),
        pytest.param(
            {"CFLAGS": "-nostdinc", "CPATH": ""}, ".h", marks=[needs_compiler, pytest.mark.slow]
        ),
        pytest.param({"PYTHONPATH": "{without}"}, "Cython", marks=pytest.mark.slow),
    ],
    ids=["failing compiler", "no compiler", "no headers", "no Cython"],
)
def test_without_what_it_takes_one_line_says_so_and_nothing_fails(
    project: Path, hindrance: dict[str, str], reason: str
) -> None:
    without = project / "without"
    without.mkdir()
    (without / "Cython.py").write_text("raise ImportError('no module named Cython')\n")
    changes = {name: value.format(without=without) for name, value in hindrance.items()}
    done = process(sys.executable, "hatch_build.py", cwd=project, **changes)
    assert (done.returncode, done.stdout) == (0, "")
    (line,) = done.stderr.splitlines()
    assert "stays plain Python" in line
    assert reason in line
    assert extensions(project) == []
    assert run(sys.executable, "-c", ANSWER, cwd=project) == "False 8.0\n"


def test_what_builds_a_wheel_is_named_alike_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requires = project["build-system"]["requires"]
    assert set(requires) <= set(project["project"]["optional-dependencies"]["dev"])
    backend = re.search("^BACKEND := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert backend is not None
    assert backend[1].replace("'", "").split() == requires
