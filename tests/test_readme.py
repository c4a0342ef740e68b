"""The code and commands of the README and of the pages in docs/ run, and their numbers equal the numbers in the measured tables."""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from metawidgets import cli, instruments, widgets
from metawidgets.learners.base import Family

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
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
    words = ("train", "train", "train", "val", "val", "test", "test", "test")
    (folder / "split.csv").write_text("class,split\n" + "".join(f"{c},{word}\n" for c, word in enumerate(words)))
    (folder / "flowers.csv").write_text("\n".join(["petal,sepal,species", *rows]))


# Page -> a text that its code prints. A reader starts anywhere, so the code of each page runs by itself.
PRINTED = {
    "README": ["% over 100 episodes", "% over 20 episodes", "notes.txt"],
    "instruments": ["ProtoNet", "'embedding_map'", "75, 5)"],
    "learners": ["papers.py train glyphs-maml", "% over 100 episodes"],
    "datasets": [
        "% over 20 episodes",
        "notes.txt",
        "('petal', 'sepal') 8",
        "ClassPool('own', 3 classes, 60 items",
        "('5', '6', '7') ('owl', 'cat')",
        "% over 20 episodes (fewer than 30 episodes: a rough interval) Episode(2-way 1-shot, 6 queries",
    ],
    "backbones": ["240 of 240", "SimpleShot False", "LaplacianShot True", "3 classes held out"],
    "researchers": ["outputs", "% over 100 episodes", "optimisation-based", "papers.py train glyphs-maml"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_its_python_runs(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bring_own_data(tmp_path)
    names: dict = {}
    for block in blocks(README if name == "README" else PAGES[name], "python"):
        exec(compile(block, f"{name}.md", "exec"), names)
    said = capsys.readouterr().out
    assert [text for text in PRINTED[name] if text not in said] == []
    if name == "README":
        assert type(names["slider"]).__name__ == "InnerLoopSlider"
        assert Path("build/slider.html").is_file()
    if name == "learners":
        assert names["step"].step == 60


def test_no_page_has_python_that_is_not_run():
    elsewhere = {"exports"}  # tests/reports/pages run its one line
    assert {name for name, text in PAGES.items() if blocks(text, "python")} - elsewhere == set(PRINTED) - {"README"}


def test_the_first_instrument_takes_five_lines():
    first = [line for line in blocks(README, "python")[0].splitlines() if line]
    assert len(first) == 5


@pytest.mark.slow
@pytest.mark.timeout(900)  # it trains and runs a sweep: minutes on a free core
def test_its_commands_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    # The sweep's settings, in a smaller size.
    tiny = (
        blocks(PAGES["sweeps"], "toml")[0]
        .replace("n_episodes = 100", "n_episodes = 4")
        .replace("repeats = 2", "repeats = 1")
    )
    Path("shots.toml").write_text(tiny)
    texts = [README, PAGES["reports"], PAGES["sweeps"], PAGES["report_makers"], PAGES["students"]]
    lines = [line for text in texts for block in blocks(text, "console") for line in block.splitlines()]
    commands = [line.split() for line in lines if line.startswith("metawidgets ") and " lab " not in line]
    assert len(commands) == 19
    for words in commands:
        # A few episodes show as well as a hundred that a report runs.
        small = ["-p", "smoke=true"] if words[1] == "report" and "--list" not in words else []
        monkeypatch.setattr(sys, "argv", [*words, *small])
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
    assert blocks(PAGES["sweeps"], "toml")[:1] == [path.read_text(encoding="utf-8")]
    assert len(Plan.of(Settings.read(path)).jobs) == 8


def test_the_page_of_sweeps_names_every_setting_and_command():
    from metawidgets.cli.sweeps import app
    from metawidgets.sweeps.planning import Settings

    page = PAGES["sweeps"]
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
    text = "\n".join([README, *PAGES.values()])
    scripts = re.findall(r"python ((?:benchmarks|docs)/\w+\.py)", text)
    assert scripts
    assert [path for path in scripts if not (ROOT / path).is_file()] == []


def test_the_datasets_and_learners_that_it_names_are_all_of_them():
    from metawidgets import datasets, learners, trained, views
    from metawidgets.learners.feature_heads.base import FeatureHead

    assert {row[0].strip("`") for row in table(PAGES["datasets"], "dataset ")} == set(datasets.ALL)
    rows = {row[0].strip("`"): row[1] for row in table(PAGES["learners"], "learner ")}
    heads = {name for name, kind in learners.ALL.items() if issubclass(kind, FeatureHead)}
    assert {row[0].strip("`") for row in table((ROOT / "docs/backbones.md").read_text(), "method ")} == heads
    # The other learners stand in the paragraphs below the table.
    unmeasured = set(
        re.findall(r"`(\w+)`", re.findall(r"^Six more .*?(?=\. Every|\n\nTwo)", PAGES["learners"], re.M | re.S)[0])
    )
    assert set(rows) - {"maml_first_order"} | unmeasured == set(learners.ALL)
    assert not set(rows) & unmeasured
    assert heads < unmeasured
    assert {f"omniglot-{name}" for name in rows} <= set(trained.names())
    families = {name: learners.ALL[name.removesuffix("_first_order")].family for name in rows}
    assert rows == families
    assert len(views.ALL) == 14, "the page says: fourteen charts"


def test_its_families_are_those_of_the_learners():
    from metawidgets import learners

    named = {row[0]: re.findall(r"`(\w+)`", row[2]) for row in table(README, "family ")}
    assert named == {
        family: [name for name, kind in learners.ALL.items() if kind.family == family] for family in get_args(Family)
    }
    assert [row[0].strip("*") for row in table(PAGES["map"], "family ")] == list(named)


def test_every_instrument_has_its_row_and_picture():
    rows = table(PAGES["instruments"], "picture ")
    shown = {re.search(r"\*\*`(\w+)`\*\*", row[1])[1] for row in rows}  # pyright: ignore[reportOptionalSubscript]
    plain = {"ChartView", "EpisodeView"}  # the text mentions charts and contact sheets, so they have no row
    assert shown == {kind.__name__ for kind in widgets.ALL} - plain
    for name in re.findall(r"`instruments\.(\w+)", PAGES["instruments"]):
        assert name in instruments.__all__, name
    pictures = {path.stem for path in (ROOT / "notebooks" / "images").glob("*.png")}
    assert {f"{name}_dark" for name in pictures if not name.endswith("_dark")} <= pictures
    assert all('alt="' in picture for picture in re.findall(r"<img [^>]*>", README + PAGES["instruments"]))


def test_every_notebook_has_its_row_with_its_question():
    from metawidgets.reports.catalogue import read

    rows = {row[0]: row[1] for row in table(PAGES["notebooks"], "notebook ")}
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert list(rows) == [f"[{path.stem}](../notebooks/{path.name})" for path in found]
    for path in found:
        first = " ".join(read(path).cells[0].source.split())
        if path.stem != "gallery":
            assert f"**{rows[f'[{path.stem}](../notebooks/{path.name})']}**" in first, path.stem


def test_its_accuracies_are_the_measured_ones():
    measured = {row[0]: row[1:3] for row in table(section(RESULTS, "omniglot"), "learner ")}
    assert {row[0].strip("`"): row[3:5] for row in table(PAGES["learners"], "learner ")} == measured
    means = [float(row[0].split()[0]) for row in measured.values()]
    assert f"between {min(means):.2f} and {max(means):.2f} %" in README


def test_its_speeds_are_the_measured_ones():
    timed = [row for row in table(section(RESULTS, "Speed"), "work ") if row[2] and row[5]]
    verdict = lambda row: "yes" if float(row[3]) <= float(row[5]) else "no"  # noqa: E731
    expected = [[row[0], row[3], row[2], row[5], verdict(row)] for row in timed]
    assert table(PAGES["speed"], "work ") == expected
    said = PAGES["speed"].replace("\n", " ")
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
    assert f"{min(taken):g} to {max(taken):.0f} minutes" in PAGES["learners"].replace("\n", " ")


def test_the_citation_says_what_the_file_says():
    import yaml

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = blocks(README, "bibtex")[0]
    for value in (cited["title"], cited["version"], cited["license"], cited["authors"][0]["name"]):
        assert value in entry


@pytest.fixture
def scripts_of_docs(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))


@pytest.mark.usefixtures("scripts_of_docs")
def test_the_moving_picture_is_small_and_shows_the_episode_of_the_five_lines():
    moving_picture = import_module("moving_picture")
    number = moving_picture.typical_episode()
    assert f"curves.episode({number}))" in blocks(README, "python")[0]
    for file in re.findall(r"docs/images/\w+\.gif", README):
        with Image.open(ROOT / file) as picture:
            assert getattr(picture, "n_frames", 1) == len(moving_picture.MILLISECONDS)
        assert (ROOT / file).stat().st_size < moving_picture.MOST_BYTES


@pytest.mark.usefixtures("scripts_of_docs")
def test_one_setting_fills_the_badge_in():
    with_badge = import_module("binder_badge").with_badge
    filled = with_badge(README, "someone/metawidgets")
    address = re.search(r"\[!\[Binder\]\([^)]+\)\]\((https://mybinder[^)]+)\)", filled)
    assert address
    assert "/gh/someone/metawidgets/HEAD?" in address[1]
    assert (ROOT / address[1].split("lab/tree/")[1]).is_file()
    assert with_badge(filled, "someone/metawidgets") == filled
    assert len(README) - len(filled) < 300  # only the part between the marks has changed
    with pytest.raises(ValueError, match="give OWNER/NAME"):
        with_badge(README, "metawidgets")


def test_the_course_begins_with_the_map():
    """The pages and the notebook show the same diagram, and its stations have the names that the text uses."""
    from xml.etree import ElementTree

    svg = ElementTree.parse(ROOT / "notebooks" / "images" / "two_loops.svg")
    words = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    stations = [re.sub(r"\W+θ?$", "", str(word)) for word in words if re.match(r"\d ", str(word))]
    listed = re.findall(r"^(\d)\. \*\*(\w+)\*\*", PAGES["map"], re.M)
    assert stations == [f"{number} {name}" for number, name in listed] == ["1 Draw", "2 Adapt", "3 Answer", "4 Update"]
    assert svg.find("{http://www.w3.org/2000/svg}desc") is not None


def test_links_into_the_glossary_and_the_map_arrive():
    def slugs(text: str) -> set[str]:
        return {re.sub(r"[^\w]+", "-", h.lower()).strip("-") for h in re.findall(r"^#+ (.*)$", text, re.M)}

    anchors = {"glossary": slugs(PAGES["glossary"]), "map": slugs(PAGES["map"])}
    texts = [README, *PAGES.values(), *(p.read_text(encoding="utf-8") for p in (ROOT / "notebooks").glob("*.ipynb"))]
    links = [
        found for text in texts for found in re.findall(r"\((?:docs/|\.\./docs/)?(glossary|map)\.md#([^)]+)\)", text)
    ]
    assert len(links) >= 8
    assert [(page, anchor) for page, anchor in links if anchor not in anchors[page]] == []
