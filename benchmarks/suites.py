"""The suites that `peers.py` times. Each yields rows: a piece of work with its race, its operation count and its aim.

All data is ready before the clock starts. Our learners get the batch as it is drawn (numpy, uint8 images), so their time includes
making tensors of it. The peers get tensors of the same data.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from jax_maml import jax_meta_gradient
from peer_libraries import META_GRADIENTS, PROTONET_STEPS, vmapped_maml
from peer_samplers import SAMPLERS
from race import SHORTEST, Race, operations, race
from standard_networks import (
    Conv4,
    RecurrentHead,
    ResidualNet,
    Tasks,
    copy_values,
    double_backward,
    mlp,
)
from torch import nn

from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.episodes import ClassPool, EpisodeBatch, EpisodeSampler
from metawidgets.learners import Learner, loop

__all__ = [
    "OURS",
    "SUITES",
    "VMAP",
    "Bench",
    "Row",
    "characters",
    "conv4_maml",
    "curves",
    "meta_gradient",
    "sinusoid_maml",
]

OURS = "metawidgets"
VMAP = "torch vmap(grad)"
IMAGE = (1, 28, 28)


@dataclass
class Row:
    """One piece of work and its times.

    Args:
        work: a description. race: the times of all contenders.
        ours: our contender's name. peers: names of the peers to compare with. beside: names of other contenders to show.
        aim: the largest acceptable ratio ours / fastest peer. within: the largest acceptable time in seconds.
        flops: floating-point operations of a call. units: items made by a call (episodes, say); times are printed per item.
    """

    work: str
    race: Race
    ours: str = OURS
    peers: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    aim: float | None = None
    within: float | None = None
    flops: int | None = None
    units: int = 1


@dataclass
class Bench:
    """The settings of a benchmark: the peers that import, and the sizes. `smoke` makes everything as small as possible."""

    peers: Mapping[str, Any]
    repetitions: int
    threads: int
    n_tasks: int = 16
    smoke: bool = False

    def race(self, contenders: Mapping[str, Callable[[], object]]) -> Race:
        return race(contenders, self.repetitions, self.threads, least_seconds=0 if self.smoke else SHORTEST)

    @property
    def width(self) -> int:
        return 8 if self.smoke else 64

    @property
    def inner_steps(self) -> tuple[int, ...]:
        return (1,) if self.smoke else (1, 5)


def characters(n_way: int, k_shot: int, n_query: int, tasks: int) -> EpisodeBatch:
    source = load("glyphs", n_classes=60).source("train")
    return EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=0).batch(0, tasks)


def curves(k_shot: int, tasks: int) -> EpisodeBatch:
    return EpisodeSampler(load("sinusoids").source(), k_shot=k_shot, n_query=k_shot, seed=0).batch(0, tasks)


def conv4_maml(downsample: str, width: int, inner_steps: int) -> Learner:
    """Make our MAML with conv4. It is transductive like the standard network, so that both sides do the same arithmetic."""
    return learners.build(
        "maml",
        item_shape=IMAGE,
        output_dim=5,
        downsample=downsample,
        width=width,
        statistics="transductive",
        inner_lr=0.4,
        inner_steps=inner_steps,
    )


def sinusoid_maml(inner_steps: int) -> Learner:
    return learners.build("maml", item_shape=(1,), output_dim=1, inner_lr=0.01, inner_steps=inner_steps)


def meta_gradient(learner: Learner, batch: EpisodeBatch) -> None:
    learner.zero_grad()
    loop.meta_gradient(learner, batch)


def maml_row(
    bench: Bench, work: str, learner: Learner, standard: nn.Module, batch: EpisodeBatch, aim: float, vmap: bool = False
) -> Row:
    """Time second-order MAML: our learner, and on the standard network every library that has MAML."""
    assert isinstance(learner, learners.MAML)
    tasks, rule = Tasks.of(batch), (learner.inner_steps, learner.inner_lr)
    copy_values(standard, learner.network)
    learner.train()
    contenders: dict[str, Callable[[], object]] = {OURS: partial(meta_gradient, learner, batch)}
    for name, run in META_GRADIENTS.items():
        if name in bench.peers:
            contenders[name] = partial(run, bench.peers[name], standard, tasks, *rule, tasks.loss)
    if isinstance(standard, nn.Sequential) and "jax" in bench.peers:
        contenders["jax"] = jax_meta_gradient(bench.peers["jax"], standard, tasks, *rule)
    peers = [name for name in contenders if name != OURS]
    if vmap:
        contenders[VMAP] = partial(vmapped_maml, standard, tasks, *rule, tasks.loss)
    one = Tasks(*(t[:1] for t in tasks))
    flops = len(tasks) * operations(lambda: double_backward(standard, one, *rule, tasks.loss))
    beside = [VMAP] if vmap else []
    return Row(work, bench.race(contenders), peers=peers, beside=beside, aim=aim, flops=flops)


def sinusoids(bench: Bench) -> Iterator[Row]:
    """Second-order MAML on sine curves. The aim is the time of JAX, which compiles; the other peers take about ten times as long."""
    batch = curves(10, bench.n_tasks)
    for steps in bench.inner_steps:
        work = f"MAML, MLP 1-40-40-1, 10-shot, {bench.n_tasks} tasks, steps: {steps}"
        yield maml_row(bench, work, sinusoid_maml(steps), mlp(), batch, 1.0, vmap=True)


def conv4(bench: Bench) -> Iterator[Row]:
    """Second-order MAML on characters with conv4, the usual network."""
    batch = characters(5, 1, 2 if bench.smoke else 15, bench.n_tasks)
    aims = {("pool", 1): 0.45, ("pool", 5): 0.40, ("stride", 1): 0.5, ("stride", 5): 0.45}
    for downsample in ("pool", "stride"):
        for steps in bench.inner_steps:
            learner, standard = conv4_maml(downsample, bench.width, steps), Conv4(downsample, 5, bench.width)
            work = f"MAML, conv4 {downsample}, 5-way 1-shot, {bench.n_tasks} tasks, steps: {steps}"
            yield maml_row(bench, work, learner, standard, batch, aims[downsample, steps])


def modules(bench: Bench) -> Iterator[Row]:
    """Second-order MAML on modules for which our code has no special case. Both sides use the same module."""
    batch = characters(5, 1, 2 if bench.smoke else 15, bench.n_tasks)
    for kind, rate in ((ResidualNet, 0.1), (RecurrentHead, 0.1)):
        for steps in bench.inner_steps:
            standard = kind(5, bench.width // 2)
            learner = learners.MAML(kind(5, bench.width // 2), inner_lr=rate, inner_steps=steps)
            work = f"MAML, {kind.__name__}, 5-way 1-shot, {bench.n_tasks} tasks, steps: {steps}"
            yield maml_row(bench, work, learner, standard, batch, 0.7)


def protonet(bench: Bench) -> Iterator[Row]:
    """One training step of a prototypical network: gradients and Adam's update."""
    for n_way in (2,) if bench.smoke else (5, 20):
        batch = characters(n_way, 5, 15, 1)
        task, learner = (
            Tasks.of(batch).task(0),
            learners.build(
                "protonet", item_shape=IMAGE, output_dim=n_way, width=bench.width, statistics="transductive"
            ),
        )
        learner.train()
        optimiser = torch.optim.Adam(learner.parameters(), lr=1e-3)

        def ours(learner: Learner = learner, batch: EpisodeBatch = batch, optimiser: Any = optimiser) -> None:
            meta_gradient(learner, batch)
            optimiser.step()

        contenders: dict[str, Callable[[], object]] = {OURS: ours}
        for name, step in PROTONET_STEPS.items():
            if name in bench.peers:
                contenders[name] = step(bench.peers[name], Conv4("pool", None, bench.width), task)
        standard = Conv4("pool", None, bench.width)
        flops = operations(lambda: standard(torch.cat([task.support_x, task.query_x])).sum().backward())  # noqa: B023
        work = f"ProtoNet step, conv4 pool, {n_way}-way 5-shot 15-query"
        peers = [name for name in contenders if name != OURS]
        yield Row(work, bench.race(contenders), peers=peers, aim=0.5, flops=flops)


def episodes(bench: Bench) -> Iterator[Row]:
    """Drawing episodes from images in memory.

    Our episodes are numpy arrays with uint8 images, and a single episode also holds every item's origin. The peers draw from float
    tensors, so one of our contenders also makes tensors of its batches.
    """
    classes, items, n, together = (30, 20, 4, 2) if bench.smoke else (964, 20, 100, 25)
    pixels = np.random.default_rng(0).integers(0, 256, (classes * items, *IMAGE), dtype=np.uint8)
    pool = ClassPool("pixels", pixels, np.arange(classes + 1) * items, tuple(map(str, range(classes))))
    sampler = EpisodeSampler(pool, n_way=5, k_shot=1, n_query=15)
    learner = conv4_maml("stride", 8, 1)
    single, batched, tensors = (f"{OURS}, {how}" for how in ("one by one", f"{together} at once", "as tensors"))
    contenders: dict[str, Callable[[], object]] = {
        single: lambda: [sampler.episode(i) for i in range(n)],
        batched: lambda: [sampler.batch(i, together) for i in range(n // together)],
        tensors: lambda: [list(loop.tasks(learner, sampler.batch(i, together))) for i in range(n // together)],
    }
    images = torch.tensor(pixels).float().div_(255).view(classes, items, *IMAGE)
    peers = [name for name in SAMPLERS if name in bench.peers]
    contenders |= {name: SAMPLERS[name](bench.peers[name], images, sampler.spec, n) for name in peers}
    found = bench.race(contenders)
    against = [name for name in peers if name == "easyfsl"]  # the aims are ratios to its time
    beside = [name for name in peers if name not in against]
    for ours, aim in ((single, 0.1), (batched, 0.02), (tensors, None)):
        work = f"5-way 1-shot 15-query of {classes} x {items} images"
        yield Row(work, found, ours=ours, peers=against, beside=beside, aim=aim, units=n)


def interactive(bench: Bench) -> Iterator[Row]:
    """Adapting to one episode while recording every step, as in interactive use. The aims are absolute times."""
    source, steps = load("glyphs", n_classes=60).source("test"), 2 if bench.smoke else 10
    for downsample, within in (("pool", 0.6), ("stride", 0.3)):
        episode = EpisodeSampler(source, n_way=5, k_shot=5, n_query=2 if bench.smoke else 15).episode(0)
        learner = learners.build(
            "maml", item_shape=IMAGE, output_dim=5, downsample=downsample, width=bench.width, test_steps=steps
        )
        found = bench.race({OURS: partial(loop.trace, learner.eval(), episode)})
        yield Row(f"trace, conv4 {downsample}, 5-way 5-shot, steps: {steps}", found, within=within)
    episode = EpisodeSampler(load("sinusoids").source(), k_shot=10, n_query=10).episode(0)
    found = replace(bench, threads=1).race({OURS: partial(loop.trace, sinusoid_maml(steps).eval(), episode)})
    yield Row(f"trace, MLP 1-40-40-1, 10-shot, steps: {steps}, one thread", found, within=0.0015)


SUITES: Mapping[str, tuple[Callable[[Bench], Iterator[Row]], int]] = {
    "sinusoids": (sinusoids, 1),
    "conv4": (conv4, 2),
    "modules": (modules, 2),
    "protonet": (protonet, 2),
    "episodes": (episodes, 1),
    "interactive": (interactive, 2),
}
"""Suite name -> (a function that yields its rows, its number of threads)."""
