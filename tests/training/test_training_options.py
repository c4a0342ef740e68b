"""Options of a training: frozen parts, optimisers, warm-up, more steps than planned, and attention under second order."""

from pathlib import Path

import pytest
import torch
from torch import nn

from metawidgets.errors import LearnerError
from metawidgets.learners import MAML, ProtoNet
from metawidgets.learners.loop import meta_loss
from metawidgets.training import MetaTraining, meta_train
from tests.learners.conftest import sampler_of
from tests.training.test_meta_training import equal, parts


def encoder() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3, 4), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 8))


def test_a_frozen_encoder_is_refused_in_words():
    network = encoder().requires_grad_(False)
    with pytest.raises(LearnerError, match="every parameter of this ProtoNet is frozen"):
        next(meta_train(ProtoNet(network), sampler_of("image"), MetaTraining(steps=1)))


def test_the_averages_of_a_frozen_batchnorm_stay_and_others_move():
    for frozen in (True, False):
        network = encoder()
        network[1].requires_grad_(not frozen)
        before = {name: value.clone() for name, value in network.state_dict().items()}
        list(meta_train(ProtoNet(network), sampler_of("image"), MetaTraining(steps=2)))
        after = network.state_dict()
        assert torch.equal(before["1.running_mean"], after["1.running_mean"]) is frozen
        assert not torch.equal(before["4.weight"], after["4.weight"])


class Attention(nn.Module):
    """A network of one attention layer over the rows of an image."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.attention, self.head = nn.MultiheadAttention(16, 2, batch_first=True), nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.flatten(1, 2)
        return self.head(self.attention(rows, rows, rows, need_weights=False)[0].mean(1))


def test_attention_is_differentiated_twice_and_the_choice_of_kernels_is_restored():
    before = torch.backends.cuda.flash_sdp_enabled()
    learner = MAML(Attention(), inner_lr=0.1, inner_steps=2)
    step = next(meta_train(learner, sampler_of("image"), MetaTraining(steps=1)))
    assert step.gradient_norm > 0
    assert torch.backends.cuda.flash_sdp_enabled() is before


@pytest.mark.parametrize(
    ("outer", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("plain", torch.optim.SGD)]
)
def test_weight_decay_is_pytorchs(outer, kind):
    learner, sampler, _ = parts()
    twin, _, _ = parts()
    how = MetaTraining(steps=2, meta_lr=0.01, outer=outer, weight_decay=0.3)
    list(meta_train(learner, sampler, how))
    optimiser = kind(twin.parameters(), lr=0.01, weight_decay=0.3)
    for i in range(2):
        twin.train()
        optimiser.zero_grad()
        meta_loss(twin, sampler.batch(i, 1)).backward()
        optimiser.step()
    for p, q in zip(learner.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(p, q)


def test_warm_up_rises_to_the_schedule():
    how = MetaTraining(steps=8, meta_lr=0.8, schedule="linear", warmup=4)
    assert [how.rate(step) for step in range(8)] == pytest.approx([0.2, 0.35, 0.45, 0.5, 0.4, 0.3, 0.2, 0.1])
    with pytest.raises(LearnerError, match="warmup=-1"):
        MetaTraining(steps=8, warmup=-1)


@pytest.mark.parametrize("outer", ["adam", "adamw"])
def test_a_training_goes_on_for_more_steps_as_if_they_had_been_planned(outer, tmp_path: Path):
    def run(steps: int, path: Path):
        learner, sampler, validation = parts()
        how = MetaTraining(steps=steps, outer=outer, weight_decay=0.01, validate_every=2, n_validation=3)
        return learner, list(meta_train(learner, sampler, how, validation=validation, checkpoint=path))

    whole, steps = run(6, tmp_path / "whole.safetensors")
    _, first = run(4, tmp_path / "c.safetensors")
    longer, rest = run(6, tmp_path / "c.safetensors")
    assert [s.step for s in rest] == [5, 6]
    assert [s.loss for s in first + rest] == [s.loss for s in steps]
    assert equal(whole, longer)
