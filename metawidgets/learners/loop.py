"""The loops around every learner: adapt it, trace it, predict with it, and compute its meta-gradient."""

import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

import metawidgets
from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.errors import LearnerError
from metawidgets.learners.argument_checks import expect_learner, expect_ways
from metawidgets.learners.attention_kernels import attention_with_two_derivatives
from metawidgets.learners.base import Learner, State, Support
from metawidgets.learners.imported import described, made_by
from metawidgets.learners.losses import probabilities, task_losses, task_metrics
from metawidgets.learners.network_errors import sized
from metawidgets.learners.over_threads import check_of_tasks, n_workers, over_threads
from metawidgets.learners.probes import probe_grid
from metawidgets.learners.tensors import Task, as_tensor, support_of, tasks
from metawidgets.records import Recorder, Trace

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

AnyLearner = TypeVar("AnyLearner", bound=Learner)
LossOf = Callable[[AnyLearner, Support, Tensor, Tensor], tuple[Tensor, Tensor]]


@contextmanager
def evaluating(learner: Learner) -> Iterator[None]:
    """Turn on evaluation mode and turn off gradients inside this context; the mode is restored afterwards."""
    expect_learner(learner)
    training = learner.training
    learner.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        learner.train(training)


def states(learner: Learner, support: Support) -> Iterator[State]:
    """Yield every state, starting with the state before adaptation."""
    state = learner.init(support)
    yield state
    for t in range(learner.n_steps(support)):
        state = learner.step(state, support, t)
        yield state


def adapt(learner: Learner, episode: Episode) -> State:
    """Return the learner's state after the support set (the inner loop). The learner itself does not change.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    with sized(learner, episode), evaluating(learner):
        return learner.adapted(support_of(learner, episode))


def predict(learner: Learner, episode: Episode) -> Float[np.ndarray, "query way"]:
    """Return the queries' class probabilities, or their predicted targets, after adaptation.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    with sized(learner, episode), evaluating(learner):
        support = support_of(learner, episode)
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        outputs = learner.readout(learner.adapted(support), query_x)["outputs"]
        return _numpy(outputs if episode.is_regression else probabilities(outputs))


def trace(
    learner: Learner,
    episode: Episode,
    *,
    probe: Shaped[np.ndarray, "probe *item"] | None = None,
    record: Collection[int] | None = None,
) -> Trace:
    """Adapt the learner to the episode and record every state.

    Args:
        probe: further items whose `probe_outputs` are recorded; by default a grid for curves and 2-D points (see `probe_grid`),
            and nothing for images.
        record: the states to record; 0 is the state before adaptation, `None` records all. A trace of some states lists them
            in `meta["states"]`. Record only some states of a large episode: it can have thousands, of several megabytes each.

    Raises:
        LearnerError: if the learner cannot take this episode, or has no such states.
    """
    support = support_of(learner, episode)
    probe = probe_grid(episode) if probe is None else probe
    with sized(learner, episode), evaluating(learner):
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        support_x = learner.encode(support.x, support)
        probe_x = None if probe is None else learner.encode(as_tensor(learner, probe), support)
        query_y = as_tensor(learner, episode.query_y)
        n_steps, state = learner.n_steps(support), learner.init(support)
        wanted, recorder = _states_to_record(record, n_steps), Recorder()
        at_once = learner.read_all(support, query_x, probe_x) if record is None else None
        if at_once is not None:
            expect_ways(learner, at_once["outputs"].shape[-1], episode)
            at_once |= _scores(at_once, support, query_y)
        for t in range(n_steps + 1 if at_once is None else 0):
            if t in wanted:
                state = learner.with_gradient(state, support)
                read = _read(learner, state, support, episode, query_x, support_x, probe_x)
                found = {name: _numpy(value) for name, value in (read | _scores(read, support, query_y)).items()}
                recorder.add(**found, **_absorbed(learner, support, t))
            if t < n_steps:
                state = learner.step(state, support, t)
        layers = tuple(learner.parameter_groups(state))
    coords = {**learner.coords, **({"layer": layers} if layers else {})}
    meta = describe(learner) | ({} if record is None else {"states": {"recorded": list(wanted), "of": n_steps}})
    if at_once is not None:
        channels = {name: _numpy(value) for name, value in at_once.items()}
        return Trace(learner.axis, channels, episode, meta, coords, probe)
    return recorder.trace(learner.axis, episode, meta=meta, coords=coords, probe=probe)


def _states_to_record(record: Collection[int] | None, n_steps: int) -> Sequence[int]:
    if record is None:
        return range(n_steps + 1)
    given = list(record) if isinstance(record, Iterable) else [record]
    whole = all(isinstance(t, int | np.integer) and not isinstance(t, bool) and 0 <= t <= n_steps for t in given)
    if not given or not whole:
        raise LearnerError(
            f"record={record!r:.80} names no states to record; give some of 0 to {n_steps}, or None for all."
        )
    return sorted({int(t) for t in given})


def _read(
    learner: Learner,
    state: State,
    support: Support,
    episode: Episode,
    query_x: Tensor,
    support_x: Tensor,
    probe_x: Tensor | None,
) -> dict[str, Tensor]:
    """Return the channels of one state, but for its losses and scores."""
    read, of_support = learner.readout_both(state, query_x, support_x)
    expect_ways(learner, read["outputs"].shape[-1], episode)
    found = {"outputs": read["outputs"], "support_outputs": of_support["outputs"]}
    found |= {name: read[name] for name in learner.channels if name in read}
    if "embeddings" in read:
        # A learner that embeds support items differently has already returned them.
        found.setdefault("support_embeddings", of_support["embeddings"])
    if probe_x is not None:
        found["probe_outputs"] = learner.readout(state, probe_x)["outputs"]
    groups, norm = learner.parameter_groups(state), learner.support_gradient_norm(state, support)
    if groups:
        found["parameter_distance"] = torch.stack([(now - start).norm() for now, start in groups.values()])
    if norm is not None:
        found["gradient_norm"] = norm
    return found


def _scores(read: Mapping[str, Tensor], support: Support, query_y: Tensor) -> dict[str, Tensor]:
    """Return the losses and scores of one state, or of all states that are stacked in the channels."""
    found: dict[str, Tensor] = {}
    for side, outputs, y in (("query", read["outputs"], query_y), ("support", read["support_outputs"], support.y)):
        y = y.expand(*outputs.shape[:-2], *y.shape)
        found[f"{side}_loss"] = task_losses(outputs, y)
        if support.n_way:
            found[f"{side}_accuracy"] = task_metrics(outputs, y)
    if support.n_way:
        found["probabilities"] = probabilities(read["outputs"])
    return found


def _absorbed(learner: Learner, support: Support, t: int) -> dict[str, np.ndarray]:
    return {"absorbed": (np.arange(len(support)) < t).astype(np.uint8)} if learner.axis != "inner_step" else {}


def describe(learner: Learner) -> dict[str, Any]:
    """Return a JSON-able description of the learner for traces, evaluations and checkpoints."""
    # Imported here, because the registry imports the learners, and they import this module
    from metawidgets.learners import ALL

    recorders: dict[str, list[str]] = {}
    for kind in ALL.values():
        for channel in kind.channels:
            recorders.setdefault(channel, []).append(kind.__name__)
    return {
        "learner": type(learner).__name__,
        "title": learner.title,
        **made_by(learner),
        "hyper": learner.hyper,
        "network": None if learner.network is None else described(learner.network),
        "statistics": learner.statistics,
        "transductive": learner.transductive,
        "distance_rule": None if learner.distance_rule is None else learner.distance_rule._asdict(),
        "recorders": recorders,
        "versions": {
            "metawidgets": metawidgets.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }


class MetaGradient(NamedTuple):
    """Loss and metric of a meta-batch, averaged over its tasks. The meta-gradient itself is in the parameters' `.grad`.

    Args:
        loss: query loss after adaptation, in nats or as squared error.
        metric: query accuracy, or mean squared error.
    """

    loss: float
    metric: float


def meta_loss(learner: Learner, batch: EpisodeBatch) -> Float[Tensor, ""]:
    """Return the outer objective: the query loss after adaptation, averaged over tasks, differentiable.

    `meta_gradient` computes its gradient in memory that does not grow with the number of tasks.
    """
    with attention_with_two_derivatives(learner):
        losses = [_query_loss(learner, *task)[0] for task in tasks(learner, batch)]
    return torch.stack(losses).mean()


def meta_gradient(learner: Learner, batch: EpisodeBatch) -> MetaGradient:
    """Add the gradient of `meta_loss` to each parameter's `.grad`. Tasks are processed one by one, or all at once if the learner can.

    A learner whose outer update is not the gradient of the query loss has its own method `meta_gradient(batch)`, called instead.
    """
    own = getattr(learner, "meta_gradient", None)
    with attention_with_two_derivatives(learner):
        return differentiate(learner, batch) if own is None else own(batch)


def differentiate(learner: AnyLearner, batch: EpisodeBatch, loss_of: LossOf[AnyLearner] | None = None) -> MetaGradient:
    """Add the gradient of the mean loss over tasks to each parameter's `.grad`.

    `loss_of(learner, support, query_x, query_y)` returns a task's loss and the outputs. The default is the query loss. Each thread
    gets a share of the tasks. The gradients of shares are added in a fixed order, so that rounding depends only on the number of
    threads.
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


def _numpy(x: Tensor) -> np.ndarray:
    return x.detach().cpu().numpy()
