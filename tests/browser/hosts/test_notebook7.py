"""Notebook 7 shows every component, and three components are used there."""

import pytest

from tests.browser.hosts.conftest import guarded, write_notebook
from tests.browser.hosts.gallery import NOTEBOOK, check_all, check_theme, drive
from tests.browser.hosts.jupyter import notebook_server

pytestmark = pytest.mark.timeout(600)

# Notebook 7.6.5 also reports this for a notebook with only `1+1` in it; the cause is its registry of settings.
_OWN_COMPLAINTS = ("Cannot read properties of undefined (reading 'schema')",)


def test_notebook_7_shows_all_and_drives_three(browser, tmp_path):
    write_notebook(tmp_path / "all.ipynb", NOTEBOOK)
    with (
        notebook_server(tmp_path, tmp_path / "jupyter") as server,
        guarded(browser, server.url, _OWN_COMPLAINTS, color_scheme="dark") as page,
    ):
        notebook = server.open(page, "all.ipynb")
        notebook.run_all(timeout=240)
        check_all(page)
        check_theme(page, dark=False)
        drive(page)
