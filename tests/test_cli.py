"""The command line: its help, its error messages, and that train, evaluate and export work together."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import pytest
import typer.main

from metawidgets import cli, datasets, learners, reports, trained
from metawidgets.cli import console, pages, training
from metawidgets.episodes import EpisodeList, EpisodeSampler
from metawidgets.reports import Report
from metawidgets.reports.pages.left_out import LeftOut
from tests.made_files import image_file

COMMANDS = ["demo", "train", "evaluate", "report", "export", "lab", "course", "datasets", "learners"]
TINY = ["--dataset", "gaussians", "--steps", "4", "--validate-every", "2", "--n-validation", "3"]


def test_help_answers_without_the_heavy_packages():
    code = (
        "import sys, metawidgets.cli; print([m for m in ('torch', 'altair', 'papermill', 'numpy') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_the_top_level_help_names_every_command(metawidgets):
    code, said, _ = metawidgets("--help")
    assert code == 0
    assert [name for name in COMMANDS if f" {name} " not in said] == []
    assert "metawidgets demo" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(metawidgets, name):
    assert metawidgets(name, "--help")[0] == 0
    command = typer.main.get_command(cli.app).commands[name]  # pyright: ignore[reportAttributeAccessIssue]
    assert command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []


def test_version(metawidgets):
    assert metawidgets("--version")[1].startswith("metawidgets 0.")


def test_a_mistyped_command_or_option_is_a_usage_error(metawidgets):
    assert metawidgets("trian")[0] == 2
    code, _, said = metawidgets("train", "x.safetensors", "--steps", "many")
    assert (code, "--steps" in said, "Traceback" in said) == (2, True, False)


def test_train_then_evaluate(metawidgets):
    code, said, told = metawidgets("train", "a/it.safetensors", "--learner", "maml", "-L", "inner_steps=2", *TINY)
    assert code == 0, told
    assert "MAML on gaussians: 4 steps" in said
    assert "step 4: validation" in told
    card = json.loads(Path("a/it.json").read_text())
    assert card["data"] == {"dataset": "gaussians", "options": {}}
    assert card["hyper"]["inner_steps"] == 2
    assert card["validation"]["n_episodes"] == 3

    code, said, _ = metawidgets("evaluate", "a/it.safetensors", "--n-episodes", "5")
    assert code == 0
    assert "MAML on gaussians (test), 5-way 1-shot:" in said
    assert "over 5 episodes" in said
    assert metawidgets("evaluate", "a/it.safetensors", "--n-episodes", "5")[1] == said


def test_a_score_as_json(metawidgets):
    words = ["evaluate", "sinusoids-maml", "--n-episodes"]
    found = json.loads(metawidgets(*words, "3", "--json")[1])
    assert (found["metric"], found["k_shot"], len(found["per_episode"])) == ("mean squared error", 1, 3)
    assert found["mean"] == pytest.approx(sum(found["per_episode"]) / 3)
    assert json.loads(metawidgets(*words, "1", "--json")[1])["half_width"] is None


def test_a_finished_training_is_not_repeated(metawidgets):
    words = ["train", "it.safetensors", "--learner", "maml", *TINY]
    metawidgets(*words)
    assert "is already complete; --fresh starts again" in metawidgets(*words)[1]
    assert "4 steps" in metawidgets(*words, "--fresh")[1]


def test_ones_own_pictures_are_evaluated_and_what_is_none_is_named(tmp_path):
    for c in range(2):
        (tmp_path / f"c{c}").mkdir()
        for i in range(3):
            (tmp_path / f"c{c}" / f"{i}.png").write_bytes(image_file(size=(90 + i, 90 + c)))
    (tmp_path / "c0" / "bad.png").write_text("no picture")
    words = ["--learner", "nearest", "--n-way", "2", "--n-query", "2", "--n-episodes", "3"]
    words += ["--dataset", "image_folder", "--dataset-option", f"root={tmp_path}", "--split", "all"]
    run = subprocess.run([sys.executable, "-m", "metawidgets", "evaluate", *words], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "on image_folder (all), 2-way 1-shot" in run.stdout
    assert "image_folder left out 1: 'c0/bad.png' is not an image" in run.stderr


def test_a_learner_without_training_is_evaluated_by_name(metawidgets):
    code, said, _ = metawidgets(
        "evaluate", "--learner", "nearest", "--dataset", "digits", "--split", "all", "--n-episodes", "3"
    )
    assert code == 0
    assert "Nearest neighbour on digits (all), 5-way 1-shot:" in said


def test_a_file_of_episodes_and_classes_by_name_are_evaluated(metawidgets):
    digits = datasets.load("digits").source("all")
    sampler = EpisodeSampler(digits, n_way=3, k_shot=(1, 3), n_query=2)
    EpisodeList([sampler.episode(i) for i in range(4)]).save("four.safetensors")
    code, said, told = metawidgets("evaluate", "--learner", "nearest", "--episodes", "four.safetensors")
    assert code == 0, told
    assert "Nearest neighbour on four.safetensors, 3-way 1 to 3-shot:" in said
    assert "over 4 episodes" in said
    words = ["evaluate", "--learner", "nearest", "--dataset", "digits", "--n-way", "3", "--n-episodes", "3"]
    assert metawidgets(*words, "-D", "classes=6,8,9")[0] == 0
    assert "names 'sx', which is not a class" in metawidgets(*words, "-D", "classes=6,8,sx")[2]


def test_a_figure_on_trained_classes_is_warned_of(metawidgets):
    metawidgets("train", "it.safetensors", "-D", "n_classes=60", "--steps", "1", "--n-validation", "2")
    words = ["evaluate", "it.safetensors", "--n-episodes", "2"]
    assert "Careful" not in metawidgets(*words)[2]
    assert "trained on classes that it is tested on here" in metawidgets(*words, "--split", "all")[2]
    assert "trained on classes that it is tested on here" in metawidgets(*words, "-D", "n_classes=40")[2]


@pytest.mark.slow
def test_the_demo_ends_with_the_path_of_its_report(metawidgets):
    code, said, told = metawidgets("demo", "--out", "here", "--smoke")
    assert code == 0, told
    page = Path(said.splitlines()[-1])
    assert page == Path("here/report/few_shot.html")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [word for word in ("ProtoNet", "MAML", "unseen glyphs", "real digits", "20.0 →") if word not in said] == []
    assert json.loads(Path("here/protonet.json").read_text())["steps"] == 2


@pytest.mark.parametrize(
    ("words", "has"),
    [
        ("datasets", ["glyphs ", "omniglot ", "table "]),
        ("learners", ["protonet ", "maml ", "optimisation-based", "In-context transformer"]),
        ("trained", ["glyphs-protonet ", "sinusoids-maml ", "linear_functions-in_context"]),
        ("datasets glyphs", ["n_classes", "int, "]),
        ("learners maml", ["inner_lr  (default 0.01, 0.4 on images)", "ICML 2017"]),
    ],
)
def test_a_list_is_whole_at_80_columns(metawidgets, words, has):
    code, said, _ = metawidgets(*words.split())
    assert code == 0
    assert [word for word in has if word not in said] == []
    assert max(map(len, said.splitlines())) <= 80
    assert "…" not in said


@pytest.mark.parametrize(("name", "all_of"), [("datasets", datasets.ALL), ("learners", learners.ALL)])
def test_a_list_has_one_line_each(metawidgets, name, all_of):
    lines = metawidgets(name)[1].splitlines()
    assert [sum(line.startswith(f"{each} ") for line in lines) for each in all_of] == [1] * len(all_of)


def test_each_trained_learner_has_one_line_with_its_scores(metawidgets):
    lines = metawidgets("trained")[1].splitlines()
    for name in trained.names():
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        scores = {(s["n_way"], s["k_shot"]): s["mean"] for s in trained.card(name)["scores"]}
        assert line.endswith(f" {trained.size(name) / 1e6:.2f}")
        if (5, 1) in scores:
            assert f"{100 * scores[5, 1]:.1f} %" in line


@pytest.mark.parametrize("name", ["datasets", "learners", "trained"])
def test_a_list_as_json(metawidgets, name):
    found = json.loads(metawidgets(name, "--json")[1])
    known = {"datasets": list(datasets.ALL), "learners": list(learners.ALL), "trained": trained.names()}[name]
    assert list(found) == known


def test_one_that_is_not_there_is_said(metawidgets):
    assert "there is no learner 'mmal'; did you mean 'maml'?" in metawidgets("learners", "mmal")[2]


def test_report_lists_its_parameters(metawidgets):
    code, said, _ = metawidgets("report", "--list")
    assert code == 0
    assert "n_episodes" in said
    assert "a whole number from 2 to 10000" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train x.safetensors --dataset glyfs", "there is no dataset 'glyfs'; did you mean 'glyphs'?"),
        ("train x.safetensors -D n_clases=60", "has no option 'n_clases'; did you mean 'n_classes'?"),
        ("train x.safetensors -D n_classes=many", "n_classes='many'"),
        ("train x.safetensors -D n_classes", "write name=value"),
        ("train x.safetensors --learner protnet", "unknown learner 'protnet'; did you mean 'protonet'?"),
        ("train x.safetensors -L inner_rl=1 --learner maml", "did you mean 'inner_lr'?"),
        ("train x.safetensors --learner nearest", "no parameters that an outer loop could train"),
        ("evaluate --learner nearest --k-shot 20 -D n_drawers=20", "k_shot=20 and n_query=15 need 35 items"),
        ("evaluate --learner nearest --n-way 99 -D n_classes=60", "n_way=99"),
        ("evaluate", "give a checkpoint file or --learner"),
        ("evaluate none.safetensors", "there is no checkpoint none.safetensors"),
        ("report -p n_wey=5", "there is no parameter 'n_wey'; did you mean 'n_way'?"),
        ("report -p k_shot=three", "k_shot='three' cannot be used; it takes a whole number from 1 to 100"),
        ("report -p smoke=yes", "smoke='yes' cannot be used; it takes true or false"),
        ("report --out file/below", "cannot write into the folder file/below (Not a directory)"),
        ("report few_shto", "there is no report 'few_shto'; did you mean 'few_shot'?"),
        ("export nowhere.ipynb", "there is no notebook nowhere.ipynb; check the path"),
        ("lab nowhere", "there is no folder nowhere"),
    ],
)
def test_a_mistake_is_one_sentence(metawidgets, words, message):
    Path("file").write_text("")
    code, _, said = metawidgets(*words.split())
    assert code == 1
    assert message in said
    assert said.startswith("metawidgets: ")
    assert "Traceback" not in said


def test_a_truncated_checkpoint(metawidgets):
    metawidgets("train", "it.safetensors", *TINY)
    whole = Path("it.safetensors").read_bytes()
    Path("it.safetensors").write_bytes(whole[: len(whole) // 2])
    code, _, said = metawidgets("evaluate", "it.safetensors")
    assert (code, "is truncated, altered or not a metawidgets checkpoint" in said) == (1, True)


def test_a_zip_with_a_climbing_path(metawidgets):
    with zipfile.ZipFile("images_background.zip", "w") as archive:
        archive.writestr("../../outside.png", b"x")
    code, _, said = metawidgets("train", "it.safetensors", "--dataset", "omniglot", "-D", "root=.")
    assert code == 1
    assert "Traceback" not in said
    assert "images_background.zip" in said


def test_a_bug_is_told_as_one(metawidgets, monkeypatch):
    monkeypatch.setattr(pages.secrets, "token_urlsafe", lambda n: 1 / 0)
    code, _, said = metawidgets("lab", ".")
    assert code == 70
    assert (
        said
        == "metawidgets: ZeroDivisionError: division by zero. This is a bug; METAWIDGETS_TRACEBACK=1 shows where.\n"
    )
    monkeypatch.setenv("METAWIDGETS_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        metawidgets("lab", ".")


def test_export(metawidgets):
    output = nbformat.v4.new_output("stream", text="hello from the notebook")
    cell = nbformat.v4.new_code_cell("print('hello')", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), "run.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), "unrun.ipynb")
    code, said, _ = metawidgets("export", "run.ipynb")
    assert (code, said) == (0, "run.html\n")
    assert "hello from the notebook" in Path("run.html").read_text(encoding="utf-8")
    said_of_unrun = (
        "the notebook: the outputs of its code: it has none; run it and save it, or use `metawidgets report`"
    )
    code, page, said = metawidgets("export", "unrun.ipynb")
    assert (code, page) == (0, "unrun.html\n")
    assert said == f"One thing is not in the page as in the notebook:\n  {said_of_unrun}\n"
    code, printed, _ = metawidgets("export", "unrun.ipynb", "--strict", "--json")
    assert code == 3
    assert json.loads(printed) == {
        "page": "unrun.html",
        "left_out": [
            {
                "cell": 0,
                "what": "the outputs of its code",
                "why": "it has none",
                "cure": "run it and save it, or use `metawidgets report`",
            }
        ],
    }
    assert metawidgets("export", "run.ipynb", "--strict")[0] == 0


@pytest.fixture
def reported(monkeypatch):
    """Replace the run of a report by one that shows some progress and leaves two things out; return what it was asked for."""
    asked = []

    def run_report(name, folder, values, *, on_cell, **how):
        asked.append({"name": name, "values": values, **how})
        for place, heading in enumerate(["First", "First", "Second"], start=1):
            on_cell(place, 3, heading)
        left_out = [LeftOut(1, "a sound", "it is too long"), LeftOut(3, "a map", "it needs Python", "store a picture")]
        html, notebook, status = (folder / f"x{suffix}" for suffix in (".html", ".ipynb", ".status.json"))
        return Report(html, notebook, status, dict(values), {"mean": 0.5}, 1.5, left_out)

    monkeypatch.setitem(vars(reports), "run_report", run_report)
    return asked


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("-p n_way=7", {"n_way": 7}),
        ("-p n_way 7", {"n_way": 7}),
        ("-pn_way=7 -p k_shot 2", {"n_way": 7, "k_shot": 2}),
        ("--parameter n_way 7 --parameter=k_shot=2", {"n_way": 7, "k_shot": 2}),
        ("-p dataset_options.n_classes 60 -p meta_lr 1e-3", {"dataset_options": {"n_classes": 60}, "meta_lr": 1e-3}),
        ("-p learner a=b", {"learner": "a=b"}),
        ("-f given.yaml", {"n_way": 3, "dataset_options": {"n_classes": 60}}),
        (
            "-f given.yaml -p n_way 7 -p dataset_options.size=1",
            {"n_way": 7, "dataset_options": {"n_classes": 60, "size": 1}},
        ),
        ("-f given.yaml --parameters-file given.json", {"n_way": 4, "dataset_options": {"n_classes": 60}}),
    ],
)
def test_parameters_as_papermill_takes_them(metawidgets, reported, words, values):
    Path("given.yaml").write_text("n_way: 3\ndataset_options: {n_classes: 60}\n")
    Path("given.json").write_text('{"n_way": 4}')
    code, _, told = metawidgets("report", *words.split(), "--kernel", "python3")
    assert code == 0, told
    (asked,) = reported
    assert (asked["values"], asked["kernel"]) == (values, "python3")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("-p n_way --json", "'n_way' is not a parameter; write name=value"),
        ("-p n_way", "'n_way' is not a parameter; write name=value"),
        ("-p seed -1", "seed=-1 cannot be used; it takes a whole number, 0 or more"),
        ("-f gone.yaml", "cannot read the parameters gone.yaml (No such file or directory)"),
    ],
)
def test_words_that_are_no_parameters(metawidgets, reported, words, message):
    code, _, told = metawidgets("report", *words.split())
    assert (code, message in told, reported) == (1, True, [])


def test_a_report_tells_its_progress_and_what_its_page_leaves_out(metawidgets, reported):
    code, said, told = metawidgets("report", "few_shot", "--out", "here")
    assert (code, said) == (0, "here/x.html\n")
    assert told.splitlines() == [
        "few_shot: cell 1 of 3, First",
        "few_shot: cell 3 of 3, Second",
        "2 things are not in the page as in the notebook:",
        "  cell 1: a sound: it is too long",
        "  cell 3: a map: it needs Python; store a picture",
    ]
    code, said, again = metawidgets("report", "few_shot", "--out", "here", "--strict")
    assert (code, said, again) == (3, "here/x.html\n", told)


def test_a_report_as_json(metawidgets, reported):
    code, said, _ = metawidgets("report", "--out", "here", "--json", "--strict", "-p", "n_way", "7")
    assert code == 3
    assert json.loads(said) == {
        "page": "here/x.html",
        "notebook": "here/x.ipynb",
        "status": "here/x.status.json",
        "parameters": {"n_way": 7},
        "metrics": {"mean": 0.5},
        "seconds": 1.5,
        "left_out": [
            {"cell": 1, "what": "a sound", "why": "it is too long", "cure": ""},
            {"cell": 3, "what": "a map", "why": "it needs Python", "cure": "store a picture"},
        ],
    }


def test_the_course_is_written_and_never_overwrites_work(metawidgets):
    code, said, _ = metawidgets("course", "new/course")
    assert (code, said) == (0, "12 notebooks are in new/course. Open them with: metawidgets lab new/course\n")
    names = {path.name for path in Path("new/course").glob("*.ipynb")}
    assert {"00_quickstart.ipynb", "10_your_own_data.ipynb", "gallery.ipynb"} <= names
    for path in Path("new/course").glob("*.ipynb"):
        text = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        pictures = re.findall(r"\]\((images/[^)]+)\)", text)
        assert all((path.parent / name).is_file() for name in pictures)
    assert metawidgets("course", "new/course")[0] == 0
    Path("new/course/00_quickstart.ipynb").write_text("my work")
    code, _, told = metawidgets("course", "new/course")
    assert (code, "new/course/00_quickstart.ipynb is there and has been changed; give another folder" in told) == (
        1,
        True,
    )
    assert Path("new/course/00_quickstart.ipynb").read_text() == "my work"
    Path("file").write_text("")
    assert "cannot write into the folder file/course" in metawidgets("course", "file/course")[2]


def test_lab_listens_here_only_and_keeps_its_token_to_itself(metawidgets, monkeypatch):
    seen = {}
    monkeypatch.setattr(pages.subprocess, "call", lambda words, env: seen.update(words=words, env=env) or 0)
    assert metawidgets("lab", ".", "--port", "9999", "--no-browser")[0] == 0
    assert {"--ServerApp.ip=127.0.0.1", "--ServerApp.port=9999", "--no-browser"} <= set(seen["words"])
    token = seen["env"]["JUPYTER_TOKEN"]
    assert len(token) >= 24
    assert [word for word in seen["words"] if token in word] == []


def test_lab_without_jupyterlab(metawidgets, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, said = metawidgets("lab", ".")
    assert (code, "pip install 'metawidgets[lab]'" in said) == (1, True)


def hear_interrupts() -> None:
    """Restore SIGINT in a child before it starts: if a shell runs the tests in the background, children ignore this signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_exits_130_and_the_training_goes_on_later(tmp_path):
    words = ["train", "it.safetensors", "--dataset", "gaussians", "--validate-every", "5", "--n-validation", "2"]
    command = [sys.executable, "-m", "metawidgets", *words, "--steps", "100000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "it.training.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Rerun the command to resume from the last validation." in said
    assert "Traceback" not in said


def test_ctrl_c_in_the_midst_of_a_line_is_said_all_the_same(metawidgets, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        console.errors._enter_buffer()  # rich has begun a line and not ended it
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train_with_progress", interrupted)
    code, _, said = metawidgets("train", "it.safetensors", *TINY)
    console.errors._exit_buffer()
    assert code == 130
    assert said.strip() == "Stopped. Rerun the command to resume from the last validation."


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m metawidgets datasets | head -n 1"
    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert said.stderr == ""
