"""One output of each kind: a folder, an object store, and a file system that fsspec knows by nothing but its interface."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from metawidgets.sweeps.store import Store

PLACES: dict[str, Callable[[Path], str]] = {
    "folder": lambda tmp: str(tmp / "out"),
    "object store": lambda tmp: f"memory://{uuid.uuid4().hex}/sweep",
    "generic": lambda tmp: f"dir://sweep::file://{tmp}",  # DirFileSystem: a local folder through the plain interface
}


@pytest.fixture(params=list(PLACES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new, empty output; a test that takes it runs once for each kind."""
    made = Store(PLACES[request.param](tmp_path))
    yield made
    if request.param == "object store":
        with suppress(FileNotFoundError):
            made.fs.rm(made.root, recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    """A new, empty output folder."""
    return Store(str(tmp_path / "out"))
