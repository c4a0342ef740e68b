"""The recurrent learner against torch's own LSTM over the whole sequence."""

import numpy as np
import torch
from torch import nn

from metawidgets import learners
from metawidgets.learners import RecurrentLearner, Support, loop
from tests.learners.conftest import sampler_of


def whole_sequence(learner: RecurrentLearner, sequence: torch.Tensor) -> torch.Tensor:
    """Return the hidden states of torch's LSTM with the same weights, `(item, unit)`."""
    lstm = nn.LSTM(sequence.shape[-1], learner.hidden_size).double()
    lstm.load_state_dict({f"{name}_l0": p for name, p in learner.lstm.state_dict().items()})
    return lstm(sequence)[0]


def setting(label_offset: bool) -> tuple[RecurrentLearner, Support, torch.Tensor]:
    torch.manual_seed(0)
    learner = RecurrentLearner(
        nn.Identity(), output_dim=2, feature_shape=(3,), hidden_size=7, label_offset=label_offset
    ).double()
    return learner, Support(torch.randn(4, 3).double(), torch.tensor([1, 0, 0, 1]), 2), torch.randn(1, 3).double()


def test_a_label_comes_with_the_next_item() -> None:
    learner, support, query = setting(label_offset=True)
    x = torch.cat([support.x, query])
    y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 0], [0, 1]]).double()  # no label, then 1 0 0 1
    hidden = whole_sequence(learner, torch.cat([x, y], -1))
    state = learner.adapted(support)
    torch.testing.assert_close(state.cell.hidden[0], hidden[3])
    torch.testing.assert_close(learner.readout(state, query)["outputs"], learner.head(hidden[4:]))


def test_a_label_comes_with_its_item() -> None:
    learner, support, query = setting(label_offset=False)
    x = torch.cat([support.x, query])
    y = torch.tensor([[0.0, 1], [1, 0], [1, 0], [0, 1], [0, 0]]).double()  # the query has no label
    hidden = whole_sequence(learner, torch.cat([x, y], -1))
    state = learner.adapted(support)
    torch.testing.assert_close(state.cell.hidden[0], hidden[3])
    torch.testing.assert_close(learner.readout(state, query)["outputs"], learner.head(hidden[4:]))


def test_the_trace_shows_the_hidden_state() -> None:
    episode = sampler_of("curve").episode(0)
    learner = learners.build("lstm", item_shape=(1,), output_dim=1, hidden_size=9)
    trace = loop.trace(learner, episode)
    assert trace["hidden"].shape == (6, 9)
    assert (trace["hidden"][0] == 0).all()
    assert (np.abs(np.diff(trace["hidden"], axis=0)).max(-1) > 0).all()
