"""`metawidgets sweep` from the command line: its output, its exit codes, and one sentence for each mistake."""

import json
import subprocess
import threading
from pathlib import Path

import pytest

from metawidgets.sweeps.planning import Plan
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store
from tests.sweeps.made import finished, notebook, status

TOML = 'report = "tiny.ipynb"\nout = "out"\n[grid]\nn = [1, 2, 3]\n'


@pytest.fixture
def sweep(metawidgets, tmp_path):
    """Return a function that runs `metawidgets sweep` in a folder with a small sweep, and returns exit code, stdout and stderr."""
    notebook(tmp_path / "tiny.ipynb", "print(n)")
    (tmp_path / "sweep.toml").write_text(TOML)
    return lambda *words, answer="": metawidgets("sweep", *words, answer=answer)


@pytest.fixture
def no_process(monkeypatch):
    def started(*args, **kwargs):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", started)


def jobs(text: str = "sweep.toml"):
    return Plan.of(Settings.read(text)).jobs


def done(*states: str, out: str = "out") -> None:
    """Write the status files of the first reports, as if they had been run."""
    store = Store(out)
    for job, state in zip(jobs(), states, strict=False):
        store.publish(job.key, finished(Path("made")), status(state, parameters=job.parameters))


def test_help_names_the_commands_and_what_they_are_for(sweep):
    code, said, _ = sweep("--help")
    assert code == 0
    for word in ("run", "status", "clean", "summary", "resume"):
        assert word in said
    code, said, _ = sweep("run", "--help")
    assert code == 0
    for word in ("--scheduler", "--retry-failed", "--workers", "--out", "--dry-run", "--no-summary"):
        assert word in said
    code, said, err = sweep()
    assert "Usage" in said + err


def test_a_dry_run_says_what_would_run_and_writes_nothing(sweep, no_process):
    code, said, _ = sweep("sweep.toml", "--dry-run")
    assert (code, said) == (0, "tiny has 3 reports; 3 would run.\n")
    assert not Path("out").exists()
    done("completed", "failed")
    assert sweep("--dry-run", "sweep.toml")[1] == "tiny has 3 reports; 1 would run.\n"
    assert "2 would run" in sweep("run", "sweep.toml", "--dry-run", "--retry-failed")[1]
    assert "3 would run" in sweep("sweep.toml", "--dry-run", "--out", "elsewhere")[1]


def test_a_sweep_that_is_done_starts_nothing(sweep, no_process):
    done("completed", "failed", "completed")
    code, said, _ = sweep("sweep.toml", "--no-summary")
    assert (code, said) == (0, "All 3 reports were already done.\n")


def test_status_by_file_and_by_folder(sweep):
    done("completed", "failed")
    Plan.of(Settings.read("sweep.toml")).save(Store("out"))
    for place in ("sweep.toml", "out"):
        code, said, _ = sweep("status", place)
        assert code == 0
        row = next(line for line in said.splitlines() if line.startswith("tiny-"))
        assert row.endswith(": 1 of 3 reports completed, 1 failed, 1 to do")
        assert "1 failed: it broke." in said
        found = json.loads(sweep("status", place, "--json")[1])
        (plan,) = found["plans"]
        assert (plan["reports"], plan["completed"], plan["failed"], plan["to_do"]) == (3, 1, 1, 1)
        assert found["problems"] == {"it broke.": 1}
    assert Path("out/index.json").is_file(), "the next call needs the index to read no status file"
    code, said, _ = sweep("status", "nowhere")
    assert code == 0
    assert not Path("nowhere").exists()


def test_clean_asks_first(sweep):
    done("completed", "failed", "completed")
    Path("sweep.toml").write_text(TOML.replace("[1, 2, 3]", "[1, 2]"))
    what = "1 reports, 0 unfinished runs and 0 plans in out"
    code, said, _ = sweep("clean", "sweep.toml", answer="n\n")
    assert code == 0
    assert f"Remove {what}?" in said
    assert said.endswith("Nothing was removed.\n")
    assert len(Store("out").statuses()) == 3
    code, said, _ = sweep("clean", "sweep.toml", answer="y\n")
    assert f"Removed {what}." in said
    assert len(Store("out").statuses()) == 2
    assert sweep("clean", "sweep.toml")[1] == "Nothing to remove in out.\n"
    code, said, _ = sweep("clean", "sweep.toml", "--failed", "--yes")
    assert said == f"Removed {what}.\n"
    assert list(Store("out").statuses()) == [jobs()[0].key]


def test_clean_without_an_answer_removes_nothing(sweep):
    done("completed", "completed", "completed")
    Path("sweep.toml").write_text(TOML.replace("[1, 2, 3]", "[1]"))
    code, _, _ = sweep("clean", "sweep.toml")
    assert code == 1
    assert len(Store("out").statuses()) == 3


def test_clean_elsewhere(sweep):
    done("completed", out="other")
    Path("sweep.toml").write_text(TOML.replace("[1, 2, 3]", "[2]"))
    assert "Nothing to remove in out" in sweep("clean", "sweep.toml", "--yes")[1]
    assert "Removed 1 reports" in sweep("clean", "sweep.toml", "--yes", "--out", "other")[1]


@pytest.mark.parametrize(
    ("words", "text", "message"),
    [
        (["none.toml"], TOML, "cannot read none.toml (No such file or directory)"),
        (["sweep.toml"], "grd = 1", "there is no setting 'grd'; did you mean 'grid'"),
        (
            ["sweep.toml"],
            TOML.replace("3]", "30]"),
            "report 3 of the sweep (n=30): n=30 cannot be used; it takes a whole",
        ),
        (["sweep.toml"], TOML.replace("[1, 2, 3]", "[]"), "grid.n is []; give a list with at least one value"),
        (["sweep.toml"], TOML + "m = [1]", "there is no parameter 'm'"),
        (
            ["sweep.toml"],
            "zip = {n = [1, 2], rate = [0.1]}\n" + TOML.replace("[grid]\nn = [1, 2, 3]", ""),
            "n has 2, rate has 1",
        ),
        (["sweep.toml"], TOML + "[[exclude]]\nn = 9", "the exclusion {'n': 9} matches none of the reports"),
        (["sweep.toml"], "repeats = 1000000\n" + TOML, "asks for 3,000,000 reports, but at most 1,000,000 are allowed"),
        (["sweep.toml"], TOML.replace("tiny.ipynb", "gone.ipynb"), "there is no notebook gone.ipynb"),
        (
            ["sweep.toml"],
            TOML.replace("tiny.ipynb", "few_shots"),
            "there is no report 'few_shots'; did you mean 'few_shot'",
        ),
        (["sweep.toml", "--out", "nosuch://x"], TOML, "cannot use 'nosuch://x' for the output"),
        (["sweep.toml", "--out", "tiny.ipynb/x"], TOML, "cannot write into"),
        (["status", "nosuch://x"], TOML, "cannot use 'nosuch://x'"),
        (["clean", "sweep.toml"], "workers = 0", "'workers' is 0"),
    ],
)
def test_a_mistake_is_one_sentence_and_starts_nothing(sweep, no_process, words, text, message):
    Path("sweep.toml").write_text(text)
    code, said, err = sweep(*words)
    assert code == 1
    assert said == ""
    assert err.startswith("metawidgets: ")
    assert message in err
    assert err.count("\n") == 1
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "words", [["sweep.toml", "--workers", "0"], ["sweep.toml", "--workers", "x"], ["run"], ["clean"]]
)
def test_wrong_words_are_usage_errors(sweep, words):
    code, _, err = sweep(*words)
    assert code == 2
    assert "Usage" in err


def test_failed_reports_make_the_exit_code(sweep, monkeypatch):
    from metawidgets import sweeps
    from metawidgets.sweeps.driver import Progress

    progress = Progress(3, completed=2, failed=1, seconds=61.0)
    progress.problems["KeyError: 'x'."] = 1
    seen = {}

    def run_sweep(plan, **how):
        seen.update(how, workers=plan.settings.workers)
        how["on_progress"](progress)
        return progress

    monkeypatch.setitem(vars(sweeps), "run_sweep", run_sweep)
    code, said, err = sweep(
        "sweep.toml", "--no-summary", "--workers", "2", "--retry-failed", "--scheduler", "tcp://h:1"
    )
    assert code == 1
    assert "3 reports in 1 min 01 s (20.3 s per report), 0 were done before, 0 are left." in said
    assert "1 of 3 reports failed; --retry-failed runs them again. 1 x KeyError: 'x'." in err
    assert (seen["workers"], seen["retry_failed"], seen["scheduler"]) == (2, True, "tcp://h:1")


@pytest.mark.slow
def test_a_small_sweep_from_end_to_end(sweep):
    Path("sweep.toml").write_text(TOML.replace("3]", "9]"))
    notebook(Path("tiny.ipynb"), "assert n < 9, 'too many'", "print(n)")
    code, said, err = sweep("sweep.toml", "--workers", "2", "--no-summary")
    assert code == 1
    assert "3 reports in" in said
    assert "1 of 3 reports failed" in err
    assert "AssertionError: too many" in err
    assert sorted((Store("out").status(job.key) or {})["state"] for job in jobs()) == [
        "completed",
        "completed",
        "failed",
    ]
    assert "All 3 reports were already done" in sweep("sweep.toml", "--no-summary")[1]
    notebook(Path("tiny.ipynb"), "print(n)")  # another notebook means other reports
    assert "3 would run" in sweep("sweep.toml", "--dry-run")[1]
    assert threading.active_count() < 50
