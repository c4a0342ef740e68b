"""How far the cheaper meta-gradients point the same way as the second-order one, on one meta-batch from one initialisation."""

import copy
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import nn

from metawidgets.analysis import cosine_similarity
from metawidgets.episodes import EpisodeBatch
from metawidgets.learners.anil import ANIL
from metawidgets.learners.gradient import GradientLearner
from metawidgets.learners.implicit_maml import ImplicitMAML
from metawidgets.learners.loop import meta_gradient
from metawidgets.learners.maml import MAML
from metawidgets.learners.reptile import Reptile

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """Meta-gradients of several learners and their cosines.

    Args:
        names: "second_order", "first_order", "reptile", "implicit", "anil".
        gradients: `(name, parameter)`, each flattened in the order of the network's parameters.
        cosines: `(name, name)`, in [-1, 1].
    """

    names: tuple[str, ...]
    gradients: Float[np.ndarray, "name parameter"]
    cosines: Float[np.ndarray, "name name"]


def agreement(
    network: nn.Module,
    batch: EpisodeBatch,
    *,
    inner_lr: float = 0.01,
    inner_steps: int = 1,
    proximal_strength: float = 2.0,
    cg_steps: int = 10,
    training: bool = True,
) -> Agreement:
    """Meta-gradients of MAML, first-order MAML, Reptile, implicit MAML and ANIL, all from `network` as it is; it does not change.

    Each takes `inner_steps` steps of `inner_lr` by plain gradient descent on whole sets, so that nothing but the
    gradients' definitions differs: MAML's are those of the query loss after steps on the support set, implicit MAML's after
    proximal steps on it, ANIL's are MAML's where the steps move the head alone, and Reptile's is the way that training on
    both together leads. With `training=False` the network
    is in evaluation mode: running averages, where it has some, stand in for the statistics of a batch.

    Raises:
        LearnerError: if the network cannot take these tasks, or an option is out of range.
    """
    options = {"inner_lr": inner_lr, "inner_steps": inner_steps}
    network = copy.deepcopy(network)
    kinds: dict[str, GradientLearner] = {
        "second_order": MAML(network, **options),
        "first_order": MAML(network, first_order=True, **options),
        "reptile": Reptile(network, inner_optimiser="sgd", **options),
        "implicit": ImplicitMAML(network, proximal_strength=proximal_strength, cg_steps=cg_steps, **options),
        "anil": ANIL(network, **options),
    }
    gradients = np.stack([_flat(learner.train(training), batch) for learner in kinds.values()])
    return Agreement(tuple(kinds), gradients, cosine_similarity(gradients, gradients))


def _flat(learner: GradientLearner, batch: EpisodeBatch) -> Float[np.ndarray, " parameter"]:
    learner.zero_grad(set_to_none=True)
    meta_gradient(learner, batch)
    found = [p.grad for p in learner.network.parameters() if p.grad is not None]
    return np.concatenate([g.detach().cpu().double().numpy().ravel() for g in found])
