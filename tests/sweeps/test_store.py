"""The contract of an output, for a folder, an object store and a generic file system; then the features of single kinds."""

import errno
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metawidgets.errors import SweepError
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.store import Store, Unwritable
from tests.sweeps.made import finished, key_of, status

KEY = key_of(7)


def test_the_three_are_what_they_should_be(store, request):
    kind = request.node.callspec.params["store"]
    assert (store.folder is not None) == (kind == "folder")
    assert type(store.fs).__name__ == {
        "folder": "LocalFileSystem", "object store": "MemoryFileSystem", "generic": "DirFileSystem",
    }[kind]  # fmt: skip


def test_a_new_output_is_empty(store):
    store.prepare()
    assert store.statuses() == {}
    assert store.names("plans") == []
    assert store.status(KEY) is None
    with pytest.raises(OSError, match=r"no.*\.json|\.json|No such"):
        store.read(f"status/{KEY[:2]}/{KEY}.json")


def test_a_published_report_is_there_with_its_files(store, tmp_path):
    store.prepare()
    store.publish(KEY, finished(tmp_path / "run"), status(metrics={"accuracy": 0.5}))
    said = store.status(KEY)
    assert said["key"] == KEY
    assert said["html"] == f"reports/00/{KEY}.html"
    assert said["notebook"] == f"reports/00/{KEY}.ipynb"
    assert said["metrics"] == {"accuracy": 0.5}
    assert store.read(said["html"]) == b"page"
    assert json.loads(store.read(said["notebook"])) == {"cells": []}
    assert list(store.statuses()) == [KEY]
    assert store.names("reports/00") == [f"reports/00/{KEY}.html", f"reports/00/{KEY}.ipynb"]
    assert store.names("reports") == []


def test_a_failed_report_has_what_it_came_to(store, tmp_path):
    made = finished(tmp_path / "run")
    (made / "tiny.html").unlink()
    (made / "tiny.ipynb").rename(made / "tiny.partial.ipynb")
    store.publish(KEY, made, status("failed", notebook="tiny.partial.ipynb"))
    said = store.status(KEY)
    assert (said["state"], said["html"]) == ("failed", None)
    assert said["notebook"] == f"reports/00/{KEY}.partial.ipynb"
    assert store.read(said["notebook"])
    store.publish(key_of(8), None, status("failed"))
    assert store.status(key_of(8))["notebook"] is None


def test_a_later_success_takes_the_place_of_a_failure(store, tmp_path):
    store.publish(KEY, None, status("failed"))
    before = store.statuses()[KEY]
    store.publish(KEY, finished(tmp_path / "run"), status())
    assert store.status(KEY)["state"] == "completed"
    assert store.statuses()[KEY] != before


def test_a_removed_report_leaves_nothing(store, tmp_path):
    store.publish(KEY, finished(tmp_path / "run"), status())
    store.publish(key_of(8), finished(tmp_path / "run"), status())
    store.remove(KEY)
    store.remove(KEY)
    assert list(store.statuses()) == [key_of(8)]
    assert store.names("reports/00") == [f"reports/00/{key_of(8)}.{suffix}" for suffix in ("html", "ipynb")]
    assert store.status(KEY) is None


def test_marks_change_when_a_file_does_and_only_then(store):
    for key in (KEY, key_of(8)):
        store.publish(key, None, status("failed", error={"message": "one"}))
    first = store.statuses()
    assert store.statuses() == first
    store.publish(KEY, None, status("failed", error={"message": "two"}))  # the same number of bytes as before
    again = store.statuses()
    assert again[KEY] != first[KEY]
    assert again[key_of(8)] == first[key_of(8)]


def test_what_else_lies_there_is_no_status(store):
    for name in ("status/00/notes.txt", f"status/00/{KEY}.json.part", f"status/00/{KEY}", "status/00/x.json"):
        store.write(name, b"{}")
    assert store.statuses() == {}


WHOLE = (json.dumps({**status(), "key": KEY}, indent=1) + "\n").encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(n=st.integers(0, len(WHOLE) - 2))
def test_half_a_status_is_none(store, n):
    store.write(f"status/00/{KEY}.json", WHOLE[:n])
    assert store.status(KEY) is None
    store.write(f"status/00/{KEY}.json", WHOLE)
    assert store.status(KEY)["state"] == "completed"


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"null",
        b'"completed"',
        b"\xff",
        b"[" * 100_000,
        json.dumps({**status(), "key": key_of(8)}).encode(),  # another report's file, renamed
        json.dumps({**status(), "state": "running", "key": KEY}).encode(),
        json.dumps({"state": "completed"}).encode(),
    ],
)
def test_what_is_no_status(store, text):
    store.write(f"status/00/{KEY}.json", text)
    assert store.status(KEY) is None
    assert Index.of(store).missing([KEY]) == [KEY]


@pytest.mark.quick_cases(1)
def test_who_reads_while_others_write_sees_whole_statuses_or_none(store):
    """While a writer alternates between a short and a long text, a reader always sees one of the two."""
    texts = [{"message": "x"}, {"message": "y" * 100_000}]
    stop, seen, wrong = threading.Event(), set(), []

    def read():
        while not stop.is_set():
            said = store.status(KEY)
            if said is not None:
                seen.add(len(said["error"]["message"]))
                if said["error"] not in texts:
                    wrong.append(said)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(60):
        store.publish(KEY, None, status("failed", error=texts[i % 2]))
    stop.set()
    reader.join()
    assert wrong == []
    assert seen


def test_a_report_that_ran_twice_counts_once(request, store, tmp_path):
    """Without claims, two workers may run the same report. The first result is kept, and the report exists once."""
    for text in ("first", "second"):
        with store.claim(KEY) as mine:
            assert mine
            if store.folder is not None and store.status(KEY):
                continue  # a worker claims too; an object store works without claims
            store.publish(KEY, finished(tmp_path / text, text), status(host=text))
    assert store.read(store.status(KEY)["html"]) == b"first"
    assert store.status(KEY)["host"] == "first"
    index = Index.of(store)
    assert (len(index.entries), index.missing([KEY])) == (1, [])


def test_many_at_once_count_once(store, tmp_path):
    """Eight threads publish the same twenty reports; a folder lets only one thread at a time work on each."""
    runs = [finished(tmp_path / f"{n}-{k}", f"{n}") for n in range(8) for k in range(20)]
    errors = []

    def work(n):
        try:
            for k in range(20):
                key, run = key_of(k), runs[20 * n + k]
                while True:
                    with store.claim(key) as mine:
                        if mine:
                            if store.status(key) is None:
                                store.publish(key, run, status(host=f"{n}"))
                            break
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    index = Index.of(store)
    assert sorted(index.entries) == [key_of(k) for k in range(20)]
    assert {entry.state for entry in index.entries.values()} == {"completed"}
    for k in range(20):
        assert store.read(store.status(key_of(k))["html"]).decode() in "01234567"


def test_a_workplace_is_empty_and_goes(store):
    for _ in range(2):
        with store.workplace(KEY) as place:
            assert list(place.iterdir()) == []
            (place / "file").write_text("x")
        assert not place.exists()


def test_a_new_store_on_the_same_place_sees_the_same(store, tmp_path):
    store.publish(KEY, finished(tmp_path / "run"), status())
    other = Store(store.place)
    assert other.status(KEY) == store.status(KEY)
    assert other.statuses() == store.statuses()
    other.publish(key_of(8), None, status("failed"))
    assert set(store.statuses()) == {KEY, key_of(8)}  # listings are not cached


def test_a_folder_is_known_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert Store("out").place == str(tmp_path / "out")
    assert Store("~/out").place == str(tmp_path / "home" / "out")
    assert Store(f"file://{tmp_path}/out").place == str(tmp_path / "out")
    assert Store("memory://x").place == "memory://x"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nosuch://x", "cannot use 'nosuch://x' for the output .*nosuch"),
        ("simplecache::memory://x", "its cache would show files as they were before"),
        ("filecache::memory://x", "its cache"),
    ],
)
def test_what_is_no_place(place, message):
    with pytest.raises(SweepError, match=message):
        Store(place)


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unwritable, match=r"cannot write into .*/file \(.*\); what is done is kept"):
        Store(str(tmp_path / "file")).prepare()
    with pytest.raises(Unwritable, match="cannot write into"):
        Store(str(tmp_path / "file" / "below")).prepare()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_refusal_leaves_nothing_with_a_final_name(folder, tmp_path, monkeypatch, number):
    folder.prepare()

    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Unwritable, match=os.strerror(number)):
        folder.publish(KEY, finished(tmp_path / "run"), status())
    assert folder.statuses() == {}
    assert folder.names("reports/00") == []


def test_errors_of_a_clients_own_are_one_sentence(monkeypatch):
    class NoCredentials(Exception):
        pass

    store = Store("memory://bucket/x")

    def refuse(*args, **kwargs):
        raise NoCredentials("Unable to locate credentials\nlong tail")

    monkeypatch.setattr(store.fs, "pipe_file", refuse)
    with pytest.raises(Unwritable, match=r"memory://bucket/x \(NoCredentials: Unable to locate credentials\); check"):
        store.prepare()
    monkeypatch.undo()
    with pytest.raises(Unwritable, match="cannot write into github"):
        _read_only().prepare()


def _read_only() -> Store:
    from fsspec.spec import AbstractFileSystem

    store = Store("memory://x")
    store.fs, store.place = AbstractFileSystem(), "github://x"
    return store


def test_what_goes_wrong_in_a_claims_block_is_the_blocks_own(folder):
    with pytest.raises(PermissionError, match="mine"), folder.claim(KEY):
        raise PermissionError(errno.EACCES, "mine")
    with folder.claim(KEY) as mine:
        assert mine


def test_a_status_is_on_the_disk_after_its_files(folder, tmp_path, monkeypatch):
    """After a power cut, a status file must not exist without the files that it names."""
    order, fsync, replace = [], os.fsync, os.replace

    def name_of(descriptor):
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", lambda fd: order.append(("disk", name_of(fd))) or fsync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: order.append(("name", str(b))) or replace(a, b))
    folder.publish(KEY, finished(tmp_path / "run"), status())
    steps = [(what, name.rpartition("/")[2].partition(".part")[0]) for what, name in order]
    assert [(what, name.rpartition(".")[2]) for what, name in steps if what == "name"][-1] == ("name", "json")
    whats = [what for what, _ in steps]
    assert whats == ["disk", "name"] * 3


def test_modes_are_those_of_the_umask(folder):
    before = os.umask(0o027)
    try:
        folder.write("plans/x.json", b"{}")
    finally:
        os.umask(before)
    assert (folder.folder / "plans" / "x.json").stat().st_mode & 0o777 == 0o640
