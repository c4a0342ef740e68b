"""Checkpoints: one safetensors file with the tensors and, in its header, the card; and a readable JSON copy of the card.

The card is in the header because two files cannot be renamed atomically. If a training is killed at any moment, the file with the
final name thus still holds tensors and card of the same step. Nothing is pickled or unpickled.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialised
from torch import Tensor, nn

from metawidgets.errors import CheckpointError, LearnerError, did_you_mean
from metawidgets.files.part_files import replacing
from metawidgets.files.paths import file_size, is_file
from metawidgets.files.plain_json import parsed
from metawidgets.learners import ALL, Learner, find, make_learner
from metawidgets.learners.imported import make_network, path_of, trusts
from metawidgets.learners.loop import describe
from metawidgets.learners.networks.encoders import MLP, Conv4

__all__ = ["card_of", "load", "read", "save", "write"]

NETWORKS: dict[str, type[nn.Module]] = {"Conv4": Conv4, "MLP": MLP}
_FORMAT = "metawidgets.checkpoint/1"
_LARGEST = 1 << 30  # bytes of a file; our largest checkpoint has a thousandth of this
_CARD: dict[str, type] = {
    "learner": str,
    "made_by": dict,
    "hyper": dict,
    "data": dict,
    "scores": list,
    "steps": int,
    "shared_scores": dict,
}


def write(path: str | Path, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> Path:
    """Write tensors and card to a temporary file, then rename it. The card gets the sha256 of the tensors and of itself.

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
        raise CheckpointError(f"cannot write the checkpoint {path} ({error}); give a writable folder.") from None
    return path


def read(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the tensors and the card of a file that `write` wrote.

    Raises:
        CheckpointError: if the file is missing, truncated, altered or not a checkpoint of metawidgets.
    """
    path = Path(path)
    if not is_file(path):
        raise CheckpointError(f"there is no checkpoint {path}; train one with `metawidgets train`, or check the path.")
    if (size := file_size(path)) > _LARGEST:
        raise CheckpointError(
            f"{path} has {size:,} bytes, more than {_LARGEST:,}, so it is not a metawidgets checkpoint; give another file."
        )
    try:
        with safe_open(path, framework="pt") as file:
            card = parsed((file.metadata() or {})["card"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except Exception as error:  # safetensors also passes on torch's errors about unknown dtypes
        raise CheckpointError(
            f"{path} is truncated, altered or not a metawidgets checkpoint ({error}); train or copy it again."
        ) from None
    if not isinstance(card, dict) or card.get("format") != _FORMAT:
        raise CheckpointError(f"{path} does not have the format {_FORMAT}; train it again.")
    if card.get("sha256") != _digest(tensors):
        raise CheckpointError(f"the tensors of {path} do not match its card (sha256 differs); copy or train it again.")
    # checkpoints of the first versions have no digest of the card
    if "card_sha256" in card and card["card_sha256"] != _digest_of_card(card):
        raise CheckpointError(f"the card of {path} was altered (sha256 differs); copy or train it again.")
    wrong = [name for name, kind in _CARD.items() if not isinstance(card.get(name, kind()), kind)]
    if wrong:
        raise CheckpointError(f"the card of {path} has {card[wrong[0]]!r} as its {wrong[0]!r}; copy or train it again.")
    return tensors, card


def card_of(learner: Learner, **facts: Any) -> dict[str, Any]:
    """Return the card: a description from which `load` can build the learner, and `facts` (data, splits, steps, seed, accuracy)."""
    return {**{k: v for k, v in describe(learner).items() if k != "recorders"}, **facts}


def save(learner: Learner, path: str | Path, **facts: Any) -> Path:
    """Write a learner's parameters, buffers and card.

    Raises:
        CheckpointError: if the file cannot be written.
    """
    return write(path, learner.state_dict(), card_of(learner, **facts))


def load(
    path: str | Path,
    *,
    network: nn.Module | str | None = None,
    kind: type[Learner] | str | None = None,
    trust: bool | None = None,
) -> Learner:
    """Load the learner of a checkpoint, in evaluation mode. Its card is in `learner.card`.

    A file brings no code. The card of a learner or network of your own names its import path; it is imported only if you give the
    path yourself, or trust the file. Its module then runs, with the options in the card.

    Args:
        network: the network, or its import path `package.module:make`; required if the learner was saved with a network of your
            own that was not made by its import path.
        kind: the learner's class, or its import path, if it is your own. Or another learner class to use with the saved network,
            with the default options of this class: one pretrained network can thus be used by every transfer baseline.
        trust: import the learner and network that the card names. By default what `--trust` says, thus no.

    Raises:
        CheckpointError: if the file cannot be read, or names an unknown learner or network.
    """
    tensors, card = read(path)
    trust = trusts() if trust is None else trust
    make, options = _maker(path, card, kind, trust)
    try:
        if network is None and make in ALL.values() and "made_by" not in (card["network"] or {}):
            _check_shapes(make, options, card, tensors)  # before anything is allocated
        learner = _made(make, options, _network(card, network, trust))
        learner.load_state_dict(tensors)
    except _UntrustedNetworkError as error:
        raise CheckpointError(f"{path} holds {card.get('learner')!r}, and {error}.") from None
    except Exception as error:  # a learner or network may raise any error for wrong options
        raise CheckpointError(f"{path} does not fit the learner in its card ({error}); train it again.") from None
    learner.eval()
    object.__setattr__(learner, "card", card)
    return learner


def _maker(
    path: str | Path, card: Mapping[str, Any], kind: type[Learner] | str | None, trust: bool
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the class or function that makes the learner, and its options.

    Raises:
        CheckpointError: if the learner is unknown, or may not be imported.
    """
    kinds = {one.__name__: one for one in ALL.values()}
    made_by, name, hyper = card.get("made_by"), card.get("learner"), card.get("hyper")
    if not isinstance(hyper, dict) or not isinstance(made_by, dict | None):
        raise CheckpointError(f"{path} has a damaged card, without the learner's options; train it again.")
    if kind is None and made_by is None:
        if not isinstance(name, str) or name not in kinds:
            raise CheckpointError(
                f"{path} holds a {name!r}, which is not a known learner; {did_you_mean(name, kinds)} Give your own class as kind=."
            )
        return kinds[name], hyper
    where = str((made_by or {}).get("path", ""))
    if kind is None and not (where and trust):
        cure = f"trust=True (--trust) imports it, or give kind={where!r}" if where else "give its class as kind="
        raise CheckpointError(
            f"{path} holds {name!r}{where and f' of {where}'}, a learner of your own or a stranger's; {cure}."
        )
    try:
        make = find(where if kind is None else kind) if kind is None or isinstance(kind, str) else kind
    except LearnerError as error:
        raise CheckpointError(f"{path} holds {name!r}, and {error}") from None
    if not isinstance(make, type):
        noted = (made_by or {}).get("options")
        return make, noted if isinstance(noted, dict) else {}
    # another class gets its own defaults
    same = kind is None or (make.__name__ == name and make not in ALL.values())
    return make, hyper if same else {}


def _made(make: Callable[..., Any], options: Mapping[str, Any], module: nn.Module | None) -> Learner:
    if not isinstance(make, type):
        return make_learner(make, path_of(make), options, module)
    return make(*(() if module is None else (module,)), **options)


def _check_shapes(
    make: Callable[..., Any], options: Mapping[str, Any], card: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Refuse tensors whose names or shapes do not fit the card. The check allocates no memory, since the card may ask for terabytes."""
    with torch.device("meta"):
        made = _made(make, options, _network(card, None, False))
        shapes = {name: t.shape for name, t in made.state_dict().items()}
    wrong = [name for name, t in tensors.items() if shapes.get(name, t.shape) != t.shape]
    if wrong:
        raise LearnerError(f"{wrong[0]!r} is {tuple(tensors[wrong[0]].shape)}, not {tuple(shapes[wrong[0]])}")
    if extra := set(tensors) - set(shapes):
        raise LearnerError(f"the learner has no {min(extra)!r}")
    if missing := set(shapes) - set(tensors):
        raise LearnerError(f"the file has no {min(missing)!r}")


def _network(card: Mapping[str, Any], network: nn.Module | str | None, trust: bool) -> nn.Module | None:
    """Return the network; `None` if the learner has none, or if the function that makes it makes its network too.

    Raises:
        LearnerError: if it is unknown, or may not be imported.
    """
    config = dict(card["network"] or {})
    made_by = config.get("made_by", {})
    if isinstance(network, nn.Module):
        return network
    if isinstance(network, str) or (made_by and trust):
        where = network or str(made_by["path"])
        return make_network(where, made_by.get("options", {}) if where == made_by.get("path") else {})
    if made_by:
        raise _UntrustedNetworkError(
            f"its network was made by {made_by.get('path')!r}; trust=True (--trust) imports it, or give that path as network="
        )
    if not config or (config["name"] not in NETWORKS and "options" in card.get("made_by", {})):
        return None
    name = config.pop("name")
    if name not in NETWORKS:
        raise LearnerError(f"its network {name!r} is not one of {', '.join(NETWORKS)}; pass your own as network=")
    return NETWORKS[name](**config)


class _UntrustedNetworkError(LearnerError):
    """The card names code of a network that the user did not ask for."""


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
