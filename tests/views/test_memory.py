"""Charts of a memory and of a state, cell by cell."""

import re

import numpy as np
import pytest

from metawidgets import views
from metawidgets.records import Trace
from metawidgets.views import theme

from .scenes import group_of, items, marks_at, texts


def _cells(spec: dict, n: int, pattern: str) -> dict[tuple[str, ...], float]:
    """Return each cell's number, by the parts of its text that `pattern` finds before the number."""
    found = [re.fullmatch(pattern, cell["description"]) for cell in group_of(marks_at(spec), "rect", n)]
    return {m.groups()[:-1]: float(m.groups()[-1]) for m in found if m}


def test_writes_stand_at_their_step_and_slot(memory: Trace) -> None:
    cells = _cells(views.memory_writes(memory, step=2).to_dict(), 10 * 6, r"slot (\d+) at step (\d+): (.*)")
    assert len(cells) == 60
    for (slot, step), shown in cells.items():
        assert shown == pytest.approx(100 * memory["write_weights"][int(step), int(slot)], rel=1e-3)
    for t in range(1, 6):
        assert sum(v for (_, step), v in cells.items() if step == str(t)) == pytest.approx(100, abs=0.1)


def test_each_write_stands_over_the_class_of_its_item(memory: Trace) -> None:
    marks = marks_at(views.memory_writes(memory).to_dict())
    symbols = sorted(group_of(marks, "symbol", 5), key=lambda s: s["x"])
    assert [s["shape"] for s in symbols] == [theme.class_shape(c) for c in memory.episode.support_y]


def test_the_frame_stands_at_the_step(memory: Trace) -> None:
    spec = views.memory_writes(memory).to_dict()
    places = [
        next(r["x"] for r in items(marks_at(spec, t), "rect") if r.get("stroke") == theme.FRAME) for t in range(6)
    ]
    np.testing.assert_allclose(np.diff(places), places[1] - places[0])


def test_contents_and_usage_of_the_step(memory: Trace) -> None:
    spec = views.memory_contents(memory, step=3).to_dict()
    cells = _cells(spec, 10 * 6, r"slot (\d+), number (\d+): (.*)")
    assert len(cells) == 60
    for (slot, number), shown in cells.items():
        assert shown == pytest.approx(memory["memory"][3, int(slot), int(number)], abs=1e-3)
    bars = _cells(spec, 10, r"slot (\d+), usage (.*)")
    for (slot,), shown in bars.items():
        assert shown == pytest.approx(memory["usage"][3, int(slot)], rel=1e-2)
    assert f"slot {memory['usage'][3].argmin()} is the least used" in " ".join(texts(marks_at(spec)))


def test_reads_of_a_query_sum_to_all_of_its_reading(memory: Trace) -> None:
    cells = _cells(views.memory_reads(memory, step=5).to_dict(), 9 * 10, r"(.*) of class .* reads slot (\d+): (.*) %")
    assert len(cells) == 90
    for i, query in enumerate(memory.episode.query_items):
        shown = [cells[str(query), str(slot)] for slot in range(10)]
        np.testing.assert_allclose(shown, 100 * memory["read_weights"][5, i], atol=6e-3)
        assert sum(shown) == pytest.approx(100, abs=0.06)


def test_units_stand_by_their_last_value(memory: Trace) -> None:
    cells = _cells(views.hidden_state(memory).to_dict(), 7 * 6, r"unit (\d+) at step (\d+): (.*)")
    assert len(cells) == 42
    for (unit, step), shown in cells.items():
        assert shown == pytest.approx(memory["hidden"][int(step), int(unit)], abs=1e-3)
    rows = list(dict.fromkeys(int(unit) for unit, _ in cells))
    assert rows == np.argsort(-memory["hidden"][-1], kind="stable").tolist()


def test_the_state_says_how_far_a_step_moved_it(memory: Trace) -> None:
    moved = np.linalg.norm(memory["hidden"][3] - memory["hidden"][2])
    title = " ".join(texts(marks_at(views.hidden_state(memory, step=3).to_dict())))
    assert f"changed the state by {moved:.3g}" in title


def test_of_many_units_the_liveliest(memory: Trace) -> None:
    hidden = np.zeros((6, 100))
    hidden[-1, 30:94] = np.linspace(1, 2, 64)
    trace = Trace(memory.axis, {"hidden": hidden}, memory.episode)
    spec = views.hidden_state(trace, step=5).to_dict()
    assert "The 64 of 100 units that change most." in " ".join(texts(marks_at(spec)))
    (rows,) = [rows for rows in spec["datasets"].values() if "row" in rows[0]]
    assert [row["row"] for row in rows] == [str(i) for i in range(93, 29, -1)]
