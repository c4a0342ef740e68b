"""The attention mask, and attention with a cache against torch's own without one."""

import pytest
import torch
import torch.nn.functional as F

from metawidgets.learners.model_based.prefixes import CausalAttention, Layout


def test_who_sees_whom() -> None:
    layout = Layout.of(2, 2, torch.tensor([4, 4, 1]))
    assert layout.position.tolist() == [2, 3, 4, 4, 1]
    assert layout.visible.int().tolist() == [
        # two cached, two read, three queries
        [1, 1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0, 1, 0],
        [1, 0, 0, 0, 0, 0, 1],
    ]


@pytest.mark.parametrize("n_heads", [1, 3])
def test_attention_equals_torchs(n_heads: int) -> None:
    torch.manual_seed(0)
    attend, x = CausalAttention(6, 4, 5, n_heads).double(), torch.randn(2, 7, 6).double()
    found, _, weights = attend(x, attend.empty(2), Layout.of(0, 7, torch.arange(0)))
    heads = (f(x).unflatten(-1, (n_heads, -1)).transpose(1, 2) for f in (attend.queries, attend.keys, attend.values))
    expected = F.scaled_dot_product_attention(*heads, is_causal=True).transpose(1, 2).flatten(2)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, n_heads, 7).double())
    assert (weights >= 0).all()
    assert (weights.triu(1) == 0).all()


def test_token_by_token_with_a_cache_equals_all_at_once() -> None:
    torch.manual_seed(0)
    attend, x = CausalAttention(6, 4, 5, 2).double(), torch.randn(2, 7, 6).double()
    expected, (keys, values), _ = attend(x, attend.empty(2), Layout.of(0, 7, torch.arange(0)))
    cache, found = attend.empty(2), []
    for t in range(7):
        asked, same, _ = attend(x[:, :1], cache, Layout.of(t, 0, torch.tensor([t])))
        assert same[0].shape[1] == t  # queries are not cached
        out, cache, _ = attend(x[:, t : t + 1], cache, Layout.of(t, 1, torch.arange(0)))
        assert not torch.allclose(asked, out) or t == 0
        found.append(out)
    torch.testing.assert_close(torch.cat(found, 1), expected, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(cache, (keys, values), rtol=1e-12, atol=1e-12)
