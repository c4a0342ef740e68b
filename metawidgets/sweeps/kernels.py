"""Kernels of a sweep's reports: known to the process that started them, so that they can be stopped; forked where that is safe."""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from contextvars import ContextVar
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from metawidgets.errors import SweepError
from metawidgets.sweeps.guard import Guard

__all__ = ["ForkedKernels", "PlainKernels", "Run", "can_fork", "of_run"]

_GUARD = Guard()


class Run:
    """The kernels of one run of a report: usually one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kernels: set[_Watched] = set()
        self.stopped = False
        """Whether `stop` was called."""
        self.died = False
        """Whether a kernel ended that nobody had asked to."""

    def stop(self) -> None:
        """Kill its kernels with all that they have started, and let it start no more. May be called from any thread."""
        with self._lock:
            self.stopped = True
            for kernel in self._kernels:
                kernel.end()

    def add(self, kernel: "_Watched") -> None:
        """One has begun."""
        with self._lock:
            self._kernels.add(kernel)
            if self.stopped:
                kernel.end()

    def discard(self, kernel: "_Watched") -> None:
        """It is gone."""
        with self._lock:
            self._kernels.discard(kernel)


of_run: ContextVar[Run | None] = ContextVar("of_run", default=None)
"""The run that a kernel belongs to which is started in this context."""


def can_fork() -> bool:
    """Whether kernels can be forked from a warm process here: on Linux, and if that process has one thread."""
    if sys.platform != "linux":
        return False
    try:
        return _Server.of_this_process().n_threads == 1
    except (OSError, ValueError):
        return False


class _Watched(LocalProvisioner):
    """A kernel that its run and the guard know; it ends with everything that it has started in its process group."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._run = of_run.get() or Run()
        self._asked_to_end = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        if self._run.stopped:
            raise SweepError("the sweep was stopped.")
        info = await self._launched(cmd, **kwargs)
        if self.pgid:
            _GUARD.watch(self.kernel_id, self.pgid, _paths(self.parent))
        self._run.add(self)
        return info

    async def poll(self) -> int | None:
        code = await super().poll()
        if code is not None and self.process is not None:
            self._run.died = self._run.died or not self._asked_to_end
            self._end_group()
        return code

    async def send_signal(self, signum: int) -> None:
        self._asked_to_end = self._asked_to_end or signum in (signal.SIGKILL, signal.SIGTERM)
        await super().send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        self._run.discard(self)
        _GUARD.drop(self.kernel_id)
        await super().cleanup(restart)

    def end(self) -> None:
        """Kill it now, from whatever thread."""
        process = self.process
        if process is not None and process.poll() is None:
            self._asked_to_end = True
            self._end_group()

    def _end_group(self) -> None:
        if self.pgid and self.process is not None:
            with contextlib.suppress(
                ProcessLookupError, PermissionError
            ):  # macOS says the latter of a group of the dead
                os.killpg(self.pgid, signal.SIGKILL)

    async def _launched(self, cmd: list[str], **kwargs: Any) -> Any:
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # the worker's are the driver's terminal
        return await super().launch_kernel(cmd, **{**kwargs, **nowhere})


class _Forked(_Watched):
    """Asks the warm process for a kernel in place of starting a program."""

    async def _launched(self, cmd: list[str], **kwargs: Any) -> Any:
        after_module = cmd.index("-m") + 2
        try:
            server = _Server.of_this_process()
            self.process = ForkedProcess(server, cmd[after_module:], kwargs.get("env"), kwargs.get("cwd"))
        except OSError:
            self._run.died = True
            raise
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def _paths(manager: Any) -> list[str]:
    """What a kernel leaves on the disk where its manager was killed: its connection file, and the folder of its sockets."""
    paths = [manager.connection_file]
    if manager.transport == "ipc":
        folder = os.path.dirname(manager.ip)  # noqa: PTH120 - a text that travels
        paths += [folder] if os.path.basename(folder).startswith("mw-") else []  # noqa: PTH119
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100


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


class _Server:
    """The warm process of this process; it ends when this one does."""

    _one: "_Server | None" = None
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
    def of_this_process(cls) -> "_Server":
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
