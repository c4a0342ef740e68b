"""The fuzzers' seeds: small files as the package writes them, and the usual mistakes."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from metawidgets import learners, widgets
from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.training import checkpoints
from tests.made_files import bomb, image_file

__all__ = ["SEEDS", "episode", "saved"]


def episode() -> Episode:
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    return Episode(
        x[:4], np.array([0, 0, 1, 1]), x[4:], np.array([0, 1]), ("aleph", "beth"), seed=(1, 2), task={"a": 1.5}
    )


def saved(save: Callable[[Path], object], name: str = "x.npz") -> bytes:
    """Return the bytes that `save` writes."""
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def _trace() -> Trace:
    channels = {"outputs": np.zeros((3, 2, 2)), "query_loss": np.arange(3.0), "distances": np.full((3, 2, 2), np.nan)}
    return Trace("inner_step", channels, episode(), {"learner": "MAML"})


def member(data: bytes, name: str = "json.npy") -> bytes:
    """Return the bytes of one member of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def _zip(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def _table(delimiter: str = ",") -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=delimiter)
    rows.writerow(["length", "width", "kind"])
    rows.writerows([i * 1.5, "nan" if i == 3 else -i, "abc"[i % 3]] for i in range(9))
    return out.getvalue().encode()


def _checkpoint() -> bytes:
    learner = learners.build("protonet", item_shape=(2,), output_dim=2, hidden=[3])
    return saved(lambda path: checkpoints.save(learner, path, data={"dataset": "gaussians"}), "x.safetensors")


def _card() -> bytes:
    data = _checkpoint()
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["card"].encode()


def _notebook(cells: list[dict[str, object]]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _document(name: str) -> bytes:
    builder = widgets.EpisodeBuilder(episode())
    builder.do_fill(k_shot=1)
    return json.dumps(getattr(builder, name)).encode()


_PARAMETERS = """\
n_way: int = 5  # 2..60 classes
rate: float | None = None  # 0.. a rate
dataset: Literal["glyphs", "digits"] = "glyphs"
shots: list[int] = [1, 5]  # 1..100 items
options: dict = {"n_classes": 3}
smoke: bool = False
"""

_CELLS: list[dict[str, object]] = [
    {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Title\n$x^2$ <b>bold</b>"},
    {
        "cell_type": "code",
        "id": "b",
        "metadata": {"tags": ["parameters"]},
        "source": "n: int = 1",
        "execution_count": 1,
        "outputs": [
            {"output_type": "display_data", "data": {"text/html": "<p>x</p>", "text/plain": "x"}, "metadata": {}}
        ],
    },
]

SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "archive": lambda: [_zip(("things/one.txt", b"1" * 50), ("things/two.txt", b"2")), _zip(("../one.txt", b"x"))],
    "card": lambda: [_card()],
    "checkpoint": lambda: [_checkpoint()],
    "component": lambda: [bytes([n]) for n in range(4)] + [bytes([n, 4, 2, 1]) + b"\n[1.5]" for n in range(4)],
    "description": lambda: [member(saved(save)).partition(b"\n")[2] for save in (episode().save, _trace().save)],
    "document": lambda: [_document("document"), _document("history")],
    "drawing": lambda: [image_file(size=(105, 105)), bomb()],
    "episode_file": lambda: [saved(episode().save)],
    "episode_json": lambda: [json.dumps(episode().to_dict()).encode()],
    "episode_member": lambda: [member(saved(episode().save), n) for n in ("json.npy", "support_x.npy")],
    "episode_tensors": lambda: [saved(episode().save, "x.safetensors")],
    "markup": lambda: [
        b"<p onclick=x>a</p><svg><style>x</style></svg><!-- --><a href='javascript:1'>b</a>",
        b"$x$ **b**",
    ],
    "notebook": lambda: [_notebook(_CELLS), _notebook([])],
    "parameters": lambda: [_PARAMETERS.encode()],
    "picture": lambda: [
        image_file(kind, size=(40, 30)) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")
    ],
    "table": lambda: [_table(), _table(";"), b"a\n"],
    "trace_member": lambda: [member(saved(_trace().save), n) for n in ("json.npy", "channel.outputs.npy")],
    "words": lambda: [b"n_way=7", b"options.n_classes=5", b'options={"a": [1]}', b"shots=1,2", b"rate=nan"],
}
"""For each target, what it begins with."""
