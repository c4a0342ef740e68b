"""Your own pictures: a folder with one folder of images per class."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

from metawidgets.datasets._own_classes import LeftOut, Small, part_of, pooled
from metawidgets.datasets._picture_files import Pictures, read_folder
from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.paths import expanded
from metawidgets.sampling import ClassPool, TaskSource

__all__ = ["ImageFolder"]


@dataclass(frozen=True, kw_only=True)
class ImageFolder(Dataset):
    """Pictures of `root/class name/any file name`, in any format that Pillow reads.

    An item is the first picture of its file, upright as its camera held it. As *ink* it is one channel, 0 paper to 255
    ink: what the border mostly shows is paper, dark ink on light paper is turned, paper around the ink is cut. So a
    learner of `glyphs` or `omniglot` at `size=28` can be asked about them. As *rgb* it fills three channels, cut at the
    middle. *auto* takes rgb where more than half of the pictures are coloured (the mean difference of a picture's channels
    is above 20 of 255).

    Files that are no picture, broken, above 30 MB or 40 million pixels, of one shade (as ink), the same picture once
    more, hidden, links, or not in a class folder are left out and listed in `unreadable`; they stop nothing. Names are
    plain text, whatever is in them. What was read is kept until a file changes.

    The split is by class, random by `split_seed`: `test_share` and `validation_share` of the classes, at least two each,
    the others train. With fewer classes use `source("all")`, or a share of 0.

    Raises:
        DatasetError: if an option is not one of its words or out of its range. From `source` and `unreadable`: if the
            folder is missing or empty, none of its files can be read, a class is too small, or the classes are too few.
    """

    name: ClassVar[str] = "image_folder"
    kind: ClassVar[Literal["image"]] = "image"
    summary: ClassVar[str] = "your own pictures: root= a folder with one folder of image files per class"

    root: str | None = option(None, "the folder of class folders")
    size: int = option(28, "side of an item, in pixels", 8, 256)
    colour: Literal["auto", "ink", "rgb"] = option(
        "auto", "one channel of ink on paper, three channels as they are, or what most pictures suggest"
    )
    validation_share: float = option(0.15, "part of the classes for validation; 0: none", 0.0, 0.9)
    test_share: float = option(0.25, "part of the classes for testing; 0: none", 0.0, 0.9)
    split_seed: int = option(0, "which random split of the classes", 0, 2**32 - 1)
    min_items: int = option(2, "pictures that a class must have", 2, 100_000)
    small: Literal["refuse", "skip"] = option("refuse", "what becomes of a class that has fewer")

    @property
    def unreadable(self) -> tuple[LeftOut, ...]:
        """What was left out, by path within the folder, and why."""
        return tuple(sorted((*self._pictures().left_out, *self._pool()[1])))

    def _source(self, split: Split) -> TaskSource:
        return part_of(self._pool()[0], split, self.validation_share, self.test_share, self.split_seed)

    def _pictures(self) -> Pictures:
        if self.root is None:
            self._refuse("it has no pictures of its own; give root= a folder with one folder of image files per class.")
        return read_folder(expanded(self.root), self.size, self.colour)

    def _pool(self) -> tuple[ClassPool, list[LeftOut]]:
        return _pool(self._pictures(), self.min_items, self.small)


@lru_cache(maxsize=4)
def _pool(pictures: Pictures, min_items: int, small: Small) -> tuple[ClassPool, list[LeftOut]]:
    return pooled(ImageFolder.name, "pictures", pictures.classes, min_items, small)
