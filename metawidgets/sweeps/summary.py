"""The summary of a sweep: one page and three tables about all of its reports."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from metawidgets.errors import SweepError
from metawidgets.sweeps.results import FILES, Results
from metawidgets.sweeps.store import Store

__all__ = ["PAGE", "summarise"]

PAGE = "summary.html"
"""The page's name in an output. Its links to the reports are relative, so they work only from there."""


def summarise(
    store: Store, on_read: Callable[[int, int], None] | None = None, wanted: Sequence[str] | None = None
) -> str:
    """Collect the results of a plan, and write `summary.html`, `results.parquet`, `results.csv` and `scores.parquet` into its output.

    The files are made in a temporary folder first, so that a folder and an object store are handled alike.

    Args:
        on_read: called with the number of reports read so far and the number of reports to read.
        wanted: the keys of the plan's reports; `None` for every report of the output, also those of other plans.

    Returns:
        The path or URL of the page.

    Raises:
        SweepError: if the output holds none of these reports.
        Unwritable: if the output cannot be written to.
        ReportError: if the page could not be made. The tables have been written by then.
    """
    from metawidgets.reports.run import run_report  # papermill loads slowly

    results = Results.gathered(store, on_read, wanted)
    if not results.rows:
        broken = f" but {results.unreadable:,} status files that cannot be read" if results.unreadable else ""
        others = len(store.statuses()) - results.unreadable
        if wanted is not None and others > 0:
            raise SweepError(
                f"none of the {others:,} reports in {store.place} is of this plan; run the sweep first, or summarise them with --all."
            )
        raise SweepError(f"there are no reports in {store.place}{broken}; run a sweep into it first.")
    with tempfile.TemporaryDirectory(prefix="mw-summary-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        results.write(folder)
        with store.telling():
            for name in FILES:
                store.write(name, (folder / name).read_bytes())
        # The notebook runs in that folder and reads the results from ".", so that the page shows no path of this machine.
        report = run_report("sweep_summary", folder / "report", {"sweep": "."}, cwd=folder)
        with store.telling():
            store.write(PAGE, report.html.read_bytes())
    return f"{store.place.rstrip('/')}/{PAGE}"
