"""Names are looked up before a kernel starts, each only once."""

import pytest

from metawidgets import datasets
from metawidgets.errors import MetawidgetsError


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"dataset": "glyphs", "dataset_options": {"n_classes": 100}, "learner": "protonet"},
        {"checkpoint": "glyphs-protonet", "learner": "whatever: a checkpoint is used"},
        {"checkpoint": "/on/the/worker/own.safetensors"},
        {"learners": ["protonet", "glyphs-protonet", "own.safetensors"]},
        {"dataset": None, "learners": None},
    ],
)
def test_what_is_known(values):
    NameChecks(ours=True).check(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "glyfs"}, "'glyfs'.*glyphs"),
        ({"dataset": "glyphs", "dataset_options": {"n_clases": 3}}, "n_clases.*n_classes"),
        ({"dataset": "glyphs", "dataset_options": {"n_classes": "many"}}, "n_classes"),
        ({"learner": "protonett"}, "no learner 'protonett'; did you mean 'protonet'"),
        ({"learner": "glyphs-protonet"}, "no learner 'glyphs-protonet'"),
        ({"checkpoint": "glyphs-protonett"}, "no trained learner 'glyphs-protonett'; `metawidgets trained` lists them"),
        ({"learners": ["protonet", "protonett"]}, "no learner 'protonett'"),
    ],
)
def test_what_is_not(values, message):
    with pytest.raises(MetawidgetsError, match=message):
        NameChecks(ours=True).check(values)
    NameChecks(ours=False).check(values)


def test_each_is_looked_up_once(monkeypatch):
    asked, real = [], datasets.load
    monkeypatch.setattr(
        datasets, "load", lambda name, **options: asked.append((name, options)) or real(name, **options)
    )
    checks = NameChecks(ours=True)
    for seed in range(5):
        checks.check({"dataset": "glyphs", "seed": seed})
        checks.check({"dataset": "glyphs", "dataset_options": {"n_classes": 100}, "seed": seed})
    assert asked == [("glyphs", {}), ("glyphs", {"n_classes": 100})]
