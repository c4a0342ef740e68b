"""Runs of small notebooks: successful runs, and all kinds of failures."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from papermill.exceptions import PapermillExecutionError

from metawidgets.errors import ParameterError, ReportError
from metawidgets.reports import METRICS, run, run_report

PARAMETERS = "seed: int = 0  # 0..100 seed\nsmoke: bool = False\nwhere: str | None = None"


def notebook(path: Path, *cells: str, kernel: str = "python3") -> Path:
    """Write a notebook with a parameters cell, then for each text a heading and a code cell."""
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    made.cells.append(nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}))
    for number, source in enumerate(cells, start=1):
        made.cells.append(nbformat.v4.new_markdown_cell(f"## Part {number}"))
        made.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(made, path)
    return path


def states(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    tagged = [c for c in cells if c.cell_type == "code" and "injected-parameters" not in c.metadata.get("tags", [])]
    return [c.metadata.papermill["status"] for c in tagged]


def status(out: Path) -> dict:
    return json.loads((out / "status.json").read_text())


def test_a_run_leaves_notebook_page_and_status(tmp_path):
    show = f"""from IPython.display import display
display({{"{METRICS}": {{"accuracy": seed / 4, "title": "My run"}}, "text/plain": "0.75"}}, raw=True)"""
    source = notebook(tmp_path / "small.ipynb", "import os; print(os.getcwd())", show)
    seen = []
    work = tmp_path / "work"
    work.mkdir()
    report = run_report(source, tmp_path / "out{x}", {"seed": 3}, cwd=work, on_cell=lambda *where: seen.append(where))
    assert report.metrics == {"accuracy": 0.75, "title": "My run"}
    assert "<title>My run</title>" in report.html.read_text(encoding="utf-8")
    assert report.parameters == {"seed": 3, "smoke": False, "where": None}
    assert report.html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert seen[0][0] == 1
    assert seen[-1] == (6, 6, "Part 2")
    assert states(report.notebook) == ["completed"] * 3
    said = status(tmp_path / "out{x}")
    assert (said["state"], said["metrics"], said["html"]) == ("completed", report.metrics, "small.html")
    executed = nbformat.read(report.notebook, as_version=4)
    assert str(work) in executed.cells[3].outputs[0].text
    assert str(tmp_path) not in json.dumps(executed.metadata)
    assert not list((tmp_path / "out{x}").glob("*partial*"))


def test_the_run_records_every_parameter(tmp_path):
    report = run_report(notebook(tmp_path / "small.ipynb"), tmp_path / "out", {})
    executed = nbformat.read(report.notebook, as_version=4)
    injected = next(c for c in executed.cells if "injected-parameters" in c.metadata.get("tags", []))
    assert {"seed = 0", "smoke = False", "where = None"} <= set(injected.source.splitlines())


def test_a_failing_cell_keeps_what_was_done_and_is_named(tmp_path):
    source = notebook(tmp_path / "small.ipynb", "kept = 41 + 1\nkept", "{}['missing']", "print('never')")
    with pytest.raises(
        ReportError, match=r"small stopped at the cell below 'Part 2': KeyError: 'missing'.*partial\.ipynb"
    ):
        run_report(source, tmp_path / "out")
    partial = tmp_path / "out" / "small.partial.ipynb"
    assert states(partial) == ["completed", "completed", "failed", "not run"]
    assert '"42"' in partial.read_text()
    said = status(tmp_path / "out")
    assert said["state"] == "failed"
    assert said["error"]["heading"] == "Part 2"
    assert not (tmp_path / "out" / "small.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "limit", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None, "DeadKernelError"),
        ("import sys; sys.exit(0)", None, "a cell called sys.exit"),
        ("import time; time.sleep(60)", 1, "CellTimeoutError"),
    ],
)
def test_ends_that_papermill_takes_for_good(tmp_path, source, limit, message):
    small = notebook(tmp_path / "small.ipynb", source, "1 + 1")
    with pytest.raises(ReportError, match=f"'Part 1': {message}"):
        run_report(small, tmp_path / "out", cell_timeout=limit)
    assert states(tmp_path / "out" / "small.partial.ipynb")[1] == "failed"
    assert status(tmp_path / "out")["state"] == "failed"


def test_a_missing_kernel(tmp_path):
    with pytest.raises(ReportError, match="No such kernel named nowhere"):
        run_report(notebook(tmp_path / "small.ipynb", "1", kernel="nowhere"), tmp_path / "out")
    assert states(tmp_path / "out" / "small.partial.ipynb") == ["not run", "not run"]


def hear_interrupts() -> None:
    """Restore SIGINT in a child before it starts: if a shell runs the tests in the background, children ignore this signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("ZeroDivisionError", "division by zero", "ZeroDivisionError: division by zero."),
        ("DatasetError", "there is no dataset 'x'; did you mean 'y'?", "there is no dataset 'x'; did you mean 'y'?"),
        ("EpisodeError", "give n_way <= 5.\nAnd more", "give n_way <= 5."),
        ("KeyboardInterrupt", "", "KeyboardInterrupt."),
    ],
)
def test_what_a_cell_raised_is_one_sentence(kind, text, said):
    error = PapermillExecutionError(0, 1, "", kind, text, [])
    assert run._message(error) == said


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_an_interrupted_run_says_so_and_leaves_no_kernel(tmp_path):
    mark = tmp_path / "pid"
    wait = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(120)"
    source = notebook(tmp_path / "small.ipynb", wait)
    code = f"from metawidgets.reports import run_report; run_report({str(source)!r}, {str(tmp_path / 'out')!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, preexec_fn=hear_interrupts)
    deadline = time.monotonic() + 60
    while not (mark.is_file() and mark.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in said
    assert status(tmp_path / "out")["state"] == "interrupted"
    assert states(tmp_path / "out" / "small.partial.ipynb") == ["completed", "failed"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_nothing_starts_for_a_wrong_parameter(tmp_path):
    source = notebook(tmp_path / "small.ipynb", "1")
    with pytest.raises(ParameterError, match="did you mean 'seed'"):
        run_report(source, tmp_path / "out", {"sede": 1})
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"cannot write into the folder .*file/out \(Not a directory\)"):
        run_report(notebook(tmp_path / "small.ipynb"), tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("name", "message"),
    [("few_shoot", "did you mean 'few_shot'"), ("nowhere.ipynb", "there is no notebook nowhere.ipynb")],
)
def test_unknown_reports(tmp_path, name, message):
    with pytest.raises(ReportError, match=message):
        run_report(name, tmp_path / "out")


def test_a_file_that_is_no_notebook(tmp_path):
    (tmp_path / "x.ipynb").write_text("hello")
    with pytest.raises(ReportError, match="is not a notebook"):
        run_report(tmp_path / "x.ipynb", tmp_path / "out")
