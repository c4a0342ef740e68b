"""The tasks of a meta-batch over threads: each has one of its own, with a share of the tasks."""

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
    """Within, `check()` is called before each task of a meta-batch, also in the threads that share it: it may raise to end it."""
    token = _BETWEEN.set(check)
    try:
        yield
    finally:
        _BETWEEN.reset(token)


def check_of_tasks() -> Callable[[], None]:
    """What is to be called before each task here; ask in the thread that called, since others do not know."""
    return _BETWEEN.get()


def n_workers(learner: Learner, n_tasks: int) -> int:
    """Into how many shares to cut the tasks: one a thread that PyTorch may use; 1 where threads would get in each other's way.

    That is on a GPU, and where a task changes what the next one finds: running averages, and the random numbers of dropout
    layers. (A module that draws random numbers in another way gets them in whatever order the threads come.)
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
    """`work(module, share)` for all shares at once, each in a thread with one intra-op thread, in the order of the shares.

    Two tasks side by side beat one task on two threads: its convolutions are small. To call a network with other parameters
    is to swap its own for a moment, so each thread gets a module of its own, which holds the very same parameters. A module
    that cannot be copied takes the shares one after the other.
    """
    shared: dict[int, Tensor] = {id(t): t for t in (*learner.parameters(), *learner.buffers())}
    try:
        modules = [copy.deepcopy(learner, dict(shared)) for _ in shares]
    except (TypeError, RuntimeError):  # it holds a lock, an open file, or a tensor that was computed
        return [work(learner, share) for share in shares]
    with ThreadPoolExecutor(len(shares), initializer=lambda: torch.set_num_threads(1)) as pool:
        return list(pool.map(work, modules, shares))
