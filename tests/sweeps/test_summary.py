"""A sweep's results: the tables compared with the status files, the statistics with numpy and scipy; and the page's contents."""

import ast
import csv
import html
import io
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from scipy import stats

from metawidgets.errors import SweepError
from metawidgets.reports.catalogue import find, read
from metawidgets.sweeps.ranking import pairings, pooled_scores
from metawidgets.sweeps.results import FILES, Results
from metawidgets.sweeps.scores import scores_of
from metawidgets.sweeps.status_table import MOST_COLUMNS
from metawidgets.sweeps.store import Store
from metawidgets.sweeps.summary import PAGE, summarise
from tests.sweeps.made_reports import failed, few_shot, key, put, scores

HOSTILE = '</script><img src=x onerror=alert(1)>"\n=1+1\t`**_$x$' + "A" * 10_000
LEARNERS = {"ProtoNet": 0.7, "MAML": 0.67, "NearestNeighbour": 0.4}


def a_sweep() -> list[dict[str, Any]]:
    """Results of three learners at 1 and 5 shots with two seeds; accuracies grow with the shots."""
    return [
        few_shot(name, k, seed, scores(100 * seed + k, mean + 0.01 * k))
        for name, mean in LEARNERS.items()
        for k in (1, 5)
        for seed in (0, 1)
    ]


def collected(tmp_path: Path, reports: list[dict[str, Any]]) -> Results:
    """Return results after writing and reading them, as the summary's notebook gets them."""
    results = Results.gathered(put(tmp_path / "out", reports))
    (tmp_path / "files").mkdir()
    results.write(tmp_path / "files")
    return Results.read(tmp_path / "files")


def shown(folder: Path | None, **parameters: Any) -> tuple[str, dict[str, Any]]:
    """Run the summary's notebook in this process. Return the HTML of everything that it displays, and its variables."""
    said: list[str] = []

    def display(*things: Any, **_: Any) -> None:
        for thing in things:
            if hasattr(thing, "_repr_html_"):
                said.append(thing._repr_html_())
            elif hasattr(thing, "png"):
                assert len(thing.png()) > 1000
                said.append(f"CHART {html.escape(thing.summary())}")
            else:
                said.append(getattr(thing, "data", ""))

    names: dict[str, Any] = {}
    for cell in read(find("sweep_summary")).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, cell.id, "exec"), names)
            names["display"] = display
            if cell.id == "parameters":
                names |= {"sweep": str(folder) if folder else None, **parameters}
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), cell.id, "eval"), names)
                if value is not None and not isinstance(value, dict):
                    display(value)
    return "\n".join(text for text in said if isinstance(text, str)), names


def test_pooled_scores_are_those_of_all_episodes_at_once(tmp_path):
    results = collected(tmp_path, a_sweep())
    found = pooled_scores(scores_of(results.rows, results.parameters))
    assert [(s.learner, s.k_shot) for s in found] == [(name, k) for k in (1, 5) for name in LEARNERS]
    for each in found:
        mean = LEARNERS[each.learner] + 0.01 * each.k_shot
        both = [np.array(scores(100 * seed + each.k_shot, mean)) for seed in (0, 1)]
        every = np.concatenate(both)
        assert each.interval.mean == pytest.approx(every.mean(), rel=1e-12)
        assert each.interval.half_width == pytest.approx(1.96 * every.std(ddof=1) / math.sqrt(60), rel=1e-9)
        assert (each.interval.n, each.n_seeds, each.task) == (60, 2, "glyphs")
        assert (each.low, each.high) == pytest.approx(sorted(b.mean() for b in both))


def test_learners_are_paired_as_scipy_pairs_them(tmp_path):
    results = collected(tmp_path, a_sweep())
    compared = pairings(scores_of(results.rows, results.parameters), results.scores)
    found = compared.pairs
    assert (len(found), compared.refused, compared.with_best) == (6, 0, False)  # three pairs at two numbers of shots
    expected = {}
    for pair in found:
        both = [
            np.concatenate([scores(100 * seed + pair.k_shot, LEARNERS[name] + 0.01 * pair.k_shot) for seed in (0, 1)])
            for name in (pair.first, pair.second)
        ]
        tested = stats.ttest_rel(both[0], both[1])
        assert (pair.t, pair.p) == pytest.approx((tested.statistic, tested.pvalue), rel=1e-6)
        assert pair.interval.mean == pytest.approx((both[0] - both[1]).mean())
        expected[pair.first, pair.second, pair.k_shot] = float(tested.pvalue)
    largest = 0.0
    for place, (names, p) in enumerate(sorted(expected.items(), key=lambda item: item[1])):  # Holm's correction by hand
        largest = max(largest, min(1.0, p * (6 - place)))
        pair = next(pair for pair in found if (pair.first, pair.second, pair.k_shot) == names)
        assert pair.p_holm == pytest.approx(largest, rel=1e-6)
        assert pair.better == (max(names[:2], key=LEARNERS.__getitem__) if largest < 0.05 else "")


def test_too_many_pairs_are_those_with_the_best(tmp_path):
    results = collected(tmp_path, a_sweep())
    found = pairings(scores_of(results.rows, results.parameters), results.scores, most=5)
    assert found.with_best
    pairs = [(pair.k_shot, pair.first, pair.second) for pair in found.pairs]
    assert pairs == [(k, "ProtoNet", name) for k in (1, 5) for name in ("MAML", "NearestNeighbour")]


def test_only_the_same_episodes_are_paired(tmp_path):
    a = scores(0, 0.8)
    reports = [
        few_shot("A", 1, 0, a),
        few_shot("B", 1, 1, a),  # another seed
        few_shot("C", 1, 0, a, effective={"n_classes": 200}),  # other options, though none were given
        few_shot("D", 5, 0, a),  # other shots
        few_shot("E", 1, 0, scores(0, 0.8, 20)),  # another number
        few_shot("F", 1, 0, a, dataset="digits"),
    ]
    results = collected(tmp_path, reports)
    found = pairings(scores_of(results.rows, results.parameters), results.scores)
    assert (found.pairs, found.refused) == ([], 1)  # A and B share a task, but no seed


def test_a_smaller_error_is_better(tmp_path):
    reports = [
        few_shot("good", 5, 0, [0.01 * i for i in range(1, 31)], metric="mean squared error"),
        few_shot("bad", 5, 0, [0.01 * i + 0.2 + 0.001 * (i % 3) for i in range(1, 31)], metric="mean squared error"),
    ]
    results = collected(tmp_path, reports)
    found = scores_of(results.rows, results.parameters)
    assert [each.learner for each in pooled_scores(found)] == ["good", "bad"]
    assert pairings(found, results.scores).pairs[0].better == "good"


def test_what_tells_learners_of_one_name_apart_is_in_their_names(tmp_path):
    reports = [few_shot("MAML", 1, 0, scores(0, 0.5), learner_options={"inner_lr": rate}) for rate in (0.1, 0.4)]
    reports += [few_shot("ProtoNet", 1, 0, scores(0, 0.9), learner_options={})]
    results = collected(tmp_path, reports)
    names = {each.learner for each in scores_of(results.rows, results.parameters)}
    assert names == {"MAML, inner_lr 0.1", "MAML, inner_lr 0.4", "ProtoNet"}


def test_of_the_same_report_of_two_versions_the_latest_counts(tmp_path):
    old, new = few_shot("A", 1, 0, scores(0, 0.5)), few_shot("A", 1, 0, scores(0, 0.7))
    results = collected(tmp_path, [{**new, "started": "2026-11-02T10:00:00+00:00"}, old])
    assert [each.key for each in scores_of(results.rows, results.parameters)] == [key(0)]
    assert len(results.rows) == 2


ODD = {"metrics": {"mean": math.nan, "loss": math.inf, "down": -math.inf, "text": "+cmd|' /C calc'!A0", "flag": True}}


def test_the_tables_say_what_the_status_files_say(tmp_path):
    odd = {**failed("=HYPERLINK(1)", **{"@a": "-1", "nested": {"deep": [1, 2]}, "seconds": 7}), **ODD}
    reports = [*a_sweep(), odd, failed(HOSTILE, dataset=HOSTILE), few_shot("half \ud800", 1, 0, scores(0, 0.5))]
    results = collected(tmp_path, reports)
    table = parquet.read_table(tmp_path / "files" / FILES[0])
    rows = table.to_pylist()
    assert len(rows) == len(reports) == len({row["key"] for row in rows})
    for row, said in zip(rows, reports, strict=True):
        assert (row["state"], row["report"], row["seconds"]) == (said["state"], "few_shot", said["seconds"])
        for name, value in said.get("metrics", {}).items():
            if isinstance(value, int | float | bool):
                assert row[f"metrics.{name}"] == pytest.approx(value, nan_ok=True)
    assert not any(name.startswith("metrics.scores") for name in table.column_names)
    assert rows[12]["parameters.seconds"] == 7  # a parameter with the name of a column that every report has
    assert rows[12]["nested.deep"] == "[1, 2]"
    assert rows[13]["dataset"] == HOSTILE
    assert rows[14]["metrics.learner"] == "half ?"

    told = list(csv.reader(io.StringIO((tmp_path / "files" / FILES[1]).read_text(encoding="utf-8"), newline="")))
    assert told[0] == [f"'{name}" if name.startswith("@") else name for name in table.column_names]
    for row, line in zip(rows, told[1:], strict=True):
        for value, cell in zip(row.values(), line, strict=True):
            if isinstance(value, str):
                assert cell == (f"'{value}" if value.startswith(("=", "+", "-", "@")) else value)
            elif value is None or isinstance(value, bool):
                assert cell == ("" if value is None else str(value).lower())
            else:
                assert float(cell) == pytest.approx(value, nan_ok=True, rel=1e-15)
    assert "'=HYPERLINK(1)" in told[13]
    assert results.scores.keys() == {key(n) for n in [*range(12), 14]}


def test_a_column_takes_whatever_reports_say_in_it(tmp_path):
    kinds = [1, 2.5, 10**30, True, "text", None, [1], {"a": 1}]
    results = collected(tmp_path, [failed("no", x=value) for value in kinds])
    found = [row.get("x") for row in results.rows]
    assert found == ["1", "2.5", str(10**30), "true", "text", None, "[1]", None]
    assert results.rows[-1]["x.a"] == 1


def test_any_number_of_figures_is_taken(tmp_path):
    many = failed("no") | {"state": "completed", "metrics": {f"m{i}": float(i) for i in range(3 * MOST_COLUMNS)}}
    results = collected(tmp_path, [many])
    assert len(results.columns) == MOST_COLUMNS
    assert results.dropped == 3 * MOST_COLUMNS - (MOST_COLUMNS - 11)


def test_the_order_is_that_of_the_plan_and_then_of_the_keys(tmp_path):
    store = put(tmp_path, a_sweep(), plan=False)
    text = json.dumps({"report": "r", "varying": [], "jobs": [[key(n), {}] for n in (7, 3)]})
    store.write("plans/r-0.json", text.encode())
    found = [row["key"] for row in Results.gathered(store).rows]
    assert found == [key(n) for n in (7, 3, 0, 1, 2, 4, 5, 6, 8, 9, 10, 11)]


def test_what_cannot_be_read_is_counted(tmp_path):
    store = put(tmp_path, a_sweep())
    for n, text in enumerate(["", "{", "[]", "null", '{"key": "other"}', "[" * 100_000, "\xff"]):
        store.write(f"status/ff/{key(0xFF << 72 | n)}.json", text.encode("latin-1"))
    told: list[tuple[int, int]] = []
    results = Results.gathered(store, lambda *of: told.append(of))
    assert (len(results.rows), results.unreadable) == (12, 7)
    assert told[-1] == (19, 19)


def test_a_status_file_cannot_make_a_link_to_elsewhere(tmp_path):
    store = put(tmp_path, a_sweep())
    said = store.status(key(0))
    assert said is not None
    for address in ("javascript:alert(1)", "../../secret.html", "https://example.org/", 7):
        store.write(f"status/00/{key(0)}.json", json.dumps({**said, "html": address}).encode())
        assert "page" not in Results.gathered(store).rows[0]


def test_an_output_without_reports_is_refused(tmp_path):
    with pytest.raises(SweepError, match=r"there are no reports in .*; run a sweep"):
        summarise(Store(str(tmp_path)))
    with pytest.raises(SweepError, match="there are no collected results"):
        Results.read(tmp_path)
    (tmp_path / FILES[0]).write_bytes(b"PAR1 no")
    (tmp_path / FILES[2]).write_bytes(b"PAR1 no")
    with pytest.raises(SweepError, match="cannot be read"):
        Results.read(tmp_path)


def test_the_page_links_every_report_and_says_the_figures(tmp_path):
    collected(tmp_path, [*a_sweep(), failed("the cat ate it", k_shot=9)])
    text, names = shown(tmp_path / "files")
    links = re.findall(r'<a href="([^"]+)"', text)
    assert len(links) == 14  # thirteen rows, and the first failures
    for address in links:
        assert (tmp_path / "out" / address).is_file(), address
    for words in ("12 completed, 1 failed", "the cat ate it", "of 6 comparisons", "3 learners on one task"):
        assert words in text
    every = np.concatenate([scores(1, 0.71), scores(101, 0.71)])
    assert f"{100 * every.mean():.1f} ± {100 * 1.96 * every.std(ddof=1) / math.sqrt(60):.1f}" in text
    assert text.count("CHART") == 1
    assert names["metrics"]["reports"] == 13


def test_hostile_texts_stay_text(tmp_path):
    reports = [
        few_shot(HOSTILE, k, 0, scores(k, 0.5), metric=HOSTILE, dataset=HOSTILE, **{"x" * 5000: HOSTILE})
        for k in (1, 5)
    ]
    reports += [few_shot(HOSTILE + "B", 1, 0, scores(9, 0.4), metric=HOSTILE, dataset=HOSTILE), failed(HOSTILE)]
    reports += [
        {**failed(HOSTILE), "state": "completed", "report": HOSTILE, "metrics": {HOSTILE: float(i)}} for i in (1, 2)
    ]
    collected(tmp_path, reports)
    text, _ = shown(tmp_path / "files")
    assert "<img" not in text
    assert "<script" not in text
    assert len(text) < 40_000


OTHERS: dict[str, list[dict[str, Any]]] = {
    "failures": [failed("no disk", k_shot=1), failed("no disk", k_shot=5)],
    "one": [few_shot("A", 1, 0, scores(0, 0.5))],
    "regression": [few_shot(n, 5, 0, scores(1, m), metric="mean squared error") for n, m in (("A", 0.5), ("B", 0.9))],
    "nan": [few_shot("A", k, 0, [math.nan] * 10) for k in (1, 5)] + [few_shot("B", 1, 0, scores(0, 0.5))],
    "own": [
        {**failed("", rate=rate), "state": "completed", "report": "own", "metrics": {"mean": rate**2, "note": "x"}}
        for rate in (0.1, 0.2, 0.4)
    ],
    "words": [
        {**failed("", way=way), "state": "completed", "report": "own", "metrics": {"loss": n, "bad": math.nan}}
        for n, way in enumerate(["a", "b"])
    ],
    "no figures": [{**failed(""), "state": "completed", "metrics": {}}],
}
SAYS = {
    "failures": "No completed report names a learner",
    "one": "No two learners were scored",
    "regression": "mean squared error",
    "nan": "No two learners were scored",
    "own": "CHART mean of 3 reports against rate.",
    "words": "CHART loss of 2 reports against way.",
    "no figures": "1 report handed back no figure that varies.",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_reports_of_every_kind_make_a_page(kind, tmp_path):
    collected(tmp_path, OTHERS[kind])
    text, names = shown(tmp_path / "files")
    assert SAYS[kind] in text
    assert names["metrics"]["reports"] == len(OTHERS[kind])


@pytest.mark.slow
def test_ten_thousand_reports_make_a_small_page(tmp_path):
    one = few_shot("A", 1, 0, scores(0, 0.5, 4))
    statuses = {}
    for n in range(10_000):
        learner, k_shot, rate = f"learner {n % 25}", 1 + n // 25 % 4, n // 100  # 2,500 different learners
        metrics = {**one["metrics"], "learner": learner, "k_shot": k_shot, "mean": n / 10_000}
        statuses[key(n)] = {**one, "parameters": {**one["parameters"], "rate": rate}, "metrics": metrics}
    Results.of(statuses).write(tmp_path)
    text, names = shown(tmp_path, n_rows=100)
    assert len(names["rows"]) == 10_000
    assert len(text) < 300_000
    assert "These are the first 100 of 10,000." in text
    assert "the first 100 of" in text
    assert max(part.count("<tr>") for part in text.split("<table>")) == 101
    assert parquet.read_table(tmp_path / FILES[0]).num_rows == 10_000
    assert (tmp_path / FILES[1]).read_bytes().count(b"\n") == 10_001


@pytest.mark.slow
def test_an_object_store_gets_tables_and_page(tmp_path):
    store = put(f"memory://{tmp_path.name}", [*a_sweep(), failed(HOSTILE, k_shot=7)])
    assert summarise(store) == f"{store.place}/{PAGE}"
    again = Results.gathered(store)
    table = parquet.read_table(io.BytesIO(store.read(FILES[0])))
    assert table.column("key").to_pylist() == [row["key"] for row in again.rows]
    page = store.read(PAGE).decode()
    assert "<title>Summary of 13 reports</title>" in page
    assert str(tmp_path) not in page
    assert "mw-summary-" not in page
    there = [address for address in re.findall(r'href="(reports/[^"]+)"', page) if store.read(address)]
    assert len(there) == 14
