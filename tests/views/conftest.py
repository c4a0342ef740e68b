"""The fixed traces that views are tested on: images, points and a curve."""

from pathlib import Path

import pytest

from metawidgets.traces import Trace

DATA = Path(__file__).parents[1] / "data"
NAMES = ("prototypes", "regions", "curve")


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
