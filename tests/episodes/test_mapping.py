"""`ClassPool.map`: features of a pool's items, computed once and cached."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets.datasets import load
from metawidgets.episodes import ClassPool
from metawidgets.errors import EpisodeError


def pool(**options: object) -> ClassPool:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (20, 1, 6, 6)).astype(np.uint8)
    return ClassPool.of(pixels, np.repeat([0, 1, 2, 3], 5), names=["a", "b", "c", "d"], channels="first", **options)  # pyright: ignore


def encoder(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Dropout(0.5), nn.ReLU(), nn.Flatten())


def expected(module: nn.Module, items: np.ndarray) -> np.ndarray:
    module.eval()
    with torch.no_grad():
        return module(torch.tensor(items / 255, dtype=torch.float32)).numpy()


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_features_are_the_modules_own_in_evaluation_mode(batch_size: int) -> None:
    module, source = encoder(), pool()
    module.train()
    module[1].eval()  # a frozen norm stays frozen
    before = {name: value.clone() for name, value in module.state_dict().items()}
    seen: list[tuple[int, int]] = []
    found = source.map(module, batch_size=batch_size, progress=lambda *n: seen.append(n))
    assert [m.training for m in module] == [True, False, True, True, True]
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    np.testing.assert_allclose(found.items, expected(module, source.items), atol=1e-6)
    assert found.items.dtype == np.float32
    assert (found.class_ids, found.item_ids, found.name) == (source.class_ids, source.item_ids, source.name)
    assert seen[-1] == (20, 20)
    assert len(seen) == -(-20 // batch_size)


def test_a_function_maps_arrays() -> None:
    source = pool()
    found = source.map(lambda x: x.mean((2, 3)))
    np.testing.assert_allclose(found.items, source.items.mean((2, 3)) / 255, rtol=1e-5)


def test_the_cache_is_used_for_equal_items_and_weights_only(tmp_path: Path) -> None:
    first = pool().map(encoder(), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    calls: list[int] = []
    module = encoder()
    module.register_forward_hook(lambda *_: calls.append(1))
    np.testing.assert_array_equal(pool().map(module, cache=tmp_path).items, first.items)
    assert calls == []
    others = [
        lambda: pool().map(encoder(1), cache=tmp_path),  # other weights
        lambda: pool(item_ids=[f"x{i}" for i in range(20)]).map(encoder(), cache=tmp_path),  # other ids
        lambda: pool().subset([0, 1, 2]).map(encoder(), cache=tmp_path),  # other items
        lambda: pool().map(encoder(), cache=tmp_path, key="v2"),
    ]
    for n, other in enumerate(others, 2):
        other()
        assert len(list(tmp_path.iterdir())) == n
    file.write_bytes(file.read_bytes()[:-40])  # a damaged file is computed again
    np.testing.assert_array_equal(pool().map(encoder(), cache=tmp_path).items, first.items)


def test_a_cache_file_is_a_dataset(tmp_path: Path) -> None:
    source = pool(item_ids=[f"photo {i}" for i in range(20)])
    mapped = source.map(encoder(), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    again = load("features", path=file).source("all")
    assert isinstance(again, ClassPool)
    np.testing.assert_array_equal(again.items, mapped.items)
    assert (again.class_ids, again.item_ids) == (mapped.class_ids, mapped.item_ids)


def test_what_cannot_be_mapped_is_refused(tmp_path: Path) -> None:
    source, module = pool(), encoder()
    with pytest.raises(EpisodeError, match="no weights to compare; give key="):
        source.map(lambda x: x, cache=tmp_path)
    with pytest.raises(EpisodeError, match=r"gave shape \(20,\) for 20 items"):
        source.map(lambda x: x.mean((1, 2, 3)))
    with pytest.raises(EpisodeError, match="features of item 3 are not finite"):
        source.map(lambda x: np.where(np.arange(20)[:, None] == 3, np.nan, x[:, 0, 0]))
    with pytest.raises(EpisodeError, match="batch_size=0 is not"):
        source.map(module, batch_size=0)
    module.statistics = "transductive"  # pyright: ignore[reportArgumentType]
    with pytest.raises(EpisodeError, match="the features of an item depend on the others"):
        source.map(module)
