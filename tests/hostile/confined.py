"""Runs code in a separate process with little memory and time, so that code that exhausts either does not harm the machine."""

import resource
import subprocess
import sys
from pathlib import Path

__all__ = ["confined"]

_ROOT = Path(__file__).parents[2]


def confined(code: str, *words: object, megabytes: int = 1200, seconds: int = 60) -> str:
    """Run `code` with `sys.argv[1:]` set to `words`, and return what it prints.

    Raises:
        AssertionError: if it fails, or needs more address space or processor time than allowed.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, timeout=10 * seconds, preexec_fn=limit, check=False
    )
    assert done.returncode == 0, f"it ended with {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout
