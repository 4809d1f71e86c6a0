"""What must be said beside a result: what was assumed in it, and what the model cannot know.

In: a show, its summary. Out: sentences.
"""

from __future__ import annotations

from simulator.analysis.summary import Summary
from simulator.stage.show import Show

GENERAL = (
    (
        "This is a model, not a measurement: cost of running, air drag, the shelter of a "
        "formation, an aerobic supply, and a reserve that runs dry."
    ),
    (
        "Some of its numbers are calibrated on single races; where a finish was used for that, "
        "it is no evidence that the model is right."
    ),
    "It opens no faster than the plan asks for, so the first splits of one who did come late.",
    "Shoes and clothes are two neutral multipliers; no effect of them is claimed.",
)


def caveats(show: Show, summary: Summary) -> list[str]:
    """Return what a reader has to know, the most particular first."""
    told = []
    if show.assumed:
        told.append(f"Assumed here, not measured: {', '.join(show.assumed)}.")
    worst = max(
        (s for s in summary.splits if s.residual_s is not None),
        key=lambda s: abs(s.residual_s or 0.0),
        default=None,
    )
    if worst is not None and worst.residual_s is not None:
        late = "late" if worst.residual_s > 0 else "early"
        where = worst.label if worst.label == "finish" else f"{worst.label} m"
        told.append(
            "Against the published splits it is furthest off at "
            f"{where}: {abs(worst.residual_s):.2f} s too {late}."
        )
    if not summary.finished:
        told.append(
            f"This run is not to be averaged into a result: {summary.recording.status.value}."
        )
    return [*told, *GENERAL]
