"""Checkpoints: tensors in one safetensors file whose header carries the card, and a readable JSON copy of the card beside it.

The card travels in the header because two files cannot be renamed at once: whatever moment a training is killed at, the file
under the final name holds tensors and card of one step. Nothing is pickled or unpickled.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialised
from torch import Tensor, nn

from metawidgets.errors import CheckpointError, LearnerError, did_you_mean
from metawidgets.learners import ALL, Learner
from metawidgets.learners.encoders import MLP, Conv4
from metawidgets.learners.loop import describe
from metawidgets.npz import replacing
from metawidgets.paths import file_size, is_file
from metawidgets.plain_json import parsed

__all__ = ["card_of", "load", "read", "save", "write"]

NETWORKS: dict[str, type[nn.Module]] = {"Conv4": Conv4, "MLP": MLP}
_FORMAT = "metawidgets.checkpoint/1"
_LARGEST = 1 << 30  # bytes of a file; the largest of ours has a thousandth of that
_CARD: dict[str, type] = {
    "learner": str,
    "hyper": dict,
    "data": dict,
    "scores": list,
    "steps": int,
    "shared_scores": dict,
}


def write(path: str | Path, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> Path:
    """Write tensors and card, beside and renamed; the card gains the sha256 of the tensors, and its own.

    Raises:
        CheckpointError: if the file cannot be written.
    """
    path = Path(path)
    plain = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    card = {"format": _FORMAT, **card, "sha256": _digest(plain)}
    card["card_sha256"] = _digest_of_card(card)
    try:
        with replacing(path) as part:
            part.write_bytes(serialised(plain, metadata={"card": json.dumps(card)}))
        with replacing(path.with_suffix(".json")) as part:
            part.write_text(json.dumps(card, indent=2) + "\n")
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"cannot write the checkpoint {path} ({error}); give a folder that can be written to."
        ) from None
    return path


def read(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and card of a file that `write` wrote.

    Raises:
        CheckpointError: if the file is missing, truncated, altered or none of ours.
    """
    path = Path(path)
    if not is_file(path):
        raise CheckpointError(f"there is no checkpoint {path}; train one with `metawidgets train`, or check the path.")
    if (size := file_size(path)) > _LARGEST:
        raise CheckpointError(f"{path} has {size:,} bytes, more than {_LARGEST:,}: it is no checkpoint of ours.")
    try:
        with safe_open(path, framework="pt") as file:
            card = parsed((file.metadata() or {})["card"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (
        Exception
    ) as error:  # beside its own errors, safetensors lets through what torch says of types it does not have
        raise CheckpointError(
            f"{path} is truncated, altered or no checkpoint of ours ({error}); train or copy it again."
        ) from None
    if not isinstance(card, dict) or card.get("format") != _FORMAT:
        raise CheckpointError(f"{path} is of another format than {_FORMAT}; train it again.")
    if card.get("sha256") != _digest(tensors):
        raise CheckpointError(
            f"the tensors of {path} are not those that its card was written for (sha256 differs); copy or train it again."
        )
    # checkpoints of the first versions have none
    if "card_sha256" in card and card["card_sha256"] != _digest_of_card(card):
        raise CheckpointError(
            f"the card of {path} is not the one that was written (sha256 differs); copy or train it again."
        )
    odd = [name for name, kind in _CARD.items() if not isinstance(card.get(name, kind()), kind)]
    if odd:
        raise CheckpointError(f"the card of {path} has {card[odd[0]]!r} as its {odd[0]!r}; copy or train it again.")
    return tensors, card


def card_of(learner: Learner, **facts: Any) -> dict[str, Any]:
    """The card: what makes the learner again, and the facts given (data, splits, steps, seed, measured accuracy)."""
    return {**{k: v for k, v in describe(learner).items() if k != "recorders"}, **facts}


def save(learner: Learner, path: str | Path, **facts: Any) -> Path:
    """Write a learner's parameters and buffers with their card.

    Raises:
        CheckpointError: if the file cannot be written.
    """
    return write(path, learner.state_dict(), card_of(learner, **facts))


def load(path: str | Path, *, network: nn.Module | None = None, kind: type[Learner] | None = None) -> Learner:
    """The learner of a checkpoint, in evaluation mode; its card is on `learner.card`.

    Args:
        network: needed if the learner was saved with a network of the user's own.
        kind: another learner to put around the same network, with that learner's defaults: what was pretrained for one
            baseline serves them all.

    Raises:
        CheckpointError: if the file cannot be read, or names a learner or network that is not known.
    """
    tensors, card = read(path)
    kinds = {kind.__name__: kind for kind in ALL.values()}
    if card.get("learner") not in kinds:
        raise CheckpointError(
            f"{path} holds a {card.get('learner')!r}, which is not known here; {did_you_mean(card.get('learner'), kinds)}"
        )
    try:
        if network is None:
            _check_shapes(card, kind, kinds, tensors)
        learner = _made(card, network, kind, kinds)
        learner.load_state_dict(tensors)
    except Exception as error:  # whatever a learner or a network says to options that it never had
        raise CheckpointError(
            f"{path} does not fit the learner that its card names ({error}); train it again."
        ) from None
    learner.eval()
    object.__setattr__(learner, "card", card)
    return learner


def _made(
    card: Mapping[str, Any], network: nn.Module | None, kind: type[Learner] | None, kinds: Mapping[str, type[Learner]]
) -> Learner:
    module = network if network is not None else _network(card["network"])
    own = (module,) if module is not None else ()
    return kinds[card["learner"]](*own, **card["hyper"]) if kind is None else kind(*own)


def _check_shapes(
    card: Mapping[str, Any],
    kind: type[Learner] | None,
    kinds: Mapping[str, type[Learner]],
    tensors: Mapping[str, Tensor],
) -> None:
    """Make the learner without its numbers first: a card that asks for terabytes is found out before it gets them."""
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in _made(card, None, kind, kinds).state_dict().items()}
    odd = [name for name, t in tensors.items() if shapes.get(name, t.shape) != t.shape]
    if odd:
        raise LearnerError(f"{odd[0]!r} is {tuple(tensors[odd[0]].shape)}, not {tuple(shapes[odd[0]])}")
    if set(shapes) != set(tensors):
        raise LearnerError(f"{min(set(shapes) ^ set(tensors))!r} stands in one of them only")


def _network(config: Mapping[str, Any] | None) -> nn.Module | None:
    if config is None:
        return None
    options = dict(config)
    name = options.pop("name")
    if name not in NETWORKS:
        raise LearnerError(f"its network {name!r} is not one of {', '.join(NETWORKS)}; pass network=")
    return NETWORKS[name](**options)


def _digest_of_card(card: Mapping[str, Any]) -> str:
    plain = json.loads(json.dumps({k: v for k, v in card.items() if k != "card_sha256"}))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        t = tensors[name].contiguous()
        digest.update(f"{name} {t.dtype} {tuple(t.shape)};".encode())
        digest.update(t.reshape(-1).view(torch.uint8).numpy().data if t.numel() else b"")
    return digest.hexdigest()
