"""A report: one HTML page that replays an attempt anywhere, without a network.

In: a show, a theme. Out: a page whose numbers are those of `simulate`, whole or not at all. The
moving parts are embedded as differences of 16-bit numbers; whatever comes from a scenario is
escaped.
"""

from __future__ import annotations

import base64
import json
import re
from html import escape
from importlib.metadata import version
from pathlib import Path

import yaml

from simulator.analysis.summary import Summary, summarise
from simulator.errors import OutputError
from simulator.export.caveats import caveats
from simulator.export.replay import replay_of
from simulator.files import is_there, write_text
from simulator.resources import asset_path
from simulator.scenario.loader import scenario_to_dict
from simulator.stage.show import Show
from simulator.units import format_signed, format_time
from simulator.view.theme import Colour, Theme, css, relative_luminance

MOST_BYTES = 1_000_000


def write_report(show: Show, path: str | Path, theme: Theme, *, force: bool = False) -> None:
    """Write the page of an attempt.

    Raises:
        OutputError: the file exists already, or cannot be written.
    """
    if is_there(path) and Path(path).is_file() and not force:
        raise OutputError(f"{path} exists already; --force writes over it.")
    write_text(path, report_text(show, theme))


def report_text(show: Show, theme: Theme) -> str:
    """Return the page."""
    scenario = show.scenario
    summary = summarise(scenario, show.recording)
    dark = relative_luminance(theme.back) < 0.2
    residual = any(s.published_s is not None for s in summary.splits)
    filled = {
        "title": escape(scenario.name),
        "subtitle": escape(show.subtitle),
        "scheme": "dark" if dark else "light",
        "regular": _font("Regular"),
        "bold": _font("Bold"),
        "colours": _colours(theme),
        "style": _asset("report.css"),
        "script": _asset("report.js"),
        "facts": _facts(summary),
        "end": f"{show.recording.end_s:.4f}",
        "chart": escape(_chart_words(summary), quote=True),
        "legend": _legend(show, theme),
        "splits": _splits(summary),
        "residual": " A residual is run minus published." if residual else "",
        "caveats": "".join(f"<li>{escape(words)}</li>" for words in caveats(show, summary)),
        "note": f"<p>{escape(scenario.note)}</p>" if scenario.note else "",
        "scenario": escape(_yaml(show)),
        "version": escape(version("lightpace")),
        "data": _embedded(replay_of(show, theme)),
    }
    page = _asset("report.html")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found[1]], page)


def _asset(name: str) -> str:
    return asset_path(f"report/{name}").read_text(encoding="utf-8")


def _font(weight: str) -> str:
    path = asset_path(f"fonts/LightpaceSans-{weight}.ttf")
    return base64.b64encode(path.read_bytes()).decode("ascii")


def _embedded(values: object) -> str:
    """Return JSON that can end no script element and open none."""
    text = json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _yaml(show: Show) -> str:
    plain = scenario_to_dict(show.scenario)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)


def _colours(theme: Theme) -> str:
    ground = theme.ground
    named: dict[str, Colour] = {
        "back": theme.back,
        "panel": theme.panel,
        "high": theme.panel_high,
        "edge": theme.edge,
        "line": theme.faint,
        "text": theme.text,
        "muted": theme.muted,
        "own": theme.own,
        "target": theme.target,
        "on-target": theme.back,
        "warning": theme.warning,
        "white": theme.colour("white"),
        "turf": ground.turf,
        "tartan": ground.tartan,
        "apron": ground.apron,
        "lane": ground.line,
        "kerb": ground.kerb,
        "led": ground.led_off,
    }
    named |= {state.value.replace(", ", "-"): colour for state, colour in theme.gaps}
    return " ".join(f"--{name}: {css(colour)};" for name, colour in named.items())


def _facts(summary: Summary) -> str:
    run, target = summary.recording, summary.target_s
    finish, lost = run.finish_s, summary.lost_light_at_m
    rows = [("finish", "did not finish" if finish is None else format_time(finish))]
    if finish is not None:
        rows.append((f"s against {format_time(target)}", format_signed(finish - target)))
    rows += [
        ("light lost at", "never" if lost is None else f"{lost:.0f} m"),
        ("mean shelter", f"{100 * summary.mean_shelter:.1f} %"),
        ("reserve left", f"{summary.energy.reserve_left:.0f} J/kg"),
    ]
    return "".join(
        f"<div{' class=first' if i == 0 else ''}><dt>{escape(name)}</dt>"
        f"<dd{' id=finish' if i == 0 else ''}>{escape(value)}</dd></div>"
        for i, (name, value) in enumerate(rows)
    )


def _chart_words(summary: Summary) -> str:
    run = summary.recording
    if run.finish_s is None:
        return "Gap to the light over distance. She did not finish."
    lost = summary.lost_light_at_m
    kept = "She kept the light to the line." if lost is None else f"She lost it at {lost:.0f} m."
    behind = format_signed(run.finish_s - summary.target_s)
    return f"Gap to the light over distance, {behind} s at the finish. {kept}"


def _legend(show: Show, theme: Theme) -> str:
    items = [("the light", theme.colour(show.light.colour), "")]
    items += [(c.name, theme.colour(c.colour), c.kind) for c in show.curves]
    return "".join(
        f'<li><i class="{kind}" style="color: {css(colour)}"></i>{escape(name)}</li>'
        for name, colour, kind in items
    )


def _splits(summary: Summary) -> str:
    published = any(s.published_s is not None for s in summary.splits)
    heads = ["m", "plan", "run", "gap", *(ghost.name for ghost in summary.ghosts)]
    heads += ["published", "residual"] if published else []
    rows = []
    for s in summary.splits:
        cells = [_time(s.plan_s), _time(s.run_s), _signed(s.delta_s)]
        cells += [_time(t) for t in s.ghosts_s]
        cells += [_time(s.published_s), _signed(s.residual_s)] if published else []
        told = "".join(
            f"<td{' class=run' if i == 1 else ''}>{cell}</td>" for i, cell in enumerate(cells)
        )
        label = escape(s.label)
        rows.append(f'<tr data-m="{s.distance_m:.3f}"><th scope="row">{label}</th>{told}</tr>')
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"


def _time(value: float | None) -> str:
    return "–" if value is None else format_time(value)


def _signed(value: float | None) -> str:
    return "–" if value is None else format_signed(value)
