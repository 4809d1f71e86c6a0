"""The result board: what is said when the race is over.

In: a `Show`. Out: `Board`, texts only.
"""

from __future__ import annotations

from simulator.recording.recording import Status
from simulator.stage.scene import Board, BoardRow
from simulator.stage.show import Show
from simulator.units import LAP_M, format_signed, format_time

GHOST_COLUMNS = 3


def board_of(show: Show) -> Board:
    """Return the board: finish, splits, where the light was lost, what was assumed."""
    run = show.recording
    target = show.plan.finish_s or 0.0
    if run.finish_s is None:
        headline, verdict = "did not finish", run.status.value
    else:
        headline = format_time(run.finish_s)
        miss = run.finish_s - target
        word = "behind" if miss > 0 else "inside"
        verdict = f"{abs(miss):.2f} s {word} {format_time(target)}"
        if abs(miss) < 0.005:
            verdict = f"level with {format_time(target)}"
    ghosts = show.ghosts[:GHOST_COLUMNS]
    wanted = {s.distance_m for s in show.splits if s.distance_m % LAP_M < 1e-6}
    many = len(wanted) > 8
    rows = []
    for i, s in enumerate(show.splits):
        last = i == len(show.splits) - 1
        told = s.distance_m in wanted and not (many and s.distance_m % (5 * LAP_M) > 1e-6)
        if not (told or last):
            continue
        cells = [s.label, _time(s.plan_s), _time(s.run_s), _signed(s.delta_s)]
        for other in s.ghosts_s[:GHOST_COLUMNS]:
            known = s.run_s is not None and other is not None
            cells.append(_signed(s.run_s - other) if known else "–")  # type: ignore[operator]
        rows.append(BoardRow(tuple(cells), strong=last))
    columns = ("m", "plan", "run", "gap", *(f"vs {g.label}" for g in ghosts))
    return Board(headline, verdict, columns, tuple(rows), _facts(show), show.assumed)


def _facts(show: Show) -> tuple[str, ...]:
    run = show.recording
    lost = show.lost_light_m
    facts = ["kept the light to the line" if lost is None else f"lost the light at {lost:.0f} m"]
    if run.status is not Status.FINISHED and run.finish_s is not None:
        facts.insert(0, f"not valid: {run.status.value}")
    facts.append(f"mean shelter {100 * run.mean_shelter:.0f} %")
    facts.append(f"reserve left {max(run.at(run.end_s).reserve, 0) / run.reserve[0] * 100:.0f} %")
    worst = max(
        (s for s in show.splits if s.residual_s is not None),
        key=lambda s: abs(s.residual_s or 0.0),
        default=None,
    )
    if worst is not None:
        miss = format_signed(worst.residual_s or 0.0)
        facts.append(f"largest miss of a published split {miss} s at {worst.label}")
    return tuple(facts)


def _time(value: float | None) -> str:
    return "–" if value is None else format_time(value)


def _signed(value: float | None) -> str:
    return "–" if value is None else format_signed(value)
