"""The components' browser code, built from `js/<name>/` into `static/<name>.js`."""

import os
from pathlib import Path

__all__ = ["bundle_of", "bundle_path"]


def bundle_path(name: str) -> Path:
    """Return the path of a component's bundle.

    Raises:
        FileNotFoundError: if the bundle was never built.
    """
    path = Path(__file__).parents[1] / "static" / f"{name}.js"
    if not path.exists():
        raise FileNotFoundError(f"{path} was never built; run 'make js', which builds it from js/{name}/index.ts.")
    return path


def bundle_of(name: str) -> str | Path:
    """Return the source text of a component's ES module, which includes its CSS.

    With `ANYWIDGET_HMR=1` in the environment, return the path of the bundle instead; anywidget then watches this file. This is not
    the default, because a watcher keeps its component in memory until the kernel ends.

    Raises:
        FileNotFoundError: if the bundle was never built.
    """
    path = bundle_path(name)
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text(encoding="utf-8")
