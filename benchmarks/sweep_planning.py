"""Times planning, keys, index, status and resume for many reports. The benchmark writes their status files itself."""

import argparse
import contextlib
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from rich.console import Console
from rich.table import Table

from metawidgets.cli import app, console
from metawidgets.sweeps import Plan, run_sweep
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.keys import Fingerprints, Keys
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store

__all__ = ["measure_plan", "one_plan"]


def planned(n: int, folder: Path) -> dict[str, Any]:
    """Return all figures for one size, with wall-clock and processor seconds. Run it in a fresh process, since it reports peak memory."""
    out, found = str(folder / "out"), {"reports": n}
    settings = Settings.of({
        "report": "few_shot", "out": out, "repeats": n // 100,
        "grid": {"k_shot": list(range(1, 11)), "n_way": list(range(2, 12))},
    })  # fmt: skip
    Plan.of(Settings.of({}))  # first, so that imports at first use are not counted
    found["peak_mb_before"] = peak_mb()
    plan = timed(found, "plan", lambda: Plan.of(settings))
    assert len(plan.jobs) == n
    keys = Keys(nbformat.reads(plan.notebook, as_version=4), Fingerprints())
    timed(found, "keys alone", lambda: [keys.of(job.parameters) for job in plan.jobs])
    store = Store(out)
    store.prepare()
    timed(found, "save plan", lambda: plan.save(store))
    found["plan_bytes"] = sum(path.stat().st_size for path in (store.folder / "plans").iterdir())  # type: ignore[operator]
    write_statuses(plan, store)
    with opens() as count:
        index = timed(found, "index, cold", lambda: Index.of(store))
    found["status_files_read_cold"] = count()
    assert len(index.entries) == n
    timed(found, "save index", index.save)
    found["index_bytes"] = (store.folder / "index.json").stat().st_size  # type: ignore[operator]
    with opens() as count:
        timed(found, "index, warm", lambda: Index.of(store))
    found["status_files_read_warm"] = count()
    with opens() as count:
        done = timed(found, "resume, all done", lambda: run_sweep(plan))
    found["status_files_read_resume"] = count()
    assert (done.left, done.before) == (0, n)
    with opens() as count:
        timed(found, "status command", lambda: said_by_status(out, n))
    found["status_files_read_status"] = count()
    found["peak_mb"] = peak_mb()
    return found


def timed(found: dict[str, Any], name: str, work: Callable[[], Any]) -> Any:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    found[name] = {"seconds": time.perf_counter() - clock, "processor_seconds": time.process_time() - processor}
    return result


def write_statuses(plan: Plan, store: Store) -> None:
    """Write status files as `Store.publish` does, but without flushing to the disk. Every tenth report has failed."""
    assert store.folder is not None
    for i, job in enumerate(plan.jobs):
        path = store.folder / "status" / job.key[:2] / f"{job.key}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        said = {"report": plan.name, "parameters": job.parameters, "seconds": 1.25, "key": job.key, "host": "bench"}
        said |= {"html": None, "notebook": None, "state": "failed" if i % 10 == 0 else "completed"}
        said |= {"error": {"message": "ValueError: made by the benchmark."}} if i % 10 == 0 else {"metrics": {"a": 0.5}}
        path.write_text(json.dumps(said, indent=1) + "\n")


def said_by_status(out: str, n: int) -> None:
    """Run `metawidgets sweep status` in this process."""
    text = io.StringIO()
    console.out.file = text
    app(["sweep", "status", out], standalone_mode=False)
    assert f"{n:,}" in text.getvalue()


LISTENERS: list[list[str]] = []
"""Lists that record the names of opened files. An audit hook cannot be removed, so one hook serves all of them."""


@contextlib.contextmanager
def opens() -> Iterator[Callable[[], int]]:
    """Yield a function that returns the number of status files opened by Python in the block so far."""
    opened: list[str] = []
    LISTENERS.append(opened)
    yield lambda: sum(1 for name in opened if f"{os.sep}status{os.sep}" in name)
    LISTENERS.remove(opened)


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        for opened in LISTENERS:
            opened.append(str(arguments[0]))


def peak_mb() -> float:
    """Return this process's peak memory in MB so far. (`getrusage` may include the peak of the parent process.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure_plan(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    rows = []
    for n in options.reports:
        if n % 100:
            raise SystemExit(
                f"--reports {n} is not a multiple of 100; give multiples of 100, since the grid has 100 combinations."
            )
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                str(Path(__file__).with_name("sweeps.py")),
                "one-plan",
                "--reports",
                str(n),
                "--folder",
                folder,
            ]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    table = Table("", *(f"{n:,} reports" for n in options.reports), title="planning and index, seconds (processor's)")
    growth: dict[str, list[float]] = {}
    for name in [name for name, value in rows[0].items() if isinstance(value, dict)]:
        table.add_row(name, *(f"{row[name]['seconds']:.2f} ({row[name]['processor_seconds']:.2f})" for row in rows))
        growth[name] = tenfolds(rows, lambda row, name=name: row[name]["processor_seconds"])
    for name in [name for name, value in rows[0].items() if not isinstance(value, dict) and name != "reports"]:
        table.add_row(name, *(f"{row[name]:,.0f}" for row in rows))
    growth["index_bytes"] = tenfolds(rows, lambda row: row["index_bytes"])
    growth["peak_mb"] = tenfolds(rows, lambda row: row["peak_mb"] - row["peak_mb_before"])
    console.print(table)
    for name, ratios in growth.items():
        console.print(f"{name}: x {', x '.join(f'{ratio:.1f}' for ratio in ratios)} for ten times the reports")
    return {"rows": rows, "per_tenfold": growth}


def tenfolds(rows: list[dict[str, Any]], value: Callable[[dict[str, Any]], float]) -> list[float]:
    """Return the growth from each size to the next, as a factor per tenfold number of reports."""
    ratios = []
    for a, b in itertools.pairwise(rows):
        steps = np.log10(b["reports"] / a["reports"])
        ratios.append(float((value(b) / value(a)) ** (1 / steps)) if value(a) > 0 and steps else float("nan"))
    return ratios


def one_plan(options: argparse.Namespace) -> None:
    """Measure one size and print it as JSON."""
    sys.addaudithook(listen)
    print(json.dumps(planned(options.reports, options.folder)))
