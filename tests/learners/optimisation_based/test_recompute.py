"""Recomputed steps give the same gradients as remembered ones."""

import torch
from torch import Tensor

from metawidgets.learners.optimisation_based.recompute import recomputed


def test_gradients_equal_those_of_the_plain_step() -> None:
    torch.manual_seed(0)
    p, rate, data = (torch.randn(4, dtype=torch.float64, requires_grad=i < 2) for i in range(3))

    def step(p: Tensor, rate: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            q = p if p.requires_grad else p.detach().requires_grad_()
            (g,) = torch.autograd.grad((q**4 * data).sum(), q, create_graph=torch.is_grad_enabled())
        return p - rate * g, g * rate.exp()

    found, expected = [], []
    for run, into in ((lambda *t: recomputed(step, t), found), (step, expected)):
        a, b = run(p, rate)
        a, b = run(a, rate * b)  # two steps in a row
        into += [a, b, *torch.autograd.grad((a * b).sum(), (p, rate))]
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-13)


def test_only_the_tensors_given_are_kept() -> None:
    kept: list[int] = []
    p = torch.ones(1000, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        (moved,) = recomputed(lambda p: (p.sin().exp().tanh().cos(),), (p,))
    assert kept == [1000]
    assert moved.requires_grad
