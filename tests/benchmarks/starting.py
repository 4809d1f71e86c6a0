"""From the command to the first picture, beside a bare script that opens a window of that size.

`python -m tests.benchmarks.starting` prints the rows alone; `make bench` prints them with the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

GOAL, ATTEMPT_GOAL = 3.0, 4.0
ROUNDS = 9
BARE = """
import os
import numpy
import pygame
pygame.display.init()
surface = pygame.display.set_mode((1280, 720))
surface.fill((12, 18, 24))
pygame.display.flip()
os._exit(0)
"""
OURS = """
import os
import pygame
shown, drawn = pygame.display.flip, 0
def flip():
    global drawn
    shown()
    drawn += 1
    if drawn == {pictures}:
        os._exit(0)
pygame.display.flip = flip
import sys
sys.argv = ["lightpace", "run"]
from simulator.__main__ import main
main()
"""


def _wall_s(program: str) -> float:
    # with byte code, as what is installed has it, and a checkout from its second start on
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    return time.perf_counter() - begin


def rows() -> Iterator[str]:
    """Yield lines of the table: what, measured, goal."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    programs = (BARE, OURS.format(pictures=1), OURS.format(pictures=2))
    for program in programs:
        _wall_s(program)  # once for the disk
    took = [[_wall_s(program) for program in programs] for _ in range(ROUNDS)]
    bare, stadium, attempt = (median(times) for times in zip(*took, strict=True))
    yield (
        f"| from the command to the first picture ({1e3 * stadium:.0f} ms) over a bare script's "
        f"({1e3 * bare:.0f} ms) | {stadium / bare:.2f} | ≤ {GOAL:g} |"
    )
    yield (
        f"| to the first picture with the attempt in it, over the same | {attempt / bare:.2f} "
        f"| ≤ {ATTEMPT_GOAL:g} |"
    )


if __name__ == "__main__":
    for line in rows():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
