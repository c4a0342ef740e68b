"""What the commands share: two consoles, a progress bar, and the options that several of them take."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from metawidgets.errors import ParameterError
from metawidgets.plain_json import parsed

__all__ = ["bar", "errors", "options_from", "out"]

out = Console(highlight=False, soft_wrap=True)
"""Results, which may be piped on."""
errors = Console(stderr=True, highlight=False)
"""Progress and remarks."""

Dataset = Annotated[
    str, typer.Option("--dataset", "-d", help="Where items come from; `metawidgets datasets` lists them.")
]
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
        help="An option of the learner or its network, such as inner_lr=0.4; may be repeated.",
    ),
]
NWay = Annotated[int | None, typer.Option(min=2, help="Classes in an episode; 5 unless given. Not for regression.")]
KShot = Annotated[int, typer.Option(min=1, help="Support items of each class (regression: in all).")]
NQuery = Annotated[int, typer.Option(min=1, help="Query items of each class (regression: in all).")]
Seed = Annotated[int, typer.Option(min=0, help="Which endless list of episodes; the same seed gives the same ones.")]


def bar(*extra: str) -> Progress:
    """A progress bar on a terminal's stderr that disappears when done; `extra` are further columns in rich's markup."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        *map(TextColumn, extra),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,  # a log has no use for it
    )


def options_from(words: Iterable[str] | None) -> dict[str, Any]:
    """`name=value` words as a dictionary; values are read as JSON where they are JSON, else as text.

    Raises:
        ParameterError: if a word is no `name=value`.
    """
    options = {}
    for word in words or ():
        name, equals, text = word.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"{word!r} is no option; write name=value, for example n_classes=300.")
        try:
            options[name.strip()] = parsed(text)
        except ValueError:
            options[name.strip()] = text
    return options
