"""A griffe extension that splits joint entries of docstrings: `n_way, k_shot: of the first episode` becomes one line per parameter."""

import re
from typing import Any

from griffe import Extension, Object

_ENTRY = re.compile(r"^(?P<indent> +)(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)+):(?P<text>.*(?:\n(?P=indent) +.*)*)", re.M)


class JointNames(Extension):
    """Gives each of the joint names its own entry with the shared text."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        if obj.docstring and (obj.is_function or obj.is_class):
            obj.docstring.value = _ENTRY.sub(
                lambda m: "\n".join(f"{m['indent']}{name}:{m['text']}" for name in m["names"].split(", ")),
                obj.docstring.value,
            )
