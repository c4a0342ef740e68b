"""Kernels of a sweep's reports: known to the process that started them, so that they can be stopped; forked where that is safe."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from contextvars import ContextVar
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from metawidgets.errors import SweepError

__all__ = ["ForkedKernels", "PlainKernels", "can_fork", "of_sweep", "stop", "stopped"]

of_sweep: ContextVar[str] = ContextVar("of_sweep", default="")
"""Which sweep the report of this context belongs to."""
_GUARD = threading.Lock()
_GROUPS: dict[str, set[int]] = defaultdict(set)
_STOPPED: set[str] = set()


def stop(sweep: str) -> int:
    """Kill the kernels of a sweep in this process, and let it start no more; returns how many there were."""
    with _GUARD:
        _STOPPED.add(sweep)
        groups = list(_GROUPS[sweep])
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    return len(groups)


def stopped(sweep: str) -> bool:
    """Whether `stop` was called."""
    return sweep in _STOPPED


def can_fork() -> bool:
    """Whether kernels can be forked from a warm process here: on Linux, and if that process has one thread."""
    if sys.platform != "linux":
        return False
    try:
        return _Server.of_this_process().n_threads == 1
    except (OSError, ValueError):
        return False


class _Watched(LocalProvisioner):
    """Tells `stop` of its kernel."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        sweep = of_sweep.get()
        if stopped(sweep):
            raise SweepError("the sweep was stopped.")
        info = await self._launched(cmd, **kwargs)
        if self.pgid:
            with _GUARD:
                _GROUPS[sweep].add(self.pgid)
        return info

    async def cleanup(self, restart: bool = False) -> None:
        with _GUARD:
            _GROUPS[of_sweep.get()].discard(self.pgid or 0)
        await super().cleanup(restart)

    async def _launched(self, cmd: list[str], **kwargs: Any) -> Any:
        return await super().launch_kernel(cmd, **kwargs)


class _Forked(_Watched):
    """Asks the warm process for a kernel in place of starting a program."""

    async def _launched(self, cmd: list[str], **kwargs: Any) -> Any:
        after_module = cmd.index("-m") + 2
        server = _Server.of_this_process()
        self.process = ForkedProcess(server, cmd[after_module:], kwargs.get("env"), kwargs.get("cwd"))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class _Manager(AsyncKernelManager):
    _provisioner: type[LocalProvisioner]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_id = os.urandom(16).hex()
        self.provisioner = self._provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)


class PlainKernels(_Manager):
    """Each kernel is a program of its own, as Jupyter starts it."""

    _provisioner = _Watched


class ForkedKernels(_Manager):
    """Each kernel is forked from one warm process."""

    _provisioner = _Forked


class ForkedProcess:
    """What the provisioner wants to know of a process, for a child of the warm process.

    It is held by a descriptor and not by its number, which the system may give to another.
    """

    stdin = stdout = stderr = None

    def __init__(self, server: "_Server", argv: list[str], env: dict[str, str] | None, cwd: str | None) -> None:
        self._server = server
        wanted = {
            "argv": argv,
            "env": dict(os.environ if env is None else env),
            "cwd": None if cwd is None else str(cwd),
        }
        self.pid: int = server.ask({"fork": wanted})["pid"]
        self._descriptor = os.pidfd_open(self.pid)  # the server does not reap it before it is told to
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, `None` as long as it runs."""
        if self.returncode is None and select.select([self._descriptor], [], [], 0)[0]:
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
        if self.poll() is None:
            signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class _Server:
    """The warm process of this process; it ends when this one does."""

    _one: "_Server | None" = None
    _making = threading.Lock()

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "metawidgets.sweeps.fork_server"]
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **one_thread},
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the driver, which stops the rest
        )
        self._lock = threading.Lock()
        self.n_threads: int = self._line()["threads"]

    @classmethod
    def of_this_process(cls) -> "_Server":
        """The one server, started at the first call, and anew if it was killed."""
        with cls._making:
            if cls._one is None or cls._one._process.poll() is not None:
                cls._one = cls()
            return cls._one

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
