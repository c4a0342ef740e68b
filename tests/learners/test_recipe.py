"""What a subclass of `Learner` lacks is said when it is defined."""

import abc
import inspect

import pytest

from metawidgets.errors import LearnerError
from metawidgets.learners import Learner

COMPLETE = {
    "axis": "write",
    "hyper": property(lambda self: {}),
    "n_steps": lambda self, support: 0,
    "init": lambda self, support: None,
    "step": lambda self, state, support, t: state,
    "readout": lambda self, state, x: {},
}


def defined(**body):
    return type("Mine", (Learner,), body)


@pytest.mark.parametrize("name", COMPLETE)
def test_each_missing_part_is_named(name):
    with pytest.raises(LearnerError, match=rf"^the learner Mine lacks {name}\b"):
        defined(**{k: v for k, v in COMPLETE.items() if k != name})


def test_one_error_names_everything():
    with pytest.raises(
        LearnerError, match=r"hyper, init, n_steps, readout, step, axis \(it is None; give one of .*write"
    ):
        defined()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"axis": "steps"}, "axis \\(it is 'steps'"),
        ({"channels": ("distanses",)}, "no channel 'distanses'"),
        ({"channels": "distances"}, "give a tuple of names"),
    ],
)
def test_wrong_values_are_named(wrong, message):
    with pytest.raises(LearnerError, match=message):
        defined(**{**COMPLETE, **wrong})


def test_a_complete_class_and_an_abstract_one_are_accepted():
    assert defined(**COMPLETE)().hyper == {}
    assert inspect.isabstract(abc.ABCMeta("Base", (Learner, abc.ABC), {}))
