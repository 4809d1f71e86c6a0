"""Shells that ask how a line goes on, by the scripts that they are given."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
LINES = [
    (("simu",), {"simulate"}),
    (("sw",), {"sweep"}),
    (("still", "breaking4", "--cam"), {"--camera"}),
    (("run", "rudisha"), {"rudisha_2012"}),
    (("present", "stories/br"), {"stories/breaking4"}),
]


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def shell(name: str, script: str) -> list[str]:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} here")
    done = subprocess.run(
        [found, "-c", script], capture_output=True, text=True, check=True, env=environment()
    )
    return done.stdout.split()


def test_bash_completes_commands_options_and_scenarios() -> None:
    asked = "".join(
        f"COMP_WORDS=(lightpace {' '.join(words)}); COMP_CWORD={len(words)}; COMPREPLY=(); "
        "_lightpace_completion lightpace; echo \"${COMPREPLY[*]}\" | tr ' ' ','; "
        for words, _ in LINES
    )
    said = shell("bash", f'eval "$(lightpace --show-completion)"; {asked}')
    assert [set(line.split(",")) for line in said] == [answer for _, answer in LINES]


def test_zsh_is_answered_with_what_it_completes() -> None:
    """The script that zsh runs asks the program so; zsh itself is tried where it is."""
    line = {"_LIGHTPACE_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "lightpace simu"}
    done = subprocess.run(
        [BIN / "lightpace"], capture_output=True, text=True, check=True, env=environment() | line
    )
    assert "_arguments" in done.stdout
    assert "simulate" in done.stdout


def test_zsh_takes_the_script() -> None:
    shell(
        "zsh",
        'autoload -Uz compinit && compinit -D; eval "$(lightpace --show-completion)"; '
        "(( $+functions[_lightpace_completion] ))",
    )


@pytest.mark.parametrize(
    "lines", [LINES[::3], pytest.param(LINES, marks=pytest.mark.slow)], ids=["two", "all"]
)
def test_fish_completes_commands_options_and_scenarios(
    lines: list[tuple[tuple[str, ...], set[str]]],
) -> None:
    """The answers of the lines, with what each means, as fish shows them."""
    asked = "; ".join(f"complete -C 'lightpace {' '.join(words)}'" for words, _ in lines)
    said = shell("fish", f"lightpace --show-completion | source; {asked}")
    assert set().union(*(answer for _, answer in lines)) <= set(said)
