"""Old module names: they can be imported for one version, with a warning at the importing line."""

import importlib
import subprocess
import sys

import pytest

from metawidgets._renamed import NEW_NAMES
from metawidgets.records import EpisodeComparison
from metawidgets.reports.report_learners import report_learners


@pytest.fixture(autouse=True)
def _forgotten():
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[2] in NEW_NAMES:
            del sys.modules[name]


@pytest.mark.parametrize("old", NEW_NAMES)
def test_an_old_name_gives_what_the_new_one_holds(old: str):
    with pytest.warns(DeprecationWarning, match=f"metawidgets.{old} is now metawidgets.{NEW_NAMES[old]}"):
        module = importlib.import_module(f"metawidgets.{old}")
    new = importlib.import_module(f"metawidgets.{NEW_NAMES[old]}")
    assert all(getattr(module, name) is getattr(new, name) for name in new.__all__)


def test_renamed_classes_and_functions_are_there_by_both_names():
    with pytest.warns(DeprecationWarning, match="The old name will be removed"):
        old = importlib.import_module("metawidgets.contests"), importlib.import_module("metawidgets.reports.entrants")
    assert old[0].Contest is EpisodeComparison
    assert old[1].entrants is report_learners


def test_the_warning_names_the_line_that_imports():
    """By default, Python shows a deprecation warning only if it comes from the main script."""
    said = subprocess.run(
        [sys.executable, "-c", "import metawidgets.sampling"], capture_output=True, text=True, check=True
    )
    assert "<string>:1: DeprecationWarning: metawidgets.sampling is now metawidgets.episodes.sampling" in said.stderr


def test_a_name_that_never_was_is_still_an_error():
    with pytest.raises(ModuleNotFoundError, match=r"metawidgets\.nothing"):
        importlib.import_module("metawidgets.nothing")
