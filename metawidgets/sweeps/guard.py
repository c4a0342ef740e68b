"""A small process that outlives the one that started it, and clears up after it: kills its kernels, removes their sockets.

A worker may be killed at any moment, and what it started would stay: a kernel that is deep in C code does not notice, processes
that a cell started have no reason to. So each worker has a guard, which reads what there is from a pipe:
`{"name": "1", "group": 4711, "paths": [...]}`, `{"name": "1"}` when that is gone. When the pipe ends, it clears up and ends.

It is run as a file, without the package, so that it takes some milliseconds and megabytes.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

__all__ = ["Guard"]


class Guard:
    """The guard of this process, as seen from it. Does nothing where there are no process groups (Windows)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[str, dict[str, Any]] = {}

    def watch(self, name: str, group: int, paths: Sequence[str] = ()) -> None:
        """Have a process group killed, and files and folders removed, when this process goes.

        Args:
            name: by which `drop` takes it back.
        """
        with self._lock:
            self._known[name] = {"name": name, "group": group, "paths": list(paths)}
            self._tell(self._known[name])

    def drop(self, name: str) -> None:
        """It is gone, or somebody else sees to it."""
        with self._lock:
            if self._known.pop(name, None):
                self._tell({"name": name})

    def end(self) -> None:
        """Let it clear up now; the next `watch` starts another."""
        with self._lock:
            self._known.clear()
            self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.wait()

    def _tell(self, what: dict[str, Any]) -> None:
        if os.name != "posix":
            return
        try:
            self._write(what)
        except OSError:  # there is none yet, or it was killed: a new one is told everything
            self._close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            atexit.unregister(self.end)
            atexit.register(self.end)
            for known in self._known.values():
                self._write(known)

    def _write(self, what: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None or self._process.poll() is not None:
            raise BrokenPipeError
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()


def main() -> None:
    """Listen until the pipe ends, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # they are meant for the worker; this comes after it
        signal.signal(number, signal.SIG_IGN)
    known: dict[str, dict[str, Any]] = {}
    for line in sys.stdin:
        said = json.loads(line)
        known.pop(said["name"], None)
        if "group" in said:
            known[said["name"]] = said
    for each in known.values():
        with contextlib.suppress(OSError):
            os.killpg(each["group"], signal.SIGKILL)
    for path in [path for each in known.values() for path in each["paths"]]:
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - without pathlib this starts in half the time


if __name__ == "__main__":
    main()
