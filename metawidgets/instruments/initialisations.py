"""One inner loop from several beginnings: what meta-training, pretraining and chance each leave to the gradient steps."""

import copy
from typing import TYPE_CHECKING, Any

from metawidgets.errors import LearnerError, did_you_mean

if TYPE_CHECKING:
    from torch import nn

    from metawidgets.learners import Learner

__all__ = ["initialisations"]


def initialisations(start: "str | Learner", *, seed: int = 0) -> "dict[str, Learner]":
    """Learners that differ in where their inner loop begins, and share its rate and steps, for `inner_loop_slider`.

    Args:
        start: a dataset whose trained learners come with the package ("sinusoids", "glyphs", "omniglot"): then the
            beginnings are MAML's, first-order MAML's, that of ordinary pretraining, and a random one. Or a gradient learner
            of yours: then it and its network made anew.
        seed: of the random initialisation.

    The pretrained network of a classification dataset has no head for an episode's classes: it gets one of zeros, and keeps
    its own batch statistics, rate and steps, since at MAML's rate it diverges. For functions its pretrained head goes on.

    Raises:
        LearnerError: if the dataset is unknown, or the learner takes no gradient steps or cannot be made anew.
    """
    from metawidgets import trained
    from metawidgets.instruments.inner_loop import adjusted
    from metawidgets.learners import GradientLearner, Learner

    if isinstance(start, Learner):
        if not isinstance(start, GradientLearner):
            raise LearnerError(
                f"{type(start).__name__} takes no gradient steps from an initialisation; give a gradient learner such as MAML."
            )
        return {f"meta-trained ({type(start).__name__})": start, "random": _random(start, seed)}
    endings = ("-maml", "-maml_first_order", "-finetune")
    known = [name.removesuffix("-maml") for name in trained.names() if name.endswith("-maml")]
    if start not in known:
        raise LearnerError(f"there are no trained initialisations for {start!r}; {did_you_mean(start, known)}")
    maml, first_order, pretrained = (trained.load(f"{start}{ending}") for ending in endings)
    assert isinstance(maml, GradientLearner)
    steps = maml.inner_steps if maml.test_steps is None else maml.test_steps
    same = {"inner_lr": maml.inner_lr, "inner_steps": steps}
    if getattr(pretrained, "head", None) is None:
        own = "It keeps its own rate and steps, since MAML's make it diverge."
        _noted(pretrained, f"trained on all classes at once; the head for these classes begins at zero. {own}")
    else:
        _noted(pretrained := adjusted(pretrained, **same), "trained on all functions at once.")
    return {
        "MAML": maml,
        "first-order MAML": adjusted(first_order, **same),
        "pretrained": pretrained,
        "random": _random(maml, seed, **same),
    }


def _random(learner: Any, seed: int, **settings: Any) -> "Learner":
    """The same network with the parameters that it would be made with, under the same inner loop."""
    from metawidgets.instruments.inner_loop import adjusted
    from metawidgets.learners import FromScratch

    steps = learner.inner_steps if learner.test_steps is None else learner.test_steps
    network = _anew(learner.network, seed)
    made = FromScratch(network, inner_lr=learner.inner_lr, inner_steps=steps)
    return _noted(adjusted(made.eval(), **settings), f"drawn with seed {seed}, trained on nothing.")


def _anew(network: "nn.Module", seed: int) -> "nn.Module":
    """A network like this one, its parameters drawn again; whatever else draws random numbers goes on as before."""
    import torch

    one = next(network.parameters())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = getattr(network, "config", None)
        if config is not None:
            made = type(network)(**config)
        else:
            made = copy.deepcopy(network)
            for module in made.modules():
                if not any(True for _ in module.parameters(recurse=False)):
                    continue
                if not hasattr(module, "reset_parameters"):
                    raise LearnerError(
                        f"{type(module).__name__} has no reset_parameters(), so that {type(network).__name__} cannot be made anew; "
                        "pass a mapping of learners that you made yourself."
                    )
                module.reset_parameters()  # pyright: ignore[reportCallIssue]
    return made.to(one.device, one.dtype)


def _noted(learner: "Learner", note: str) -> "Learner":
    object.__setattr__(learner, "note", note)
    return learner
