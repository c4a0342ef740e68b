"""The parameters cell: its allowed contents, and the errors for wrong values."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest

from metawidgets.errors import ParameterError
from metawidgets.reports.parameters import check, from_words, help_rows, model_of, parameters_cell

CELL = """
dataset: Literal["glyphs", "digits"] = "glyphs"  # where the items come from
options: dict = {}  # options of the dataset
n_way: int = 5  # 2..20 classes in an episode
inner_lr: float = 0.4  # 1e-4..10 step size of the inner loop
n_steps: int | None = None  # 1.. steps, none for the learner's own number
note: str = ""
smoke: bool = False  # a short run
"""


@pytest.fixture
def model():
    return model_of(CELL)


def test_defaults_are_whole(model):
    assert check(model, {}) == {
        "dataset": "glyphs",
        "options": {},
        "n_way": 5,
        "inner_lr": 0.4,
        "n_steps": None,
        "note": "",
        "smoke": False,
    }


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"n_way": 20}, 20),
        ({"inner_lr": 1}, 1.0),
        ({"n_steps": 3}, 3),
        ({"dataset": "digits"}, "digits"),
        ({"smoke": True}, True),
    ],
)
def test_good_values_pass(model, values, key):
    assert check(model, values)[next(iter(values))] == key


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"n_wey": 5}, ["'n_wey'", "did you mean 'n_way'", "Known: dataset"]),
        ({"n_way": "five"}, ["n_way='five'", "a whole number from 2 to 20", "for example n_way=5"]),
        ({"n_way": 1}, ["n_way=1", "from 2 to 20"]),
        ({"n_way": 21}, ["n_way=21"]),
        ({"n_way": True}, ["n_way=True"]),
        ({"n_way": 5.0}, ["n_way=5.0"]),
        ({"inner_lr": float("nan")}, ["inner_lr=nan"]),
        ({"inner_lr": 0}, ["inner_lr=0", "from 0.0001 to 10"]),
        ({"n_steps": 0}, ["n_steps=0", "a whole number, 1 or more or none"]),
        ({"dataset": "letters"}, ["dataset='letters'", "one of glyphs, digits"]),
        ({"smoke": "true"}, ["smoke='true'", "true or false"]),
        ({"options": []}, ["options=[]", "a JSON object"]),
    ],
)
def test_bad_values_are_named_with_the_cure(model, values, words):
    with pytest.raises(ParameterError) as caught:
        check(model, values)
    for word in words:
        assert word in str(caught.value)


def test_numbers_of_numpy_and_paths_are_ordinary_values(model):
    given = {"n_way": np.int64(7), "inner_lr": np.float32(0.5), "note": Path("a/b"), "smoke": np.True_}
    given["options"] = {"sizes": np.arange(3), "deep": ({"n": np.uint8(2)},), "root": Path("c")}
    found = check(model, given)
    assert (found["n_way"], found["inner_lr"], found["note"], found["smoke"]) == (7, 0.5, "a/b", True)
    assert json.loads(json.dumps(found["options"])) == {"sizes": [0, 1, 2], "deep": [{"n": 2}], "root": "c"}
    with pytest.raises(ParameterError, match="it takes a whole number from 2 to 20"):
        check(model, {"n_way": np.int64(21)})
    with pytest.raises(ParameterError, match="cannot be used; it takes a whole number"):
        check(model, {"n_way": np.float64(3.5)})


def test_every_bad_value_is_told_at_once(model):
    with pytest.raises(ParameterError, match=r"n_way=0 .*smoke=1 "):
        check(model, {"n_way": 0, "smoke": 1})


def test_words_are_read_as_declared(model):
    words = ["n_way=7", "inner_lr=0.1", "n_steps=none", "smoke=true", "dataset=digits", "note=true", "options.size=20"]
    values = from_words(model, words)
    assert values == {
        "n_way": 7,
        "inner_lr": 0.1,
        "n_steps": None,
        "smoke": True,
        "dataset": "digits",
        "note": "true",
        "options": {"size": 20},
    }
    assert check(model, values)["n_way"] == 7


def test_entries_of_a_dictionary_add_up(model):
    assert from_words(model, ['options={"a": 1}', "options.b=x", "options.c=0.5"])["options"] == {
        "a": 1,
        "b": "x",
        "c": 0.5,
    }


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("n_way", "write name=value"),
        ("nway=5", "did you mean 'n_way'"),
        ("n_way.x=5", "has no entry 'x'"),
    ],
)
def test_bad_words(model, word, message):
    with pytest.raises(ParameterError, match=message):
        from_words(model, [word])


@pytest.mark.parametrize("word", ["n_way=five", "n_way=5.5", "smoke=yes", "options=[1]", "inner_lr=big", "n_way="])
def test_words_of_the_wrong_type_are_refused_with_their_text(model, word):
    name, _, text = word.partition("=")
    with pytest.raises(ParameterError, match=rf"{name}=.*{text}"):
        check(model, from_words(model, [word]))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n_way = 5", "write only lines like"),
        ("import os", "write only lines like"),
        ("n_way: int", "write only lines like"),
        ("n_way: int = 2 + len('x')", "give a literal"),
        ("n_way: Path = 'x'", "'Path' is not supported"),
        ("n_way: dict[str, int] = {}", "is not supported"),
        ("n_way: int = 'five'", "gives 'n_way' the default 'five' but declares a whole number"),
        ("n_way: int = 30  # 2..20 classes", "gives 'n_way' the default 30"),
        ("name: str = 'x'  # 1..5 letters", "has the range '1..5' but is not a number"),
        ("n_way: int = (", "is not Python"),
    ],
)
def test_bad_cells_are_refused(cell, message):
    with pytest.raises(ParameterError, match=message):
        model_of(cell)


def test_nothing_in_the_cell_is_run(tmp_path):
    target = tmp_path / "made"
    with pytest.raises(ParameterError):
        model_of(f"n_way: int = __import__('pathlib').Path({str(target)!r}).touch()")
    assert not target.exists()


def test_help_has_type_range_default_and_text(model):
    rows = {row[0]: row[1:] for row in help_rows(model)}
    assert rows["n_way"] == ("a whole number from 2 to 20", "5", "classes in an episode")
    assert rows["dataset"] == ("one of glyphs, digits", '"glyphs"', "where the items come from")
    assert rows["n_steps"][0] == "a whole number, 1 or more or none"


@pytest.mark.parametrize(
    ("line", "takes", "word", "value"),
    [
        ('x: Literal["a", "b"] | None = None', "one of a, b or none", "x=none", None),
        ('x: Literal["a", "b"] | None = None', "one of a, b or none", "x=b", "b"),
        ('x: Literal["all"] | int = "all"', "one of all or a whole number", "x=3", 3),
        ('x: float | Literal["auto"] = "auto"', "a number or one of auto", "x=auto", "auto"),
    ],
)
def test_one_of_some_words_or_something_else(line, takes, word, value):
    model = model_of(line)
    assert help_rows(model)[0][1] == takes
    assert check(model, from_words(model, [word])) == {"x": value}


def test_the_json_schema_carries_ranges_and_help(model):
    schema = model.model_json_schema()["properties"]["n_way"]
    assert (schema["minimum"], schema["maximum"], schema["description"]) == (2, 20, "classes in an episode")


@pytest.mark.parametrize("n_cells", [0, 2])
def test_one_cell_is_tagged(n_cells):
    notebook = nbformat.v4.new_notebook()
    for _ in range(n_cells):
        notebook.cells.append(nbformat.v4.new_code_cell("seed: int = 0", metadata={"tags": ["parameters"]}))
    with pytest.raises(ParameterError, match=f"has {n_cells} code cells"):
        parameters_cell(notebook)


LISTS = """
learners: list[str] = ["protonet", "nearest"]  # who takes part
shots: list[int] = [1, 5]  # 1..100 support items of each class
rates: list[float] = []  # 0..1 rates
parts: list[Literal["train", "test"]] = ["test"]
few: list[str] | None = None
"""


@pytest.fixture
def lists():
    return model_of(LISTS)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("learners=glyphs-maml", ["glyphs-maml"]),
        ("learners=a, b", ["a", "b"]),
        ('learners=["a, b"]', ["a, b"]),
        ("learners=", []),
        ("shots=1,2,5", [1, 2, 5]),
        ("shots=[1, 2]", [1, 2]),
        ("rates=0.5,1", [0.5, 1.0]),
        ("parts=train,test", ["train", "test"]),
        ("few=none", None),
        ("few=a", ["a"]),
    ],
)
def test_lists_are_read_from_words(lists, word, value):
    name = word.partition("=")[0]
    assert check(lists, from_words(lists, [word]))[name] == value


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learners": "protonet"}, ["learners='protonet'", "a list, each a text"]),
        ({"learners": [1]}, ["learners=[1]"]),
        ({"shots": [1, 0]}, ["shots=[1, 0]", "a list, each a whole number from 1 to 100", "for example shots=[1, 5]"]),
        ({"shots": [101]}, ["shots=[101]"]),
        ({"shots": [1.0]}, ["shots=[1.0]"]),
        ({"shots": ["one"]}, ["shots=['one']"]),
        ({"rates": [1.5]}, ["rates=[1.5]", "each a number from 0 to 1"]),
        ({"parts": ["valid"]}, ["parts=['valid']", "a list, each one of train, test"]),
    ],
)
def test_wrong_entries_of_a_list_are_refused(lists, values, words):
    with pytest.raises(ParameterError) as caught:
        check(lists, values)
    for word in words:
        assert word in str(caught.value)


def test_help_tells_what_a_list_takes(lists):
    takes = {name: (takes, default) for name, takes, default, _ in help_rows(lists)}
    assert takes["shots"] == ("a list, each a whole number from 1 to 100", "[1, 5]")
    assert takes["few"] == ("a list, each a text or none", "null")
    assert takes["learners"] == ("a list, each a text", '["protonet", "nearest"]')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x: list[dict] = []", r"'list\[dict\]' is not supported"),
        ("x: set[int] = []", r"'set\[int\]' is not supported"),
        ("x: list[str] = []  # 1..5 names", "is not a number"),
        ("x: list[int] | None = None  # 1..5 of them", "a list or something else"),
        ("x: list[int] = [0]  # 1..5 of them", "each a whole number from 1 to 5"),
    ],
)
def test_what_a_declaration_of_a_list_may_not_say(line, message):
    with pytest.raises(ParameterError, match=message):
        model_of(line)
