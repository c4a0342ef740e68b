"""`metawidgets export`, `metawidgets site` and `metawidgets lab`: notebooks, and HTML pages made of them."""

import importlib.util
import os
import secrets
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from metawidgets.cli.console import AsJSON, bar, errors, out, print_json, say_left_out
from metawidgets.errors import ReportError
from metawidgets.reports.pages.left_out import LeftOut

__all__ = ["export", "lab", "site"]


def export(
    notebook: Annotated[Path, typer.Argument(help="A notebook, saved with its outputs and its widget state.")],
    page: Annotated[Path | None, typer.Option("--out", help="The HTML file; by default beside the notebook.")] = None,
    allow_scripts: Annotated[
        bool,
        typer.Option(
            "--allow-scripts",
            help="Run the scripts of outputs that carry them with them, each in a frame without a network.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with exit code 3 if the page leaves out anything; the page is written."),
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Write a notebook as one self-contained HTML file, in which its components and charts work without a network.

    What the notebook showed and the page does not is listed on standard error, cell by cell.

    Example: `metawidgets export my_notebook.ipynb`
    """
    # nbformat and nbconvert load slowly
    from metawidgets.reports.pages.export import export_notebook

    left_out: list[LeftOut] = []
    written = export_notebook(
        notebook, page or notebook.with_suffix(".html"), allow_scripts=allow_scripts, on_left_out=left_out.append
    )
    if as_json:
        print_json({"page": str(written), "left_out": [asdict(item) for item in left_out]})
    else:
        out.print(f"[bold]{written}[/]")
    say_left_out(left_out)
    if strict and left_out:
        raise typer.Exit(3)


def site(
    folder: Annotated[Path, typer.Argument(help="Folder of notebooks; notebooks in its subfolders come last.")] = Path(
        "notebooks"
    ),
    target: Annotated[Path, typer.Option("--out", help="Folder for the pages and their index.")] = Path("build/site"),
    full: Annotated[
        bool,
        typer.Option(
            "--full/--smoke", help="Full sizes, for which the texts are written, or the small sizes of a smoke test."
        ),
    ] = True,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=64, help="Number of notebooks to run at the same time.")
    ] = 1,
) -> None:
    """Run every notebook in a folder, and write a page that links to all of them.

    Example: `metawidgets site notebooks --jobs 2`
    """
    from metawidgets.reports.site import Ran, build_site  # nbformat and papermill load slowly

    if not folder.is_dir():
        raise ReportError(f"there is no folder {folder}; check the path.")
    found = [path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    paths = sorted(found, key=lambda path: (len(path.relative_to(folder).parts), path))
    with bar() as progress:
        task = progress.add_task("running notebooks", total=len(paths))

        def show(ran: Ran) -> None:
            result = f"{ran.size / 1e6:.1f} MB" if ran.page else f"failed: {ran.problem}"
            progress.console.print(f"{ran.name}: {ran.seconds:.0f} s, {result}", highlight=False, markup=False)
            progress.advance(task)

        ran = build_site(paths, target, {"smoke": not full}, jobs=jobs, on_done=show)
    failed = [one.name for one in ran if one.page is None]
    if failed:
        raise ReportError(
            f"{len(failed)} of {len(ran)} notebooks failed: {', '.join(failed)}; open them to see the error."
        )
    out.print(f"[bold]{target / 'index.html'}[/]")


def lab(
    folder: Annotated[Path, typer.Argument(help="Folder to open.")] = Path(),
    port: Annotated[
        int, typer.Option(min=1024, max=65535, help="Port on this machine; if it is in use, the next free one.")
    ] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open JupyterLab on a folder of notebooks.

    The server accepts connections from this machine only, and requires a token. The browser that it opens gets the token;
    `--no-browser` prints it.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise ReportError("JupyterLab is not installed; install it with: pip install 'metawidgets[lab]'.")
    if not folder.is_dir():
        raise ReportError(f"there is no folder {folder}; check the path.")
    command = [sys.executable, "-m", "jupyterlab", str(folder), "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append(
            "--allow-root"
        )  # needed in a container; the token and the loopback address still protect the server
    # Pass the token in the environment: other users of the machine can read a process's arguments.
    token = secrets.token_urlsafe(24)
    if not browser:
        errors.print(f"The token is [bold]{token}[/]; JupyterLab's own log does not show it.", markup=True)
    raise typer.Exit(subprocess.call(command, env={**os.environ, "JUPYTER_TOKEN": token}))
