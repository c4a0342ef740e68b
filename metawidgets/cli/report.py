"""`metawidgets report`: run a notebook with checked parameters, and write it as one HTML page."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperCommand

from metawidgets import reports
from metawidgets.cli.console import AsJSON, Trust, bar, errors, out, print_json, say_left_out
from metawidgets.training.allocator import ENVIRONMENT

if TYPE_CHECKING:
    from metawidgets.reports import Report

__all__ = ["ReportCommand", "report", "report_with_progress"]

_LINE_EVERY = 30.0  # seconds after which a log gets a line even below the same heading


class ReportCommand(TyperCommand):
    """A command that also takes a parameter as two words, as papermill does: `-p n_way 5`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _joined(args))


def report(
    name: Annotated[
        str, typer.Argument(help="A report that comes with metawidgets, or the path of your own notebook.")
    ] = "few_shot",
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="A parameter of the report, also as two words; may be repeated.",
        ),
    ] = None,
    parameters_file: Annotated[
        list[Path] | None,
        typer.Option(
            "--parameters-file",
            "-f",
            metavar="FILE",
            help="A YAML or JSON file of parameters; -p overrides it. May be repeated.",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder for the HTML file, the notebook and the status file.")
    ] = Path("build/report"),
    list_parameters: Annotated[
        bool, typer.Option("--list", help="Show the report's parameters with types, ranges and defaults, and stop.")
    ] = False,
    kernel: Annotated[
        str | None, typer.Option(help="The Jupyter kernel to run it with, instead of the notebook's own.")
    ] = None,
    cell_timeout: Annotated[int | None, typer.Option(min=1, help="Seconds that one cell may take.")] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with exit code 3 if the page leaves out anything; the page is written."),
    ] = False,
    trust: Trust = False,
    as_json: AsJSON = False,
) -> None:
    """Run a report with your parameters, and write it as one self-contained HTML file.

    Names, types and ranges are checked before anything runs, and for our reports also the dataset, the learner, the checkpoint and
    the number of classes. If a cell fails, the partly executed notebook is kept. What the page cannot show is said at the end.

    Example: `metawidgets report -p checkpoint=build/protonet.safetensors -p k_shot=5`
    """
    # nbformat loads slowly
    from metawidgets.reports import catalogue
    from metawidgets.reports.parameters import Parameters

    notebook = catalogue.find(name)
    declared = Parameters.of(catalogue.read(notebook))
    if list_parameters:
        table = Table(
            "parameter", "takes", "default", "meaning", title=f"Parameters of {notebook.stem}", title_justify="left"
        )
        for row in declared.rows():
            table.add_row(*row)
        out.print(table)
        return
    values: dict[str, Any] = {}
    for file in parameters_file or ():
        values |= declared.from_file(file)
    values = declared.from_words(parameter or (), values)
    declared.check(values)
    done = report_with_progress(name, folder, values, kernel=kernel, cell_timeout=cell_timeout)
    if as_json:
        found = asdict(done)
        print_json({"page": str(found.pop("html")), **found})
    else:
        out.print(f"[bold]{done.html}[/]")
    say_left_out(done.left_out)
    if strict and done.left_out:
        raise typer.Exit(3)


def report_with_progress(name: str, folder: Path, values: Mapping[str, Any], **how: Any) -> "Report":
    """Run a report with a progress bar, or with lines on stderr where that is no terminal.

    Args:
        how: passed to `run_report`.
    """
    for setting, value in ENVIRONMENT.items():  # for the kernel, in which a notebook may train
        os.environ.setdefault(setting, value)
    stem, said, last = Path(name).stem, 0.0, ""
    with bar() as progress:
        task = progress.add_task("starting a kernel", total=None)

        def show(place: int, of: int, heading: str) -> None:
            nonlocal said, last
            progress.update(task, completed=place - 1, total=of, description=heading[:40])
            if not errors.is_terminal and (heading != last or not said or time.monotonic() - said > _LINE_EVERY):
                said, last = time.monotonic(), heading
                below = f", {heading}" if heading else ""
                errors.print(f"{stem}: cell {place} of {of}{below}", markup=False, soft_wrap=True)

        try:
            return reports.run_report(name, folder, values, on_cell=show, **how)
        except (KeyboardInterrupt, SystemExit):
            partial = folder / f"{stem}.partial.ipynb"
            if partial.is_file():
                # Not with rich: a signal may have interrupted it inside its buffer, and then it writes nothing more.
                sys.stderr.write(f"Stopped. The cells that ran are in {partial}.\n")
            raise


def _joined(args: Sequence[str]) -> list[str]:
    """Return the arguments with each `-p name value` as `-p name=value`."""
    words, left = [], list(args)
    while left:
        word = left.pop(0)
        words.append(word)
        if word in ("-p", "--parameter") and len(left) > 1 and "=" not in left[0] and not _is_option(left[1]):
            words.append(f"{left.pop(0)}={left.pop(0)}")
    return words


def _is_option(word: str) -> bool:
    return word.startswith("-") and not word[1:2].isdigit() and word[1:2] not in ("", ".")
