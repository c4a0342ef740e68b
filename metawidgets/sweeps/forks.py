"""Start the fork server as a child process, and control the kernels forked from it. The server's code is in `fork_server.py`."""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from typing import Any

__all__ = ["ForkedProcess", "Server", "can_fork"]


def can_fork() -> bool:
    """Return whether kernels can be forked here: only on Linux, and only if the fork server has a single thread."""
    if sys.platform != "linux":
        return False
    try:
        return Server.of_this_process().n_threads == 1
    except (OSError, ValueError):
        return False


class ForkedProcess:
    """A child of the fork server, with the part of `Popen`'s interface that Jupyter's provisioner uses.

    It is held by a descriptor, not by its process number, since the system may give that number to another process.
    """

    stdin = stdout = stderr = None

    def __init__(self, server: "Server", argv: list[str], env: dict[str, str] | None, cwd: str | None) -> None:
        self._server = server
        wanted = {
            "argv": argv,
            "env": dict(os.environ if env is None else env),
            "cwd": os.getcwd() if cwd is None else str(cwd),  # noqa: PTH109 - papermill changes the folder and passes no `cwd`
        }
        self.pid: int = server.ask({"fork": wanted})["pid"]
        self._descriptor = os.pidfd_open(self.pid)  # the number is still this child's: the server reaps only on request
        self._lock = threading.RLock()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or `None` if the process is still running.

        If the process has ended, the first call also kills the other processes of its group and reaps this process.
        """
        with self._lock:
            if self.returncode is None and select.select([self._descriptor], [], [], 0)[0]:
                with contextlib.suppress(ProcessLookupError):  # must come before `reap`, which frees the number
                    os.killpg(self.pid, signal.SIGKILL)
                self.returncode = self._server.reap(self.pid)
                os.close(self._descriptor)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process to end, and return its exit code.

        Raises:
            TimeoutExpired: if that takes longer than `timeout` seconds.
        """
        if self.returncode is None and not select.select([self._descriptor], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send the process a signal, unless it has ended."""
        with self._lock:
            if self.poll() is None:
                signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        """Kill the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)


class Server:
    """The fork server of this process (`fork_server.py`). It ends when this process ends."""

    _instance: "Server | None" = None
    _starting = threading.Lock()
    _failed_to_start = False
    """Whether a server failed to start. The next would fail too, after seconds of imports, so none is tried."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "metawidgets.sweeps.fork_server"]
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **one_thread},
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal must reach only the driver, which stops the rest
        )
        self._lock = threading.Lock()
        atexit.register(self.end)
        self.pid = self._process.pid
        try:
            self.n_threads: int = self._line()["threads"]
        except BaseException:
            self._close()
            raise

    @classmethod
    def of_this_process(cls) -> "Server":
        """Return this process's server. Start it at the first call, and again if it was killed.

        Raises:
            OSError: if the server does not start.
        """
        with cls._starting:
            if cls._failed_to_start:
                raise OSError("the process that forks kernels did not start.")
            if cls._instance is None or cls._instance._process.poll() is not None:
                if cls._instance is not None:
                    cls._instance._close()
                cls._failed_to_start = True
                cls._instance = cls()
                cls._failed_to_start = False
            return cls._instance

    @classmethod
    def end(cls) -> None:
        """End the server and its kernels; the next `of_this_process` starts a new one."""
        with cls._starting:
            one, cls._instance, cls._failed_to_start = cls._instance, None, False
        if one is not None:
            one._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and return the server's answer.

        Raises:
            OSError: if the server has ended.
        """
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return self._line()

    def reap(self, pid: int) -> int:
        """Return the exit code of a child that has ended; if the server has ended too, return SIGKILL's code."""
        try:
            return self.ask({"reap": pid})["code"]
        except OSError:
            return -signal.SIGKILL

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the process that forks kernels has ended.")
        return json.loads(line)
