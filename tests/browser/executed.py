"""A notebook of some cells, run by a kernel."""

import asyncio
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config


def executed(notebook: NotebookNode) -> NotebookNode:
    """Run a notebook in the repository's root, and return it with its outputs and the state of its widgets."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory(prefix="mw-") as folder:
        # Our kernel client, since Jupyter's own can miss a reply where a cell prints into an `Output`. A socket file, because another
        # process may take a port; its path must be shorter than pytest's paths.
        manager = {
            "transport": "ipc",
            "ip": f"{folder}/k",
            "client_class": "metawidgets.reports.kernel_client.KernelClient",
        }
        resources = {"metadata": {"path": str(root)}}
        client = NotebookClient(notebook, timeout=300, resources=resources, config=Config({"KernelManager": manager}))
        # In a thread of its own: in this one, Playwright's event loop counts as running.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, client.async_execute(env={**os.environ, "OMP_NUM_THREADS": "1"})).result()
    return notebook
