"""Baselines for a learner's adaptation: the same inner loop, or the same comparison with class means, with other parameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError, MetawidgetsError, did_you_mean

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["KINDS", "baselines"]

KINDS = ("first-order", "pretrained", "random")


def baselines(
    learner: "Learner", kinds: Sequence[str], episode: Episode, *, trained_on: str = "", seed: int = 0
) -> "tuple[dict[str, Learner], dict[str, str]]":
    """Return two dictionaries: learners to show beside `learner` on the episode, by name; and the reason for each kind left out.

    Args:
        kinds: entries of `KINDS`. "random" is the learner itself with untrained parameters. "first-order" is first-order MAML
            with the learner's inner learning rate and steps. "pretrained" is a network trained on all classes (or functions) at
            once. If the learner takes gradient steps, this network is fine-tuned; if not, it compares items with class means.
        trained_on: the dataset of "first-order" and "pretrained". Their trained learners come with the package.
        seed: seed of the random parameters.

    Raises:
        LearnerError: if a kind is not in `KINDS`.
    """
    from metawidgets.training.evaluation import score  # torch loads slowly

    found: dict[str, Learner] = {}
    missing: dict[str, str] = {}
    for kind in dict.fromkeys(kinds):
        if kind not in KINDS:
            raise LearnerError(f"unknown baseline {kind!r}; {did_you_mean(kind, KINDS)}")
        try:
            name, made = _baseline(learner, kind, trained_on, seed)
            score(made, episode)
        except MetawidgetsError as error:
            missing[kind] = str(error)
        else:
            found[name] = made
    return found, missing


def _baseline(learner: "Learner", kind: str, trained_on: str, seed: int) -> "tuple[str, Learner]":
    # torch loads slowly, and all of these load it
    from metawidgets import trained
    from metawidgets.instruments import initialisations
    from metawidgets.instruments.inner_loop import adjusted
    from metawidgets.learners import GradientLearner
    from metawidgets.learners.transfer.pretrained import Pretrained

    kind_of = type(learner).__name__
    gradient = isinstance(learner, GradientLearner)
    if kind == "random":
        return "random", initialisations(learner, seed=seed)["random"] if gradient else _untrained(learner, seed)
    if kind == "pretrained" and isinstance(learner, Pretrained):
        raise LearnerError(f"{kind_of} is pretrained itself.")
    if kind == "first-order" and not gradient:
        raise LearnerError(f"{kind_of} takes no gradient steps, so first-order MAML is not comparable.")
    if kind == "first-order" and learner.hyper.get("first_order"):
        raise LearnerError(f"this {kind_of} is a first-order learner itself.")
    ending = "maml_first_order" if kind == "first-order" else "finetune" if gradient else "pretrained_centroid"
    if f"{trained_on}-{ending}" not in trained.names():
        raise LearnerError(f"the package has no trained learner {trained_on}-{ending}.")
    if not gradient:
        return "pretrained", trained.load(f"{trained_on}-{ending}")
    made = initialisations(trained_on)[{"first-order": "first-order MAML"}.get(kind, kind)]
    has_head = isinstance(made, Pretrained) and made.head is not None
    if kind == "first-order" or has_head:  # a pretrained classifier starts from a zero head and keeps its own rate
        steps = learner.inner_steps if learner.test_steps is None else learner.test_steps
        made = adjusted(made, inner_lr=learner.inner_lr, inner_steps=steps)
    return {"first-order": "first-order MAML"}.get(kind, kind), made


def _untrained(learner: "Learner", seed: int) -> "Learner":
    """Return the same learner with new, untrained parameters."""
    # torch loads slowly, and learners load torch
    import torch

    from metawidgets.learners.networks.interface import config_of

    network = learner.network
    config = config_of(network)
    if not any(True for _ in learner.parameters()):
        raise LearnerError(f"{type(learner).__name__} has no parameters, so there is no untrained one.")
    if network is not None and config is None:
        raise LearnerError(
            f"a {type(network).__name__} has no `config`, so an untrained one cannot be made; give the network a `config`."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        own = () if network is None else (type(network)(**(config or {})),)
        return type(learner)(*own, **learner.hyper).to(learner.device, learner.dtype).eval()
