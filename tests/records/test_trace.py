"""Traces: the fixed table of channels, shapes that must agree, error messages, and files."""

from pathlib import Path

import numpy as np
import pytest

from metawidgets.errors import TraceError
from metawidgets.records import CHANNELS, Recorder, Trace
from tests.episodes.test_episode import curve, episode


def trace(**channels: np.ndarray) -> Trace:
    given = {"outputs": np.zeros((3, 2, 2)), "query_loss": np.arange(3.0), **channels}
    return Trace(
        "inner_step",
        given,
        episode(),
        meta={"learner": "MAML", "recorders": {"distances": ["ProtoNet"]}},
        coords={"layer": ("w",)},
    )


def test_channels_are_documented() -> None:
    for name, channel in CHANNELS.items():
        assert channel.help, name
        assert channel.unit, name
        assert set(channel.axes) <= {
            "query",
            "support",
            "way",
            "feature",
            "layer",
            "probe",
            "head",
            "context",
            "slot",
            "unit",
        }


def test_reading() -> None:
    t = trace()
    assert len(t) == 3
    assert "outputs" in t
    assert t.coords["way"] == ("a", "b")
    assert t.loss_unit == "nats"
    assert Trace("inner_step", {"query_loss": np.zeros(2)}, curve()).loss_unit == "squared error"
    with pytest.raises(ValueError, match="read-only"):
        t["outputs"][0] = 1


def test_a_missing_channel_is_explained() -> None:
    with pytest.raises(TraceError) as caught:
        trace()["distances"]
    for part in ("MAML records no 'distances'", "holds outputs, query_loss", "Learners that do: ProtoNet"):
        assert part in str(caught.value)
    with pytest.raises(TraceError, match="there is no channel 'distance'; did you mean 'distances'"):
        trace()["distance"]


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ({"logits": np.zeros((3, 2, 2))}, "unknown channel 'logits'"),
        ({"outputs": np.zeros((3, 2))}, "its axes are"),
        ({"outputs": np.zeros((4, 2, 2))}, "'query_loss' has 3 along 'step', where 4 are expected"),
        ({"outputs": np.zeros((3, 5, 2))}, "has 5 along 'query', where 2 are expected"),
        ({"parameter_distance": np.zeros((3, 2))}, "has 2 along 'layer', where 1 are expected"),
    ],
)
def test_shapes_must_agree(channels: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(TraceError, match=message):
        trace(**channels)


def test_unknown_axis() -> None:
    with pytest.raises(TraceError, match="unknown axis 'inner_steps'; did you mean 'inner_step'"):
        Trace("inner_steps", {}, episode())


def test_there_and_back(tmp_path: Path) -> None:
    t = trace(distances=np.full((3, 2, 2), np.nan))
    back = Trace.load(t.save(tmp_path / "trace.npz"))
    assert back.axis == t.axis
    assert dict(back.meta) == dict(t.meta)
    assert dict(back.coords) == dict(t.coords)
    assert set(back.channels) == set(t.channels)
    assert all(np.array_equal(back[n], t[n], equal_nan=True) for n in t.channels)
    assert back.episode.support_items == t.episode.support_items
    probed = Trace("inner_step", {"probe_outputs": np.zeros((2, 4, 1))}, curve(), probe=np.zeros((4, 1)))
    again = Trace.load(probed.save(tmp_path / "probed.npz")).probe
    assert again is not None
    assert again.shape == (4, 1)


def test_files_that_are_no_trace(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="is not a saved trace"):
        Trace.load(episode().save(tmp_path / "episode.npz"))
    path = trace().save(tmp_path / "t.npz")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(TraceError, match="truncated"):
        Trace.load(path)


def test_recorder() -> None:
    recorder = Recorder()
    with pytest.raises(TraceError, match="nothing was recorded"):
        recorder.trace("inner_step", episode())
    for t in range(3):
        recorder.add(query_loss=float(t))
    assert recorder.trace("inner_step", episode())["query_loss"].tolist() == [0, 1, 2]
    with pytest.raises(TraceError, match="other channels than the first: support_loss"):
        recorder.add(query_loss=1.0, support_loss=2.0)
