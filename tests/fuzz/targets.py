"""The fuzzing targets: each reads any bytes as an untrusted file or message. Any exception but `MetawidgetsError` is a bug."""

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file
from traitlets import TraitError

from metawidgets import datasets, widgets
from metawidgets.cli.console import options_from
from metawidgets.datasets import _columns
from metawidgets.datasets._archive import members
from metawidgets.datasets._omniglot_files import ink
from metawidgets.episodes import Episode
from metawidgets.errors import MetawidgetsError
from metawidgets.files.pictures import fitted, read_image
from metawidgets.files.plain_json import parsed
from metawidgets.files.tensors import read_arrays, write_arrays
from metawidgets.records import Trace
from metawidgets.reports.pages.export import export_notebook
from metawidgets.reports.pages.markup import cleaned, markdown
from metawidgets.reports.parameters import Parameters
from metawidgets.training import checkpoints
from tests.fuzz.seeds import SEEDS, episode, saved
from tests.widgets import examples

__all__ = ["TARGETS"]


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder in memory. Each process makes its own, and removes it at its end."""
    return tempfile.TemporaryDirectory(prefix="mw-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)


def _file(data: bytes, name: str) -> Path:
    path = Path(_scratch().name) / name
    path.write_bytes(data)
    return path


def archive(data: bytes) -> None:
    for match, found in members(_file(data, "x.zip"), re.compile(r"things/(?P<name>[a-z]+)\.txt")):
        assert ".." not in match[0]
        assert len(found) <= 64 << 10


@cache
def _checkpoint() -> tuple[dict[str, Any], str]:
    tensors, card = checkpoints.read(_file(SEEDS["checkpoint"]()[0], "good.safetensors"))
    return tensors, card["sha256"]


def card(data: bytes) -> None:
    """Read an untrusted card of a checkpoint with correct tensors."""
    tensors, digest = _checkpoint()
    try:
        plain = json.loads(data)
        plain["sha256"] = digest
        plain.pop(
            "card_sha256", None
        )  # a card without a digest; one with a digest is refused as soon as one letter is changed
    except (ValueError, TypeError, RecursionError):
        plain = data.decode("latin-1")
    path = Path(_scratch().name) / "card.safetensors"
    save_file(tensors, path, metadata={"card": json.dumps(plain)})
    checkpoints.load(path)


def checkpoint(data: bytes) -> None:
    checkpoints.load(_file(data, "x.safetensors"))


@cache
def _components() -> tuple[Any, ...]:
    builder = widgets.EpisodeBuilder(episode())
    return (builder, *(examples.EXAMPLES[name]() for name in ("EpisodeView", "PrototypeHeatmap", "Quiz")))


def component(data: bytes) -> None:
    """Restore a component with one value replaced. The first line is the path to the value, one byte per level; the rest is the value."""
    where, _, text = data.partition(b"\n")
    turns = iter(where)
    kind = _components()[next(turns, 0) % 4]
    plain: Any = json.loads(json.dumps(kind.to_dict()))
    place = plain
    for turn in turns:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[turn % len(keys)]
        if not isinstance(place[key], dict | list) or not place[key] or turn > 200:
            try:
                place[key] = parsed(text)
            except ValueError:
                del place[key]
            break
        place = place[key]
    type(kind).from_dict(plain)


def document(data: bytes) -> None:
    """Send a browser's message to an EpisodeBuilder, with its document or its history."""
    builder = _components()[0]
    try:
        value = parsed(data)
    except ValueError:
        return
    for name in ("document", "history"):
        before = getattr(builder, name)
        try:
            builder.set_state({name: value})
        except TraitError:  # the component's errors are TraitErrors too; the status line shows both kinds
            assert getattr(builder, name) == before


def drawing(data: bytes) -> None:
    assert ink(Path("x.zip"), "x.png", data).shape == (28, 28)


def episode_file(data: bytes) -> None:
    Episode.load(_file(data, "x.npz"))


def episode_tensors(data: bytes) -> None:
    Episode.load(_file(data, "x.safetensors"))


def description(data: bytes) -> None:
    """Read an untrusted description of correct arrays, once as an episode and once as a trace."""
    refused: list[MetawidgetsError] = []
    for name, load in (("episode_file", Episode.load), ("trace", Trace.load)):
        arrays, _ = read_arrays(_file(_good(name), "x.npz"), MetawidgetsError)
        path = write_arrays(Path(_scratch().name) / "d.safetensors", arrays, data.decode("utf-8", "replace"))
        try:
            load(path)
        except MetawidgetsError as error:
            refused.append(error)
    if len(refused) == 2:
        raise refused[0]


def episode_json(data: bytes) -> None:
    try:
        plain = parsed(data)
    except ValueError:
        return
    made = Episode.from_dict(plain)
    again = Episode.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again.class_names == made.class_names
    assert np.array_equal(again.support_x, made.support_x)


def _with_member(whole: bytes, data: bytes) -> bytes:
    """Return a saved file with one member replaced and a matching checksum. The data's first byte selects the member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as good, zipfile.ZipFile(out, "w") as bad:
        names = good.namelist()
        at = names.index("json.npy") if data[:1] == b"\x93" and b"{" in data[:11] else len(data) % len(names)
        for i, name in enumerate(names):
            bad.writestr(name, data if i == at else good.read(name))
    return out.getvalue()


def episode_member(data: bytes) -> None:
    Episode.load(_file(_with_member(_good("episode_file"), data), "x.npz"))


def trace_member(data: bytes) -> None:
    Trace.load(_file(_with_member(_good("trace"), data), "x.npz"))


@cache
def _good(name: str) -> bytes:
    if name == "trace":
        return saved(
            Trace("inner_step", {"outputs": np.zeros((3, 2, 2)), "query_loss": np.arange(3.0)}, episode()).save
        )
    return SEEDS[name]()[0]


def markup(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for found in (cleaned(text), markdown(text)):
        assert "<script" not in found.lower()


def notebook(data: bytes) -> None:
    export_notebook(_file(data, "x.ipynb"), Path(_scratch().name) / "x.html")


def parameters(data: bytes) -> None:
    model = Parameters.of(data.decode("utf-8", "replace"))
    model.check({})
    model.rows()


@cache
def _model() -> Any:
    return Parameters.of(SEEDS["parameters"]()[0].decode())


def words(data: bytes) -> None:
    given = data.decode("utf-8", "replace").split("\n")
    options_from(given)
    _model().check(_model().from_words(given))


def picture(data: bytes) -> None:
    image, _ = read_image(data)
    for shape in ((1, 28, 28), (3, 16, 16)):
        assert fitted(image, shape).shape == shape


def table(data: bytes) -> None:
    _columns._read.cache_clear()
    path = _file(data, "x.csv")
    head = data.partition(b"\n")[0].decode("utf-8", "replace")
    label = re.split(r"[,;\t|]", head)[-1].strip() or "kind"
    for how in ("none", "all"):
        found = datasets.load("table", path=str(path), label=label, standardise=how, small="skip")
        assert np.isfinite(found.source("all").items).all()  # pyright: ignore[reportAttributeAccessIssue]


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        archive,
        card,
        checkpoint,
        component,
        description,
        document,
        drawing,
        episode_file,
        episode_json,
        episode_member,
        episode_tensors,
        markup,
        notebook,
        parameters,
        picture,
        table,
        trace_member,
        words,
    )
}
assert set(TARGETS) == set(SEEDS)
