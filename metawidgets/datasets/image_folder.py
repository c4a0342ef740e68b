"""A dataset of your own pictures: a folder with one folder of images per class."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets._own_classes import LeftOut, Small, part_of, pooled
from metawidgets.datasets._picture_files import Pictures, read_folder
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource
from metawidgets.files.paths import expanded

__all__ = ["ImageFolder"]


@dataclass(frozen=True, kw_only=True)
class ImageFolder(ClassDataset):
    """Pictures of `root/class name/any file name`, in any format that Pillow reads.

    An item is the first picture of its file, turned upright. As *ink* it has one channel, from 0 (paper) to 255 (ink): the
    most common shade of the border is paper, dark ink on light paper is inverted, and paper around the ink is cropped. At
    `size=28` such items fit a learner that was trained on `glyphs` or `omniglot`. As *rgb* an item has three channels and is
    cropped around its centre. *auto* uses rgb if more than half of the pictures are coloured (mean difference of the
    channels above 20 of 255).

    These entries are left out and listed in `unreadable`: files that are not pictures, are broken, or exceed 30 MB or 40 million
    pixels; pictures of one shade (as ink); duplicates; hidden files; links; and files outside a class folder. Pictures that look
    alike, such as recompressed or resized copies, are kept and listed in `near_duplicates`. The result is cached until a file
    changes.

    Pictures of 16 bits are scaled by the range of 16 bits (65535 is white), and floating-point ones must lie between 0 and 1:
    all pictures are scaled by one factor, so that classes may differ in brightness.

    Classes are split at random, with `split_seed`: `test_share` and `validation_share` of the classes are held out, at least two
    each, and the others are for training. If there are too few classes, use `source("all")`, or a share of 0.

    Raises:
        DatasetError: if an option is not valid. From `source` and `unreadable`: if the folder is missing or empty, none of its
            files can be read, a class is too small, or there are too few classes.
    """

    name: ClassVar[str] = "image_folder"
    kind: ClassVar[Literal["image"]] = "image"
    summary: ClassVar[str] = "your own pictures: root= a folder with one folder per class"

    root: str | None = option(None, "the folder of class folders")
    size: int = option(28, "side of an item, in pixels", 8, 256)
    colour: Literal["auto", "ink", "rgb"] = option(
        "auto", "'ink': one channel of ink on paper; 'rgb': three channels; 'auto': rgb if most pictures are coloured"
    )
    validation_share: float = option(0.15, "fraction of the classes for validation; 0: none", 0.0, 0.9)
    test_share: float = option(0.25, "fraction of the classes for testing; 0: none", 0.0, 0.9)
    split_seed: int = option(0, "seed of the random split of the classes", 0, 2**32 - 1)
    min_items: int = option(2, "smallest number of pictures of a class", 2, 100_000)
    small: Literal["refuse", "skip"] = option("refuse", "whether to refuse or skip a class with fewer pictures")

    @property
    def unreadable(self) -> tuple[LeftOut, ...]:
        """The files and classes that were left out, by path within the folder, each with the reason."""
        return tuple(sorted((*self._pictures().left_out, *self._pool()[1])))

    @property
    def near_duplicates(self) -> tuple[tuple[str, str], ...]:
        """The pairs of pictures that look alike, by path within the folder, though their files differ. They are kept."""
        return self._pictures().alike

    def _source(self, split: Split) -> TaskSource:
        return part_of(self._pool()[0], split, self.validation_share, self.test_share, self.split_seed)

    def _pictures(self) -> Pictures:
        if self.root is None:
            self._refuse("root is missing; give root= a folder with one folder of image files per class.")
        return read_folder(expanded(self.root), self.size, self.colour)

    def _pool(self) -> tuple[ClassPool, list[LeftOut]]:
        return _pool(self._pictures(), self.min_items, self.small)


@lru_cache(maxsize=4)
def _pool(pictures: Pictures, min_items: int, small: Small) -> tuple[ClassPool, list[LeftOut]]:
    return pooled(ImageFolder.name, "pictures", pictures.classes, min_items, small)
