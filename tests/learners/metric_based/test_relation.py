"""Relation networks with weights small enough to check by hand, and their convolutions against those of concatenated maps."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.learners import RelationNetwork, loop
from metawidgets.learners.metric_based.relation import RelationModule
from tests.learners.conftest import sampler_of

# One feature; class 0 has items 1 and 2, so its sum is 3; class 1 has 5.
LINE = Episode(
    support_x=np.array([[1], [5], [2]], np.float32),
    support_y=np.array([0, 1, 0]),
    query_x=np.array([[4], [2]], np.float32),
    query_y=np.array([0, 1]),
    class_names=("a", "b"),
)


def by_hand() -> RelationNetwork:
    """Set two hidden units to c - q and q - c, so that the score is sigmoid(1 - |c - q|)."""
    learner = RelationNetwork(nn.Identity(), relation_width=2, relation_hidden=2, feature_shape=(1,))
    weights = {
        "blocks.0.weight": [[1.0, -1.0], [-1.0, 1.0]],
        "blocks.0.bias": [0.0, 0.0],
        "hidden.weight": [[1.0, 0.0], [0.0, 1.0]],
        "hidden.bias": [0.0, 0.0],
        "score.weight": [[-1.0, -1.0]],
        "score.bias": [1.0],
    }
    learner.relation.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return learner


def test_scores_and_loss_by_hand() -> None:
    learner = by_hand()
    trace = loop.trace(learner, LINE)
    sigmoid = lambda x: 1 / (1 + np.exp(-np.asarray(x, float)))  # noqa: E731
    scores = sigmoid([[1 - 1, 1 - 1], [1 - 1, 1 - 3]])  # |3 - 4|, |5 - 4|; |3 - 2|, |5 - 2|
    np.testing.assert_allclose(trace["relation_scores"][-1], scores, rtol=1e-6)
    np.testing.assert_allclose(trace["probabilities"][-1], scores / scores.sum(-1, keepdims=True), rtol=1e-6)
    assert np.isnan(trace["relation_scores"][0]).all()
    np.testing.assert_allclose(trace["relation_scores"][1][:, 0], sigmoid([1 - 3, 1 - 1]), rtol=1e-6)  # only item 1
    assert np.isnan(trace["relation_scores"][1][:, 1]).all()
    support = loop.support_of(learner, LINE)
    outputs = learner.task_outputs(support, torch.tensor(LINE.query_x))
    expected = ((scores - np.eye(2)[LINE.query_y]) ** 2).mean()  # equation 3
    assert learner.outer_loss(outputs, torch.tensor(LINE.query_y)).item() == pytest.approx(expected, rel=1e-6)


def test_a_class_may_be_its_mean() -> None:
    learner = by_hand()
    learner.pooling = "mean"
    scores = np.array(loop.trace(learner, LINE)["relation_scores"][-1], float)
    expected = 1 - np.abs(np.array([[1.5 - 4, 5 - 4], [1.5 - 2, 5 - 2]]))  # class 0 has items 1 and 2
    np.testing.assert_allclose(np.log(scores / (1 - scores)), expected, rtol=1e-5)
    assert learner.hyper["pooling"] == "mean"
    with pytest.raises(LearnerError, match="unknown pooling='men'; did you mean 'mean'"):
        learners.RelationNetwork(nn.Identity(), feature_shape=(1,), pooling="men")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("shape", [(3, 6, 7), (5,), (4, 3, 3)])
def test_pairs_are_those_of_concatenated_features(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    module = RelationModule(shape, width=6, hidden=4, statistics="groupnorm").double()
    for p in module.parameters():
        p.data.add_(0.1 * torch.randn_like(p))
    classes, queries = torch.randn(2, int(np.prod(shape))).double(), torch.randn(3, int(np.prod(shape))).double()
    spatial = len(shape) == 3 and shape[1] >= 4
    assert module.is_spatial == spatial
    for i, q in enumerate(queries):
        for j, c in enumerate(classes):
            if spatial:
                x = torch.cat([c.view(shape), q.view(shape)]).unsqueeze(0)
                for block, norm in zip(module.blocks, module.norms, strict=True):
                    x = F.max_pool2d(F.relu(norm(block(x))), 2)
                x = x.flatten(1)
            else:
                x = F.relu(module.blocks[0](torch.cat([c, q]).unsqueeze(0)))
            expected = module.score(F.relu(module.hidden(x)))
            torch.testing.assert_close(module(classes, queries, None)[i, j], expected[0, 0])


def test_customary_network_keeps_maps_to_convolve() -> None:
    learner = learners.build("relation", item_shape=(1, 28, 28), output_dim=5, width=8)
    assert isinstance(learner, RelationNetwork)
    assert learner.feature_shape == (8, 7, 7)
    assert learner.relation.is_spatial
    assert learner.statistics == "running"


@pytest.mark.slow
def test_training_separates_the_scores() -> None:
    torch.manual_seed(0)
    sampler = sampler_of("point")
    learner = learners.build("relation", item_shape=(2,), output_dim=3, hidden=(16, 16), relation_width=16)
    optimiser = torch.optim.Adam(learner.parameters(), lr=5e-3)
    for i in range(150):
        optimiser.zero_grad()
        loop.meta_gradient(learner, sampler.batch(i, 4))
        optimiser.step()
    trace = loop.trace(learner, sampler.episode(0))
    right = np.eye(3, dtype=bool)[sampler.episode(0).query_y]
    assert trace["relation_scores"][-1][right].mean() > trace["relation_scores"][-1][~right].mean() + 0.4
