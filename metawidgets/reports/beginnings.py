"""What a learner's adaptation is measured against: the same inner loop, or the same comparison, from other parameters."""

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
    """Learners to be shown beside `learner` on the episode, and for those that there are not the reasons.

    Args:
        kinds: of `KINDS`. "random" is the learner itself with parameters that nothing has trained. "first-order" is first-order
            MAML with its rate and steps. "pretrained" is a network trained on all classes (or functions) at once: fine-tuned,
            where the learner takes gradient steps, and else compared by its class means.
        trained_on: the dataset of the last two, whose trained learners come with the package.
        seed: of the random parameters.

    Raises:
        LearnerError: if a kind is none of `KINDS`.
    """
    from metawidgets.evaluation import score

    found: dict[str, Learner] = {}
    missing: dict[str, str] = {}
    for kind in dict.fromkeys(kinds):
        if kind not in KINDS:
            raise LearnerError(f"unknown baseline {kind!r}; {did_you_mean(kind, KINDS)}")
        try:
            name, made = _made(learner, kind, trained_on, seed)
            score(made, episode)
        except MetawidgetsError as error:
            missing[kind] = str(error)
        else:
            found[name] = made
    return found, missing


def _made(learner: "Learner", kind: str, trained_on: str, seed: int) -> "tuple[str, Learner]":
    from metawidgets import trained
    from metawidgets.instruments import initialisations
    from metawidgets.instruments.inner_loop import adjusted
    from metawidgets.learners import GradientLearner
    from metawidgets.learners.pretrained import Pretrained

    kind_of = type(learner).__name__
    gradient = isinstance(learner, GradientLearner)
    if kind == "random":
        return "random", initialisations(learner, seed=seed)["random"] if gradient else _anew(learner, seed)
    if kind == "pretrained" and isinstance(learner, Pretrained):
        raise LearnerError(f"{kind_of} is pretrained itself.")
    if kind == "first-order" and not gradient:
        raise LearnerError(f"{kind_of} has no initialisation that was trained for gradient steps.")
    if kind == "first-order" and learner.hyper.get("first_order"):
        raise LearnerError(f"this {kind_of} is of first order itself.")
    ending = "maml_first_order" if kind == "first-order" else "finetune" if gradient else "pretrained_centroid"
    if f"{trained_on}-{ending}" not in trained.names():
        raise LearnerError(f"no learner {trained_on}-{ending} comes with the package.")
    if not gradient:
        return "pretrained", trained.load(f"{trained_on}-{ending}")
    made = initialisations(trained_on)[{"first-order": "first-order MAML"}.get(kind, kind)]
    if kind == "first-order" or getattr(made, "head", None) is not None:  # a head of zeros has a rate of its own
        steps = learner.inner_steps if learner.test_steps is None else learner.test_steps
        made = adjusted(made, inner_lr=learner.inner_lr, inner_steps=steps)
    return {"first-order": "first-order MAML"}.get(kind, kind), made


def _anew(learner: "Learner", seed: int) -> "Learner":
    """The same learner with the parameters that it would be made with."""
    import torch

    network = learner.network
    config = getattr(network, "config", None)
    if not any(True for _ in learner.parameters()):
        raise LearnerError(f"{type(learner).__name__} has no parameters that could be others.")
    if network is not None and config is None:
        raise LearnerError(f"a {type(network).__name__} does not say how it was made, so that it cannot be made anew.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        own = () if network is None else (type(network)(**(config or {})),)
        return type(learner)(*own, **learner.hyper).to(learner.device, learner.dtype).eval()
