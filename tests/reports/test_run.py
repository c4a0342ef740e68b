"""Runs of small notebooks: successful runs, and all kinds of failures."""

import hashlib
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
from metawidgets.files.claims import claimed
from metawidgets.reports import METRICS, execution, run, run_report

PARAMETERS = "seed: int = 0  # 0..100 seed\nsmoke: bool = False\nwhere: str | None = None"


def notebook(path: Path, *cells: str, kernel: str = "python3", parameters: str = PARAMETERS) -> Path:
    """Write a notebook with a parameters cell, then for each text a heading and a code cell."""
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    made.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
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
    return json.loads((out / "small.status.json").read_text())


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
    source = notebook(tmp_path / "small.ipynb", "1", kernel="nowhere")
    with pytest.raises(ReportError, match=r"not installed here, 'nowhere'; give one with --kernel\. Known: .*python3"):
        run_report(source, tmp_path / "out")
    with pytest.raises(ReportError, match="there is no kernel 'elsewhere'; give one with --kernel"):
        run_report(source, tmp_path / "out", kernel="elsewhere")
    assert not (tmp_path / "out").exists()


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
    assert execution.message(error) == said


SIGNALS = {"INT": ("interrupted", b"KeyboardInterrupt"), "TERM": ("interrupted", b""), "KILL": ("unfinished", b"")}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("name", SIGNALS)
def test_a_run_that_is_ended_says_so(tmp_path, name):
    state, words = SIGNALS[name]
    mark, number = tmp_path / "pid", signal.Signals[f"SIG{name}"]
    wait = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(120)"
    source = notebook(tmp_path / "small.ipynb", wait)
    earlier(tmp_path / "out")
    code = f"from metawidgets.reports import run_report; run_report({str(source)!r}, {str(tmp_path / 'out')!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, preexec_fn=hear_interrupts)
    deadline = time.monotonic() + 200
    while not (mark.is_file() and mark.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(number)
    _, said = process.communicate(timeout=200)
    assert words in said
    assert status(tmp_path / "out")["state"] == state
    assert not (tmp_path / "out" / "small.html").exists()
    kernel = int(mark.read_text())
    if name == "KILL":
        assert status(tmp_path / "out")["process"] == process.pid
        os.kill(kernel, signal.SIGKILL)
        return
    assert process.returncode == (143 if name == "TERM" else -number)
    assert states(tmp_path / "out" / "small.partial.ipynb") == ["completed", "failed"]
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)


FILES = ("small.html", "small.ipynb", "small.partial.ipynb")


def earlier(out: Path) -> None:
    """Write the files of an earlier run, which was completed."""
    out.mkdir()
    for name in FILES:
        (out / name).write_text("earlier")
    (out / "small.status.json").write_text('{"state": "completed", "parameters": {"seed": 99}}')


def test_a_failed_run_leaves_no_older_page(tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        assert status(tmp_path / "out")["state"] == "unfinished"
        raise ReportError("it broke.")

    earlier(tmp_path / "out")
    (tmp_path / "out" / "other.html").write_text("another report's")
    monkeypatch.setattr(run, "execute", fail)
    with pytest.raises(ReportError, match="the report small stopped: it broke"):
        run_report(notebook(tmp_path / "small.ipynb"), tmp_path / "out", {"seed": 3})
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"other.html", "small.partial.ipynb", "small.status.json", ".claims"}
    said = status(tmp_path / "out")
    assert (said["state"], said["parameters"]["seed"], said["error"]) == ("failed", 3, {"message": "it broke."})
    assert "process" not in said


def test_a_folder_that_another_run_writes_into_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "execute", lambda *_: pytest.fail("a kernel was started"))
    earlier(tmp_path / "out")
    before = {name: (tmp_path / "out" / name).read_text() for name in [*FILES, "small.status.json"]}
    key = hashlib.sha256(b"small").hexdigest()
    with claimed(tmp_path / "out" / ".claims", key), pytest.raises(ReportError, match="another run is writing small"):
        run_report(notebook(tmp_path / "small.ipynb"), tmp_path / "out")
    assert {name: (tmp_path / "out" / name).read_text() for name in before} == before


def test_the_notebook_itself_is_not_overwritten(tmp_path):
    source = notebook(tmp_path / "small.ipynb")
    with pytest.raises(ReportError, match=r"would overwrite .*small\.ipynb; give another folder"):
        run_report(source, tmp_path)
    assert states_are_absent(source)


def states_are_absent(path: Path) -> bool:
    return all("papermill" not in cell.metadata for cell in nbformat.read(path, as_version=4).cells)


# Runs a report in children that die at their n-th change of a file, and prints for each n what is left in the folder.
KILLED = """
import json, os, pathlib, sys
import nbformat
from metawidgets.reports import run
source, out = map(pathlib.Path, sys.argv[1:])
def execute(notebook, output, values, *_):
    nbformat.write(notebook, output)
def export(files, title):
    files.html.write_text("page of seed 3")
    return ()
run.execute, run._export = execute, export
def dying(function, left):
    def call(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)
        return function(*args, **kwargs)
    return call
for n in range(1, 40):
    for name in ("small.html", "small.ipynb", "small.partial.ipynb"):
        (out / name).write_text("earlier")
    (out / "small.status.json").write_text('{"state": "completed", "parameters": {"seed": 99}}')
    child = os.fork()
    if child == 0:
        left = [n]
        for name in ("replace", "unlink", "chmod", "write_text"):
            setattr(pathlib.Path, name, dying(getattr(pathlib.Path, name), left))
        run.run_report(source, out, {"seed": 3})
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = json.loads((out / "small.status.json").read_text())
    page = (out / "small.html").read_text() if (out / "small.html").exists() else ""
    print(json.dumps([code, status["state"], status["parameters"]["seed"], page]))
    if code == 0:
        break
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_run_killed_at_any_change_of_a_file_leaves_a_true_status(tmp_path):
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", KILLED, str(notebook(tmp_path / "small.ipynb")), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) > 10
    assert found[-1] == [0, "completed", 3, "page of seed 3"]
    for code, state, seed, page in found[:-1]:
        assert code == 9
        old = (state, seed, page) == ("completed", 99, "earlier")
        done_all = (state, seed, page) == ("completed", 3, "page of seed 3")  # killed after its last change
        assert old or done_all or (state, seed) == ("unfinished", 3)
    assert not (tmp_path / "out" / "small.partial.ipynb").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has no such locks")
def test_four_runs_into_one_folder_never_exchange_pages(tmp_path):
    source = notebook(tmp_path / "small.ipynb", "import time; time.sleep(1); print(f'page of seed {seed}')")
    command = [sys.executable, "-m", "metawidgets", "report", str(source), "--out", str(tmp_path / "out"), "-p"]
    runs = [subprocess.Popen([*command, f"seed={i}"], stderr=subprocess.PIPE, text=True) for i in range(4)]
    ends = {i: (process.communicate(timeout=200)[1], process.returncode) for i, process in enumerate(runs)}
    refused = {i for i, (said, code) in ends.items() if code == 1 and "another run is writing small into" in said}
    assert {i for i, (_, code) in ends.items() if code == 0} == set(ends) - refused
    assert len(refused) < 4
    seed = status(tmp_path / "out")["parameters"]["seed"]
    assert seed not in refused
    for name in ("small.html", "small.ipynb"):
        text = (tmp_path / "out" / name).read_text()
        assert [i for i in ends if f"page of seed {i}" in text] == [seed]


FOREIGN = """import sys
%precision 3
msg = None
factor = 2  # 1..9 times
half = factor / 2
names = []
names.append("x")
if factor > 1:
    names.append("y")"""


@pytest.mark.slow
def test_notebooks_as_papermills_users_write_them(tmp_path):
    made = notebook(tmp_path / "small.ipynb", "print(msg, factor, half, names)", parameters=FOREIGN)
    node = nbformat.read(made, as_version=4)
    node.metadata = nbformat.from_dict({})  # no kernelspec, no language
    nbformat.write(node, made)
    report = run_report(made, tmp_path / "out", {"msg": "hello", "factor": 3})
    told = nbformat.read(report.notebook, as_version=4).cells[-1].outputs[0].text
    assert told == "hello 3 1.0 ['x', 'y']\n"  # as with papermill, what the cell computes from its defaults stays
    assert report.parameters == {"msg": "hello", "factor": 3}

    del node.cells[0].metadata["tags"]
    kernelspec = {"name": "of-another-machine", "display_name": "", "language": "python"}
    node.metadata = nbformat.from_dict({"kernelspec": kernelspec})
    nbformat.write(node, made)
    with pytest.raises(ParameterError, match="there is no parameter 'msg': the notebook has none"):
        run_report(made, tmp_path / "out", {"msg": "hello"})
    report = run_report(made, tmp_path / "out", kernel="python3")
    told = nbformat.read(report.notebook, as_version=4).cells[-1].outputs[0].text
    assert told == "None 2 1.0 ['x', 'y']\n"
    assert report.parameters == {}


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
