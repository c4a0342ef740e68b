"""MemoryView without a browser: the items in each slot, the attention of each query, the arrays sent, and the summary."""

import io

import numpy as np
import pytest
from PIL import Image

from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.widgets import MemoryView, Selection
from metawidgets.widgets.memory_view.attribution import (
    chosen_heads,
    empty_slots,
    items_taken_in,
    read_shares,
    slot_contents,
    slot_item_weights,
)
from metawidgets.widgets.memory_view.picture import shown_trace
from tests.widgets.examples import HOSTILE, trace
from tests.widgets.made_memory import (
    attended,
    attention,
    everything,
    kept,
    large_attention,
    large_memory,
    made,
    memory,
    remembered,
)
from tests.widgets.made_traces import absorbing, deciding, sine


def test_what_slots_hold_by_hand():
    m = remembered()
    holding = slot_item_weights(m["write_weights"], m["erased"], [-1, 0, 1, 2], 3)
    np.testing.assert_allclose(holding[1], [[0.75, 0, 0], [0.25, 0, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(
        holding[2], [[0.75, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    )  # item 1 replaced item 0 in slot 1
    np.testing.assert_allclose(holding[3], [[0, 0, 0.5], [0, 1, 0.5], [0, 0, 0], [0, 0, 0]])
    assert empty_slots(holding[3], m["write_weights"]).tolist() == [False, False, True, True]
    assert slot_contents(holding[3, 1]) == [(1, pytest.approx(2 / 3)), (2, pytest.approx(1 / 3))]


def test_holdings_are_what_rebuilds_the_memory():
    """The memory is linear in the keys: the items' weights in the slots times their keys give the memory, after any writes."""
    rng = np.random.default_rng(0)
    writes, erased = rng.random((9, 5)), (rng.random((9, 5)) < 0.3).astype(float)
    writes[0] = erased[0] = 0
    keys, memory = rng.normal(size=(8, 3)), np.zeros((5, 3))
    for t in range(1, 9):
        memory = memory * (1 - erased[t])[:, None] + np.outer(writes[t], keys[t - 1])
    np.testing.assert_allclose(slot_item_weights(writes, erased, [-1, *range(8)], 8)[-1] @ keys, memory)


def test_reading_is_divided_among_items_itself_and_nothing():
    view = MemoryView(memory())
    shares = read_shares(view.unpack(), view.config, 3, 0, "all")
    assert shares is not None
    # Slot 0 contains item 2; item 1 has two thirds of slot 1
    np.testing.assert_allclose(shares.items, [0, 0.2, 0.5], atol=1e-4)
    assert shares.itself == pytest.approx(0.2, abs=1e-4)  # the least used slot is cleared for the query
    assert shares.empty == pytest.approx(0.1, abs=1e-4)


@pytest.mark.parametrize(
    ("head", "heads", "items", "itself"),
    [
        ("all", [0, 1, 2, 3], [(1 / 3 + 0 + 1 + 0.5) / 4, 1 / 12, (1 / 3 + 1) / 4], 0.125),
        ("layer:0", [0, 1], [1 / 6, 1 / 6, 1 / 6 + 0.5], 0),
        ("layer:1", [2, 3], [0.75, 0, 0], 0.25),
        ("head:3", [3], [0.5, 0, 0], 0.5),
        ("head:9", [0, 1, 2, 3], [(1 / 3 + 0 + 1 + 0.5) / 4, 1 / 12, (1 / 3 + 1) / 4], 0.125),
        ("<b>", [0, 1, 2, 3], [(1 / 3 + 0 + 1 + 0.5) / 4, 1 / 12, (1 / 3 + 1) / 4], 0.125),
    ],
)
def test_attention_of_a_layer_a_head_or_their_mean(head, heads, items, itself):
    view = MemoryView(attention())
    assert chosen_heads(view.config, head).tolist() == heads
    shares = read_shares(view.unpack(), view.config, 3, 2, head)
    assert shares is not None
    np.testing.assert_allclose(shares.items, items, atol=1e-4)
    assert shares.itself == pytest.approx(itself, abs=1e-4)


def test_heads_are_grouped_by_layer_as_their_names_tell():
    assert MemoryView(attention()).config["head_groups"] == [["layer 1", [0, 1]], ["layer 2", [2, 3]]]
    assert MemoryView(trace("attention")).config["head_groups"] == [["likeness", [0]], ["recency", [1]]]
    one = made({"attention": attended()["attention"][:, :1]}, learner="MatchingNetwork")
    assert MemoryView(one).config["head_names"] == ["attention"]


def test_which_item_a_step_took_in():
    assert items_taken_in(np.array([[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 0]]), 4, 3) == [-1, 1, 0, -1]
    assert items_taken_in(np.array([[0, 0], [1, 1]]), 2, 2) == [-1, -1]  # the step read two items
    assert items_taken_in(None, 4, 3) == [-1, 0, 1, 2]
    assert items_taken_in(None, 6, 3) == [-1] * 6


def test_the_summary_says_what_was_written_read_and_answered():
    view = MemoryView(memory())
    assert view.step == 3
    assert view.summary() == (
        "MANN: memory and hidden state, 3-way 1-shot. Memory writes: 3 of 3. "
        f"This step read item 2 ({HOSTILE}). Slot 0 holds 100 % item 2 ({HOSTILE}); 2 of 4 slots hold mostly one item. "
        "The hidden state changed by 0.927. "  # sqrt(0.1^2 + 0.9^2 + 0.2^2)
        f"Query 5 reads from item 2 ({HOSTILE}) 50 %, item 1 (beth) 20 %, itself 20 %, empty slots 10 %. "
        f"Predicted aleph 90 %, true class {HOSTILE} 5 %."
    )
    view.slot = 1
    assert f"Slot 1 holds 67 % item 1 (beth), 33 % item 2 ({HOSTILE});" in view.summary()
    view.slot, view.query, view.step = 3, 0, 1
    assert "Slot 3 is empty; 2 of 4 slots" in view.summary()
    assert view.summary().endswith("Predicted aleph 52 %, which is right.")
    view.step = 0
    assert "Query 0 reads from itself 40 %, empty slots 60 %." in view.summary()


def test_the_query_told_of_is_the_selected_one_or_else_the_last_or_the_hardest():
    selection = Selection("tiles/class1/q3")
    view = MemoryView(attention(), selection=selection)
    assert "Query 3 attends to (mean of 4 heads) item 0 (aleph) 46 %" in view.summary()
    selection.selected = "tiles/class1/s1"
    assert "Query 5 attends" in view.summary()  # the query with the worst prediction
    view.query = 2
    assert "Query 2 attends" in view.summary()
    view.head = "head:1"
    assert f"Query 2 attends to (layer 1 head 2) item 2 ({HOSTILE}) 100 %." in view.summary()


@pytest.mark.parametrize(("step", "same_as"), [(99, 3), (-5, 0)])
def test_a_step_beyond_the_record_is_the_nearest_one(step, same_as):
    assert MemoryView(memory(), step=step).summary() == MemoryView(memory(), step=same_as).summary()


@pytest.mark.parametrize("other", [absorbing, deciding, sine])
def test_a_learner_that_keeps_nothing_is_refused_by_naming_those_that_do(other):
    given = other()
    bare = Trace(
        given.axis, given.channels, given.episode, {"learner": "ProtoNet", "recorders": {"hidden": ["MANN", "LSTM"]}}
    )
    with pytest.raises(TraceError, match=r"ProtoNet records no memory, hidden state or attention .* do: LSTM, MANN"):
        MemoryView(bare)
    with pytest.raises(TraceError, match="Trace a learner that records one of them"):
        MemoryView(Trace(given.axis, given.channels, given.episode))


def test_numbers_travel_in_16_bits_and_close_to_what_they_were():
    given = large_memory(16, 10, 7)
    view = MemoryView(given)
    sent, scales = view.unpack(), view.config["scales"]
    for name, kind in (("memory", np.int16), ("read_weights", np.uint16)):
        assert sent[name].dtype == kind
        np.testing.assert_allclose(sent[name] * scales[name], given[name], atol=2e-5 * np.abs(given[name]).max())
    broken = remembered()
    broken["memory"] = broken["memory"].copy()
    broken["memory"][2, 1, 0] = np.nan
    assert MemoryView(made(broken)).unpack()["memory"].dtype == np.float32


def test_more_queries_than_a_page_can_carry_are_thinned_class_by_class(monkeypatch):
    monkeypatch.setattr("metawidgets.widgets.memory_view.component._MOST", 4 * 4 * 6 * 3 // 2)
    view = MemoryView(attention())
    assert view.config["episode"]["query_ids"] == ["tiles/class0/q0", "tiles/class1/q2", "tiles/class2/q4"]
    assert view.config["note"] == "3 of 6 queries are shown."
    assert view.unpack()["attention"].shape == (4, 4, 3, 3)
    assert "Query 0 attends" in view.summary()


def test_a_memory_that_is_never_emptied_keeps_all():
    without = {name: a for name, a in remembered().items() if name != "erased"}
    view = MemoryView(made(without))
    assert "Slot 0 holds 60 % item 0 (aleph), 40 %" in view.summary()


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(
    "make", [memory, attention, everything, lambda: made(kept()), lambda: trace("memory"), lambda: trace("attention")]
)
def test_pictures_of_every_kind(make):
    view, pictures = MemoryView(make()), set()
    for step in (0, len(make()) - 1):
        view.step = step
        pictures.add(view.png())
    for view.shown in ("reads", "usage", "nonsense"):
        pictures.add(view.png())
    assert len(pictures) == (4 if "write_weights" in make() else 2)  # an unknown `shown` shows the writes
    assert min(Image.open(io.BytesIO(picture)).width for picture in pictures) > 1000


def test_a_picture_is_drawn_of_the_numbers_sent():
    given = memory()
    shown = shown_trace(MemoryView(given)._state())
    for name in ("write_weights", "memory", "usage"):
        np.testing.assert_allclose(shown[name], given[name], atol=2e-4 * np.abs(given[name]).max())
    view = MemoryView(attention())
    every = attention()["attention"]
    np.testing.assert_allclose(shown_trace(view._state())["attention"], every.mean(1, keepdims=True), atol=1e-4)
    view.head = "head:1"
    np.testing.assert_allclose(shown_trace(view._state())["attention"], every[:, 1:2], atol=1e-4)


def test_a_picture_of_many_queries_keeps_the_one_that_is_shown():
    view = MemoryView(large_attention(queries=10))  # too many cells for a picture
    view.query = 33
    shown = shown_trace(view._state())
    assert len(shown.episode.query_y) == 15
    assert view.config["episode"]["query_ids"][33] in map(str, shown.episode.query_items)
    assert len(set(shown.episode.query_y.tolist())) == 5


def test_a_picture_of_what_is_not_finite():
    broken = remembered() | kept()
    for name in ("memory", "hidden"):
        broken[name] = broken[name].copy()
        broken[name][2].flat[:2] = np.nan, np.inf
    assert len(MemoryView(made(broken)).png()) > 1000


@pytest.mark.slow
def test_the_largest_still_make_small_pictures():
    for given in (large_memory(), large_attention()):
        assert len(MemoryView(given).png()) < 300_000


def test_a_regression_is_told_by_its_numbers():
    given = sine()
    n, q = len(given.episode.support_x), len(given.episode.query_x)
    shape = (n + 1, 1, q, n)
    weights = np.where(np.arange(n) < np.arange(n + 1)[:, None, None, None], 1 / n, 0) * np.ones(shape)
    outputs = np.zeros((n + 1, q, 1), np.float32)
    view = MemoryView(
        Trace("context_example", {"attention": weights, "outputs": outputs}, given.episode, {"learner": "InContext"})
    )
    assert view.summary().startswith("InContext: attention, 5-shot regression. Support examples absorbed: 5 of 5.")
    assert "Predicted 0, target " in view.summary()
    assert len(view.png()) > 1000


def test_shares_a_selection_and_keeps_its_state():
    selection = Selection()
    view = MemoryView(memory(), selection=selection, slot=2, shown="usage", order="value")
    assert view.selection is selection
    back = MemoryView.from_dict(view.to_dict())
    assert (back.slot, back.shown, back.order, back.head, back.rows, back.query) == (
        2,
        "usage",
        "value",
        "all",
        "heads",
        -1,
    )
