"""Measure the cost of the outer-loop monitor: steps per second with and without it, how soon it stops, and the size of its output.

    python benchmarks/monitor.py [--rounds 7] [--seconds 4] [--threads 1]

A watched and an unwatched training take turns, so that other work on the machine slows both alike. The cost is the extra time per step
(median over rounds), by wall clock and by processor time, without the time spent on the held-out episode. On a busy machine, both vary
by more than the cost. Then use the share of the watched training's time that is spent inside the monitor. The monitor's messages are
packed as for a notebook.
"""

import argparse
import base64
import json
import statistics
import time

import torch

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.records import MetaStep
from metawidgets.training import MetaTraining, meta_train
from metawidgets.widgets import OuterLoopMonitor


class Comm:
    """A comm that serialises messages as a notebook's would, and counts them and their bytes."""

    comm_id, target_name = "bench", "jupyter.widget"

    def __init__(self) -> None:
        self.messages, self.size = 0, 0

    def send(self, data=None, metadata=None, buffers=None) -> None:
        self.messages += 1
        self.size += len(json.dumps(data)) + sum(len(bytes(b)) for b in buffers or [])

    def on_msg(self, callback) -> None: ...
    def on_close(self, callback) -> None: ...
    def close(self, *args, **kwargs) -> None: ...


def parts(kind: str, n: int = 10**6) -> tuple[learners.Learner, EpisodeSampler, MetaTraining]:
    torch.manual_seed(0)
    if kind == "sinusoids-maml":
        sampler = EpisodeSampler(datasets.load("sinusoids").source("train"), k_shot=10, n_query=10)
        return learners.build("maml", item_shape=(1,), output_dim=1, inner_lr=0.01), sampler, MetaTraining(n, 4)
    sampler = EpisodeSampler(datasets.load("glyphs").source("train"), n_way=5, k_shot=1, n_query=5)
    name = kind.partition("-")[2]
    return (
        learners.build(name, item_shape=(1, 28, 28), output_dim=5),
        sampler,
        MetaTraining(n, 2 if name == "maml" else 1),
    )


Times = tuple[float, float]
"""Wall-clock seconds and processor seconds."""


def now() -> Times:
    return time.perf_counter(), time.process_time()


def since(begun: Times) -> Times:
    clock, processor = now()
    return clock - begun[0], processor - begun[1]


def without_monitor(training, seconds: float) -> Times:
    """Train for some seconds, and return the time per step."""
    done, begun = 0, now()
    while since(begun)[0] < seconds:
        next(training)
        done += 1
    clock, processor = since(begun)
    return clock / done, processor / done


def with_monitor(monitor: OuterLoopMonitor, held: list[Times], seconds: float) -> tuple[float, float, float]:
    """Train in the monitor's thread, as a notebook does. Return wall-clock and processor seconds per step, and the monitor's share.

    The time runs from the start to the end of the last step, without the time spent on the held-out episode.
    """
    loop = monitor._loop
    assert loop is not None
    note, marks, inside = loop._note, [], 0.0

    def noted(step: MetaStep) -> None:
        nonlocal inside
        begun = time.perf_counter()
        note(step)
        marks.append(now())
        inside += marks[-1][0] - begun

    loop._note = noted
    before, begun = len(held), now()
    monitor.start(background=True)
    monitor.wait(seconds)
    monitor.pause()
    monitor.wait()
    loop._note = note
    on_held = [
        sum(each[i] for each in held[before:-1]) for i in (0, 1)
    ]  # the last adaptation comes after the last step
    share = (inside - on_held[0]) / (marks[-1][0] - begun[0] - on_held[0])
    clock, processor = ((b - a - c) / len(marks) for a, b, c in zip(begun, marks[-1], on_held, strict=True))
    return clock, processor, share


def cost(kind: str, rounds: int, seconds: float) -> None:
    learner, sampler, how = parts(kind)
    plain = meta_train(learner, sampler, how)
    monitor = instruments.outer_loop_monitor(*parts(kind), every=100)
    monitor.comm = comm = Comm()
    held: list[Times] = []
    assert monitor._loop is not None
    readapt = monitor._loop._readapt

    def timed(meta_step: int) -> None:
        begun = now()
        readapt(meta_step)
        held.append(since(begun))

    monitor._loop._readapt = timed
    next(plain)
    monitor.run(1)
    rows = [(without_monitor(plain, seconds), with_monitor(monitor, held, seconds)) for _ in range(rounds)]
    said = []
    for i, name in enumerate(("clock", "processor")):
        more = [100 * (watched[i] / without[i] - 1) for without, watched in rows]
        without, watched = (statistics.median(1 / row[j][i] for row in rows) for j in (0, 1))
        said.append(
            f"{without:.1f} steps a second without and {watched:.1f} with it by the {name}, {statistics.median(more):+.1f} % "
            f"(rounds {', '.join(f'{m:+.1f}' for m in more)})"
        )
    share = 100 * statistics.median(watched[2] for _, watched in rows)
    each = comm.size / max(1, comm.messages) / 1e3
    sent = f"{comm.messages / (rounds * seconds):.1f} messages/s, {each:.0f} KB each"
    print(f"{kind}: {'; '.join(said)}; {share:.2f} % of its time inside the monitor; {sent}", flush=True)


def own_cost() -> None:
    """Time one step and one redraw of the monitor alone, on a full record: independent of the training and of other load."""
    monitor = instruments.outer_loop_monitor(*parts("sinusoids-maml"), every=10**6)
    monitor.comm = Comm()
    loop = monitor._loop
    assert loop is not None
    loop.clock = lambda: 0.0
    loop._drawn = 0.0
    steps = [MetaStep(i + 1, 1 / (i + 1), 0.5, 1.0, i, 0.01 * i, 1e-3) for i in range(20_000)]
    begun = time.process_time()
    for step in steps:
        loop._note(step)
    a_step = (time.process_time() - begun) / len(steps)
    begun = time.process_time()
    for i in range(500):
        loop._note(MetaStep(20_001 + i, 1.0, 0.5, 1.0, i, 0.01 * i, 1e-3))
        loop._redraw()
    a_redraw = (time.process_time() - begun) / 500 - a_step
    print(
        f"a step costs {1e6 * a_step:.0f} us, a redraw {1e3 * a_redraw:.2f} ms, so 4 a second {400 * a_redraw:.2f} % of the time"
    )


def stops(kind: str, times: int = 8) -> None:
    said, ended = [], []
    monitor = instruments.outer_loop_monitor(*parts(kind))
    for i in range(times):
        monitor.start(background=True)
        monitor.wait(0.3 + 0.07 * i)
        begun = time.perf_counter()
        monitor.stop()
        said.append(time.perf_counter() - begun)
        monitor.wait()
        ended.append(time.perf_counter() - begun)
    print(
        f"{kind}: Stop is acknowledged in {1e3 * max(said):.1f} ms, and at rest in {1e3 * max(ended):.0f} ms (largest of {times})"
    )


def output_of_an_hour(kind: str, per_second: int = 30) -> None:
    """Print the size of what a notebook saves after an hour (widget state and picture). The hour is simulated."""
    monitor = instruments.outer_loop_monitor(*parts(kind, 3600 * per_second))
    loop = monitor._loop
    assert loop is not None
    now = [0.0]
    loop.clock = lambda: now[0]
    loop.phase = "running"
    for i in range(3600 * per_second):
        now[0] += 1 / per_second
        loop._note(MetaStep(i + 1, 1 / (i + 1), 0.5, 1.0, 4 * i, now[0], 1e-3))
    loop._come_to_rest("stopped", "")
    state = {k: v for k, v in monitor.get_state().items() if not k.startswith("_")}
    size = sum(
        len(base64.b64encode(v)) if isinstance(v, bytes) else len(json.dumps(v, default=str)) for v in state.values()
    )
    png = len(base64.b64encode(monitor.png()))
    module = len(str(monitor._esm)) + len(str(monitor._css))
    print(
        f"{kind}: after an hour of {per_second} steps/s its state is {size / 1e3:.0f} KB, its picture {png / 1e3:.0f} KB, "
        f"its module {module / 1e3:.0f} KB: {(size + png + module) / 1e3:.0f} KB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--only", choices=["own", "cost", "stops", "hour"])
    parser.add_argument("--threads", type=int, help="PyTorch's threads; its own default if left out")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    kinds = ("sinusoids-maml", "glyphs-protonet", "glyphs-maml")
    if options.only in (None, "own"):
        own_cost()
    for kind in kinds:
        if options.only in (None, "cost"):
            cost(kind, options.rounds, options.seconds)
        if options.only in (None, "stops"):
            stops(kind)
        if options.only in (None, "hour"):
            output_of_an_hour(kind)


if __name__ == "__main__":
    main()
