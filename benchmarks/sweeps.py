"""Measure the overhead of sweeps: planning and the index for many reports, seconds per report, and memory over many reports.

    python benchmarks/sweeps.py plan --reports 1000 10000 100000
    python benchmarks/sweeps.py reports --forked 200 --plain 40 --workers 2
    python benchmarks/sweeps.py memory --reports 2000 --workers 2

`plan` makes a grid of the given size and writes a status file for each report, as if all had been run; each size runs in a fresh
process. `reports` runs a small notebook that times its own work without imports; the rest of a worker's time is overhead. `memory`
runs an empty notebook on a scheduler and workers in separate processes, and fits a line to each role's memory. Each writes
`build/bench/sweeps_<measure>.json`.
"""

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from sweep_planning import measure_plan, one_plan
from sweep_reports import measure_memory, measure_reports

from metawidgets.files.part_files import replacing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measures = parser.add_subparsers(dest="measure", required=True)
    plan = measures.add_parser("plan", help="planning, keys, index, status and resume at scale")
    plan.add_argument("--reports", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    one = measures.add_parser("one-plan", help="measure one size and print it as JSON; `plan` calls this")
    one.add_argument("--reports", type=int, required=True)
    one.add_argument("--folder", type=Path, required=True)
    reports = measures.add_parser("reports", help="seconds per report, and the overhead beyond its own work")
    reports.add_argument("--forked", type=int, default=200, help="reports with forked kernels")
    reports.add_argument("--plain", type=int, default=40, help="reports with kernels that are started as programs")
    memory = measures.add_parser(
        "memory", help="memory of driver, scheduler, workers and fork servers over many reports"
    )
    memory.add_argument("--reports", type=int, default=2_000)
    memory.add_argument("--samples", type=int, default=100)
    memory.add_argument(
        "--profiler",
        action="store_true",
        help="leave the workers' Dask profiler on; a sweep on this machine's cores turns it off",
    )
    for each in (reports, memory):
        each.add_argument("--workers", type=int, default=2)
    for name, each in (("plan", plan), ("reports", reports), ("memory", memory)):
        each.add_argument("--out", type=Path, default=Path(f"build/bench/sweeps_{name}.json"))
    options = parser.parse_args()
    if options.measure == "one-plan":
        one_plan(options)
        return
    console = Console() if sys.stdout.isatty() else Console(width=140)
    load = os.getloadavg()
    measure = {"plan": measure_plan, "reports": measure_reports, "memory": measure_memory}[options.measure]
    found = measure(options, console)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    found = {"machine": {**machine, "load_before": load, "load_after": os.getloadavg()}, **found}
    with replacing(options.out) as part:
        part.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    console.print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
