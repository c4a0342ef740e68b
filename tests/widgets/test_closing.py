"""A component that was shown and closed leaves nothing behind: no comm, no thread, no object."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import comm
import pytest
from ipywidgets import Layout

from metawidgets import widgets
from metawidgets.widgets import Component, Selection
from metawidgets.widgets.chart_view import VegaRuntime
from tests.widgets.examples import EXAMPLES, trace


def open_comms() -> set[str]:
    return set(comm.get_comm_manager().comms)


@pytest.mark.quick_cases("EpisodeView", "EmbeddingMap", "Quiz")
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_closed_component_leaves_nothing(name: str) -> None:
    def shown_and_closed() -> "weakref.ref[Component]":
        component = EXAMPLES[name]()
        component._repr_mimebundle_()
        assert len(open_comms() - before) >= 2  # at least the component and its layout
        component.close()
        return weakref.ref(component)

    VegaRuntime.shared()  # the widget with Vega stays, because all charts share it
    gc.collect()
    before, threads = open_comms(), threading.active_count()
    gone = shown_and_closed()
    gc.collect()
    assert gone() is None
    assert open_comms() == before
    assert threading.active_count() == threads


def test_a_restored_component_leaves_nothing() -> None:
    saved = widgets.EpisodeView(trace().episode)
    before = open_comms()
    widgets.EpisodeView.from_dict(saved.to_dict()).close()
    assert open_comms() == before


@pytest.mark.parametrize("first", [0, 1])
def test_a_selection_lives_as_long_as_somebody_holds_it(first: int) -> None:
    before = open_comms()
    one = widgets.EpisodeView(trace().episode)
    selection = one.selection
    assert isinstance(selection, Selection)
    two = widgets.PrototypeHeatmap(trace(), selection=selection)
    pair = [one, two]
    pair.pop(first).close()
    assert selection.comm is not None
    pair.pop().close()
    assert selection.comm is None
    assert open_comms() == before


def test_what_the_caller_made_is_the_callers_to_close() -> None:
    selection, layout = Selection(), Layout(width="50%")
    widgets.EpisodeView(trace().episode, selection=selection, layout=layout).close()
    assert selection.comm is not None
    assert layout.comm is not None


def test_closing_ends_the_work() -> None:
    component = widgets.EmbeddingMap(trace())
    begun, calls = threading.Event(), []

    def work(progress: Callable[..., Any]) -> None:
        while True:
            calls.append(progress("working", None))
            begun.set()

    component.background.start(work)
    begun.wait(10)
    component.close()
    assert component.background.wait(10)
    component.close()  # closing again does nothing
