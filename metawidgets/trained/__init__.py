"""Learners that are trained already and come with the package: `metawidgets.load("omniglot-protonet")`.

Beside this file lie the checkpoints and `index.json`: for each name its file, the file's sha256, and, where several learners
share one network, the learner that it is to be loaded as. `make checkpoints` trains and writes them again.
"""

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from metawidgets import checkpoints
from metawidgets.errors import CheckpointError, did_you_mean
from metawidgets.learners import ALL, Learner

__all__ = ["FOLDER", "INDEX", "card", "digest", "load", "names", "sentence", "size"]

FOLDER = Path(__file__).parent
INDEX = "index.json"


def names() -> list[str]:
    """What `load` knows: `<dataset>-<learner>`, in alphabetical order."""
    return sorted(_index())


def load(name: str | Path) -> Learner:
    """A trained learner in evaluation mode: one that comes with the package, by its name, or one of yours, by its path.

    Its card is on `learner.card`: data, splits, command, steps, seed, and what it scored on classes that were held out.

    Raises:
        CheckpointError: if there is none of that name, or its file is not the one that the package was built with.
    """
    entry = _entry(name)
    if entry is None:
        return checkpoints.load(name)
    learner = checkpoints.load(_checked(str(name), entry), kind=ALL[entry["learner"]] if "learner" in entry else None)
    object.__setattr__(learner, "card", _served(learner.card, entry))
    return learner


def card(name: str | Path) -> dict[str, Any]:
    """The card of `name`, without making the learner.

    Where several learners share one network, `scores` are those of the learner that the name stands for.

    Raises:
        CheckpointError: as `load`.
    """
    entry = _entry(name)
    if entry is None:
        return checkpoints.read(name)[1]
    return _served(checkpoints.read(_checked(str(name), entry))[1], entry)


def size(name: str) -> int:
    """Bytes of the file behind a name.

    Raises:
        CheckpointError: as `load`.
    """
    entry = _entry(name)
    return (Path(name) if entry is None else _checked(name, entry)).stat().st_size


def sentence(score: dict[str, Any]) -> str:
    """One of a card's `scores` in words: '5-way 1-shot 98.4 ± 0.2 % over 600 episodes'."""
    if score["metric"] == "accuracy":
        figure = f"{100 * score['mean']:.1f} ± {100 * score['half_width']:.1f} %"
    else:
        figure = f"mean squared error {score['mean']:.3g} ± {score['half_width']:.2g}"
    way = f"{score['n_way']}-way " if score["n_way"] else ""
    steps = f" after {score['inner_steps']} gradient steps" if score.get("inner_steps") else ""
    return f"{way}{score['k_shot']}-shot {figure}{steps} over {score['n_episodes']} episodes"


def digest(path: Path) -> str:
    """sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _entry(name: str | Path) -> dict[str, str] | None:
    """What the index says of a name; `None` for the path of a file.

    Raises:
        CheckpointError: if it is neither.
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


def _served(card: dict[str, Any], entry: dict[str, str]) -> dict[str, Any]:
    """A file's card as the learner's that the entry names, where several share one network."""
    if "learner" not in entry:
        return card
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
