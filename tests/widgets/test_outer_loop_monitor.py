"""OuterLoopMonitor without a browser: threads, pauses and stops, errors, an hour on a simulated clock, and saved states."""

import io
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metawidgets.errors import LearnerError
from metawidgets.records import Evaluation, MetaStep, Trace
from metawidgets.training.control import MetaControl
from metawidgets.widgets import OuterLoopMonitor
from metawidgets.widgets.outer_loop_monitor.history import History
from metawidgets.widgets.outer_loop_monitor.picture import monitor_chart
from tests.widgets.examples import trace
from tests.widgets.made_training import monitored


class Training:
    """A stand-in for `meta_train`: its tasks take a known time, it checks the control between tasks, and it learns nothing."""

    def __init__(self, steps: int = 10**9, tasks: int = 2, task_seconds: float = 0.0) -> None:
        self.steps, self.tasks, self.task_seconds = steps, tasks, task_seconds
        self.begun, self.tasks_done, self.rates, self.fail_at = 0, 0, [], 0
        self.clock = time.perf_counter

    def __call__(self, control: MetaControl) -> Iterator[MetaStep]:
        self.begun += 1
        while control.step < (control.steps or self.steps):
            for _ in range(self.tasks):
                control.check()
                time.sleep(self.task_seconds)
                self.tasks_done += 1
            n = control.step + 1
            if n == self.fail_at:
                raise LearnerError(f"the meta-gradient at step {n} is nan; lower meta_lr.")
            control.step = n
            self.rates.append(control.meta_lr)
            validation = Evaluation("accuracy", np.array([0.5, 0.7])) if n % 50 == 0 else None
            yield MetaStep(n, 1 / n, 0.5, 1.0, 2 * n, self.clock(), control.meta_lr or 0, validation, n == 50)

    def monitor(self, **options: Any) -> OuterLoopMonitor:
        options = {"steps": self.steps, "meta_lr": 1e-3, **options}
        return OuterLoopMonitor(self, **options)


def within(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_it_runs_here_to_the_end_and_says_so():
    training = Training(steps=120)
    monitor = training.monitor(chance=0.2)
    assert (monitor.phase, monitor.training) == ("ready", False)
    monitor.run()
    assert (monitor.phase, monitor.figures["step"], monitor.figures["episodes"]) == ("finished", 120, 240)
    assert History.unpacked(monitor.history)["last"].tolist() == list(range(1, 121))
    half = 1.96 * np.std([0.5, 0.7], ddof=1) / np.sqrt(2)
    assert [v[:2] for v in monitor.validations] == [[50, 0.6], [100, 0.6]]
    assert monitor.validations[0][2] == pytest.approx(half)
    assert monitor.figures["best"] == monitor.validations[0]
    assert monitor.summary().startswith("Meta-training. Finished: step 120 of 120, 240 episodes")
    assert "Best validation: accuracy 60 ± 20 % at step 50" in monitor.summary()


def test_so_many_steps_and_on():
    monitor = (training := Training(steps=30)).monitor()
    monitor.run(10)
    assert (monitor.phase, monitor.figures["step"]) == ("paused", 10)
    monitor.run(10)
    assert (monitor.phase, monitor.figures["step"]) == ("paused", 20)
    monitor.run(10)  # up to the last step, after which the training cleans up
    assert (monitor.phase, monitor.figures["step"], training.begun) == ("finished", 30, 3)
    monitor.target = 35
    monitor.resume(background=False)
    assert (monitor.phase, monitor.figures["step"]) == ("finished", 35)
    for steps in (0, -1):
        with pytest.raises(LearnerError, match=f"steps={steps} is not a number of outer steps"):
            monitor.run(steps)


def test_more_steps_are_added_to_those_done():
    monitor = (training := Training(steps=30)).monitor()
    monitor.run()
    monitor.do_start(more=10)
    assert monitor.wait(10)
    assert (monitor.phase, monitor.figures["step"], monitor.target, training.begun) == ("finished", 40, 40, 2)
    monitor.start(more=5, background=False)
    assert (monitor.figures["step"], monitor.target) == (45, 45)
    for bad in (0, -1, 1.5, "x", True, [1]):
        with pytest.raises(LearnerError, match="is not a number of outer steps"):
            monitor.do_start(more=bad)
    with pytest.raises(LearnerError, match="not a number of outer steps"):
        monitor.do_start(more=2**40)
    assert (monitor.phase, monitor.target) == ("finished", 45)


def test_starting_over_from_the_page_says_what_it_loses():
    monitor = monitored(steps=40, done=26)
    for wrong in (0, 25, None, "26", [26]):
        with pytest.raises(LearnerError, match="would lose 26 outer steps; confirm it with lose=26"):
            monitor.do_restart(lose=wrong)
        assert (monitor.phase, monitor.figures["step"]) == ("paused", 26)
    monitor.do_restart(lose=26)
    assert monitor.wait(10)
    assert (monitor.phase, monitor.figures["step"]) == ("finished", 40)
    fresh = monitored(steps=5)
    fresh.do_restart()  # there are no steps to lose
    assert fresh.wait(10)
    assert fresh.figures["step"] == 5


def test_the_picture_keeps_intervals_within_what_the_metric_allows():
    for metric, scores, most in (("accuracy", [1.0, 1.0, 0.9], 100), ("mean squared error", [0.0, 0.0, 4.0], np.inf)):

        def meta_steps(control: MetaControl, metric=metric, scores=scores) -> Iterator[MetaStep]:
            control.step = 1
            yield MetaStep(1, 1.0, 0.5, 1.0, 2, 1.0, 1e-3, Evaluation(metric, np.array(scores)), True)

        monitor = OuterLoopMonitor(meta_steps, steps=1, meta_lr=1e-3, metric=metric)
        monitor.run()
        _, mean, half, _ = monitor.validations[0]
        assert mean + half > 1
        assert mean - half < 0 or metric == "accuracy"
        datasets = monitor_chart(monitor._state()).to_dict()["datasets"].values()
        (row,) = [row for data in datasets for row in data if row.get("panel", "").startswith("validation")]
        assert 0 <= row["low"] <= row["y"] <= row["high"] <= most


def test_pause_and_stop_take_hold_after_the_task_in_hand_and_the_notebook_is_free():
    training = Training(tasks=50, task_seconds=0.02)  # a step takes one second
    monitor = training.monitor()
    monitor.start(background=True)
    within(lambda: training.tasks_done > 3)
    began = time.monotonic()
    monitor.stop()
    assert time.monotonic() - began < 0.1  # the phase changes at once, before the task ends
    assert monitor.phase == "stopping"
    done = training.tasks_done
    assert monitor.wait(5)
    assert training.tasks_done <= done + 1
    assert time.monotonic() - began < 0.5
    assert (monitor.phase, monitor.figures["step"]) == ("stopped", 0)
    monitor.resume(background=True)
    within(lambda: monitor.phase == "running")
    monitor.pause()
    assert monitor.phase == "pausing"
    monitor.stop()  # stop replaces pause
    assert monitor.wait(5)
    assert monitor.phase == "stopped"


def test_pause_then_stop_and_nothing_to_do_where_nothing_runs():
    monitor = Training().monitor()
    monitor.pause()
    monitor.stop()
    assert monitor.phase == "ready"
    monitor.run(3)
    monitor.stop()
    assert monitor.phase == "stopped"
    monitor.pause()
    assert monitor.phase == "stopped"


def test_one_training_at_a_time():
    monitor = Training(task_seconds=0.01).monitor()
    monitor.start(background=True)
    for again in (monitor.start, monitor.run, monitor.restart):
        with pytest.raises(LearnerError, match="the training runs already"):
            again()
    monitor.do_start()  # a second click that comes too late is not an error
    monitor.do_advance()
    monitor.stop()
    monitor.wait(5)


def test_the_rate_and_the_end_change_while_it_runs():
    monitor = (training := Training(task_seconds=0.001)).monitor()
    monitor.start(background=True)
    within(lambda: len(training.rates) > 3)
    monitor.do_steer(meta_lr=0.5)
    within(lambda: training.rates[-1] == 0.5)
    monitor.do_steer(target=training.rates.count(1e-3) + training.rates.count(0.5) + 20)
    assert monitor.wait(10)
    assert (monitor.phase, monitor.figures["step"]) == ("finished", monitor.target)
    for bad in (0, -1, float("inf"), float("nan"), "x", [1]):
        with pytest.raises(LearnerError, match=r"meta_lr=.* is not a positive number"):
            monitor.do_steer(meta_lr=bad)
    for bad in (0, -5, 1.5, "x", 2**40):
        with pytest.raises(LearnerError, match="not a number of outer steps"):
            monitor.do_steer(target=bad)
    assert monitor.meta_lr == 0.5


def test_an_error_in_the_thread_stands_in_the_component_and_it_can_go_on():
    training = Training(steps=60)
    training.fail_at = 25
    monitor = training.monitor()
    monitor.start(background=True)
    assert monitor.wait(10)
    assert monitor.phase == "failed"
    assert monitor.error == "the meta-gradient at step 25 is nan; lower meta_lr."
    assert monitor.error in monitor.summary()
    training.fail_at = 0
    monitor.resume(background=False)
    assert (monitor.phase, monitor.error, monitor.figures["step"]) == ("finished", "", 60)


def test_what_went_back_after_an_error_is_told_anew():
    """The training went back 7 steps. The record has the losses, validations and adaptations of the second run of these steps."""
    control_of: list[MetaControl] = []
    training = Training(steps=60)
    training.fail_at = 57

    def meta_steps(control: MetaControl) -> Iterator[MetaStep]:
        control_of[:] = [control]
        return training(control)

    monitor = OuterLoopMonitor(meta_steps, retrace=lambda: trace("curve"), steps=60, meta_lr=1e-3, every=5)
    with pytest.raises(LearnerError):
        monitor.run()
    assert [v[0] for v in monitor.validations] == [50]
    training.fail_at, control_of[0].step = 0, 45
    monitor.run(1)
    assert monitor.figures["step"] == 46
    assert monitor.validations == []
    assert History.unpacked(monitor.history)["last"][-1] == 46
    assert monitor.unpack()["held.meta_step"].tolist() == [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 46]


def test_a_complaint_about_a_setting_outlives_the_next_redraw():
    monitor = Training(task_seconds=0.002).monitor()
    monitor.start(background=True)
    within(lambda: monitor.figures["step"] > 3)
    monitor.able = list(monitor.actions)
    monitor._on_request(None, {"id": 1, "action": "steer", "params": {"meta_lr": -1}}, None)
    step = monitor.figures["step"]
    within(lambda: monitor.figures["step"] > step)
    assert "meta_lr=-1.0 is not a positive number" in monitor.error
    monitor.stop()
    assert monitor.wait(10)


def test_an_error_at_once_is_not_lost_behind_the_request_that_began_it():
    training = Training(steps=5)
    training.fail_at = 1
    monitor = training.monitor()
    for i in range(5):
        monitor._on_request(None, {"id": i, "action": "start", "params": {}}, None)
        assert monitor.wait(10)
        assert monitor.error == "the meta-gradient at step 1 is nan; lower meta_lr."


def test_unexpected_errors_are_shown_and_logged(caplog):
    def meta_steps(control: MetaControl) -> Iterator[MetaStep]:
        raise RuntimeError("out of memory")
        yield

    monitor = OuterLoopMonitor(meta_steps, steps=5, meta_lr=0.1)
    monitor.start(background=True)
    assert monitor.wait(5)
    assert (monitor.phase, monitor.error) == ("failed", "RuntimeError: out of memory")
    assert "meta-training failed" in caplog.text
    with pytest.raises(RuntimeError, match="out of memory"):
        monitor.run()


def test_an_interrupted_cell_stops_it():
    training = Training()

    def meta_steps(control: MetaControl) -> Iterator[MetaStep]:
        for step in training(control):
            if step.step == 5:
                raise KeyboardInterrupt
            yield step

    monitor = OuterLoopMonitor(meta_steps, steps=50, meta_lr=0.1)
    with pytest.raises(KeyboardInterrupt):
        monitor.run()
    assert (monitor.phase, monitor.error, monitor.figures["step"]) == ("stopped", "", 4)


def test_from_the_beginning_again():
    monitor = monitored(steps=40, done=30)
    first = monitor.unpack()["held.query_loss"][0]
    monitor.follow, monitor.step = False, 7
    monitor.restart(background=False)
    assert (monitor.phase, monitor.figures["step"], monitor.follow) == ("finished", 40, True)
    assert History.unpacked(monitor.history)["first"][0] == 1
    assert monitor.unpack()["held.meta_step"].tolist() == list(range(0, 41, 5))
    np.testing.assert_array_equal(monitor.unpack()["held.query_loss"][0], first)


class Hour:
    """A simulated clock that the training moves, and the times of all messages that the component sends."""

    def __init__(self, monitor: OuterLoopMonitor) -> None:
        self.now, self.sent, self.bytes = 0.0, [], 0
        loop = monitor._loop
        assert loop is not None
        loop.clock = lambda: self.now
        shown = loop._show

        def show(phase: str, held: bool) -> None:
            shown(phase, held)
            self.sent.append(self.now)
            if len(self.sent) % 500 == 0:
                self.bytes = max(self.bytes, len(json.dumps(monitor.to_dict())))

        loop._show = show


@pytest.mark.slow
@pytest.mark.parametrize(("per_second", "kind"), [(10, "curve"), (1, "prototypes")])
def test_an_hour_stays_small_and_is_redrawn_four_times_a_second_at_most(per_second, kind):
    seconds = 3600
    monitor = monitored(steps=seconds * per_second, name=kind, every=None)
    hour = Hour(monitor)
    assert monitor._loop is not None
    take = monitor._loop.record.add

    def add(step: MetaStep) -> None:
        hour.now += 1 / per_second
        take(step)

    monitor._loop.record.add = add
    monitor.run()
    assert monitor.figures["step"] == seconds * per_second
    assert hour.now == pytest.approx(seconds)
    gaps = np.diff(hour.sent[1:-1])  # the first and the last message report the start and the end
    assert gaps.min() >= 0.25
    assert len(hour.sent) <= 4 * seconds + 2
    assert len(History.unpacked(monitor.history)["last"]) <= 600
    assert len(monitor.validations) <= 120
    assert len(monitor.unpack()["held.meta_step"]) <= 40
    assert hour.bytes + len(monitor.png()) < 1_000_000
    assert monitor.figures["episodes_per_second"] == pytest.approx(4 / 0.01)  # from the training's own count of seconds
    read = History.unpacked(monitor.history)
    assert read["first"][0] == 1
    assert read["last"][-1] == seconds * per_second


def test_time_left_is_by_the_clock():
    monitor = Training(steps=1000).monitor()
    hour = Hour(monitor)
    assert monitor._loop is not None
    take = monitor._loop.record.add

    def add(step: MetaStep) -> None:
        hour.now += 0.5
        take(step)

    monitor._loop.record.add = add
    monitor.run(100)
    assert monitor.figures["seconds_left"] == pytest.approx(450)


@pytest.mark.slow
def test_while_it_trains_it_can_be_saved_and_drawn():
    monitor = Training(task_seconds=0.0005).monitor(retrace=lambda: trace("curve"), every=3)
    monitor.start(background=True)
    try:
        for _ in range(10):
            saved = json.loads(json.dumps(monitor.to_dict()))
            restored = OuterLoopMonitor.from_dict(saved)
            assert restored.to_dict() == saved
            assert Image.open(io.BytesIO(monitor.png())).format == "PNG"
            assert monitor.summary()
    finally:
        monitor.stop()
        assert monitor.wait(10)


def test_restored_it_shows_its_record_and_says_what_it_lacks():
    monitor = monitored(done=37)
    restored = OuterLoopMonitor.from_dict(json.loads(json.dumps(monitor.to_dict())))
    assert restored.able == []
    assert restored.summary() == monitor.summary()
    assert restored.png() == monitor.png()
    assert restored.wait()
    for ask in (restored.start, restored.run, restored.pause, restored.stop, restored.restart):
        with pytest.raises(LearnerError, match="restored without its training"):
            ask()


def test_the_outer_step_shown_is_the_newest_until_one_is_chosen():
    monitor = monitored(done=40)
    assert monitor.shown == 40
    newest = monitor.summary()
    monitor.follow, monitor.step = False, 12
    assert monitor.shown == 12
    assert "at outer step 10:" in monitor.summary()  # the last adaptation up to the step shown
    assert "at outer step 40:" in newest
    monitor.step = 10**6
    assert monitor.shown == 40


def test_without_a_held_episode_and_with_other_kinds():
    assert Training(steps=5).monitor().config["held"] is None
    classes = monitored(done=10, name="prototypes")
    arrays, t = classes.unpack(), trace("prototypes")
    y = t.episode.query_y
    np.testing.assert_allclose(
        arrays["held.true"][0] / 255, t["probabilities"][:, np.arange(len(y)), y], atol=0.5 / 255 + 1e-6
    )
    right = (arrays["held.guess"][0] == y).mean(-1)
    np.testing.assert_allclose(right, t["query_accuracy"], atol=1e-6)
    assert "query accuracy" in classes.summary()


def test_many_inner_steps_are_shown_by_a_dozen_of_them():
    full = trace("curve")
    long = {name: np.repeat(a, 30, 0) for name, a in full.channels.items()}
    many = Trace(full.axis, long, full.episode, full.meta, full.coords, full.probe)
    monitor = Training(steps=5).monitor(retrace=lambda: many)
    held = monitor.config["held"]
    assert len(held["inner"]) == len(held["inner_names"]) == 12
    assert (held["inner"][0], held["inner"][-1]) == (0, len(many) - 1)


def test_bad_arguments_are_refused():
    for options, message in (
        ({"every": 0}, "every=0 is not a number of outer steps"),
        ({"steps": 0}, "0 is not a number of outer steps"),
        ({"meta_lr": -1.0}, "meta_lr=-1.0 is not a positive number"),
    ):
        with pytest.raises(LearnerError, match=message):
            Training().monitor(**{"steps": 5, **options})


def test_nobody_is_there_without_a_notebook():
    """In a script or a papermill run, `start()` returns when the training is done."""
    monitor = Training(steps=20).monitor()
    before = threading.active_count()
    monitor.start()
    assert monitor.phase == "finished"
    assert threading.active_count() == before


def test_the_picture_goes_as_far_as_the_step_shown():
    monitor = monitored(done=60)
    monitor.follow = False
    last = []
    for monitor.step in (60, 22):
        rows = [row for data in monitor_chart(monitor._state()).to_dict()["datasets"].values() for row in data]
        last.append(
            {name: max(row["t"] for row in rows if row.get("panel", "").startswith(name)) for name in ("loss", "valid")}
        )
        fits = [row["y"] for row in rows if row.get("curve") == "after"]
        assert fits == pytest.approx(monitor.unpack()["held.fit"][0, -1].tolist(), rel=1e-3, abs=1e-3)
    assert last == [{"loss": 60, "valid": 60}, {"loss": 22, "valid": 20}]
