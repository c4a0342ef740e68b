"""Omniglot's files: finding or downloading, checking, decoding to 28x28 ink maps, and caching by the zip's SHA-256."""

import io
import json
import os
import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Int, UInt8

from metawidgets.datasets._archive import MAX_ENTRY, check_known, digests, members
from metawidgets.errors import DatasetError
from metawidgets.files.npz import read_npz, write_npz
from metawidgets.files.paths import expanded, is_file, is_folder

__all__ = ["Drawings", "cache_folder", "ink", "load_part"]

_URL = "https://github.com/brendenlake/omniglot/raw/master/python/images_{part}.zip"
_MD5 = {"background": "68d2efa1b9178cc56df9314c21c6e718", "evaluation": "6b91aef0f799c5bb55b94e3f2daec811"}
_KNOWN = {
    "background": (
        _MD5["background"],
        "0eea39ce6c8f589bb84bed9ffabd7dd9ef753bc4c030f25947eaf55bcdcb9e77",  # a repacked zip of the same images
    ),
    "evaluation": (_MD5["evaluation"],),
}
_MEMBER = re.compile(
    r"(?P<part>images_background|images_evaluation)/(?P<alphabet>[\w()' -]{1,80})/character(?P<character>\d\d)"
    r"/(?P<item>\d{4}_\d\d)\.png"
)
_SIDE = 105
_CACHE_FORMAT = 1  # increase it when the decoding below changes


@dataclass(frozen=True, eq=False)
class Drawings:
    """Decoded images, sorted by alphabet, character and drawer.

    Args:
        images: ink maps, 255 where there is ink.
        offsets: character `c` owns `images[offsets[c]:offsets[c + 1]]`.
        alphabets, characters: for each character, its alphabet and its two-digit number in it.
        item_ids: for each image, the name of its file (numbers of the character and the drawer).
    """

    images: UInt8[np.ndarray, "item 1 28 28"]
    offsets: Int[np.ndarray, " bounds"]
    alphabets: tuple[str, ...]
    characters: tuple[str, ...]
    item_ids: tuple[str, ...]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        if len(parts) == 1:
            return parts[0]
        starts = np.cumsum([0, *(len(p.images) for p in parts[:-1])])
        return cls(
            np.concatenate([p.images for p in parts]),
            np.concatenate([[0], *(p.offsets[1:] + s for p, s in zip(parts, starts, strict=True))]),
            *(tuple(v for p in parts for v in getattr(p, name)) for name in ("alphabets", "characters", "item_ids")),
        )


def load_part(part: str, root: Path | None, verify: bool) -> Drawings:
    """Load the images of "background" or "evaluation".

    Args:
        root: a zip, a folder with the zips, or a folder with unpacked images. `None` uses the folder in the environment
            variable METAWIDGETS_OMNIGLOT; if this is not set, it downloads the zip into the cache.
        verify: refuse a zip with an unknown checksum, and unpacked images, which have no checksum.

    Raises:
        DatasetError: if the files are missing, cannot be downloaded, are altered or are not Omniglot.
    """
    if root is None and (named := os.environ.get("METAWIDGETS_OMNIGLOT")):
        root = Path(named)
    path = _fetched(part) if root is None else _found(part, expanded(root))
    if path.is_dir():
        if verify:
            raise DatasetError(
                f"{path} is unpacked, so it has no checksum; give the official zip, or pass verify=False to trust it."
            )
        return _decoded(part, path, _unpacked(path))
    info = path.stat()
    return _loaded(part, path, verify, (info.st_mtime_ns, info.st_size))


def cache_folder() -> Path:
    """Return the folder for downloaded and decoded data: METAWIDGETS_CACHE, or the platform's cache folder."""
    if named := os.environ.get("METAWIDGETS_CACHE"):
        return Path(named)
    import pooch  # loads slowly (requests), and only downloads need it

    return Path(pooch.os_cache("metawidgets"))


@lru_cache(maxsize=4)
def _loaded(part: str, path: Path, verify: bool, version: tuple[int, int]) -> Drawings:
    """Load one zip. `version` is its time and size, so that the cached result is used until the file changes."""
    found = digests(path)
    if verify:
        check_known(path, f"images_{part}.zip", found, _KNOWN[part], _MEMBER)
    cache = cache_folder() / f"omniglot-{part}-{found[1][:32]}-{_CACHE_FORMAT}.npz"
    if cache.exists():
        with suppress(DatasetError):  # a broken or outdated cache file is written again below
            return _from_cache(cache)
    drawings = _decoded(part, path, ((m, data) for m, data in members(path, _MEMBER)))
    _to_cache(cache, drawings)
    return drawings


def _found(part: str, root: Path) -> Path:
    name = f"images_{part}"
    if is_file(root):
        return root
    if not is_folder(root):
        raise DatasetError(f"there is no file or folder {root}; give root= the folder that has {name}.zip.")
    for path in (root / f"{name}.zip", root / name):
        if path.exists():
            return path
    if root.name == name and root.is_dir():
        return root
    raise DatasetError(f"{root} has neither {name}.zip nor a folder {name}; give root= the folder that has one.")


def _fetched(part: str) -> Path:
    import pooch  # loads slowly (requests), and only downloads need it

    url = _URL.format(part=part)
    try:
        folder = cache_folder() / "omniglot"
        path = pooch.retrieve(url, known_hash=f"md5:{_MD5[part]}", fname=f"images_{part}.zip", path=folder)
    except (OSError, ValueError) as error:  # no network, no such page, no disk space, or a wrong checksum
        raise DatasetError(
            f"Omniglot could not be downloaded from {url} ({str(error).splitlines()[0][:160]}); "
            f"get images_{part}.zip another way and pass root= its folder."
        ) from None
    return Path(path)


def _unpacked(folder: Path) -> Iterable[tuple[re.Match[str], bytes]]:
    for path in sorted(folder.rglob("*.png")):
        match = _MEMBER.fullmatch(f"{folder.name}/{path.relative_to(folder).as_posix()}")
        inside = path.resolve().is_relative_to(folder.resolve()) and not path.is_symlink()
        if match is None or not inside or path.stat().st_size > MAX_ENTRY:
            raise DatasetError(f"{path} is not a drawing of Omniglot; remove it, or give the official zip.")
        yield match, path.read_bytes()


def _decoded(part: str, path: Path, files: Iterable[tuple[re.Match[str], bytes]]) -> Drawings:
    images, items, classes = [], [], []
    for match, data in files:
        if match["part"] != f"images_{part}":
            raise DatasetError(f"{path} holds {match['part']}, not images_{part}; pass part={match['part'][7:]!r}.")
        images.append(ink(path, match[0], data))
        items.append(match["item"])
        classes.append((match["alphabet"], match["character"]))
    first = [i for i, c in enumerate(classes) if i == 0 or c != classes[i - 1]]
    names = [classes[i] for i in first]
    if not names:
        raise DatasetError(f"{path} holds no images of Omniglot; download it again.")
    return Drawings(
        np.stack(images)[:, None],
        np.array([*first, len(images)]),
        tuple(alphabet for alphabet, _ in names),
        tuple(character for _, character in names),
        tuple(items),
    )


def ink(path: Path, name: str, data: bytes) -> UInt8[np.ndarray, "28 28"]:
    """Decode a drawing to its ink map, 255 where there is ink.

    Raises:
        DatasetError: if the data is not a PNG picture of 105x105 pixels.
    """
    from PIL import Image  # Pillow loads slowly

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is checked below
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                if image.size != (_SIDE, _SIDE):  # read from the header, before decoding
                    raise ValueError(f"it is {image.size[0]} x {image.size[1]} pixels, not {_SIDE} x {_SIDE}")
                # 3.75 pixels become one. A box filter would alternate between 3 and 4 pixels, and smoother filters would blur the strokes.
                # Pillow computes in fixed point, so the bytes are the same on every machine.
                small = image.convert("L").resize((28, 28), Image.Resampling.HAMMING)
    except Exception as error:  # a broken file can raise any exception
        raise DatasetError(
            f"{path}: {name} is not a drawing of Omniglot ({error}); download the dataset again."
        ) from None
    return 255 - np.asarray(small)


def _to_cache(cache: Path, drawings: Drawings) -> None:
    text = {name: list(getattr(drawings, name)) for name in ("alphabets", "characters", "item_ids")}
    with suppress(OSError):  # if the cache cannot be written, the next load only takes two seconds longer
        write_npz(cache, {"images": drawings.images, "offsets": drawings.offsets}, json.dumps(text))


def _from_cache(cache: Path) -> Drawings:
    arrays, text = read_npz(cache, DatasetError)
    try:
        images, offsets = arrays["images"], arrays["offsets"]
        alphabets, characters, items = (tuple(map(str, text[name])) for name in ("alphabets", "characters", "item_ids"))
    except (KeyError, TypeError) as error:
        raise DatasetError(f"{cache} lacks {error}; delete it.") from None
    bounds = (
        offsets.ndim == 1 and len(offsets) == len(alphabets) + 1 == len(characters) + 1 and offsets.dtype.kind in "iu"
    )
    if not bounds or images.dtype != np.uint8 or images.shape != (len(items), 1, 28, 28):
        raise DatasetError(f"{cache} holds arrays that are not from Omniglot; delete it.")
    if offsets[0] != 0 or offsets[-1] != len(items) or not (np.diff(offsets) > 0).all():
        raise DatasetError(f"{cache} has offsets that do not fit its images; delete it.")
    return Drawings(images, offsets, alphabets, characters, items)
