"""Errors about shapes, from deep inside a network, as one sentence that names the shapes of both sides."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.errors import LearnerError, MetawidgetsError
from metawidgets.learners.argument_checks import misfit
from metawidgets.learners.base import Learner
from metawidgets.learners.networks.interface import item_shape_of

__all__ = ["sized"]


@contextmanager
def sized(learner: Learner, episode: Episode | EpisodeBatch) -> Iterator[None]:
    """Turn a network's error about shapes into a `LearnerError` that names the shapes of both sides.

    If the network declares the shape of its items, that is compared. If not, two items are sent through it, to find the layer that
    refuses them, or to see that its output is not a row of numbers for each item. An error with another cause stays as it is.
    """
    tokens = isinstance(episode, Episode | EpisodeBatch) and episode.support_x.dtype == np.int32
    if tokens and not isinstance(learner.network, nn.Module):
        raise LearnerError(
            f"{type(learner).__name__} compares the numbers of raw items, and token ids are names, not numbers; use a learner "
            "whose network begins with nn.Embedding."
        )
    try:
        yield
    except (RuntimeError, IndexError, ValueError, AttributeError, TypeError) as error:
        if isinstance(error, MetawidgetsError) or not isinstance(learner.network, nn.Module):
            raise
        item_shape, made_for = episode.support_x.shape[-_rank(episode) :], item_shape_of(learner.network)
        if made_for is not None and made_for != item_shape:
            raise misfit(learner, made_for, item_shape) from error
        if why := _refused(learner, episode, item_shape):
            raise LearnerError(f"the network of this {type(learner).__name__} {why}") from error
        raise


def _rank(episode: Episode | EpisodeBatch) -> int:
    return episode.support_x.ndim - (1 if isinstance(episode, Episode) else 2)


def _refused(learner: Learner, episode: Episode | EpisodeBatch, item_shape: tuple[int, ...]) -> str:
    """Return what the network makes of two items, if it is not a row of numbers for each; else ""."""
    items = episode.support_x.reshape(-1, *item_shape)
    dtype = torch.int64 if items.dtype == np.int32 else learner.dtype
    x = torch.full((2, *item_shape), items.flat[0].item() if items.size else 0, dtype=dtype, device=learner.device)
    inside: list[tuple[nn.Module, Any]] = []  # the layers that have begun and not ended
    hooks = []
    network: nn.Module = learner.network  # type: ignore[assignment]
    for layer in network.modules():
        hooks.append(layer.register_forward_pre_hook(lambda layer, given: inside.append((layer, given))))
        hooks.append(layer.register_forward_hook(lambda *_: inside.pop() and None))
    training = network.training
    network.eval()  # changes no running statistics
    try:
        with torch.no_grad():
            found = network(x)
    except Exception:
        if not inside:
            return ""
        layer, given = inside[-1]
        if items.dtype == np.int32 and not isinstance(layer, nn.Embedding):
            return f"cannot take token ids: its layer {_described(layer)} needs numbers; give a network that begins with nn.Embedding."
        shape = tuple(given[0].shape) if given and isinstance(given[0], torch.Tensor) else ()
        return (
            f"cannot take items of shape {item_shape}: its layer {_described(layer)} refuses an input of shape {shape}; give a network "
            "for such items, or reshape them in its first layer (such as nn.Flatten())."
        )
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    if not isinstance(found, torch.Tensor):
        return f"returns a {type(found).__name__} for items of shape {item_shape}; it must return one tensor, (item, feature)."
    if not found.is_floating_point():
        return (
            "returns token ids, which have no distances and no gradients; give a network that begins with nn.Embedding."
        )
    if found.ndim != 2 or len(found) != 2:
        return (
            f"returns shape {tuple(found.shape)} for two items of shape {item_shape}, but a row of numbers for each is needed, (2, "
            f"feature); {'end it with nn.Flatten()' if found.ndim > 2 else 'keep the axis of the items'}."
        )
    return ""


def _described(layer: nn.Module) -> str:
    text = repr(layer)
    return text if len(text) < 100 and "\n" not in text else type(layer).__name__
