"""A tiny notebook without heavy imports, and sweeps of it in separate processes whose every process and file can be found."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

PATIENCE = 300.0
"""Seconds that a test waits for what must happen: on busy cores everything takes ten times as long."""

PARAMETERS = """
seed: int = 0
smoke: bool = False
say: str = ""  # a file that gets a line when the report begins, and one when it ends
wait_for: str = ""  # a file without which it does not go on
do: str = ""  # what else it does
"""
BODY = """
import os, time
def tell(what):
    if say:
        with open(say, "a") as file:
            file.write(f"{what} {seed} {os.getpid()} {time.monotonic()}\\n")
tell("begin")
exec(do)
while wait_for and not os.path.exists(wait_for):
    time.sleep(0.02)
"""


def write_notebook(folder: Path) -> Path:
    cells = [
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell(BODY),
        new_code_cell('tell("end")'),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "tiny.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def until(true: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for something to be true, and return it."""
    end = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < end, f"{what}: not within {patience:g} s"
        time.sleep(0.02)
    return found


@dataclass
class Place:
    """The place of a sweep under test: its files, and an environment by which its processes are found.

    Every process started from here, directly or indirectly, has `mark` in its environment.
    """

    folder: Path
    tmp: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def said(self) -> Path:
        """The file in which the notebook logs its begin and end."""
        return self.folder / "said"

    def environment(self, **more: str) -> dict[str, str]:
        root = str(Path(__file__).parents[2])
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), root]),
            "SWEEP_TEST": self.mark,
            "TMPDIR": str(self.tmp),
            "JUPYTER_RUNTIME_DIR": str(self.tmp / "runtime"),
            "METAWIDGETS_TRACEBACK": "1",
            **more,
        }

    def settings(self, name: str = "sweep.toml", **settings: Any) -> Path:
        """Write the settings of a sweep of `repeats` tiny reports. Keywords are settings; `parameters` are added to the notebook's."""
        # Names relative to the working folder: the contents of a file named by an existing path would become part of the key.
        parameters = {"say": self.said.name, **settings.pop("parameters", {})}
        settings = {"report": "tiny.ipynb", "out": str(self.out), "workers": 1, "forked": False, **settings}
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        lines += ["[parameters]", *(f"{key} = {json.dumps(value)}" for key, value in parameters.items())]
        path = self.folder / name
        path.write_text("\n".join(lines))
        return path

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a process in its own process group, as a terminal does."""
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.started.append(process)
        return process

    def sweep(self, settings: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
        return self.start("-m", "metawidgets", "sweep", "run", str(settings), "--no-summary", *options, **environment)

    def processes(self) -> list[psutil.Process]:
        """Return all live processes that were started from here."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SWEEP_TEST") == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def named(self, *words: str) -> list[psutil.Process]:
        """Return the processes whose command line contains one of these words."""
        found = []
        for process in self.processes():
            try:
                if any(word in " ".join(process.cmdline()) for word in words):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def gone(self) -> None:
        """Wait until no process is left, and assert that no temporary file is left."""
        until(lambda: not self.processes(), "the end of all processes", 30)
        left = [p for p in self.tmp.rglob("*") if not p.is_dir() and "dask-scratch-space" not in p.parts]
        assert left == []
        assert list(self.tmp.glob("mw-*")) == []

    def lines(self, word: str) -> list[list[str]]:
        """Return the notebook's log so far: word, seed, process, time."""
        if not self.said.exists():
            return []
        return [line.split() for line in self.said.read_text().splitlines() if line.startswith(word)]

    def statuses(self) -> dict[int, dict[str, Any]]:
        """Return seed -> contents of the status file."""
        found = [json.loads(path.read_text()) for path in self.out.glob("status/*/*.json")]
        return {said["parameters"]["seed"]: said for said in found}

    def files(self) -> dict[str, tuple[int, int, bytes]]:
        """Return for every file with a final name its inode, time and contents."""
        paths = [p for part in ("status", "reports") for p in (self.out / part).rglob("*") if p.is_file()]
        return {str(p.relative_to(self.out)): (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in paths}

    def check_whole(self) -> None:
        """Assert that every report with a status file is complete, and that no file is half written."""
        for path in self.out.glob("status/*/*"):
            said = json.loads(path.read_text())
            assert path.name == f"{said['key']}.json"
            if said["state"] == "completed":
                executed = nbformat.read(self.out / said["notebook"], as_version=4)
                assert executed.cells[-1].source == 'tell("end")'
                assert (self.out / said["html"]).read_text().rstrip().endswith("</html>")
        assert not list(self.out.rglob(".*.part"))
        assert not [p for p in self.out.glob("reports/*/*") if p.name.startswith(".")]
