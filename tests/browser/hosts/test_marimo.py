"""marimo shows every component, and three are used there. A change in the browser runs the cells that use the component."""

import pytest

from tests.browser.hosts.conftest import guarded
from tests.browser.hosts.gallery import MARIMO, check_all, check_theme, drive

pytest.importorskip("marimo")
from tests.browser.hosts.marimo import marimo_script, marimo_server

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marimo_shows_all_in_its_theme_and_drives_three(browser, tmp_path, theme):
    script = tmp_path / "all.py"
    script.write_text(marimo_script(*MARIMO))
    # The system's preference must not matter, because the host has a theme
    against = "light" if theme == "dark" else "dark"
    with (
        marimo_server(script, tmp_path / "marimo", theme=theme) as marimo,
        guarded(browser, marimo.url, color_scheme=against) as page,
    ):
        marimo.open(page)
        check_all(page)
        check_theme(page, dark=theme == "dark")
        if theme == "light":
            drive(page)
