"""The worked example in CONTRIBUTING.md runs: a learner, a network, a scikit-learn classifier and predictions of one's own."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from metawidgets import cli
from metawidgets.learners.imported import TRUST

TEXT = (Path(__file__).resolve().parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = TEXT.split("\n## A learner or network of your own")[1].split("\n## ")[0]
SIZES = {
    "--steps 500": "--steps 2 --n-validation 2",
    "600": "3",
    "range(100)": "range(4)",
    ", 100)": ", 4)",
    "=100,": "=4,",
}


def blocks(language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, flags=re.M | re.S)
    for long, short in SIZES.items():
        found = [block.replace(long, short) for block in found]
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with the example's module."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.setenv(TRUST, "0")  # so that --trust is undone after the test
    Path("my_methods.py").write_text(blocks("python")[0])
    yield tmp_path
    sys.modules.pop("my_methods", None)


@pytest.mark.slow
def test_its_python_runs(folder, capsys):
    names = {}
    exec(compile(blocks("python")[1], "CONTRIBUTING.md", "exec"), names)
    played = names["arena"].round
    assert played.names == ("ours", "logistic", "stored")
    np.testing.assert_array_equal(played.scores[1], played.scores[2])
    assert capsys.readouterr().out.count("over 4 episodes") == 3


@pytest.mark.slow
def test_its_commands_run(folder, monkeypatch, capsys):
    lines = [line for block in blocks("console") for line in block.splitlines()]
    commands = [
        line.split() for line in lines if " report " not in line
    ]  # reports by path: tests/learners/test_imported.py
    assert len(commands) == 3
    for words in commands:
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 0, capsys.readouterr().err
