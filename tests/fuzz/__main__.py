"""Run one target, or all: `python -m tests.fuzz <target> --seconds 180`. The exit status is 0 if nothing was found."""

import argparse
import contextlib
import importlib
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

atheris: Any = importlib.import_module("atheris")  # it has no types

with atheris.instrument_imports(
    include=["metawidgets", "zipfile", "PIL", "nbformat", "bs4"], enable_loader_override=False
):
    from metawidgets.errors import MetawidgetsError
    from tests.fuzz.seeds import SEEDS
    from tests.fuzz.targets import TARGETS

_MEMORY = 2048  # MiB of memory for one input, including torch
_SECONDS = 20  # time limit for one input


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*sorted(TARGETS), "all"], help="all: one after another")
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--seed", type=int, default=0, help="seed of the mutations; 0 draws a new one each time")
    parser.add_argument("--largest", type=int, default=4096, help="most bytes of an input")
    parser.add_argument("--corpus", type=Path, help="folder of inputs found so far, which is read and extended")
    args = parser.parse_args()
    if args.target == "all":
        for args.target in sorted(TARGETS):
            child = os.fork()  # forked, since a fuzzer ends its process; imported modules are inherited
            if not child:
                break
            if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
                sys.exit(code)
        else:
            return
    sys.stdout.write(f"== {args.target}\n")
    sys.stdout.flush()
    target = TARGETS[args.target]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

    def one(data: bytes) -> None:
        with contextlib.suppress(MetawidgetsError):
            target(data)

    with tempfile.TemporaryDirectory(prefix="mw-corpus-") as scratch:
        corpus = args.corpus or Path(scratch) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        for i, data in enumerate(SEEDS[args.target]()):
            (corpus / f"seed-{i}").write_bytes(data)
        options = {
            "max_total_time": args.seconds,
            "max_len": args.largest,
            "rss_limit_mb": _MEMORY,
            "timeout": _SECONDS,
            "seed": args.seed,
            "artifact_prefix": f"{tempfile.gettempdir()}/mw-{args.target}-",
            "print_final_stats": 1,
        }
        atheris.Setup([sys.argv[0], *(f"-{k}={v}" for k, v in options.items()), str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
