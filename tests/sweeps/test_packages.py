"""Missing packages for sweeps are named in one error message."""

import importlib.util
import subprocess
import sys

import pytest

from metawidgets import sweeps
from metawidgets.errors import SweepError


def test_a_missing_package_is_named_with_its_cure(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(sweeps, "find_spec", lambda name: None if name == "distributed" else found(name))
    with pytest.raises(SweepError, match=r"need distributed; install .*metawidgets\[sweep\]"):
        sweeps.run_sweep  # noqa: B018 - the name alone loads it
    with pytest.raises(SweepError):
        sweeps.expect_packages()


def test_nothing_of_it_is_loaded_before_it_is_used():
    code = "import sys, metawidgets.cli, metawidgets.sweeps; print([m for m in ('distributed', 'pyarrow', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
