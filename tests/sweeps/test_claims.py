"""Claims between threads, between processes, and after a process was killed."""

import errno
import fcntl
import signal
import subprocess
import sys
import threading

import pytest

from metawidgets.sweeps.claims import claimed
from tests.sweeps.made import key_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such locks")

HOLD = """
import sys, pathlib
from metawidgets.sweeps.claims import claimed
with claimed(pathlib.Path(sys.argv[1]), sys.argv[2]) as mine:
    print(mine, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def claims(tmp_path):
    return tmp_path / "out" / ".claims"


def another(path, key):
    """Start a process that tries to claim the key, and holds it until it is told to end."""
    command = [sys.executable, "-c", HOLD, str(path), key]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip() == "True"


def ended(process):
    process.stdin.close()
    process.wait(20)
    process.stdout.close()


def granted(path, key):
    with claimed(path, key) as mine:
        return mine


def test_one_at_a_time_in_one_process(claims):
    with claimed(claims, key_of(1)) as first:
        assert first
        assert not granted(claims, key_of(1))
        assert granted(claims, key_of(1 << 30))
        answers = []
        thread = threading.Thread(target=lambda: answers.append(granted(claims, key_of(1))))
        thread.start()
        thread.join()
        assert answers == [False]
        assert not granted(claims, key_of(1)), "the refused request must not drop the first claim"
    assert granted(claims, key_of(1))
    assert claims.stat().st_size == 0


def test_one_at_a_time_between_processes_and_none_outlives_its_owner(claims):
    key = "f" * 20  # the last of all bytes
    process, theirs = another(claims, key)
    try:
        assert theirs
        assert not granted(claims, key)
        assert granted(claims, key_of(1)), "other keys are free"
        assert not granted(claims, key), "the other process must keep its claim"
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        assert granted(claims, key)
    finally:
        process.kill()
        ended(process)
    with claimed(claims, key) as ours:
        assert ours
        assert granted(claims, key_of(2))  # released, while the first is still held
        process, theirs = another(claims, key)
        ended(process)
        assert not theirs


def test_an_error_gives_the_claim_back(claims):
    with pytest.raises(KeyError), claimed(claims, key_of(1)):
        raise KeyError
    assert granted(claims, key_of(1))


def test_an_output_that_is_removed_and_made_again(claims):
    assert granted(claims, key_of(1))
    claims.unlink()
    claims.parent.rmdir()
    with claimed(claims, key_of(1)) as mine:
        assert mine
        process, theirs = another(claims, key_of(1))
        ended(process)
        assert not theirs, "both processes must lock the same file"


def test_two_outputs_do_not_meet(tmp_path):
    with claimed(tmp_path / "a" / ".claims", key_of(1)) as one, claimed(tmp_path / "b" / ".claims", key_of(1)) as two:
        assert one
        assert two


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_grants_them(claims, monkeypatch, number):
    def refuse(*args):
        raise OSError(number, "no locks")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    with claimed(claims, key_of(1)) as mine:
        assert mine
        assert not granted(claims, key_of(1)), "claims must still work between threads"
    assert granted(claims, key_of(1))


def test_other_errors_are_told(claims, monkeypatch):
    def refuse(*args):
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    with pytest.raises(OSError, match="broken disk"), claimed(claims, key_of(1)):
        pass
