"""Quiz without a browser: valid questions, and the time at which answers are shown."""

import json

import pytest

from metawidgets.errors import ParameterError
from metawidgets.widgets import Question, Quiz
from metawidgets.widgets.base.sealing import unsealed
from tests.widgets.examples import HOSTILE, quiz

ONE = ("Which set scores?", ["support", "query"], "query", "The `query` set.")


def test_one_right_answer_is_radio_several_are_boxes():
    made = quiz()
    assert [q["several"] for q in made.config["questions"]] == [False, True]
    assert Quiz(*ONE, several=True).config["questions"][0]["several"] is True
    assert Question("q", ["a", "b", "c"], [2, "a"], "e").right == [0, 2]
    assert Question("q", ["a", "b"], 1, "e", why={"a": "no", 1: "yes"}).reasons == ["no", "yes"]


def test_a_seed_shuffles_options_with_their_answers_and_reasons():
    options = [f"option {i}" for i in range(6)]
    asked = Question("q", options, [4, "option 1"], "e", why={0: "not option 0", "option 5": "not option 5"})
    orders = []
    for seed in range(5):
        made = Quiz([asked, asked], seed=seed)
        assert made.config == Quiz([asked, asked], seed=seed).config
        secrets = unsealed(made.unpack()["sealed"])["questions"]
        for shown, secret in zip(made.config["questions"], secrets, strict=True):
            assert sorted(shown["options"]) == options
            assert {shown["options"][k] for k in secret["right"]} == {"option 1", "option 4"}
            told = {option: why for option, why in zip(shown["options"], secret["reasons"], strict=True) if why}
            assert told == {"option 0": "not option 0", "option 5": "not option 5"}
            orders.append(tuple(shown["options"]))
    assert len(set(orders)) == len(orders)
    assert Quiz([asked]).config["questions"][0]["options"] == options


def test_before_the_answer_nothing_tells_it():
    made = quiz()
    clear = json.dumps(made.config) + made.summary()
    assert "only scores it" not in clear
    assert "told these labels" not in clear
    assert b"right" not in made.buffer
    assert "( ) query" in made.summary()
    assert made.summary().count("Not answered yet.") == 2
    other = quiz()
    other.chosen = [[0], []]
    assert "(x) support" in other.summary()
    assert other.png() != made.png()
    mirrored = Quiz(ONE[0], ONE[1], "support", ONE[3])
    assert mirrored.summary() == Quiz(*ONE).summary()  # the summary does not depend on the right answer
    assert mirrored.png() == Quiz(*ONE).png()


def test_after_a_wrong_and_a_right_answer():
    made = quiz()
    made.tries, made.chosen, made.checked = [1, 0], [[0], []], [[0], []]
    assert "Not right yet after 1 try." in made.summary()
    assert "only scores it" not in made.summary()
    made.tries, made.outcome = [2, 1], ["right", "right"]
    assert "Right, at try 2. It adapts to the support set; `query_y` only scores it." in made.summary()
    assert "(x) query" in made.summary()
    assert made.solved == [True, True]
    assert made.score == (1, 2)
    made.outcome = ["shown", ""]
    assert "The answer was shown. It adapts" in made.summary()
    assert made.solved == [False, False]


def test_a_saved_quiz_goes_on_and_a_garbled_one_is_described():
    made = quiz()
    made.tries, made.outcome, made.hinted = [3, 0], ["right", ""], [True, False]
    again = Quiz.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again.summary() == made.summary()
    assert again.to_dict() == made.to_dict()
    made.chosen, made.outcome, made.tries = [[99, -1]], [], [1, 2, 3, 4]
    assert HOSTILE in made.summary()
    assert len(made.png()) > 1000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answers": "quarry"}, "'quarry' is not an option of 'Which set scores\\?'; did you mean 'query'"),
        ({"answers": 2}, "2 is not an option.s index in .*; give 0 to 1"),
        ({"answers": []}, "has no right answer"),
        ({"answers": [None]}, "None is not an option"),
        ({"answers": ["support", "query"], "several": False}, "has 2 right answers, but several=False"),
        ({"options": ["a"]}, "two or more different texts"),
        ({"options": ["a", "a"]}, "two or more different texts"),
        ({"options": "support query"}, "should be a list of texts"),
        ({"options": ["a", 3]}, "should be a list of texts"),
        ({"explanation": " "}, "explanation is ' '; give a text"),
        ({"question": ""}, "question is ''; give a text"),
        ({"why": {"quary": "no"}}, "'quary' is not an option"),
    ],
)
def test_questions_that_cannot_be_asked(change, message):
    fields = dict(zip(("question", "options", "answers", "explanation"), ONE, strict=True)) | change
    with pytest.raises(ParameterError, match=message):
        Quiz([fields])


def test_lists_that_are_none():
    with pytest.raises(ParameterError, match="has no question"):
        Quiz([])
    with pytest.raises(ParameterError, match="lacks its options and answers and explanation"):
        Quiz([{"question": "q"}])
    with pytest.raises(ParameterError, match="no 'anwers'; did you mean 'answers'"):
        Quiz([{"anwers": 1}])
    with pytest.raises(ParameterError, match="a Question or a dictionary"):
        Quiz([3])  # pyright: ignore[reportArgumentType]
    with pytest.raises(ParameterError, match="belong to a single question"):
        Quiz([Question(*ONE)], hint="no")
