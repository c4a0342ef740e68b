"""The index agrees with the status files, and reads no more of them than necessary."""

import json
import os
import sys

import pytest

from metawidgets.sweeps.index import Entry, Index
from metawidgets.sweeps.store import Store
from tests.sweeps.made import key_of, status


def filled(store: Store, n: int = 6) -> Store:
    for number in range(n):
        store.publish(key_of(number), None, status("failed" if number % 3 == 2 else "completed", seconds=number / 2))
    return store


@pytest.fixture
def reads(monkeypatch):
    """A list to which the keys are appended whose status files are read."""
    found: list[str] = []
    real = Store.status
    monkeypatch.setattr(Store, "status", lambda self, key: found.append(key) or real(self, key))
    return found


def test_it_says_what_the_files_say(store):
    index = Index.of(filled(store))
    assert sorted(index.entries) == [key_of(n) for n in range(6)]
    assert index.entries[key_of(1)] == Entry("completed", 0.5)
    assert index.entries[key_of(2)] == Entry("failed", 1.0, "it broke.")


def test_what_is_missing(store):
    index = Index.of(filled(store))
    wanted = [key_of(n) for n in (9, 2, 1, 7)]
    assert index.missing(wanted) == [key_of(9), key_of(7)]
    assert index.missing(wanted, failed_too=True) == [key_of(9), key_of(2), key_of(7)]


def test_a_saved_index_spares_the_reading(store, reads):
    first = Index.of(filled(store))
    first.save()
    reads.clear()
    again = Index.of(store)
    assert reads == []
    assert again.entries == first.entries


def test_only_what_came_or_changed_is_read(store, reads):
    Index.of(filled(store)).save()
    store.publish(key_of(2), None, status("completed"))
    store.publish(key_of(20), None, status("completed"))
    store.remove(key_of(1))
    reads.clear()
    index = Index.of(store)
    assert sorted(reads) == [key_of(2), key_of(20)]
    assert index.entries[key_of(2)].state == "completed"
    assert key_of(1) not in index.entries
    assert index.missing([key_of(1)]) == [key_of(1)]
    reads.clear()
    index.refresh()
    assert reads == []


def test_a_status_that_became_half_is_not_done_any_more(store):
    Index.of(filled(store)).save()
    name = f"status/00/{key_of(1)}.json"
    store.write(name, store.read(name)[:-10])
    assert Index.of(store).missing([key_of(1)]) == [key_of(1)]


def test_it_is_written_only_when_there_is_something_new(folder):
    index = Index.of(filled(folder))
    index.save()
    path = folder.folder / "index.json"
    before = path.stat()
    index.refresh()
    index.save()
    Index.of(folder).save()
    assert os.path.samestat(path.stat(), before)


def test_no_output_no_index(tmp_path):
    index = Index.of(Store(str(tmp_path / "none")))
    index.save()
    assert index.entries == {}
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[: len(text) // 2],
        lambda text: text[:-1],
        lambda text: b"[]",
        lambda text: b"null",
        lambda text: b"\xff" + text,
        lambda text: b"[" * 100_000,
        lambda text: text.replace(b'"format":1', b'"format":99'),
        lambda text: text.replace(b'"completed"', b"[1]", 1).replace(b'"reports":{', b'"reports":[', 1),
        lambda text: json.dumps({"format": 1, "reports": {key_of(1): 3}}).encode(),
        lambda text: json.dumps({"format": 1, "reports": {key_of(1): ["1", "completed", 1]}}).encode(),
        lambda text: json.dumps({"format": 1, "reports": {key_of(1): ["1", "completed", "x", ""]}}).encode(),
    ],
)
def test_a_damaged_index_is_made_anew(store, damage):
    index = Index.of(filled(store))
    index.save()
    store.write("index.json", damage(store.read("index.json")))
    again = Index.of(store)
    assert again.entries == index.entries
    again.save()
    assert Index.of(store).entries == index.entries


def test_an_index_that_lies_about_marks_is_corrected(store):
    """The index trusts a state only if its mark agrees with the status file."""
    Index.of(filled(store)).save()
    said = json.loads(store.read("index.json"))
    said["reports"][key_of(40)] = ["x", "completed", 1.0, ""]  # a key without a file
    said["reports"][key_of(1)][0] = "other"
    said["reports"][key_of(1)][1] = "failed"
    store.write("index.json", json.dumps(said).encode())
    index = Index.of(store)
    assert key_of(40) not in index.entries
    assert index.entries[key_of(1)].state == "completed"


@pytest.mark.parametrize("said", [{"seconds": "long"}, {"seconds": None}, {"error": "text"}, {"error": {"x": 1}}])
def test_odd_entries_of_a_whole_status(store, said):
    store.publish(key_of(1), None, status("failed", **said))
    entry = Index.of(store).entries[key_of(1)]
    assert entry.state == "failed"
    assert isinstance(entry.seconds, float)
    assert isinstance(entry.problem, str)


def test_who_waits_is_told(folder):
    told = []
    Index.of(filled(folder), on_read=lambda n, of: told.append((n, of)))
    assert told[-1] == (6, 6)


def test_a_warm_index_opens_no_status_file(folder):
    """Reads are counted by Python's audit event of `open`, so that none is overlooked."""
    Index.of(filled(folder, 50)).save()
    opened, listening = [], [True]
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if listening[0] and event == "open" else None)
    index = Index.of(folder)
    listening[0] = False
    assert len(index.entries) == 50
    assert [name for name in opened if "/status/" in name] == []
    assert [name for name in opened if name.endswith("index.json")] != []
