"""Docstrings of the project explain parameters that belong together in one line (`n_way, k_shot: of the first episode`); the
reference has a line for each."""

import re
from typing import Any

from griffe import Extension, Object

_ENTRY = re.compile(r"^(?P<indent> +)(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)+):(?P<text>.*(?:\n(?P=indent) +.*)*)", re.M)


class JointNames(Extension):
    """One entry for each name, with the text that they share."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        if obj.docstring and (obj.is_function or obj.is_class):
            obj.docstring.value = _ENTRY.sub(
                lambda m: "\n".join(f"{m['indent']}{name}:{m['text']}" for name in m["names"].split(", ")),
                obj.docstring.value,
            )
