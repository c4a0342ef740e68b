"""Traces: a learner's adaptation to an episode, recorded at every step as frozen numpy arrays.

`CHANNELS` lists every quantity that a trace can hold. To record a new quantity, first add it there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError, did_you_mean
from metawidgets.files.tensors import read_arrays, write_arrays
from metawidgets.records.distance_rule import DistanceRule, distance_rule

__all__ = ["AXES", "CHANNELS", "Channel", "Recorder", "Trace"]


class Channel(NamedTuple):
    """One kind of recorded quantity: its axes after the leading step axis, its unit, and a description."""

    axes: tuple[str, ...]
    unit: str
    help: str


AXES = {
    "inner_step": "inner-loop step",
    "write": "memory write",
    "context_example": "support example absorbed",
}

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "outputs": Channel(
            ("query", "way"), "logit or target", "the learner's output for each query: logits, or the predicted target"
        ),
        "support_outputs": Channel(("support", "way"), "logit or target", "the learner's output for each support item"),
        "probe_outputs": Channel(
            ("probe", "way"),
            "logit or target",
            "the learner's output on the probe grid: the fitted curve or decision regions",
        ),
        "probabilities": Channel(
            ("query", "way"), "1", "softmax of outputs; 0 for a class with no support, uniform if no class has any"
        ),
        "query_loss": Channel((), "nat or squared target", "mean cross-entropy, or mean squared error, over queries"),
        "support_loss": Channel(
            (), "nat or squared target", "mean cross-entropy, or mean squared error, over support items"
        ),
        "query_accuracy": Channel((), "1", "fraction of queries whose largest probability is the true class"),
        "support_accuracy": Channel((), "1", "fraction of support items whose largest probability is the true class"),
        "gradient_norm": Channel(
            (), "loss per parameter", "Euclidean norm of the support loss's gradient at this step"
        ),
        "parameter_distance": Channel(
            ("layer",), "parameter", "Euclidean distance of each layer's parameters from their initialisation"
        ),
        "embeddings": Channel(("query", "feature"), "1", "query items in the learner's embedding space"),
        "support_embeddings": Channel(("support", "feature"), "1", "support items in the learner's embedding space"),
        "prototypes": Channel(
            ("way", "feature"),
            "1",
            "mean embedding of each class's support items read so far; NaN for a class with none",
        ),
        "distances": Channel(
            ("query", "way"),
            "of the metric",
            "distance from each query to each class, in the learner's metric; NaN for a class without support",
        ),
        "attention": Channel(
            ("head", "query", "context"),
            "1",
            "attention weight of each query on each support item, by head; rows sum to at most 1",
        ),
        "context_attention": Channel(
            ("head", "context"),
            "1",
            "attention weight of the support item read in this step on all items read so far; zeros before the first step",
        ),
        "memory": Channel(("slot", "feature"), "1", "contents of the external memory"),
        "usage": Channel(
            ("slot",), "1", "how recently each slot was read or written; the least used slot is overwritten next"
        ),
        "write_weights": Channel(("slot",), "1", "write weight of this step on each slot; zeros before the first step"),
        "erased": Channel(
            ("slot",), "1", "1 if this step cleared the slot before it wrote; zeros before the first step"
        ),
        "read_weights": Channel(("query", "slot"), "1", "read weight of each query on each slot"),
        "hidden": Channel(("unit",), "1", "the recurrent state"),
        "learned_rates": Channel(("layer",), "1", "mean learned inner rate of each layer"),
        "relation_scores": Channel(
            ("query", "way"),
            "1",
            "learned similarity of each query to each class, 0 to 1; NaN for a class without support",
        ),
        "absorbed": Channel(("support",), "1", "1 if the learner has read the support item by this step"),
    }
)


@dataclass(frozen=True, eq=False)
class Trace:
    """A learner's adaptation to one episode, recorded at every step.

    Args:
        axis: the meaning of one step, a key of `AXES`.
        channels: by name, an array `(step, *CHANNELS[name].axes)` for each channel; step 0 is before any adaptation.
        episode: the episode that was adapted to.
        meta: JSON-able: learner, hyper-parameters, batch-statistics policy, versions.
        coords: names along an axis; `way` holds the class names, `layer` the parameters' names.
        probe: inputs of `probe_outputs`, `(probe, *item)`: sorted x of a curve, or a square grid of points, row by row.

    Raises:
        TraceError: if a channel is unknown or its shape does not fit the others.
    """

    axis: str
    channels: Mapping[str, Shaped[np.ndarray, "step *axes"]]
    episode: Episode
    meta: Mapping[str, Any] = field(default_factory=dict)
    coords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    probe: Shaped[np.ndarray, "probe *item"] | None = None

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise TraceError(f"unknown axis {self.axis!r}; {did_you_mean(self.axis, AXES)}")
        channels = {name: np.ascontiguousarray(a) for name, a in self.channels.items()}
        for name, a in channels.items():
            if name not in CHANNELS:
                raise TraceError(f"unknown channel {name!r}; {did_you_mean(name, CHANNELS)}")
            _check_numbers(f"channel {name!r}", a)
            channels[name] = a = a.view()
            a.setflags(write=False)
        if self.probe is not None:
            _check_numbers("probe", np.asarray(self.probe))
        coords = {k: tuple(map(str, v)) for k, v in self.coords.items()}
        if self.episode.class_names:
            coords["way"] = self.episode.class_names
        for name, value in (("channels", channels), ("coords", coords), ("meta", dict(self.meta))):
            object.__setattr__(self, name, MappingProxyType(value))
        self._check_shapes()

    def _check_shapes(self) -> None:
        sizes = {
            "support": len(self.episode.support_x),
            "query": len(self.episode.query_x),
            "way": self.episode.output_dim,
        }
        sizes |= {axis: len(names) for axis, names in self.coords.items()}
        if self.probe is not None:
            sizes["probe"] = len(self.probe)
        for name, a in self.channels.items():
            axes = ("step", *CHANNELS[name].axes)
            if a.ndim != len(axes):
                raise TraceError(f"channel {name!r} has shape {a.shape}; its axes are {axes}.")
            for axis, n in zip(axes, a.shape, strict=True):
                if sizes.setdefault(axis, n) != n:
                    raise TraceError(
                        f"channel {name!r} has {n} along {axis!r}, where {sizes[axis]} are expected; shape {a.shape}, axes {axes}."
                    )

    def __len__(self) -> int:
        """Return the number of recorded states: one before adaptation, and one per recorded step."""
        return len(next(iter(self.channels.values()), ()))

    def __contains__(self, name: str) -> bool:
        return name in self.channels

    def __getitem__(self, name: str) -> Shaped[np.ndarray, "step *axes"]:
        if name in self.channels:
            return self.channels[name]
        if name not in CHANNELS:
            raise TraceError(f"there is no channel {name!r}; {did_you_mean(name, CHANNELS)}")
        recorded, learner = ", ".join(sorted(self.channels)), self.learner
        others = self.meta.get("recorders", {}).get(name, ())
        cure = f"Learners that do: {', '.join(others)}." if others else "Trace a learner that records it."
        raise TraceError(f"{learner} records no {name!r} ({CHANNELS[name].help}). This trace holds {recorded}. {cure}")

    @property
    def learner(self) -> str:
        """The learner's title, such as "In-context transformer"."""
        return str(self.meta.get("title") or self.meta.get("learner", "this learner"))

    @property
    def distance_rule(self) -> DistanceRule | None:
        """The learner's rule for the distance between a query and a class; `None` if the learner declares no rule."""
        return distance_rule(self.meta)

    @property
    def states(self) -> Sequence[int]:
        """The step number of each recorded state, from 0. Some are missing if the trace recorded only a selection."""
        recorded, of = self._recorded
        return recorded if of else range(len(self))

    @property
    def n_steps(self) -> int:
        """Number of steps that the learner took, recorded or not."""
        return self._recorded[1] or len(self) - 1

    @property
    def _recorded(self) -> tuple[list[int], int]:
        """The recorded states and the number of steps from `meta`, or `([], 0)` if they are invalid, since `meta` may come from a file."""
        entry = self.meta.get("states")
        recorded, of = (entry.get("recorded"), entry.get("of")) if isinstance(entry, Mapping) else (None, None)
        if not isinstance(recorded, list) or not all(type(n) is int for n in (*recorded, of)):
            return [], 0
        fits = len(recorded) == len(self) and recorded == sorted(recorded)
        return (recorded, int(of or 0)) if fits else ([], 0)

    @property
    def loss_unit(self) -> str:
        return "squared error" if self.episode.is_regression else "nats"

    def __repr__(self) -> str:
        return f"Trace({self.learner}, {len(self)} states along {self.axis!r}, {', '.join(self.channels)})"

    def save(self, path: str | Path) -> Path:
        """Write a safetensors file with the episode at exactly this path, or an `.npz` if the path ends so. Return the path."""
        plain = {
            "format": "metawidgets.trace/1",
            "axis": self.axis,
            "episode": self.episode.to_dict(),
            "meta": dict(self.meta),
            "coords": {k: list(v) for k, v in self.coords.items()},
        }
        arrays = {f"channel.{k}": v for k, v in self.channels.items()}
        if self.probe is not None:
            arrays["probe"] = self.probe
        return write_arrays(path, arrays, json.dumps(plain))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, in this version or an earlier one; nothing is unpickled.

        Raises:
            TraceError: if the file is missing, truncated or not a trace.
            EpisodeError: if its episode is not valid.
        """
        arrays, plain = read_arrays(path, TraceError)
        if plain.get("format") != "metawidgets.trace/1":
            raise TraceError(f"{path} is not a saved trace; give a file that Trace.save wrote.")
        try:
            probe, episode = arrays.pop("probe", None), Episode.from_dict(plain["episode"])
            channels = {name.removeprefix("channel."): a for name, a in arrays.items()}
            if not isinstance(plain["meta"], dict) or not all(isinstance(v, list) for v in plain["coords"].values()):
                raise TypeError("'meta' or 'coords'")
            if any(len(a) == 0 for a in channels.values()):
                raise TypeError("a channel without any state")
            return cls(plain["axis"], channels, episode, plain["meta"], plain["coords"], probe)
        except (KeyError, TypeError, AttributeError) as error:
            raise TraceError(f"{path} has a missing or wrong entry, {error}; save the trace again.") from None


def _check_numbers(what: str, a: np.ndarray) -> None:
    if a.dtype.kind not in "biuf" or not a.ndim:
        raise TraceError(f"{what} is {a.dtype} {a.shape}; give an array of numbers with at least one axis.")


class Recorder:
    """A collector of one dictionary of arrays per state, which it stacks into a `Trace`."""

    def __init__(self) -> None:
        self._states: list[dict[str, np.ndarray]] = []

    def add(self, **channels: Any) -> None:
        """Record one state.

        Raises:
            TraceError: if this state has other channels than the states before it.
        """
        if self._states and channels.keys() != self._states[0].keys():
            odd = sorted(channels.keys() ^ self._states[0].keys())
            raise TraceError(
                f"state {len(self._states)} records other channels than the first: {', '.join(odd)}; record the same ones."
            )
        self._states.append({name: np.asarray(value) for name, value in channels.items()})

    def trace(self, axis: str, episode: Episode, **rest: Any) -> Trace:
        """Return the trace of all states so far.

        Raises:
            TraceError: if no state was recorded.
        """
        if not self._states:
            raise TraceError("nothing was recorded; call add() for each state first.")
        return Trace(
            axis, {name: np.stack([s[name] for s in self._states]) for name in self._states[0]}, episode, **rest
        )
