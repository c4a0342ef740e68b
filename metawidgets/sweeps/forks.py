"""Kernels forked from a warm process, as seen from the process that wants them: a server, started once, and its children."""

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
    """Whether kernels can be forked from a warm process here: on Linux, and if that process has one thread."""
    if sys.platform != "linux":
        return False
    try:
        return Server.of_this_process().n_threads == 1
    except (OSError, ValueError):
        return False


class ForkedProcess:
    """What the provisioner wants to know of a process, for a child of the warm process.

    It is held by a descriptor and not by its number, which the system may give to another.
    """

    stdin = stdout = stderr = None

    def __init__(self, server: "Server", argv: list[str], env: dict[str, str] | None, cwd: str | None) -> None:
        self._server = server
        wanted = {
            "argv": argv,
            "env": dict(os.environ if env is None else env),
            "cwd": os.getcwd() if cwd is None else str(cwd),  # noqa: PTH109 - papermill goes there, and passes none on
        }
        self.pid: int = server.ask({"fork": wanted})["pid"]
        self._descriptor = os.pidfd_open(self.pid)  # the server does not reap it before it is told to
        self._lock = threading.RLock()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, `None` as long as it runs."""
        with self._lock:
            if self.returncode is None and select.select([self._descriptor], [], [], 0)[0]:
                with contextlib.suppress(ProcessLookupError):  # before its number is free again
                    os.killpg(self.pid, signal.SIGKILL)
                self.returncode = self._server.reap(self.pid)
                os.close(self._descriptor)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            TimeoutExpired: if that takes longer than `timeout` seconds.
        """
        if self.returncode is None and not select.select([self._descriptor], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended gets none."""
        with self._lock:
            if self.poll() is None:
                signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Server:
    """The warm process of this process; it ends when this one does."""

    _one: "Server | None" = None
    _making = threading.Lock()
    _hopeless = False
    """Whether one could not even start: the next would not, either, after seconds of imports."""

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
            start_new_session=True,  # Ctrl-C in the terminal is for the driver, which stops the rest
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
        """The one server, started at the first call, and anew if it was killed.

        Raises:
            OSError: if it does not start.
        """
        with cls._making:
            if cls._hopeless:
                raise OSError("the process that forks kernels did not start.")
            if cls._one is None or cls._one._process.poll() is not None:
                if cls._one is not None:
                    cls._one._close()
                cls._hopeless = True
                cls._one = cls()
                cls._hopeless = False
            return cls._one

    @classmethod
    def end(cls) -> None:
        """End the server with its kernels, and forget it."""
        with cls._making:
            one, cls._one, cls._hopeless = cls._one, None, False
        if one is not None:
            one._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises:
            OSError: if the server is gone.
        """
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
            return self._line()

    def reap(self, pid: int) -> int:
        """The exit code of a child that has ended; that of a kill if the server went with it."""
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
