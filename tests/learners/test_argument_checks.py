"""Arguments that are one learner, several, or several by name: their titles, and wrong values, which are refused."""

import re
from typing import Any

import pytest

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners.argument_checks import named_learners


def vectors(name: str, **options: Any) -> learners.Learner:
    return learners.build(name, item_shape=(1,), output_dim=1, hidden=[4], **options)


def test_learners_are_called_by_their_titles_and_numbered_where_two_share_one() -> None:
    maml, other, first_order = vectors("maml"), vectors("maml"), vectors("maml", first_order=True)
    assert named_learners(maml, "it") == {"MAML": maml}
    assert list(named_learners([maml, first_order, other], "it")) == ["MAML", "First-order MAML", "MAML 2"]
    assert named_learners((each for each in (maml, other)), "it") == {"MAML": maml, "MAML 2": other}
    assert named_learners({"mine": other}, "it") == {"mine": other}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "it got no learner"),
        ({}, "it got no learner"),
        ("maml", "'maml' is a name, not a learner"),
        (["maml", "anil"], "'maml' is a name, not a learner"),
        ({"a": None}, "a learner is needed here, not None"),
        (5, "a learner is needed here, not 5"),
        (object(), "a learner is needed here, not an object"),
    ],
)
def test_what_is_no_learner_is_said(given: Any, said: str) -> None:
    with pytest.raises(LearnerError, match=re.escape(said)):
        named_learners(given, "it")


@pytest.mark.parametrize("given", [[None], [5], "maml", []], ids=repr)
def test_instruments_of_several_learners_refuse_what_is_none(given: Any) -> None:
    sinusoids = datasets.load("sinusoids")
    sampler = EpisodeSampler(sinusoids.source("test"), k_shot=3, n_query=2)
    for make in (
        lambda: instruments.inner_loop_slider(given, sampler.episode(0)),
        lambda: instruments.learner_arena(given, sampler, n_episodes=2),
        *(
            [lambda: instruments.task_distribution(sinusoids, given, {"phase": 1.0})] if given else []
        ),  # needs no learner
    ):
        with pytest.raises(LearnerError, match=r"a learner is needed|is a name, not a learner|got no learner"):
            make()
    if given:
        with pytest.raises(LearnerError, match=r"a learner is needed|is a name, not a learner"):
            instruments.episode_builder("glyphs", learner=given)
