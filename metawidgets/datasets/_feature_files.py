"""Arrays of precomputed features, read from `.npz`, safetensors or Parquet files."""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from jaxtyping import Shaped
from safetensors import SafetensorError, safe_open

from metawidgets.errors import DatasetError, MetawidgetsError, did_you_mean
from metawidgets.files.paths import expanded, is_file, is_folder
from metawidgets.files.plain_json import parsed

__all__ = ["FeatureFile", "read_features"]

_LARGEST = 16 << 30  # bytes, unpacked


@dataclass(frozen=True, eq=False)
class FeatureFile:
    """The columns of a file by name: one array each, with one row per item, and names of the labels, if the file has them."""

    name: str
    columns: dict[str, Shaped[np.ndarray, "row ..."]]
    class_names: tuple[str, ...] = ()

    def column(self, name: str, option: str) -> Shaped[np.ndarray, "row ..."]:
        """Return a column.

        Raises:
            DatasetError: if there is none of that name.
        """
        if name not in self.columns:
            refuse(
                f"{self.name!r} has no {name!r}, but {', '.join(map(repr, self.columns)) or 'nothing'}; "
                f"give {option}= the name of one. {did_you_mean(name, self.columns)}"
            )
        return self.columns[name]


def refuse(what: str) -> NoReturn:
    raise DatasetError(f"dataset 'features': {what}")


def read_features(path: str) -> FeatureFile:
    """Read all arrays of a file. The result is cached until the file changes.

    Raises:
        DatasetError: if the file is missing, damaged or of another format.
    """
    file = expanded(path)
    if not is_file(file):
        what = "is a folder, not a file" if is_folder(file) else "does not exist"
        refuse(f"path={path!r} {what}; give a .npz, .safetensors or .parquet file.")
    readers = {".npz": _npz, ".safetensors": _safetensors, ".parquet": _parquet}
    if file.suffix.lower() not in readers:
        refuse(f"path={path!r} ends in {file.suffix!r}; give a .npz, .safetensors or .parquet file.")
    info = file.stat()
    return _read(file.resolve(), (info.st_mtime_ns, info.st_size))


@lru_cache(maxsize=2)
def _read(file: Path, version: tuple[int, int]) -> FeatureFile:
    reader = {".npz": _npz, ".safetensors": _safetensors, ".parquet": _parquet}[file.suffix.lower()]
    try:
        return reader(file)
    except MetawidgetsError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, SafetensorError) as cause:
        said = " ".join(str(cause).split())[:200]
        refuse(f"{file.name!r} cannot be read ({type(cause).__name__}: {said}); save it again.")


def _npz(file: Path) -> FeatureFile:
    with zipfile.ZipFile(file) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > _LARGEST:
        refuse(
            f"{file.name!r} would unpack to {size / 2**30:.1f} GiB; at most {_LARGEST >> 30} GiB are read. Split it."
        )
    with np.load(file, allow_pickle=False) as arrays:
        if pickled := [name for name in arrays.files if _is_pickled(arrays, name)]:
            refuse(
                f"{pickled[0]!r} of {file.name!r} is an array of Python objects, which could run code; save texts by "
                "np.array(texts, dtype=str)."
            )
        return FeatureFile(file.name, {name: arrays[name] for name in arrays.files})


def _is_pickled(arrays: Any, name: str) -> bool:
    try:
        return arrays[name].dtype.hasobject
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        return True


def _safetensors(file: Path) -> FeatureFile:
    with safe_open(file, framework="numpy") as opened:
        columns: dict[str, np.ndarray] = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - no mapping
        text = (opened.metadata() or {}).get("json")
    said = {} if text is None else parsed(text)
    names = said.get("class_names", ()) if isinstance(said, dict) else ()
    if isinstance(said, dict) and isinstance(said.get("ids"), list):
        columns["ids"] = np.array([str(each) for each in said["ids"]])
    return FeatureFile(file.name, columns, tuple(map(str, names)) if isinstance(names, list) else ())


def _parquet(file: Path) -> FeatureFile:
    try:
        import pyarrow as pa  # an optional dependency
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        refuse(f"{file.name!r} needs the package pyarrow; install it with `pip install 'metawidgets[parquet]'`.")
    columns: dict[str, np.ndarray] = {}
    try:
        table = pq.read_table(file)
        for name in table.column_names:
            column = table.column(name).combine_chunks()
            if (
                pa.types.is_list(column.type)
                or pa.types.is_large_list(column.type)
                or pa.types.is_fixed_size_list(column.type)
            ):
                columns[name] = _stacked(name, column, file.name)
            elif not pa.types.is_nested(column.type):
                columns[name] = np.asarray(column.to_numpy(zero_copy_only=False))
    except pa.ArrowException as cause:
        refuse(
            f"{file.name!r} is not a Parquet file that can be read ({' '.join(str(cause).split())[:200]}); save it again."
        )
    return FeatureFile(file.name, columns)


def _stacked(name: str, column: Any, file: str) -> np.ndarray:
    lengths = column.value_lengths().to_numpy(zero_copy_only=False) if len(column) else np.zeros(0)
    if column.null_count or len(set(lengths.tolist())) > 1:
        row = int(np.flatnonzero(~(lengths == lengths[0]))[0]) if len(lengths) else 0
        refuse(
            f"vector {row} of column {name!r} of {file!r} has {lengths[row]:g} numbers, but vector 0 has {lengths[0]:g}; "
            "give all vectors one length."
        )
    return np.asarray(column.flatten().to_numpy(zero_copy_only=False)).reshape(len(column), -1)
