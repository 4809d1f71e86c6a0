"""The build hook: compiles simulator/physics/kernel.py with Cython, where that is possible.

In: kernel.py and the types in kernel.pxd. Out: an extension module that has the digest of both in
its name, so that simulator/physics/compiled.py never loads a stale one. A wheel carries
it, an editable install puts it beside the source; so does `python hatch_build.py`, which the
Makefile runs. Without a compiler, Python.h or Cython one line says so, and the wheel is a pure one.
A line of kernel.py that ends in `# compiled: x` reads x in what is compiled: C has its own `sqrt`.
If x is `with ...:`, the line itself follows it: so that a call lets other threads run.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from sysconfig import get_config_var
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PHYSICS = Path("simulator", "physics")

DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,  # types stand in kernel.pxd alone
    # Unchecked: physics/setup.py refuses what is not finite before the loop begins, and the kernel
    # clamps every index, divides by nothing that can be zero, and takes no remainder below zero.
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
}
# No sum may be reordered or contracted: compiled and plain give the same bits.
FLAGS = (
    ["/O2", "/fp:precise"]
    if sys.platform == "win32"
    else ["-O3", "-g0", "-fno-fast-math", "-ffp-contract=off"]
)
_COMPILED_LINE = re.compile(r"^(\s*)(.*?)  # compiled: (.*?)$", re.MULTILINE)
_COMPLAINT = re.compile(r"^\S+:\d+:\d+: (?!warning|note).*", re.MULTILINE)
_COMMAND = re.compile(r"Command '\['([^']*)'.*\]'")


class NotCompiledError(Exception):
    """The kernel cannot be compiled here; the text is one line that says why."""


class KernelHook(BuildHookInterface[Any]):
    """Adds the compiled kernel to a wheel, or puts it beside the source of an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the kernel; leave the build a pure one where that fails."""
        physics = Path(self.root) / PHYSICS
        try:
            if version == "editable":
                compile_in_place(physics)
                return
            self._folder = TemporaryDirectory()
            built = compile_kernel(physics, Path(self._folder.name))
        except NotCompiledError as error:
            self.app.display_warning(str(error))
            return
        build_data["force_include"][str(built)] = (PHYSICS / built.name).as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder of a wheel's extension, which is in the wheel by now."""
        del version, build_data, artifact_path
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def module_name(source: bytes, types: bytes) -> str:
    """Return the name of the extension made from this source; `compiled.py` computes the same."""
    return f"_kernel_{hashlib.sha256(source + types).hexdigest()[:12]}"


def compile_in_place(physics: Path) -> None:
    """Compile the kernel beside its source unless it is there, and remove those of other sources.

    Raises:
        NotCompiledError: it cannot be compiled here.
    """
    name = module_name(*_sources(physics))
    target = physics / f"{name}{_suffix()}"
    flags_from = Path(__file__).stat().st_mtime
    if not target.exists() or target.stat().st_mtime < flags_from:
        with TemporaryDirectory() as folder:
            built = compile_kernel(physics, Path(folder))
            part = physics / f"{built.name}.{os.getpid()}.part"
            shutil.copy(built, part)
            part.replace(physics / built.name)
    for path in physics.glob("_kernel_*"):
        if not path.name.startswith(name):
            try:
                path.unlink(missing_ok=True)
            except PermissionError:  # on Windows, where a running program has it loaded
                continue


def _compiled_line(line: re.Match[str]) -> str:
    indent, plain, compiled = line.groups()
    return f"{indent}{compiled} {plain}" if compiled.endswith(":") else f"{indent}{compiled}"


def compile_kernel(physics: Path, into: Path) -> Path:
    """Compile the kernel into a folder and return the path of the extension module.

    Raises:
        NotCompiledError: it cannot be compiled here.
    """
    source, types = _sources(physics)
    name = module_name(source, types)
    text = _COMPILED_LINE.sub(_compiled_line, source.decode("utf-8"))
    package = into / PHYSICS  # Cython reads the full name of the module from the folders
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / f"{name}.py").write_text(text, encoding="utf-8")
    (package / f"{name}.pxd").write_bytes(types)
    # In a process of its own, so that a compiler's output can be reduced to one line.
    command = [sys.executable, str(Path(__file__).resolve()), name]
    done = subprocess.run(  # noqa: S603 - it starts this file
        command, cwd=into, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        output = f"{done.stdout}\n{done.stderr}".strip()
        complaint = _COMPLAINT.search(output)
        reason = complaint[0] if complaint else output.rpartition("\n")[2].rpartition("Error: ")[2]
        reason = _COMMAND.sub(r"'\1'", reason).replace(name, "kernel")
        raise NotCompiledError(f"lightpace: the kernel stays plain Python, only slower: {reason}")
    return package / f"{name}{_suffix()}"


def _sources(physics: Path) -> tuple[bytes, bytes]:
    return (physics / "kernel.py").read_bytes(), (physics / "kernel.pxd").read_bytes()


def _suffix() -> str:
    return str(get_config_var("EXT_SUFFIX"))


def _build_extension(name: str) -> None:
    """Build the extension of simulator/physics/`name`.py in the current folder, beside it."""
    from Cython.Build import cythonize  # noqa: PLC0415 - only the process that compiles needs them
    from setuptools import Distribution, Extension  # noqa: PLC0415

    source = (PHYSICS / f"{name}.py").as_posix()
    extension = Extension(f"simulator.physics.{name}", [source], extra_compile_args=FLAGS)
    modules = cythonize([extension], compiler_directives=DIRECTIVES, quiet=True)
    command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    command.build_lib = "."
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _build_extension(sys.argv[1])
    else:
        try:
            compile_in_place(Path(__file__).resolve().parent / PHYSICS)
        except NotCompiledError as error:
            sys.stderr.write(f"{error}\n")
