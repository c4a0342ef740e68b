"""One page and two tables about all reports of a sweep."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from metawidgets.errors import SweepError
from metawidgets.sweeps.results import FILES, Results
from metawidgets.sweeps.store import Store

__all__ = ["PAGE", "summarise"]

PAGE = "summary.html"
"""The page's name in an output; its links to the reports hold as long as it lies there."""


def summarise(store: Store, on_read: Callable[[int, int], None] | None = None) -> str:
    """Collect an output's results into `summary.html`, `results.parquet`, `results.csv` and `scores.parquet`, in the output.

    All is made in a temporary folder first, so that it is the same for a folder and for an object store.

    Args:
        on_read: told how many of how many reports have been read.

    Returns:
        Where the page is: a path, or a URL.

    Raises:
        SweepError: if the output holds no reports. Unwritable: if it takes no more.
        ReportError: if the page could not be made; the tables are in place then.
    """
    from metawidgets.reports.run import run_report

    results = Results.gathered(store, on_read)
    if not results.rows:
        broken = f" but {results.unreadable:,} status files that cannot be read" if results.unreadable else ""
        raise SweepError(f"there are no reports in {store.place}{broken}; run a sweep into it first.")
    with tempfile.TemporaryDirectory(prefix="mw-summary-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        results.write(folder)
        with store.telling():
            for name in FILES:
                store.write(name, (folder / name).read_bytes())
        # From there the notebook sees the results in ".", so that no path of this machine gets into the page.
        report = run_report("sweep_summary", folder / "report", {"sweep": "."}, cwd=folder)
        with store.telling():
            store.write(PAGE, report.html.read_bytes())
    return f"{store.place.rstrip('/')}/{PAGE}"
