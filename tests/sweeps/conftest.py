"""Outputs of each kind (a folder, an object store, a generic fsspec file system), and a place for real sweeps."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from metawidgets.sweeps.store import Store
from tests.sweeps.places import Place, write_notebook

PLACES: dict[str, Callable[[Path], str]] = {
    "folder": lambda tmp: str(tmp / "out"),
    "object store": lambda tmp: f"memory://{uuid.uuid4().hex}/sweep",
    "generic": lambda tmp: (
        f"dir://sweep::file://{tmp}"
    ),  # DirFileSystem: a local folder through fsspec's generic interface
}


@pytest.fixture(params=list(PLACES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new, empty output. A test that uses it runs once for each kind."""
    made = Store(PLACES[request.param](tmp_path))
    yield made
    if request.param == "object store":
        with suppress(FileNotFoundError):
            made.fs.rm(made.root, recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    """A new, empty output folder."""
    return Store(str(tmp_path / "out"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    # A socket's path may have only about a hundred characters, so the folder for temporary files needs a short name.
    place = Place(tmp_path, Path(tempfile.mkdtemp(prefix="mwt-", dir="/tmp")))
    write_notebook(tmp_path)
    yield place
    for process in place.started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    for process in place.processes():
        process.kill()
    shutil.rmtree(place.tmp, ignore_errors=True)
