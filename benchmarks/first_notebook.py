"""Measure how long a notebook in JupyterLab takes from "Run all" to its first and its last instrument, and its kernel's memory.

    python benchmarks/first_notebook.py notebooks/00_quickstart.ipynb

As on Binder, torch has one thread (`binder/start`), and the notebook runs at full size. `kernel CPU` is the kernel's processor time for
the whole notebook, which other work on the machine does not lengthen. `kernel MB` is the most memory that the kernel ever held
(VmHWM of /proc). An instrument counts once it is drawn and visible. JupyterLab and the kernel start before the clock; the
notebook itself imports the packages, so their import counts.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from page import FLAGS
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # for `tests.browser.hosts`, JupyterLab with its own settings
from tests.browser.hosts.jupyter import lab_server

DRAWN = """() => [...document.querySelectorAll(".jp-Notebook *")].map((el) => el.shadowRoot?.querySelector("section.mw"))
    .filter((root) => root)
    .filter((root) => root.querySelector(".mw-body")?.childElementCount && root.getBoundingClientRect().height > 40).length"""
DONE = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code").every((cell) => cell.model.executionCount)"""
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code")
    .flatMap((cell) => cell.model.outputs.toJSON().filter((o) => o.output_type === "error").map((o) => `${o.ename}: ${o.evalue}`))"""


def wait(page: Page, limit: float) -> tuple[list[float], float]:
    """Run all cells. Return the seconds at which each instrument appeared, and at which the last cell was done."""
    begun = time.monotonic()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    seen: list[float] = []
    while True:
        now, drawn = time.monotonic() - begun, page.evaluate(DRAWN)
        seen += [now] * (drawn - len(seen))
        if errors := page.evaluate(ERRORS):
            sys.exit(f"a cell failed: {errors[0]}")
        if page.evaluate(DONE):
            page.wait_for_timeout(500)  # the last cell's instrument is drawn after the cell is done
            seen += [time.monotonic() - begun] * (page.evaluate(DRAWN) - len(seen))
            return seen, now
        if now > limit:
            sys.exit(f"not done after {limit:.0f} s")
        page.wait_for_timeout(100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, default=[Path("notebooks/00_quickstart.ipynb")])
    parser.add_argument("--rounds", type=int, default=3, help="fresh kernels for each notebook")
    parser.add_argument("--limit", type=float, default=600, help="seconds that one run may take")
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        parser.error("there is no chromium on the PATH; on Debian: apt-get install chromium")
    table = Table("notebook", "instruments", "first, s", "last, s", "all cells, s", "kernel CPU, s", "kernel MB")
    with (
        tempfile.TemporaryDirectory() as folder,
        lab_server(Path(folder), Path(folder) / ".jupyter") as lab,
        sync_playwright() as engine,
        engine.chromium.launch(executable_path=chromium, args=FLAGS) as browser,
    ):
        for notebook in options.notebooks:
            for _ in range(options.rounds):
                shutil.copy(notebook, folder)
                context = browser.new_context(viewport={"width": 1200, "height": 900})
                opened = lab.open(context.new_page(), notebook.name)
                seen, done = wait(opened.page, options.limit)
                if not seen:
                    sys.exit(f"{notebook} showed no instrument")
                most = opened.evaluate(
                    "__import__('re').search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]"
                )
                spent = opened.evaluate("__import__('time').process_time()")
                figures = [*(f"{s:.1f}" for s in (seen[0], seen[-1], done, spent)), f"{int(most) / 1024:.0f}"]
                table.add_row(notebook.stem, str(len(seen)), *figures)
                context.close()
                lab.end_sessions()
    Console().print(table)


if __name__ == "__main__":
    main()
