"""A report's key: what must be the same for its result to be the same.

Notebook source, whole parameters, package version, and a fingerprint of the data files that the parameters name.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import metawidgets

__all__ = ["Fingerprints", "Keys", "is_key"]

_LENGTH = 20  # hex digits: among a million reports two share 80 bits with a chance of one in 2 * 10^12
_FILE_NAMES = ("root", "path", "file", "folder", "checkpoint")
_SUFFIXES = (".safetensors", ".csv", ".npz", ".zip", ".json", ".parquet")
_KEY = re.compile(f"[0-9a-f]{{{_LENGTH}}}")
_TRAINED = Path(metawidgets.__file__).parent / "trained" / "index.json"  # read as a file: the package of it loads torch


def is_key(text: str) -> bool:
    """Whether a text could be a key: what else lies in an output folder is left alone."""
    return _KEY.fullmatch(text) is not None


class Keys:
    """Keys of one notebook's reports.

    Args:
        notebook: of its cells kind, source and tags count; what an earlier run left in it does not.
        fingerprints: of the data files.
    """

    def __init__(self, notebook: NotebookNode, fingerprints: "Fingerprints") -> None:
        cells = [[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells]
        self._source = _digest(json.dumps(cells).encode())
        self._fingerprints = fingerprints
        self._text_of = json.JSONEncoder(sort_keys=True).encode  # made once: that takes longer than one use

    def of(self, parameters: Mapping[str, Any]) -> str:
        """The key of a report with these whole, checked parameters: 20 hex digits."""
        parts = [self._source, metawidgets.__version__, parameters, self._fingerprints.of(parameters)]
        return _digest(self._text_of(parts).encode())[:_LENGTH]


class Fingerprints:
    """What the files are that parameters name: a file's digest, a folder's names and digests, each looked at once.

    A text is taken for a path where it has a separator or a data file's suffix, or its parameter is called so (`root`, `path`),
    and only if it exists on this machine. Trained learners of the package are known by their digest; a dataset that an
    environment variable locates is followed there.
    """

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._trained: dict[str, dict[str, str]] = json.loads(_TRAINED.read_text(encoding="utf-8"))

    def of(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Name of a parameter's file -> its fingerprint; nothing for those that name none."""
        found = {}
        for name, text in _texts(parameters):
            if text in self._trained:
                found[text] = self._trained[text]["sha256"]
            elif text.endswith(_SUFFIXES) or os.sep in text or name in _FILE_NAMES:
                found[text] = self._of_path(text)
        if parameters.get("dataset") == "omniglot" and not (parameters.get("dataset_options") or {}).get("root"):
            found["omniglot"] = self._of_path(os.environ.get("METAWIDGETS_OMNIGLOT", ""))
        return {name: print_ for name, print_ in found.items() if print_}

    def _of_path(self, text: str) -> str:
        if text not in self._paths:
            self._paths[text] = _of_path(text)
        return self._paths[text]


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value, with the name that it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str | dict | list):  # the others, which are most, hold no text
                yield from _texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name)


def _of_path(text: str) -> str:
    if not text or "\0" in text:
        return ""
    try:
        path = Path(text).expanduser()
        if path.is_file():
            return _of_file(path)
        if path.is_dir():
            inside = sorted(_files(path))
            return _digest(json.dumps([[str(p.relative_to(path)), _of_file(p)] for p in inside]).encode())
    except (OSError, RuntimeError):  # a name too long, a folder that may not be read, ~nobody: the report will say so
        pass
    return ""


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, links followed as a dataset follows them, but in no circle."""
    seen: set[str] = set()
    for inside, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(inside)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (path for name in files if (path := Path(inside, name)).is_file())


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
