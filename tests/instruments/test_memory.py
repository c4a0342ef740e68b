"""The memory instrument with real learners."""

from typing import Any

import pytest

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import TraceError
from metawidgets.widgets import MemoryView, Selection


def episode(dataset: str = "gaussians", **spec: Any):
    spec = spec or {"n_way": 3, "k_shot": 2, "n_query": 2}
    return EpisodeSampler(datasets.load(dataset).source("test"), seed=1, **spec).episode(0)


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("mann", {"memory", "usage", "write_weights", "erased", "read_weights", "hidden"}),
        ("lstm", {"hidden"}),
        ("snail", {"attention", "context_attention"}),
        ("in_context", {"attention", "context_attention"}),
        ("matching", {"attention"}),
        ("matching_fce", {"attention"}),
    ],
)
def test_every_learner_that_keeps_something_is_shown(name, has):
    selection = Selection()
    view = instruments.memory_view(learners.build(name, item_shape=(2,), output_dim=3), episode(), selection=selection)
    everything = {
        "attention",
        "context_attention",
        "memory",
        "usage",
        "write_weights",
        "erased",
        "read_weights",
        "hidden",
    }
    assert set(view.unpack()) & everything == has
    assert view.selection is selection
    assert view.config["taken"] == [-1, 0, 1, 2, 3, 4, 5]
    assert "query" in view.summary().lower()


def test_a_memory_that_hears_labels_late_says_so():
    learner = learners.build("mann", item_shape=(2,), output_dim=3, label_offset=True)
    assert "Labels come one read late" in instruments.memory_view(learner, episode()).config["note"]


def test_functions_are_shown_too():
    learner = learners.build("in_context", item_shape=(1,), output_dim=1)
    view = instruments.memory_view(learner, episode("sinusoids", k_shot=4, n_query=3))
    assert "4-shot regression" in view.summary()


@pytest.mark.parametrize("name", ["protonet", "maml"])
def test_a_learner_that_keeps_nothing_is_refused(name):
    with pytest.raises(TraceError, match=r"no memory, hidden state or attention.*MANN.*MatchingNetwork"):
        instruments.memory_view(learners.build(name, item_shape=(2,), output_dim=3), episode())


def test_it_stands_on_the_bench_of_those_learners():
    bench = instruments.bench(learners.build("snail", item_shape=(2,), output_dim=3), episode())
    views = [part for part in bench.children if isinstance(part, MemoryView)]
    assert len(views) == 1
    assert views[0].selection is bench.children[0].selection
    bench = instruments.bench(learners.build("protonet", item_shape=(2,), output_dim=3), episode())
    assert not [part for part in bench.children if isinstance(part, MemoryView)]
