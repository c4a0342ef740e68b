"""Malicious checkpoints: with wrong shapes, a wrong learner, or a wrong card."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from metawidgets import learners
from metawidgets.errors import CheckpointError
from metawidgets.training import checkpoints
from tests.hostile.confined import confined
from tests.hostile.damage import read_all


def saved(path: Path) -> Path:
    torch.manual_seed(0)
    learner = learners.build("maml", item_shape=(2,), output_dim=2, hidden=[3])
    return checkpoints.save(learner, path, data={"dataset": "gaussians", "options": {}}, scores=[])


def with_card(path: Path, **changes: Any) -> Path:
    """Write a checkpoint with a changed card and matching digests."""
    tensors, card = checkpoints.read(saved(path))
    changed = {k: v for k, v in {**card, **changes}.items() if k != "card_sha256"}
    save_file(tensors, path, metadata={"card": json.dumps(changed)})
    return path


def with_header(path: Path, header: bytes, body: bytes = b"") -> Path:
    path.write_bytes(struct.pack("<Q", len(header)) + header + body)
    return path


def test_damage_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.safetensors")
    before = {name: t.clone() for name, t in checkpoints.read(path)[0].items()}

    def equal(found: Any) -> bool:
        return all(torch.equal(found[0][name], t) for name, t in before.items())

    assert read_all(path, checkpoints.read, equal) > 200


@pytest.mark.parametrize(
    "header",
    [
        b'{"a": {"dtype": "F32", "shape": [1000000000000], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8000000000000]}}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}',
        b'{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "O", "shape": [2], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}',
        b"[" * 100_000,
        b'{"__metadata__": {"card": 1}}',
        b"",
    ],
)
def test_a_lying_header_is_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(CheckpointError, match="is truncated, altered or not a metawidgets checkpoint"):
        checkpoints.load(with_header(tmp_path / "x.safetensors", header, bytes(8)))


@pytest.mark.parametrize(
    "changes",
    [
        {"learner": ["MAML"]},
        {"learner": "os.system"},
        {"hyper": {"inner_lr": float("nan")}},
        {"hyper": {"inner_steps": 10**12}},
        {"hyper": {"network": "x"}},
        {"hyper": [1]},
        {"hyper": None},
        {"made_by": "os:system"},
        {"made_by": [1]},
        {"data": "x"},
        {"scores": {}},
        {"steps": "many"},
        {"network": {"name": "MLP", "item_shape": [2], "output_dim": 2, "hidden": [60_000, 60_000, 60_000]}},
        {"network": {"name": "MLP", "item_shape": [10**9], "output_dim": 2, "hidden": [3]}},
        {"network": {"name": "Conv4", "item_shape": [3, 999_999, 999_999], "output_dim": 10**6, "width": 65_536}},
        {"network": {"name": "Conv4", "item_shape": [1, 28, 28], "width": -1}},
        {"network": {"name": ["MLP"]}},
        {"network": "MLP"},
        {"format": {}},
    ],
    ids=str,
)
def test_a_card_that_asks_for_what_is_not_there_is_refused_and_costs_nothing(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(CheckpointError):
        checkpoints.load(with_card(tmp_path / "x.safetensors", **changes))


def test_a_card_nested_deep_or_a_file_of_terabytes_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "x.safetensors", metadata={"card": "[" * 100_000})
    with pytest.raises(CheckpointError, match="nested more than 100 deep"):
        checkpoints.read(tmp_path / "x.safetensors")
    with (tmp_path / "y.safetensors").open("wb") as file:
        file.truncate(2 << 40)
    with pytest.raises(CheckpointError, match=r"has 2,199,023,255,552 bytes, more than"):
        checkpoints.read(tmp_path / "y.safetensors")


_LOAD = """
import sys
from metawidgets.training import checkpoints
from metawidgets.errors import CheckpointError
try:
    checkpoints.load(sys.argv[1])
except CheckpointError as error:
    print(error)
"""


def test_a_network_of_terabytes_is_found_out_in_little_memory(tmp_path: Path) -> None:
    network = {"name": "MLP", "item_shape": [2], "output_dim": 2, "hidden": [65_000] * 4}
    said = confined(_LOAD, with_card(tmp_path / "x.safetensors", network=network), megabytes=6000)
    assert "does not fit the learner in its card" in said
