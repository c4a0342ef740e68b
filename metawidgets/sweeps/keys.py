"""Keys of reports: a key is a digest of everything that determines a report's result.

That is the notebook's source, all parameters, the package's version, and a fingerprint of the data files that the parameters name.
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

_LENGTH = 20  # hex digits, or 80 bits: a million reports collide with a chance of one in 2 * 10^12
_FILE_NAMES = ("root", "path", "file", "folder", "checkpoint")
_SUFFIXES = (".safetensors", ".csv", ".npz", ".zip", ".json", ".parquet")
_KEY = re.compile(f"[0-9a-f]{{{_LENGTH}}}")
# Read as a file, since `metawidgets.trained` loads torch.
_TRAINED = Path(metawidgets.__file__).parent / "trained" / "index.json"


def is_key(text: str) -> bool:
    """Return whether a text has the form of a key. Other files in an output folder are left alone."""
    return _KEY.fullmatch(text) is not None


class Keys:
    """The keys of one notebook's reports, computed from the reports' parameters.

    Args:
        notebook: the kind, source and tags of its cells go into the key; its outputs do not.
        fingerprints: computes the fingerprints of the data files.
    """

    def __init__(self, notebook: NotebookNode, fingerprints: "Fingerprints") -> None:
        cells = [[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells]
        self._source = _digest(json.dumps(cells).encode())
        self._fingerprints = fingerprints
        self._text_of = json.JSONEncoder(sort_keys=True).encode  # made once: making it takes longer than using it

    def of(self, parameters: Mapping[str, Any]) -> str:
        """Return the key (20 hex digits) of a report with these parameters, which must be complete and checked."""
        parts = [self._source, metawidgets.__version__, parameters, self._fingerprints.of(parameters)]
        return _digest(self._text_of(parts).encode())[:_LENGTH]


class Fingerprints:
    """Fingerprints of the files and folders that parameters name, each computed once.

    A file's fingerprint is its digest; a folder's is a digest of the names and digests of its files. A text is taken for a path if it
    exists on this machine and at least one of these holds: it has a path separator, it has a data file's suffix, or its parameter has
    a name such as `root` or `path`. The fingerprint of a trained learner of the package is the digest of its file. Omniglot's files
    are in the folder that its environment variable names.
    """

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._trained: dict[str, dict[str, str]] = json.loads(_TRAINED.read_text(encoding="utf-8"))

    def of(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Return a dictionary from each file that the parameters name to its fingerprint."""
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
    """Yield each text in a nested value, with the name of its parameter or entry."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str | dict | list):  # most values are numbers, so that skipping them saves calls
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
    except (OSError, RuntimeError):
        pass  # a name too long, an unreadable folder, an unknown ~user: the report itself will fail on it
    return ""


def _files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder. Links are followed, as datasets follow them, but each folder is visited once."""
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
