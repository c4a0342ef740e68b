"""The layout of the one-shot challenge, on two small made-up runs."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from metawidgets.cli import app
from metawidgets.datasets import one_shot_runs
from metawidgets.datasets._omniglot_files import ink
from metawidgets.errors import DatasetError
from tests.datasets.conftest import png, scribble

N = 20


def layout(prefix: str = "") -> dict[str, bytes]:
    """Return path -> bytes. In run r, test drawing i shows the character of training drawing (i + r) mod 20."""
    files = {}
    for r in (1, 2):
        run, lines = f"{prefix}run{r:02}", []
        for i in range(N):
            files[f"{run}/training/class{i + 1:02}.png"] = png(scribble(1000 * r + i))
            files[f"{run}/test/item{i + 1:02}.png"] = png(scribble(1000 * r + (i + r) % N))  # the identical drawing
            lines.append(f"run{r:02}/test/item{i + 1:02}.png run{r:02}/training/class{(i + r) % N + 1:02}.png")
        files[f"{run}/class_labels.txt"] = "\n".join(lines).encode()
    return files


@pytest.mark.parametrize("prefix", ["", "all_runs/"])
def test_runs_are_episodes(write_zip, prefix):
    episodes = one_shot_runs(write_zip(layout(prefix), "all_runs.zip"))
    assert len(episodes) == 2
    for r, episode in enumerate(episodes, 1):
        assert (episode.n_way, len(episode.support_y), len(episode.query_y)) == (N, N, N)
        assert episode.query_y.tolist() == [(i + r) % N for i in range(N)]
        assert episode.class_names[3] == f"run{r:02}-class04"
        np.testing.assert_array_equal(episode.support_x[3, 0], ink(Path(), "", png(scribble(1000 * r + 3))))
        np.testing.assert_array_equal(episode.query_x[:, 0], episode.support_x[episode.query_y, 0])


def test_an_unpacked_folder_is_the_same(write_zip, tmp_path):
    archive = write_zip(layout("all_runs/"), "all_runs.zip")
    zipfile.ZipFile(archive).extractall(tmp_path)
    for a, b in zip(one_shot_runs(archive), one_shot_runs(tmp_path), strict=True):
        np.testing.assert_array_equal(a.query_x, b.query_x)
        np.testing.assert_array_equal(a.query_y, b.query_y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run01/class_labels.txt": b""}, "does not name one of the 20 training drawings"),
        ({"run01/class_labels.txt": b"item01 is a b"}, "a line of run01/class_labels.txt reads 'item01 is a b'"),
        ({"run01/test/item03.png": b"no picture"}, "run01/test/item03.png is not a drawing"),
        ({"run01/readme.exe": b""}, "does not belong to this dataset"),
        ({"../run01/test/item01.png": b""}, "leaves the folder"),
    ],
)
def test_what_is_refused(write_zip, change, message):
    with pytest.raises(DatasetError, match=message):
        one_shot_runs(write_zip({**layout(), **change}, "all_runs.zip"))


def test_a_folder_without_runs(tmp_path):
    with pytest.raises(DatasetError, match="holds no runs"):
        one_shot_runs(tmp_path)


def test_from_the_command_line(write_zip, tmp_path):
    from metawidgets import learners
    from metawidgets.training import checkpoints

    learner = learners.build("centroid", item_shape=(1, 28, 28), output_dim=N)
    path = checkpoints.save(learner, tmp_path / "it.safetensors")
    result = CliRunner().invoke(app, ["challenge", str(path), str(write_zip(layout(), "all_runs.zip"))])
    assert result.exit_code == 0, result.output
    assert "2 runs: 0.0 % errors" in result.output  # each query is identical to a support drawing
