"""Edits of a heatmap: checks, the summary and the picture after edits, and refused states."""

import numpy as np
import pytest

from metawidgets.errors import EpisodeError
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.prototype_heatmap import RefusedState
from tests.widgets.examples import trace

DROP = {"op": "drop"}


@pytest.fixture
def heatmap() -> PrototypeHeatmap:
    return PrototypeHeatmap(trace())


def ids(heatmap: PrototypeHeatmap, side: str) -> list[str]:
    return heatmap.config["episode"][f"{side}_ids"]


def refused(heatmap: PrototypeHeatmap, edits, match: str) -> None:
    before = heatmap.to_dict()
    with pytest.raises(RefusedState, match=match):
        heatmap.edits = edits
    assert heatmap.to_dict() == before


def test_what_is_no_edit_is_refused_in_words(heatmap):
    support, query = ids(heatmap, "support"), ids(heatmap, "query")
    label = int(heatmap.episode.support_y[0])
    names = heatmap.episode.class_names
    refused(heatmap, ["drop"], "edit 0 is 'drop'")
    refused(heatmap, [{"op": "dorp", "item": support[0]}], "did you mean 'drop'")
    refused(heatmap, [DROP | {"item": query[0]}], "which is not a support item")
    refused(heatmap, [DROP | {"item": support[0], "label": 1}], "a key 'label' that drop does not take")
    refused(heatmap, [{"op": "add", "item": support[0], "label": 0}], "which is neither a query")
    refused(
        heatmap,
        [{"op": "relabel", "item": support[0], "label": len(names)}],
        f"give a class from 0 to {len(names) - 1}",
    )
    refused(heatmap, [{"op": "relabel", "item": support[0], "label": True}], "label=True")
    refused(heatmap, [{"op": "relabel", "item": support[0], "label": label}], "its class already; give another class")
    refused(heatmap, [DROP | {"item": support[0]}, DROP | {"item": support[0]}], "a second edit of item")
    refused(heatmap, [DROP | {"item": item} for item in support], "leave no support example")
    refused(heatmap, [{"op": "add", "item": item, "label": 0} for item in query], "leave no query")
    refused(heatmap, [{"op": "add", "item": query[0], "label": 0}] * 201, "not a list of at most 200")
    assert issubclass(RefusedState, EpisodeError)


@pytest.mark.parametrize(
    ("name", "value", "match"), [("metric", "l1", "Known: cosine"), ("sort", "size", "Known: class")]
)
def test_an_unknown_choice_is_refused(heatmap, name, value, match):
    with pytest.raises(RefusedState, match=match):
        setattr(heatmap, name, value)
    with pytest.raises(RefusedState, match=match):
        PrototypeHeatmap(trace(), **{name: value})


def test_the_summary_tells_metric_order_and_edits(heatmap):
    heatmap.metric, heatmap.sort = "manhattan", "margin"
    heatmap.edits = [DROP | {"item": ids(heatmap, "support")[0]}]
    text = heatmap.summary()
    assert ", Manhattan distance: " in text
    assert "Rows by margin, the smallest first." in text
    assert f"Support edited (drop {ids(heatmap, 'support')[0]}): right " in text
    reading = heatmap.reading
    old, new = (
        int((np.nan_to_num(d, nan=np.inf).argmin(1) == reading.labels).sum()) for d in (reading.old, reading.new)
    )
    assert f"right {new} of {len(reading.labels)}, before {old};" in text


@pytest.mark.slow
def test_the_picture_follows_every_choice(heatmap):
    pictures = [heatmap.png()]
    for name, value in (
        ("metric", "cosine"),
        ("sort", "margin"),
        ("edits", [DROP | {"item": ids(heatmap, "support")[0]}]),
        ("compare", "old"),
        ("compare", "difference"),
    ):
        setattr(heatmap, name, value)
        pictures.append(heatmap.png())
    assert len(set(pictures)) == len(pictures)
    restored = PrototypeHeatmap.from_dict(heatmap.to_dict())
    assert restored.png() == pictures[-1]
    assert restored.edited_episode.to_dict() == heatmap.edited_episode.to_dict()


def test_without_edits_old_and_new_are_the_traces_distances(heatmap):
    np.testing.assert_array_equal(heatmap.reading.new, trace()["distances"][-1].astype(np.float32))
    assert heatmap.edited_episode.support_items == heatmap.episode.support_items


def test_too_many_embeddings_are_not_sent(monkeypatch):
    monkeypatch.setattr("metawidgets.widgets.prototype_heatmap.sent_arrays.MOST_BYTES", 100)
    heatmap = PrototypeHeatmap(trace())
    assert "at most" in heatmap.config["off"]
    assert not heatmap.config["local"]
    assert not [name for name in heatmap.arrays if name.startswith("space.")]
