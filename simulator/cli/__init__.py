"""The command line: reads arguments, calls the rooms, prints. Only it exits the process.

In: arguments. Out: text on stdout, one-sentence errors on stderr, an exit code: 0 done, 1 it could
not be done, 2 the input is not usable, 129 the terminal was closed, 130 stopped with Ctrl-C, 143
terminated. The commands are in the modules listed in `HOMES`, and are registered by importing them.
"""

from __future__ import annotations

import codecs
import gc
import io
import os
import sys
import unicodedata
import warnings
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from simulator.cli.terminal import app, err
from simulator.errors import LightpaceError, LightpaceWarning
from simulator.signals import StopSignals

_Misused: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""The error of a wrong option or argument; typer exports only its subclasses."""

HOMES = {
    "windows": ("run", "present", "leds"),
    "attempts": ("simulate", "coach", "check", "still", "sheet", "schema", "film", "page"),
    "runners": ("fit", "predict", "ghost"),
    "studies": ("validate", "calibrate", "reach", "sweep", "plot", "optimise"),
    "first_steps": ("new", "list", "doctor", "man"),
}
"""The module of each command."""
COMPLETING = "_LIGHTPACE_COMPLETE"
"""Variables that a shell sets to request completions."""
FORMER = {"report": "page"}
"""Former names of commands."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    # otherwise pydantic reads the metadata of every installed package to find plugins
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainer")
    with warnings.catch_warnings():
        stops = StopSignals()
        warnings.showwarning = partial(_warn, stops)
        warnings.simplefilter("always", LightpaceWarning)
        sys.exit(_exit_code(stops, sys.argv[1:] if arguments is None else arguments))


def _exit_code(stops: StopSignals, arguments: Sequence[str]) -> int | str | None:
    code: int | str | None = 0
    arguments = [*(FORMER.get(word, word) for word in arguments[:1]), *arguments[1:]]
    try:
        with stops:
            _register(arguments)
            gc.freeze()
            gc.enable()
            code = app(args=arguments, standalone_mode=False)
    except SystemExit as end:
        code = end.code
    except _Misused as error:
        _complain(f"{error.format_message().rstrip('.')}. See `lightpace --help`.")
        code = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except LightpaceError as error:
        if not stops.code:
            _complain(str(error))
        code = error.exit_code
    except OSError as error:
        if not stops.code and _flushed():
            _complain(_refused(error))
        code = 1
    except Exception:
        if not stops.code:
            raise
        # a library took the stop for a failure: pydantic does while it builds a model
    code = stops.code or code
    return code if _flushed() else code or 1


_PLAINER = dict(
    zip(
        "−–—…×±·°’′“”←→≤≥",
        ("-", "-", "-", "...", "x", "+/-", ".", "deg ", "'", "'", '"', '"', "<-", "->", "<=", ">="),
        strict=True,
    )
)
"""Replaces characters that a stream's encoding lacks: a sign must not be lost."""


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAINER.get(char) or _without_marks(char) for char in lacking), error.end


def _without_marks(char: str) -> str:
    """Return `e` for `é` and `^4` for `⁴`; a question mark if nothing is similar."""
    plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode().strip()
    raised = unicodedata.decomposition(char).startswith("<super>")
    return ("^" if raised else "") + plain or "?"


codecs.register_error("plainer", _plainer)


def _open_closed_streams() -> None:
    """Open the streams that were closed: the next file would get their file numbers."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, stream)


def _flushed() -> bool:
    """Flush stdout and return whether it worked; print why not, unless its reader has gone."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # keep the interpreter from retrying at exit, and complaining
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            _complain(_refused(error))
        return False
    return True


def _refused(error: OSError) -> str:
    """Return what the system refused; an error without a file name concerns the output."""
    what = f"{error.filename}" if error.filename else "The output cannot be written"
    return f"{what}: {error.strerror or error}."


def _warn(stops: StopSignals, message: Warning | str, *_where: object, **_more: object) -> None:
    """Print a warning as one line, unless it came of a stop; `-v` shows its source."""
    if not stops.code:
        _complain(f"warning: {message}")


def _complain(text: str) -> None:
    """Print an error; if the error stream is full, the exit code must do."""
    try:
        err.print(text)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _register(arguments: Sequence[str]) -> None:
    """Import the module of the named command; without one, all of them, for help."""
    named = next((word for word in arguments if not word.startswith("-")), "")
    homes = [home for home, commands in HOMES.items() if named in commands]
    # the first module also handles a call without a command, which opens the window; a shell
    # that completes a line names none either
    if (arguments or COMPLETING in os.environ) and not homes:
        register_all()
    for home in ["windows", *homes]:
        import_module(f"simulator.cli.{home}")


def register_all() -> None:
    """Import the modules of all commands, in the order of `HOMES`."""
    for home in HOMES:
        import_module(f"simulator.cli.{home}")
