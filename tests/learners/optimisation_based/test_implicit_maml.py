"""The implicit meta-gradient against an exact linear solve at the converged inner optimum, in float64."""

from typing import Any, Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.optimisation_based.implicit_maml import conjugate_gradient
from tests.learners.by_hand import (
    CASES,
    assert_finite_differences,
    assert_gradients,
    batch_of,
    loss_of,
    mean_query_loss,
    network_of,
    outputs_of,
    rectified,
    start_of,
    tensors_of,
)

TASKS = 2


@pytest.fixture
def smooth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use smooth networks: with ReLU, gradient descent may oscillate around a kink and never reach an optimum."""
    monkeypatch.setattr(F, "relu", F.softplus)


def learner_of(kind: str, statistics: str, **options: Any) -> learners.ImplicitMAML:
    strength, rate = (50.0, 0.01) if kind == "image" else (10.0, 0.03)
    converges = {"proximal_strength": strength, "inner_lr": rate, "inner_steps": 200}
    return learners.ImplicitMAML(
        network_of(kind, statistics, width=2), **{"cg_steps": 100, **converges, **options}
    ).train()


def exact(
    learner: learners.ImplicitMAML, kind: str, statistics: str, activation: Any, optimum: Literal["own", "learner's"]
) -> dict[str, Tensor]:
    """Return (I + H / lambda)^-1 g by a dense solve, averaged over tasks, at an optimum found here or at the learner's last step."""
    outputs, start = outputs_of(kind, statistics, activation=activation), start_of(learner)
    shapes, strength = {n: p.shape for n, p in start.items()}, learner.proximal_strength
    theta = torch.cat([p.detach().flatten() for p in start.values()])

    def apart(flat: Tensor) -> dict[str, Tensor]:
        pieces = flat.split([s.numel() for s in shapes.values()])
        return {n: v.view(s) for (n, s), v in zip(shapes.items(), pieces, strict=True)}

    def inner(phi: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return loss_of(outputs(apart(phi), x), y) + strength / 2 * (phi - theta).square().sum()

    total = torch.zeros_like(theta)
    for xs, ys, xq, yq in tensors_of(learner, batch_of(kind, TASKS)):
        if optimum == "own":
            phi, slope = theta, torch.ones_like(theta)
            for _ in range(20_000):
                phi = phi.detach().requires_grad_()
                (slope,) = torch.autograd.grad(inner(phi, xs, ys), phi)
                phi = phi - 0.015 * slope
                if slope.norm() <= 1e-12:
                    break
            else:
                pytest.fail(f"the oracle's own descent found no optimum: its gradient is {slope.norm():.1e}")
        else:
            end = learner.adapted(learners.Support(xs, ys, None if kind == "curve" else 3)).parameters
            phi = torch.cat([p.flatten() for p in end.values()])
        phi = phi.detach().requires_grad_()
        system = torch.autograd.functional.hessian(lambda f: inner(f, xs, ys), phi)  # noqa: B023 - H + lambda I
        assert isinstance(system, Tensor)
        (g,) = torch.autograd.grad(loss_of(outputs(apart(phi), xq, xs), yq), phi)
        total += torch.linalg.solve(system / strength, g) / TASKS
    return apart(total)


@pytest.mark.quick_cases("curve")
@pytest.mark.usefixtures("smooth")
@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_meta_gradient_equals_the_exact_solve_at_the_inner_optimum(kind: str, statistics: str) -> None:
    learner = learner_of(kind, statistics)
    for found in learner.implicit_gradients(batch_of(kind, TASKS)):
        assert (found.residual < 1e-9).all()
        assert (found.inner_gradient < 1e-8).all()
    loop.meta_gradient(learner, batch_of(kind, TASKS))
    assert_gradients(learner.network, exact(learner, kind, statistics, F.softplus, "own"), tolerance=1e-8)


@pytest.mark.quick_cases("curve", "point")
@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_it_is_the_exact_solve_wherever_the_inner_loop_ends(kind: str, statistics: str) -> None:
    learner = learner_of(kind, statistics, inner_steps=5, inner_lr=0.01, proximal_strength=50.0)
    for found in learner.implicit_gradients(batch_of(kind, TASKS)):
        assert (found.residual < 1e-9).all()
    loop.meta_gradient(learner, batch_of(kind, TASKS))
    assert_gradients(learner.network, exact(learner, kind, statistics, rectified, "learner's"), tolerance=1e-8)


@pytest.mark.quick_cases("curve")
@pytest.mark.usefixtures("smooth")
@pytest.mark.parametrize(
    ("kind", "statistics", "names"),
    [
        ("curve", "none", None),
        ("point", "none", None),
        ("image", "support_stats", ["_network.convolutions.0.weight", "_network.norms.2.bias", "_network.head.weight"]),
    ],
)
def test_it_is_the_slope_of_the_query_loss_at_the_inner_optimum(
    kind: str, statistics: str, names: list[str] | None
) -> None:
    learner = learner_of(kind, statistics)
    loop.meta_gradient(learner, batch_of(kind, TASKS))

    def loss() -> float:
        with torch.no_grad():
            return loop.meta_loss(learner, batch_of(kind, TASKS)).item()

    assert_finite_differences(learner, loss, names, h=1e-5, rel=1e-5)


@pytest.mark.parametrize(("kind", "statistics"), [("curve", "none"), ("image", "support_stats")])
def test_without_conjugate_gradients_it_is_first_order(kind: str, statistics: str) -> None:
    """With almost no proximal term and without a solve, the result is MAML's first-order gradient."""
    learner = learner_of(kind, statistics, cg_steps=0, inner_lr=0.05, inner_steps=3, proximal_strength=1e-12)
    start = start_of(learner)
    rates = [dict.fromkeys(start, 0.05)] * 3
    loss = mean_query_loss(
        outputs_of(kind, statistics), start, tensors_of(learner, batch_of(kind)), rates, second=False
    )
    loop.meta_gradient(learner, batch_of(kind))
    assert_gradients(learner.network, dict(zip(start, torch.autograd.grad(loss, tuple(start.values())), strict=True)))


def test_inner_steps_by_hand() -> None:
    learner = learner_of("curve", "none", inner_steps=2, inner_lr=0.1, proximal_strength=2.0)
    (xs, ys, _, _), *_ = tensors_of(learner, batch_of("curve"))
    start = start_of(learner)
    p = dict(start)
    for _ in range(2):
        gradient = torch.autograd.grad(loss_of(outputs_of("curve")(p, xs), ys), tuple(p.values()))
        p = {n: v - 0.1 * (g + 2.0 * (v - start[n])) for (n, v), g in zip(p.items(), gradient, strict=True)}
    found = learner.adapted(learners.Support(xs, ys, None)).parameters
    torch.testing.assert_close(found, p, rtol=1e-12, atol=1e-12)


def test_more_conjugate_gradient_steps_leave_a_smaller_residual() -> None:
    residuals = []
    for steps in (0, 2, 5, 20):
        (found,) = learner_of("point", "none", cg_steps=steps).implicit_gradients(batch_of("point"))
        residuals.append(found.residual.max().item())
    assert residuals == sorted(residuals, reverse=True)
    assert residuals[-1] < 1e-3 * residuals[0]


@pytest.mark.usefixtures("smooth")
def test_an_inner_loop_that_stops_early_says_how_far_it_is() -> None:
    distances = []
    for steps in (1, 10, 100):
        (found,) = learner_of("point", "none", inner_steps=steps).implicit_gradients(batch_of("point"))
        distances.append(found.inner_gradient.min().item())
    assert distances[0] > 10 * distances[1] > 1000 * distances[2]


def spd(n: int, tasks: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    a = torch.randn(tasks, n, n, dtype=torch.float64)
    return a @ a.mT / n + torch.eye(n, dtype=torch.float64), torch.randn(tasks, n, dtype=torch.float64)


def test_conjugate_gradients_solve_each_tasks_system() -> None:
    matrices, b = spd(12, 4)
    b[2] = 0  # a zero right-hand side must not cause a division by zero
    x, residual = conjugate_gradient(lambda v: (matrices @ v.unsqueeze(-1)).squeeze(-1), b, 30)
    torch.testing.assert_close(x, torch.linalg.solve(matrices, b), rtol=1e-8, atol=1e-8)
    assert (residual < 1e-9).all()


def test_conjugate_gradients_are_exact_after_as_many_steps_as_eigenvalues() -> None:
    b = torch.randn(1, 20, dtype=torch.float64)
    diagonal = torch.tensor([2.0, 3.0, 5.0], dtype=torch.float64).repeat(7)[:20]
    _, two = conjugate_gradient(lambda v: diagonal * v, b, 2)
    x, three = conjugate_gradient(lambda v: diagonal * v, b, 3)
    assert two.item() > 1e-3
    assert three.item() < 1e-12
    torch.testing.assert_close(x, b / diagonal)


def test_negative_curvature_leaves_the_gradient_as_it_is_and_says_so() -> None:
    b = torch.ones(1, 3, dtype=torch.float64)
    x, residual = conjugate_gradient(lambda v: -v, b, 10)
    torch.testing.assert_close(x, b)
    assert residual.item() == pytest.approx(2.0)


@pytest.mark.parametrize(("option", "value"), [("proximal_strength", 0.0), ("cg_steps", -1), ("cg_steps", 2.5)])
def test_bad_options(option: str, value: float) -> None:
    with pytest.raises(LearnerError, match=f"{option}="):
        learners.build("imaml", item_shape=(1,), output_dim=1, **{option: value})
