"""The command line. Commands import slow libraries only when they run, so that `--help` answers at once."""

import os
import sys
from typing import Annotated

import typer

from metawidgets import __version__
from metawidgets.cli import challenge, course, demo, lists, pages, report, sweeps, training
from metawidgets.errors import MetawidgetsError

__all__ = ["app", "main"]

app = typer.Typer(
    name="metawidgets",
    help=(
        "Train few-shot learners, watch them adapt to an episode step by step, and share the result as one interactive "
        "HTML file.\n\n"
        "New here? `metawidgets demo` shows all of this in two minutes, without a download."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo.demo)
app.command()(training.train)
app.command()(training.evaluate)
app.command()(challenge.challenge)
app.command(cls=report.ReportCommand)(report.report)
app.command()(pages.export)
app.command()(pages.site)
app.command()(pages.lab)
app.command()(course.course)
app.add_typer(sweeps.app, name="sweep")
app.command()(lists.datasets)
app.command()(lists.learners)
app.command()(lists.trained)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"metawidgets {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line. An error prints one sentence on stderr and exits with a non-zero code; Ctrl-C exits with 130."""
    try:
        app()
    except MetawidgetsError as error:
        _say(str(error))
        sys.exit(1)
    except BrokenPipeError:  # the reader has closed the pipe, as in `metawidgets datasets | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("METAWIDGETS_TRACEBACK"):
            raise
        _say(f"{type(error).__name__}: {error}. This is a bug; METAWIDGETS_TRACEBACK=1 shows where.")
        sys.exit(70)


def _say(sentence: str) -> None:
    print(f"metawidgets: {sentence}", file=sys.stderr)  # noqa: T201 - the one place where errors are shown
