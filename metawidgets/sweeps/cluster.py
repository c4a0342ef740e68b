"""The Dask cluster that a sweep runs on: one of this machine for the time of the sweep, or one whose scheduler is given."""

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
    """The scheduler is gone for now; its workers may still be at their reports."""


class Connection:
    """A client, with Dask's ways of failing put into a sweep's words.

    Args:
        client: connected.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._slots, self._counted, self._shown = 0, -_SLOTS_EVERY, 0.0

    @property
    def dashboard(self) -> str:
        """Address of Dask's dashboard; "" if there is none."""
        return self._client.dashboard_link or ""

    @property
    def slots(self) -> int:
        """How many reports the workers run at a time."""
        if time.monotonic() - self._counted >= _SLOTS_EVERY:
            self._counted = time.monotonic()
            try:
                threads: Any = self._client.nthreads()
                self._slots = sum(threads.values())
            except (OSError, ValueError) as error:
                raise Lost("the scheduler has gone away; waiting for it to come back") from error
        return self._slots

    def submit(self, function: Callable[..., Any], argument: Any, key: str) -> "Future":
        """Send one call."""
        self.check()
        return self._client.submit(function, argument, key=key, pure=False)

    def check(self) -> None:
        """Raises: Lost: if the scheduler does not answer any more."""
        stream: Any = self._client.scheduler_comm
        if self._client.status != "running" or (stream and stream.comm.closed()):
            raise Lost("the scheduler has gone away; waiting for it to come back")

    def outcome(self, key: str, future: "Future") -> Outcome:
        """What a call that has ended says."""
        from distributed.scheduler import KilledWorker

        if future.status == "finished":
            try:
                return Outcome(**future.result(timeout=30))
            except (OSError, asyncio.CancelledError):  # its worker went before it could be asked
                return Outcome(key, "lost", problem="a worker has gone away with its answer")
            finally:
                future.release()
        if future.status in ("cancelled", "lost"):
            return Outcome(key, "lost", problem="the scheduler has gone away; waiting for it to come back")
        error = future.exception(timeout=30)
        future.release()
        if isinstance(error, KilledWorker):
            return Outcome(
                key, "died", problem="the worker process died of it, on several workers one after the other."
            )
        if isinstance(error, ImportError | AttributeError):
            problem = f"a worker cannot load metawidgets ({error}); install the same version where the workers run."
            return Outcome(key, "unfit", problem=problem)
        return Outcome(key, "died", problem=f"{type(error).__name__}: {error}")

    def show(self, progress: Any) -> None:
        """Put the figures into the log of Dask's dashboard, topic `sweep`."""
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
    """A cluster to work on, until the block ends: then reports that still run are stopped, also on a cluster that stays.

    Args:
        store: where the workers will write to.
        scheduler: address; `None` for a cluster of processes on this machine, of one thread each.
        workers: how many of these; `None` for one a core, but no more than are `wanted`.
        patience: seconds to go on trying for a scheduler that has been there before.
        check: called now and then; what it raises ends the wait.

    Raises:
        SweepError: if no scheduler answers, the workers do not start, or they have no part in the output.
    """
    if store.place.startswith("memory://"):
        raise SweepError(
            f"out={store.place!r} is the memory of one process, which workers do not share; give a folder or an object store."
        )
    with contextlib.ExitStack() as stack:
        stack.enter_context(_silence("distributed"))  # what goes wrong is told by us, once
        if scheduler is None:
            stack.enter_context(_same_environment())
            try:
                cluster = _started(min(workers or os.cpu_count() or 1, max(wanted, 1)))
                stack.callback(_quietly, cluster.close, 10)
            finally:
                check()
            from distributed import Client

            client = Client(cluster, timeout=30, set_as_default=False)
        else:
            client = _found(scheduler, patience, check)
        # Dask forgets what nobody waits for any more, and the workers stop it.
        stack.callback(_quietly, client.close, 5)
        yield Connection(client)


@contextlib.contextmanager
def _same_environment() -> Iterator[None]:
    """Dask puts what its workers are to find (threads, the allocator) into this process's environment, and leaves it there."""
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
    importlib.import_module(name)  # which gives levels of their own to some of its loggers
    known = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    levels = {each: each.level for each in known if each.name.partition(".")[0] == name and each.level}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _started(workers: int) -> "LocalCluster":
    from distributed import LocalCluster

    try:
        # A worker's profiler would keep a tree of calls for every second of the last hour: 0.1 MB each, beside a report.
        with kept_from_children(), dask.config.set({"distributed.worker.profile.enabled": False}):
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=f"127.0.0.1:{_free_port()}",
                memory_limit=0,  # a kernel's memory is not its worker's
                silence_logs=logging.CRITICAL,
            )
    except (OSError, RuntimeError) as error:
        said = str(error).strip().partition("\n")[0].rstrip(".")
        raise SweepError(
            f"cannot start workers on this machine ({said}); ask for fewer than {workers}, or look at its limits (ulimit -a)."
        ) from error


def _found(scheduler: str, patience: float, check: Callable[[], None]) -> "Client":
    until = time.monotonic() + patience
    while True:
        check()
        try:
            _knock(scheduler)
            return _client(scheduler)
        except (OSError, ValueError, TypeError, OverflowError) as error:
            if isinstance(error, OSError) and time.monotonic() < until:
                time.sleep(0.2)
                continue
            if isinstance(error, TypeError) and scheduler.startswith("tls://"):  # Dask's way of missing an SSL context
                raise SweepError(
                    f"{scheduler!r} needs certificates, and Dask's configuration here names none; give its ca-file, and key and "
                    "cert of the client, under distributed.comm.tls."
                ) from None
            raise SweepError(
                f"no scheduler answers at {scheduler!r} ({type(error).__name__}); start one with `dask scheduler`, or leave "
                "--scheduler out to use this machine."
            ) from None


def _knock(address: str) -> None:
    """See whether anybody listens there, and speaks Dask's protocol.

    A refusal is known at once, where a client goes on trying; and one that is never answered tries for ever.
    """
    from distributed.comm import connect, parse_address, parse_host_port
    from distributed.security import Security

    scheme, place = parse_address(address)
    if scheme in ("tcp", "tls"):
        socket.create_connection(parse_host_port(place, _SCHEDULER_PORT), timeout=_ANSWER).close()

    async def shake_hands() -> None:
        comm = await connect(address, timeout=_ANSWER, **Security().get_connection_args("client"))
        await comm.close()

    with ThreadPoolExecutor(1) as pool:  # a notebook's thread has a loop of its own
        pool.submit(asyncio.run, asyncio.wait_for(shake_hands(), 2 * _ANSWER)).result()


def _client(address: str) -> "Client":
    from distributed import Client

    # Made in two steps, to get hold of one that fails: it would close itself when it is collected, wait, and complain.
    client = Client.__new__(Client)
    try:
        client.__init__(address, timeout=_ANSWER, set_as_default=False)
    except BaseException:
        client.status = "closed"
        raise
    return client


def _quietly(close: Callable[..., Any], timeout: float) -> None:
    """Dask complains of workers that were killed or that do not hurry; the processes end with this one in any case."""
    with contextlib.suppress(Exception):
        close(timeout=timeout)


def _free_port() -> int:
    """Dask's usual port for its dashboard, or any other if that is taken."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", _DASHBOARD))
        except OSError:
            return 0
        return _DASHBOARD
