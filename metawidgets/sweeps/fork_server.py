"""A warm process that forks Jupyter kernels: torch and the rest are imported once, each kernel is a fresh process of its own.

    python -P -m metawidgets.sweeps.fork_server

reads one JSON object a line and answers with one. `{"fork": {"argv": [...], "env": {...}, "cwd": "..."}}` -> `{"pid": n}`;
`{"reap": pid}` -> `{"code": n}`. When its input ends, for whatever reason, it ends, and the system kills the kernels with it.

It has one thread, runs no torch operation, and touches no CUDA: only then is a fork without exec safe.
"""

import contextlib
import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1
_WARM = (
    "altair",
    "anywidget",
    "comm",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipywidgets",
    "metawidgets",
    "metawidgets.datasets",
    "metawidgets.instruments",
    "metawidgets.learners",
    "metawidgets.reports.tables",
    "metawidgets.trained",
    "metawidgets.training",
    "metawidgets.evaluation",
    "metawidgets.views",
    "metawidgets.widgets",
    "numpy",
    "torch",
    "vl_convert",
)


def main() -> None:
    """Import, then serve until the input ends."""
    import importlib

    for name in _WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the collector leaves these pages alone, so that parent and children share them
    _answer({"threads": n_threads()})
    for line in sys.stdin:
        asked = json.loads(line)
        if "fork" in asked:
            pid = os.fork()
            if pid == 0:
                _become_kernel(**asked["fork"])
            with contextlib.suppress(OSError):  # the child does so, too: whoever comes second finds it done, or it gone
                os.setpgid(pid, pid)
            _answer({"pid": pid})
        elif "reap" in asked:
            _, status = os.waitpid(asked["reap"], 0)
            _answer({"code": os.waitstatus_to_exitcode(status)})


def n_threads() -> int:
    """How many threads this process has, as the system counts them: libraries start some that Python does not know."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _answer(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _become_kernel(argv: list[str], env: dict[str, str], cwd: str | None) -> NoReturn:
    """In the child: a process group, streams, environment and folder of its own, then the kernel until it ends."""
    code = 1
    try:
        parent = os.getppid()
        os.setpgid(0, 0)  # the server's session has no terminal
        _die_with(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - theirs for good
        os.environ.clear()
        os.environ.update({**env, "JPY_PARENT_PID": str(parent)})
        if cwd:
            os.chdir(cwd)
        _new_random_numbers()
        gc.enable()

        from ipykernel.kernelapp import IPKernelApp

        sys.argv = ["ipykernel_launcher.py", *argv]
        IPKernelApp.launch_instance(argv)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os._exit(code)  # nothing of the server's may be run to its end a second time here


def _die_with(parent: int) -> None:
    """Have the system kill this process when the server goes, even if that is killed itself."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before the system was asked
        os._exit(1)


def _new_random_numbers() -> None:
    """The global generators of numpy and torch are the server's, the same in every child; Python's own is sown by the fork."""
    import numpy as np
    import torch

    np.random.seed(None)  # noqa: NPY002 - it is the legacy generator that notebooks of others may use
    torch.default_generator.seed()  # not torch.seed(), which would see to CUDA too


if __name__ == "__main__":
    main()
