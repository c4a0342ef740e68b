"""The parameters cell: its allowed contents, and the errors for wrong values."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from papermill import inspect_notebook

from metawidgets.errors import ParameterError
from metawidgets.reports.catalogue import read
from metawidgets.reports.parameters import Parameters

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
    return Parameters.of(CELL)


def test_defaults_are_whole(model):
    assert model.check({}) == {
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
    assert model.check(values)[next(iter(values))] == key


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
        model.check(values)
    for word in words:
        assert word in str(caught.value)


def test_numbers_of_numpy_and_paths_are_ordinary_values(model):
    given = {"n_way": np.int64(7), "inner_lr": np.float32(0.5), "note": Path("a/b"), "smoke": np.True_}
    given["options"] = {"sizes": np.arange(3), "deep": ({"n": np.uint8(2)},), "root": Path("c")}
    found = model.check(given)
    assert (found["n_way"], found["inner_lr"], found["note"], found["smoke"]) == (7, 0.5, "a/b", True)
    assert json.loads(json.dumps(found["options"])) == {"sizes": [0, 1, 2], "deep": [{"n": 2}], "root": "c"}
    with pytest.raises(ParameterError, match="it takes a whole number from 2 to 20"):
        model.check({"n_way": np.int64(21)})
    with pytest.raises(ParameterError, match="cannot be used; it takes a whole number"):
        model.check({"n_way": np.float64(3.5)})


def test_every_bad_value_is_told_at_once(model):
    with pytest.raises(ParameterError, match=r"n_way=0 .*smoke=1 "):
        model.check({"n_way": 0, "smoke": 1})


def test_words_are_read_as_declared(model):
    words = ["n_way=7", "inner_lr=0.1", "n_steps=none", "smoke=true", "dataset=digits", "note=true", "options.size=20"]
    values = model.from_words(words)
    assert values == {
        "n_way": 7,
        "inner_lr": 0.1,
        "n_steps": None,
        "smoke": True,
        "dataset": "digits",
        "note": "true",
        "options": {"size": 20},
    }
    assert model.check(values)["n_way"] == 7


def test_entries_of_a_dictionary_add_up(model):
    assert model.from_words(['options={"a": 1}', "options.b=x", "options.c=0.5"])["options"] == {
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
        model.from_words([word])


@pytest.mark.parametrize("word", ["n_way=five", "n_way=5.5", "smoke=yes", "options=[1]", "inner_lr=big", "n_way="])
def test_words_of_the_wrong_type_are_refused_with_their_text(model, word):
    name, _, text = word.partition("=")
    with pytest.raises(ParameterError, match=rf"{name}=.*{text}"):
        model.check(model.from_words([word]))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n_way: int = 'five'", "gives 'n_way' the default 'five' but declares a whole number"),
        ("n_way: int = 30  # 2..20 classes", "gives 'n_way' the default 30"),
        ("n_way: int = 1e999", "gives 'n_way' the default inf"),
        ("name: str = 'x'  # 1..5 letters", "has the range '1..5' but is not a number"),
        ("name: str = 'x'  # a | b: a letter", "gives 'name' the default 'x' but declares one of a, b"),
        ("seed = 0\nn_way: int = (", "line 2 of the parameters cell is not Python"),
    ],
)
def test_bad_cells_are_refused(cell, message):
    with pytest.raises(ParameterError, match=message):
        Parameters.of(cell)


def test_nothing_in_the_cell_is_run(tmp_path):
    target = tmp_path / "made"
    found = Parameters.of(f"n_way: int = __import__('pathlib').Path({str(target)!r}).touch()")
    assert found.check({}) == {}  # the default is left to the run
    assert found.rows()[0][2].startswith("__import__('pathlib')")
    assert not target.exists()


OWN = """
import os
%matplotlib inline
n = 5  # 2..20 classes
rate = 0.1
half = n / 2
name = "x"  # 1..5 letters
mode = "a"  # a | b | c: how
size = 30  # 2..20 would be usual
shots = [1, 2]
rest = []
rest.append(n)
way = None
copy: bool = True
schema = "public"
_private = 3
day = os.environ.get("DAY")
pair = (1, 2)
words = [
    "Hello",  # the first
    "World",
]  # type: List[str] some words
limit: int = None
matrix: np.ndarray = [[1]]
total = 1
total += 1
if n > 3:
    extra = 3
"""


def test_own_cells_run_as_they_stand_and_only_plain_assignments_are_parameters():
    found = Parameters.of(OWN)
    takes = {name: words for name, words, _, _ in found.rows()}
    assert takes == {
        "n": "a whole number from 2 to 20",
        "rate": "a number",
        "half": "any value",
        "name": "a text",
        "mode": "one of a, b, c",
        "size": "a whole number",
        "shots": "a list, each a whole number",
        "rest": "any value",
        "way": "any value",
        "copy": "true or false",
        "schema": "a text",
        "_private": "a whole number",
        "day": "any value",
        "pair": "any value",
        "words": "a list, each a text",
        "limit": "a whole number or none",
        "matrix": "a JSON list",
        "total": "any value",
    }
    computed = {
        "half",
        "rest",
        "day",
        "pair",
        "total",
    }  # other code decides these, so they are only set if they are given
    assert set(found.check({})) == set(takes) - computed
    assert {name: text for name, _, text, _ in found.rows() if name in computed}["half"] == "n / 2"
    given = found.check(found.from_words(["half=1.5", "way=true", "pair=[3, 4]", "limit=7", "schema=private", "n=3"]))
    expected = {"half": 1.5, "way": True, "pair": [3, 4], "limit": 7, "schema": "private", "n": 3}
    assert {name: given[name] for name in expected} == expected
    with pytest.raises(ParameterError, match=r"rate='fast' cannot be used; it takes a number.*own line says so"):
        found.check({"rate": "fast"})


@pytest.mark.parametrize(
    ("annotation", "takes"),
    [
        ("Optional[int]", "a whole number or none"),
        ("typing.Optional[float]", "a number or none"),
        ("Union[int, str, None]", "a whole number or a text or none"),
        ("'int | None'", "a whole number or none"),
        ("List[int]", "a list, each a whole number"),
        ("dict[str, int]", "a JSON object or none"),
        ("Path", "any value"),
        ("list[Path]", "a JSON list or none"),
        ("None | None", "none"),
        ("Literal[1, 2] | None", "one of 1, 2 or none"),
    ],
)
def test_annotations(annotation, takes):
    default = "[]" if takes.endswith("a whole number") else "None"
    assert Parameters.of(f"x: {annotation} = {default}").rows()[0][1] == takes


@pytest.mark.parametrize(
    ("line", "takes", "word", "value"),
    [
        ('x: str = "a"  # a | b: a letter', "one of a, b", "x=b", "b"),
        ("x: int = 1  # 1 | 5 | 10", "one of 1, 5, 10", "x=5", 5),
        ("x: Optional[str] = None  # a | b-2: a letter", "one of a, b-2 or none", "x=none", None),
        ('x: list[str] = ["a"]  # a | b: letters', "a list, each one of a, b", "x=b,a", ["b", "a"]),
        ("x: bool = True  # on | off: a switch", "true or false", "x=false", False),
        ('x: str = "a"  # a word | or more', "a text", "x=z", "z"),
    ],
)
def test_a_comment_may_list_the_words(line, takes, word, value):
    found = Parameters.of(line)
    assert found.rows()[0][1] == takes
    assert found.check(found.from_words([word])) == {"x": value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("given.yaml", "n_way: 7\ninner_lr: 1e-3\nsmoke: yes\nnote: 2026-01-01\noptions: {size: 2}\nn_steps: null\n"),
        ("given.yml", "n_way: '7'\ninner_lr: 0.001\nsmoke: 'true'\nnote: '2026-01-01'\noptions:\n  size: 2\n"),
        ("given.json", '{"n_way": 7, "inner_lr": 1e-3, "smoke": true, "note": "2026-01-01", "options": {"size": 2}}'),
    ],
)
def test_a_file_of_parameters(model, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = model.check(model.from_words(["options.width=3"], model.from_file(tmp_path / name)))
    wanted = {"n_way": 7, "inner_lr": 0.001, "smoke": True, "note": "2026-01-01", "options": {"size": 2, "width": 3}}
    assert found == {"dataset": "glyphs", "n_steps": None, **wanted}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.yaml", None, "cannot read the parameters .*gone.yaml .No such file"),
        ("a.yaml", "n_way: [", "is neither YAML nor JSON"),
        ("a.yaml", "!!python/object/apply:os.system ['touch ran']", "is neither YAML nor JSON"),
        ("a.json", "{", "is neither YAML nor JSON"),
        ("a.yaml", "- 1", "holds a list, not parameters"),
        ("a.yaml", "n_wey: 'x'", "no parameter 'n_wey'; did you mean 'n_way'"),
    ],
)
def test_a_bad_file_of_parameters(model, tmp_path, monkeypatch, name, text, message):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ParameterError, match=message):
        model.check(model.from_file(tmp_path / name))
    assert not (tmp_path / "ran").exists()


PAPERMILLS = [*sorted((Path(__file__).parents[2] / "notebooks").rglob("*.ipynb"))]


@pytest.mark.parametrize("path", PAPERMILLS, ids=[path.stem for path in PAPERMILLS])
def test_papermills_own_inspection_sees_every_parameter(path):
    ours = Parameters.of(read(path))
    theirs = inspect_notebook(path)
    assert list(theirs) == list(ours.fields)
    for name, _, _, words in ours.rows():
        assert theirs[name]["help"].endswith(words)
        assert theirs[name]["inferred_type_name"] != "None"
    assert "Optional" not in str(theirs) or "import Optional" in path.read_text(encoding="utf-8")


def test_help_has_type_range_default_and_text(model):
    rows = {row[0]: row[1:] for row in model.rows()}
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
    model = Parameters.of(line)
    assert model.rows()[0][1] == takes
    assert model.check(model.from_words([word])) == {"x": value}


def test_the_json_schema_carries_ranges_and_help(model):
    schema = model.model.model_json_schema()["properties"]["n_way"]
    assert (schema["minimum"], schema["maximum"], schema["description"]) == (2, 20, "classes in an episode")


def cells(n: int) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook()
    for _ in range(n):
        notebook.cells.append(nbformat.v4.new_code_cell("seed: int = 0", metadata={"tags": ["parameters"]}))
    return notebook


def test_without_the_tag_there_are_no_parameters():
    found = Parameters.of(cells(0))
    assert (found.check({}), found.rows()) == ({}, [])
    with pytest.raises(ParameterError, match="the notebook has none; tag a cell that assigns it 'parameters'"):
        found.check({"seed": 1})


def test_two_cells_are_tagged():
    with pytest.raises(ParameterError, match="has 2 code cells tagged"):
        Parameters.of(cells(2))


def test_a_notebook_in_another_language_has_no_parameters_here():
    notebook = cells(1)
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    assert Parameters.of(notebook).rows() == []


LISTS = """
learners: list[str] = ["protonet", "nearest"]  # who takes part
shots: list[int] = [1, 5]  # 1..100 support items of each class
rates: list[float] = []  # 0..1 rates
parts: list[Literal["train", "test"]] = ["test"]
few: list[str] | None = None
"""


@pytest.fixture
def lists():
    return Parameters.of(LISTS)


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
    assert lists.check(lists.from_words([word]))[name] == value


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
        lists.check(values)
    for word in words:
        assert word in str(caught.value)


def test_help_tells_what_a_list_takes(lists):
    takes = {name: (takes, default) for name, takes, default, _ in lists.rows()}
    assert takes["shots"] == ("a list, each a whole number from 1 to 100", "[1, 5]")
    assert takes["few"] == ("a list, each a text or none", "null")
    assert takes["learners"] == ("a list, each a text", '["protonet", "nearest"]')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x: list[str] = []  # 1..5 names", "is not a number"),
        ("x: list[int] | None = None  # 1..5 of them", "a list or something else"),
        ("x: list[int] = [0]  # 1..5 of them", "each a whole number from 1 to 5"),
    ],
)
def test_what_a_declaration_of_a_list_may_not_say(line, message):
    with pytest.raises(ParameterError, match=message):
        Parameters.of(line)
