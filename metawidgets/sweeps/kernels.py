"""Kernels of a sweep's reports: known to the process that started them, so that they can be stopped; forked where that is safe."""

import contextlib
import os
import signal
import subprocess
import threading
from contextvars import ContextVar
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from metawidgets.errors import SweepError
from metawidgets.sweeps.forks import ForkedProcess, Server
from metawidgets.sweeps.guard import Guard

__all__ = ["ForkedKernels", "PlainKernels", "Run", "of_run"]

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
            server = Server.of_this_process()
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
