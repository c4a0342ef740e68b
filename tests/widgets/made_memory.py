"""Traces of memories and of attention made by hand, with known contents of every slot and known attention of every query."""

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from tests.widgets.examples import HOSTILE, sheet

NAMES = ("aleph", "beth", HOSTILE)
RECORDERS = {"hidden": ["RecurrentLearner", "MANN"], "attention": ["SNAIL"], "write_weights": ["MANN"]}


def three() -> Episode:
    """Make an episode with three support items, one per class, and two queries per class."""
    return sheet((1, 1, 1), 2, NAMES)


def answers(episode: Episode, steps: int) -> dict[str, np.ndarray]:
    """Return outputs that go from equal probabilities to 0.9 for the true class. For the last query, the next class wins instead."""
    way, aim = len(episode.class_names), np.array(episode.query_y)
    aim[-1] = (aim[-1] + 1) % way
    share = np.linspace(0, 0.85, steps)[:, None, None]
    p = ((1 - share) / way + share * np.eye(way)[aim]).astype(np.float32)
    n = len(episode.support_y)
    read = (np.arange(n) < np.arange(steps)[:, None]).astype(np.uint8)
    return {"probabilities": p, "outputs": np.log(p), "absorbed": read}


def remembered() -> dict[str, np.ndarray]:
    """Return the writes of a memory with four slots.

    Item 0 is written to slot 0 and partly to slot 1, item 1 to slot 1, and item 2 to slot 0 and partly to slot 1. Slots 2 and 3
    stay empty. Slot 2 is the least used slot at the end, so reading a query clears it.
    """
    writes = np.array([[0, 0, 0, 0], [0.75, 0.25, 0, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0]], np.float32)
    erased = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]], np.float32)
    usage = np.array([[0, 0, 0, 0], [1, 0.5, 0, 0], [0.9, 1.5, 0, 0.1], [1.4, 1.9, 0, 0.1]], np.float32)
    reads = np.tile(np.array([0.4, 0.3, 0.2, 0.1], np.float32), (4, 6, 1))
    memory = np.cumsum(writes, 0)[..., None] * np.array([1, -1, 0.5], np.float32)
    return {"write_weights": writes, "erased": erased, "usage": usage, "read_weights": reads, "memory": memory}


def attended() -> dict[str, np.ndarray]:
    """Return the attention of two layers with two heads each. The first head attends equally to all items read, the second to the
    last item, the third to the first item, and the fourth half to the first item and half to the query itself. Support items attend
    in the same way; an item counts as read by itself."""
    out, among = np.zeros((4, 4, 6, 3), np.float32), np.zeros((4, 4, 3), np.float32)
    for t in range(1, 4):
        for head, row in enumerate((np.full(t, 1 / t), np.eye(t)[-1], np.eye(t)[0], 0.5 * np.eye(t)[0])):
            out[t, head, :, :t] = row
            among[t, head, :t] = row
        among[t, 3, t - 1] += 0.5
    return {"attention": out, "context_attention": among}


def kept() -> dict[str, np.ndarray]:
    """Return the hidden states of five units. Unit 3 changes most in the last step."""
    hidden = np.array(
        [[0, 0, 0, 0, 0], [0.5, -0.5, 0, 0.1, 0], [0.5, -0.4, 0, 0, 0.2], [0.4, -0.4, 0, 0.9, 0]], np.float32
    )
    return {"hidden": hidden}


def made(
    *parts: dict[str, np.ndarray], episode: Episode | None = None, learner: str = "MANN", axis: str = "write"
) -> Trace:
    episode = episode or three()
    channels = {name: a for part in parts for name, a in part.items()}
    steps = len(next(iter(channels.values())))
    names = tuple(f"layer {i + 1} head {j + 1}" for i in range(2) for j in range(2))
    coords = {"head": names} if "attention" in channels and channels["attention"].shape[1] == 4 else {}
    return Trace(
        axis, answers(episode, steps) | channels, episode, {"learner": learner, "recorders": RECORDERS}, coords
    )


def memory() -> Trace:
    return made(remembered(), kept())


def attention() -> Trace:
    return made(attended(), learner="InContext", axis="context_example")


def everything() -> Trace:
    return made(remembered(), attended(), kept())


def large_memory(n_slots: int = 128, writes: int = 50, features: int = 40, way: int = 5) -> Trace:
    """Make a memory of the largest size that must be quick to scrub. Writes go to the four least used slots; reads are random."""
    rng = np.random.default_rng(5)
    episode = sheet((writes // way,) * way, 10, tuple(f"alphabet/{k}" for k in range(way)))
    weights, erased = np.zeros((2, writes + 1, n_slots), np.float32)
    usage = np.zeros((writes + 1, n_slots), np.float32)
    for t in range(1, writes + 1):
        least = np.argsort(usage[t - 1], kind="stable")[:4]
        erased[t, least] = 1
        weights[t] = rng.dirichlet(np.full(n_slots, 0.05)) / 5
        weights[t, least] += 0.2
        usage[t] = 0.95 * usage[t - 1] + 4 * weights[t] + 0.1 * rng.random(n_slots)
    made_of = {
        "write_weights": weights, "erased": erased, "usage": usage,
        "memory": np.tanh(np.cumsum(rng.normal(0, 0.2, (writes + 1, n_slots, features)), 0)).astype(np.float32),
        "read_weights": rng.dirichlet(np.full(n_slots, 0.1), (writes + 1, 10 * way)).astype(np.float32),
    }  # fmt: skip
    return made(made_of, {"hidden": rng.normal(size=(writes + 1, 64)).astype(np.float32)}, episode=episode)


def large_attention(n_heads: int = 8, context: int = 100, queries: int = 5, way: int = 5) -> Trace:
    """Make 8 heads over 100 context items, with random attention to the items read and to the query itself."""
    rng = np.random.default_rng(6)
    episode = sheet((context // way,) * way, queries, tuple(f"alphabet/{k}" for k in range(way)))
    read = np.arange(context) < np.arange(context + 1)[:, None]  # (step, item)
    weights = rng.gamma(0.2, size=(context + 1, n_heads, queries * way, context)) * read[:, None, None] + 1e-12
    weights *= 0.9 * read.max(1)[:, None, None, None] / weights.sum(-1, keepdims=True)
    among = rng.gamma(0.2, size=(context + 1, n_heads, context)) * read[:, None] + 1e-12
    among *= read.max(1)[:, None, None] / among.sum(-1, keepdims=True)
    channels = {"attention": weights.astype(np.float32), "context_attention": among.astype(np.float32)}
    return made(channels, episode=episode, learner="InContext", axis="context_example")
