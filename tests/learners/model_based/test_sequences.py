"""The contract of learners that read (x, y) pairs in order, in float64: order, causality, and the loss at every prefix."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import MANN, SNAIL, InContext, RecurrentLearner, Support, loop
from metawidgets.learners.model_based.sequences import SequenceLearner
from metawidgets.training import checkpoints
from tests.learners.conftest import sampler_of

KINDS: dict[str, tuple[type[SequenceLearner], dict[str, Any]]] = {
    "lstm": (RecurrentLearner, {"hidden_size": 12}),
    "lstm, labels in time": (RecurrentLearner, {"hidden_size": 12, "label_offset": False}),
    "mann": (MANN, {"hidden_size": 12, "n_slots": 9, "slot_dim": 5, "n_heads": 2}),
    "mann, labels in time": (MANN, {"hidden_size": 12, "n_slots": 9, "slot_dim": 5, "label_offset": False}),
    "mann, key strength": (MANN, {"hidden_size": 12, "n_slots": 9, "slot_dim": 5, "key_strength": True}),
    "snail": (SNAIL, {"filters": 6, "max_context": 6}),
    "in_context": (InContext, {"embed_dim": 12, "n_layers": 2, "n_heads": 3, "max_context": 8}),
}
N, M, TASKS, WAY, FEATURES = 6, 4, 3, 3, 5


@pytest.fixture(params=KINDS)
def learner(request: pytest.FixtureRequest) -> SequenceLearner:
    kind_of, options = KINDS[request.param]
    torch.manual_seed(0)
    return kind_of(nn.Linear(FEATURES, 4), output_dim=WAY, feature_shape=(4,), **options).double()


def drawn(seed: int = 0) -> tuple[Support, Tensor, Tensor]:
    """Make random tasks, and the labels of their queries."""
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(TASKS, N + M, FEATURES, generator=rng, dtype=torch.float64)
    y = torch.randint(WAY, (TASKS, N + M), generator=rng)
    return Support(x[:, :N], y[:, :N], WAY), x[:, N:], y[:, N:]


def predicted(learner: SequenceLearner, support: Support, query_x: Tensor) -> tuple[Tensor, Tensor]:
    z, queries = learner.embed_tasks(support.x, query_x)
    guesses, outputs = learner.predictions(z, learner.labels(support), queries, guesses=True)
    assert guesses is not None
    return guesses, outputs


def test_training_in_parallel_equals_reading_one_by_one(learner: SequenceLearner) -> None:
    support, query_x, _ = drawn()
    guesses, outputs = predicted(learner, support, query_x)
    for i in range(TASKS):
        task = Support(support.x[i], support.y[i], WAY)
        z = learner.encode(task.x, task)
        *before, after = loop.states(learner, task)
        said = torch.cat([learner.readout(state, z[t : t + 1])["outputs"] for t, state in enumerate(before)])
        torch.testing.assert_close(said, guesses[i], rtol=1e-10, atol=1e-10)
        asked = learner.readout(after, learner.encode(query_x[i], task))["outputs"]
        torch.testing.assert_close(asked, outputs[i], rtol=1e-10, atol=1e-10)
        one_by_one = [learner.readout(after, learner.encode(q, task))["outputs"] for q in query_x[i].split(1)]
        torch.testing.assert_close(torch.cat(one_by_one), outputs[i], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(learner.task_outputs(support, query_x), outputs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("what", ["x", "y"])
@pytest.mark.parametrize("changed", range(N))
def test_a_later_item_never_changes_an_earlier_prediction(learner: SequenceLearner, what: str, changed: int) -> None:
    support, query_x, _ = drawn()
    guesses, outputs = predicted(learner, support, query_x)
    x, y = support.x.clone(), support.y.clone()
    x[:, changed] += 1.0 if what == "x" else 0.0
    y[:, changed] = (y[:, changed] + (what == "y")) % WAY
    others, others_outputs = predicted(learner, Support(x, y, WAY), query_x)
    until = changed + (what == "y")  # an item comes with its x, and its label comes after it
    torch.testing.assert_close(guesses[:, :until], others[:, :until], rtol=0, atol=0)
    if until < N:
        assert not torch.allclose(guesses[:, until:], others[:, until:], rtol=0, atol=1e-12)
    assert not torch.allclose(outputs, others_outputs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("prefix_loss", [True, False])
def test_the_gradient_equals_finite_differences(learner: SequenceLearner, prefix_loss: bool) -> None:
    learner.prefix_loss = prefix_loss
    batch = sampler_of("point").batch(0, 2)
    learner._encoder = nn.Linear(2, 4).double()

    def loss() -> Tensor:
        support, query_x, query_y = next(loop.tasks(learner, batch))
        if prefix_loss:
            return learner.loss_at_every_prefix(support, query_x, query_y)[0]
        return loop.meta_loss(learner, batch)

    assert learner.meta_gradient(batch).loss == pytest.approx(loss().item(), rel=1e-12)
    rng = np.random.default_rng(0)
    for name, p in learner.named_parameters():
        direction = torch.tensor(rng.normal(size=tuple(p.shape)))
        direction /= direction.norm()
        assert p.grad is not None, name
        values, h = [], 1e-6
        for sign in (1, -1):
            with torch.no_grad():
                p.add_(sign * h * direction)
                values.append(loss().item())
                p.sub_(sign * h * direction)
        expected = (p.grad * direction).sum().item()
        assert (values[0] - values[1]) / (2 * h) == pytest.approx(expected, rel=1e-5, abs=1e-8), name


def test_the_loss_at_every_prefix_by_hand(learner: SequenceLearner) -> None:
    support, query_x, query_y = drawn()
    guesses, outputs = (a.log_softmax(-1) for a in predicted(learner, support, query_x))
    expected = 0.0
    for i in range(TASKS):
        for t in range(N):
            expected -= guesses[i, t, support.y[i, t]].item() / (N + 1)
        for q in range(M):
            expected -= outputs[i, q, query_y[i, q]].item() / M / (N + 1)
    found = learner.loss_at_every_prefix(support, query_x, query_y)[0].item()
    assert found == pytest.approx(expected / TASKS, rel=1e-12)


def test_targets_of_a_regression_are_read_as_they_are(learner: SequenceLearner) -> None:
    y = torch.randn(5, WAY, dtype=torch.float64)
    assert learner.labels(Support(torch.zeros(5, FEATURES), y, None)) is y
    labels = learner.labels(Support(torch.zeros(2, FEATURES), torch.tensor([2, 0]), WAY))
    assert labels.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert labels.dtype == torch.float64


def test_another_number_of_classes_is_one_clear_error(learner: SequenceLearner) -> None:
    support = Support(torch.zeros(2, FEATURES), torch.tensor([0, 4]), 5)
    with pytest.raises(LearnerError, match=r"made for 3 classes, the episode has 5; .* output_dim=5"):
        learner.init(support)


def test_an_encoder_that_does_not_say_its_width_is_one_clear_error() -> None:
    with pytest.raises(LearnerError, match=r"Flatten does not declare the shape of its features; give feature_shape="):
        RecurrentLearner(nn.Flatten(), output_dim=2)


@pytest.mark.parametrize("name", ["lstm", "mann", "snail", "in_context"])
@pytest.mark.parametrize(("option", "value"), [("output_dim", 0), ("output_dim", 1.5)])
def test_bad_sizes(name: str, option: str, value: Any) -> None:
    with pytest.raises(LearnerError, match=f"{option}={value}"):
        learners.ALL[name](nn.Identity(), **{"feature_shape": (2,), option: value})


@pytest.mark.parametrize("statistics", ["support_stats", "transductive", "running", "groupnorm"])
def test_tasks_of_a_batch_do_not_see_each_other(statistics: str) -> None:
    torch.manual_seed(0)
    learner = learners.build("lstm", item_shape=(1, 16, 16), output_dim=3, width=8, statistics=statistics).double()
    batch = sampler_of("image").batch(0, 3)
    support, query_x, _ = next(loop.tasks(learner, batch))
    learner.train(statistics != "running")  # in training its batch statistics cover the whole meta-batch
    together = learner.task_outputs(support, query_x)
    for i in range(3):
        alone = learner.task_outputs(Support(support.x[i : i + 1], support.y[i : i + 1], 3), query_x[i : i + 1])
        torch.testing.assert_close(together[i], alone[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("name", "most"), [("lstm", 5e5), ("mann", 5e5), ("snail", 1.5e6), ("in_context", 1.5e6)])
def test_a_checkpoint_is_small(name: str, most: float, tmp_path: Path) -> None:
    for n_way in (5, 20):
        learner = learners.build(name, item_shape=(1, 28, 28), output_dim=n_way)
        path = checkpoints.save(learner, tmp_path / "it.safetensors")
        assert path.stat().st_size <= most
