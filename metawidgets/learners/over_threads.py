"""Parallel work on a meta-batch: each thread gets a share of the tasks."""

import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import torch
from torch import Tensor

from metawidgets.learners.base import Learner

__all__ = ["between_tasks", "check_of_tasks", "n_workers", "over_threads"]

AnyLearner = TypeVar("AnyLearner", bound=Learner)
Task = TypeVar("Task")
Result = TypeVar("Result")

_BETWEEN: ContextVar[Callable[[], None]] = ContextVar("between_tasks", default=lambda: None)


@contextmanager
def between_tasks(check: Callable[[], None]) -> Iterator[None]:
    """Call `check()` before each task of a meta-batch inside this context, in all threads. It may raise to stop the work."""
    token = _BETWEEN.set(check)
    try:
        yield
    finally:
        _BETWEEN.reset(token)


def check_of_tasks() -> Callable[[], None]:
    """Return the function set by `between_tasks`. Call this before starting threads, since they do not see context variables."""
    return _BETWEEN.get()


def n_workers(learner: Learner, n_tasks: int) -> int:
    """Return the number of threads for these tasks: as many as PyTorch may use, and at most one per task.

    It is 1 on a GPU, and if one task changes the result of the next one, through running averages or the random numbers of dropout
    layers. (If a module draws random numbers in another way, their order depends on the threads.)
    """
    most = min(n_tasks, torch.get_num_threads())
    if most < 2:
        return 1
    changes = any(b.is_floating_point() for b in learner.buffers()) or any(
        isinstance(m, torch.nn.modules.dropout._DropoutNd) and m.p and m.training for m in learner.modules()
    )
    return 1 if changes or learner.device.type != "cpu" else most


def over_threads(
    learner: AnyLearner, shares: Sequence[Sequence[Task]], work: Callable[[AnyLearner, Sequence[Task]], Result]
) -> list[Result]:
    """Return the results of `work(module, share)` for all shares, in their order, each computed in its own thread.

    PyTorch uses a single thread within each of these threads: since the convolutions are small, two tasks at once are faster than
    one task on two threads. Each thread gets its own copy of the module, which shares the parameters, because `functional_call`
    replaces a network's parameters during the call. If the module cannot be copied, one thread works on all shares.
    """
    shared: dict[int, Tensor] = {id(t): t for t in (*learner.parameters(), *learner.buffers())}
    try:
        modules = [copy.deepcopy(learner, dict(shared)) for _ in shares]
    except (TypeError, RuntimeError):  # the module contains a lock, an open file, or a tensor with a graph
        return [work(learner, share) for share in shares]
    with ThreadPoolExecutor(len(shares), initializer=lambda: torch.set_num_threads(1)) as pool:
        return list(pool.map(work, modules, shares))
