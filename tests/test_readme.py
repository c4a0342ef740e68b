"""The README's code and commands run in order, and its numbers equal the numbers in the measured tables."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metawidgets import cli, instruments, widgets

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def section(text: str, title: str) -> str:
    return re.split(r"^## ", text.split(f"\n## {title}\n")[1], flags=re.M)[0]


def table(text: str, first: str) -> list[list[str]]:
    """Return the rows of the first table whose head begins with `first`, without the head."""
    lines = text[text.index(f"\n| {first}") + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:] if line.startswith("|")]


def bring_own_data(folder: Path) -> None:
    """Write the pictures and the table that a reader would have: digits as files, and flowers of eight species."""
    from sklearn.datasets import load_digits

    digits: Any = load_digits()
    for label in range(8):
        (folder / "pictures" / str(label)).mkdir(parents=True)
        for i, pixels in enumerate(digits.images[digits.target == label][:6]):
            Image.fromarray((255 - 15 * pixels).astype(np.uint8)).save(folder / f"pictures/{label}/{i}.png")
    (folder / "pictures" / "0" / "notes.txt").write_text("no picture")
    rows = [f"{i % 8 + 0.1 * i},{i},kind {i % 8}" for i in range(40)]
    (folder / "flowers.csv").write_text("\n".join(["petal,sepal,species", *rows]))


@pytest.mark.slow
def test_its_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bring_own_data(tmp_path)
    found = blocks(README, "python")
    assert len(found) == 8
    names: dict = {}
    said: list[str] = []
    for block in found:
        exec(compile(block, "README.md", "exec"), names)
        said.append(capsys.readouterr().out)
    assert type(names["slider"]).__name__ == "InnerLoopSlider"
    assert Path("build/slider.html").is_file()
    assert f"({len(names['trace'])}, 10, 1)" in said[1]
    assert said[2].startswith("ProtoNet")
    assert "'embedding_map'" in said[2]
    assert "papers.py train glyphs-maml" in said[3]
    assert "% over 100 episodes" in said[4]
    assert names["step"].step == 60
    assert "% over 20 episodes" in said[6]
    assert "notes.txt" in said[6]
    assert said[6].splitlines()[-1] == "('petal', 'sepal') 8"
    assert said[7] == "ClassPool('own', 3 classes, 60 items of uint8 (3, 28, 28))\n"


def test_the_first_instrument_takes_five_lines():
    first = [line for line in blocks(README, "python")[0].splitlines() if line]
    assert len(first) == 5


@pytest.mark.slow
@pytest.mark.timeout(900)  # it trains and runs a sweep: minutes on a free core
def test_its_commands_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    # The README's sweep settings, in a smaller size.
    tiny = blocks(README, "toml")[0].replace("n_episodes = 100", "n_episodes = 4").replace("repeats = 2", "repeats = 1")
    Path("shots.toml").write_text(tiny)
    lines = [line for block in blocks(README, "console") for line in block.splitlines()]
    commands = [line.split() for line in lines if line.startswith("metawidgets ")]
    assert len(commands) == 16
    for words in commands:
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 0, capsys.readouterr().err
    assert Path("build/report/few_shot.html").is_file()
    assert Path("build/few_shot.html").is_file()
    said = capsys.readouterr().out
    assert " has 4 reports; 4 would run." in said
    assert len(list(Path("build/shots/reports").rglob("*.html"))) == 4
    assert "ProtoNet" in Path("build/shots/summary.html").read_text(encoding="utf-8")


def test_its_sweep_is_the_example_file():
    from metawidgets.sweeps.planning import Plan, Settings

    path = ROOT / "docs" / "examples" / "shots.toml"
    assert blocks(README, "toml") == [path.read_text(encoding="utf-8")]
    assert len(Plan.of(Settings.read(path)).jobs) == 8


def test_the_page_of_sweeps_names_every_setting_and_command():
    from metawidgets.cli.sweeps import app
    from metawidgets.sweeps.planning import Settings

    page = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    rows = " ".join(row[0] for row in table(page, "key "))
    assert set(re.findall(r"`\[*(\w+)", rows)) == set(Settings.model_fields)
    for command in app.registered_commands:
        name = command.callback.__name__  # pyright: ignore[reportOptionalMemberAccess]
        assert name == "run" or f"metawidgets sweep {name} " in page, name


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_its_make_targets_and_links_are_there(text):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b(?=`|\n| \w+=)", text):
        assert re.search(rf"^{target}:", makefile, re.M), target
    links = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r'src(?:set)?="([^"]+)"', text)
    assert links or text is not README
    for link in links:
        assert (ROOT / link).is_file(), link
    headings = {re.sub(r"[^\w]+", "-", h.lower()).strip("-") for h in re.findall(r"^#+ (.*)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
    for path in re.findall(r"`((?:notebooks|benchmarks|docs|tests|metawidgets|binder)/[\w./]*)`", text):
        assert (ROOT / path).exists() or "thing" in path, path  # the recipe has a component called thing


def test_every_script_that_it_names_is_there():
    scripts = re.findall(r"python ((?:benchmarks|docs)/\w+\.py)", README)
    assert scripts
    assert [path for path in scripts if not (ROOT / path).is_file()] == []


def test_the_datasets_and_learners_that_it_names_are_all_of_them():
    from metawidgets import datasets, learners, trained, views

    assert {row[0].strip("`") for row in table(README, "dataset ")} == set(datasets.ALL)
    rows = {row[0].strip("`") for row in table(README, "learner ")}
    assert rows - {"maml_first_order"} | {"nearest", "centroid", "from_scratch"} == set(learners.ALL)
    assert {f"omniglot-{name}" for name in rows} <= set(trained.names())
    assert len(views.ALL) == 14, "the README says: fourteen charts"


def test_every_instrument_has_its_row_and_picture():
    rows = table(README, "picture ")
    shown = {re.search(r"\*\*`(\w+)`\*\*", row[1])[1] for row in rows}  # pyright: ignore[reportOptionalSubscript]
    plain = {"ChartView", "EpisodeView"}  # the text mentions charts and contact sheets, so they have no row
    assert shown == {kind.__name__ for kind in widgets.ALL} - plain
    for name in re.findall(r"`instruments\.(\w+)", README):
        assert name in instruments.__all__, name
    pictures = {path.stem for path in (ROOT / "notebooks" / "images").glob("*.png")}
    assert {f"{name}_dark" for name in pictures if not name.endswith("_dark")} <= pictures
    assert all('alt="' in picture for picture in re.findall(r"<img [^>]*>", README))


def test_every_notebook_has_its_row_with_its_question():
    from metawidgets.reports.catalogue import read

    rows = {row[0]: row[1] for row in table(README, "notebook ")}
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert list(rows) == [f"[{path.stem}](notebooks/{path.name})" for path in found]
    for path in found:
        first = " ".join(read(path).cells[0].source.split())
        if path.stem != "gallery":
            assert f"**{rows[f'[{path.stem}](notebooks/{path.name})']}**" in first, path.stem
    for path in re.findall(r"lab/tree/([\w/.]+)", README):
        assert (ROOT / path).is_file(), path


def test_its_accuracies_are_the_measured_ones():
    measured = {row[0]: row[1:3] for row in table(section(RESULTS, "omniglot"), "learner ")}
    assert {row[0].strip("`"): row[2:4] for row in table(README, "learner ")} == measured


def test_its_speeds_are_the_measured_ones():
    timed = [row for row in table(section(RESULTS, "Speed"), "work ") if row[2] and row[5]]
    verdict = lambda row: "yes" if float(row[3]) <= float(row[5]) else "no"  # noqa: E731
    expected = [[row[0], row[3], row[2], row[5], verdict(row)] for row in timed]
    assert table(README, "work ") == expected
    said = section(README, "Beside other libraries").replace("\n", " ")
    assert f"misses {sum(row[4] == 'no' for row in expected)} of its {len(expected)} aims" in said
    traces = [row for row in table(section(RESULTS, "Speed"), "work ") if row[0].startswith("trace,")]
    assert len(traces) == 3
    for row in traces:
        own, aim = row[1].removesuffix(" ms"), row[5].removesuffix(" ms")
        assert re.search(rf"\b{re.escape(own)} \((aim )?{aim}\)", said), row


def test_its_training_times_are_the_measured_ones():
    minutes = {row[0]: float(row[4]) for row in table(section(RESULTS, "How they were trained"), "recipe ")}
    gradient = ("maml", "maml_first_order", "anil", "metasgd", "reptile", "imaml")
    taken = [minutes[f"omniglot-{name}"] for name in gradient]
    assert f"{min(taken):g} to {max(taken):.0f} minutes" in README.replace("\n", " ")


def test_the_citation_says_what_the_file_says():
    import yaml

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = blocks(README, "bibtex")[0]
    for value in (cited["title"], cited["version"], cited["license"], cited["authors"][0]["name"]):
        assert value in entry
