"""InnerLoopSlider without a browser: the panel for a trace, the arrays sent, and the summary."""

import io

import numpy as np
import pytest
from PIL import Image

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError, TraceError
from metawidgets.records import Trace
from metawidgets.widgets import InnerLoopSlider
from metawidgets.widgets.base.packed_trace import step_names
from metawidgets.widgets.inner_loop_slider import Choice
from tests.widgets.examples import vectors
from tests.widgets.made_traces import absorbing, deciding, halves, sine


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(
    ("trace", "kind"),
    [(sine(), "curve"), (halves(), "regions"), (deciding(), "queries"), (deciding(episode=vectors()), "queries")],
    ids=["curve", "points", "images", "vectors"],
)
def test_the_episode_decides_the_panel(trace, kind):
    slider = InnerLoopSlider(trace)
    assert slider.config["kind"] == kind
    assert slider.step == len(trace) - 1
    assert Image.open(io.BytesIO(slider.png())).format == "PNG"


def test_points_without_a_probe_grid_are_shown_as_queries():
    trace = halves()
    bare = Trace(trace.axis, {"probabilities": trace["probabilities"]}, trace.episode, trace.meta)
    assert InnerLoopSlider(bare).config["kind"] == "queries"


def test_the_summary_gives_the_step_and_what_it_changed():
    slider = InnerLoopSlider(deciding(), step=2)
    assert slider.summary() == (
        "MAML, after 2 of 4 gradient steps: query loss 0.663, before 1.1 (nats); support loss 0.0316, before 1; "
        "query accuracy 0.833, before 0.333."
    )
    slider.step = 0
    assert slider.summary().startswith("MAML, before adaptation: query loss 1.1 (nats);")


def test_what_is_no_number_is_said_in_words():
    slider = InnerLoopSlider(sine(diverges=True))
    assert slider.summary().endswith(
        "query loss not a number, before 1 (squared error); support loss not a number, before 1."
    )
    slider.step = 2
    assert "query loss infinite" in slider.summary()
    assert Image.open(io.BytesIO(slider.png())).width > 400  # a diverged trace is still a picture


def test_each_axis_has_its_own_words():
    inner, absorbed = deciding(last=2), absorbing()
    assert step_names(inner) == ["before adaptation", "after 1 of 2 gradient steps", "after 2 of 2 gradient steps"]
    assert step_names(absorbed)[1:] == [f"support examples absorbed: {t} of 3" for t in (1, 2, 3)]
    assert step_names(deciding(last=1)) == ["before adaptation", "after the gradient step"]
    written = Trace("write", dict(deciding(last=1).channels), inner.episode)
    assert step_names(written) == ["before adaptation", "memory writes: 1 of 1"]
    assert step_names(deciding(last=0)) == ["as recorded"]


def test_only_what_is_drawn_is_sent():
    trace = deciding(embeddings=np.zeros((5, 6, 64), np.float32))
    sent = InnerLoopSlider(trace).unpack()
    assert "0.embeddings" not in sent
    assert {"0.probabilities", "0.query_loss", "0.support_loss", "0.query_accuracy", "0.gradient_norm"} <= set(sent)


def test_the_traces_come_back_from_the_state():
    slider = InnerLoopSlider.from_dict(InnerLoopSlider([deciding(), deciding(learner="Reptile", last=2)]).to_dict())
    first, second = slider.traces
    np.testing.assert_array_equal(first["probabilities"], deciding()["probabilities"])
    assert (first.learner, second.learner, len(second)) == ("MAML", "Reptile", 3)
    assert first.episode.query_items == deciding().episode.query_items


def test_the_truth_is_the_curve_that_was_drawn_from():
    trace = sine()
    truth = InnerLoopSlider(trace).unpack()["truth"]
    assert trace.probe is not None
    np.testing.assert_allclose(truth, 2 * np.sin(trace.probe[:, 0] - 0.5), atol=1e-6)
    e = trace.episode
    untold = Episode(e.support_x, e.support_y, e.query_x, e.query_y, (), e.support_items, e.query_items)
    assert "truth" not in InnerLoopSlider(Trace(trace.axis, dict(trace.channels), untold, probe=trace.probe)).unpack()


@pytest.mark.slow
def test_several_traces_of_one_episode():
    slider = InnerLoopSlider([deciding(), deciding(learner="FineTune", last=2)])
    assert slider.config["steps"] == 5
    assert slider.config["label"] == "MAML and FineTune, step by step: 3-way 1-shot"
    assert [line.split(":")[0] for line in slider.summary().split("\n")] == [
        "MAML, after 4 of 4 gradient steps",
        "FineTune, after 2 of 2 gradient steps",
    ]
    alone = Image.open(io.BytesIO(InnerLoopSlider(deciding()).png()))
    assert Image.open(io.BytesIO(slider.png())).width > 1.5 * alone.width


@pytest.mark.parametrize("step", [-1, 99])
def test_a_step_beyond_the_record_is_the_nearest_one(step):
    assert (
        InnerLoopSlider(deciding(), step=step).summary()
        == InnerLoopSlider(deciding(), step=max(0, min(step, 4))).summary()
    )


def test_traces_of_two_episodes_are_refused():
    with pytest.raises(TraceError, match="trace 1 is of another episode than trace 0"):
        InnerLoopSlider([deciding(), halves()])


def test_no_trace_is_refused():
    with pytest.raises(TraceError, match="has no trace to show"):
        InnerLoopSlider([])


def test_a_trace_that_lacks_its_panel_explains_itself():
    trace = deciding()
    with pytest.raises(TraceError, match="MAML records no 'probabilities'"):
        InnerLoopSlider(Trace(trace.axis, {"query_loss": trace["query_loss"]}, trace.episode, trace.meta))


def test_a_regression_that_is_no_curve_is_refused():
    x = np.zeros((2, 3), np.float32)
    e = Episode(x[:1], x[:1], x[1:], x[1:])
    with pytest.raises(TraceError, match=r"items of shape \(3,\) and 3 targets"):
        InnerLoopSlider(Trace("inner_step", {"outputs": np.zeros((2, 1, 3))}, e))


def test_probe_points_that_are_no_grid_are_refused():
    trace = halves()
    scattered = np.random.default_rng(0).normal(size=(1089, 2)).astype(np.float32)
    with pytest.raises(TraceError, match="1089 probe points do not form a grid"):
        InnerLoopSlider(Trace(trace.axis, dict(trace.channels), trace.episode, trace.meta, probe=scattered))


class Again:
    """A stand-in for learners: it makes traces with the requested number of steps, and records its calls."""

    def __init__(self):
        self.asked = []

    def __call__(self, *, episode, inner_lr, inner_steps, shown):
        self.asked.append((inner_lr, inner_steps, tuple(shown)))
        if inner_lr == 13:
            raise LearnerError("13 is not adapted at; give another rate.")
        n = 4 if inner_steps is None else inner_steps
        return [deciding(learner=name, last=n, episode=episode) for name in shown]


CHOICES = [Choice("MAML", 0.4, 4), Choice("pretrained", 0.01, 4, "note"), Choice("random", 0.4, 4)]


def adjustable(again=None, **kwargs) -> InnerLoopSlider:
    return InnerLoopSlider({"MAML": deciding()}, retrace=again or Again(), choices=CHOICES, **kwargs)


def test_a_setting_adapts_again_and_keeps_the_step():
    slider = adjustable(again := Again(), step=2)
    slider.inner_lr = 1
    assert again.asked == [(1.0, None, ("MAML",))]
    assert slider.step == 2
    slider.inner_steps = 9
    assert (slider.step, slider.config["steps"]) == (2, 10)
    slider.inner_steps = 1
    assert slider.step == 1  # the last step that exists
    slider.inner_steps = 6
    assert slider.step == 6  # a slider at the last step stays at the last step
    slider.shown = ["random", "MAML"]
    assert slider.shown == ["MAML", "random"]  # in the order of the choices
    assert [trace.learner for trace in slider.traces] == ["MAML", "random"]
    assert slider.summary().endswith("Set to inner_lr 1, inner_steps 6.")
    slider.do_retrace()
    assert (slider.inner_lr, slider.inner_steps, slider.config["steps"]) == (None, None, 5)


@pytest.mark.slow
def test_what_was_sent_is_hidden_and_shown_without_the_learners():
    slider = InnerLoopSlider([deciding(), deciding(learner="FineTune", last=2)])
    slider.shown = ["FineTune"]
    assert slider.summary().startswith("FineTune, after 2 of 2")
    assert len(slider.summary().split("\n")) == 1
    narrow = Image.open(io.BytesIO(slider.png())).width
    slider.shown = ["MAML", "FineTune"]
    assert Image.open(io.BytesIO(slider.png())).width > 1.5 * narrow


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("inner_lr", 0.0, "inner_lr=0.0 is not a positive number"),
        ("inner_lr", float("nan"), "inner_lr=nan"),
        ("inner_lr", 13.0, "13 is not adapted at"),
        ("inner_steps", -1, "inner_steps=-1 is not a whole number from 0 to 200"),
        ("inner_steps", 201, "inner_steps=201"),
        ("shown", [], "shown is empty"),
        ("shown", ["randon"], "shown names 'randon', which is unknown; did you mean 'random'"),
    ],
)
def test_what_cannot_be_is_refused_and_the_last_traces_stand(name, value, says):
    slider = adjustable(step=3)
    saved = slider.to_dict()
    with pytest.raises(LearnerError, match=says):
        setattr(slider, name, value)
    assert slider.to_dict() == saved
    assert says in slider.error
    slider.inner_lr = 0.2
    assert slider.error == ""


@pytest.mark.parametrize(
    "params", [{"inner_lr": "0.1"}, {"inner_lr": True}, {"inner_steps": 2.5}, {"shown": 3}, {"shown": "x"}]
)
def test_a_request_of_the_browser_is_checked(params):
    slider = adjustable()
    saved = slider.to_dict()
    slider._on_request(slider, {"id": 3, "action": "retrace", "params": params}, [])
    assert slider.error
    assert slider.replied == 3
    assert slider.to_dict() == saved


def test_restored_it_has_no_learners_to_ask():
    slider = adjustable(inner_steps=4, shown=["MAML"])
    slider.shown = ["MAML", "random"]
    restored = InnerLoopSlider.from_dict(slider.to_dict())
    assert (restored.inner_steps, restored.shown, restored.able) == (4, ["MAML", "random"], [])
    restored.shown = ["random"]  # its trace was sent before
    with pytest.raises(TraceError, match="has no learners to adapt again"):
        restored.inner_lr = 0.3
    assert restored.inner_lr is None
    with pytest.raises(TraceError, match="has no learners to adapt again"):
        restored.shown = ["pretrained"]
    assert restored.shown == ["random"]


def test_choices_are_what_the_traces_say():
    slider = InnerLoopSlider([deciding(), deciding(learner="MAML"), absorbing(episode=deciding().episode)])
    assert slider.names == ["MAML", "MAML 2", "ProtoNet"]
    assert [(c["inner_lr"], c["inner_steps"]) for c in slider.config["choices"]] == [(0.4, 4), (0.4, 4), (None, None)]
    with pytest.raises(TraceError, match="the trace of 'other' is not among the choices"):
        InnerLoopSlider({"other": deciding()}, choices=CHOICES)
