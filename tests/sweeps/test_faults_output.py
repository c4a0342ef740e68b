"""An output that cannot be written to: one error message, finished reports stay, no file is half written, and the next call continues."""

import errno
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metawidgets.sweeps.index import Index
from metawidgets.sweeps.store import Store, Unwritable
from tests.sweeps.places import PATIENCE, Place

SEED = int(os.environ.get("METAWIDGETS_SEED", "0"))
KEYS = [f"{n:020x}" for n in range(1 << 76, (1 << 76) + 3)]
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Refusal:
    """Make the file system refuse changes below a folder, from the nth change on."""

    def __init__(self) -> None:
        self.folder, self.left, self.code = "", 0, errno.ENOSPC
        sys.addaudithook(self._hook)  # an audit hook cannot be removed; without a folder it does nothing

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.folder or event not in ("open", "os.mkdir", "os.rename", "os.chmod", "os.truncate"):
            return
        if not str(args[0]).startswith(self.folder) or (event == "open" and not args[2] & _WRITES):
            return
        self.left -= 1
        if self.left < 0:
            raise OSError(self.code, os.strerror(self.code), args[0])


@pytest.fixture(scope="module")
def refusing() -> Refusal:
    return Refusal()


@pytest.fixture
def refusal(refusing: Refusal) -> Iterator[Refusal]:
    yield refusing
    refusing.folder = ""


def publish(store: Store, key: str, made: Path) -> None:
    """Publish a finished run as a worker does."""
    with store.claim(key) as mine, store.workplace(key) as folder:
        assert mine
        with store.telling():
            (folder / "out").mkdir()
            for path in made.iterdir():
                (folder / "out" / path.name).write_bytes(path.read_bytes())
        names = {"html": "tiny.html", "notebook": "tiny.ipynb"}
        store.publish(key, folder / "out", {"state": "completed", "seconds": 1.0, **names})


def refused(store: Store, key: str, made: Path) -> str:
    try:
        publish(store, key, made)
    except Unwritable as error:
        return str(error)
    return ""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "tiny.html").write_text("<html>" + "x" * 100_000)
    (folder / "tiny.ipynb").write_text("{}")
    return folder


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT], ids=errno.errorcode.get)
def test_refused_at_every_change_in_turn(code: int, tmp_path: Path, made: Path, refusal: Refusal) -> None:
    store = Store(str(tmp_path / "out"))
    store.prepare()
    publish(store, KEYS[0], made)
    first = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    for n in itertools.count():
        refusal.folder, refusal.left, refusal.code = str(tmp_path / "out"), n, code
        problem = refused(store, KEYS[1], made)
        refusal.folder = ""
        if not problem:
            break
        assert os.strerror(code) in problem
        assert len(problem.splitlines()) == 1
        assert store.status(KEYS[1]) is None
        assert all(p.read_bytes() == data for p, data in first.items())
        left = [p for p in (tmp_path / "out").rglob("*") if p.is_file() and p not in first]
        for path in left:  # a report's file may already be in its final place; then it is complete
            assert path.read_bytes() == (made / f"tiny{path.suffix}").read_bytes()
        assert not (tmp_path / "out" / ".work" / KEYS[1]).exists()
    assert n > 5
    assert (store.status(KEYS[1]) or {})["state"] == "completed"


@pytest.mark.slow
def test_an_output_that_cannot_be_made_is_refused_before_anything_runs(place: Place) -> None:
    (place.folder / "out").write_text("a file")
    process = place.sweep(place.settings())
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith("metawidgets: cannot write into ")
    assert "\n" not in said.strip()
    assert place.lines("begin") == []


@pytest.fixture
def small_disk(place: Place) -> Iterator[Path]:
    """A disk of 600 kB; `mount` enlarges it."""
    place.out.mkdir()
    made = mount(place.out, "size=600k")
    if made.returncode:
        pytest.skip(f"cannot mount: {made.stderr.strip()}")
    yield place.out
    subprocess.run(["umount", "--lazy", place.out], check=False)


def mount(folder: Path, options: str) -> "subprocess.CompletedProcess[str]":
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform != "linux" or shutil.which("mount") is None, reason="mounts a small disk")
def test_a_full_disk_in_the_midst_of_a_sweep(place: Place, small_disk: Path) -> None:
    settings = place.settings(repeats=3, parameters={"do": "from os import urandom\nprint(urandom(100_000).hex())"})
    process = place.sweep(settings)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    lines = [line for line in said.splitlines() if line.startswith("metawidgets:")]
    assert "No space left on device" in said
    assert (len(lines), "Traceback" in said) == (1, False), said
    assert len(place.statuses()) == 1
    place.check_whole()
    place.gone()
    before = place.files()

    assert mount(place.out, "remount,size=50m").returncode == 0
    process = place.sweep(settings)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in said) == (0, False), said
    assert {status["state"] for status in place.statuses().values()} == {"completed"}
    assert len(place.statuses()) == 3
    place.check_whole()
    assert place.files().items() >= before.items()
    place.gone()


def damaged(draw: random.Random, whole: bytes) -> Iterator[bytes]:
    for n in range(0, len(whole), 7):
        yield whole[:n]
    for _ in range(100):
        at = draw.randrange(len(whole))
        yield whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :]
    for odd in (None, [], 3, "x", {}, {"state": "completed"}, {"key": KEYS[0], "state": 3}):
        yield json.dumps(odd).encode()
    said = json.loads(whole)
    for name, value in itertools.product(("seconds", "error", "attempts"), (None, "x", [], {}, 1e400, True)):
        yield json.dumps({**said, name: value}).encode()
    yield b"[" * 100_000
    yield b"\xff\xfe"


def test_a_damaged_status_file_counts_as_none_and_harms_nobody(tmp_path: Path, made: Path) -> None:
    store = Store(str(tmp_path / "out"))
    for key in KEYS:
        publish(store, key, made)
    path = next((tmp_path / "out").glob(f"status/*/{KEYS[0]}.json"))
    whole = path.read_bytes()
    for data in damaged(random.Random(SEED), whole):
        path.write_bytes(data)
        index = Index.of(store)
        index.save()
        missing = index.missing(KEYS)
        assert missing == ([] if store.status(KEYS[0]) else [KEYS[0]])
        assert Index.of(store).missing(KEYS) == missing
    path.write_bytes(whole[:-20])
    publish(store, KEYS[0], made)
    assert Index.of(store).missing(KEYS) == []
