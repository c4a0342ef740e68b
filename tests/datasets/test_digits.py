import numpy as np
import pytest
from sklearn.datasets import load_digits

from metawidgets.datasets import load
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import EpisodeError


def whole(**options: int) -> ClassPool:
    pool = load("digits", **options).source("all")
    assert isinstance(pool, ClassPool)
    return pool


def test_every_digit_is_there_under_its_own_name() -> None:
    pool = whole()
    target = np.asarray(load_digits(return_X_y=True)[1])
    assert pool.class_ids == tuple("0123456789")
    assert pool.sizes.tolist() == np.bincount(target).tolist()
    for row in (0, 500, 1796):
        item = pool.item_id(row)
        assert target[int(item.item)] == int(item.class_id)


def test_images_are_the_digits_ink_on_paper() -> None:
    pool, grey = whole(margin=0), np.asarray(load_digits(return_X_y=True)[0]).reshape(-1, 8, 8)
    for row in range(0, 1797, 100):
        source = grey[int(pool.item_id(row).item)]
        # 28 is not a multiple of 8, so compare at 56 pixels, a multiple of both
        coarse = np.kron(pool.items[row, 0].astype(float), np.ones((2, 2))).reshape(8, 7, 8, 7).mean((1, 3))
        assert np.corrcoef(coarse.ravel(), source.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("margin", [0, 3, 8])
def test_the_margin_is_paper(margin: int) -> None:
    images = whole(margin=margin).items[:, 0]
    inside = np.zeros((28, 28), bool)
    inside[margin : 28 - margin, margin : 28 - margin] = True
    assert (images[:, ~inside] == 0).all()
    assert images[:, inside].max() == 255


def test_the_test_classes_suffice_for_five_ways() -> None:
    dataset = load("digits")
    names = {s: getattr(dataset.source(s), "class_ids") for s in ("train", "validation", "test")}  # noqa: B009
    assert names == {"train": ("0", "1", "2"), "validation": ("3", "4"), "test": ("5", "6", "7", "8", "9")}
    assert EpisodeSampler(dataset.source("test")).episode(0).n_way == 5
    with pytest.raises(EpisodeError, match="n_way=5, but this part of 'digits' has 3 classes"):
        EpisodeSampler(dataset.source("train"))
