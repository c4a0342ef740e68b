"""Injects faults into every process of a sweep under test: Python imports this module at its start, since this folder is on PYTHONPATH."""

import os
import sys
import time
import types

# Here the fork server does not import torch, which saves seconds; its kernels work all the same.
if "metawidgets.sweeps.fork_server" in sys.orig_argv:
    for name in (
        "altair",
        "anywidget",
        "ipywidgets",
        "torch",
        "vl_convert",
        "metawidgets.trained",
        "metawidgets.training",
    ):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torch"].default_generator = types.SimpleNamespace(seed=lambda: 0)  # type: ignore[attr-defined]
    for name in (
        "datasets",
        "instruments",
        "learners",
        "reports.tables",
        "training.evaluation",
        "training.meta_training",
        "views",
        "widgets",
    ):
        sys.modules[f"metawidgets.{name}"] = types.ModuleType(name)

if "SWEEP_TEST_VERSION" in os.environ:
    import metawidgets

    metawidgets.__version__ = os.environ["SWEEP_TEST_VERSION"]

if "SWEEP_TEST_CLOCK" in os.environ:  # a file with the seconds by which the clock is moved forward (or back)
    _path, _time, _time_ns = os.environ["SWEEP_TEST_CLOCK"], time.time, time.time_ns

    def _shift() -> int:
        with open(_path) as file:  # noqa: PTH123
            return int(file.read())

    time.time = lambda: _time() + _shift()
    time.time_ns = lambda: _time_ns() + _shift() * 10**9
