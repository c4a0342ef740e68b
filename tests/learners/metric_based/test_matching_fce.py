"""Full-context embeddings against an LSTM that is written out gate by gate, from the paper's appendix."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners import FullContextMatching, Support, loop
from tests.learners.conftest import sampler_of

D = 4


def setting(kind: str = "point", **options: int) -> FullContextMatching:
    torch.manual_seed(0)
    encoder = nn.Linear(2 if kind == "point" else 1, D)
    return FullContextMatching(encoder, feature_shape=(D,), scale=3.0, **options).double().eval()


def cell(x: Tensor, h: Tensor, c: Tensor, p: Mapping[str, Tensor], end: str) -> tuple[Tensor, Tensor]:
    """Compute one LSTM step for one item: input, forget, cell and output gates, in torch's order."""
    gates = p[f"weight_ih{end}"] @ x + p[f"bias_ih{end}"] + p[f"weight_hh{end}"] @ h + p[f"bias_hh{end}"]
    i, f, g, o = gates.chunk(4)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def plain(learner: FullContextMatching, support: Tensor, queries: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return g of the support items (A.2) and f of the queries (A.1), one item after the other."""
    encoder = learner.network
    assert isinstance(encoder, nn.Linear)
    raw = [encoder.weight @ x + encoder.bias for x in support]
    reader, zero = dict(learner.support_reader.named_parameters()), torch.zeros(D, dtype=torch.float64)
    passes = []
    for order, end in ((range(len(raw)), "_l0"), (reversed(range(len(raw))), "_l0_reverse")):
        h, c, seen = zero, zero, {}
        for i in order:
            h, c = cell(raw[i], h, c, reader, end)
            seen[i] = h
        passes.append(seen)
    g = [passes[0][i] + passes[1][i] + raw[i] for i in range(len(raw))]
    query_reader, f = dict(learner.query_reader.named_parameters()), []
    for query in queries:
        start = encoder.weight @ query + encoder.bias
        h = c = zero
        for _ in range(learner.processing_steps):
            weights = torch.stack([h @ gi for gi in g]).softmax(0)  # (6)
            r = sum((w * gi for w, gi in zip(weights, g, strict=True)), zero)  # (5)
            ahead, c = cell(torch.cat([start, r]), h, c, query_reader, "")  # (3)
            h = ahead + start  # (4)
        f.append(h)
    return g, f


@pytest.mark.parametrize("processing_steps", [1, 4])
def test_embeddings_and_probabilities_equal_a_plain_implementation(processing_steps: int) -> None:
    learner, episode = setting(processing_steps=processing_steps), sampler_of("point").episode(0)
    trace = loop.trace(learner, episode)
    with torch.no_grad():
        tensors = (torch.tensor(x, dtype=torch.float64) for x in (episode.support_x, episode.query_x))
        g, f = plain(learner, *tensors)
        cosines = torch.stack([torch.stack([torch.cosine_similarity(a, b, 0) for b in g]) for a in f])
        attention = (3.0 * cosines).softmax(-1)
        expected = attention @ torch.eye(3, dtype=torch.float64)[torch.tensor(episode.support_y)]
    np.testing.assert_allclose(trace["embeddings"][-1], torch.stack(f), rtol=1e-10)
    np.testing.assert_allclose(trace["support_embeddings"][-1], torch.stack(g), rtol=1e-10)
    np.testing.assert_allclose(trace["attention"][-1, 0], attention, rtol=1e-10)
    np.testing.assert_allclose(trace["probabilities"][-1], expected, rtol=1e-8)


def test_what_is_not_written_is_in_nobodys_context() -> None:
    learner, episode = setting(), sampler_of("point").episode(0)
    trace = loop.trace(learner, episode)
    with torch.no_grad():
        alone = learner.network(torch.tensor(episode.support_x, dtype=torch.float64))
    np.testing.assert_allclose(trace["support_embeddings"][0], alone)
    np.testing.assert_allclose(trace["support_embeddings"][2][2:], alone[2:])
    assert not np.allclose(
        trace["support_embeddings"][2][0], trace["support_embeddings"][1][0]
    )  # item 1 has changed the embedding of item 0
    assert (trace["attention"][2, 0][:, 2:] == 0).all()


def test_order_may_matter() -> None:
    learner, episode = setting(), sampler_of("point").episode(0)
    support = loop.support_of(learner, episode)
    with torch.no_grad():
        keys = learner.adapted(support).keys
        flipped = learner.adapted(Support(support.x.flip(0), support.y.flip(0), 3)).keys
    assert not torch.allclose(keys, flipped.flip(0))


def test_functions_too() -> None:
    learner, episode = setting("curve"), sampler_of("curve").episode(0)
    trace = loop.trace(learner, episode)
    np.testing.assert_allclose(trace["outputs"], trace["attention"][:, 0] @ episode.support_y, atol=1e-10)


def test_an_encoder_that_does_not_say_its_features_is_one_clear_error() -> None:
    with pytest.raises(LearnerError, match="Linear does not declare the shape of its features; give feature_shape"):
        FullContextMatching(nn.Linear(2, 4))
    with pytest.raises(LearnerError, match="processing_steps=0"):
        FullContextMatching(nn.Linear(2, 4), feature_shape=(4,), processing_steps=0)
