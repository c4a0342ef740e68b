"""Small made-up episodes of images, points and functions, so that the learners' tests need no dataset."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from metawidgets.episodes import ClassPool, Episode, EpisodeBatch, EpisodeSampler, EpisodeSpec


def blob_pool(kind: str, *, classes: int = 12, per_class: int = 12, seed: int = 0) -> ClassPool:
    """Return classes that are easy to separate: bright squares at class-specific places, or tight Gaussian clouds."""
    rng = np.random.default_rng(seed)
    ids = tuple(f"class{c:02d}" for c in range(classes))
    offsets = np.arange(0, classes * per_class + 1, per_class)
    if kind == "image":
        items = rng.integers(0, 60, (classes * per_class, 1, 16, 16))
        for c in range(classes):
            row, column = divmod(c, 4)
            items[offsets[c] : offsets[c + 1], :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 150
        return ClassPool("squares", items.astype(np.uint8), offsets, ids)
    centres = rng.normal(size=(classes, 2)) * 3
    items = np.repeat(centres, per_class, 0) + 0.3 * rng.normal(size=(classes * per_class, 2))
    return ClassPool("clouds", items.astype(np.float32), offsets, ids)


@dataclass(frozen=True)
class Lines:
    """A source of functions y = a x with a > 0. Learning the average function already lowers the loss."""

    name: str = "lines"
    is_regression: bool = True

    def check(self, spec: EpisodeSpec) -> None:
        pass

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        slope = rng.uniform(0.5, 3, (size, 1, 1)).astype(np.float32)
        x = rng.uniform(-2, 2, (size, spec.k_shot + spec.n_query, 1)).astype(np.float32)
        y, k = slope * x, spec.k_shot
        return EpisodeBatch(x[:, :k], y[:, :k], x[:, k:], y[:, k:], n_way=None)

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        b = self.draw_batch(rng, spec, 1)
        return Episode(b.support_x[0], b.support_y[0], b.query_x[0], b.query_y[0])


KINDS = ("image", "point", "curve")


def sampler_of(kind: str, **size: Any) -> EpisodeSampler:
    if kind == "curve":
        return EpisodeSampler(Lines(), k_shot=size.get("k_shot", 5), n_query=5, seed=size.get("seed", 0))
    size = {"n_way": 3, "k_shot": 2, "n_query": 4, **size}
    return EpisodeSampler(blob_pool(kind), **size)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def sampler(kind: str) -> EpisodeSampler:
    return sampler_of(kind)


# These share their base, and so most of what the contract tests, with `bd_cspn`; `make test` runs that one.
_LIKE_BD_CSPN = {"laplacianshot", "tim", "pt_map", "transductive_finetune"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("name") in _LIKE_BD_CSPN and item.path.name in ("test_contract.py", "test_options.py"):
            item.add_marker(pytest.mark.slow)
