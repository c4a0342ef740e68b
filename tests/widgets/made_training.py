"""A fake meta-training whose losses are known beforehand. Nothing is learned."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from metawidgets.records import Evaluation, MetaStep, Trace
from metawidgets.training.control import MetaControl
from metawidgets.widgets import OuterLoopMonitor

_DATA = Path(__file__).parents[1] / "data"


def monitored(steps: int = 80, done: int = 0, name: str = "curve", every: int | None = 5) -> OuterLoopMonitor:
    """A fake meta-training whose losses, on the training tasks and on the held-out episode, fall by a known rule."""
    at, first = [0], Trace.load(_DATA / f"{name}.npz")

    def meta_steps(control: MetaControl) -> Iterator[MetaStep]:
        while control.step < (control.steps or steps):
            control.check()
            control.step += 1
            at[0] = n = control.step
            scores = np.clip(1 - 0.7 * 0.97**n + np.array([-0.04, 0.04]), 0, 1)
            validation = Evaluation("accuracy", scores) if n % 10 == 0 else None
            loss = float(2 * 0.97**n + 0.2 * np.sin(n))
            yield MetaStep(n, loss, 0.5, 3 * 0.99**n, 4 * n, 0.01 * n, control.meta_lr or 1e-3, validation, n % 10 == 0)

    def retrace() -> Trace:
        part = 1 / (1 + at[0] / 10)
        losses = {key: first[key] * part for key in ("query_loss", "support_loss")}
        return replace(first, channels={**first.channels, **losses})

    monitor = OuterLoopMonitor(
        meta_steps, retrace=retrace, steps=steps, meta_lr=1e-3, every=every, label="Made-up training", chance=0.2
    )
    if done:
        monitor.run(done)
    return monitor
