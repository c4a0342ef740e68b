"""Mistakes in what a report asks for are found before a kernel starts, and each thing is looked up once."""

import pytest

import metawidgets as mw
from metawidgets import datasets
from metawidgets.errors import MetawidgetsError
from metawidgets.reports import catalogue, prechecks, run, run_report
from metawidgets.reports.parameters import Parameters
from metawidgets.reports.prechecks import Prechecks
from metawidgets.training import checkpoints


def check(report: str, *, ours: bool = True, local: bool = True, **values: object) -> None:
    declared = Parameters.of(catalogue.read(catalogue.find(report)))
    Prechecks(ours=ours, local=local).check(declared.check(values))


@pytest.mark.parametrize(
    ("report", "values"),
    [
        ("few_shot", {"dataset_options": {"n_classes": 100}, "learner": "nearest"}),
        ("few_shot", {"checkpoint": "glyphs-protonet", "learner": "whatever: a checkpoint is used"}),
        ("few_shot", {"dataset": "sinusoids", "learner": "maml", "learner_options": {"inner_lr": 0.1}}),
        ("compare", {"learners": ["nearest", "glyphs-protonet", "sinusoids-maml"], "reference": "nearest"}),
        ("inner_loop", {"checkpoint": "sinusoids-maml"}),
        ("sweep_summary", {}),
    ],
)
def test_what_can_run_passes(report, values):
    check(report, **values)


MISTAKES = [
    ("few_shot", {"dataset": "glyfs"}, "there is no dataset 'glyfs'; did you mean 'glyphs'"),
    ("few_shot", {"dataset_options": {"n_clases": 3}}, "no option 'n_clases'; did you mean 'n_classes'"),
    ("few_shot", {"dataset_options": {"n_classes": "many"}}, "n_classes='many'"),
    ("few_shot", {"dataset_options": {"n_classes": 60}, "n_way": 200}, r"n_way=200, but .* has 10 classes"),
    ("few_shot", {"k_shot": 100, "learner": "nearest"}, "k_shot=100 and n_query=15 need 115 items"),
    ("few_shot", {"train_way": 999}, "n_way=999, but"),
    ("few_shot", {"transfer": "digitz"}, "there is no dataset 'digitz'; did you mean 'digits'"),
    (
        "few_shot",
        {"transfer": "gaussians"},
        r"transfer='gaussians' has items of shape \(2,\), but the learner takes \(1, 28, 28\)",
    ),
    ("few_shot", {"learner": "protonett"}, "there is no learner 'protonett'; did you mean 'protonet'"),
    ("few_shot", {"learner": "glyphs-protonet"}, "there is no learner 'glyphs-protonet'"),
    (
        "few_shot",
        {"learner": "maml", "learner_options": {"iner_lr": 1}},
        "no option 'iner_lr'; did you mean 'inner_lr'",
    ),
    ("few_shot", {"checkpoint": "glyphs-protonett"}, "no trained learner 'glyphs-protonett'; did you mean"),
    ("compare", {"learners": ["glyphs-protonett", "nearest"]}, "no learner 'glyphs-protonett'; did you mean"),
    ("compare", {"reference": "nearset"}, "reference='nearset' is none of the learners; give one of glyphs-protonet"),
    ("compare", {"learners": []}, "is empty; name one"),
    ("inner_loop", {"checkpoint": "glyphs-mamml"}, "no trained learner 'glyphs-mamml'"),
    ("inner_loop", {"dataset": "digits", "n_way": 11, "split": "all"}, "n_way=11, but"),
]


@pytest.mark.parametrize(("report", "values", "message"), MISTAKES)
def test_a_mistake_is_found(report, values, message):
    with pytest.raises(MetawidgetsError, match=message):
        check(report, **values)
    check(report, ours=False, **values)


@pytest.mark.parametrize(
    ("report", "values", "message"),
    [
        ("few_shot", {"checkpoint": "gone.safetensors"}, "there is no checkpoint gone.safetensors"),
        ("compare", {"learners": ["nearest", "gone.safetensors"]}, "there is no checkpoint gone.safetensors"),
        ("few_shot", {"dataset": "image_folder", "dataset_options": {"root": "gone"}}, "gone"),
        ("few_shot", {"checkpoint": "sinusoids-maml"}, "made for items of shape"),
        ("few_shot", {"dataset": "sinusoids"}, "cannot take a regression episode"),
    ],
)
def test_a_sweep_leaves_to_its_workers_what_may_be_there(report, values, message):
    with pytest.raises(MetawidgetsError, match=message):
        check(report, **values)
    check(report, local=False, **values)


def test_results_that_are_not_there(tmp_path):
    with pytest.raises(MetawidgetsError, match="there are no collected results in"):
        check("sweep_summary", sweep=str(tmp_path))


def test_each_is_looked_up_once(monkeypatch):
    asked, real = [], datasets.load
    monkeypatch.setattr(
        prechecks.datasets, "load", lambda name, **options: asked.append((name, options)) or real(name, **options)
    )
    declared = Parameters.of(catalogue.read(catalogue.find("few_shot")))
    checks = Prechecks(ours=True, local=False)
    for seed in range(3):
        for k_shot in (1, 2):
            values = {"learner": "nearest", "seed": seed, "k_shot": k_shot}
            checks.check(declared.check(values))
            checks.check(declared.check({**values, "dataset_options": {"n_classes": 100}}))
    assert asked == [("glyphs", {}), ("glyphs", {"n_classes": 100})]


def test_a_run_checks_first_and_touches_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "execute", lambda *_: pytest.fail("a kernel was started"))
    with pytest.raises(MetawidgetsError, match="no learner 'protonett'"):
        run_report("compare", tmp_path / "out", {"learners": ["protonett", "nearest"]})
    assert not (tmp_path / "out").exists()


def test_paths_start_in_the_notebooks_folder(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    checkpoints.save(mw.load("glyphs-protonet"), tmp_path / "work" / "mine.safetensors", data={"dataset": "glyphs"})
    monkeypatch.chdir(tmp_path)
    started = []
    monkeypatch.setattr(run, "_run", lambda *how: started.append(how))
    run_report("few_shot", "out", {"checkpoint": "mine.safetensors"}, cwd="work")
    assert len(started) == 1
    with pytest.raises(MetawidgetsError, match=r"there is no checkpoint mine\.safetensors"):
        run_report("few_shot", "out", {"checkpoint": "mine.safetensors"})
