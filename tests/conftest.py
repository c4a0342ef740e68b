"""What every test shares: which tests this machine can run, and one Chromium for those that need it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jaxtyping import install_import_hook

import tests.shapes  # noqa: F401 - the hook below names it, and finds only what is imported

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from metawidgets.reports import Report

# Before anything loads torch or numpy: on busy cores several threads make networks of this size slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Before anything imports metawidgets: its array annotations are checked at every call.
install_import_hook("metawidgets", "tests.shapes.checked")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("METAWIDGETS_OMNIGLOT"):
        return
    needy = [item for item in items if item.get_closest_marker("omniglot")]
    if needy:
        config.hook.pytest_deselected(items=needy)
        items[:] = [item for item in items if not item.get_closest_marker("omniglot")]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the working tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def omniglot_root() -> Path:
    """The folder that holds Omniglot's zips."""
    return Path(os.environ["METAWIDGETS_OMNIGLOT"])


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one the test is skipped, or fails where METAWIDGETS_REQUIRE_BROWSER=1."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        reason = "no chromium on the PATH; on Debian and Ubuntu: apt-get install chromium"
        if os.environ.get("METAWIDGETS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["Browser"]:
    """One Chromium for the whole run; a test opens its own page in it and closes that."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine, engine.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as browser:
        yield browser


@pytest.fixture(scope="session")
def smoke_report(tmp_path_factory: pytest.TempPathFactory) -> "Report":
    """The report few_shot, run once with a few steps and episodes for all tests that look at it."""
    from metawidgets.reports import run_report

    return run_report("few_shot", tmp_path_factory.mktemp("few_shot"), {"smoke": True})
