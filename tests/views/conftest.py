"""The fixed traces that views are tested on: images, points, a curve, and one for each kind of internal state."""

from pathlib import Path

import pytest

from metawidgets.records import Trace

DATA = Path(__file__).parents[1] / "data"
NAMES = ("prototypes", "regions", "curve", "attention", "relations", "memory", "rates")


@pytest.fixture(scope="session")
def traces() -> dict[str, Trace]:
    return {name: Trace.load(DATA / f"{name}.npz") for name in NAMES}


@pytest.fixture
def prototypes(traces: dict[str, Trace]) -> Trace:
    """ProtoNet-like: 4 classes of images with 2, 1, 2 and 1 shots, 16 queries, one support item a step."""
    return traces["prototypes"]


@pytest.fixture
def regions(traces: dict[str, Trace]) -> Trace:
    """MAML-like: 3 classes of points, 12 support items, 18 queries, five gradient steps."""
    return traces["regions"]


@pytest.fixture
def curve(traces: dict[str, Trace]) -> Trace:
    """MAML-like: a sinusoid, 10 support points, 12 queries, ten gradient steps."""
    return traces["curve"]


@pytest.fixture
def attention(traces: dict[str, Trace]) -> Trace:
    """SNAIL-like: 3 classes of images with 2, 1 and 2 shots, 9 queries, heads "likeness" and "recency"."""
    return traces["attention"]


@pytest.fixture
def relations(traces: dict[str, Trace]) -> Trace:
    """Relation-network-like: 3 classes of images with 1, 2 and 2 shots, 9 queries."""
    return traces["relations"]


@pytest.fixture
def memory(traces: dict[str, Trace]) -> Trace:
    """MANN-like: 3 classes of images with 2, 2 and 1 shots, 9 queries, ten slots of six numbers, seven units."""
    return traces["memory"]


@pytest.fixture
def rates(traces: dict[str, Trace]) -> Trace:
    """MAML-like: 2 classes of points, three gradient steps with learned rates of three tensors."""
    return traces["rates"]
