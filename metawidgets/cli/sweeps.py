"""`metawidgets sweep`: run many reports from one settings file, show their status, and summarise them on one page."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn
from typer.core import TyperGroup

from metawidgets import sweeps
from metawidgets.cli.console import AsJSON, Trust, bar, errors, out, print_json
from metawidgets.errors import SweepError

if TYPE_CHECKING:
    from metawidgets.sweeps import Plan, Store
    from metawidgets.sweeps import Progress as Sweep

__all__ = ["app"]

_LOG_EVERY = 30.0  # seconds between two lines of progress without a terminal
_REASONS = 5  # causes of failure to print, most frequent first


class _RunByDefault(TyperGroup):
    """A group of commands in which `metawidgets sweep FILE` means `metawidgets sweep run FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    no_args_is_help=True,
    help=(
        "Run a report over a grid of parameters, on this machine's cores or on a Dask cluster.\n\n"
        "`metawidgets sweep sweep.toml` runs the missing reports. Rerun it after an error, Ctrl-C or a power cut to resume."
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)


File = Annotated[Path, typer.Argument(metavar="FILE", help="The sweep's settings, a TOML file.")]


@app.command()
def run(
    file: File,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786; by default this machine.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run failed reports again.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help="Reports to run at the same time on this machine; by default one per core that this process may use.",
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--out", help="Folder or URL for the results, instead of the one in the file.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, print what would run, and stop.")
    ] = False,
    summary: Annotated[bool, typer.Option(help="Collect the results into one page and two tables at the end.")] = True,
    trust: Trust = False,
) -> None:
    """Run every report of a sweep that is not done yet.

    Example: `metawidgets sweep sweep.toml --workers 2`
    """
    from metawidgets.sweeps.index import Index  # nbformat loads slowly

    sweeps.expect_packages()
    if workers and scheduler:
        raise SweepError(
            f"--workers={workers} is for this machine, but --scheduler={scheduler} has its own workers; leave one of them out."
        )
    plan = _plan(file, out=target, workers=workers)
    if dry_run:
        missing = Index.of(_store(plan.settings.out)).missing((job.key for job in plan.jobs), failed_too=retry_failed)
        out.print(f"{plan.name} has {len(plan.jobs):,} reports; {len(missing):,} would run.")
        return
    display = _Display()
    try:
        with display:
            done = sweeps.run_sweep(plan, scheduler=scheduler, retry_failed=retry_failed, on_progress=display.show)
        out.print(_sentence(done))
        if summary and not done.left:
            _summarise(plan.settings.out, plan.keys)
    except KeyboardInterrupt:
        # Not with rich: Ctrl-C may have interrupted it inside its buffer, and then it writes nothing more.
        sys.stderr.write(f"Stopped{display.done}. Rerun the command to run the missing reports.\n")
        raise
    if done.failed:
        reasons = " ".join(f"{n} x {text}" for text, n in done.problems.most_common(_REASONS))
        raise SweepError(f"{done.failed} of {done.planned} reports failed; --retry-failed runs them again. {reasons}")


@app.command()
def status(
    place: Annotated[str, typer.Argument(metavar="FILE|OUT", help="A sweep's settings file, or its output.")],
    as_json: AsJSON = False,
) -> None:
    """Show the progress of a sweep, even while it runs."""
    # nbformat loads slowly
    from metawidgets.sweeps.index import Index
    from metawidgets.sweeps.saved_plans import saved_plans
    from metawidgets.sweeps.store import Unwritable

    store = _store(_out_of(place))
    index = Index.of(store)
    with suppress(Unwritable):  # a cache for the next call; without write access, each call reads the new reports again
        index.save()
    plans = []
    for saved in saved_plans(store):
        states = [index.entries[key].state for key in saved.keys if key in index.entries]
        completed, failed, n = states.count("completed"), states.count("failed"), len(saved.keys)
        to_do = n - completed - failed
        plans.append({"plan": saved.name, "reports": n, "completed": completed, "failed": failed, "to_do": to_do})
    problems = Counter(entry.problem for entry in index.entries.values() if entry.state == "failed")
    if as_json:
        print_json({"out": str(store.place), "plans": plans, "problems": dict(problems)})
        return
    out.print(f"Sweeps in {store.place}", markup=False)
    for plan in plans:
        done = f"{plan['completed']:,} of {plan['reports']:,} reports completed"
        out.print(f"{plan['plan']}: {done}, {plan['failed']:,} failed, {plan['to_do']:,} to do", markup=False)
    for text, n in problems.most_common(_REASONS):
        out.print(f"{n:,} failed: {text}", markup=False)


@app.command()
def clean(
    file: File,
    failed: Annotated[bool, typer.Option("--failed", help="Also remove the failed reports of the sweep.")] = False,
    target: Annotated[
        str | None, typer.Option("--out", help="Folder or URL of the results, instead of the one in the file.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove reports from a sweep's output that its file no longer lists, and files that killed runs left behind."""
    from metawidgets.sweeps.housekeeping import leftovers  # nbformat loads slowly

    plan = _plan(file, out=target)
    found = leftovers(_store(plan.settings.out), {job.key for job in plan.jobs}, failed=failed)
    what = f"{found.n_reports:,} reports, {len(found.work):,} unfinished runs and {len(found.plans):,} plans"
    if not (found.n_reports or found.work or found.plans):
        out.print(f"Nothing to remove in {plan.settings.out}.", markup=False)
    elif yes or typer.confirm(f"Remove {what} in {plan.settings.out}?"):
        n = found.remove()
        running = len({*found.unwanted, *found.failed, *found.work}) - n
        kept = f" {running:,} of them were kept, since they are running." if running else ""
        out.print(f"Removed {what} in {plan.settings.out}.{kept}", markup=False)
    else:
        out.print("Nothing was removed.")


@app.command()
def summary(
    place: Annotated[str, typer.Argument(metavar="FILE|OUT", help="A sweep's settings file, or its output.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Cover every report of the output, also those of other plans (column `plan`).")
    ] = False,
) -> None:
    """Collect the results of a sweep into summary.html, results.parquet and results.csv in its output.

    They cover the reports that the settings file asks for now; given an output, those of the plan that was run last.
    """
    from metawidgets.sweeps.saved_plans import saved_plans  # nbformat loads slowly

    sweeps.expect_packages(("fsspec", "pyarrow"))
    if everything:
        _summarise(_out_of(place), None)
    elif place.endswith(".toml"):
        plan = _plan(Path(place))
        _summarise(plan.settings.out, plan.keys)
    else:
        plans = saved_plans(_store(place))
        _summarise(place, plans[-1].keys if plans else None)


def _summarise(place: str, wanted: Sequence[str] | None) -> None:
    from metawidgets.sweeps.summary import summarise  # nbformat and pyarrow load slowly

    with bar() as progress:
        task = progress.add_task("reading reports", total=None)
        page = summarise(_store(place), lambda n, of: progress.update(task, completed=n, total=of), wanted)
    out.print(page, style="bold", markup=False)


def _plan(file: Path, **changes: object) -> "Plan":
    # nbformat and pydantic load slowly
    from metawidgets.sweeps.planning import Plan
    from metawidgets.sweeps.settings import Settings

    settings = Settings.read(file)
    settings = Settings.of(
        settings.model_dump() | {name: value for name, value in changes.items() if value is not None}
    )
    return Plan.of(settings, file.parent)


def _out_of(place: str) -> str:
    from metawidgets.sweeps.settings import Settings  # pydantic loads slowly

    return Settings.read(place).out if place.endswith(".toml") else place


def _store(place: str) -> "Store":
    return sweeps.Store(place)


def _sentence(done: "Sweep") -> str:
    ran = done.completed + done.failed
    if not ran:
        return f"All {done.planned:,} reports were already done."
    pace = f"{done.seconds / ran:.1f} s per report"
    return (
        f"{ran:,} reports in {_clock(done.seconds)} ({pace}), {done.before:,} were done before, {done.left:,} are left."
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class _Display:
    """A progress bar on a terminal, or a line every 30 seconds in a log."""

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
        self.done = ""
        """How far the sweep is, as the end of a sentence; "" before it has begun."""

    def __enter__(self) -> "_Display":
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def show(self, sweep: "Sweep") -> None:
        done = sweep.before + sweep.completed + sweep.failed
        self.done = f" after {done:,} of {sweep.planned:,} reports"
        left = "" if sweep.seconds_left is None else f", {_clock(sweep.seconds_left)} left"
        failed = f", {sweep.failed:,} failed" if sweep.failed else ""
        line = f"{done:,} of {sweep.planned:,} done{failed}, {sweep.running:,} running{left}"
        self._bar.update(self._task, completed=done, total=sweep.planned, description=sweep.note or line)
        if not errors.is_terminal and time.monotonic() - self._logged > _LOG_EVERY:
            self._logged = time.monotonic()
            errors.print(f"{line}. {sweep.note}".rstrip(". ") + ".")
