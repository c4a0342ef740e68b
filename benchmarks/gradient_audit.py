"""An audit of each library's meta-gradient in float64, compared with a plain double backward."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from jax_maml import jax_meta_gradient
from peer_libraries import META_GRADIENTS, vmapped_maml
from standard_networks import (
    Conv4,
    RecurrentHead,
    ResidualNet,
    Tasks,
    as_standard,
    copy_values,
    double_backward,
    matching_names,
    mlp,
)
from suites import OURS, VMAP, characters, conv4_maml, curves, meta_gradient, sinusoid_maml
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.episodes import EpisodeBatch
from metawidgets.learners import Learner

__all__ = ["audit", "largest_error"]


def largest_error(exact: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> float:
    """Return the largest error of a tensor, as a Euclidean norm relative to the exact tensor's norm."""
    return max(((found[name] - g).norm() / g.norm()).item() for name, g in exact.items())


def audit(peers: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, float | str]]]:
    """Yield for each piece of work its name, and for each contender the largest error or the reason why it failed."""
    images, points = characters(5, 1, 3, 3), curves(10, 6)
    torch.manual_seed(3)
    for downsample in ("pool", "stride"):
        for steps in (1, 3):
            learner, standard = conv4_maml(downsample, 16, steps), Conv4(downsample, 5, 16)
            yield f"conv4 {downsample}, steps: {steps}", _errors(peers, learner, standard, images)
    for kind in (ResidualNet, RecurrentHead):
        learner = learners.MAML(kind(5, 16), inner_lr=0.1, inner_steps=2)
        yield f"{kind.__name__}, steps: 2", _errors(peers, learner, kind(5, 16), images)
    yield "MLP, steps: 5", _errors(peers, sinusoid_maml(5), mlp(), points)


def _errors(
    peers: Mapping[str, Any], learner: Learner, standard: nn.Module, batch: EpisodeBatch
) -> dict[str, float | str]:
    assert isinstance(learner, learners.MAML)
    learner, standard = learner.double().train(), standard.double()
    copy_values(standard, learner.network)
    tasks, rule = Tasks.of(batch, torch.float64), (learner.inner_steps, learner.inner_lr)
    ours = matching_names(standard, learner.network)
    exact = double_backward(standard, tasks, *rule, tasks.loss)
    exact = {
        name: exact[name] for name in ours.values()
    }  # leaves out biases before a norm, whose gradient is exactly 0

    def our_gradients() -> dict[str, Tensor]:
        meta_gradient(learner, batch)
        return {ours[name]: as_standard(name, _gradient(p)) for name, p in learner.network.named_parameters()}

    def their_gradients(run: Callable[[], None]) -> dict[str, Tensor]:
        run()
        return {name: _gradient(p) for name, p in standard.named_parameters()}

    contenders: dict[str, Callable[[], dict[str, Tensor]]] = {OURS: our_gradients}
    for name, run in META_GRADIENTS.items():
        if name in peers:
            contenders[name] = lambda run=run, library=peers[name]: their_gradients(
                lambda: run(library, standard, tasks, *rule, tasks.loss)
            )
    if isinstance(standard, nn.Sequential) and "jax" in peers:
        run_jax = jax_meta_gradient(peers["jax"], standard, tasks, *rule)
        contenders["jax"] = lambda: {name: torch.tensor(np.asarray(g).T) for name, g in run_jax().items()}
    contenders[VMAP] = lambda: their_gradients(lambda: vmapped_maml(standard, tasks, *rule, tasks.loss))
    return {name: _error(exact, gradients) for name, gradients in contenders.items()}


def _error(exact: Mapping[str, Tensor], gradients: Callable[[], dict[str, Tensor]]) -> float | str:
    try:
        return largest_error(exact, gradients())
    except Exception as error:  # the table reports a library's failure
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:160]}"


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.detach()
