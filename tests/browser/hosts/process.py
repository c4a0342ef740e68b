"""A server for tests: a separate process on a free port of this machine, which leaves nothing behind."""

import os
import select
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).parents[3]


def free_port() -> int:
    """Return a port of this machine that is not in use now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_folders(scratch: Path) -> dict[str, str]:
    """Return environment variables with which a program neither reads nor writes the user's settings."""
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    folders = {name: scratch / name.lower() for name in names}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {name: str(folder) for name, folder in folders.items()}


@contextmanager
def serving(
    command: Sequence[str | Path], answers: str, log: Path, env: Mapping[str, str], timeout: float = 90
) -> Iterator[subprocess.Popen]:
    """Start `command`, wait until the address `answers` responds, and stop the process with all its children at the end.

    The process's only way to the network is a proxy that never answers.

    Raises:
        AssertionError: with the end of the log, if the process stops or does not respond within `timeout` seconds; at the end, if
            the process or one of its children called the proxy.
    """
    # The kernels import this checkout, whether it is installed or not.
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    with log.open("w") as out, socket.create_server(("127.0.0.1", 0)) as proxy:
        server = subprocess.Popen(
            [str(word) for word in command],
            env={**os.environ, **env, **_proxied(proxy), "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its kernels can be stopped with it
        )
        try:
            _wait(server, answers, log, timeout)
            yield server
            assert (call := _first_call(proxy)) is None, f"the server or its kernel asked the network: {call!r}"
        finally:
            _stop(server)


def _proxied(proxy: socket.socket) -> dict[str, str]:
    place = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    names = ("http_proxy", "https_proxy", "all_proxy")
    env = dict.fromkeys(names, place) | {name.upper(): place for name in names}
    return env | {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}


def _first_call(proxy: socket.socket) -> bytes | None:
    if not select.select([proxy], [], [], 0)[0]:
        return None
    caller, _ = proxy.accept()
    with caller:
        caller.settimeout(1)
        return caller.recv(200)


def _wait(server: subprocess.Popen, answers: str, log: Path, timeout: float) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended at once:\n{log.read_text()[-3000:]}"
        try:
            urllib.request.urlopen(answers, timeout=30).close()
            return
        except urllib.error.HTTPError:
            return  # the server responds, although it requires a token or has no such page
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"no answer from {answers} in {timeout} s:\n{log.read_text()[-3000:]}")


def _stop(server: subprocess.Popen) -> None:
    """End the process and the children in its session."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
