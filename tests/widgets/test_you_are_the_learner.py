"""YouAreTheLearner without a browser: the queries asked, the answers revealed, and the person's scores."""

import json

import numpy as np
import pytest

from metawidgets.errors import EpisodeError
from metawidgets.widgets import YouAreTheLearner
from metawidgets.widgets.base.sealing import unsealed
from tests.widgets.made_comparisons import LEARNERS, comparisons, curves, plane, you


def answered(made, *episodes):
    """Answer these episodes: all queries right except the first, which gets the next class."""
    answers, done = [list(row) for row in made.answers], list(made.done)
    for e in episodes:
        truth = made._secret(e)["truth"]
        answers[e] = [(truth[0] + 1) % 3, *truth[1:]]
        done[e] = True
    made.answers, made.done = answers, done
    return made


def test_the_asked_queries_are_a_few_of_each_class_in_an_order_that_tells_nothing():
    made = you(n_query=2)
    asked = [unsealed(made.unpack()[f"{i}.sealed"]) for i in range(3)]
    assert all(sorted(a["truth"]) == [0, 0, 1, 1, 2, 2] for a in asked)
    assert len({tuple(a["truth"]) for a in asked}) > 1
    assert [a["truth"] for a in asked] == [
        unsealed(you(n_query=2).unpack()[f"{i}.sealed"])["truth"] for i in range(3)
    ]  # the order is the same every time
    for a, c in zip(asked, comparisons(3), strict=True):
        order = [list(map(str, c.episode.query_items)).index(item) for item in a["ids"]]
        assert a["truth"] == c.episode.query_y[order].tolist()
        assert a["answers"] == [x.answers[order].tolist() for x in c.answers]
    assert len(unsealed(you(n_query=None).unpack()["0.sealed"])["truth"]) == 12


def test_nothing_sent_in_the_clear_tells_a_querys_class():
    made = you()
    clear = json.dumps([made.config, made.arrays])
    assert "query_y" not in clear
    assert "tiles/class" not in clear
    assert b"truth" not in made.buffer


def test_nothing_is_told_before_an_episode_is_done():
    made = you()
    truth = made._secret(0)["truth"]
    made.answers = [[*truth[:3], None, None, None], *[list(row) for row in made.answers[1:]]]
    assert made.summary().split("\n") == [
        "You are the learner, 3-way 1-shot: 0 of 3 episodes done.",
        "  Episode 1: 3 of 6 queries answered.",
    ]
    for ask in (made.your_score, made.learner_scores):
        with pytest.raises(EpisodeError, match="episode 0 is not done yet"):
            ask(0)
    wrong = you()
    wrong.answers = [[(truth[0] + 1) % 3, *truth[1:3], None, None, None], *[list(row) for row in wrong.answers[1:]]]
    assert wrong.summary() == made.summary()


def test_scores_beside_the_learners_by_hand():
    made = answered(you(), 0, 1)
    assert made.your_score(0) == pytest.approx(5 / 6)
    theirs = made.learner_scores(1)
    assert theirs[LEARNERS[0]] == 1
    assert theirs[LEARNERS[2]] == pytest.approx(1 / 3)
    d = made.difference(LEARNERS[0])
    assert (d.mean, d.half_width, d.n) == (pytest.approx(-1 / 6), pytest.approx(0), 2)
    lines = made.summary().split("\n")
    assert lines[0].endswith("2 of 3 episodes done.")
    assert "  You: 83.3 ± 0 %." in lines
    assert lines[2].startswith("  Right: 100 ± 0 %; you are not clearly apart (-16.7")
    with pytest.raises(EpisodeError, match="no learner here is called 'Lost'"):
        made.difference("Lost")


def test_a_saved_round_goes_on():
    made = answered(you(), 0)
    made.place = 1
    again = YouAreTheLearner.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again.summary() == made.summary()
    assert again.to_dict() == made.to_dict()
    assert again.png() == made.png()


@pytest.mark.parametrize("answers", [[], [[]], [[None, "x", 2.5]], [[0] * 50, [1]]])
def test_a_garbled_state_is_described_all_the_same(answers):
    made = you()
    made.answers, made.done, made.place = answers, [True, False], 99
    assert "1 of 3 episodes done" in made.summary()
    assert 0 <= made.your_score(0) <= 1
    assert len(made.png()) > 1000


def test_curves_are_guessed():
    made = YouAreTheLearner(["good", "off"], curves(), n_query=None)
    truth = made._secret(0)["truth"]
    made.answers, made.done = [[y + 1 for y in truth], [None, None]], [True, False]
    assert made.your_score(0) == pytest.approx(1)
    assert made.learner_scores(0) == {"good": 0.0, "off": 4.0}
    assert made.config["episodes"][0]["kind"] == "curve"
    assert "You: 1." in made.summary()
    assert len(made.png()) > 1000


def test_points_are_a_kind_of_their_own():
    assert YouAreTheLearner(["a", "b"], plane()).config["episodes"][0]["kind"] == "points"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reveal": "never"}, 'reveal=\'never\' is unknown; give "end" or "each"'),
        ({"n_query": 0}, "n_query=0 is not a positive whole number"),
        ({"n_query": True}, "n_query=True is not"),
    ],
)
def test_options_that_are_none(options, message):
    with pytest.raises(EpisodeError, match=message):
        you(**options)


def test_contests_that_do_not_fit():
    with pytest.raises(EpisodeError, match="give at least one"):
        YouAreTheLearner(["a"], [])
    with pytest.raises(EpisodeError, match="answers of 3 learners, but there are 1 names"):
        YouAreTheLearner(["a"], comparisons(1))


def test_the_picture_shows_what_was_put_where():
    made = you()
    before = made.png()
    made.answers = [[0, 0, 1, None, None, None], *[list(row) for row in made.answers[1:]]]
    assert made.png() != before
    assert np.isfinite(len(before))
