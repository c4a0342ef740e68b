"""The browser's code and style of a component, joined from the shared files and its own."""

from pathlib import Path

__all__ = ["joined_css", "joined_js"]

_SHARED = Path(__file__).parent / "shared"
_JS = (
    "dom.js",
    "python.js",
    "controls.js",
    "arrays.js",
    "theme.js",
    "draw.js",
    "marks.js",
    "selection.js",
    "player.js",
)
_CSS = ("base.css",)


def joined_js(*own: Path) -> str:
    """The shared browser code with a component's own files behind it: one ES module, without what only its readers need."""
    return _slim(_joined([*(_SHARED / name for name in _JS), *own]))


def joined_css(*own: Path) -> str:
    """The shared style sheet with a component's own behind it."""
    return _joined([*(_SHARED / name for name in _CSS), *own])


def _slim(js: str) -> str:
    """Without indentation and the lines that are comments: both are for readers of the files, and a fifth of what every page
    would carry. No string of ours goes over a line's end."""
    lines = (line.strip() for line in js.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _joined(files: list[Path]) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
