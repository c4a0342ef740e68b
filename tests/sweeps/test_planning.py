"""Planning, from settings to jobs: it checks everything and starts nothing."""

import json
import subprocess
from pathlib import Path

import pytest

from metawidgets.errors import MetawidgetsError, ParameterError, SweepError
from metawidgets.sweeps.planning import Plan
from metawidgets.sweeps.saved_plans import saved_plans
from metawidgets.sweeps.settings import Settings
from tests.sweeps.made import PARAMETERS, notebook


@pytest.fixture
def tiny(tmp_path) -> Path:
    return notebook(tmp_path / "tiny.ipynb", "print(n)")


def plan(tiny, **settings) -> Plan:
    return Plan.of(Settings.of({"report": tiny.name, **settings}), tiny.parent)


def test_jobs_are_the_grid_in_order_with_all_parameters(tiny):
    made = plan(tiny, parameters={"rate": 0.25}, grid={"n": [2, 1]}, repeats=2)
    assert [(job.parameters["n"], job.parameters["seed"]) for job in made.jobs] == [(2, 0), (2, 1), (1, 0), (1, 1)]
    assert made.jobs[0].parameters == {
        "n": 2, "rate": 0.25, "way": None, "shots": [1], "options": {}, "seed": 0, "smoke": False,
    }  # fmt: skip
    assert made.varying == ["n", "seed"]
    assert len({job.key for job in made.jobs}) == 4
    assert made.name == "tiny"


def test_repeats_count_up_from_the_seed(tiny):
    seeds = [job.parameters["seed"] for job in plan(tiny, parameters={"seed": 5}, repeats=3).jobs]
    assert seeds == [5, 6, 7]


def test_entries_of_a_dictionary_vary_beside_those_that_stay(tiny):
    made = plan(tiny, parameters={"options": {"a": 1, "b": {"c": 2}}}, grid={"options": {"b": {"c": [3, 4]}}})
    assert [job.parameters["options"] for job in made.jobs] == [{"a": 1, "b": {"c": 3}}, {"a": 1, "b": {"c": 4}}]


def test_jobs_share_no_dictionary(tiny):
    first, second = plan(tiny, grid={"n": [1, 2]}).jobs
    first.parameters["options"]["x"] = 1
    first.parameters["shots"].append(2)
    assert second.parameters["options"] == {}
    assert second.parameters["shots"] == [1]
    assert plan(tiny).jobs[0].parameters["options"] == {}


def test_the_same_report_twice_is_one(tiny):
    assert len(plan(tiny, grid={"n": [1, 2, 1], "rate": [0, 0.0]}).jobs) == 2


def test_exclusions_look_at_whole_parameters(tiny):
    made = plan(tiny, grid={"n": [1, 2, 3]}, exclude=[{"n": [1, 2], "rate": 0.5}])
    assert [job.parameters["n"] for job in made.jobs] == [3]


def test_exclusions_may_overlap(tiny):
    made = plan(tiny, grid={"n": [1, 2]}, exclude=[{"n": [1]}, {"n": 1, "rate": 0.5}])
    assert [job.parameters["n"] for job in made.jobs] == [2]


def test_the_notebook_travels_without_what_a_run_left(tiny):
    import nbformat

    ran = nbformat.read(tiny, as_version=4)
    ran.cells[1].outputs = [nbformat.v4.new_output("stream", text="said before")]
    ran.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    bare = plan(tiny)
    nbformat.write(ran, tiny)
    again = plan(tiny)
    assert "said before" not in again.notebook
    assert "widget-state" not in again.notebook
    assert again.jobs == bare.jobs


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"grid": {"n": []}}, SweepError, r"grid.n is \[\]; give a list"),
        ({"zip": {"n": [1], "rate": [0, 1]}}, SweepError, "n has 1, rate has 2 entries"),
        ({"exclude": [{"n": 7}]}, SweepError, r"the exclusion \{'n': 7\} matches none of the reports"),
        ({"exclude": [{"m": 1}]}, SweepError, r"the exclusion \{'m': 1\} matches none of the reports"),
        ({"exclude": [{}]}, SweepError, "every report of the sweep is excluded"),
        (
            {"grid": {"rates": [1]}},
            ParameterError,
            r"report 1 of the sweep \(rates=1\): .* 'rates'; did you mean 'rate'",
        ),
        ({"parameters": {"m": 1}}, ParameterError, r"report 1 of the sweep \(no parameter varies\): there is no"),
        ({"grid": {"n": [1, 2, 30]}}, ParameterError, r"report 3 of the sweep \(n=30\): n=30 cannot .* from 1 to 9"),
        (
            {"grid": {"rate": [0.1], "n": [1, 2, "3"]}},
            ParameterError,
            r"report 3 of the sweep \(rate=0.1, n='3'\): n='3'.*takes a whole number",
        ),
        ({"grid": {"n": [True]}}, ParameterError, "n=True cannot be used"),
        ({"grid": {"n.x": [1]}}, ParameterError, r"n=1 is not a table, so its entry 'x' cannot be set"),
        ({"report": "few-shot"}, MetawidgetsError, "there is no report 'few-shot'; did you mean 'few_shot'"),
        ({"report": "gone.ipynb"}, MetawidgetsError, "there is no notebook .*gone.ipynb"),
        ({"parameters": {"seed": "x"}, "repeats": 2}, SweepError, "repeats=2 counts up from seed='x'; give a whole"),
        ({"report": "few_shot", "grid": {"dataset": ["glyphs", "glyfs"]}}, ParameterError, "report 2 .*'glyfs'"),
        (
            {"report": "few_shot", "grid": {"learner": ["protonet", "protnet"]}},
            ParameterError,
            "report 2 .*'protnet'; did",
        ),
        ({"report": "few_shot", "parameters": {"checkpoint": "none"}}, ParameterError, "no trained learner 'none'"),
        (
            {"report": "few_shot", "parameters": {"dataset_options": {"n_klasses": 3}}},
            ParameterError,
            r"report 1 .*n_klasses",
        ),
        ({"report": "compare", "parameters": {"learners": ["protonet", "x"]}}, ParameterError, "no learner 'x'"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence_and_starts_nothing(tiny, monkeypatch, settings, error, message):
    def started(*args, **kwargs):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", started)
    with pytest.raises(error, match=message) as caught:
        plan(tiny, **settings)
    assert "\n" not in str(caught.value)


def test_repeats_need_a_seed(tmp_path):
    bare = notebook(tmp_path / "bare.ipynb", parameters="n: int = 1")
    with pytest.raises(SweepError, match="repeats=2 needs a report with a parameter 'seed'; this one has none"):
        plan(bare, repeats=2)
    assert len(plan(bare).jobs) == 1


def test_a_foreign_notebook_may_call_things_as_it_likes(tmp_path):
    own = notebook(tmp_path / "own.ipynb", parameters=PARAMETERS + '\ndataset: str = "ours"\nlearner: str = "mine"')
    assert len(plan(own).jobs) == 1


def test_a_notebook_is_found_from_the_settings_file_on(tiny, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert plan(tiny).name == "tiny"


def test_a_saved_plan_says_what_was_asked_for(tiny, store):
    made = plan(tiny, grid={"n": [1, 2]})
    made.save(store)
    made.save(store)
    (saved,) = saved_plans(store)
    assert saved.report == "tiny"
    assert saved.keys == [job.key for job in made.jobs]
    assert saved.varying == ["n"]
    assert saved.values == [{"n": 1}, {"n": 2}]
    assert json.loads(store.read(saved.path))["settings"]["grid"] == {"n": [1, 2]}
    plan(tiny, grid={"n": [3]}).save(store)
    assert len(saved_plans(store)) == 2
