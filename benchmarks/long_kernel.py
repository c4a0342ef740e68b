"""Measure leaks of a long-running kernel: memory, open comms, threads and live components after hundreds of rounds.

    python benchmarks/long_kernel.py [--rounds 500] [--keep]

Each round draws an episode, adapts three learners to it, shows five instruments in a cell, and closes them. The kernel is a real one,
driven through the same protocol as by JupyterLab. A line is fitted to its resident memory over the rounds after the first fifth;
the slope is printed with its 95 % interval, in KB per round. `--keep` leaves the instruments open, as running a cell again and
again does.
"""

import argparse
import json
import sys
from typing import Any

import numpy as np
from jupyter_client.manager import start_new_kernel

from metawidgets.analysis import t_quantile

SETUP = """
import gc, json, os, threading, weakref
import comm
from IPython.display import display
import metawidgets as mw
from metawidgets import instruments, views, widgets

glyphs = mw.EpisodeSampler(mw.datasets.load("glyphs").source("test"), n_way=5, k_shot=1, n_query=3, seed=0)
curves = mw.EpisodeSampler(mw.datasets.load("sinusoids").source("test"), k_shot=5, n_query=10, seed=0)
protonet, mann, maml = mw.load("glyphs-protonet"), mw.load("glyphs-mann"), mw.load("sinusoids-maml")
made = weakref.WeakSet()

def rounds(i):
    episode = glyphs.episode(i)
    trace = mw.trace(protonet, episode)
    shown = [
        instruments.inner_loop_slider(maml, curves.episode(i), inner_steps=3),
        widgets.PrototypeHeatmap(trace),
        widgets.EmbeddingMap(trace),
        widgets.MemoryView(mw.trace(mann, episode)),
        widgets.ChartView(views.learning_curves(trace)),
    ]
    made.update(shown)
    return shown

def standing():
    gc.collect()
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return json.dumps({
        "kb": pages * os.sysconf("SC_PAGE_SIZE") / 1024, "comms": len(comm.get_comm_manager().comms),
        "threads": threading.active_count(), "components": len(made), "objects": len(gc.get_objects()),
    })
"""
ROUND = "for shown in rounds({i}):\n    display(shown)\n"
CLOSE = "    shown.close()\n"


class Kernel:
    """A kernel that runs cells and returns the text that they print."""

    def __init__(self) -> None:
        self._manager, self._client = start_new_kernel(kernel_name="python3")

    def run(self, code: str) -> str:
        """Run a cell and return what it printed.

        Raises:
            RuntimeError: if the cell fails.
        """
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = self._client.execute_interactive(code, output_hook=hear, timeout=600)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        return "".join(printed)

    def end(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def days(rounds: int, keep: bool = False) -> list[dict[str, float]]:
    """Run the rounds in a new kernel. Return its memory and counts before the first round and after each."""
    kernel = Kernel()
    try:
        kernel.run(SETUP)
        found = [json.loads(kernel.run("print(standing())"))]
        for i in range(rounds):
            kernel.run(ROUND.format(i=i) + ("" if keep else CLOSE) + "del shown\n")
            found.append(json.loads(kernel.run("print(standing())")))
            if i % 50 == 49:
                print(f"{i + 1}: {found[-1]}", file=sys.stderr)
        return found
    finally:
        kernel.end()


def slope(values: np.ndarray) -> tuple[float, float]:
    """Return the slope of the least-squares line per round, and half of its 95 % interval, from the means of twenty blocks."""
    blocks = np.array_split(values, min(20, len(values)))
    y = np.array([b.mean() for b in blocks])
    x = np.arange(len(y)) * len(values) / len(y)
    (a, _), covariance = np.polyfit(x, y, 1, cov=True)
    return float(a), float(t_quantile(len(x) - 2) * np.sqrt(covariance[0, 0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--keep", action="store_true", help="leave the instruments open")
    args = parser.parse_args()
    found = days(args.rounds, args.keep)
    first = 1 + args.rounds // 5
    warm = found[first:]
    for name, unit in (("kb", "KB"), ("objects", "objects")):
        a, half = slope(np.array([f[name] for f in warm]))
        print(f"{unit} a round, over rounds {first} to {args.rounds}: {a:.1f} ± {half:.1f}")
    for name in ("comms", "threads", "components"):
        print(f"{name}: {found[0][name]} before, {warm[0][name]} at round {first}, {warm[-1][name]} at the end")


if __name__ == "__main__":
    main()
