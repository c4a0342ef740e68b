"""The explicit gradient of an MLP against autograd's."""

import pytest
import torch
import torch.nn.functional as F

from metawidgets.learners.networks.encoders import MLP, call


@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("learned", [True, False])
def test_a_written_out_step_is_autograds(classes, learned):
    torch.manual_seed(0)
    network, tasks, items = MLP((3,), 4, hidden=(7, 5)).double(), 6, 9
    parameters = [
        (p + 0.1 * torch.randn(tasks, *p.shape, dtype=p.dtype)).detach().requires_grad_() for p in network.parameters()
    ]
    x = torch.randn(tasks, items, 3, dtype=torch.float64)
    y = torch.randint(4, (tasks, items)) if classes else torch.randn(tasks, items, 4, dtype=torch.float64)
    rates = [torch.rand(p.shape[1:], dtype=torch.float64) if learned else 0.3 for p in parameters]
    moved = network.descended(parameters, x, y, rates)
    for t in range(tasks):  # one task after the other, with torch's own layers and losses
        own = [p[t].detach().requires_grad_() for p in parameters]
        z = x[t]
        for i in range(0, len(own), 2):
            z = z @ own[i] + own[i + 1]
            z = z.relu() if i < len(own) - 2 else z
        loss = F.cross_entropy(z, y[t]) if classes else F.mse_loss(z, y[t])
        for p, rate, g, found in zip(own, rates, torch.autograd.grad(loss, own), moved, strict=True):
            torch.testing.assert_close(found[t], p - rate * g, rtol=1e-12, atol=1e-14)


def test_other_parameters_in_place_of_its_own():
    network = MLP((2,), None, hidden=(4, 3))
    others = {name: torch.randn_like(p) for name, p in network.named_parameters()}
    x = torch.randn(5, 2)
    expected = torch.func.functional_call(network, others, (x,))
    torch.testing.assert_close(call(network, others, x), expected)
    assert (expected >= 0).all()  # without outputs the last layer is rectified as well
