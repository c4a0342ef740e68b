"""`clean` removes the leftovers, and nothing else."""

import pytest

from metawidgets.sweeps.housekeeping import leftovers
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.saved_plans import saved_plans
from tests.sweeps.made import finished, key_of, status


@pytest.fixture
def filled(store, tmp_path):
    """An output with reports 0 to 5, of which 2 and 5 failed."""
    for n in range(6):
        state = "failed" if n % 3 == 2 else "completed"
        store.publish(key_of(n), finished(tmp_path / f"{n}"), status(state))
    return store


def test_what_no_plan_has_goes(filled):
    found = leftovers(filled, {key_of(n) for n in range(4)})
    assert (found.unwanted, found.failed, found.n_reports) == ([key_of(4), key_of(5)], [], 2)
    assert found.remove() == 2
    assert sorted(filled.statuses()) == [key_of(n) for n in range(4)]
    assert {name[len("reports/00/") :][:20] for name in filled.names("reports/00")} == {key_of(n) for n in range(4)}
    assert Index.of(filled).entries.keys() == filled.statuses().keys()


def test_failed_ones_go_if_asked(filled):
    wanted = {key_of(n) for n in range(6)}
    assert leftovers(filled, wanted).n_reports == 0
    found = leftovers(filled, wanted, failed=True)
    assert found.failed == [key_of(2), key_of(5)]
    found.remove()
    assert sorted(filled.statuses()) == [key_of(n) for n in (0, 1, 3, 4)]


def test_a_failed_one_that_was_completed_meanwhile_stays(filled, tmp_path):
    found = leftovers(filled, {key_of(n) for n in range(6)}, failed=True)
    filled.publish(key_of(2), finished(tmp_path / "again"), status("completed"))
    found.remove()
    assert sorted(filled.statuses()) == [key_of(n) for n in (0, 1, 2, 3, 4)]
    assert filled.read(filled.status(key_of(2))["html"]) == b"page"


def test_nothing_to_remove(filled):
    found = leftovers(filled, {key_of(n) for n in range(9)})
    assert (found.n_reports, found.work, found.plans) == (0, [], [])
    before = filled.statuses()
    assert found.remove() == 0
    assert filled.statuses() == before


def test_plans_that_ask_for_what_goes_go_with_it(filled):
    import json

    def plan(*numbers):
        jobs = [[key_of(n), {}] for n in numbers]
        return json.dumps({"report": "tiny", "varying": [], "jobs": jobs}).encode()

    filled.write("plans/tiny-present.json", plan(0, 1, 2))
    filled.write("plans/tiny-part.json", plan(1))
    filled.write("plans/tiny-former.json", plan(2, 3, 30))
    found = leftovers(filled, {key_of(n) for n in (0, 1, 2)})
    assert found.plans == ["plans/tiny-former.json"]
    found.remove()
    assert [each.name for each in saved_plans(filled)] == ["tiny-part", "tiny-present"]


def test_what_a_killed_run_left_goes(folder, tmp_path):
    folder.publish(key_of(1), finished(tmp_path / "run"), status())
    root = folder.folder
    (root / ".work" / key_of(2)).mkdir(parents=True)
    (root / ".work" / key_of(2) / "tiny.ipynb").write_text("x")
    (root / "reports" / "00" / f"{key_of(3)}.html").write_text("without a status")
    (root / "status" / "00" / f".{key_of(4)}.json.abc.part").write_text("half")
    (root / "status" / "00" / f".{key_of(1)}.json.abc.part").write_text("half, of one that is there")
    mine = [root / ".work" / "notes", root / "reports" / "00" / "mine.html", root / "status" / "00" / "mine.json"]
    for path in mine:
        path.write_text("not ours")
    found = leftovers(folder, {key_of(1)})
    assert found.work == [key_of(n) for n in (1, 2, 3, 4)]
    assert found.n_reports == 0
    found.remove()
    left = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    ours = [f"reports/00/{key_of(1)}.html", f"reports/00/{key_of(1)}.ipynb", f"status/00/{key_of(1)}.json"]
    assert set(left) - {".claims", "index.json"} == {*ours, *(str(path.relative_to(root)) for path in mine)}
    assert folder.status(key_of(1))["state"] == "completed"
    assert leftovers(folder, {key_of(1)}).work == []


def test_what_is_being_run_stays(folder):
    import threading

    (folder.folder / ".work" / key_of(2)).mkdir(parents=True)
    folder.publish(key_of(3), None, status("failed"))
    answers = []
    with folder.claim(key_of(2)) as first, folder.claim(key_of(3)) as second:
        assert first
        assert second
        thread = threading.Thread(target=lambda: answers.append(leftovers(folder, set()).remove()))
        thread.start()
        thread.join()
    assert answers == [0]
    assert (folder.folder / ".work" / key_of(2)).is_dir()
    assert list(folder.statuses()) == [key_of(3)]
    assert leftovers(folder, set()).remove() == 2
    assert list((folder.folder / ".work").iterdir()) == []


def test_each_removal_is_told(filled):
    told = []
    leftovers(filled, set()).remove(on_removed=lambda: told.append(1))
    assert len(told) == 6
