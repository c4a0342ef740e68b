"""A tiny Omniglot in the official layout, and options that make each dataset small."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metawidgets.datasets import _omniglot_files, load
from metawidgets.episodes import ClassPool

ALPHABETS = tuple(f"Tongue_{letter}" for letter in "ABCDEFGHIJ")
N_CHARACTERS, N_DRAWERS = 2, 6


def png(pixels: np.ndarray) -> bytes:
    """Return a black-and-white PNG; `pixels` is True where there is paper."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def scribble(key: int) -> np.ndarray:
    """Return a drawing of 105 x 105 that is different for each key: a few straight strokes; True where there is paper."""
    rng = np.random.default_rng(key)
    paper = np.ones((105, 105), bool)
    for _ in range(3):
        (x0, x1), (y0, y1) = rng.integers(10, 95, (2, 2))
        t = np.linspace(0, 1, 120)
        x, y = (x0 + t * (x1 - x0)).astype(int), (y0 + t * (y1 - y0)).astype(int)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                paper[y + dy, x + dx] = False
    return paper


def tiny_members(part: str = "background") -> dict[str, bytes]:
    """Return path -> PNG of a small Omniglot: 10 alphabets of 2 characters, each by 6 drawers."""
    members = {}
    for a, alphabet in enumerate(ALPHABETS):
        for c in range(1, N_CHARACTERS + 1):
            number = a * N_CHARACTERS + c
            for d in range(1, N_DRAWERS + 1):
                path = f"images_{part}/{alphabet}/character{c:02}/{number:04}_{d:02}.png"
                members[path] = png(scribble(number * 100 + d))
    return members


def omniglot_pool(root: Path | str | None, split: str = "all", *, verify: bool = False, **options: Any) -> ClassPool:
    """Load a part of Omniglot as a pool, without verification, since the tests' own files have no known checksum."""
    source = load("omniglot", root=root, verify=verify, **options).source(split)  # type: ignore[arg-type]
    assert isinstance(source, ClassPool)
    return source


@pytest.fixture(scope="session")
def write_zip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes members to a zip in a new folder and returns the zip's path."""

    def write(members: dict[str, bytes], name: str = "images_background.zip") -> Path:
        path = tmp_path_factory.mktemp("zip") / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                archive.writestr(
                    zipfile.ZipInfo(member), data
                )  # ZipInfo's default date gives the same bytes every time
        return path

    return write


@pytest.fixture(scope="session")
def tiny_zip(write_zip: Callable[..., Path]) -> Path:
    return write_zip(tiny_members())


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test away from the user's cache, unless an environment variable names one."""
    before = os.environ.get("METAWIDGETS_CACHE")
    os.environ.setdefault("METAWIDGETS_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    if before is None:
        del os.environ["METAWIDGETS_CACHE"]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder, without results of other tests in memory."""
    monkeypatch.setenv("METAWIDGETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("METAWIDGETS_OMNIGLOT", raising=False)
    _omniglot_files._loaded.cache_clear()
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 20 class folders of 6 scribbles each."""
    root = tmp_path_factory.mktemp("pictures")
    for c in range(20):
        (root / f"class {c:02}").mkdir()
        for i in range(6):
            (root / f"class {c:02}" / f"{i}.png").write_bytes(png(scribble(1000 + 100 * c + i)))
    return root


@pytest.fixture(scope="session")
def tiny_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of 20 classes of 6 points in the plane."""
    rng = np.random.default_rng(5)
    lines = ["x,kind,y"]
    for c, centre in enumerate(rng.standard_normal((20, 2))):
        lines += [f"{x!r},k{c:02},{y!r}" for x, y in (centre + 0.3 * rng.standard_normal((6, 2))).round(4).tolist()]
    path = tmp_path_factory.mktemp("table") / "points.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `.npz` of 20 classes of 6 vectors of length 2."""
    rng = np.random.default_rng(6)
    labels = np.repeat([f"k{c:02}" for c in range(20)], 6)
    features = np.repeat(rng.standard_normal((20, 2)), 6, 0) + 0.3 * rng.standard_normal((120, 2))
    path = tmp_path_factory.mktemp("features") / "features.npz"
    np.savez(path, features=features.round(4), labels=labels)
    return path


@pytest.fixture(scope="session")
def small(tiny_zip: Path, tiny_folder: Path, tiny_table: Path, tiny_features: Path) -> dict[str, dict[str, Any]]:
    """Return, for each dataset name, options that make the dataset quick to load."""
    return {
        "digits": {},
        "features": {"path": str(tiny_features)},
        "gaussians": {},
        "glyphs": {"n_classes": 60, "n_drawers": 6},
        "image_folder": {"root": str(tiny_folder)},
        "linear_functions": {"dim": 1},
        "omniglot": {"root": str(tiny_zip), "verify": False},
        "sinusoids": {},
        "table": {"path": str(tiny_table), "label": "kind"},
    }
