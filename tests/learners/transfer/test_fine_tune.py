"""Full fine-tuning against explicit gradients, and the initialisation of its head."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import FineTune, loop
from tests.learners.conftest import sampler_of


def fine_tune(inputs: int, **options: Any) -> FineTune:
    torch.manual_seed(0)
    return FineTune(nn.Linear(inputs, 4), **options).double()


@pytest.mark.parametrize("kind", ["point", "curve"])
def test_two_steps_of_all_layers_by_hand(kind: str) -> None:
    sampler, lr = sampler_of(kind), 0.1
    episode = sampler.episode(0)
    learner = fine_tune(episode.item_shape[0], inner_lr=lr, inner_steps=2)
    learner.prepare(sampler.source)
    support = loop.support_of(learner, episode)
    start = [p.detach().clone() for p in learner.network.parameters()]
    if kind == "curve":  # continues with the pretrained head
        assert learner.head is not None
        start += [p.detach().clone() for p in learner.head.parameters()]
    else:
        start += [torch.zeros(3, 4).double(), torch.zeros(3).double()]

    def read(p: list[Tensor], x: Tensor) -> Tensor:
        return (x @ p[0].t() + p[1]) @ p[2].t() + p[3]

    p = [q.requires_grad_() for q in start]
    for _ in range(2):
        outputs = read(p, support.x)
        loss = F.mse_loss(outputs, support.y) if kind == "curve" else F.cross_entropy(outputs, support.y)
        p = [q - lr * g for q, g in zip(p, torch.autograd.grad(loss, p), strict=True)]
    trace = loop.trace(learner, episode)
    expected = read(p, torch.tensor(episode.query_x, dtype=torch.float64)).detach()
    np.testing.assert_allclose(trace["outputs"][-1], expected, rtol=1e-10)
    assert trace.coords["layer"] == ("encoder.weight", "encoder.bias", "head.weight", "head.bias")
    distances = [(a - b).norm().item() for a, b in zip(p, start, strict=True)]
    np.testing.assert_allclose(trace["parameter_distance"][-1], distances, rtol=1e-8)


def test_a_head_of_zeros_has_no_opinion() -> None:
    trace = loop.trace(fine_tune(2, inner_steps=3), sampler_of("point").episode(0))
    np.testing.assert_allclose(trace["probabilities"][0], 1 / 3)
    assert trace["parameter_distance"][1][0] == 0  # no gradient reaches the encoder through a head of zeros
    assert trace["parameter_distance"][2][0] > 0
    assert (np.diff(trace["support_loss"]) < 0).all()


@pytest.mark.parametrize("statistics", ["running", "support_stats", "groupnorm"])
def test_images_under_every_policy(statistics: str) -> None:
    sampler = sampler_of("image")
    torch.manual_seed(0)
    learner = learners.build(
        "finetune", item_shape=(1, 16, 16), output_dim=3, width=8, statistics=statistics, inner_steps=8, inner_lr=0.1
    )
    learner.prepare(sampler.source)
    loop.meta_gradient(learner.train(), sampler.batch(0, 4))
    trace = loop.trace(learner, sampler.episode(0))
    assert trace["support_loss"][-1] < trace["support_loss"][0]


@pytest.mark.parametrize(("option", "value"), [("inner_lr", 0.0), ("inner_steps", -1)])
def test_bad_options(option: str, value: float) -> None:
    with pytest.raises(LearnerError, match=f"{option}="):
        fine_tune(2, **{option: value})
