"""InnerLoopSlider without a browser: which panel a trace gets, what is sent, what is said of it."""

import io

import numpy as np
import pytest
from PIL import Image

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.traces import Trace
from metawidgets.widgets import InnerLoopSlider
from metawidgets.widgets.trace_state import step_names
from tests.widgets.examples import vectors
from tests.widgets.made_traces import absorbing, deciding, halves, sine


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
    with pytest.raises(TraceError, match="got no trace"):
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
    with pytest.raises(TraceError, match="1089 probe points are no grid"):
        InnerLoopSlider(Trace(trace.axis, dict(trace.channels), trace.episode, trace.meta, probe=scattered))
