"""Pages of the hosts, with guards: requests go only to the server, and nothing is reported on the console."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Guard
from tests.browser.hosts.jupyter import Lab, Notebook


@contextmanager
def guarded(browser: Browser, url: str, own_complaints: tuple[str, ...] = (), **options: Any) -> Iterator[Page]:
    """Yield a page in a new context that may only request `url`. `own_complaints` are messages that the host itself reports."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
    guard = Guard(allowed=(url, url.replace("http", "ws", 1)))
    guard.watch(context)
    try:
        yield context.new_page()
    finally:
        context.close()
    guard.complaints = [text for text in guard.complaints if not any(own in text for own in own_complaints)]
    guard.check()


def write_notebook(path: Path, cells: tuple[str, ...]) -> None:
    """Write a notebook of these cells of code."""
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nb, path)


@pytest.fixture(scope="module")
def open_in_lab(browser: Browser, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """Return a function that opens a notebook of these cells in JupyterLab: `open_in_lab(*cells, viewport=...)`.

    Each call closes the last page: two pages would share the kernel of the file, and get each other's components.
    """
    with ExitStack() as stack:

        def open_(*cells: str, **options: Any) -> Notebook:
            stack.close()
            write_notebook(lab.folder / "hosts.ipynb", cells)
            stack.callback(lab.end_sessions)
            page = stack.enter_context(guarded(browser, lab.url, **options))
            return lab.open(page, "hosts.ipynb")

        yield open_
