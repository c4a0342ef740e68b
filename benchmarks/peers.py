"""Compare the times of our learners with learn2learn, higher, TorchOpt, easyfsl and torchmeta: same work, same run, on the CPU.

    make bench                                                        # installs the peers in .venv-bench, then runs everything
    .venv-bench/bin/python benchmarks/peers.py --suite conv4 --reps 9
    python benchmarks/peers.py --suite check                          # check the gradients in float64, without timing

A ratio is our time divided by the peer's, paired within each repetition (see race.py); below 1 we are faster. The tables also give
the number of operations of a plain double backward, and the limit: the time of that many operations at the rate of a large
matrix product on this machine. Peers that do not import are left out, with the reason.
"""

import argparse
import json
import os
import platform
import sys
import warnings
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from gradient_audit import audit
from peer_libraries import LIBRARIES, import_peers
from race import gemm_rate
from rich.console import Console
from rich.table import Table
from suites import OURS, SUITES, Bench, Row

from metawidgets.files.part_files import replacing

rate_of = cache(gemm_rate)


def machine() -> dict[str, Any]:
    versions: dict[str, str | None] = {}
    for package in ("metawidgets", "torch", "numpy", *LIBRARIES):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "versions": versions,
    }


def facts(row: Row) -> dict[str, Any]:
    """Return a row for the JSON file: all printed values, and every repetition."""
    fastest, threads = row.race.fastest(row.peers), row.race.threads
    found: dict[str, Any] = {
        "work": row.work,
        "ours": row.ours,
        "threads": threads,
        "clock": row.race.clock,
        "fastest_peer": fastest,
        "aim": row.aim,
        "within_seconds": row.within,
        "units": row.units,
        "contenders": row.race.to_dict(),
    }
    if row.ours in row.race.finished:
        others = [name for name in row.race.finished if name != row.ours]
        found["ratios"] = {name: row.race.ratio(row.ours, name)._asdict() for name in others}
        found["median_seconds"], found["least_seconds"] = row.race.median(row.ours), row.race.minimum(row.ours)
    if row.flops is not None:
        found |= {"flops": row.flops, "limit_seconds": row.flops / rate_of(threads), "gemm_flops": rate_of(threads)}
    return found


def times(title: str, rows: list[Row]) -> Table:
    """Return a table with every contender of every row."""
    table = Table("work", "who", "ms: median", "least", "ours / it: median", "of least", "pairs", title=title)
    for row in rows:
        for i, name in enumerate([row.ours, *row.peers, *row.beside]):
            work, result = row.work if i == 0 else "", row.race.results[name]
            if result.failed:
                table.add_row(work, name, f"[red]{result.failed}", "", "", "", "")
                continue
            median, least = (1e3 * f(name) / row.units for f in (row.race.median, row.race.minimum))
            ratio = ("", "", "")
            if name != row.ours and row.ours in row.race.finished:
                r = row.race.ratio(row.ours, name)
                ratio = (f"{r.median:.3f}", f"{r.of_minima:.3f}", f"{r.pairs}/{len(result.repetitions)}")
            table.add_row(work, name, f"{median:.3f}", f"{least:.3f}", *ratio)
        table.add_section()
    return table


def verdicts(title: str, found: list[dict[str, Any]]) -> Table:
    """Return a table with the ratio or time of each row beside its aim."""
    columns = ("ours / fastest peer", "which", "aim", "ours, ms", "GFLOP", "limit, ms", "of limit")
    table = Table("work", *columns, title=title)
    for row in found:
        ratio = row.get("ratios", {}).get(row["fastest_peer"], {}).get("median")
        aim, within, own = row["aim"], row["within_seconds"], row.get("median_seconds")
        met = ratio <= aim if ratio and aim else own <= within if own and within else None
        colour = {True: "[green]", False: "[red]", None: ""}[met]
        limit = row.get("limit_seconds")
        table.add_row(
            row["work"] + row["ours"].removeprefix(OURS),
            f"{colour}{ratio:.3f}" if ratio else "",
            row["fastest_peer"] or "",
            f"{aim:g}" if aim else f"{1e3 * within:g} ms" if within else "",
            f"{colour if within else ''}{1e3 * own / row['units']:.3f}" if own else "[red]failed",
            f"{row['flops'] / 1e9:.3f}" if limit else "",
            f"{1e3 * limit:.3f}" if limit else "",
            f"{limit / own:.0%}" if limit and own else "",
        )
    return table


def audited(peers: dict[str, Any], console: Console) -> list[dict[str, Any]]:
    rows = [{"work": work, "errors": errors} for work, errors in audit(peers)]
    table = Table(
        "work", *rows[0]["errors"], title="largest relative error of the meta-gradient in float64, over tensors"
    )
    for row in rows:
        cells = (v if isinstance(v, str) else f"{v:.0e}" for v in row["errors"].values())
        table.add_row(row["work"], *cells)
    console.print(table)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    everything = ["check", *SUITES]
    parser.add_argument("--suite", nargs="+", choices=everything, default=everything)
    parser.add_argument("--reps", type=int, default=7, help="repetitions; every contender runs in each")
    parser.add_argument("--threads", type=int, help="number of threads, instead of each suite's own")
    parser.add_argument("--tasks", type=int, default=16, help="tasks in a meta-batch")
    parser.add_argument("--without-peers", action="store_true", help="time ours alone")
    parser.add_argument(
        "--smoke", action="store_true", help="run the smallest sizes once, to see that everything works"
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench/peers.json"))
    options = parser.parse_args()
    # learn2learn reads the gradients of its clones of an LSTM in a way that makes PyTorch warn at every call
    warnings.filterwarnings("ignore", message="The .grad attribute of a Tensor that is not a leaf")
    console = Console() if sys.stdout.isatty() else Console(width=140)  # in a log, 80 columns would break every line
    peers, skipped = ({}, {}) if options.without_peers else import_peers()
    for library, reason in skipped.items():
        console.print(f"without {library}: {reason}")
    report: dict[str, Any] = {"machine": machine(), "skipped": skipped, "suites": {}}
    for name in options.suite:
        torch.manual_seed(0)
        if name == "check":
            report["suites"][name] = audited(peers, console)
        else:
            suite, threads = SUITES[name]
            bench = Bench(peers, options.reps, options.threads or threads, options.tasks)
            if options.smoke:  # one thread, since several would wait long for each other on busy cores
                bench = Bench(peers, 1, options.threads or 1, n_tasks=2, smoke=True)
            torch.set_num_threads(bench.threads)
            rows = list(suite(bench))
            report["suites"][name] = [facts(row) for row in rows]
            title = f"{name}: {bench.repetitions} repetitions, {rows[0].race.clock} time, threads: {bench.threads}"
            console.print(times(title, rows))
            rate = rate_of(bench.threads) / 1e9
            console.print(
                verdicts(f"{name}, where a matrix product reaches {rate:.0f} GFLOP/s", report["suites"][name])
            )
        # written after every suite, so that stopping one keeps the figures of those before it
        options.out.parent.mkdir(parents=True, exist_ok=True)
        with replacing(options.out) as part:
            part.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
