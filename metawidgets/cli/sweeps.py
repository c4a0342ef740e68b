"""`metawidgets sweep`: many reports from one file of settings, what became of them, and one page about them all."""

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from typer.core import TyperGroup

from metawidgets.cli.console import bar, errors, out
from metawidgets.errors import SweepError

if TYPE_CHECKING:
    from metawidgets.sweeps import Plan, Store
    from metawidgets.sweeps import Progress as Sweep

__all__ = ["app"]

_LOG_EVERY = 30.0  # seconds between two lines where there is no terminal for a bar
_REASONS = 5


class _RunByDefault(TyperGroup):
    """`metawidgets sweep FILE` is `metawidgets sweep run FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    no_args_is_help=True,
    help=(
        "Run a report over a grid of parameters, on this machine's cores or on a Dask cluster.\n\n"
        "`metawidgets sweep sweep.toml` runs what is missing; called again after an error, Ctrl-C or a power cut, it goes on "
        "from there."
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _packages() -> None:
    from metawidgets.sweeps import expect_packages

    expect_packages()


File = Annotated[Path, typer.Argument(metavar="FILE", help="The sweep's settings, a TOML file.")]


@app.command()
def run(
    file: File,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, tcp://host:8786; without it, this machine.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run those again that failed.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Reports at a time on this machine; one a core unless given.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--out", help="Folder or URL for the results, in place of the file's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, say what would run, and stop.")] = False,
    summary: Annotated[bool, typer.Option(help="Collect the results into one page and tables at the end.")] = True,
) -> None:
    """Run every report of a sweep that is not done yet.

    Example: `metawidgets sweep sweep.toml --workers 2`
    """
    from metawidgets.sweeps import run_sweep

    plan = _plan(file, out=target, workers=workers)
    if dry_run:
        from metawidgets.sweeps.index import Index

        missing = Index.of(_store(plan.settings.out)).missing((job.key for job in plan.jobs), failed_too=retry_failed)
        out.print(f"{len(plan.jobs):,} reports of {plan.name}, of which {len(missing):,} would run.")
        return
    with _Display() as display:
        done = run_sweep(plan, scheduler=scheduler, retry_failed=retry_failed, on_progress=display.show)
    out.print(_sentence(done))
    if summary and not done.left:
        _summarise(plan.settings.out)
    if done.failed:
        reasons = " ".join(f"{n} x {text}" for text, n in done.problems.most_common(_REASONS))
        raise SweepError(f"{done.failed} of {done.planned} reports failed; --retry-failed runs them again. {reasons}")


@app.command()
def status(
    place: Annotated[str, typer.Argument(metavar="FILE|OUT", help="A sweep's settings file, or its output.")],
) -> None:
    """Say how far a sweep is, also while it runs."""
    from metawidgets.sweeps.index import Index
    from metawidgets.sweeps.plans import saved_plans
    from metawidgets.sweeps.store import Unwritable

    store = _store(_out_of(place))
    index = Index.of(store)
    with suppress(Unwritable):  # for the next look; who may only read here reads the new ones each time
        index.save()
    table = Table(
        "plan",
        "reports",
        "completed",
        "failed",
        "to do",
        title=escape(f"Sweeps in {store.place}"),
        title_justify="left",
    )
    for saved in saved_plans(store):
        states = [index.entries[key].state for key in saved.keys if key in index.entries]
        completed, failed = states.count("completed"), states.count("failed")
        table.add_row(
            saved.name,
            f"{len(saved.keys):,}",
            f"{completed:,}",
            f"{failed:,}",
            f"{len(saved.keys) - completed - failed:,}",
        )
    out.print(table)
    problems: dict[str, int] = {}
    for entry in index.entries.values():
        if entry.state == "failed":
            problems[entry.problem] = problems.get(entry.problem, 0) + 1
    for text, n in sorted(problems.items(), key=lambda item: -item[1])[:_REASONS]:
        out.print(f"{n:,} failed: {text}", markup=False)


@app.command()
def clean(
    file: File,
    failed: Annotated[bool, typer.Option("--failed", help="Remove the sweep's failed reports, too.")] = False,
    target: Annotated[str | None, typer.Option("--out", help="Where the results are, in place of the file's.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove reports from a sweep's output that its file does not ask for (any more), and what killed runs left."""
    from metawidgets.sweeps.housekeeping import leftovers

    plan = _plan(file, out=target)
    found = leftovers(_store(plan.settings.out), {job.key for job in plan.jobs}, failed=failed)
    what = f"{found.n_reports:,} reports, {len(found.work):,} unfinished runs and {len(found.plans):,} plans"
    if not (found.n_reports or found.work or found.plans):
        out.print(f"Nothing to remove in {plan.settings.out}.", markup=False)
    elif yes or typer.confirm(f"Remove {what} in {plan.settings.out}?"):
        n = found.remove()
        stayed = len({*found.unwanted, *found.failed, *found.work}) - n
        kept = f" {stayed:,} of them stay: they are being run just now." if stayed else ""
        out.print(f"Removed {what} in {plan.settings.out}.{kept}", markup=False)
    else:
        out.print("Nothing was removed.")


@app.command()
def summary(
    place: Annotated[str, typer.Argument(metavar="FILE|OUT", help="A sweep's settings file, or its output.")],
) -> None:
    """Collect a sweep's results into summary.html, results.parquet and results.csv in its output."""
    _summarise(_out_of(place))


def _summarise(place: str) -> None:
    from metawidgets.sweeps.summary import summarise

    with bar() as progress:
        task = progress.add_task("reading reports", total=None)
        page = summarise(_store(place), lambda n, of: progress.update(task, completed=n, total=of))
    out.print(page, style="bold", markup=False)


def _plan(file: Path, **changes: object) -> "Plan":
    from metawidgets.sweeps.plan import Plan
    from metawidgets.sweeps.settings import Settings

    settings = Settings.read(file)
    settings = Settings.of(
        settings.model_dump() | {name: value for name, value in changes.items() if value is not None}
    )
    return Plan.of(settings, file.parent)


def _out_of(place: str) -> str:
    from metawidgets.sweeps.settings import Settings

    return Settings.read(place).out if place.endswith(".toml") else place


def _store(place: str) -> "Store":
    from metawidgets.sweeps import Store

    return Store(place)


def _sentence(done: "Sweep") -> str:
    ran = done.completed + done.failed
    if not ran:
        return f"All {done.planned:,} reports were done already."
    pace = f"{done.seconds / ran:.1f} s a report"
    return (
        f"{ran:,} reports in {_clock(done.seconds)} ({pace}), {done.before:,} were done before, {done.left:,} are left."
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class _Display:
    """A bar on a terminal, a line now and then in a log."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            console=errors,
            transient=True,
            disable=not errors.is_terminal,
        )
        self._task = self._bar.add_task("planning", total=None)
        self._logged = 0.0

    def __enter__(self) -> "_Display":
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def show(self, sweep: "Sweep") -> None:
        done = sweep.before + sweep.completed + sweep.failed
        left = "" if sweep.seconds_left is None else f", {_clock(sweep.seconds_left)} left"
        failed = f", {sweep.failed:,} failed" if sweep.failed else ""
        line = f"{done:,} of {sweep.planned:,} done{failed}, {sweep.running:,} running{left}"
        self._bar.update(self._task, completed=done, total=sweep.planned, description=sweep.note or line)
        if not errors.is_terminal and time.monotonic() - self._logged > _LOG_EVERY:
            self._logged = time.monotonic()
            errors.print(f"{line}. {sweep.note}".rstrip(". ") + ".")
