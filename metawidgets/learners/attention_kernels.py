"""The choice of the kernel that computes attention, for learners that differentiate it twice."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch.nn.attention import SDPBackend, sdpa_kernel

from metawidgets.learners.base import Learner

__all__ = ["attention_with_two_derivatives"]


@contextmanager
def attention_with_two_derivatives(learner: Learner) -> Iterator[None]:
    """For learners of second order, compute attention by its formula: the fused kernels have no second derivative.

    The choice of kernel belongs to the whole process, so it is made here, outside the threads of a meta-batch.
    """
    if not getattr(learner, "second_order", False):
        yield
        return
    with sdpa_kernel(SDPBackend.MATH):
        yield
