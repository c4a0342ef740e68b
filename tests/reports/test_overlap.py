"""A score on training classes must not look like a score on new classes."""

import pytest

from metawidgets import datasets
from metawidgets.reports.overlap import overlap

GLYPHS = {"data": {"dataset": "glyphs", "options": {"n_classes": 60}}}


@pytest.mark.parametrize(
    ("name", "options", "split", "shared"),
    [
        ("glyphs", {"n_classes": 60}, "test", ""),
        ("glyphs", {"n_classes": 60}, "train", "in both training and test"),
        ("glyphs", {"n_classes": 60}, "all", "in both training and test"),
        (
            "glyphs",
            {"n_classes": 30},
            "test",
            "in both training and test",
        ),  # its last classes are among the first of the 60
        ("glyphs", {"n_classes": 60, "seed": 1}, "all", ""),
        ("digits", {}, "all", ""),
        ("sinusoids", {}, "train", ""),
    ],
)
def test_shared_classes_are_found_whatever_the_options(name, options, split, shared):
    said = overlap(GLYPHS, datasets.load(name, **options).source(split))
    assert (shared in said) if shared else said == ""


def test_functions_have_no_classes_to_share():
    assert overlap({"data": {"dataset": "sinusoids"}}, datasets.load("sinusoids").source("train")) == ""


@pytest.mark.parametrize("card", [{}, {"data": {"dataset": "glyphs", "options": {"n_clases": 60}}}])
def test_a_card_that_cannot_be_judged_says_so(card):
    assert "may have seen these classes" in overlap(card, datasets.load("glyphs", n_classes=60).source("test"))
