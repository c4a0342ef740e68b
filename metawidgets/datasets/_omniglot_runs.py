"""The 20 runs of Omniglot's one-shot challenge: 20 characters of one alphabet, with one drawing of each as support and as query.

Source: Lake, Salakhutdinov and Tenenbaum, Science 350, 2015; `all_runs.zip` of the authors' repository, folder
python/one-shot-classification. Its drawings are from the evaluation alphabets.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from metawidgets.datasets._archive import MAX_ENTRY, members
from metawidgets.datasets._omniglot_files import ink
from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import DatasetError
from metawidgets.files.paths import expanded, is_folder

__all__ = ["one_shot_runs"]

_MEMBER = re.compile(
    r"(?:all_runs/)?(?P<run>run\d\d)/(?:(?P<set>training|test)/(?P<item>(?:class|item)\d\d)\.png|class_labels\.txt)"
)
_LINE = re.compile(r"(?:all_runs/)?run\d\d/test/(item\d\d)\.png\s+(?:all_runs/)?run\d\d/training/(class\d\d)\.png")


def one_shot_runs(path: str | Path) -> tuple[Episode, ...]:
    """Load one episode per run, sorted by name: training drawings are the support set, test drawings the queries.

    Args:
        path: `all_runs.zip`, or its unpacked folder.

    Raises:
        DatasetError: if the file is missing, damaged, or not in the official layout.
    """
    path = expanded(path)
    images: dict[str, dict[str, dict[str, np.ndarray]]] = {}
    answers: dict[str, dict[str, str]] = {}
    for match, data in _unpacked(path) if is_folder(path) else members(path, _MEMBER):
        run = match["run"]
        if match["set"] is None:
            answers[run] = _answers(path, run, data)
        else:
            images.setdefault(run, {"training": {}, "test": {}})[match["set"]][match["item"]] = ink(
                path, match[0], data
            )
    if not images:
        raise DatasetError(f"{path} holds no runs; give all_runs.zip of Omniglot's one-shot challenge, or its folder.")
    return tuple(_episode(path, run, images[run], answers.get(run, {})) for run in sorted(images))


def _episode(path: Path, run: str, images: dict[str, dict[str, np.ndarray]], answers: dict[str, str]) -> Episode:
    shown, asked = sorted(images["training"]), sorted(images["test"])
    if set(answers) != set(asked) or not set(answers.values()) <= set(shown) or len(shown) < 2:
        raise DatasetError(
            f"{path}: class_labels.txt of {run} does not name one of the {len(shown)} training drawings for each of the "
            f"{len(asked)} test drawings; download it again."
        )
    return Episode(
        support_x=np.stack([images["training"][name] for name in shown])[:, None],
        support_y=np.arange(len(shown)),
        query_x=np.stack([images["test"][name] for name in asked])[:, None],
        query_y=np.array([shown.index(answers[name]) for name in asked]),
        class_names=tuple(f"{run}-{name}" for name in shown),
        support_items=tuple(ItemId("omniglot_runs", f"{run}-{name}", name) for name in shown),
        query_items=tuple(ItemId("omniglot_runs", f"{run}-{answers[name]}", name) for name in asked),
    )


def _answers(path: Path, run: str, data: bytes) -> dict[str, str]:
    found = {}
    for line in data.decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None and line.strip():
            raise DatasetError(
                f"{path}: a line of {run}/class_labels.txt reads {line.strip()[:60]!r}; download it again."
            )
        if match is not None:
            found[match[1]] = match[2]
    return found


def _unpacked(folder: Path) -> Iterator[tuple[re.Match[str], bytes]]:
    for file in sorted(folder.glob("**/run[0-9][0-9]/**/*")):
        match = _MEMBER.fullmatch(file.relative_to(folder).as_posix())
        if match is None or not file.is_file():
            continue
        if file.is_symlink() or not file.resolve().is_relative_to(folder.resolve()) or file.stat().st_size > MAX_ENTRY:
            raise DatasetError(f"{file} does not belong to a run; remove it.")
        yield match, file.read_bytes()
