"""The show: everything that is fixed for one attempt, and the scene at any moment of it.

In: a scenario, its recording, its marks, and what was worked out about them. Out: `Show.scene`, a
pure function of the playback and what is switched on. Nothing here remembers the last picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from simulator.analysis.chances import Band, Chances
from simulator.analysis.gaps import GapTrack, gap_track, lost_light_m
from simulator.analysis.marks import Mark, ghost_marks, light_mark, plan_mark, wave_marks
from simulator.analysis.projection import Possible, projected_finish
from simulator.analysis.splits import Split, split_table
from simulator.analysis.what_if import Alternative
from simulator.coefficients import LAP_M
from simulator.physics.pacers import Group as PacerGroup
from simulator.physics.pacers import front_gap, group_of, places
from simulator.physics.track import start_position, track_position
from simulator.recording.recording import Moment, Recording
from simulator.scenario.model import Scenario
from simulator.scenario.uncertainty import any_assumed
from simulator.stage.board import board_of
from simulator.stage.outlook import chance_of
from simulator.stage.playback import Playback
from simulator.stage.scene import (
    Bar,
    Body,
    Chart,
    Curve,
    GapLine,
    Group,
    Meter,
    Phase,
    Scene,
    SplitRow,
    StartLight,
    Wave,
    WhatIf,
)
from simulator.stage.scene import (
    Mark as ChartMark,
)
from simulator.stage.wavelight import brightness
from simulator.units import format_signed, format_time

CURVE_STEP_M = 5.0
RUN_OUT_M = 25.0
"""Everybody comes to rest this far beyond the line: shown, not simulated [m]."""
GROUP_SPAN_M = 25.0
GROUP_AHEAD_M = 2.5
COVER_NEAR_M, COVER_FAR_M = 0.6, 2.4
"""A ghost nearer than the first is faded fully, farther than the second not at all [m]."""
FADED = 0.22
RANGES_S = (2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Options:
    """What is switched on: ghosts, lights, and whether the future is revealed."""

    ghosts: bool = True
    lights: bool = True
    reveal: bool = False


@dataclass(frozen=True, eq=False)
class Show:
    """One attempt ready to be shown.

    Attributes:
        earlier: the pacers that ran before the attempt was forked, each until a race time [s].
        axis: what the what-if strip is about, as words.
        possible: where the target is still in reach; None while it is being worked out.
        alternatives: finish times of the what-if strip; None while they are being worked out.
        band: where 90 % of the model's samples are; None while it is being worked out.
        chances: the chance of the target on the way; None while they are being worked out.
    """

    scenario: Scenario
    recording: Recording
    plan: Mark
    light: Mark
    waves: tuple[Mark, ...]
    ghosts: tuple[Mark, ...]
    pacers: PacerGroup
    splits: tuple[Split, ...]
    earlier: tuple[tuple[float, PacerGroup], ...] = ()
    axis: str = "pacers"
    possible: Possible | None = None
    alternatives: tuple[Alternative, ...] | None = None
    band: Band | None = None
    chances: Chances | None = None

    # -- worked out once -------------------------------------------------------------------------

    @cached_property
    def tracks(self) -> tuple[GapTrack, ...]:
        """Gaps to the light, then to each ghost."""
        return tuple(gap_track(self.recording, mark) for mark in (self.light, *self.ghosts))

    def warming(self) -> Iterator[None]:
        """Work out in slices what else the first picture would have to work out."""
        tracks = []
        for mark in (self.light, *self.ghosts):
            tracks.append(gap_track(self.recording, mark))
            yield
        self.__dict__["tracks"] = tuple(tracks)
        for name in ("lost_light_m", "curves", "assumed", "subtitle"):
            getattr(self, name)
            yield

    @cached_property
    def lost_light_m(self) -> float | None:
        """Where the light was lost [m]."""
        return lost_light_m(self.tracks[0])

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Gap to the light over distance, the ghosts' first and the runner's last."""
        runs: list[tuple[str, str, str, Mark | Recording]] = [
            (g.name, g.colour, "ghost", g) for g in self.ghosts
        ]
        runs.append((self.scenario.runner.name, "white", "runner", self.recording))
        return tuple(self._curve(*run) for run in runs)

    def _curve(self, name: str, colour: str, kind: str, run: Mark | Recording) -> Curve:
        if isinstance(run, Recording):
            reach, time_at = min(self.recording.race_m, float(run.x[-1])), run.time_at
        else:
            reach, time_at = min(run.distance_m, self.recording.race_m), run.run.time_at
        x = np.append(np.arange(0.0, reach, CURVE_STEP_M), reach)
        gap = time_at(x) - self.light.run.time_at(x)
        gap[0] = 0.0
        for array in (x, gap):
            array.setflags(write=False)
        return Curve(name, colour, kind, x, gap)

    @cached_property
    def _pacer_marks(self) -> tuple[ChartMark, ...]:
        """Hand-overs and drop-outs, those at one distance told together."""
        leavers: dict[float, list[str]] = {}
        swaps: set[float] = set()
        begins = {(s.name, s.from_) for s in self.pacers.slots}
        for slot in self.pacers.slots:
            if slot.until is None or slot.until >= self.recording.race_m:
                continue
            if (slot.name, slot.until) in begins:
                swaps.add(slot.until)
            else:
                leavers.setdefault(slot.until, []).append(slot.name)
        marks = [
            ChartMark(x, f"{len(n)} pacers leave" if len(n) > 1 else f"{n[0]} leaves", "pacer")
            for x, n in leavers.items()
        ]
        return (*marks, *(ChartMark(x, "pacers swap", "pacer") for x in sorted(swaps)))

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """What is assumed about this attempt, in short words."""
        s = self.scenario
        words = []
        if self.pacers.slots and s.pacers.formation.assumed:
            words.append("pacer spacing")
        if s.environment.assumed:
            words.append("weather")
        if any(w.on for w in s.wavelight.waves):
            words.append("wave length and pace end")
        if s.plan.standing_start:
            words.append("the light's start allowance")
        if s.pacers.shelter is not None:
            words.append("a constant shelter")
        elif any(abs(slot.ahead) <= 0.5 for slot in self.pacers.slots):
            words.append("the pacer beside")
        if any_assumed(s.uncertainty):
            words.append("the inputs' spreads")
        return tuple(words)

    @cached_property
    def subtitle(self) -> str:
        """One line on the pacers and what is assumed of them."""
        count = len({slot.name for slot in self.pacers.slots})
        if count == 0:
            return "alone behind the light"
        start = [slot for slot in self.pacers.slots if slot.from_ <= 0]
        ahead = sum(slot.ahead > 0.5 for slot in start)
        behind = sum(slot.ahead < -0.5 for slot in start)
        beside = len(start) - ahead - behind
        parts = [(ahead, "ahead"), (beside, "beside"), (behind, "behind")]
        told = ", ".join(f"{n} {word}" for n, word in parts if n)
        note = " (spacing assumed)" if self.scenario.pacers.formation.assumed else ""
        return f"{count} pacer{'s' if count > 1 else ''}: {told}{note}"

    # -- the moment ------------------------------------------------------------------------------

    def scene(self, playback: Playback, options: Options, notice: str = "") -> Scene:
        """Return everything one picture shows."""
        t = playback.time_s
        run, race = self.recording, self.recording.race_m
        moment = run.at(t)
        x = min(moment.x_m, race)
        finished = t >= run.end_s
        runner_m = rest_at(moment.x_m, race)
        revealed = playback.furthest_s if not options.reveal else run.end_s
        reveal_m = min(float(run.distance_at(revealed)), race) if revealed > 0 else 0.0
        phase = (
            Phase.READY
            if playback.ready
            else Phase.COUNTDOWN
            if t < 0
            else Phase.FINISHED
            if finished
            else Phase.RUNNING
        )
        lap, laps = lap_of(x, race)
        return Scene(
            title=self.scenario.name,
            subtitle=self.subtitle,
            race_m=race,
            start_s_m=start_position(race),
            phase=phase,
            start_light=start_light(t, waiting=playback.ready),
            time_s=min(max(t, 0.0), run.end_s),
            distance_m=x,
            lap=lap,
            laps=laps,
            bell=race - x <= LAP_M and race > LAP_M,
            target_s=self.plan.finish_s or 0.0,
            projected_s=projected_finish(run, t) if t > 0 else None,
            chance=None if finished else chance_of(self.chances, x),
            speed=playback.rate,
            paused=playback.paused,
            notice=notice,
            leds=self.scenario.wavelight.leds,
            waves=self._waves(t) if options.lights else (),
            runner=Body(
                self.scenario.runner.name,
                short_name(self.scenario.runner.name),
                "runner",
                "white",
                runner_m,
                0.0,
                moment.v_m_s,
            ),
            pacers=self._pacers(moment),
            ghosts=self._ghosts(t, runner_m) if options.ghosts else (),
            group=self._group(moment, runner_m),
            gaps=self._gaps(t, x),
            meters=self._meters(moment),
            splits=self._split_rows(t, options),
            chart=Chart(
                race_m=race,
                curves=self.curves if options.ghosts else self.curves[-1:],
                marks=self._marks(reveal_m),
                reveal_m=reveal_m,
                playhead_m=x,
                gap_range_s=self._gap_range(reveal_m),
                band=self.band,
            ),
            what_if=self._what_if(finished or options.reveal or playback.furthest_s >= run.end_s),
            board=board_of(self) if finished else None,
            assumed=self.assumed,
        )

    def _waves(self, t: float) -> tuple[Wave, ...]:
        waves = []
        race = self.recording.race_m
        for asked, mark in zip(self.scenario.wavelight.waves, self.waves, strict=True):
            if not asked.on:
                continue
            head = rest_at(float(mark.run.distance_at(t)), race)
            position = float(track_position(head, race))
            leds = self.scenario.wavelight.leds
            glow = brightness(leds, position, asked.length, asked.pace_end)
            waves.append(Wave(mark.name, mark.colour, head, glow))
        return tuple(waves)

    def pacers_at(self, time_s: float) -> PacerGroup:
        """Return the pacers who run at a race time [s]."""
        return next((group for until_s, group in self.earlier if time_s < until_s), self.pacers)

    def _pacers(self, moment: Moment) -> tuple[Body, ...]:
        race = self.recording.race_m
        return tuple(
            Body(
                p.name,
                short_name(p.name),
                "pacer",
                "pink",
                rest_at(p.x_m, race),
                p.offset_m,
                moment.v_m_s,
                p.presence,
                p.role,
            )
            for p in places(self.pacers_at(moment.time_s), moment.x_m, moment.group_m)
        )

    def _ghosts(self, t: float, runner_m: float) -> tuple[Body, ...]:
        race = self.recording.race_m
        bodies = []
        for mark in self.ghosts:
            x = rest_at(float(mark.run.distance_at(max(t, 0.0))), min(race, mark.distance_m))
            near = (abs(x - runner_m) - COVER_NEAR_M) / (COVER_FAR_M - COVER_NEAR_M)
            z = min(max(near, 0.0), 1.0)
            alpha = FADED + (1.0 - FADED) * z * z * (3.0 - 2.0 * z)
            bodies.append(Body(mark.name, mark.label, "ghost", mark.colour, x, 0.0, 0.0, alpha))
        return tuple(bodies)

    def _group(self, moment: Moment, runner_m: float) -> Group:
        assumed = self.scenario.pacers.formation.assumed and self.pacers.slots
        gap = front_gap(self.pacers_at(moment.time_s), moment.x_m, moment.group_m)
        note = "spacing assumed" if assumed else ""
        return Group(runner_m + GROUP_AHEAD_M, GROUP_SPAN_M, gap, moment.shelter, note)

    def _gaps(self, t: float, x: float) -> tuple[GapLine, ...]:
        lines = []
        for i, track in enumerate(self.tracks):
            known = t > 0 and x > 0
            possible = None
            if i == 0 and self.possible is not None:
                possible = self.possible.at(x)
            lines.append(
                GapLine(
                    f"light {track.mark.label}" if self._is_light(track.mark) else track.mark.name,
                    track.mark.finish_s or 0.0,
                    track.seconds_at(t) if known else None,
                    track.metres_at(t) if known else None,
                    track.state_at(t),
                    track.mark.colour,
                    possible,
                )
            )
        return tuple(lines)

    def _is_light(self, mark: Mark) -> bool:
        return mark is self.light and any(wave.on for wave in self.scenario.wavelight.waves)

    def _meters(self, moment: Moment) -> tuple[Meter, ...]:
        v = moment.v_m_s
        lap = f"{v:.2f} m/s  {LAP_M / v:.1f} /400" if v > 1 else f"{v:.2f} m/s"
        full = float(self.recording.reserve[0])
        reserve = max(moment.reserve, 0.0) / full
        constant = self.scenario.pacers.shelter is not None
        assumed = "constant, assumed" if constant else "from assumed spacing"
        power_scale = 1.5 * self.scenario.runner.max_aerobic_power
        return (
            Meter("speed", min(v / 9.0, 1.0), lap),
            Meter(
                "shelter",
                min(max(moment.shelter, 0.0), 1.0),
                f"{100 * moment.shelter:.0f} %",
                assumed if self.scenario.pacers.formation.assumed and self.pacers.slots else "",
            ),
            Meter("power", min(moment.power / power_scale, 1.0), f"{moment.power:.1f} W/kg"),
            Meter("reserve", reserve, f"{100 * reserve:.0f} %"),
        )

    def _split_rows(self, t: float, options: Options) -> tuple[SplitRow, ...]:
        rows = []
        for s in self.splits:
            reached = s.run_s is not None and (s.run_s <= t or options.reveal)
            rows.append(
                SplitRow(
                    s.label,
                    s.distance_m,
                    s.plan_s if s.plan_s is not None else math.nan,
                    s.run_s if reached else None,
                    s.delta_s if reached else None,
                    s.published_s,
                    s.residual_s if reached else None,
                )
            )
        return tuple(rows)

    def _marks(self, reveal_m: float) -> tuple[ChartMark, ...]:
        race = self.recording.race_m
        step = LAP_M if race <= 5000 else 1000.0
        marks = [ChartMark(x, f"{x:.0f} m", "distance") for x in np.arange(step, race - 50, step)]
        marks.extend(self._pacer_marks)
        if race > LAP_M:
            marks.append(ChartMark(race - LAP_M, "bell", "bell"))
        if self.lost_light_m is not None and self.lost_light_m <= reveal_m:
            marks.append(ChartMark(self.lost_light_m, "light lost", "event"))
        return tuple(marks)

    def _gap_range(self, reveal_m: float) -> tuple[float, float]:
        """Return the axis: what the ghosts need, and what of the run has been shown."""
        low, high = -0.5, 1.0
        for curve in self.curves:
            gap = curve.gap_s
            if curve.kind == "runner":
                gap = gap[: int(np.searchsorted(curve.x_m, reveal_m, side="right"))]
            gap = gap[np.isfinite(gap)]
            if len(gap):
                low, high = min(low, float(gap.min())), max(high, float(gap.max()))
        if self.band is not None:
            shown = int(np.searchsorted(self.band.x_m, reveal_m, side="right"))
            low = min(low, float(self.band.low_s[:shown].min(initial=low)))
            high = max(high, float(self.band.high_s[:shown].max(initial=high)))
        top = next((r for r in RANGES_S if r >= high * 1.02), RANGES_S[-1])
        bottom = 1.0 if low >= -1.0 else next((r for r in RANGES_S if r >= -low), RANGES_S[-1])
        return -bottom, top

    def _what_if(self, shown: bool) -> WhatIf | None:
        if self.alternatives is None:
            return None
        bars = tuple(
            Bar(a.label, a.finish_s, a.own, a.own and not shown, a.stale, a.assumed)
            for a in self.alternatives
        )
        return WhatIf(self.axis, bars, self.plan.finish_s or 0.0)


def make_show(scenario: Scenario, recording: Recording, ghosts: list[Mark] | None = None) -> Show:
    """Return the show of an attempt, without what takes longer to work out."""
    marks = ghost_marks(scenario) if ghosts is None else ghosts
    plan = plan_mark(scenario)
    return Show(
        scenario,
        recording,
        plan,
        light_mark(scenario),
        tuple(wave_marks(scenario)),
        tuple(marks),
        group_of(scenario.pacers, scenario.distance),
        tuple(split_table(scenario, recording, plan, marks)),
    )


def with_findings(show: Show, **found: Any) -> Show:
    """Return the show with what has been worked out since: `possible`, `alternatives`, `axis`."""
    new = replace(show, **found)
    # what does not rest on the findings is not worked out again
    kept = ("tracks", "lost_light_m", "curves", "_pacer_marks", "assumed", "subtitle")
    new.__dict__.update({name: show.__dict__[name] for name in kept if name in show.__dict__})
    return new


def rest_at(x_m: float, line_m: float) -> float:
    """Return where a body is shown: beyond its line it comes to rest within `RUN_OUT_M` [m]."""
    over = x_m - line_m
    return x_m if over <= 0 else line_m - RUN_OUT_M * math.expm1(-over / RUN_OUT_M)


def lap_of(x_m: float, race_m: float) -> tuple[int, int]:
    """Return (current lap from 1, laps in all); laps are counted so that the last one is whole.

    The mile has four: its first is 409.344 m, so the first crossing of the line is none.
    """
    laps = max(1, int(race_m // LAP_M))
    first = race_m - LAP_M * (laps - 1)
    if race_m > LAP_M and race_m % LAP_M > 100.0:
        laps += 1
        first = race_m % LAP_M
    done = 0 if x_m < first else 1 + int((x_m - first) // LAP_M)
    return min(done + 1, laps), laps


def start_light(time_s: float, *, waiting: bool) -> StartLight:
    """Return what the countdown shows: red, yellow, dark, go."""
    if waiting or time_s > 1.5:
        return StartLight.OFF
    if time_s >= 0:
        return StartLight.GO
    if time_s >= -1.0:
        return StartLight.DARK
    return StartLight.YELLOW if time_s >= -2.5 else StartLight.RED


def short_name(name: str) -> str:
    """Return the last word in capitals, `KIPYEGON`; `pacer 9` becomes `9`."""
    words = name.split()
    return words[-1].upper() if words else ""


def signed_seconds(value: float | None) -> str:
    """Return `+0.42`, or an en dash for what is not known."""
    return "–" if value is None else format_signed(value)


def time_text(value: float | None) -> str:
    """Return a time, or an en dash for what is not known."""
    return "–" if value is None else format_time(value)
