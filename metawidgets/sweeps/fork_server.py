"""A process that imports torch and the other packages once, then forks a Jupyter kernel for each request.

    python -P -m metawidgets.sweeps.fork_server

reads one JSON object per line and answers each with one. `{"fork": {"argv": [...], "env": {...}, "cwd": "..."}}` is answered by
`{"pid": n}`, `{"reap": pid}` by `{"code": n}`. When its input ends, for whatever reason, it ends, and the system kills its kernels.

A fork without exec is safe only in a process with one thread. So this process runs no torch operation and does not touch CUDA.
"""

import contextlib
import ctypes
import gc
import importlib
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
    "metawidgets.training.evaluation",
    "metawidgets.training.meta_training",
    "metawidgets.views",
    "metawidgets.widgets",
    "numpy",
    "torch",
    "vl_convert",
)


def main() -> None:
    """Import the packages, then answer requests until the input ends."""
    for name in _WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the collector then does not write to these pages, so that the kernels share them with this process
    _answer({"threads": n_threads()})
    for line in sys.stdin:
        asked = json.loads(line)
        if "fork" in asked:
            pid = os.fork()
            if pid == 0:
                _become_kernel(**asked["fork"])
            with contextlib.suppress(OSError):  # the child does this too; the second call fails if the child has ended
                os.setpgid(pid, pid)
            _answer({"pid": pid})
        elif "reap" in asked:
            _, status = os.waitpid(asked["reap"], 0)
            _answer({"code": os.waitstatus_to_exitcode(status)})


def n_threads() -> int:
    """Return the number of threads by the system's count: Python does not know the threads that libraries start."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _become_kernel(argv: list[str], env: dict[str, str], cwd: str | None) -> NoReturn:
    """Turn the forked child into a kernel, with its own process group, streams, environment and folder, and run it to its end."""
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
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - open until the process ends
        os.environ.clear()
        os.environ.update({**env, "JPY_PARENT_PID": str(parent)})
        if cwd:
            os.chdir(cwd)
        _new_random_numbers()
        gc.enable()

        from ipykernel.kernelapp import IPKernelApp  # `main` has loaded it with the rest of _WARM

        sys.argv = ["ipykernel_launcher.py", *argv]
        IPKernelApp.launch_instance(argv)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os._exit(code)  # skips the server's exit handlers and `finally` blocks, which the child has inherited


def _die_with(parent: int) -> None:
    """Have the system kill this process when the server ends, even if the server is killed."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the server ended before the call above
        os._exit(1)


def _new_random_numbers() -> None:
    """Reseed numpy's and torch's global generators, which every child inherits in the same state. Python reseeds its own at a fork."""
    # torch loads slowly; `main` has loaded both with the rest of _WARM
    import numpy as np
    import torch

    np.random.seed(None)  # noqa: NPY002 - a user's notebook may use this legacy generator
    torch.default_generator.seed()  # not torch.seed(), which would touch CUDA too


if __name__ == "__main__":
    main()
