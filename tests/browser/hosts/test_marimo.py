"""marimo shows every component and drives three; what is set in the browser runs the cells that use it."""

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
    against = "light" if theme == "dark" else "dark"  # what the system prefers is not asked where the host has a theme
    with (
        marimo_server(script, tmp_path / "marimo", theme=theme) as marimo,
        guarded(browser, marimo.url, color_scheme=against) as page,
    ):
        marimo.open(page)
        check_all(page)
        check_theme(page, dark=theme == "dark")
        if theme == "light":
            drive(page)
