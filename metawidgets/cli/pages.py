"""`metawidgets export`, `metawidgets site` and `metawidgets lab`: notebooks, and HTML pages made of them."""

import importlib.util
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from metawidgets.cli.console import bar, errors, out
from metawidgets.errors import ReportError

__all__ = ["export", "lab", "site"]


def export(
    notebook: Annotated[Path, typer.Argument(help="An executed notebook, saved with its widget state.")],
    page: Annotated[Path | None, typer.Option("--out", help="The HTML file; by default beside the notebook.")] = None,
) -> None:
    """Write an executed notebook as one self-contained HTML file, in which its components work without a network.

    Example: `metawidgets export my_notebook.ipynb`
    """
    # nbformat and nbconvert load slowly
    from metawidgets.reports import catalogue
    from metawidgets.reports.export import export_notebook

    node = catalogue.read(notebook)
    if not any(cell.get("outputs") for cell in node.cells):
        raise ReportError(f"{notebook} has no outputs; run it and save it first, or use `metawidgets report`.")
    out.print(f"[bold]{export_notebook(notebook, page or notebook.with_suffix('.html'))}[/]")


def site(
    folder: Annotated[Path, typer.Argument(help="Folder of notebooks; notebooks in its subfolders come last.")] = Path(
        "notebooks"
    ),
    target: Annotated[Path, typer.Option("--out", help="Folder for the pages and their index.")] = Path("build/site"),
    full: Annotated[
        bool, typer.Option("--full", help="Run with full sizes instead of the small sizes of a smoke test.")
    ] = False,
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
