"""Meta-training under a hand that kills it: wherever it dies, it ends with the very bits of a training that was left in peace.

Each life is a process of its own, forked from one that has loaded torch already. METAWIDGETS_SEED gives other moments of death.
"""

import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from metawidgets import checkpoints, learners
from metawidgets.errors import CheckpointError
from metawidgets.sampling import EpisodeSampler
from metawidgets.training import MetaTraining, meta_train
from tests.learners.conftest import blob_pool

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL, and forks")
SEED = int(os.environ.get("METAWIDGETS_SEED", "0"))
DEATHS = 20
LEARNERS = {
    "protonet": ("image", {"width": 4}),  # running averages of batch normalisation
    "maml": ("point", {"inner_steps": 2}),
    "reptile": ("point", {"inner_steps": 2}),  # draws random numbers while it learns
}


def train(name: str, path: Path, steps: int, dies_at: int | None = None) -> None:
    """A life: it begins or goes on, and may die by its own hand at file operation number `dies_at` in the folder."""
    torch.set_num_threads(1)
    if dies_at is not None:
        kill_at_file_operation(dies_at, path.parent)
    kind, options = LEARNERS[name]
    pool = blob_pool(kind)
    own, other = (
        EpisodeSampler(p, n_way=3, k_shot=1, n_query=2) for p in (pool.subset(range(8)), pool.subset(range(8, 12)))
    )
    torch.manual_seed(0)
    learner = learners.build(name, item_shape=pool.items.shape[1:], output_dim=3, **options)
    how = MetaTraining(steps=steps, meta_batch_size=2, schedule="cosine", validate_every=2, n_validation=2)
    for _ in meta_train(learner, own, how, validation=other, checkpoint=path):
        pass


def kill_at_file_operation(number: int, folder: Path) -> None:
    left = number

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove", "os.chmod") and str(args[0]).startswith(str(folder)):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


@pytest.fixture(scope="module")
def lives() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "torch._dynamo"])  # the optimiser imports that when it is made
    return context


def born(lives: ForkServerContext, *args: Any) -> ForkServerProcess:
    process = lives.Process(target=train, args=args, daemon=True)
    process.start()
    return process


def saves(process: ForkServerProcess, state: Path) -> Iterator[None]:
    """Each time that a file is being written beside `state`, or was, for as long as the process lives."""
    seen = set(os.listdir(state.parent))  # noqa: PTH208 - quick: what it waits for lasts a millisecond
    while process.is_alive():
        now = set(os.listdir(state.parent))  # noqa: PTH208
        if any(name.endswith(".part") for name in now - seen):
            yield
        seen = now


def kill_somewhere(draw: random.Random, way: str, process: ForkServerProcess, state: Path, step_s: float) -> None:
    """In the middle of a write as far as can be seen from outside, or some steps behind one."""
    writes = saves(process, state)
    for _ in range(draw.randint(1, 4)):
        next(writes, None)
    if way == "later":
        time.sleep(draw.uniform(0, 5 * step_s))
    process.kill()


def figures(path: Path) -> dict[str, Any]:
    """A card without what differs between two runs that are otherwise the same: the time that they took."""
    _, card = checkpoints.read(path)
    assert card == json.loads(path.with_suffix(".json").read_text())
    progress = {k: v for k, v in card.get("progress", {}).items() if k != "seconds"}
    return {**{k: v for k, v in card.items() if k not in ("seconds", "card_sha256")}, "progress": progress}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNERS)
def test_killed_twenty_times_it_ends_with_the_same_bits(name: str, lives: ForkServerContext, tmp_path: Path) -> None:
    draw, steps = random.Random(f"{SEED} {name}"), 160
    whole, broken = tmp_path / "whole" / "c.safetensors", tmp_path / "broken" / "c.safetensors"
    born(lives, name, whole, steps).join()
    state = whole.with_suffix(".training.safetensors")
    step_s = checkpoints.read(state)[1]["progress"]["seconds"] / steps

    state, stood = broken.with_suffix(".training.safetensors"), [0]
    broken.parent.mkdir()
    for death in range(DEATHS):
        way = ("in a write", "later", "by its own hand")[death % 3]
        own_hand = way == "by its own hand"
        process = born(lives, name, broken, steps, draw.randint(1, 40) if own_hand else None)
        if not own_hand:
            kill_somewhere(draw, way, process, state, step_s)
        process.join()
        assert process.exitcode == -signal.SIGKILL, f"life {death} was to end {way}, from step {stood[-1]}"
        stood.append(checkpoints.read(state)[1]["progress"]["step"] if state.exists() else 0)
    assert stood == sorted(stood)
    assert stood[-1] < steps
    last = born(lives, name, broken, steps)
    last.join()
    assert last.exitcode == 0

    for suffix in (".safetensors", ".training.safetensors"):
        a, b = whole.with_suffix(suffix), broken.with_suffix(suffix)
        tensors, again = checkpoints.read(a)[0], checkpoints.read(b)[0]
        assert tensors.keys() == again.keys()
        for key, value in tensors.items():
            assert value.numpy().tobytes() == again[key].numpy().tobytes(), key
        assert figures(a) == figures(b)
    assert sorted(p.name for p in broken.parent.iterdir()) == sorted(p.name for p in whole.parent.iterdir())
