"""Count how often a report hangs under load: run a notebook with widgets again and again beside busy processes.

    python benchmarks/hang.py [--kernels forked plain] [--count 250] [--limit 60] [--busy 2] [--through metawidgets|papermill|nbclient]

The notebook shows an `IntSlider`, prints into an `Output`, and sets the slider in the next cell. A run that takes longer than
`--limit` seconds counts as a hang; it is ended by killing its kernel. `--through papermill` and `--through nbclient` run the same
cells and kernels without our code: papermill runs each cell in its own call, nbclient runs all cells in one coroutine.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import papermill
from nbclient import NotebookClient
from traitlets.config import Config

from metawidgets.reports import run_report
from metawidgets.sweeps.kernels import ForkedKernels, PlainKernels, Run, of_run

CELLS = (
    "seed: int = 0\nsmoke: bool = False",
    "import ipywidgets as w\nslider = w.IntSlider(value=seed, max=9)\ninside = w.Output()\n"
    "with inside:\n    print('in the widget')\ndisplay(slider, inside)",
    "slider.value = 7\nassert inside.outputs[0]['text'] == 'in the widget\\n'",
    "1 + 1",
)
HANG = "hang"
MANAGERS = {"forked": ForkedKernels, "plain": PlainKernels}


def written(path: Path) -> Path:
    made = nbformat.v4.new_notebook()
    for number, source in enumerate(CELLS, start=1):  # an error names the heading above its cell
        made.cells += [nbformat.v4.new_markdown_cell(f"## Cell {number}"), nbformat.v4.new_code_cell(source)]
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.cells[1].metadata.tags = ["parameters"]
    nbformat.write(made, path)
    return path


def by_metawidgets(source: Path, out: Path, manager: type) -> None:
    run_report(source, out, kernel_manager=manager)


def by_papermill(source: Path, out: Path, manager: type) -> None:
    papermill.execute_notebook(source, out / "out.ipynb", {"seed": 0}, progress_bar=False, **plain(out, manager))


def by_nbclient(source: Path, out: Path, manager: type) -> None:
    NotebookClient(nbformat.read(source, as_version=4), store_widget_state=True, **plain(out, manager)).execute()


def plain(out: Path, manager: type) -> dict:
    """Return options for our kernels over socket files, as in a report, but with Jupyter's own client."""
    out.mkdir()
    config = Config()
    config.KernelManager.update(transport="ipc", ip=f"{out}/k")
    return {"kernel_manager_class": manager, "shutdown_kernel": "immediate", "config": config}


THROUGH = {"metawidgets": by_metawidgets, "papermill": by_papermill, "nbclient": by_nbclient}


@contextlib.contextmanager
def load(n: int) -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(n)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def seconds_of(call: Callable[[Path, Path, type], None], manager: type, limit: float) -> tuple[float, str]:
    """Run the notebook once. Return how many seconds it took, and why it failed ("" if it did not)."""
    run = Run()
    belongs = of_run.set(run)
    clock = threading.Timer(limit, run.stop)
    begun, problem = time.monotonic(), ""
    with tempfile.TemporaryDirectory(prefix="mw-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        clock.start()
        try:
            call(written(Path(folder) / "widgets.ipynb"), Path(folder) / "out", manager)
        except Exception as error:
            problem = f"{HANG if run.stopped else type(error).__name__}: {error}"
        finally:
            clock.cancel()
            of_run.reset(belongs)
    return time.monotonic() - begun, problem


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kernels", nargs="+", choices=MANAGERS, default=list(MANAGERS))
    parser.add_argument("--count", type=int, default=250, help="runs of each kind of kernel")
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a run counts as a hang")
    parser.add_argument("--busy", type=int, default=2, help="processes that each keep a core busy")
    parser.add_argument("--through", choices=THROUGH, default="metawidgets")
    options = parser.parse_args()
    failed = False
    with load(options.busy):
        for kind in options.kernels:
            seconds_of(THROUGH[options.through], MANAGERS[kind], 600)  # warm up: import, and start the fork server
            runs = []
            for number in range(1, options.count + 1):
                runs.append(seconds_of(THROUGH[options.through], MANAGERS[kind], options.limit))
                if runs[-1][1]:
                    print(f"{kind} run {number}: {runs[-1][1]}", file=sys.stderr, flush=True)
            ended = [seconds for seconds, problem in runs if not problem] or [float("nan")]
            hangs = sum(problem.startswith(HANG) for _, problem in runs)
            others = sum(bool(problem) for _, problem in runs) - hangs
            failed = failed or bool(hangs or others)
            print(
                f"{options.through}, {kind} kernels, {options.busy} busy processes on {os.cpu_count()} cores: "
                f"{len(runs)} runs, {hangs} hangs, {others} failed otherwise; seconds of a run min {min(ended):.2f}, "
                f"median {statistics.median(ended):.2f}, max {max(ended):.2f}",
                flush=True,
            )
    sys.exit(failed)


if __name__ == "__main__":
    main()
