"""A comparison of meta-gradients: the cosines between MAML's and cheaper methods', on one meta-batch from one initialisation."""

import copy
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import nn

from metawidgets.analysis import cosine_similarity
from metawidgets.episodes import EpisodeBatch
from metawidgets.learners.loop import meta_gradient
from metawidgets.learners.optimisation_based.anil import ANIL
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.implicit_maml import ImplicitMAML
from metawidgets.learners.optimisation_based.maml import MAML
from metawidgets.learners.optimisation_based.reptile import Reptile

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """The meta-gradients of several learners, with the cosines between them.

    Args:
        names: "second_order", "first_order", "reptile", "implicit", "anil".
        gradients: `(name, parameter)`, flattened in the order of the network's parameters.
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
    """Compute the meta-gradients of MAML, first-order MAML, Reptile, implicit MAML and ANIL at the parameters of `network`.

    All inner loops take `inner_steps` steps of plain gradient descent with rate `inner_lr`, each on the whole set, so that
    only the definition of the gradient differs. MAML differentiates the query loss after steps on the support set, implicit
    MAML after proximal steps on it, and ANIL after steps that move the head alone. Reptile takes the start minus the end of
    training on support and queries together. With `training=False` the network is in evaluation mode: it uses its running
    averages, if it has some, instead of batch statistics. The network itself does not change.

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
