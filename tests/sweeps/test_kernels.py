"""Real kernels, forked and plain: each is a new process, and forked ones behave like plain ones."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from metawidgets.errors import ReportError
from metawidgets.reports import run_report
from metawidgets.sweeps.forks import ForkedProcess, Server
from metawidgets.sweeps.kernels import ForkedKernels, PlainKernels
from tests.sweeps.made import notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

FACTS = """
import json, sys
warm = "torch" in sys.modules
left = "mark" in globals()
mark = 1
import os, random
import numpy as np
import torch
print(json.dumps({
    "warm": warm, "left": left, "pid": os.getpid(), "parent": os.getppid(), "session": os.getsid(0), "cwd": os.getcwd(),
    "mark": os.environ.get("MARK"), "name": os.path.basename(sys.argv[0]), "words": len(sys.argv),
    "random": random.random(), "numpy": np.random.random(), "torch": torch.rand(1).item(),
    "generator": np.random.default_rng().random(), "threads": torch.get_num_threads(),
    "file": "__file__" in globals(), "module": __name__, "stdin": sys.stdin.isatty() if sys.stdin else None,
}))
"""


@pytest.fixture(scope="module")
def server():
    """The fork server, which ends after the tests of this module."""
    yield Server.of_this_process()
    Server.end()


def ran(manager: type, code: str, *, seconds: float = 120, meanwhile=None, **how) -> tuple[str, str]:
    """Run code in a kernel. Return what it prints, and the name of the error that it ends with."""

    async def run() -> tuple[str, str]:
        with tempfile.TemporaryDirectory(prefix="mw-", dir="/tmp", ignore_cleanup_errors=True) as sockets:
            km = manager(transport="ipc", ip=f"{sockets}/k")
            await km.start_kernel(**how)
            kc = km.client()
            kc.start_channels()
            printed = []

            def heard(message):
                if message["msg_type"] == "stream":
                    printed.append(message["content"]["text"])
                    if meanwhile is not None:
                        tasks.append(asyncio.ensure_future(meanwhile(km)))

            tasks = []
            try:
                await kc.wait_for_ready(timeout=seconds)
                reply = await kc.execute_interactive(code, output_hook=heard, timeout=seconds)
                await asyncio.gather(*tasks)
                return "".join(printed), reply["content"].get("ename", "")
            finally:
                kc.stop_channels()
                await km.shutdown_kernel(now=True)

    return asyncio.run(run())


def facts(manager: type, **how) -> dict:
    return json.loads(ran(manager, FACTS, **how)[0])


@pytest.mark.slow
def test_each_kernel_is_as_fresh_as_a_plain_one(server, tmp_path):
    env = {**os.environ, "MARK": "one"}
    first = facts(ForkedKernels, env=env, cwd=str(tmp_path))
    second = facts(ForkedKernels)
    plain = facts(PlainKernels)
    assert (first["warm"], second["warm"], plain["warm"]) == (True, True, False)
    assert (first["left"], second["left"], plain["left"]) == (False, False, False)
    assert len({first["pid"], second["pid"], plain["pid"], os.getpid()}) == 4
    assert first["parent"] == second["parent"] == server._process.pid
    assert all(each["session"] != os.getsid(0) for each in (first, second))
    assert (first["mark"], second["mark"]) == ("one", None)
    assert (first["cwd"], second["cwd"]) == (str(tmp_path), str(Path.cwd()))
    assert first["threads"] == second["threads"] == 1
    for name in ("name", "words", "file", "module"):
        assert first[name] == second[name] == plain[name], name
    for name in ("random", "numpy", "generator", "torch"):
        assert len({first[name], second[name], plain[name]}) == 3, name


@pytest.mark.slow
def test_the_process_that_forks_has_one_thread_and_stays_as_small(server):
    """The kernel program runs with `--version`, so that each kernel costs only a fork, a session and an end."""
    assert server.n_threads == 1
    process = psutil.Process(server._process.pid)

    def forks(n):
        for _ in range(n):
            child = ForkedProcess(server, ["--version"], None, None)
            assert child.wait(60) == 0
        return process.memory_full_info().uss

    before = forks(4)
    after = forks(20)
    assert abs(after - before) < 1 << 20, (before, after)
    assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) == 1
    assert process.children() == [], "every child was reaped"
    assert process.num_fds() < 10


def test_a_forked_process_is_held_like_any_other(server):
    child = ForkedProcess(server, ["--ip=127.0.0.1"], dict(os.environ), None)
    assert child.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.05)
    child.send_signal(0)
    child.kill()
    assert child.wait(20) == -signal.SIGKILL
    assert child.poll() == -signal.SIGKILL
    child.kill()  # a signal to an ended process does nothing
    ended = ForkedProcess(server, ["--version"], None, None)
    deadline = time.monotonic() + 60
    while ended.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended.returncode == 0


@pytest.mark.slow
def test_an_interrupt_reaches_the_cell(server):
    async def interrupt(km):
        await km.interrupt_kernel()

    begun = time.monotonic()
    said, error = ran(ForkedKernels, "import time\nprint('on', flush=True)\ntime.sleep(300)", meanwhile=interrupt)
    assert (said.strip(), error) == ("on", "KeyboardInterrupt")
    assert time.monotonic() - begun < 120


SHOWS = [
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\nn / 4",
    "import ipywidgets as w\nfrom IPython.display import display\nslider = w.IntSlider(value=n, max=9)\n"
    "inside = w.Output()\nwith inside:\n    print('in the widget')\ndisplay(slider, inside)",
    "slider.value = 7\nslider.value, inside.outputs[0]['text']",
    "import altair as alt\nalt.Chart(alt.Data(values=[{'a': n}])).mark_bar().encode(x='a:Q').to_dict()['mark']",
    "import torch\ntorch.manual_seed(seed)\ntorch.randn(3).tolist()",
]


def outputs(path: Path) -> list:
    """Return the outputs of the cells, without the ids of widgets and cells, which differ each time."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = {k: v for k, v in output.get("data", {}).items() if "widget-view" not in k}
            widget = "application/vnd.jupyter.widget-view+json" in output.get("data", {})
            found.append((output.output_type, output.get("name"), output.get("text"), json.dumps(data), widget))
    return found


def widgets(path: Path) -> list:
    state = nbformat.read(path, as_version=4).metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    return sorted((each["model_name"], str(each["state"].get("value"))) for each in state.values())


@pytest.mark.slow
def test_a_notebook_shows_the_same_through_either(server, tmp_path):
    source = notebook(tmp_path / "shows.ipynb", *SHOWS)
    made = [
        run_report(source, tmp_path / manager.__name__, {"n": 3}, kernel_manager=manager)
        for manager in (ForkedKernels, PlainKernels)
    ]
    forked, plain = (outputs(report.notebook) for report in made)
    assert forked == plain
    assert any(widget for *_, widget in forked)
    assert "in the widget" in json.dumps(forked)
    assert widgets(made[0].notebook) == widgets(made[1].notebook)
    assert ("IntSliderModel", "7") in widgets(made[0].notebook)
    assert "<title>" in made[0].html.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("manager", [ForkedKernels, PlainKernels])
def test_a_time_limit_ends_the_kernel_too(server, tmp_path, manager):
    mark = tmp_path / "pid"
    cell = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(300)"
    begun = time.monotonic()
    with pytest.raises(ReportError, match="it took longer than its time limit of 5 seconds"):
        run_report(notebook(tmp_path / "slow.ipynb", cell), tmp_path / "out", time_limit=5, kernel_manager=manager)
    assert time.monotonic() - begun < 120
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
