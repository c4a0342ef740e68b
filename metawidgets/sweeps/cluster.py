"""The Dask cluster that a sweep runs on: a temporary one on this machine, or an existing one, given by its scheduler's address."""

import asyncio
import contextlib
import importlib
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import dask
from dask.system import cpu_count

from metawidgets.errors import SweepError
from metawidgets.sweeps.interrupts import kept_from_children
from metawidgets.sweeps.store import Store
from metawidgets.sweeps.task import Outcome

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

__all__ = ["Connection", "Lost", "connected"]

_DASHBOARD, _SCHEDULER_PORT = 8787, 8786
_ANSWER = 15.0  # seconds that a scheduler may take to answer
_SLOTS_EVERY = 2.0  # seconds between two counts of the workers
_SHOW_EVERY = 5.0  # seconds between two entries in the dashboard's log


class Lost(Exception):
    """The scheduler does not answer for now; its workers may still be running their reports."""


class Connection:
    """A Dask client whose failures are reported as an `Outcome` or as `Lost`.

    Args:
        client: a client that is connected to its scheduler.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._slots, self._counted, self._shown = 0, -_SLOTS_EVERY, 0.0

    @property
    def dashboard(self) -> str:
        """The address of Dask's dashboard; "" if there is none."""
        return self._client.dashboard_link or ""

    @property
    def slots(self) -> int:
        """The number of reports that the workers run at a time."""
        if time.monotonic() - self._counted >= _SLOTS_EVERY:
            self._counted = time.monotonic()
            try:
                threads: Any = self._client.nthreads()
                self._slots = sum(threads.values())
            except (OSError, ValueError) as error:
                raise Lost("the scheduler has gone away; waiting for it to come back") from error
        return self._slots

    def submit(self, function: Callable[..., Any], argument: Any, key: str) -> "Future":
        """Send one call to the workers."""
        self.check()
        return self._client.submit(function, argument, key=key, pure=False)

    def check(self) -> None:
        """Raise `Lost` if the scheduler no longer answers."""
        stream: Any = self._client.scheduler_comm
        if self._client.status != "running" or (stream and stream.comm.closed()):
            raise Lost("the scheduler has gone away; waiting for it to come back")

    def outcome(self, key: str, future: "Future") -> Outcome:
        """Return the outcome of a call that has ended."""
        from distributed.scheduler import KilledWorker  # distributed loads slowly

        if future.status == "finished":
            try:
                return Outcome(**future.result(timeout=30))
            except (OSError, asyncio.CancelledError):  # the worker ended before its answer was fetched
                return Outcome(key, "lost", problem="a worker has gone away with its answer")
            finally:
                future.release()
        if future.status in ("cancelled", "lost"):
            return Outcome(key, "lost", problem="the scheduler has gone away; waiting for it to come back")
        error = future.exception(timeout=30)
        future.release()
        if isinstance(error, KilledWorker):
            return Outcome(
                key, "died", problem="the report killed its worker process, on several workers one after the other."
            )
        if isinstance(error, ImportError | AttributeError):
            problem = f"a worker cannot load metawidgets ({error}); install the same version where the workers run."
            return Outcome(key, "unfit", problem=problem)
        return Outcome(key, "died", problem=f"{type(error).__name__}: {error}")

    def show(self, progress: Any) -> None:
        """Write the progress to the log of Dask's dashboard, under the topic `sweep`."""
        if time.monotonic() - self._shown < _SHOW_EVERY:
            return
        self._shown = time.monotonic()
        figures = {name: getattr(progress, name) for name in ("planned", "completed", "failed", "running", "left")}
        with contextlib.suppress(OSError, ValueError):
            self._client.log_event("sweep", {**figures, "seconds_left": progress.seconds_left})


@contextlib.contextmanager
def connected(
    store: Store, scheduler: str | None, workers: int | None, wanted: int, patience: float, check: Callable[[], None]
) -> Iterator[Connection]:
    """Connect to a cluster for the length of the block. At its end reports that still run are stopped, on either kind of cluster.

    Args:
        store: the output that the workers will write to.
        scheduler: the scheduler's address; `None` starts processes of one thread each on this machine.
        workers: the number of these processes; `None` for one per core that this process may use. Never more than `wanted`.
        wanted: the number of reports to run.
        patience: how many seconds to keep trying to reach a scheduler that answered before.
        check: called now and then; an exception that it raises ends the wait.

    Raises:
        SweepError: if no scheduler answers, the workers do not start, or the workers cannot share the output.
    """
    if store.place.startswith("memory://"):
        raise SweepError(
            f"out={store.place!r} is the memory of one process, which workers do not share; give a folder or an object store."
        )
    with contextlib.ExitStack() as stack:
        stack.enter_context(_silence("distributed"))  # the sweep reports each failure itself, once
        if scheduler is None:
            stack.enter_context(_same_environment())
            try:
                cluster = _local_cluster(min(workers or cpu_count(), max(wanted, 1)))
                stack.callback(_close_quietly, cluster.close, 10)
            finally:
                check()
            from distributed import Client  # distributed loads slowly

            client = Client(cluster, timeout=30, set_as_default=False)
        else:
            client = _existing_cluster(scheduler, patience, check)
        # Closing the client makes Dask forget its calls; workers then stop their reports (see `task.py`).
        stack.callback(_close_quietly, client.close, 5)
        yield Connection(client)


@contextlib.contextmanager
def _same_environment() -> Iterator[None]:
    """Restore the environment after the block: Dask adds its workers' variables (threads, allocator) to this process's and keeps them."""
    names = ["PYTHONHASHSEED", "__DASK_PARENT_PID", *dask.config.get("distributed.nanny.pre-spawn-environ", {})]
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _silence(name: str) -> Iterator[None]:
    importlib.import_module(name)  # its import sets the levels of some loggers, so it must come first
    known = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    levels = {each: each.level for each in known if each.name.partition(".")[0] == name and each.level}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _local_cluster(workers: int) -> "LocalCluster":
    from distributed import LocalCluster  # distributed loads slowly

    try:
        # A worker's profiler keeps a call tree for every second of the last hour. That costs 0.1 MB of memory per report.
        with kept_from_children(), dask.config.set({"distributed.worker.profile.enabled": False}):
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=f"127.0.0.1:{_free_port()}",
                memory_limit=0,  # the limit would count the worker's memory, not its kernel's
                silence_logs=logging.CRITICAL,
            )
    except (OSError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise SweepError(
            f"cannot start workers on this machine ({reason}); ask for fewer than {workers}, or check its limits (ulimit -a)."
        ) from error


def _existing_cluster(scheduler: str, patience: float, check: Callable[[], None]) -> "Client":
    until = time.monotonic() + patience
    while True:
        check()
        try:
            _check_that_it_answers(scheduler)
            return _client(scheduler)
        except (OSError, ValueError, TypeError, OverflowError) as error:
            if isinstance(error, OSError) and time.monotonic() < until:
                time.sleep(0.2)
                continue
            if isinstance(error, TypeError) and scheduler.startswith("tls://"):  # Dask raises it without an SSL context
                raise SweepError(
                    f"{scheduler!r} needs certificates, and Dask's configuration here names none; set ca-file, client.key and "
                    "client.cert under distributed.comm.tls."
                ) from None
            raise SweepError(
                f"no scheduler answers at {scheduler!r} ({type(error).__name__}); start one with `dask scheduler`, or leave "
                "--scheduler out to use this machine."
            ) from None


def _check_that_it_answers(address: str) -> None:
    """Check that somebody listens at an address and speaks Dask's protocol.

    This fails at once if the connection is refused, while a `Client` keeps trying, and forever if nobody answers.
    """
    # distributed loads slowly
    from distributed.comm import connect, parse_address, parse_host_port
    from distributed.security import Security

    scheme, place = parse_address(address)
    if scheme in ("tcp", "tls"):
        socket.create_connection(parse_host_port(place, _SCHEDULER_PORT), timeout=_ANSWER).close()

    async def shake_hands() -> None:
        comm = await connect(address, timeout=_ANSWER, **Security().get_connection_args("client"))
        await comm.close()

    with ThreadPoolExecutor(1) as pool:  # in a notebook, this thread already runs an event loop
        pool.submit(asyncio.run, asyncio.wait_for(shake_hands(), 2 * _ANSWER)).result()


def _client(address: str) -> "Client":
    from distributed import Client  # distributed loads slowly

    # Created in two steps, to reach a client whose __init__ fails: when collected, it would try to close itself, wait, and log errors.
    client = Client.__new__(Client)
    try:
        client.__init__(address, timeout=_ANSWER, set_as_default=False)
    except BaseException:
        client.status = "closed"
        raise
    return client


def _close_quietly(close: Callable[..., Any], timeout: float) -> None:
    """Close without raising: Dask raises if a worker was killed or is slow to end, and all workers end with this process anyway."""
    with contextlib.suppress(Exception):
        close(timeout=timeout)


def _free_port() -> int:
    """Return Dask's usual dashboard port, or 0 (any free port) if it is taken."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", _DASHBOARD))
        except OSError:
            return 0
        return _DASHBOARD
