"""The memory-augmented network's equations, with numbers that can be checked by hand, and in plain loops."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity as sklearns
from torch import nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import MANN, loop
from metawidgets.learners.model_based.mann import MemoryCell, cosine_similarity, least_used
from tests.learners.conftest import sampler_of


def test_cosines() -> None:
    keys = torch.tensor([[[3.0, 4.0], [0.0, 2.0]]])
    memory = torch.tensor([[[1.0, 0.0], [0.0, 0.5], [0.0, 0.0]]])  # the last slot is empty
    torch.testing.assert_close(cosine_similarity(keys, memory), torch.tensor([[[0.6, 0.8, 0.0], [0.0, 1.0, 0.0]]]))
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 4, 5))
    found = cosine_similarity(torch.tensor(a), torch.tensor(b))
    np.testing.assert_allclose(found, [sklearns(x, y) for x, y in zip(a, b, strict=True)], rtol=1e-6)


def test_the_least_used_slots_come_in_order_and_the_first_of_equals_first() -> None:
    found = least_used(torch.tensor([[0.3, 0.1, 0.2, 0.1], [0.0, 0.0, 0.0, 0.0]]), 3)
    assert found.argmax(-1).tolist() == [[1, 3, 2], [0, 1, 2]]
    assert (found.sum(-1) == 1).all()


def constant(key: tuple[float, float]) -> MANN:
    """Fix the only head's key, and its gate at one half, so that only the equations of the memory are tested."""
    learner = MANN(nn.Identity(), output_dim=2, feature_shape=(1,), hidden_size=3, n_slots=3, slot_dim=2, n_heads=1)
    for layer in (learner.keys, learner.gates):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    learner.keys.bias.data = torch.atanh(torch.tensor(key))
    return learner.double().requires_grad_(False)


def test_two_reads_on_paper() -> None:
    learner = constant((0.6, 0.8))
    nothing = torch.zeros(1, 1).double(), torch.zeros(1, 2).double()
    first = learner.read(learner.start(1), *nothing)
    e = math.e
    # nothing was read or used before: half of the weight goes to slot 0
    np.testing.assert_allclose(first.write_weights[0, 0], [0.5, 0, 0])
    np.testing.assert_allclose(first.memory[0], [[0.3, 0.4], [0, 0], [0, 0]], rtol=1e-6)
    read = np.array([e, 1, 1]) / (e + 2)  # cosines 1, 0, 0
    np.testing.assert_allclose(first.read_weights[0, 0], read, rtol=1e-6)
    np.testing.assert_allclose(first.usage[0], read + np.array([0.5, 0, 0]), rtol=1e-6)
    np.testing.assert_allclose(first.found[0, 0], read[0] * np.array([0.3, 0.4]), rtol=1e-6)

    second = learner.read(first, *nothing)
    # slot 1 is the first least used one; the other half goes to the slots read before
    write = 0.5 * read + np.array([0, 0.5, 0])
    np.testing.assert_allclose(second.write_weights[0, 0], write, rtol=1e-6)
    memory = np.array([[0.3, 0.4], [0, 0], [0, 0]]) + np.outer(write, [0.6, 0.8])
    np.testing.assert_allclose(second.memory[0], memory, rtol=1e-6)
    np.testing.assert_allclose(second.read_weights[0, 0], [1 / 3] * 3, rtol=1e-6)  # all rows have the same direction
    np.testing.assert_allclose(second.usage[0], 0.95 * first.usage[0].numpy() + 1 / 3 + write, rtol=1e-6)


def test_a_slot_is_emptied_before_it_is_written() -> None:
    learner = constant((0.6, 0.8))
    cell = learner.start(1)._replace(
        memory=torch.tensor([[[9.0, 9.0], [1.0, 0.0], [0.0, 1.0]]]).double(), usage=torch.tensor([[0.0, 1, 1]]).double()
    )
    after = learner.read(cell, torch.zeros(1, 1).double(), torch.zeros(1, 2).double())
    np.testing.assert_allclose(after.memory[0], [[0.3, 0.4], [1, 0], [0, 1]], rtol=1e-6)
    assert after.erased.tolist() == [[1, 0, 0]]


def in_plain_loops(learner: MANN, cell: MemoryCell, z: torch.Tensor, label: torch.Tensor) -> dict[str, np.ndarray]:
    """Compute one read of one row by the paper's equations; controller, keys and gates are the learner's."""
    hidden, _ = learner.controller(torch.cat([z, label, cell.found.flatten(1)], -1), (cell.hidden, cell.cell))
    keys = torch.tanh(learner.keys(hidden)).reshape(learner.n_heads, learner.slot_dim).detach().numpy()
    gates = torch.sigmoid(learner.gates(hidden))[0].detach().numpy()
    strengths = np.ones(learner.n_heads)
    if learner.strengths is not None:
        strengths = 1 + np.log1p(np.exp(learner.strengths(hidden)[0].detach().numpy()))
    memory, usage = cell.memory[0].detach().numpy().copy(), cell.usage[0].numpy()
    before = cell.read_weights[0].detach().numpy()
    order = sorted(range(learner.n_slots), key=lambda slot: usage[slot])
    writes = []
    for h in range(learner.n_heads):
        lately = np.eye(learner.n_slots)[order[h]]
        writes.append(gates[h] * before[h] + (1 - gates[h]) * lately)  # (7)
    for h in range(learner.n_heads):
        memory[order[h]] = 0
    for h in range(learner.n_heads):
        for slot in range(learner.n_slots):
            memory[slot] += writes[h][slot] * keys[h]  # (8)
    reads, found = [], []
    for h in range(learner.n_heads):
        lengths = np.linalg.norm(memory, axis=1) * np.linalg.norm(keys[h])
        cosines = np.divide(memory @ keys[h], lengths, out=np.zeros(learner.n_slots), where=lengths > 0)  # (2)
        weights = np.exp(strengths[h] * cosines)
        reads.append(weights / weights.sum())  # (3)
        found.append(reads[-1] @ memory)  # (4)
    usage = learner.usage_decay * usage + sum(reads) + sum(writes)  # (5)
    return {"memory": memory, "usage": usage, "read_weights": np.array(reads), "found": np.array(found)}


@pytest.mark.parametrize("key_strength", [False, True])
def test_reads_with_several_heads_equal_plain_loops(key_strength: bool) -> None:
    torch.manual_seed(0)
    options: dict[str, Any] = {"hidden_size": 6, "n_slots": 5, "slot_dim": 3, "n_heads": 2, "usage_decay": 0.8}
    learner = MANN(nn.Identity(), output_dim=2, feature_shape=(4,), key_strength=key_strength, **options).double()
    learner.requires_grad_(False)
    cell = learner.start(1)
    for _ in range(8):  # more writes than slots, so old contents are overwritten
        z, label = torch.randn(1, 4).double(), torch.eye(2)[torch.randint(2, (1,))].double()
        expected = in_plain_loops(learner, cell, z, label)
        cell = learner.read(cell, z, label)
        for name, value in expected.items():
            np.testing.assert_allclose(getattr(cell, name)[0].detach(), value, rtol=1e-6, atol=1e-9, err_msg=name)


def test_the_trace_shows_the_memory() -> None:
    episode = sampler_of("point").episode(0)
    learner = learners.build("mann", item_shape=(2,), output_dim=3, n_slots=20, slot_dim=7)
    trace = loop.trace(learner, episode)
    assert trace.axis == "write"
    assert trace["memory"].shape == (7, 20, 7)
    assert (trace["memory"][0] == 0).all()
    assert (trace["usage"][0] == 0).all()
    assert (trace["write_weights"][0] == 0).all()
    np.testing.assert_allclose(trace["read_weights"].sum(-1), 1, rtol=1e-5)
    assert (trace["usage"][1:] > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_heads": 9, "n_slots": 8}, "n_heads <= n_slots"),
        ({"usage_decay": 1.0}, "usage_decay=1.0"),
        ({"slot_dim": 0}, "slot_dim=0"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        learners.build("mann", item_shape=(2,), output_dim=2, **options)
