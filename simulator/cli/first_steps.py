"""The commands of the first minutes: new, list, doctor; and man, the manual page.

In: arguments. Out: a commented scenario; a list of names; a summary for bug reports; a page for
`man`, made of the same texts as `--help`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from simulator.cli.terminal import (
    WIDE,
    AsJson,
    Force,
    app,
    out,
    print_json,
    print_table,
)
from simulator.errors import LightpaceError, ScenarioError

THEMES = {
    "night": "a stadium by floodlight; the default",
    "daylight": "bright, for weak projectors",
    "colour-blind": "night, told apart without red and green",
    "high-contrast": "night, with the strongest contrasts",
}
"""One line for each shipped theme."""

EXTRAS = {
    "activities": "fitdecode",
    "video": "av",
    "leds": "sacn",
    "plot": "matplotlib",
    "optimise": "scipy",
    "parquet": "pyarrow",
    "cluster": "distributed",
}
"""Each extra with its main package."""


@app.command()
def new(
    file: Annotated[
        str,
        typer.Argument(
            help="File to write, e.g. my.yaml; a name without an ending is written into your own "
            "folder, where every command finds it by this name."
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option("--from", help="Begin with a copy of this scenario, e.g. breaking4."),
    ] = None,
    force: Force = False,
) -> None:
    """Write a commented scenario to begin with."""
    from simulator.files import (
        SETTINGS,
        asset_path,
        is_there,
        make_folder,
        refuse_existing,
        user_dir,
        write_text,
    )
    from simulator.scenario.loader import load_text
    from simulator.scenario.reading import find_scenario, is_bare_name, named_files, read_text

    found = asset_path("starter.yaml") if source is None else find_scenario(source)
    text = _without_modeline(read_text(found, str(found)))
    path = Path(file)
    if file.startswith("-") or not path.stem.strip(" .-"):
        raise typer.BadParameter(f"'{file}' is no name of a scenario.")
    if is_bare_name(file):
        if file in named_files() and not is_there(user_dir() / f"{file}.yaml"):
            raise typer.BadParameter(f"'{file}' is a shipped scenario: choose another name.")
        path = user_dir() / f"{file}.yaml"
        if path.name == SETTINGS:
            raise typer.BadParameter(f"{SETTINGS} is the window's: choose another name.")
    refuse_existing(path, force=force)
    try:  # files next to the original, such as ghosts, may be out of reach from here
        scenario = load_text(text, path.name, path.parent)
    except ScenarioError as error:
        raise ScenarioError(error.problems) from None
    if is_bare_name(file):
        make_folder(path.parent, parents=True)
    write_text(path, text)
    called = file if is_bare_name(file) else str(path)
    out.print(
        f"{path}: {scenario.name}. Edit it; `lightpace run {quote(called)}` shows it.",
        soft_wrap=True,
    )


def _without_modeline(text: str) -> str:
    """Return a scenario without the line that tells an editor where its schema is."""
    return re.sub(r"\A# yaml-language-server:[^\n]*\n(#\n)?", "", text)


# -- list ----------------------------------------------------------------------------------------


@app.command("list")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(help="scenarios, formations, runners, stories or themes; left out: all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what may be called by its name: scenarios, formations, runners, stories, themes."""
    listed = {each: list(_listed(each)) for each in KINDS if kind in (None, each)}
    if not listed:
        raise typer.BadParameter(f"'{kind}' is none of {', '.join(KINDS)}.")
    if as_json:
        print_json({each: [_plain(row) for row in rows] for each, rows in listed.items()})
        return
    for number, (each, rows) in enumerate(listed.items()):
        out.print(f"{chr(10) if number else ''}{each}")
        told = [(f"  {name}", f"{line}{' (yours)' if users else ''}") for name, line, users in rows]
        print_table(("", ""), told, left=("",))
    from simulator.files import user_dir

    out.print(f"\nYour own lie in {_homely(user_dir())}, laid out in the same way.")


KINDS = ("scenarios", "formations", "runners", "stories", "themes")
ListedName = tuple[str, str, bool]
"""A name, a line about it, whether it is the user's."""


def _plain(row: ListedName) -> dict[str, Any]:
    return dict(zip(("name", "about", "yours"), row, strict=True))


def _listed(kind: str) -> Iterator[ListedName]:
    from simulator.scenario.reading import named_files, users_files

    if kind == "themes":
        yield from ((name, line, False) for name, line in THEMES.items())
        of_users = users_files("themes")
        yield from ((name, "", True) for name in of_users if name not in THEMES)
        return
    folder = "" if kind == "scenarios" else kind
    of_users = users_files(folder)
    prefix = "stories/" if kind == "stories" else ""
    for name, path in named_files(folder).items():
        yield f"{prefix}{name}", _line_about(path), of_users.get(name) == path


def _line_about(path: Path) -> str:
    """Return one line about a file: its name and the first sentence of its note or comment."""
    from simulator.scenario.reading import read_text
    from simulator.scenario.yaml_tree import read_document

    try:
        text = read_text(path, path.name)
        root = read_document(text, path.name).root
    except ScenarioError as error:
        return f"not usable: {error.problems[0].message}"
    values = root if isinstance(root, dict) else {}
    comments = [line.lstrip("# ") for line in text.splitlines() if line.startswith("# ")]
    comment = " ".join(line for line in comments if not line.startswith("yaml-language-server"))
    about = values.get("note") or comment
    sentence = re.split(
        r"(?<=[a-z0-9)])(?<!et al)[.:](?:\s|$)", " ".join(str(about).split()), maxsplit=1
    )[0]
    if sentence.count("(") > sentence.count(")"):
        sentence = sentence.rpartition("(")[0].rstrip()
    name = str(values.get("name", ""))
    parts = [name if name != path.stem else "", sentence if sentence != name else ""]
    return ": ".join(part for part in parts if part)[:160]


def _homely(path: Path) -> str:
    """Return a path with `~` for the home folder, so that pasted text reveals no user name."""
    try:
        return str(Path("~") / path.resolve().relative_to(Path.home().resolve()))
    except (ValueError, RuntimeError, OSError):
        return str(path)


# -- doctor --------------------------------------------------------------------------------------


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is here and what is missing: paste it into a report of a fault."""
    facts: dict[str, str] = {}
    broken = []
    for name, look in _LOOKS.items():
        try:
            facts[name] = look()
        except LightpaceError as error:
            facts[name] = f"BROKEN: {error}"
            broken.append(name)
    if as_json:
        print_json(facts)
    else:
        print_table(("", ""), facts.items(), left=("",))
    if broken:
        raise LightpaceError(f"Not in order: {', '.join(broken)}.")


def _of_python() -> str:
    import platform

    where = "in an environment" if sys.prefix != sys.base_prefix else "not in an environment"
    return f"{platform.python_implementation()} {platform.python_version()}, {where}"


def _of_system() -> str:
    import platform

    return f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} CPUs"


def _of_kernel() -> str:
    from simulator.physics.compiled import STATUS, kernel

    return f"{STATUS}, {_homely(Path(kernel.__file__))}"


def _of_cache() -> str:
    if sys.dont_write_bytecode:
        return "none is written (PYTHONDONTWRITEBYTECODE): each start compiles Python anew"
    folder = Path(sys.pycache_prefix or Path(__file__).parent)
    if os.access(folder, os.W_OK):
        return "bytecode is kept between starts"
    return "the package's folder is not writable: only what the installer compiled is kept"


def _of_packages() -> str:
    listed = metadata("lightpace").get_all("Requires-Dist") or []
    needed = [
        re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in listed if "extra ==" not in text
    ]
    return ", ".join(f"{name} {_installed(name) or 'MISSING'}" for name in needed)


def _of_extras() -> str:
    said = []
    for extra, package in EXTRAS.items():
        there = _installed(package)
        said.append(f"{extra} ({package} {there})" if there else f"no {extra}")
    return ", ".join(said)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _of_display() -> str:
    from simulator.view.window import missing_display

    missing = missing_display()
    if missing:
        return f"none: {missing} Stills, films and pages need none."
    import pygame

    try:
        pygame.display.init()
        try:
            sizes = ", ".join(f"{w}x{h}" for w, h in pygame.display.get_desktop_sizes())
            return f"{pygame.display.get_driver()}, {sizes}"
        finally:
            pygame.display.quit()
    except pygame.error as error:
        raise LightpaceError(f"{error}.") from None


def _of_sound() -> str:
    import pygame

    try:
        pygame.mixer.init()
    except (pygame.error, NotImplementedError) as error:
        return f"none ({error}); only --sound needs it"
    try:
        rate, bits, channels = pygame.mixer.get_init() or (0, 0, 0)
        return f"{rate} Hz, {abs(bits)} bits, {channels} channels"
    finally:
        pygame.mixer.quit()


def _of_fonts() -> str:
    from simulator.view.text import main_font

    weights = ("Regular", "SemiBold", "Bold")
    for weight in weights:
        main_font(weight)  # raises if one is missing or damaged
    return f"Lightpace Sans {', '.join(weights)}"


def _of_folder() -> str:
    from simulator.files import configs_dir, user_dir

    yours = user_dir()
    count = len(list(yours.rglob("*.yaml"))) if yours.is_dir() else 0
    return f"{_homely(configs_dir())}; yours: {_homely(yours)}, {count} files"


def _of_streams() -> str:
    kinds = [
        f"{s.encoding} {'terminal' if s.isatty() else 'file'}" for s in (sys.stdout, sys.stdin)
    ]
    return f"output {kinds[0]}, input {kinds[1]}, {WIDE.console.color_system or 'no colours'}"


def _of_variables() -> str:
    wanted = re.compile(r"LIGHTPACE_\w+|SDL_\w+|PYTHON(?!PATH)\w+|OPENBLAS_\w+|NO_COLOR|TERM|LANG")
    names = sorted(name for name in os.environ if wanted.fullmatch(name))
    return ", ".join(f"{name}={os.environ[name]}" for name in names) or "none that matter"


_LOOKS: dict[str, Callable[[], str]] = {
    "lightpace": lambda: version("lightpace"),
    "kernel": _of_kernel,
    "Python": _of_python,
    "system": _of_system,
    "packages": _of_packages,
    "extras": _of_extras,
    "display": _of_display,
    "sound": _of_sound,
    "fonts": _of_fonts,
    "files": _of_folder,
    "caches": _of_cache,
    "streams": _of_streams,
    "variables": _of_variables,
}


# -- man -----------------------------------------------------------------------------------------


@app.command()
def man() -> None:
    """Print the manual page, made of the same texts as --help."""
    sys.stdout.write(man_page())


def man_page() -> str:
    """Return the manual page as roff."""
    from simulator.cli import HOMES, register_all

    register_all()
    group: Any = typer.main.get_command(app)
    lines = [
        '.TH LIGHTPACE 1 "" "lightpace" "User Commands"',
        ".SH NAME",
        r"lightpace \- " + _roff(group.help.partition(":")[0]),
        ".SH SYNOPSIS",
        r".B lightpace",
        r"[\-v] [\fIcommand\fR] [\fIargument\fR ...]",
        ".SH DESCRIPTION",
        *_paragraphs(group.help),
        "Without a command the window opens.",
        ".SH OPTIONS",
        *_options(group),
        ".SH COMMANDS",
    ]
    for name in (name for names in HOMES.values() for name in names):
        command = group.commands[name]
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        words = " ".join(rf"\fI{_roff(p.name)}\fR" for p in arguments)
        lines += [f".SS lightpace {name} {words}".rstrip(), *_paragraphs(command.help)]
        lines += [*_options(command), *_paragraphs(command.epilog or "")]
    lines += [".SH EXIT STATUS", *_entries(EXIT_CODES), ".SH FILES"]
    where = "scenarios, and in its folders formations, runners, stories and themes of your own; "
    lines += [".TP", ".I ~/.config/lightpace", where + "lightpace doctor names it on your system."]
    return "\n".join(lines) + "\n"


EXIT_CODES = {
    "0": "done",
    "1": "not done",
    "2": "the input is not usable",
    "129": "the terminal was closed",
    "130": "stopped with Ctrl-C",
    "143": "terminated",
}


def _entries(table: dict[str, str]) -> Iterator[str]:
    for term, words in table.items():
        yield from (".TP", rf"\fB{_roff(term)}\fR", _roff(words))


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        words = getattr(parameter, "help", "") or ""
        if parameter.param_type_name == "argument":
            yield from (".TP", rf"\fI{_roff(parameter.name)}\fR")
        else:
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            value = "" if parameter.is_flag or parameter.count else " " + _value_of(parameter)
            yield from (".TP", rf"\fB{_roff(names)}\fR{value}")
        yield _roff(words) or "-"


def _value_of(parameter: Any) -> str:
    return rf"\fI{_roff(parameter.metavar or parameter.name)}\fR"


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text.strip()):
        if part:
            yield from (".PP", _roff(" ".join(part.split())))


def _roff(text: str) -> str:
    """Return a text without roff commands."""
    plain = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga")
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain
