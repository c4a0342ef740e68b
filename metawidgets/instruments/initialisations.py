"""Learners that share one inner loop and differ in the initialisation: meta-trained, pretrained or random."""

import copy
from typing import TYPE_CHECKING, Any

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.instruments.inner_loop import adjusted

if TYPE_CHECKING:
    from torch import nn

    from metawidgets.learners import Learner

__all__ = ["initialisations"]


def initialisations(start: "str | Learner", *, seed: int = 0) -> "dict[str, Learner]":
    """Return learners with different initialisations and the same inner rate and steps, for `inner_loop_slider`.

    The pretrained network of a classification dataset has no head for an episode's classes, so it gets a head of zeros. It also
    keeps its own batch statistics, rate and steps, because it diverges at MAML's rate. A pretrained regression network keeps its
    head.

    Args:
        start: a dataset whose trained learners come with the package ("sinusoids", "glyphs", "omniglot"), or your own gradient
            learner. A dataset gives four initialisations: MAML, first-order MAML, ordinary pretraining and random. Your
            learner gives two: itself, and its network with random parameters.
        seed: seed of the random initialisation.

    Raises:
        LearnerError: if the dataset is unknown, or the learner takes no gradient steps or cannot be initialised again.
    """
    # torch loads slowly
    from metawidgets import trained
    from metawidgets.learners import GradientLearner, Learner
    from metawidgets.learners.transfer.pretrained import Pretrained

    if isinstance(start, Learner):
        if not isinstance(start, GradientLearner):
            raise LearnerError(
                f"{type(start).__name__} takes no gradient steps from an initialisation; give a gradient learner such as MAML."
            )
        return {f"meta-trained ({start.title})": start, "random": _random(start, seed)}
    endings = ("-maml", "-maml_first_order", "-finetune")
    known = [name.removesuffix("-maml") for name in trained.names() if name.endswith("-maml")]
    if start not in known:
        raise LearnerError(f"there are no trained initialisations for {start!r}; {did_you_mean(start, known)}")
    maml, first_order, pretrained = (trained.load(f"{start}{ending}") for ending in endings)
    assert isinstance(maml, GradientLearner)
    steps = maml.inner_steps if maml.test_steps is None else maml.test_steps
    same = {"inner_lr": maml.inner_lr, "inner_steps": steps}
    assert isinstance(pretrained, Pretrained)
    if pretrained.head is None:
        own = "It keeps its own rate and steps, because it diverges at MAML's rate."
        _noted(pretrained, f"trained on all classes at once; the head for these classes starts from zeros. {own}")
    else:
        _noted(pretrained := adjusted(pretrained, **same), "trained on all functions at once.")
    return {
        "MAML": maml,
        "first-order MAML": adjusted(first_order, **same),
        "pretrained": pretrained,
        "random": _random(maml, seed, **same),
    }


def _random(learner: Any, seed: int, **settings: Any) -> "Learner":
    """Return a learner with the same network and inner loop, and random parameters."""
    from metawidgets.learners import FromScratch  # torch loads slowly

    steps = learner.inner_steps if learner.test_steps is None else learner.test_steps
    network = _reinitialised(learner.network, seed)
    made = FromScratch(network, inner_lr=learner.inner_lr, inner_steps=steps)
    return _noted(adjusted(made.eval(), **settings), f"drawn with seed {seed}, not trained.")


def _reinitialised(network: "nn.Module", seed: int) -> "nn.Module":
    """Return a network like this one with newly drawn parameters. PyTorch's global random state does not change."""
    # torch loads slowly
    import torch

    from metawidgets.learners.networks.interface import config_of

    one = next(network.parameters())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = config_of(network)
        if config is not None:
            made = type(network)(**config)
        else:
            made = copy.deepcopy(network)
            for module in made.modules():
                if not any(True for _ in module.parameters(recurse=False)):
                    continue
                if not hasattr(module, "reset_parameters"):
                    raise LearnerError(
                        f"{type(module).__name__} has no reset_parameters(), so {type(network).__name__} cannot be initialised again; "
                        "pass a mapping of learners that you made yourself."
                    )
                module.reset_parameters()  # pyright: ignore[reportCallIssue]
    return made.to(one.device, one.dtype)


def _noted(learner: "Learner", note: str) -> "Learner":
    object.__setattr__(learner, "note", note)
    return learner
