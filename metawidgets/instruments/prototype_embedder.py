"""The embeddings of a prototypical learner, for components that recompute its prototypes in the browser."""

from typing import TYPE_CHECKING

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets.episode_builder import PrototypeEmbedder

__all__ = ["prototype_embedder"]

_CLOSE = 1e-3


def prototype_embedder(learner: "Learner", episode: Episode) -> "PrototypeEmbedder":
    """Return a function that embeds items with `learner`. Check first, on `episode`, that embeddings do not depend on the support.

    Raises:
        LearnerError: if `learner` does not declare that it compares queries with class means (`Learner.distance_rule`), or if its
            embedding of an item depends on the support set.
    """
    # torch and ipywidgets load slowly
    import torch

    from metawidgets.learners.argument_checks import expect_learner
    from metawidgets.learners.loop import evaluating
    from metawidgets.learners.tensors import as_tensor, support_of
    from metawidgets.widgets.base.distances import METRIC_NAMES
    from metawidgets.widgets.episode_builder import PrototypeEmbedder

    expect_learner(learner)
    name, rule = learner.title, learner.distance_rule
    if rule is None or rule.reference != "class_mean" or rule.metric not in METRIC_NAMES:
        raise _refusal(name, "it does not compare queries with class means")

    def embed_beside(x: np.ndarray, beside: Episode) -> np.ndarray:
        support = support_of(learner, beside)
        with evaluating(learner), torch.no_grad():
            state = learner.adapted(support)
            encoded = learner.encode(as_tensor(learner, x), support)
            read = learner.readout(state, encoded)
        return read.get("embeddings", encoded).detach().flatten(1).cpu().numpy()

    # A user's network does not declare whether embeddings depend on the support set, so compare two support sets.
    turned = Episode(
        episode.support_x[:1], episode.support_y[:1], episode.query_x, episode.query_y, episode.class_names
    )
    queries = embed_beside(episode.query_x, episode)
    if not _alike(queries, embed_beside(episode.query_x, turned)):
        raise _refusal(name, "its embedding of an item depends on the support set")
    return PrototypeEmbedder(name, rule.metric, episode.item_shape, lambda x: embed_beside(x, episode))


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return not a.size or bool(np.abs(a - b).max() <= _CLOSE * (1 + np.abs(a).max()))


def _refusal(name: str, why: str) -> LearnerError:
    return LearnerError(
        f"{name} cannot predict in an episode builder, because {why}; give a learner such as ProtoNet, "
        "or trace yours on builder.episode."
    )
