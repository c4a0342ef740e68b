"""Killed meta-trainings: after a kill at any moment, a resumed training ends with exactly the bits of an uninterrupted training.

Each run is a new process, forked from one that has already loaded torch. METAWIDGETS_SEED chooses other moments for the kills.
"""

import itertools
import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from metawidgets import learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import CheckpointError
from metawidgets.training import MetaTraining, checkpoints, meta_train
from tests.learners.conftest import blob_pool

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL, and forks")
SEED = int(os.environ.get("METAWIDGETS_SEED", "0"))
DEATHS = 20
LEARNERS = {
    "protonet": ("image", {"width": 4}),  # running averages of batch normalisation
    "maml": ("point", {"inner_steps": 2}),
    "reptile": ("point", {"inner_steps": 2}),  # it draws random numbers while it learns
}

COMMAND = ["train", "it.safetensors", "--dataset", "gaussians", "--validate-every", "5", "--n-validation", "2"]
COMMAND += ["--steps", "100000"]
GOES_ON = "Stopped. Rerun the command to resume from the last validation."


def train(name: str, path: Path, steps: int, dies_at: int | None = None) -> None:
    """Start or resume the training, and kill the process itself at file operation number `dies_at` in the folder."""
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
    context.set_forkserver_preload([__name__, "torch._dynamo"])  # the optimiser imports this when it is created
    return context


def born(lives: ForkServerContext, *args: Any) -> ForkServerProcess:
    process = lives.Process(target=train, args=args, daemon=True)
    process.start()
    return process


def saves(process: ForkServerProcess, state: Path) -> Iterator[None]:
    """Yield each time that a file beside `state` is being written or has been written, while the process lives."""
    seen = set(os.listdir(state.parent))  # noqa: PTH208 - quick: what it waits for lasts a millisecond
    while process.is_alive():
        now = set(os.listdir(state.parent))  # noqa: PTH208
        if any(name.endswith(".part") for name in now - seen):
            yield
        seen = now


def kill_somewhere(draw: random.Random, way: str, process: ForkServerProcess, state: Path, step_s: float) -> None:
    """Kill the process in the middle of a write, as far as this can be seen from outside, or some steps after a write."""
    writes = saves(process, state)
    for _ in range(draw.randint(1, 4)):
        next(writes, None)
    if way == "later":
        time.sleep(draw.uniform(0, 5 * step_s))
    process.kill()


def figures(path: Path) -> dict[str, Any]:
    """Return a card without its times, which differ between otherwise identical runs."""
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


def command(folder: Path, said: Path) -> None:
    """Run `metawidgets train` as the shell would, except that torch is already loaded."""
    from metawidgets.__main__ import main

    signal.signal(signal.SIGINT, signal.default_int_handler)  # if the tests run in the background, SIGINT is ignored
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    sys.argv = ["metawidgets", *COMMAND]
    main()


@pytest.mark.slow
def test_ctrl_c_at_any_moment_is_130_and_goes_on(lives: ForkServerContext, tmp_path: Path) -> None:
    draw, state, stood = random.Random(SEED), tmp_path / "it.training.safetensors", [0]
    for life in range(DEATHS):
        said, before = tmp_path / f"{life}.txt", state.stat().st_mtime_ns if state.exists() else None
        process = lives.Process(target=command, args=(tmp_path, said), daemon=True)
        process.start()
        while process.is_alive() and (not state.exists() or state.stat().st_mtime_ns == before):
            time.sleep(0.001)  # wait until it has saved, then interrupt it during its steps, validations or writes
        time.sleep(draw.uniform(0, 0.1))
        os.kill(process.pid or 0, signal.SIGINT)
        process.join()
        words = said.read_text()
        assert process.exitcode == 130, words
        assert "Traceback" not in words
        assert words.strip().endswith(GOES_ON)
        stood.append(checkpoints.read(state)[1]["progress"]["step"])
    assert all(b > a for a, b in itertools.pairwise(stood))
    assert not list(tmp_path.glob(".*"))  # an interrupted write leaves no half-written file


@pytest.mark.slow
def test_ctrl_c_while_it_loads_is_130_without_a_word(tmp_path: Path) -> None:
    """Loading torch takes seconds, and its C++ code does not survive an exception in the middle of it."""
    draw = random.Random(SEED)
    code = "import metawidgets; print('begun', flush=True); from metawidgets.__main__ import main; main()"
    for _ in range(int(os.environ.get("METAWIDGETS_INTERRUPTS", "4"))):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *COMMAND],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.uniform(0, 2))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        # a fast machine may have reached its first steps by then
        words = [line for line in said.splitlines() if line != GOES_ON and not line.startswith("training step ")]
        assert (process.returncode, words) == (130, [])


def small(path: Path, steps: int = 4, leave_at: int | None = None) -> None:
    pool = blob_pool("point")
    torch.manual_seed(0)
    learner = learners.build("protonet", item_shape=(2,), output_dim=3)
    how = MetaTraining(steps=steps, validate_every=2, n_validation=2)
    training = meta_train(learner, EpisodeSampler(pool, n_way=3, k_shot=1, n_query=2), how, checkpoint=path)
    for _ in itertools.islice(training, leave_at):
        pass


def altered(draw: random.Random, whole: bytes) -> Iterator[bytes]:
    header = 8 + int.from_bytes(whole[:8], "little")
    for _ in range(60):
        yield whole[: draw.randrange(len(whole))]
        for end in (8, header, len(whole)):  # the length, the names and the card, the tensors
            place = draw.randrange(end)
            yield whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :]


def test_an_altered_state_is_one_error_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    small(path)
    state, best = path.with_suffix(".training.safetensors"), path.read_bytes()
    for data in [*altered(random.Random(SEED), state.read_bytes()), b"", best]:
        state.write_bytes(data)
        before = {p: p.read_bytes() for p in tmp_path.iterdir()}
        with pytest.raises(CheckpointError, match=r"(cannot resume|other settings).*--fresh") as caught:
            small(path)
        assert len(str(caught.value).splitlines()) == 1
        assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_another_network_does_not_go_on_with_this_ones_state(tmp_path: Path) -> None:
    path, pool = tmp_path / "c.safetensors", blob_pool("point")
    sampler, how = EpisodeSampler(pool, n_way=3, k_shot=1, n_query=2), MetaTraining(steps=2)
    for hidden, name in (([8], "protonet"), ([8, 8], "protonet"), ([8], "relation")):
        learner = learners.build(name, item_shape=(2,), output_dim=3, hidden=hidden)
        before = {k: v.clone() for k, v in learner.state_dict().items()}
        training = meta_train(learner, sampler, how, checkpoint=path)
        if (hidden, name) == ([8], "protonet"):
            list(training)
            continue
        with pytest.raises(CheckpointError, match="belongs to a training with other settings"):
            next(training)
        assert all(torch.equal(v, before[k]) for k, v in learner.state_dict().items())


def on_a_full_disk(path: Path, said: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, resource.RLIM_INFINITY))
    try:
        small(path, steps=6)
    except CheckpointError as error:
        said.write_text(str(error))


def test_a_full_disk_is_one_error_and_the_earlier_state_stays(lives: ForkServerContext, tmp_path: Path) -> None:
    path, said = tmp_path / "c.safetensors", tmp_path / "said"
    small(path, steps=6, leave_at=2)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    process = lives.Process(target=on_a_full_disk, args=(path, said))
    process.start()
    process.join()
    assert "cannot write the checkpoint" in said.read_text()
    said.unlink()
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert checkpoints.read(path.with_suffix(".training.safetensors"))[1]["progress"]["step"] == 2
