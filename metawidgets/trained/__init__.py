"""Trained learners that come with the package: `metawidgets.load("omniglot-protonet")`.

The checkpoints and `index.json` are in this folder. For each name, the index has the file, the file's sha256 and, if several learners
share the file, the class of the learner. `make checkpoints` trains the learners and writes these files again.
"""

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from metawidgets.analysis import interval_text
from metawidgets.errors import CheckpointError, did_you_mean
from metawidgets.learners import ALL, Learner
from metawidgets.training import checkpoints

__all__ = ["FOLDER", "INDEX", "card", "digest", "load", "names", "sentence", "size"]

FOLDER = Path(__file__).parent
INDEX = "index.json"


def names() -> list[str]:
    """Return the names that `load` accepts, `<dataset>-<learner>`, in alphabetical order."""
    return sorted(_index())


def load(
    name: str | Path,
    *,
    network: nn.Module | str | None = None,
    kind: type[Learner] | str | None = None,
    trust: bool | None = None,
) -> Learner:
    """Load a trained learner in evaluation mode: by its name if it comes with the package, or by the path of your checkpoint.

    Its card is in `learner.card`: data, splits, command, steps, seed, and scores on held-out classes. `network`, `kind` and `trust`
    are for a checkpoint of your own learner or network; see `checkpoints.load`.

    Raises:
        CheckpointError: if the learner is unknown, or its file is missing or altered.
    """
    entry = _entry(name)
    if entry is None:
        return checkpoints.load(name, network=network, kind=kind, trust=trust)
    learner = checkpoints.load(_checked(str(name), entry), kind=ALL[entry["learner"]] if "learner" in entry else None)
    object.__setattr__(learner, "card", _served(learner.card, entry))
    return learner


def card(name: str | Path) -> dict[str, Any]:
    """Return the card of `name` without building the learner.

    If several learners share one network, `scores` are the scores of the named learner.

    Raises:
        CheckpointError: for the same reasons as `load`.
    """
    entry = _entry(name)
    if entry is None:
        return checkpoints.read(name)[1]
    return _served(checkpoints.read(_checked(str(name), entry))[1], entry)


def size(name: str) -> int:
    """Return the size in bytes of the checkpoint of `name`.

    Raises:
        CheckpointError: for the same reasons as `load`.
    """
    entry = _entry(name)
    return (Path(name) if entry is None else _checked(name, entry)).stat().st_size


def sentence(score: dict[str, Any]) -> str:
    """Return one of a card's `scores` as text: '5-way 1-shot 98.4 ± 0.2 % over 600 episodes'."""
    if score["metric"] == "accuracy":
        figure = interval_text(score["mean"], score["half_width"], "accuracy", ".1f", ".1f")
    else:
        figure = f"mean squared error {interval_text(score['mean'], score['half_width'], score['metric'])}"
    way = f"{score['n_way']}-way " if score["n_way"] else ""
    steps = f" after {score['inner_steps']} gradient steps" if score.get("inner_steps") else ""
    return f"{way}{score['k_shot']}-shot {figure}{steps} over {score['n_episodes']} episodes"


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _entry(name: str | Path) -> dict[str, str] | None:
    """Return the index entry of a name, or `None` for the path of a file.

    Raises:
        CheckpointError: if `name` is neither.
    """
    known = _index()
    if name in known:
        return known[str(name)]
    if Path(name).suffix == ".safetensors" or Path(name).is_file():
        return None
    raise CheckpointError(
        f"there is no trained learner {str(name)!r}; {did_you_mean(name, known, lists='`metawidgets trained`')} "
        "Or give the path of a .safetensors file."
    )


def _served(card: Mapping[str, Any], entry: dict[str, str]) -> dict[str, Any]:
    """Return the card for the learner in the index entry, if several learners share one network."""
    if "learner" not in entry:
        return dict(card)
    kind = entry["learner"]
    return {**card, "learner": ALL[kind].__name__, "hyper": {}, "scores": card.get("shared_scores", {}).get(kind, [])}


def _checked(name: str, entry: dict[str, str]) -> Path:
    path = FOLDER / entry["file"]
    if not path.is_file() or digest(path) != entry["sha256"]:
        raise CheckpointError(
            f"the file of {name!r}, {path}, is {'altered' if path.is_file() else 'missing'}; install metawidgets again."
        )
    return path


@functools.cache
def _index() -> dict[str, dict[str, str]]:
    path = FOLDER / INDEX
    return json.loads(path.read_text()) if path.is_file() else {}
