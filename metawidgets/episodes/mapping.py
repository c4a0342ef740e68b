"""Features of a pool's items by an encoder, in batches, with a cache on disk."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.errors import EpisodeError
from metawidgets.files.paths import expanded
from metawidgets.files.tensors import read_arrays, write_arrays

if TYPE_CHECKING:
    from metawidgets.episodes.class_pool import ClassPool

__all__ = ["MappedItems"]

Encoder = Callable[[Any], Any]


class MappedItems:
    """The method of `ClassPool` that turns items into features."""

    def map(
        self,
        encoder: Encoder,
        *,
        batch_size: int = 256,
        cache: str | Path | None = None,
        key: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Return a pool of the items' features, with the same classes and ids: the encoder runs once over all items.

        Args:
            encoder: an `nn.Module`, or a function from an array of items to an array of features. Images come as floats in
                [0, 1], so it must contain its own normalisation. A module runs in evaluation mode, without gradients, on its own
                device, and gets its mode back.
            batch_size: items that are encoded at once.
            cache: a folder. Features are saved there, in a file that the dataset `features` can load, and used again for the same
                items and the same weights.
            key: part of the file's name; needed if the encoder is a function, whose weights cannot be compared.
            progress: called after each batch with the number of finished items and of all items.

        Raises:
            EpisodeError: if the encoder does not give one finite vector per item, or an item's features depend on the others.
        """
        pool: Any = self  # a ClassPool, which this module does not import
        return replace(pool, items=_features(pool, encoder, batch_size, cache, key, progress), feature_names=())


def _features(
    pool: "ClassPool",
    encoder: Encoder,
    batch_size: int,
    cache: str | Path | None,
    key: str,
    progress: Callable[[int, int], None] | None,
) -> Float[np.ndarray, "item feature"]:
    """Return the features of all items: from the cache if it has them, else computed and saved there."""
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise EpisodeError(f"batch_size={batch_size!r} is not a whole number from 1; give one, such as 256.")
    statistics = getattr(encoder, "statistics", "")
    if statistics in ("support_stats", "transductive"):
        raise EpisodeError(
            f"the encoder has statistics={statistics!r}, so the features of an item depend on the others; give one with 'running' "
            "or 'groupnorm'."
        )
    file = None if cache is None else expanded(cache) / f"{_digest(pool, encoder, key)}.safetensors"
    if file is not None and file.is_file():
        try:
            return read_arrays(file, EpisodeError)[0]["features"]
        except EpisodeError:
            pass  # a damaged file is computed and written again
    features = _computed(pool.items, encoder, batch_size, progress)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        labels = np.repeat(np.arange(len(pool)), pool.sizes)
        ids = {"ids": list(pool.item_ids)} if pool.item_ids else {}
        text = json.dumps({"class_names": list(pool.class_ids), **ids})
        write_arrays(file, {"features": features, "labels": labels}, text)
    return features


def _computed(
    items: Shaped[np.ndarray, "item *shape"],
    encoder: Encoder,
    batch_size: int,
    progress: Callable[[int, int], None] | None,
) -> Float[np.ndarray, "item feature"]:
    found: list[np.ndarray] = []
    with _evaluating(encoder) if _is_module(encoder) else nullcontext(_numpy_input) as prepare:
        for first in range(0, len(items), batch_size):
            batch = items[first : first + batch_size]
            part = _as_array(encoder(prepare(batch)))
            if part.ndim < 2 or len(part) != len(batch):
                raise EpisodeError(
                    f"the encoder gave shape {part.shape} for {len(batch)} items; give one that returns one vector per item."
                )
            part = part.reshape(len(part), -1).astype(np.float32)
            if not np.isfinite(part).all():
                bad = first + int(np.flatnonzero(~np.isfinite(part).all(1))[0])
                raise EpisodeError(f"the encoder's features of item {bad} are not finite; check its input range.")
            found.append(part)
            if progress is not None:
                progress(first + len(batch), len(items))
    return np.concatenate(found)


def _is_module(encoder: Any) -> bool:
    return all(hasattr(encoder, name) for name in ("state_dict", "eval", "modules"))


def _numpy_input(batch: Shaped[np.ndarray, "item *shape"]) -> np.ndarray:
    return batch.astype(np.float32) / np.float32(255) if batch.dtype == np.uint8 else batch


@contextmanager
def _evaluating(encoder: Any) -> Iterator[Callable[[np.ndarray], Any]]:
    """Yield a function from items to the module's input. Inside, the module evaluates, and no gradients are recorded.

    Each submodule gets its own mode back afterwards, because a user may have frozen the statistics of some.
    """
    torch = sys.modules["torch"]  # loaded, since the encoder is one of its modules; this package never imports it
    one = next((p for p in [*encoder.parameters(), *encoder.buffers()] if p.is_floating_point()), torch.zeros(0))
    modes = [(module, module.training) for module in encoder.modules()]
    encoder.eval()
    try:
        with torch.no_grad():
            yield lambda batch: torch.tensor(_numpy_input(batch)).to(one.device, one.dtype)
    finally:
        for module, mode in modes:
            module.training = mode


def _as_array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().float().cpu().numpy()
    return np.asarray(value)


def _digest(pool: "ClassPool", encoder: Any, key: str) -> str:
    """Return a name for the features: a hash of the items, their classes and ids, and the encoder's weights or its key."""
    if not _is_module(encoder) and not key:
        raise EpisodeError(
            f"the cache cannot recognise a {type(encoder).__name__}, which has no weights to compare; give key= a text that "
            "changes whenever the encoder does."
        )
    digest = hashlib.sha256(
        json.dumps([key, pool.items.dtype.str, list(pool.items.shape), list(pool.class_ids)]).encode()
    )
    digest.update(json.dumps([pool.offsets.tolist(), list(pool.item_ids)]).encode())
    digest.update(np.ascontiguousarray(pool.items).data)
    if _is_module(encoder):
        digest.update(repr(encoder).encode())
        weights: Mapping[str, Any] = encoder.state_dict()
        for name, tensor in weights.items():
            digest.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
            digest.update(np.ascontiguousarray(_bytes(tensor)).data)
    return digest.hexdigest()[:24]


def _bytes(tensor: Any) -> np.ndarray:
    tensor = tensor.detach().cpu()
    return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()  # numpy has no bfloat16
