"""The in-context transformer against the same network over the whole sequence, without a cache."""

import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners import InContext, Support, loop
from metawidgets.learners.model_based.in_context import DecoderBlock
from metawidgets.learners.model_based.prefixes import Layout
from tests.learners.conftest import sampler_of


def plain(learner: InContext, x: Tensor, y: Tensor) -> Tensor:
    """Return the predictions at every x of the sequence x1, y1, ..., xn, `(item, output)`: GPT-2 from torch's primitives."""
    tokens = torch.zeros(1, 2 * len(x) - 1, learner.embed_dim, dtype=x.dtype)
    tokens[0, 0::2] = x @ learner.read_x.weight.t() + learner.read_x.bias
    tokens[0, 1::2] = y[:-1] @ learner.read_y.weight.t() + learner.read_y.bias
    h = tokens + learner.positions[: tokens.shape[1]]
    for block in learner.blocks:
        assert isinstance(block, DecoderBlock)
        first, second = (norm for norm in block.norms if isinstance(norm, nn.LayerNorm))
        z = F.layer_norm(h, (learner.embed_dim,), first.weight, first.bias)
        q, k, v = (
            (z @ f.weight.t() + f.bias).view(1, len(z[0]), learner.n_heads, -1).transpose(1, 2)
            for f in (block.attend.queries, block.attend.keys, block.attend.values)
        )
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        h = h + found @ block.join.weight.t() + block.join.bias
        z = F.layer_norm(h, (learner.embed_dim,), second.weight, second.bias)
        h = h + F.gelu(z @ block.up.weight.t() + block.up.bias) @ block.down.weight.t() + block.down.bias
    h = F.layer_norm(h, (learner.embed_dim,), learner.norm.weight, learner.norm.bias)
    return h[0, 0::2] @ learner.head.weight.t() + learner.head.bias


def setting() -> tuple[InContext, Support, Tensor]:
    torch.manual_seed(0)
    learner = InContext(nn.Identity(), output_dim=2, feature_shape=(3,), embed_dim=12, n_layers=3, n_heads=2).double()
    for p in learner.parameters():  # random, instead of the constants that norms start from
        p.data.add_(0.1 * torch.randn_like(p))
    return learner, Support(torch.randn(8, 3).double(), torch.randn(8, 2).double(), None), torch.randn(5, 3).double()


def test_the_fold_with_its_cache_equals_one_full_pass() -> None:
    learner, support, queries = setting()
    for i, query in enumerate(queries):
        expected = plain(learner, torch.cat([support.x, query[None]]), F.pad(support.y, (0, 0, 0, 1)))
        *before, after = loop.states(learner, support)
        said = [learner.readout(s, x[None])["outputs"] for s, x in zip(before, support.x, strict=True)]
        said.append(learner.readout(after, queries)["outputs"][i : i + 1])
        torch.testing.assert_close(torch.cat(said), expected, rtol=1e-10, atol=1e-10)


def test_reading_all_at_once_leaves_the_same_cache_as_one_by_one() -> None:
    learner, support, _ = setting()
    *_, folded = loop.states(learner, support)
    for one, other in zip(folded.caches, learner.adapted(support).caches, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_the_trace_adds_up_a_pairs_attention_and_names_its_heads() -> None:
    learner = learners.build("in_context", item_shape=(2,), output_dim=3, n_layers=2, n_heads=2, embed_dim=8)
    trace = loop.trace(learner, sampler_of("point").episode(0))
    assert trace.coords["head"] == ("layer 1 head 1", "layer 1 head 2", "layer 2 head 1", "layer 2 head 2")
    attention = trace["attention"]  # (step, head, query, context)
    assert attention.shape == (7, 4, 12, 6)
    for t in range(7):
        assert (attention[t, :, :, t:] == 0).all()
        assert (attention[t, :, :, :t] > 0).all()
    support = loop.support_of(learner, sampler_of("point").episode(0))
    with loop.evaluating(learner):
        state = learner.adapted(support)
        assert isinstance(learner, InContext)
        x = learner.questions(support.x[None, :1])
        weights = learner.read(x, state.caches, Layout.of(12, 0, torch.tensor([12]))).attention
        shown = learner.readout(state, support.x[:1])["attention"]
    full = torch.cat([w[0] for w in weights])  # (head, 1, token)
    torch.testing.assert_close(full.sum(-1), torch.ones(4, 1))
    torch.testing.assert_close(shown[:, 0, 2], full[:, 0, 4] + full[:, 0, 5])


def test_items_attention_is_recorded_when_they_are_read() -> None:
    learner = learners.build("in_context", item_shape=(2,), output_dim=3, n_layers=2, n_heads=2, embed_dim=8)
    episode = sampler_of("point").episode(0)
    among = loop.trace(learner, episode)["context_attention"]  # (step, head, context)
    assert among.shape == (7, 4, 6)
    assert (among[0] == 0).all()
    for t in range(1, 7):
        assert (among[t, :, t:] == 0).all()
        np.testing.assert_allclose(among[t].sum(-1), 1, rtol=1e-5)
    support = loop.support_of(learner, episode)
    with loop.evaluating(learner):  # all tokens at once, without a cache: rows 8 and 9 are the tokens of item 4
        assert isinstance(learner, InContext)
        tokens = learner.tokens(support.x[None], learner.labels(support)[None])
        read = learner.read(tokens, learner.start(1), Layout.of(0, 12, torch.arange(0)))
    rows = torch.cat([w[0] for w in read.attention])[:, 8:10].mean(1)  # (head, token)
    torch.testing.assert_close(torch.tensor(among[5]), rows.unflatten(-1, (6, 2)).sum(-1))


def test_more_examples_than_positions_are_one_clear_error() -> None:
    learner = InContext(nn.Identity(), output_dim=2, feature_shape=(1,), max_context=3)
    with pytest.raises(LearnerError, match=r"positions for max_context=3 examples, the episode has 4; .*max_context=4"):
        learner.adapted(Support(torch.zeros(4, 1), torch.zeros(4, dtype=torch.long), 2))
    assert learner.readout(
        learner.adapted(Support(torch.zeros(3, 1), torch.zeros(3, dtype=torch.long), 2)), torch.zeros(1, 1)
    )


def test_heads_divide_the_width() -> None:
    with pytest.raises(LearnerError, match="n_heads=3 does not divide embed_dim=64"):
        learners.build("in_context", item_shape=(1,), output_dim=1, n_heads=3)


@pytest.mark.slow
def test_a_trace_of_a_long_context_costs_seconds_not_minutes() -> None:
    learner = learners.build("in_context", item_shape=(20,), output_dim=1)
    episode = EpisodeSampler(load("linear_functions").source(), k_shot=100, n_query=10).episode(0)
    begun = time.process_time()
    trace = loop.trace(learner, episode)
    assert time.process_time() - begun < 5
    assert trace["outputs"].shape == (101, 10, 1)
    assert np.isfinite(trace["outputs"]).all()
