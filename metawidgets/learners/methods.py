"""Methods that are no learners: any function `episode -> probabilities`, such as one that fits a scikit-learn classifier, or stored
predictions. They can be scored and compared. They have no states, so they cannot be traced or trained."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, Self

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.files.tensors import read_arrays, write_arrays
from metawidgets.learners.base import Learner, State, Support
from metawidgets.learners.imported import path_of

__all__ = ["Method", "Predictions", "as_learner", "content_key", "takes_episodes"]

_FORMAT = "metawidgets.predictions/1"


class Method(Learner):
    """A function of whole episodes in the place of a learner, for scores and comparisons.

    Args:
        function: gets an `Episode` and returns the probabilities of its queries, `(query, way)`; for regression the predicted
            targets, `(query, target)`. It must not read `query_y`.
        title: the name to show; by default the function's own.
    """

    axis = "write"
    meta_trained = False

    def __init__(self, function: Callable[[Episode], Any], title: str = "") -> None:
        super().__init__()
        self.function = function
        self.title = title or getattr(function, "__name__", type(function).__name__)

    @property
    def hyper(self) -> dict[str, Any]:
        path = path_of(self.function) if hasattr(self.function, "__qualname__") else ""
        return {"function": path or self.title, **getattr(self.function, "keywords", {})}  # of functools.partial

    def answers(self, episode: Episode) -> Float[np.ndarray, "query output"]:
        """Call the function, and check what it returns.

        Raises:
            LearnerError: if the result has another shape, or holds numbers that are no probabilities.
        """
        return _checked(self.function(episode), episode, self.title)

    def n_steps(self, support: Support) -> NoReturn:
        raise LearnerError(
            f"{self.title!r} answers whole episodes and has no states to record or to train; "
            "give it to evaluate or learner_arena, or write a subclass of Learner."
        )

    def init(self, support: Support) -> NoReturn:
        self.n_steps(support)

    def step(self, state: State, support: Support, t: int) -> NoReturn:
        self.n_steps(support)

    def readout(self, state: State, x: Tensor) -> NoReturn:
        raise LearnerError(f"{self.title!r} answers whole episodes; give it to evaluate or learner_arena.")


class Predictions:
    """Stored predictions, one array for each episode. They are found by the episode's content: its items and its support labels.

    Args:
        stored: arrays by the `content_key` of their episode.
        title: the name to show.
    """

    def __init__(self, stored: Mapping[str, np.ndarray], title: str = "predictions") -> None:
        self.stored, self.title = MappingProxyType(dict(stored)), title
        self.__name__ = title

    @classmethod
    def of(cls, episodes: Iterable[Episode], predictions: Iterable[Any], title: str = "predictions") -> Self:
        """Store one array of probabilities `(query, way)`, or of predicted targets, for each episode.

        Raises:
            LearnerError: if the numbers of episodes and arrays differ, or an array is wrong.
        """
        episodes, predictions = list(episodes), list(predictions)
        if len(episodes) != len(predictions):
            raise LearnerError(
                f"got {len(episodes)} episodes and {len(predictions)} arrays of predictions; give one array for each episode."
            )
        pairs = zip(episodes, predictions, strict=True)
        return cls({content_key(e): _checked(p, e, title) for e, p in pairs}, title)

    def __call__(self, episode: Episode) -> np.ndarray:
        found = self.stored.get(content_key(episode))
        if found is None:
            drawn = f"with seed {episode.seed}" if episode.seed else "made by hand"
            raise LearnerError(
                f"{self.title!r} has no predictions for the episode {drawn}, {episode!r}; "
                "add them, or score only the stored episodes (an arena with shots=() asks for no other shots)."
            )
        return found

    def __repr__(self) -> str:
        return f"Predictions({self.title!r}, {len(self.stored)} episodes)"

    def save(self, path: str | Path) -> Path:
        """Write a safetensors file, or an `.npz` if the path ends so. Return the path."""
        return write_arrays(path, self.stored, json.dumps({"format": _FORMAT, "title": self.title}))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote; nothing is unpickled.

        Raises:
            LearnerError: if the file is missing, damaged or holds something else.
        """
        arrays, plain = read_arrays(path, LearnerError)
        if plain.get("format") != _FORMAT:
            raise LearnerError(f"{path} holds no predictions; give a file that Predictions.save wrote.")
        return cls(arrays, str(plain.get("title", "predictions")))


def content_key(episode: Episode) -> str:
    """Return a digest of what a method may see of an episode: support items, their labels, and query items, in order."""
    digest = hashlib.sha256()
    for a in (episode.support_x, episode.support_y, episode.query_x):
        digest.update(f"{a.dtype} {a.shape};".encode())
        digest.update(np.ascontiguousarray(a).data)
    return digest.hexdigest()[:32]


def as_learner(value: Any) -> Any:
    """Return a function of episodes as a `Method`, and anything else as it is."""
    is_function = callable(value) and not isinstance(value, nn.Module | type)
    return Method(value) if is_function else value


def takes_episodes(make: Callable[..., Any]) -> bool:
    """Return whether a function is a method: its only parameter without a default is `episode`."""
    if isinstance(make, type):
        return False
    needed = [
        name
        for name, p in signature(make).parameters.items()
        if p.default is Parameter.empty and p.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    ]
    return needed == ["episode"]


def _checked(value: Any, episode: Episode, title: str) -> Float[np.ndarray, "query output"]:
    shape = (len(episode.query_y), episode.output_dim)
    try:
        found = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value, np.float64)
    except (TypeError, ValueError) as error:
        raise LearnerError(f"{title!r} returned a {type(value).__name__} ({error}); return an array {shape}.") from None
    if found.shape != shape:
        what = "target" if episode.is_regression else "class, in the order of class_names"
        raise LearnerError(
            f"{title!r} returned an array of shape {found.shape}, and this episode needs {shape}: one row for each query, "
            f"one column for each {what}."
        )
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found).all(1))[0])
        raise LearnerError(f"{title!r} returned {found[row].tolist()} for query {row}; return finite numbers.")
    if not episode.is_regression:
        off = (np.abs(found.sum(1) - 1) > 1e-3) | (found < 0).any(1)
        if off.any():
            row = int(np.flatnonzero(off)[0])
            raise LearnerError(
                f"{title!r} returned {np.round(found[row], 4).tolist()} for query {row}, which are no probabilities; "
                "return numbers from 0 that sum to 1 over the classes, such as the softmax of logits."
            )
    return found
