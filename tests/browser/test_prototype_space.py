"""The browser's arithmetic of class means against Python's, and decisions without an example against the learner's own."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import metawidgets as mw
from metawidgets import widgets
from metawidgets.instruments import prototype_heatmap
from metawidgets.learners.encoders import Conv4
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.browser_code import joined_js
from metawidgets.widgets.prototype_metrics import METRICS

HERE = Path(widgets.__file__).parent
SOURCE = joined_js(HERE / "prototype_space.js", HERE / "prototype_matrix.js")


@pytest.fixture(scope="module")
def made():
    source = mw.datasets.load("glyphs").source("test")
    episode = mw.EpisodeSampler(source, n_way=5, k_shot=3, n_query=4, seed=1).episode(2)
    pool = mw.EpisodeSampler(source, n_way=5, k_shot=1, n_query=1, seed=9).episode(0)
    torch.manual_seed(0)
    learner = mw.learners.ProtoNet(Conv4(episode.item_shape, width=8))  # untrained: some decisions hang on one example
    return learner, episode, prototype_heatmap(learner, episode, pool=pool)


@pytest.fixture
def js(open_component, made):
    """`js("space.at('old', 'cosine', 3).data")`: an expression over the component's space, in a page that holds it."""
    opened = open_component(made[2])

    def run(expression: str, edits: list[dict] | None = None):
        text = opened.page.evaluate(
            "([id, edits]) => {"
            + SOURCE
            + """
            const model = window.metawidgets.models.get(id);
            const space = mwPrototypeSpace(model.get("config"), mwArrays(model));
            space.setEdits(edits);
            const number = (x) => (Number.isNaN(x) ? "NaN" : x);
            const plain = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value, number) : number(value));
            return JSON.stringify("""
            + expression
            + ", plain); }",
            [made[2].model_id, edits or []],
        )
        return json.loads(text)

    return run


def numbers(values) -> np.ndarray:
    return np.array([np.nan if v == "NaN" else v for v in values], np.float64)


def edits_of(episode, heatmap: PrototypeHeatmap) -> list[dict]:
    support, query = [str(i) for i in episode.support_items], [str(i) for i in episode.query_items]
    return [
        {"op": "relabel", "item": support[4], "label": int(episode.support_y[4] + 1) % 5},
        {"op": "drop", "item": support[0]},
        {"op": "add", "item": query[7], "label": 0},
        {"op": "add", "item": heatmap.config["pool"]["ids"][2], "label": 3},
    ]


def python(heatmap: PrototypeHeatmap, step: int, metric: str, edits: list[dict]):
    heatmap.step, heatmap.metric, heatmap.edits = step, metric, edits
    reading = heatmap.reading
    found = reading.old, reading.new, reading
    assert found[1].shape == (20, 5)
    heatmap.metric, heatmap.edits = "", []
    return found


@pytest.mark.parametrize("metric", METRICS)
def test_distances_agree_with_python_at_every_step_before_and_after_edits(js, made, metric):
    _, episode, heatmap = made
    edits = edits_of(episode, heatmap)
    own = "" if metric == heatmap.config["own"] else metric
    of_js = {which: js(f"space.stack({which!r}, {own!r}).data", edits) for which in ("old", "new")}
    for step in (0, 1, 4, 9, 14, 15):
        old, new, _ = python(heatmap, step, metric, edits)
        for which, expected in (("old", old), ("new", new)):
            found = numbers(of_js[which]).reshape(16, 20, 5)[step]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_the_learners_own_distances_are_those_of_the_trace(js, made):
    learner, episode, heatmap = made
    recorded = mw.trace(learner, episode)["distances"]
    shown = numbers(js("space.stack('old', '').data")).reshape(recorded.shape)
    np.testing.assert_array_equal(shown, recorded)
    computed = numbers(js("space.stack('old', 'squared_euclidean').data")).reshape(recorded.shape)
    np.testing.assert_allclose(computed, recorded, rtol=2e-5, atol=1e-9)
    assert heatmap.config["own"] == "squared_euclidean"


def test_probabilities_after_edits_are_those_of_the_learner(js, made):
    learner, episode, heatmap = made
    edits = edits_of(episode, heatmap)[:3]
    heatmap.edits = edits
    expected = mw.trace(learner, heatmap.edited_episode)["probabilities"][-1]
    heatmap.edits = []
    found = numbers(js("space.probabilities('new', '', 15).data", edits)).reshape(20, 5)
    asked = np.arange(20) != 7
    np.testing.assert_allclose(found[asked], expected, atol=1e-4)
    assert js("space.probabilities('new', 'cosine', 15)", edits) is None


@pytest.mark.parametrize(("query", "decisive"), [(0, []), (8, [0, 8]), (13, [0, 9, 10])])
def test_decisions_without_an_example_are_those_of_the_learner_without_it(js, made, query, decisive):
    learner, episode, heatmap = made
    left_out = js(f"space.without('old', '', 15, {query})")
    assert [each["place"] for each in left_out] == list(range(15))
    full = mw.trace(learner, episode)["distances"][-1][query]
    now = int(full.argmin())
    for each in left_out:
        heatmap.edits = [{"op": "drop", "item": str(episode.support_items[each["place"]])}]
        reduced = mw.trace(learner, heatmap.edited_episode)["distances"][-1][query]
        margin = lambda d: np.delete(d, now).min() - d[now]  # noqa: E731
        assert each["first"] == reduced.argmin()
        assert each["change"] == pytest.approx(margin(reduced) - margin(full), abs=2e-5 * float(full.max()))
    heatmap.edits = []
    assert [each["place"] for each in left_out if each["first"] != now] == decisive


def first_of(episode, k: int) -> int:
    return int(np.flatnonzero(episode.support_y == k)[0])


def test_a_class_of_one_example_has_no_prototype_without_it(open_component):
    source = mw.datasets.load("glyphs").source("test")
    episode = mw.EpisodeSampler(source, n_way=5, k_shot=1, n_query=2, seed=1).episode(0)
    heatmap = prototype_heatmap(mw.load("glyphs-protonet"), episode)
    q, first = 0, int(heatmap.reading.new[0].argmin())
    opened = open_component(heatmap)
    opened.page.locator(".mw-scroll").focus()
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Enter")
    opened.frame()
    second = int(np.argsort(heatmap.reading.new[q])[1])
    own = opened.view.locator(".ph-left-out.ph-flips")
    assert own.count() == 1
    assert own.locator(".ph-value").inner_text() == "no prototype"
    assert own.locator(".ph-flip").inner_text() == f"→ {episode.class_names[second]}"
    assert own.get_attribute("title") == f"support {first_of(episode, first)}, {episode.class_names[first]}"


@pytest.mark.parametrize("sort", ["class", "margin", "error"])
def test_rows_stand_in_pythons_order(js, made, sort):
    _, episode, heatmap = made
    edits = edits_of(episode, heatmap)
    names = json.dumps(list(episode.class_names))
    for step in (0, 4, 15):
        at = f"('new', 'manhattan', {step})"
        found = js(f"mwRowGroups({sort!r}, space.reading{at}, space.at{at}, space.labels, {names})", edits)
        *_, reading = python(heatmap, step, "manhattan", edits)
        assert [(group["title"], group["members"]) for group in found] == reading.groups(sort)
