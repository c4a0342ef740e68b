"""SNAIL's blocks against a plain convolution, and the items that each query may attend to."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import SNAIL, Support, loop
from metawidgets.learners.model_based.prefixes import Layout
from metawidgets.learners.model_based.snail import AttentionBlock, DenseBlock
from tests.learners.conftest import sampler_of

NONE = torch.arange(0)


@pytest.mark.parametrize("dilation", [1, 2, 4, 8])
def test_a_dense_block_equals_a_plain_convolution(dilation: int) -> None:
    torch.manual_seed(0)
    block, x = DenseBlock(3, 4, dilation).double(), torch.randn(2, 7, 3).double()
    out = block(x, block.empty(2), Layout.of(0, 7, NONE))[0]
    before, now = block.taps.weight.split(3, 1)  # (2 * filters, channels) each
    padded = F.pad(x.transpose(1, 2), (dilation, 0))
    value, gate = F.conv1d(padded, torch.stack([before, now], -1), block.taps.bias, dilation=dilation).chunk(2, 1)
    expected = torch.cat([x, (value.tanh() * gate.sigmoid()).transpose(1, 2)], -1)
    torch.testing.assert_close(out, expected, rtol=1e-10, atol=1e-10)


def test_the_convolutions_see_the_whole_sequence_and_no_more() -> None:
    learner = SNAIL(nn.Identity(), output_dim=1, feature_shape=(1,), max_context=7).double()
    blocks = [block for block in learner.blocks if isinstance(block, DenseBlock)]
    assert [block.dilation for block in blocks] == [1, 2, 4, 1, 2, 4]
    x = torch.randn(1, 12, 2).double()
    x.requires_grad_()
    out = torch.cat(
        [x, x.new_zeros(1, 12, blocks[0].channels - 2)], -1
    )  # the width that the attention block would have given
    for block in blocks[:3]:
        out = block(out, block.empty(1), Layout.of(0, 12, NONE))[0]
    out[:, -1].sum().backward()
    assert x.grad is not None
    assert (x.grad[0].abs().sum(-1) > 0).tolist() == [False] * 4 + [True] * 8


def test_the_blocks_are_the_papers() -> None:
    learner = SNAIL(
        nn.Identity(),
        output_dim=5,
        feature_shape=(64,),
        filters=128,
        key_dims=(64, 256, 512),
        value_dims=(32, 128, 256),
        max_context=5,
    )
    kinds = "".join("A" if isinstance(block, AttentionBlock) else "d" for block in learner.blocks)
    assert kinds == "AdddAdddA"
    assert learner.head.in_features == 64 + 5 + 32 + 3 * 128 + 128 + 3 * 128 + 256


def test_a_query_has_a_blank_label() -> None:
    learner = SNAIL(nn.Identity(), output_dim=3, feature_shape=(2,))
    assert learner.questions(torch.ones(1, 1, 2)).tolist() == [[[1, 1, 0, 0, 0]]]
    assert learner.tokens(torch.ones(1, 1, 2), torch.tensor([[[0, 1, 0]]])).tolist() == [[[1, 1, 0, 1, 0]]]


def test_it_reads_more_than_its_convolutions_see() -> None:
    learner = SNAIL(nn.Identity(), output_dim=2, feature_shape=(2,), max_context=3)
    support = Support(torch.randn(9, 2), torch.arange(9) % 2, 2)
    assert torch.isfinite(learner.readout(learner.adapted(support), torch.randn(4, 2))["outputs"]).all()


def test_the_trace_names_its_attention() -> None:
    trace = loop.trace(learners.build("snail", item_shape=(2,), output_dim=3), sampler_of("point").episode(0))
    assert trace.coords["head"] == ("attention 1", "attention 2", "attention 3")
    attention = trace["attention"]  # (step, head, query, context)
    assert attention.shape == (7, 3, 12, 6)
    for t in range(7):
        assert (attention[t, :, :, t:] == 0).all()  # not yet read
        assert (attention[t, :, :, :t] > 0).all()
    assert (attention[0].sum(-1) == 0).all()
    assert (attention.sum(-1) < 1).all()  # the rest of the attention is on the query itself
    assert np.isfinite(attention).all()
    among = trace["context_attention"]  # the attention of the item that each step read, itself included
    for t in range(1, 7):
        assert (among[t, :, t:] == 0).all()
        np.testing.assert_allclose(among[t].sum(-1), 1, rtol=1e-5)


@pytest.mark.parametrize("option", ["filters", "max_context"])
def test_bad_options(option: str) -> None:
    options: dict[str, Any] = {option: 0}
    with pytest.raises(LearnerError, match=f"{option}=0"):
        learners.build("snail", item_shape=(2,), output_dim=2, **options)
    with pytest.raises(LearnerError, match="three attention blocks"):
        learners.build("snail", item_shape=(2,), output_dim=2, key_dims=(4, 4))
