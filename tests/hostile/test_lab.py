"""A real `metawidgets lab`: it listens only on this machine, and requires a token that is not among its arguments."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR")
_LISTENING = "0A"


def _listeners(pid: int) -> set[str]:
    """Return the addresses (hexadecimal, as in /proc) on which a process's sockets listen."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # the file was closed meanwhile
            inodes.add(str(link.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1])
    return found


def _answer(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status if "/login" not in answer.url else 302
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc to see who listens where")
def test_it_listens_here_only_and_asks_for_its_token(tmp_path: Path, root: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "work").mkdir()
    command = [sys.executable, "-m", "metawidgets", "lab", str(tmp_path / "work"), "--no-browser", "--port", str(port)]
    log = (tmp_path / "log").open("w")
    ours = subprocess.Popen(
        command,
        cwd=root,
        env={**os.environ, **{name: str(tmp_path / name.lower()) for name in _FOLDERS}},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 120
        here = f"http://127.0.0.1:{port}"
        while True:
            with contextlib.suppress(OSError):
                assert _answer(f"{here}/api/status") == 403
                break
            assert ours.poll() is None, (tmp_path / "log").read_text()[-2000:]
            assert time.monotonic() < end, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.3)
        said = (tmp_path / "log").read_text()
        token = said.split("token is ")[1].split(";")[0]
        assert len(token) >= 32
        children = Path(f"/proc/{ours.pid}/task/{ours.pid}/children").read_text().split()
        listening = {address for pid in (ours.pid, *map(int, children)) for address in _listeners(pid)}
        assert listening == {f"0100007F:{port:04X}"}  # 127.0.0.1 only
        for pid in (ours.pid, *map(int, children)):
            assert token.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert _answer(f"{here}/lab") == 302
        for path in ("/api/contents", "/api/kernels", "/api/terminals", "/files/x"):
            assert _answer(here + path) in (302, 403), path
            assert _answer(here + path, Authorization="token wrong") in (302, 403), path
        assert _answer(f"{here}/api/contents", Authorization=f"token {token}") == 200
        assert _answer(f"{here}/api/contents", Authorization=f"token {token}", Host="evil.example") == 403
    finally:
        os.killpg(ours.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            ours.wait(timeout=20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(ours.pid, signal.SIGKILL)
        ours.wait()
        log.close()
