"""Voila shows every component without its code, and three components are used there."""

import pytest

from tests.browser.hosts.conftest import guarded, write_notebook
from tests.browser.hosts.gallery import NOTEBOOK, check_all, check_theme, drive

pytest.importorskip("voila")
from tests.browser.hosts.voila import voila_server

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_voila_shows_all_in_its_theme_and_drives_three(browser, tmp_path, theme):
    write_notebook(tmp_path / "all.ipynb", NOTEBOOK)
    # The system's preference must not matter, because the host has a theme
    against = "light" if theme == "dark" else "dark"
    with (
        voila_server(tmp_path, tmp_path / "jupyter", theme) as voila,
        guarded(browser, voila.url, color_scheme=against) as page,
    ):
        voila.open(page, "all.ipynb")
        check_all(page)
        check_theme(page, dark=theme == "dark")
        if theme == "light":
            drive(page)
