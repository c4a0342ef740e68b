"""Jupyter kernels for a sweep's reports: the worker keeps track of them, so that it can stop them, and forks them where that is safe."""

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
from metawidgets.sweeps.cleanup_process import CleanupProcess
from metawidgets.sweeps.forks import ForkedProcess, Server

__all__ = ["ForkedKernels", "PlainKernels", "Run", "of_run"]

_CLEANUP = CleanupProcess()


class Run:
    """The kernels of one run of a report (usually a single one)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kernels: set[_Watched] = set()
        self.stopped = False
        """Whether `stop` was called."""
        self.died = False
        """Whether a kernel ended without being asked to."""

    def stop(self) -> None:
        """Kill the run's kernels and the processes that they started, and refuse new ones. May be called from any thread."""
        with self._lock:
            self.stopped = True
            for kernel in self._kernels:
                kernel.end()

    def add(self, kernel: "_Watched") -> None:
        """Record a kernel that has started; kill it if the run was stopped meanwhile."""
        with self._lock:
            self._kernels.add(kernel)
            if self.stopped:
                kernel.end()

    def discard(self, kernel: "_Watched") -> None:
        """Forget a kernel that has ended."""
        with self._lock:
            self._kernels.discard(kernel)


of_run: ContextVar[Run | None] = ContextVar("of_run", default=None)
"""The run that owns the kernels started in this context."""


class _Watched(LocalProvisioner):
    """A kernel that its run and the cleanup process can kill, together with every process of its process group."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._run = of_run.get() or Run()
        self._asked_to_end = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        if self._run.stopped:
            raise SweepError("the sweep was stopped.")
        info = await self._launched(cmd, **kwargs)
        if self.pgid:
            _CLEANUP.watch(self.kernel_id, self.pgid, _paths(self.parent))
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
        _CLEANUP.drop(self.kernel_id)
        await super().cleanup(restart)

    def end(self) -> None:
        """Kill the kernel now. May be called from any thread."""
        process = self.process
        if process is not None and process.poll() is None:
            self._asked_to_end = True
            self._end_group()

    def _end_group(self) -> None:
        if self.pgid and self.process is not None:
            # macOS raises PermissionError for a group whose processes have all ended.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pgid, signal.SIGKILL)

    async def _launched(self, cmd: list[str], **kwargs: Any) -> Any:
        # Otherwise the kernel would inherit the worker's streams, which lead to the driver's terminal.
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return await super().launch_kernel(cmd, **{**kwargs, **nowhere})


class _Forked(_Watched):
    """A kernel that is forked from the fork server instead of started as a program."""

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
    """Return the paths that a kernel leaves behind if its manager is killed: its connection file and the folder of its sockets."""
    paths = [manager.connection_file]
    if manager.transport == "ipc":
        folder = os.path.dirname(manager.ip)  # noqa: PTH120 - the cleanup process gets plain text
        paths += [folder] if os.path.basename(folder).startswith("mw-") else []  # noqa: PTH119
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100


class _Manager(AsyncKernelManager):
    _provisioner: type[LocalProvisioner]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_id = os.urandom(16).hex()
        self.provisioner = self._provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)


class PlainKernels(_Manager):
    """A kernel manager that starts each kernel as a new program, as Jupyter does."""

    _provisioner = _Watched


class ForkedKernels(_Manager):
    """A kernel manager that forks each kernel from the fork server."""

    _provisioner = _Forked
