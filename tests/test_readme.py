"""What the README shows is run, in the order in which it shows it."""

import re
import sys
from pathlib import Path

import pytest

from metawidgets import cli

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


@pytest.mark.slow
def test_its_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = blocks(README, "python")
    assert len(found) == 4
    names: dict = {}
    for block in found:
        exec(compile(block, "README.md", "exec"), names)
    assert Path("build/slider.html").is_file()
    assert len(names["trace"]) == 6
    said = capsys.readouterr().out
    assert "% over 100 episodes" in said
    assert names["learner"].statistics == "running"
    assert "papers.py train glyphs-maml" in said


@pytest.mark.slow
def test_its_commands_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(README, "console") for line in block.splitlines()]
    commands = [line.split() for line in lines if line.startswith("metawidgets ")]
    assert len(commands) == 9
    for words in commands:
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 0, capsys.readouterr().err
    assert Path("build/report/few_shot.html").is_file()


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_its_make_targets_and_links_are_there(text):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b(?=`|\n)", text):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / link).exists(), link


def test_the_datasets_and_learners_that_it_names_are_there():
    from metawidgets import datasets, learners

    tables = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    named = {name for cell in tables for name in re.findall(r"`(\w+)`", cell)}
    assert named >= {"glyphs", "digits", "omniglot", "protonet", "maml", "nearest"}
    assert named - set(datasets.ALL) - set(learners.ALL) == set()
