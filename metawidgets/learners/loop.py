"""The loop around every learner, written once: adapt it, trace it, score it, and take its meta-gradient."""

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

import metawidgets
from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.learners.base import Learner, State, Support
from metawidgets.learners.expected import expect_dimensions, expect_episode, expect_learner, expect_ways, sized
from metawidgets.learners.losses import probabilities, task_losses, task_metrics
from metawidgets.learners.over_threads import check_of_tasks, n_workers, over_threads
from metawidgets.learners.probes import probe_grid
from metawidgets.traces import Recorder, Trace

__all__ = [
    "adapt",
    "differentiate",
    "evaluating",
    "meta_gradient",
    "meta_loss",
    "predict",
    "probe_grid",
    "states",
    "support_of",
    "tasks",
    "trace",
]

Task = tuple[Support, Tensor, Tensor]
AnyLearner = TypeVar("AnyLearner", bound=Learner)
LossOf = Callable[[AnyLearner, Support, Tensor, Tensor], tuple[Tensor, Tensor]]


def as_tensor(learner: Learner, x: np.ndarray) -> Tensor:
    """Items or targets on the learner's device: uint8 images as fractions of full ink, labels as they are."""
    one = next(learner.parameters(), None)
    return _tensor(x, torch.device("cpu") if one is None else one.device, learner.dtype if one is None else one.dtype)


def _tensor(x: np.ndarray, device: torch.device, dtype: torch.dtype) -> Tensor:
    if x.dtype == np.int64:
        return torch.tensor(x, device=device)
    tensor = torch.tensor(x).to(device, dtype)
    return tensor / 255 if x.dtype == np.uint8 else tensor


def support_of(learner: Learner, episode: Episode | EpisodeBatch) -> Support:
    """The support set (or stacked support sets) as tensors.

    Raises:
        LearnerError, EpisodeError: if it is no learner, no episode, or one of items that the learner's network cannot take.
    """
    if expect_learner(learner) and expect_episode(episode) and isinstance(episode, Episode):
        expect_dimensions(learner, episode)
    return Support(as_tensor(learner, episode.support_x), as_tensor(learner, episode.support_y), episode.n_way)


@contextmanager
def evaluating(learner: Learner) -> Iterator[None]:
    """Evaluation mode and no gradients, restored afterwards: adapting leaves the module as it was."""
    expect_learner(learner)
    training = learner.training
    learner.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        learner.train(training)


def states(learner: Learner, support: Support) -> Iterator[State]:
    """Every state, the one before any adaptation first."""
    state = learner.init(support)
    yield state
    for t in range(learner.n_steps(support)):
        state = learner.step(state, support, t)
        yield state


def adapt(learner: Learner, episode: Episode) -> State:
    """The learner's state after it has seen the support set (the inner loop); the learner itself does not change.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    with sized(learner, episode), evaluating(learner):
        return learner.adapted(support_of(learner, episode))


def predict(learner: Learner, episode: Episode) -> Float[np.ndarray, "query way"]:
    """Probabilities of the queries' classes, or predicted targets, after adaptation.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    with sized(learner, episode), evaluating(learner):
        support = support_of(learner, episode)
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        outputs = learner.readout(learner.adapted(support), query_x)["outputs"]
        return _numpy(outputs if episode.is_regression else probabilities(outputs))


def trace(learner: Learner, episode: Episode, *, probe: Shaped[np.ndarray, "probe *item"] | None = None) -> Trace:
    """Adapt and record every state.

    Args:
        probe: further items to record `probe_outputs` of; by default a grid for curves and 2-D points (see `probe_grid`),
            nothing for images.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    recorder, support = Recorder(), support_of(learner, episode)
    probe = probe_grid(episode) if probe is None else probe
    with sized(learner, episode), evaluating(learner):
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        support_x = learner.encode(support.x, support)
        probe_x = None if probe is None else learner.encode(as_tensor(learner, probe), support)
        for t, state in enumerate(states(learner, support)):
            recorder.add(
                **_record(learner, state, support, episode, query_x, support_x, probe_x),
                **_absorbed(learner, support, t),
            )
        layers = tuple(learner.parameter_groups(state))
    coords = {**learner.coords, **({"layer": layers} if layers else {})}
    return recorder.trace(learner.axis, episode, meta=describe(learner), coords=coords, probe=probe)


def _record(
    learner: Learner,
    state: State,
    support: Support,
    episode: Episode,
    query_x: Tensor,
    support_x: Tensor,
    probe_x: Tensor | None,
) -> dict[str, np.ndarray]:
    read, of_support = learner.readout_both(state, query_x, support_x)
    expect_ways(learner, read["outputs"].shape[-1], episode)
    query_y = as_tensor(learner, episode.query_y)
    found = {"outputs": read["outputs"], "support_outputs": of_support["outputs"]}
    found |= {name: read[name] for name in learner.channels if name in read}
    if "embeddings" in read:
        found.setdefault("support_embeddings", of_support["embeddings"])  # unless they are embedded in another way
    if probe_x is not None:
        found["probe_outputs"] = learner.readout(state, probe_x)["outputs"]
    for side, outputs, y in (("query", read["outputs"], query_y), ("support", of_support["outputs"], support.y)):
        found[f"{side}_loss"] = task_losses(outputs, y)
        if not episode.is_regression:
            found[f"{side}_accuracy"] = task_metrics(outputs, y)
    if not episode.is_regression:
        found["probabilities"] = probabilities(read["outputs"])
    groups, norm = learner.parameter_groups(state), learner.support_gradient_norm(state, support)
    if groups:
        found["parameter_distance"] = torch.stack([(now - start).norm() for now, start in groups.values()])
    if norm is not None:
        found["gradient_norm"] = norm
    return {name: _numpy(value) for name, value in found.items()}


def _absorbed(learner: Learner, support: Support, t: int) -> dict[str, np.ndarray]:
    return {"absorbed": (np.arange(len(support)) < t).astype(np.uint8)} if learner.axis != "inner_step" else {}


def describe(learner: Learner) -> dict[str, Any]:
    """What a trace, an evaluation and a checkpoint say of the learner: JSON-able."""
    from metawidgets.learners import ALL  # the registry imports the learners, which this loop must not need

    recorders: dict[str, list[str]] = {}
    for kind in ALL.values():
        for channel in kind.channels:
            recorders.setdefault(channel, []).append(kind.__name__)
    return {
        "learner": type(learner).__name__,
        "hyper": learner.hyper,
        "network": {"name": type(learner.network).__name__, **getattr(learner.network, "config", {})}
        if learner.network
        else None,
        "statistics": learner.statistics,
        "recorders": recorders,
        "versions": {
            "metawidgets": metawidgets.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }


class MetaGradient(NamedTuple):
    """Query loss and metric after adaptation, each averaged over the tasks of a meta-batch; the gradients lie in `.grad`."""

    loss: float
    metric: float


def meta_loss(learner: Learner, batch: EpisodeBatch) -> Float[Tensor, ""]:
    """The outer objective: query loss after adaptation, averaged over tasks; differentiable.

    `meta_gradient` gives the same gradients in memory that does not grow with the number of tasks.
    """
    losses = [_query_loss(learner, *task)[0] for task in tasks(learner, batch)]
    return torch.stack(losses).mean()


def meta_gradient(learner: Learner, batch: EpisodeBatch) -> MetaGradient:
    """Add the gradient of `meta_loss` to each parameter's `.grad`, one task after the other unless the learner takes them at once.

    A learner with its own `meta_gradient(batch)` (one whose outer update is no derivative of the query loss) is asked for it.
    """
    own = getattr(learner, "meta_gradient", None)
    return differentiate(learner, batch) if own is None else own(batch)


def differentiate(learner: AnyLearner, batch: EpisodeBatch, loss_of: LossOf[AnyLearner] | None = None) -> MetaGradient:
    """The same for `loss_of(learner, support, query_x, query_y) -> (loss, outputs)`, by default the query loss.

    On several threads each takes a share of the tasks. Gradients are added up share by share, in their order, so that the
    result depends on how many threads there are, and on nothing else.
    """
    todo, of, check = list(tasks(learner, batch)), loss_of or _query_loss, check_of_tasks()
    n = n_workers(learner, len(todo))
    parameters = [p for p in learner.parameters() if p.requires_grad]

    def share(module: AnyLearner, part: Sequence[Task]) -> tuple[list[Tensor | None], float, float]:
        total: list[Tensor | None] = [None] * len(parameters)
        loss = metric = 0.0
        for support, query_x, query_y in part:
            check()
            piece, outputs = of(module, support, query_x, query_y)
            gradients = torch.autograd.grad(piece / len(todo), parameters, allow_unused=True)
            total = [_sum(a, b) for a, b in zip(total, gradients, strict=True)]
            with torch.no_grad():
                loss += piece.item() / len(todo)
                metric += task_metrics(outputs, query_y).mean().item() / len(todo)
        return total, loss, metric

    parts = [share(learner, todo)] if n == 1 else over_threads(learner, [todo[i::n] for i in range(n)], share)
    for total, _, _ in parts:
        for p, gradient in zip(parameters, total, strict=True):
            p.grad = _sum(p.grad, gradient)
    return MetaGradient(sum(loss for _, loss, _ in parts), sum(metric for _, _, metric in parts))


def _sum(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    return b if a is None else a if b is None else a + b


def _query_loss(learner: Learner, support: Support, query_x: Tensor, query_y: Tensor) -> tuple[Tensor, Tensor]:
    outputs = learner.task_outputs(support, query_x)
    return learner.outer_loss(outputs, query_y), outputs


def tasks(learner: Learner, batch: EpisodeBatch) -> Iterator[tuple[Support, Tensor, Tensor]]:
    """Support, queries and their targets: of all tasks at once if the learner takes them so, of one after the other if not."""
    arrays = (batch.support_x, batch.support_y, batch.query_x, batch.query_y)
    like = (learner.device, learner.dtype)
    support_x, support_y, query_x, query_y = (_tensor(x, *like) for x in arrays)
    support, check = Support(support_x, support_y, batch.n_way), check_of_tasks()
    if learner.takes_tasks:
        check()
        yield support, query_x, query_y
        return
    for i in range(len(batch)):
        check()
        yield Support(support.x[i], support.y[i], support.n_way), query_x[i], query_y[i]


def _numpy(x: Tensor) -> np.ndarray:
    return x.detach().cpu().numpy()
