"""Measures real sweeps: the overhead of a report in seconds, and the growth of memory with the number of reports."""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from metawidgets.sweeps import Plan, Progress, run_sweep
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store

__all__ = ["measure_memory", "measure_reports"]

SMALL = """
import time
begun = time.perf_counter()
episode = mw.EpisodeSampler(mw.datasets.load("gaussians").source("test"), n_way=5, k_shot=1, n_query=15, seed=seed).episode(0)
learner = mw.learners.build("centroid", item_shape=(2,), output_dim=5)
trace = mw.trace(learner, episode)
display({METRICS: {"work_seconds": time.perf_counter() - begun}, "text/plain": ""}, raw=True)
"""
IMPORTS = """
import torch
from IPython.display import display
import metawidgets as mw
from metawidgets.reports.run import METRICS
mw.EpisodeSampler, mw.learners.build, mw.trace, mw.datasets.load
"""


def notebook(path: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    parameters = nbformat.v4.new_code_cell("seed: int = 0\nsmoke: bool = False", metadata={"tags": ["parameters"]})
    made.cells = [parameters, *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(made, path)
    return path


def measure_reports(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    rows = [
        ran(kind == "forked", n, options.workers)
        for kind, n in (("forked", options.forked), ("plain", options.plain))
        if n
    ]
    columns = ("kernels", "reports", "wall s", "s a report", "steady s a report", "run s", "own work s", "overhead s")
    table = Table(*columns, title=f"on {options.workers} workers")
    for row in rows:
        figures = (row[name] for name in ("seconds", "per_report", "steady_per_report", "run", "own_work", "overhead"))
        table.add_row(row["kernels"], str(row["reports"]), *(f"{figure:.3f}" for figure in figures))
    console.print(table)
    console.print(
        "Steady: from the first report's end to the last one's. Run: mean time from the kernel's start to the exported page, from the "
        "status files. Overhead: a worker's steady time per report minus the report's own work."
    )
    return {"workers": options.workers, "rows": rows}


def ran(forked: bool, n: int, workers: int) -> dict[str, Any]:
    marks: list[tuple[float, int]] = []

    def note(progress: Progress) -> None:
        done = progress.completed + progress.failed
        if done and (not marks or done > marks[-1][1]):
            marks.append((time.perf_counter(), done))

    with tempfile.TemporaryDirectory() as folder:
        notebook(Path(folder, "small.ipynb"), IMPORTS, SMALL)
        given = {"report": "small.ipynb", "out": f"{folder}/out", "repeats": n, "workers": workers, "forked": forked}
        plan = Plan.of(Settings.of(given), folder)
        begun = time.perf_counter()
        done = run_sweep(plan, on_progress=note)
        seconds = time.perf_counter() - begun
        if done.failed:
            raise SystemExit(f"{done.failed} of {n} reports failed: {done.problems.most_common(1)}")
        store = Store(plan.settings.out)
        statuses = [store.status(job.key) or {} for job in plan.jobs]
    (first, at_first), (last, at_last) = marks[0], marks[-1]
    steady = (last - first) / (at_last - at_first) if at_last > at_first else float("nan")
    work = [each["metrics"]["work_seconds"] for each in statuses]
    return {
        "kernels": "forked" if forked else "plain",
        "reports": n,
        "seconds": seconds,
        "until_first": first - begun,
        "per_report": seconds / n,
        "steady_per_report": steady,
        "run": statistics.mean(each["seconds"] for each in statuses),
        "own_work": statistics.mean(work),
        "overhead": workers * steady - statistics.mean(work),
        "around_a_run": done.overhead / n,
        "marks": [[at - begun, count] for at, count in marks],
    }


def measure_memory(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    samples: list[dict[str, Any]] = []
    step = max(1, options.reports // options.samples)
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(Path(folder), options.workers, options.profiler) as (address, roots),
    ):

        def note(progress: Progress) -> None:
            done = progress.completed + progress.failed
            if done and (not samples or done >= samples[-1]["reports"] + step):
                samples.append({"reports": done, "roles": by_role(roots)})

        notebook(Path(folder, "empty.ipynb"))
        given = {"report": "empty.ipynb", "out": f"{folder}/out", "repeats": options.reports, "forked": True}
        begun = time.perf_counter()
        done = run_sweep(Plan.of(Settings.of(given), folder), scheduler=address, on_progress=note)
        seconds = time.perf_counter() - begun
    if done.failed:
        raise SystemExit(f"{done.failed} of {options.reports} reports failed: {done.problems.most_common(1)}")
    table = Table("role", "processes", "USS first MB", "last MB", "KB a report", "RSS: KB a report", title="memory")
    slopes: dict[str, dict[str, float]] = {}
    for role in ("driver", "scheduler", "nannies", "workers", "fork servers"):
        rows = [(each["reports"], each["roles"][role]) for each in samples if each["roles"][role]["n"]]
        kept = rows[len(rows) // 10 :]  # leaves out the first reports, which load modules that later ones reuse
        if len(kept) < 3:
            console.print(f"{role}: {len(kept)} samples are too few to fit a line; give more --reports.")
            continue
        counts = [count for count, _ in kept]
        slopes[role] = {kind: slope(counts, [found[kind] for _, found in kept]) for kind in ("uss", "rss")}
        first, last = kept[0][1], kept[-1][1]
        figures = (f"{first['uss'] / 2**20:.1f}", f"{last['uss'] / 2**20:.1f}")
        per_report = (f"{slopes[role]['uss'] / 1024:+.2f}", f"{slopes[role]['rss'] / 1024:+.2f}")
        table.add_row(role, str(last["n"]), *figures, *per_report)
    console.print(table)
    console.print(
        f"{options.reports} reports in {seconds:.0f} s; least squares over the samples after the first tenth."
    )
    return {"reports": options.reports, "seconds": seconds, "bytes_a_report": slopes, "samples": samples}


def slope(x: list[int], y: list[float]) -> float:
    return float(np.polyfit(x, y, 1)[0])


@contextlib.contextmanager
def cluster(folder: Path, workers: int, profiler: bool) -> Iterator[tuple[str, dict[str, int]]]:
    """Start a scheduler and workers in separate processes. Yield the scheduler's address and the process ids by role."""
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": str(profiler)}
    file = folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler_command = ["scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    worker_command = ["worker", "--nworkers", str(workers), "--nthreads", "1", "--memory-limit", "0", *common]
    with contextlib.ExitStack() as stack:

        def start(words: list[str]) -> psutil.Popen:
            command = [sys.executable, "-m", "dask", *words]
            process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            return process

        scheduler = start(scheduler_command)
        until = time.monotonic() + 60
        while not file.is_file() or not file.read_text().strip():
            if scheduler.poll() is not None or time.monotonic() > until:
                raise SystemExit("dask's scheduler did not start; is metawidgets[sweep] installed?")
            time.sleep(0.1)
        roots = {"scheduler": scheduler.pid, "nannies": start([*worker_command, "--local-directory", str(folder)]).pid}
        yield json.loads(file.read_text())["address"], roots


def by_role(roots: dict[str, int]) -> dict[str, dict[str, float]]:
    """Return for each role the unshared (USS) and resident (RSS) bytes, summed over its processes.

    Kernels are left out: they are short-lived, and share memory with their fork server.
    """
    found = {
        role: {"n": 0, "uss": 0, "rss": 0} for role in ("driver", "scheduler", "nannies", "workers", "fork servers")
    }

    def add(role: str, process: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):
            memory = process.memory_full_info()
            found[role]["n"] += 1
            found[role]["uss"] += memory.uss
            found[role]["rss"] += memory.rss

    add("driver", psutil.Process())
    add("scheduler", psutil.Process(roots["scheduler"]))
    nanny = psutil.Process(roots["nannies"])
    add("nannies", nanny)
    with contextlib.suppress(psutil.Error):
        for child in nanny.children():
            words = " ".join(child.cmdline())
            if "resource_tracker" in words:
                continue
            add("workers", child)
            for below in child.children():
                if "metawidgets.sweeps.fork_server" in " ".join(below.cmdline()):
                    add("fork servers", below)
    return found
