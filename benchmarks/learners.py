"""Measure peak memory and time of one outer step of second-order MAML, for several numbers of inner steps and of tasks.

    python benchmarks/learners.py            # about five minutes on one core; only on Linux, since it reads /proc

The network is conv4 with 64 filters on 28x28 images; episodes are 5-way 5-shot with 15 queries per class. Each setting runs in a new
process, since a process does not always return memory before it ends. Memory is the rise of the resident set above its size with
the network, its gradients and the data loaded. Time is the median of a few steps, on one thread.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.episodes import EpisodeSampler
from metawidgets.learners import loop

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "against tasks": [{"inner_steps": 5, "tasks": n} for n in (1, 4, 16)],
    "against inner steps": [{"inner_steps": n, "tasks": 2} for n in (1, 5, 10, 20)],
}
WAYS: dict[str, dict[str, Any]] = {
    "remembers graphs": {},
    "remembers parameters": {"remember": "parameters"},
    "first order": {"first_order": True},
}


def resident(field: str) -> float:
    """Return this process's resident memory in MiB: "VmRSS" is the size now, "VmHWM" the peak since the last reset."""
    (line,) = (row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith(field))
    return int(line.split()[1]) / 1024


def measure(
    inner_steps: int, tasks: int, k_shot: int, downsample: str, repetitions: int, **options: Any
) -> dict[str, float]:
    torch.set_num_threads(1)
    source = load("glyphs", n_classes=60).source("train")
    batch = EpisodeSampler(source, n_way=5, k_shot=k_shot, n_query=15, seed=0).batch(0, tasks)
    torch.manual_seed(0)
    learner = learners.build(
        "maml", item_shape=(1, 28, 28), output_dim=5, inner_steps=inner_steps, downsample=downsample, **options
    ).train()
    for p in learner.parameters():
        p.grad = torch.zeros_like(p)
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
    seconds = []
    for _ in range(repetitions):
        begun = time.process_time()
        loop.meta_gradient(learner, batch)
        seconds.append(time.process_time() - begun)
    return {"mebibytes": resident("VmHWM") - before, "seconds": statistics.median(seconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--downsample", choices=("stride", "pool"), default="stride")
    parser.add_argument("--k-shot", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3, help="outer steps whose median time is reported")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(**json.loads(options.one))))
        return
    console = Console()
    for title, settings in SETTINGS.items():
        table = Table("inner steps", "tasks", *WAYS, title=f"{options.downsample}, {options.k_shot}-shot, {title}")
        for setting in settings:
            cells: list[str] = []
            for way in WAYS.values():
                one = {**setting, **way, "k_shot": options.k_shot, "downsample": options.downsample}
                one["repetitions"] = options.repetitions
                command = [sys.executable, __file__, "--one", json.dumps(one)]
                found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                cells.append(f"{found['mebibytes']:.0f} MiB, {found['seconds']:.2f} s")
            table.add_row(str(setting["inner_steps"]), str(setting["tasks"]), *cells)
        console.print(table)


if __name__ == "__main__":
    main()
