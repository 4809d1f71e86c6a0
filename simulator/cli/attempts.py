"""The commands about one attempt or story: simulate, coach, check, still, sheet, film, page ...

In: arguments. Out: text, files. This module also prints attempts, forecasts and stories.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.terminal import (
    DEFAULT_SCENARIO,
    NO_CHANGES,
    AsJson,
    CameraName,
    Changes,
    Force,
    OutFile,
    PageLink,
    ScenarioName,
    Seed,
    StoryOrScenario,
    ThemeName,
    app,
    finite,
    load,
    moment,
    moving,
    out,
    picture_size,
    print_json,
    print_table,
    progress_bar,
    refusing,
    script_of,
)
from simulator.errors import ExtraError, Problem, RecordingError, ScenarioError, quoted
from simulator.screen import Camera
from simulator.units import (
    difference_cell,
    format_clock,
    format_signed,
    format_time,
    shown_difference,
    time_cell,
)

if TYPE_CHECKING:
    from simulator.analysis.attribution import PriceList
    from simulator.analysis.coach import CaseOutcome, EndSpurt
    from simulator.analysis.summary import Summary
    from simulator.analysis.uncertainty import Forecast
    from simulator.export.film import FilmSegment, SceneAt
    from simulator.scenario.model import Scenario
    from simulator.scenario.story import Script
    from simulator.stage.show import Show
    from simulator.view.theme import Theme

_LEAST_DIFFERENCE = 25.0
"""Kits that differ by less, from one another or from the track, are hard to tell apart."""
_GIF_FPS, _FILM_FPS = 20, 60
_GIF_SIZE, _FILM_SIZE = "960x540", "1920x1080"


def _only(path: Path | None, option: str, *endings: str) -> None:
    """Refuse a name that is not of this kind: it may be the scenario's own file."""
    if path is not None and path.suffix.lower() not in endings:
        written = f"{path}: it is written as {' or '.join(endings)}."
        raise typer.BadParameter(written, param_hint=option)


@app.command()
def simulate(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write the split table as CSV.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the recording (.npz), usable as a ghost.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Number of samples of the uncertain inputs."),
    ] = None,
    seed: Seed = 1,
) -> None:
    """Run the attempt without a window and print its splits, and where the time went."""
    from simulator.analysis.attribution import price_list
    from simulator.analysis.summary import summarise
    from simulator.physics.attempt import simulate as run

    if seed != 1 and samples is None:
        raise typer.BadParameter("It draws samples: with --samples.", param_hint="--seed")
    _only(csv, "--csv", ".csv")
    _only(save, "--save", ".npz")
    attempt = load(scenario, changes)
    recording = run(attempt)
    summary = summarise(attempt, recording)
    if csv is not None:
        from simulator.export.sheet import write_splits

        write_splits(summary, csv)
    if save is not None:
        from simulator.recording.store import save_recording

        save_recording(recording, save)
    forecast = None
    if samples is not None:
        from simulator.analysis.uncertainty import forecast as forecast_of

        forecast = forecast_of(attempt, samples, seed)
    prices = price_list(attempt)
    if as_json:
        plain = summary.to_dict() | {"price_list": None if prices is None else prices.to_dict()}
        print_json(plain if forecast is None else plain | {"uncertainty": forecast.to_dict()})
        return
    print_summary(summary)
    if prices is not None:
        print_prices(prices)
    if forecast is not None:
        print_forecast(forecast)


@app.command()
def coach(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    changes: Changes = None,
    as_json: AsJson = False,
    samples: Annotated[
        int, typer.Option(min=1, max=100_000, help="Samples of the uncertain inputs for each case.")
    ] = 2000,
    seed: Seed = 1,
) -> None:
    """Answer a coach: how likely it is, what pacers who err cost, which end spurt is left."""
    from simulator.analysis.coach import case_outcomes, end_spurts
    from simulator.physics.attempt import simulate as run

    attempt = load(scenario, changes)
    cases, left = case_outcomes(attempt, samples, seed), end_spurts(attempt, run(attempt))
    if as_json:
        plain = {"cases": [asdict(c) for c in cases], "end_spurts": [s.to_dict() for s in left]}
        print_json({"scenario": attempt.name, "samples": samples, "seed": seed, **plain})
    else:
        print_coach(attempt, cases, left, samples, seed)


@app.command()
def check(
    scenarios: Annotated[list[str], typer.Argument(help="Scenario or story files, or names.")],
    changes: Changes = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            help="A screen on which a story's captions must fit; again for another one.",
            show_default="1920x1080, 1280x720 and 1024x768",
        ),
    ] = None,
) -> None:
    """Read scenarios and stories and list every problem with its line."""
    from simulator.scenario.story import is_story

    sizes = [picture_size(each) for each in size or ()]

    problems: list[Problem] = []
    for name in scenarios:
        try:
            if is_story(name):
                if changes:
                    raise typer.BadParameter(NO_CHANGES, param_hint="--set")
                check_story(name, sizes)
            else:
                from simulator.physics.air import outside_sources
                from simulator.scenario.loader import load_scenario, problem_of

                scenario = load_scenario(name, overrides=changes or [])
                faults = [
                    problem_of(name, changes or [], ("ghosts", i, "file"), message)
                    for i, message in _recording_faults(scenario)
                ]
                if faults:
                    raise ScenarioError(faults)
                out.print(f"{name}: {scenario.name}, no problems")
                unseen = (*_ignored(scenario), *_alike_kits(scenario))
                ignored = [problem_of(name, changes or [], *each) for each in unseen]
                # a slot of a formation's own file may be meant for longer races
                ignored = [each for each in ignored if each.path != "pacers.formation"]
                weather = outside_sources(scenario.environment)
                for warning in (*ignored, *weather, *_unwritten(scenario)):
                    out.print(f"  {warning}")
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)


def _ignored(scenario: Scenario) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what has no effect, and why. It is no mistake: another formation may need it."""
    pacers = scenario.pacers
    known = {*pacers.names, *pacers.called().values()}
    for i, woman in enumerate(pacers.women):
        if woman not in known:
            yield ("pacers", "women", i), f"nobody is called {quoted(woman)}"
    for i, slot in enumerate(pacers.formation.slots):
        if slot.from_ >= scenario.distance:
            message = "nobody runs there: it begins beyond the line"
            yield ("pacers", "formation", "slots", i, "from"), message


def _alike_kits(scenario: Scenario) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each kit that hardly differs from the track, or hers from the pacers'."""
    from simulator.scenario.fields import THEME_KIT

    hers, theirs = scenario.runner.kit.colour, scenario.pacers.kit
    if hers == theirs == THEME_KIT:
        return
    from simulator.stage.gait import SOMEBODY
    from simulator.view.athletes import pacer_kit, runner_kit
    from simulator.view.theme import THEMES, difference

    at_hers: tuple[str, ...] = ("runner", "kit", "colour")
    at_theirs: tuple[str, ...] = ("pacers", "kit")
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for theme in THEMES.values():
        her, them, track = theme.kit(hers), theme.kit(theirs), theme.ground.tartan
        suit = runner_kit(SOMEBODY, theme.colour("white"), her).top
        vest = pacer_kit(SOMEBODY, theme.colour("pink"), them).top
        pairs = [(at_hers, suit, "the track", track)] if her else []
        if scenario.pacers.running and her:
            pairs.append((at_hers, suit, "the pacers' kit", vest))
        elif scenario.pacers.running and them:
            pairs.append((at_theirs, vest, "her kit", suit))
        if scenario.pacers.running and them:
            pairs.append((at_theirs, vest, "the track", track))
        for at, one, what, other in pairs:
            if difference(one, other) < _LEAST_DIFFERENCE:
                alike.setdefault((at, what), []).append(theme.name)
    for (at, what), themes in alike.items():
        where = f"theme{'s' * (len(themes) > 1)} {' and '.join(themes)}"
        yield at, f"hardly differs from {what} in the {where}"


def _unwritten(scenario: Scenario) -> list[str]:
    """Return a sentence for each word of a scenario's names that no font here can write."""
    named = (scenario, scenario.runner, *scenario.wavelight.waves, *scenario.ghosts)
    names = [*(each.name for each in named), *scenario.pacers.called().values()]
    if all(name.isascii() for name in names):
        return []
    from simulator.view.text import initial, unwritten

    words = unwritten(" ".join(names))
    return [f"No font here can write {word}: pictures show {initial(word)}" for word in words]


def _recording_faults(scenario: Scenario) -> Iterator[tuple[int, str]]:
    """Yield the recordings and activities that cannot be ghosts; the loader opens only texts."""
    from simulator.analysis.references import activity_run
    from simulator.recording.store import load_recording
    from simulator.scenario.model import ActivityGhost, RecordingGhost

    for i, ghost in enumerate(scenario.ghosts):
        try:
            if isinstance(ghost, RecordingGhost):
                load_recording(ghost.file)
            elif isinstance(ghost, ActivityGhost):
                activity_run(ghost, scenario.distance)
        except (RecordingError, ExtraError) as error:
            yield i, str(error).rstrip(".")


def check_story(name: str, sizes: Sequence[tuple[int, int]] = ()) -> None:
    """Print the chapters of a story with their lengths.

    `sizes`: screens on which its captions and panels must fit [px]; none: the usual ones.

    Raises:
        ScenarioError: the story has problems, or a caption or a panel does not fit.
    """
    from simulator.scenario.story import load_story
    from simulator.session.presentation import check_knobs
    from simulator.stage.story import compile_story
    from simulator.view.presenter import HALLS, misfits, without_room

    script = load_story(name)
    try:
        timeline = compile_story(script)
    except (RecordingError, ExtraError):
        raise ScenarioError(_ghost_problems(script)) from None
    check_knobs(timeline)
    shown, sizes = timeline.previews(), sizes or HALLS
    tested = (
        ("caption", "make it shorter", misfits(shown, sizes)),
        ("panels", "choose fewer", without_room(shown, sizes)),
    )
    problems = [
        timeline.script.problem(("chapters", number - 1, field), message, remedy)
        for field, remedy, found in tested
        for number, message in found
    ]
    if problems:
        raise ScenarioError(problems)
    length = format_clock(round(timeline.length_s), 0)
    out.print(f"{name}: {timeline.script.story.name}, no problems")
    count = len(timeline.chapters)
    out.print(f"{count} {'chapter' if count == 1 else 'chapters'}, {length} in all")
    rows = [
        (
            f"{chapter.number}",
            format_clock(begins_s, 0),
            f"{chapter.length_s:.1f}",
            f"{format_time(chapter.from_s, 1)} to {format_time(chapter.until_s, 1)}",
            f"{chapter.spec.rate:g}×",
            chapter.spec.name,
        )
        for chapter, begins_s in zip(timeline.chapters, timeline.begins_s, strict=True)
    ]
    columns = ("", "at", "s", "race time", "rate", "chapter")
    print_table(columns, rows, left=("race time", "chapter"))


def _ghost_problems(script: Script) -> list[Problem]:
    """Return the ghosts' files that cannot be used, where the story names their scenarios."""
    problems = []
    for number, attempt in enumerate(script.attempts):
        own = script.story.chapters[number].scenario is not None
        at = ("chapters", number, "scenario") if own else ("scenario",)
        for i, message in _recording_faults(script.scenarios[attempt]):
            problems.append(script.problem(at, f"ghosts.{i}.file: {message}"))
    return list(dict.fromkeys(problems))


@app.command()
def still(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("still.png"),
    at: Annotated[
        str,
        typer.Option(
            help="A race time such as 2:00.75, start, bell, 600 m, or 8 s before light lost."
        ),
    ] = "0",
    size: Annotated[str, typer.Option(help="Picture size.")] = "1920x1080",
    theme: ThemeName = "night",
    camera: CameraName = Camera.WHOLE,
    changes: Changes = None,
) -> None:
    """Write the window's picture of one moment, without a display."""
    _only(output, "--output", ".png")
    attempt = load(scenario, changes)
    width_height = picture_size(size)
    from simulator.session import Session
    from simulator.view.camera import resting
    from simulator.view.picture import PictureOptions, render_still, save_png
    from simulator.view.theme import theme_named

    theme_named(theme)  # raises for an unknown theme before anything is computed
    session = Session(attempt)
    session.seek(moment(at, session.player.moments(), session.show))
    session.settle()
    options = PictureOptions(shot=resting(Camera(camera)))
    scene = session.scene()
    picture = render_still(scene, width_height, theme, options)
    save_png(picture, output, (attempt, session.playback.time_s))
    out.print(f"{output}: {attempt.name} at {at}, {size}")


@app.command()
def sheet(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    output: OutFile = Path("sheet.txt"),
    changes: Changes = None,
) -> None:
    """Write a coach's sheet: waves, slots, target splits, hand-overs (.csv, .txt or .pdf).

    As .fit it is the plan as a workout for a watch, a step for each lap.
    """
    attempt = load(scenario, changes)
    from simulator.export.sheet import write_sheet

    write_sheet(attempt, output)
    out.print(f"{output}: {attempt.name}")


@app.command()
def schema(
    story: Annotated[
        bool, typer.Option("--story", help="Print the schema of a story instead.")
    ] = False,
) -> None:
    """Print the JSON schema of a scenario, for editors."""
    from simulator.scenario.model import Scenario
    from simulator.scenario.schema import schema_text
    from simulator.scenario.story import Story

    sys.stdout.write(schema_text(Story if story else Scenario))


@app.command()
def film(
    scenario: StoryOrScenario = DEFAULT_SCENARIO,
    output: OutFile = Path("film.mp4"),
    size: Annotated[
        str | None,
        typer.Option(help="Picture size.", show_default=f"{_FILM_SIZE}; of a GIF {_GIF_SIZE}"),
    ] = None,
    fps: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=240,
            help="Pictures a second.",
            show_default=f"{_FILM_FPS}; of a GIF {_GIF_FPS}",
        ),
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            help="Where to begin: a race time such as 2:00.75, or countdown, start, bell. "
            "In a story: its running time.",
        ),
    ] = "start",
    end: Annotated[
        str, typer.Option("--to", help="Where to end: as --from, or finish.")
    ] = "finish",
    speed: Annotated[
        float, typer.Option(min=0.01, max=1000, callback=finite, help="Playback rate.")
    ] = 1.0,
    slow_motion: Annotated[
        bool, typer.Option(help="Slow down for a beat where the light is lost.")
    ] = True,
    theme: ThemeName = "night",
    camera: CameraName = Camera.WHOLE,
    max_mb: Annotated[
        float | None,
        typer.Option(min=0.01, callback=finite, help="Make a GIF of at most so many MB."),
    ] = None,
    sound: Annotated[
        bool, typer.Option(help="The gun, the bell, the light's tick and its loss (.mp4, .webm).")
    ] = True,
    transparent: Annotated[
        bool,
        typer.Option("--transparent", help="Without a ground, to lie over slides (.webm, PNG)."),
    ] = False,
    presenting: Annotated[
        bool | None,
        typer.Option(
            help="As it is presented: clock and gap large, type for the last row.",
            show_default="of a story, or transparent",
        ),
    ] = None,
    link: PageLink = None,
    force: Force = False,
    changes: Changes = None,
) -> None:
    """Make a film: .mp4, .webm, .gif, or numbered pictures (a folder, or frames/%05d.png)."""
    from simulator.scenario.story import is_story

    gif = output.suffix.lower() == ".gif"
    shape = picture_size(size or (_GIF_SIZE if gif else _FILM_SIZE))
    from simulator.export.film import FilmSegment, Pictures, check_cut, check_film, write_film
    from simulator.view.camera import resting
    from simulator.view.theme import theme_named

    colours = theme_named(theme)
    of_story = is_story(scenario)
    if link and not of_story:
        raise typer.BadParameter(
            "The code of a page ends the film of a story.", param_hint="--link"
        )
    if of_story and (camera != Camera.WHOLE or not slow_motion):
        what, names = "A story's chapters say them.", "--camera and --no-slow-motion"
        raise typer.BadParameter(what, param_hint=names)
    reel = _story(scenario, changes, link) if of_story else _attempt(scenario, changes, speed)
    first, last = (
        moment(text, reel.moments, reel.show, option)
        for text, option in ((start, "--from"), (end, "--to"))
    )
    beat = reel.beat_s if slow_motion else None
    cut = FilmSegment(first, last, speed, fps or (_GIF_FPS if gif else _FILM_FPS), beat)
    with refusing():
        check_cut(cut, shape, reel.last_s, "story" if of_story else "attempt", reel.first_s)
    check_film(output, cut, shape, max_mb, transparent=transparent, force=force)
    # a story, and what lies over slides, is seen from the last row; a run is studied at a desk
    for_hall = of_story or transparent if presenting is None else presenting
    shot = resting(Camera(camera))
    pictures = Pictures(reel.scenes(cut), cut, shape, colours, shot, transparent, for_hall)
    with moving(progress_bar()) as bar:
        task = bar.add_task(output.name, total=cut.frames)
        drawn = write_film(
            pictures,
            output,
            max_mb=max_mb,
            sound=sound,
            force=force,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    length = f"{cut.frames} pictures, {cut.frames / cut.fps:.2f} s, {drawn[0]}x{drawn[1]}"
    out.print(f"{output}: {reel.name}, {length}")


@dataclass(frozen=True, slots=True)
class _FilmSource:
    """The source of a film: its `moments` by name [s]; `scenes` computes what a cut needs.

    `beat_s`: where an attempt's slow motion begins [s]; a story's is part of its time.
    """

    name: str
    first_s: float
    last_s: float
    moments: dict[str, float]
    scenes: Callable[[FilmSegment], SceneAt]
    beat_s: float | None = None
    show: Show | None = None


def _attempt(name: str, changes: list[str] | None, speed: float) -> _FilmSource:
    from simulator.export.film import attempt_scenes
    from simulator.session import Session
    from simulator.stage.events import beat_s
    from simulator.stage.playback import COUNTDOWN_S

    attempt = load(name, changes)
    session = Session(attempt)

    def scenes(cut: FilmSegment) -> SceneAt:
        session.settle(cut.from_s, cut.to_s)
        return attempt_scenes(session.show, speed)

    name, last_s, beat = session.scenario.name, session.playback.last_s, beat_s(session.show)
    moments = session.player.moments()
    return _FilmSource(name, -COUNTDOWN_S, last_s, moments, scenes, beat, session.show)


def _story(name: str, changes: list[str] | None, link: str | None) -> _FilmSource:
    from simulator.session.presentation import Presentation

    story = Presentation(script_of(name, link, changes))
    name, length_s = story.timeline.script.story.name, story.timeline.length_s
    ends = {"start": 0.0, "finish": length_s}
    return _FilmSource(name, 0.0, length_s, ends, lambda _: story.completed_timeline().scene_at)


@app.command()
def page(
    scenario: StoryOrScenario = DEFAULT_SCENARIO,
    output: OutFile = Path("page.html"),
    theme: ThemeName = "night",
    link: PageLink = None,
    force: Force = False,
    changes: Changes = None,
) -> None:
    """Make one HTML page in which anybody runs the model, or clicks through a story.

    With `-o handout.pdf` a story is a hand-out, a page for each chapter.
    """
    from simulator.scenario.story import is_story
    from simulator.view.theme import theme_named

    colours = theme_named(theme)
    _only(output, "--output", ".html", ".htm", ".pdf")
    if is_story(scenario):
        name = _story_page(scenario, output, colours, link, changes, force=force)
    else:
        if output.suffix.lower() == ".pdf":
            raise typer.BadParameter("A hand-out is made of a story.", param_hint="--output")
        attempt = load(scenario, changes)
        from simulator.export.page import write_page
        from simulator.physics.attempt import simulate
        from simulator.stage.show import make_show

        show = make_show(attempt, simulate(attempt))
        write_page(show, output, colours, link=link or "", force=force)
        name = attempt.name
    out.print(f"{output}: {name}, {output.stat().st_size / 1000:.0f} kB")


def _story_page(
    name: str,
    output: Path,
    theme: Theme,
    link: str | None,
    changes: list[str] | None,
    *,
    force: bool,
) -> str:
    """Write the page of a story; return its name."""
    from simulator.export.handout import check_handout, write_handout
    from simulator.export.page import write_story_page
    from simulator.session.presentation import Presentation

    as_pdf = output.suffix.lower() == ".pdf"
    script = script_of(name, link, changes)
    if as_pdf:
        check_handout(output, force=force)
    timeline = Presentation(script).completed_timeline()
    (write_handout if as_pdf else write_story_page)(timeline, output, theme, force=force)
    return script.story.name


def print_summary(summary: Summary) -> None:
    """Print the split table, then its interpretation."""
    from simulator.export.sheet import split_cells

    head, *rows = split_cells(summary)
    published = any(split.published_s is not None for split in summary.splits)
    for split, cells in zip(summary.splits, rows, strict=True):
        if published and split.published_s is None:
            cells[-2:] = ["", ""]
    out.print(summary.scenario.name, style="bold")
    print_table(head, rows, bold=("finish",))
    out.print()
    for line in _facts(summary):
        out.print(line)


def _facts(summary: Summary) -> list[str]:
    from simulator.analysis.references import light_result, running_lights
    from simulator.analysis.splits import worst_residual

    energy, lost, finish = summary.energy, summary.lost_light_at_m, summary.recording.finish_s
    result = "did not finish"
    if finish is not None:
        late, target = difference_cell(finish, summary.target_s), format_time(summary.target_s)
        result = f"finish {format_time(finish)}, {late} s against the plan's {target}"
    lights = running_lights(summary.scenario)
    lines = [
        f"{result}; status: {summary.recording.status.value}",
        *light_result(lights, lost, finished=finish is not None),
        f"mean shelter {100 * summary.mean_shelter:z.1f} % of the air drag",
        (
            f"energy {energy.spent:.0f} J/kg: {energy.aerobic:.0f} aerobic, "
            f"{energy.from_reserve:.0f} from the reserve, {energy.reserve_left:z.0f} left of it"
        ),
    ]
    worst = worst_residual(summary.splits)
    if worst is not None:
        split, residual_s = worst
        word = "early" if residual_s < 0 else "late"
        lines.append(
            "residual: run minus published; the largest is "
            f"{abs(residual_s):.2f} s too {word} at {split.label}"
        )
    return lines


def print_prices(listed: PriceList) -> None:
    """Print the price list, the largest price first, and its assumptions."""
    from simulator.analysis.attribution import LEVEL_S

    if abs(listed.gap_s) < LEVEL_S:
        return
    out.print()
    out.print(f"where the {format_signed(listed.gap_s)} s come from", style="bold")
    rows = [(step.name, format_signed(step.seconds), step.best) for step in listed.steps]
    print_table(("", "s", "against"), rows, left=("", "against"))
    out.print(
        f"each factor's Shapley value over {2 ** len(listed.prices)} runs; with all at their best "
        f"she runs {format_time(listed.reference_s)}",
        soft_wrap=True,
    )


def print_coach(
    scenario: Scenario,
    cases: Sequence[CaseOutcome],
    left: Sequence[EndSpurt],
    samples: int,
    seed: int,
) -> None:
    """Print the cases with their chances, then the end spurts."""
    from simulator.analysis.uncertainty import chance_words, samples_words, target_words
    from simulator.scenario.plan import schedule_of

    target = target_words(schedule_of(scenario.plan, scenario.distance).finish_s)
    out.print(scenario.name, style="bold")
    out.print(samples_words(scenario, samples, seed), soft_wrap=True)
    out.print()
    columns = ("case", "finish", "5 %", "50 %", "95 %", f"chance of {target}", "")
    rows = [
        (
            case.case,
            *map(time_cell, (case.finish_s, case.p5_s, case.p50_s, case.p95_s)),
            chance_words(case.chance, samples),
            "assumed" if case.assumed else "",
        )
        for case in cases
    ]
    print_table(columns, rows, left=("case", ""))
    if len(cases) == 1:
        out.print("nobody runs ahead of her: no pacers who could err")
    out.print()
    for spurt in left:
        begins = f"last {spurt.last_m:.0f} m, from {format_time(spurt.from_s)} on"
        ran = "she did not finish" if spurt.as_run_s is None else f"{spurt.as_run_s:.2f} s as run"
        could = "nothing is left for a spurt"
        if spurt.fastest_s is not None and (spurt.as_run_s is None or spurt.left_s >= 0.005):
            less = ""
            if spurt.as_run_s is not None:
                less = f", {shown_difference(spurt.as_run_s, spurt.fastest_s):.2f} s less"
            could = f"she could have kept up {spurt.fastest_s:.2f} s{less}"
        out.print(f"{begins}: {ran}; {could}", soft_wrap=True)
    if left:
        out.print(
            "assumed: the pacers lead the spurt, or come back for it as fast as people do",
            soft_wrap=True,
        )


def print_forecast(forecast: Forecast) -> None:
    """Print the percentiles, the chance of the target and the list of effects."""
    from simulator.analysis.uncertainty import samples_words

    out.print()
    words = samples_words(forecast.scenario, forecast.samples, forecast.seed)
    out.print(words, style="bold", soft_wrap=True)
    for line in _forecast_facts(forecast):
        out.print(line)
    out.print()
    first, last = "what matters most", ""
    columns = (first, "5 %", "95 %", "finish at 5 %", "at 95 %", "swing", last)
    rows = [
        (
            f"{effect.name} [{effect.unit}]" if effect.unit else effect.name,
            f"{effect.low:.4g}",
            f"{effect.high:.4g}",
            time_cell(effect.finish_low_s),
            time_cell(effect.finish_high_s),
            "no finish" if effect.swing_s is None else f"{effect.swing_s:.2f} s",
            "assumed" if effect.assumed else "published range",
        )
        for effect in forecast.effects
    ]
    print_table(columns, rows, left=(first, last))
    out.print("Each input alone, the others at the scenario's own values.")


def _forecast_facts(forecast: Forecast) -> list[str]:
    from simulator.analysis.uncertainty import chance_words, target_words

    low, middle, high = (time_cell(forecast.percentile(p)) for p in (5, 50, 95))
    counts = dict(forecast.counts)
    finished = counts.pop("finished")
    lines = [f"finish: 5 % {low}, 50 % {middle}, 95 % {high}, of {finished} that finished"]
    races = len(forecast.scenario.uncertainty.given)
    if races:
        how = "the reserve of each was solved for that race"
        if races > 1:
            how = "the better one fits all of these races, the more often it was drawn"
        lines.append(f"they are worth {forecast.effective:.0f} independent samples: {how}")
    others = [f"{n} {name}" for name, n in counts.items() if n]
    if others:
        lines.append(f"not in these times: {', '.join(others)}")
    lines += [
        (
            f"chance of {target_words(forecast.target_s)}: "
            f"{chance_words(forecast.chance(), forecast.samples)} "
            f"± {100 * forecast.chance_error:.1f} (the ± is from the number of samples alone)"
        ),
    ]
    if forecast.held_by_plan:
        plan = f"nobody is faster than its {format_time(forecast.target_s)}, however strong"
        lines.append(f"she follows her plan: {plan}; the fast end tells of the plan")
    assumed = [effect.name for effect in forecast.effects if effect.assumed]
    if assumed:
        lines.append(f"assumed spreads, not published: {', '.join(assumed)}")
    return lines
