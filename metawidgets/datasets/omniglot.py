"""Omniglot: 1,623 characters of 50 alphabets, each drawn once by 20 people.

Source: Lake, Salakhutdinov and Tenenbaum, *Human-level concept learning through probabilistic program induction*,
Science 350, 2015. Rotations as extra classes: Vinyals et al., *Matching networks for one shot learning*, NeurIPS 2016.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets._omniglot_files import Drawings, load_part
from metawidgets.datasets._warps import warped
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource

__all__ = ["Omniglot"]

_TEST_ALPHABETS, _VALIDATION_ALPHABETS = 5, 3
_ALL, _TEST, _VALIDATION = 1623, 423, 100  # number of characters in the random split that most papers use


@dataclass(frozen=True, kw_only=True)
class Omniglot(ClassDataset):
    """Real handwritten characters at 28x28.

    With `split_by="alphabet"`, the last 5 alphabets by name are for testing, the 3 before them for validation, and the others
    for training. With `split_by="character"`, 423 / 1,623 of the characters, drawn at random with a seed, are for testing and
    100 / 1,623 for validation (with `part="both"`, these are the numbers of the MAML paper). Rotations of a character are always in
    the same split as the character. Warps of a character are only training classes.

    Raises:
        DatasetError: if an option is not valid. From `source`: if the files are missing, cannot be downloaded, are altered, or
            hold too few alphabets to split.
    """

    name: ClassVar[str] = "omniglot"
    kind: ClassVar[Literal["image"]] = "image"
    summary: ClassVar[str] = "handwritten characters of 50 real alphabets, from a download or root="

    root: str | None = option(
        None,
        "folder of the zips, one zip, or an unpacked folder; None: METAWIDGETS_OMNIGLOT, else a download",
    )
    part: Literal["background", "evaluation", "both"] = option(
        "background", "'background': 964 characters of 30 alphabets; 'evaluation': 659 of 20; 'both': all"
    )
    split_by: Literal["alphabet", "character"] = option("alphabet", "whether alphabets or characters are held out")
    split_seed: int = option(0, "seed of the random split, for split_by='character'", 0, 2**32 - 1)
    rotations: Literal["none", "train", "all"] = option(
        "train", "the splits in which rotations by 90, 180 and 270 degrees are extra classes"
    )
    warps: int = option(0, "extra training classes per character (or rotation), each made by a random affine map", 0, 8)
    within_alphabet: bool = option(False, "whether all classes of an episode come from one alphabet")
    verify: bool = option(True, "whether a zip must have a known checksum; its structure is always checked")

    def _source(self, split: Split) -> TaskSource:
        pool = self._whole()
        chosen = pool if split == "all" else pool.subset(self._characters(pool.groups, split))
        return self._augmented(chosen, split)

    def _whole(self) -> ClassPool:
        parts = ("background", "evaluation") if self.part == "both" else (self.part,)
        root = None if self.root is None else Path(self.root)
        drawings = Drawings.joined([load_part(part, root, self.verify) for part in parts])
        return ClassPool(
            name=self.name,
            items=drawings.images,
            offsets=drawings.offsets,
            class_ids=tuple(f"{a}-{c}" for a, c in zip(drawings.alphabets, drawings.characters, strict=True)),
            item_ids=drawings.item_ids,
            groups=drawings.alphabets,
            within_group=self.within_alphabet,
        )

    def _augmented(self, pool: ClassPool, split: Split) -> ClassPool:
        if self.rotations == "all" or (self.rotations, split) == ("train", "train"):
            pool = _rotated(pool)
        return warped(pool, self.warps) if split == "train" and self.warps else pool

    def _characters(self, alphabets: tuple[str, ...], split: Split) -> np.ndarray:
        """Return the indices of the characters of one split, in ascending order."""
        n = len(alphabets)
        if self.split_by == "character":
            test, validation = round(n * _TEST / _ALL), round(n * _VALIDATION / _ALL)
            order = np.random.default_rng(self.split_seed).random(n).argsort(kind="stable")
            ends = {"test": (0, test), "validation": (test, test + validation), "train": (test + validation, n)}
            return np.sort(order[slice(*ends[split])])
        names = sorted(set(alphabets))
        if len(names) <= _TEST_ALPHABETS + _VALIDATION_ALPHABETS:
            self._refuse(
                f"{len(names)} alphabets are too few for three parts (5 are for testing, 3 for validation); "
                "use split_by='character', or the split 'all'."
            )
        test, validation = len(names) - _TEST_ALPHABETS, len(names) - _TEST_ALPHABETS - _VALIDATION_ALPHABETS
        wanted = {"train": names[:validation], "validation": names[validation:test], "test": names[test:]}[split]
        return np.flatnonzero(np.isin(alphabets, wanted))


def _rotated(pool: ClassPool) -> ClassPool:
    """Return the pool with rotations by 90, 180 and 270 degrees as extra classes, which share the origin of their character.

    The rotated letters of an alphabet form a separate alphabet, so that no episode within one alphabet has both a character
    and its rotation.
    """
    n, turns = len(pool.items), ("", "-r90", "-r180", "-r270")
    return replace(
        pool,
        items=np.concatenate([np.rot90(pool.items, quarter, axes=(2, 3)) for quarter in range(4)]),
        offsets=np.concatenate([[0], *(pool.offsets[1:] + quarter * n for quarter in range(4))]),
        class_ids=tuple(c + turn for turn in turns for c in pool.class_ids),
        item_ids=pool.item_ids * 4,
        origins=pool.origins * 4,
        groups=tuple(g + turn for turn in turns for g in pool.groups),
    )
