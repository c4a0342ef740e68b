"""The `parameters` cell of a notebook, parsed without running it.

The cell may hold any code, which runs as it stands. Its plain assignments to a name are the notebook's parameters::

    n_way: int = 5  # 2..60 classes in an episode
    rate = 0.1
"""

import ast
import io
import json
import re
import tokenize
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from metawidgets.errors import ParameterError

__all__ = ["COMPUTED", "Assignment", "assignments", "parameters_cell"]

COMPUTED: Any = object()
"""Stands for a default that only a run of the cell can tell."""
_LONGEST_CELL = 100_000
_TYPE_COMMENT = re.compile(r"type:\s*(\S+)\s*")


@dataclass(frozen=True)
class Assignment:
    """A plain assignment in a parameters cell.

    Args:
        name: the variable.
        annotation: the declared type as a syntax tree; `None` if the notebook declares none.
        default: the assigned value, or `COMPUTED` if it is no JSON value or if other code of the cell may change it.
        source: the assigned value as Python source.
        comment: the comment on the assignment's last line, without its `#`.
    """

    name: str
    annotation: ast.expr | None
    default: Any
    source: str
    comment: str


def parameters_cell(notebook: NotebookNode) -> str:
    """Return the source of the code cell tagged `parameters`; "" if there is none, or if the notebook is not in Python.

    Raises:
        ParameterError: if several cells have this tag.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and "parameters" in c.metadata.get("tags", [])]
    if len(cells) > 1:
        raise ParameterError(f"the notebook has {len(cells)} code cells tagged 'parameters'; leave the tag on one.")
    language = notebook.metadata.get("language_info", {}).get("name")
    language = language or notebook.metadata.get("kernelspec", {}).get("language") or "python"
    return cells[0].source if cells and "python" in str(language).lower() else ""


def assignments(source: str) -> list[Assignment]:
    """Return the plain assignments of a parameters cell, the last one for each name.

    Raises:
        ParameterError: if the cell is not Python (the error names the line), or too long.
    """
    if len(source) > _LONGEST_CELL:
        raise ParameterError(f"the parameters cell has {len(source):,} characters; at most {_LONGEST_CELL:,} are read.")
    try:
        source = _without_magics(source)
        tree, comments = ast.parse(source), _comments(source)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
        loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        found = {}
        for line in tree.body:
            match line:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
                    pass
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    annotation = None
                case _:
                    continue
            comment = comments.get(line.end_lineno or line.lineno, "")
            typed = _TYPE_COMMENT.match(comment)
            if typed:
                comment, annotation = comment[typed.end() :], annotation or _parsed(typed[1])
            default = _literal(value)
            if stored[name] > 1 or (name in loaded and isinstance(default, list | dict)):
                default = COMPUTED  # other code of the cell may change it
            found[name] = Assignment(name, annotation, default, ast.unparse(value), comment.strip())
    except SyntaxError as error:
        raise ParameterError(f"line {error.lineno} of the parameters cell is not Python ({error.msg}).") from None
    except (ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise ParameterError(f"the parameters cell cannot be read as Python ({type(error).__name__}).") from None
    return list(found.values())


def _without_magics(source: str) -> str:
    """Return the source with IPython's commands (`%matplotlib inline`, `!ls`) as calls; other source stays as it is."""
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager  # IPython loads slowly

        with suppress(Exception):  # it may raise anything for what is no Python
            return TransformerManager().transform_cell(source)
    return source


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parsed(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _literal(value: ast.expr) -> Any:
    """Return a literal that papermill can write back unchanged, which is a JSON value; otherwise `COMPUTED`."""
    try:
        found = ast.literal_eval(value)
        return found if json.loads(json.dumps(found)) == found else COMPUTED
    except (ValueError, TypeError, SyntaxError):
        return COMPUTED
