"""A key depends on everything that determines a report's result, and on nothing else."""

import copy
import os

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metawidgets.sweeps import keys
from metawidgets.sweeps.keys import Fingerprints, Keys, is_key
from tests.sweeps.made import notebook

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
PARAMETERS = st.dictionaries(st.text(min_size=1, max_size=6), VALUES, max_size=5)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return nbformat.read(notebook(tmp_path_factory.mktemp("keys") / "tiny.ipynb", "print(n)", "n + 1"), as_version=4)


@pytest.fixture(scope="module")
def one(source):
    return Keys(source, Fingerprints())


def key(source, parameters, version=None):
    return Keys(source, Fingerprints()).of(parameters)


def plain(value):
    """Return a text that is equal only for equal values of the same type: 1, 1.0 and True give three texts."""
    if isinstance(value, dict):
        return f"{{{sorted((name, plain(each)) for name, each in value.items())}}}"
    return f"[{[plain(each) for each in value]}]" if isinstance(value, list) else f"{type(value).__name__} {value!r}"


@given(first=PARAMETERS, second=PARAMETERS)
def test_two_reports_share_a_key_if_and_only_if_their_parameters_are_the_same(one, first, second):
    assert (one.of(first) == one.of(second)) == (plain(first) == plain(second))
    assert is_key(one.of(first))


@given(parameters=PARAMETERS, changed=VALUES, data=st.data())
def test_it_depends_on_each_parameter_and_not_on_their_order(one, parameters, changed, data):
    backwards = dict(reversed(parameters.items()))
    assert one.of(backwards) == one.of(parameters) == one.of(copy.deepcopy(parameters))
    if parameters:
        name = data.draw(st.sampled_from(sorted(parameters)))
        same = plain(changed) == plain(parameters[name])
        assert (one.of({**parameters, name: changed}) == one.of(parameters)) == same
        assert one.of({n: value for n, value in parameters.items() if n != name}) != one.of(parameters)


def test_nested_order_does_not_matter(one):
    assert one.of({"o": {"a": 1, "b": 2}}) == one.of({"o": {"b": 2, "a": 1}})
    assert one.of({"o": [1, 2]}) != one.of({"o": [2, 1]})


def test_it_depends_on_the_source_and_not_on_what_a_run_left(source):
    expected = key(source, {"n": 1})
    ran = copy.deepcopy(source)
    ran.metadata["widgets"], ran.metadata["papermill"] = {"state": 1}, {"duration": 3}
    for number, cell in enumerate(ran.cells):
        cell.outputs = [nbformat.v4.new_output("stream", text="said")]
        cell.execution_count, cell.id = number, f"other-{number}"
        cell.metadata["papermill"] = {"status": "completed"}
    assert key(ran, {"n": 1}) == expected
    for change in (
        lambda nb: nb.cells[1].update(source="print(n) "),
        lambda nb: nb.cells[1].metadata.update(tags=["raises-exception"]),
        lambda nb: nb.cells.reverse(),
        lambda nb: nb.cells.pop(),
        lambda nb: nb.cells[2].update(cell_type="markdown"),
    ):
        changed = copy.deepcopy(source)
        change(changed)
        assert key(changed, {"n": 1}) != expected


def test_it_depends_on_the_package(source, monkeypatch):
    expected = key(source, {})
    monkeypatch.setattr(keys.metawidgets, "__version__", "99.0")
    assert key(source, {}) != expected


@pytest.mark.parametrize(
    "where",
    [
        lambda path: {"way": str(path)},
        lambda path: {"options": {"root": str(path)}},
        lambda path: {"files": ["x", str(path)]},
        lambda path: {"options": {"deep": [{"er": str(path)}]}},
    ],
)
def test_a_file_counts_by_its_content(source, tmp_path, where):
    path = tmp_path / "data.csv"
    absent = key(source, where(path))
    path.write_bytes(b"1,2\n")
    expected = key(source, where(path))
    assert expected != absent
    os.utime(path, (1, 1))
    assert key(source, where(path)) == expected
    path.write_bytes(b"1,3\n")
    os.utime(path, (1, 1))
    assert key(source, where(path)) != expected
    path.write_bytes(b"1,2\n")
    assert key(source, where(path)) == expected


def test_a_folder_counts_by_names_and_contents(source, tmp_path):
    root = tmp_path / "images"
    (root / "a").mkdir(parents=True)
    (root / "a" / "1.png").write_bytes(b"one")
    expected = key(source, {"root": str(root)})
    seen = {expected}
    for change in (
        lambda: (root / "a" / "1.png").write_bytes(b"two"),
        lambda: (root / "a" / "1.png").rename(root / "a" / "2.png"),
        lambda: (root / "a").rename(root / "b"),
        lambda: (root / "c").mkdir() or (root / "c" / "1.png").write_bytes(b"one"),
    ):
        change()
        seen.add(key(source, {"root": str(root)}))
    assert len(seen) == 5
    for folder in (root, root / "b"):
        os.utime(folder, (1, 1))
    assert key(source, {"root": str(root)}) in seen


def test_links_in_a_folder_are_followed_but_in_no_circle(source, tmp_path):
    root, elsewhere = tmp_path / "images", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "1.png").write_bytes(b"one")
    (root / "a").symlink_to(elsewhere)
    (root / "2.png").symlink_to(elsewhere / "1.png")
    (root / "up").symlink_to(root)
    (root / "gone").symlink_to(tmp_path / "nowhere")
    before = key(source, {"root": str(root)})
    (elsewhere / "1.png").write_bytes(b"two")
    assert key(source, {"root": str(root)}) != before


def test_a_relative_path_starts_at_the_working_folder(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = key(source, {"root": "data"})
    (tmp_path / "data").write_text("x")
    assert key(source, {"root": "data"}) != before
    assert key(source, {"way": "data"}) == Keys(source, Fingerprints()).of({"way": "data"})


def test_each_file_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_text("x")
    read, real = [], keys._of_file
    monkeypatch.setattr(keys, "_of_file", lambda file: read.append(file) or real(file))
    prints = Fingerprints()
    assert prints.of({"way": str(path), "n": 1}) == prints.of({"way": str(path), "n": 2}) != {}
    assert read == [path]


@pytest.mark.parametrize(
    "text", ["a/b", "\0/", "~nobody-of-that-name/x", "x" * 5000 + "/", "/dev/null/x", "/root/\udcff"]
)
def test_a_text_that_is_no_file_counts_as_text(text):
    assert Fingerprints().of({"root": text}) == {}


def test_a_trained_learner_counts_by_its_digest():
    assert len(Fingerprints().of({"checkpoint": "glyphs-protonet"})["glyphs-protonet"]) == 64


def test_omniglot_is_followed_to_its_folder(source, tmp_path, monkeypatch):
    monkeypatch.setenv("METAWIDGETS_OMNIGLOT", str(tmp_path))
    before = key(source, {"dataset": "omniglot"})
    other = key(source, {"dataset": "glyphs"})
    (tmp_path / "images.zip").write_bytes(b"zip")
    assert key(source, {"dataset": "omniglot"}) != before
    assert key(source, {"dataset": "glyphs"}) == other


@pytest.mark.parametrize("text", ["", "a" * 19, "a" * 21, "A" * 20, "g" * 20, "a" * 19 + "\n", "٣" * 20])
def test_what_is_no_key(text):
    assert not is_key(text)
