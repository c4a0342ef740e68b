"""Shared parts of the commands: two consoles, a progress bar, and common options."""

import json
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from metawidgets.errors import ParameterError
from metawidgets.files.plain_json import parsed

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["AsJSON", "Trust", "bar", "errors", "options_from", "out", "print_json", "queries_of", "say_left_out"]

out = Console(highlight=False, soft_wrap=True)
"""The console for results, on stdout."""
errors = Console(stderr=True, highlight=False)
"""The console for progress and notes, on stderr."""

Dataset = Annotated[str, typer.Option("--dataset", "-d", help="The dataset to use; `metawidgets datasets` lists them.")]
DatasetOptions = Annotated[
    list[str] | None,
    typer.Option("--dataset-option", "-D", metavar="NAME=VALUE", help="An option of the dataset; may be repeated."),
]
LearnerOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--learner-option",
        "-L",
        metavar="NAME=VALUE",
        help="An option of the learner or its network, such as inner_lr=0.4, or network=package.module:make; may be repeated.",
    ),
]
NWay = Annotated[int | None, typer.Option(min=2, help="Classes per episode; 5 by default. Not for regression.")]
KShot = Annotated[int, typer.Option(min=1, help="Support items per class (for regression: in all).")]
NQuery = Annotated[int, typer.Option(min=1, help="Query items per class (for regression: in all).")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the episodes; the same seed gives the same episodes.")]


def _trust(value: bool) -> bool:
    if value:
        os.environ["METAWIDGETS_TRUST"] = "1"  # kernels and workers read it too
    return value


Trust = Annotated[
    bool,
    typer.Option(
        "--trust",
        callback=_trust,
        help="Import the learner or network of your own that a checkpoint's card names. Its code runs: use it for your own files.",
    ),
]
AsJSON = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, and nothing else."""
    out.print(json.dumps(value, indent=1, default=str, ensure_ascii=False), markup=False)


def say_left_out(left_out: Sequence[Any]) -> None:
    """List on stderr what a page leaves out of its notebook (`metawidgets.reports.pages.left_out.LeftOut`), in the order of the cells."""
    if not left_out:
        return
    count = "One thing is" if len(left_out) == 1 else f"{len(left_out)} things are"
    errors.print(f"{count} not in the page as in the notebook:", markup=False)
    for item in left_out:
        errors.print(f"  {item}", markup=False)


def bar(*extra: str) -> Progress:
    """Make a progress bar on stderr that disappears when done; `extra` are more columns, in rich's markup."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        *map(TextColumn, extra),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,  # not useful in a log
    )


def options_from(words: Iterable[str] | None) -> dict[str, Any]:
    """Parse `name=value` words to a dictionary. A value that is not JSON is kept as text.

    Raises:
        ParameterError: if a word does not have the form `name=value`.
    """
    options = {}
    for word in words or ():
        name, equals, text = word.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"{word!r} is not an option; write name=value, for example n_classes=300.")
        try:
            options[name.strip()] = parsed(text)
        except ValueError:
            options[name.strip()] = text
    return options


def queries_of(model: "Learner") -> str:
    """Say whether a learner answers each query alone."""
    return "transductive: queries see each other" if model.transductive else "inductive: each query is answered alone"
