"""Real handwritten digits that come with scikit-learn: 1,797 images of ten classes by 43 writers.

Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np

from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource

__all__ = ["Digits"]

# Ten classes are too few for three parts of five. Most episodes are 5-way, so the test part gets five classes.
_CLASSES: dict[Split, tuple[int, ...]] = {
    "train": (0, 1, 2),
    "validation": (3, 4),
    "test": (5, 6, 7, 8, 9),
    "all": tuple(range(10)),
}


@dataclass(frozen=True, kw_only=True)
class Digits(ClassDataset):
    """Handwritten digits at 28x28, mainly to test a learner that was trained on another dataset.

    For such a test, use `source("all")`, which has all ten classes. The disjoint splits are 0-2 (train), 3-4 (validation), 5-9 (test).

    Raises:
        DatasetError: if an option is out of its range.
    """

    name: ClassVar[str] = "digits"
    kind: ClassVar[Literal["image"]] = "image"
    summary: ClassVar[str] = "scikit-learn's real handwritten digits at 28x28"

    margin: int = option(3, "empty margin around the digit, in pixels", 0, 8)

    def _source(self, split: Split) -> TaskSource:
        return _pool(self.margin).subset(_CLASSES[split])


@lru_cache(maxsize=2)
def _pool(margin: int) -> ClassPool:
    # sklearn (1-2 s) and Pillow load slowly
    from PIL import Image
    from sklearn.datasets import load_digits

    grey, labels = load_digits(return_X_y=True)  # (item, 64) in 0 to 16, (item,)
    small = np.round(grey.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    side = 28 - 2 * margin
    images = np.zeros((len(small), 1, 28, 28), np.uint8)
    for image, out in zip(small, images[:, 0, margin : margin + side, margin : margin + side], strict=True):
        # Pillow resizes 8-bit images in fixed point, so the bytes are the same on every machine.
        out[:] = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
    # Enlarging from 8 pixels blurs the strokes. These levels make them two to four pixels wide again.
    images = (np.clip(images.astype(np.int32) - 95, 0, 115) * 255 // 115).astype(np.uint8)
    order = np.argsort(labels, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(labels))])
    names = tuple(str(c) for c in range(10))
    return ClassPool("digits", images[order], offsets, names, item_ids=tuple(str(i) for i in order))
