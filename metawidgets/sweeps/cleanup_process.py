"""A small process that outlives its worker and cleans up after it: it kills the worker's kernels and removes their sockets.

A worker may be killed at any moment. Without cleanup its kernels would stay if they are busy in C code, and so would processes
that a cell started. So each worker has a cleanup process, which reads JSON lines from a pipe:
`{"name": "1", "group": 4711, "paths": [...]}` for something to clean up, `{"name": "1"}` when it is gone. When the pipe ends, the
cleanup process does its work and ends.

It runs as a file, without the package, so that it needs only a few milliseconds and megabytes.
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

__all__ = ["CleanupProcess"]


class CleanupProcess:
    """A handle on this process's cleanup process. It does nothing on Windows, which has no process groups."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[str, dict[str, Any]] = {}

    def watch(self, name: str, group: int, paths: Sequence[str] = ()) -> None:
        """Add an entry: a process group to kill, and files and folders to remove, when this process ends.

        Args:
            name: identifies the entry for `drop`.
        """
        with self._lock:
            self._known[name] = {"name": name, "group": group, "paths": list(paths)}
            self._tell(self._known[name])

    def drop(self, name: str) -> None:
        """Forget an entry: its processes have ended, or somebody else ends them."""
        with self._lock:
            if self._known.pop(name, None):
                self._tell({"name": name})

    def end(self) -> None:
        """Let the cleanup process do its work now. The next `watch` starts a new process."""
        with self._lock:
            self._known.clear()
            self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.wait()

    def _tell(self, entry: dict[str, Any]) -> None:
        if os.name != "posix":
            return
        try:
            self._write(entry)
        except OSError:  # it has not started yet, or it was killed: start a new one and tell it everything
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

    def _write(self, entry: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None or self._process.poll() is not None:
            raise BrokenPipeError
        self._process.stdin.write(json.dumps(entry) + "\n")
        self._process.stdin.flush()


def main() -> None:
    """Listen until the pipe ends, then clean up."""
    # These signals are meant for the worker; this process must outlive it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    known: dict[str, dict[str, Any]] = {}
    for line in sys.stdin:
        entry = json.loads(line)
        known.pop(entry["name"], None)
        if "group" in entry:
            known[entry["name"]] = entry
    for each in known.values():
        with contextlib.suppress(OSError):
            os.killpg(each["group"], signal.SIGKILL)
    for path in [path for each in known.values() for path in each["paths"]]:
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - without pathlib this process starts in half the time


if __name__ == "__main__":
    main()
