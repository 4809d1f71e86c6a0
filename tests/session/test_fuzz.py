"""Whatever is done to the knobs, in any order: no exception, and the run is the one asked for."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulator.analysis.what_if import AXES
from simulator.physics.attempt import simulate
from simulator.session import Session
from simulator.stage.keys import Action
from simulator.stage.scene import KnobKind
from tests.session.short import SHORT, bits, by_hand, settle

TYPED = st.one_of(
    st.sampled_from(["", "0", "1", "2", "1:03", "59.9", "-3", "1e9", "nan", "[", "{a: 1}", "null"]),
    st.text(max_size=12),
    st.floats(-5, 100).map(lambda value: f"{value:.2f}"),
)
PATHS = st.sampled_from(
    ["pacers.count", "plan.target", "plan.shape", "plan.strength", "x", "wavelight.waves", ""]
)


def check(session: Session) -> None:
    """Look at everything that a window would look at."""
    state, scene = session.panel_state(), session.scene()
    assert 0.0 <= scene.distance_m <= scene.race_m
    assert state.can_undo >= 0
    assert len(state.pins) <= 6
    paths = [knob.path for knob in state.knobs]
    assert len(paths) == len(set(paths))
    now, then = session.scenario, session.editor.file_scenario
    assert not (state.unsaved and now == then)
    if not state.unsaved and now != then:  # written otherwise, and the same run
        one, other = simulate(now).finish_s, simulate(then).finish_s
        assert one == other or one == pytest.approx(other, abs=0.01)
    assert len(session.editor.history.now.left) <= 3


def check_run(session: Session) -> None:
    """Compare what is shown with the same lineage simulated and forked by hand."""
    settle(session)
    lineage = session.editor.history.now.lineage
    legs = [(segment.tick, segment.settings.load()) for segment in lineage]
    assert bits(session.recording) == bits(by_hand(legs))


class Knobs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "short.yaml"
        self.file.write_text(SHORT, encoding="utf-8")
        self.session = Session.open(self.file)

    @rule(data=st.data())
    def turn_a_knob(self, data: st.DataObject) -> None:
        knob = data.draw(st.sampled_from(self.session.panel_state().knobs))
        if knob.kind is KnobKind.CHOICE:
            text = data.draw(st.sampled_from(knob.options))
        elif knob.kind is KnobKind.SWITCH:
            text = data.draw(st.sampled_from(["yes", "no"]))
        else:
            text = f"{data.draw(st.floats(knob.low, knob.high)):.3f}"
            text = text if knob.path != "pacers.count" else text.partition(".")[0]
        self.session.change(knob.path, text)

    @rule(path=PATHS, text=TYPED)
    def type_anything(self, path: str, text: str) -> None:
        self.session.change(path, text)

    @rule(data=st.data())
    def reset_a_knob(self, data: st.DataObject) -> None:
        knob = data.draw(st.sampled_from(self.session.panel_state().knobs))
        self.session.reset(knob.path)

    @rule(index=st.integers(-1, 3), text=TYPED, cumulative=st.booleans())
    def change_a_split(self, index: int, text: str, cumulative: bool) -> None:
        self.session.change_split(index, text, cumulative=cumulative)

    @rule(index=st.none() | st.integers(-1, 3))
    def reset_a_split(self, index: int | None) -> None:
        self.session.reset_split(index)

    @rule(index=st.integers(-1, 3), on=st.booleans())
    def lock_a_split(self, index: int, on: bool) -> None:
        self.session.editor.lock_split(index, on)
        self.session.set_keep_target(on)
        self.session.set_by_lap(on and index % 2 == 0)

    @rule(action=st.sampled_from(list(Action)))
    def press_a_key(self, action: Action) -> None:
        self.session.perform(action)

    @rule(time_s=st.floats(-5, 80))
    def seek(self, time_s: float) -> None:
        self.session.seek(time_s)

    @rule(elapsed_s=st.floats(0, 0.3), count=st.integers(1, 10))
    def let_time_pass(self, elapsed_s: float, count: int) -> None:
        for _ in range(count):
            self.session.advance(elapsed_s)

    @rule(axis=st.sampled_from(list(AXES)), index=st.integers(-1, 12))
    def take_a_bar(self, axis: str, index: int) -> None:
        self.session.set_axis(axis)
        self.session.take_bar(index)

    @rule(number=st.integers(0, 7), on=st.booleans())
    def pin(self, number: int, on: bool) -> None:
        self.session.pin()
        self.session.show_pin(number, on)
        if not on:
            self.session.unpin(number)

    @rule(name=st.sampled_from(["the light", "wave 2", "nobody"]), add=st.booleans())
    def wave(self, name: str, add: bool) -> None:
        if add:
            self.session.add_wave()
        else:
            self.session.remove_wave(name)

    @rule(slot=st.integers(-1, 3), ahead_m=st.floats(-4, 4), held=st.booleans())
    def move_by_hand(self, slot: int, ahead_m: float, held: bool) -> None:
        hands = self.session.direct_edits
        if held:
            hands.hold()
        hands.move(slot, ahead_m, 0.5 * ahead_m)
        hands.move(slot, ahead_m + 0.3, 0.0)
        hands.let_go()
        hands.time(slot, 0.0, abs(100 * ahead_m))

    @rule(name=st.sampled_from(["pacer 1", "pacer 2", "nobody"]), text=TYPED)
    def change_who_runs(self, name: str, text: str) -> None:
        self.session.direct_edits.add(len(text) - 6.0, 1.0)
        self.session.direct_edits.rename(name, text)
        self.session.direct_edits.remove(name)
        self.session.direct_edits.paste(text)

    @rule(gap=st.floats(0.5, 3), broken=st.booleans())
    def edit_the_file(self, gap: float, broken: bool) -> None:
        text = SHORT.replace("front_gap: 1.5", f"front_gap: {gap:.2f}")
        self.file.write_text(text[:60] if broken else text, encoding="utf-8")
        self.session.advance(0.5)

    @rule()
    def save(self) -> None:
        self.session.save()
        if not self.session.panel_state().file_problem:
            assert self.session.scene().notice

    @precondition(lambda self: self.session.settled)
    @rule()
    def undo_everything(self) -> None:
        for _ in range(self.session.panel_state().can_undo):
            self.session.undo()
        assert self.session.panel_state().can_undo == 0

    @invariant()
    def it_can_be_looked_at(self) -> None:
        check(self.session)

    def teardown(self) -> None:
        check_run(self.session)
        self.session.close()
        self.folder.cleanup()


TestKnobs = Knobs.TestCase
TestKnobs.settings = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _deeds(session: Session, dice: random.Random) -> list[Callable[[], Any]]:
    knobs = session.panel_state().knobs
    knob = dice.choice(knobs)
    text = dice.choice(knob.options) if knob.options else f"{dice.uniform(knob.low, knob.high):.1f}"
    return [
        lambda: session.change(knob.path, text),
        lambda: session.change(knob.path, text.partition(".")[0]),
        lambda: session.reset(knob.path),
        session.undo,
        session.redo,
        lambda: session.seek(dice.uniform(-4, 80)),
        lambda: session.perform(dice.choice(list(Action))),
        lambda: session.set_axis(dice.choice(list(AXES))),
        lambda: session.take_bar(dice.randrange(14)),
        lambda: session.change_split(dice.randrange(3), text, cumulative=dice.random() < 0.5),
        lambda: session.reset_split(dice.choice([None, *range(4)])),
        session.pin,
        lambda: session.unpin(dice.randrange(1, 7)),
        lambda: session.add_wave() if dice.random() < 0.1 else None,
        lambda: session.remove_wave(f"wave {dice.randrange(2, 5)}"),
        lambda: session.advance(dice.uniform(0, 0.1)),
        lambda: session.advance(1 / 60),
        lambda: session.advance(1 / 60),
    ]


@pytest.mark.slow
def test_ten_thousand_events(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(SHORT, encoding="utf-8")
    session, dice = Session.open(file), random.Random(1)  # noqa: S311 - dice, no secret
    for number in range(10_000):
        dice.choice(_deeds(session, dice))()
        if number % 10 == 0:
            check(session)
        if number % 1000 == 999:
            check_run(session)
            session.save()
