"""What every test shares: which tests this machine can run, and one Chromium for those that need it."""

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture
def metawidgets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command line in an empty folder, with an answer if it asks; gives exit code, stdout and stderr."""
    from metawidgets import cli
    from metawidgets.cli import console

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for one in (console.out, console.errors):  # made at import, perhaps before this wide
        monkeypatch.setattr(one, "_width", 200)

    def run(*words: str | Path, answer: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["metawidgets", *map(str, words)])
        if answer is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


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
