"""Runs each fuzzer for a few seconds, which finds the simple bugs. `python -m tests.fuzz` runs each for three minutes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from metawidgets.errors import MetawidgetsError
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

_SECONDS = 2


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_the_fuzzers_begin_with_is_read(name: str) -> None:
    """If every seed were refused at once, the fuzzer would never reach the code behind the first check."""
    refused = 0
    for seed in SEEDS[name]():
        try:
            TARGETS[name](seed)
        except MetawidgetsError:
            refused += 1
    assert refused < len(SEEDS[name]())


@pytest.mark.slow
def test_no_target_fails_within_moments(root: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python or system; the fuzzers need it")
    command = [sys.executable, "-m", "tests.fuzz", "all", "--seconds", str(_SECONDS), "--seed", "1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=250, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    runs = [int(n) for n in re.findall(r"^Done (\d+) runs", said, re.MULTILINE)]
    assert len(runs) == len(TARGETS)
    assert min(runs) >= 10
