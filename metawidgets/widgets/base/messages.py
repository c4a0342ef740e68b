"""Checks of the requests that the browser sends, and the texts of errors in a component's status line."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.errors import MetawidgetsError

__all__ = ["error_text", "number_in_words", "request_number", "requested_call"]


def requested_call(
    content: Any, buffers: Sequence[Any] | None, methods: Mapping[str, Callable[..., Any]], component: str
) -> Callable[[], Any]:
    """Return the call that the browser requests. Check its arguments against the method's signature.

    Args:
        content: `{id, action, params}`. A page may send anything, so this is checked.
        buffers: binary data sent with the message; the method takes them as `buffers`.
        methods: by name, the method of each action that the component can do now.
        component: the component's class name, for the errors.

    Raises:
        MetawidgetsError: if the message is not a request, or the component cannot do the action.
    """
    if not isinstance(content, dict) or not isinstance(content.get("params") or {}, dict):
        raise MetawidgetsError("The page sent a message that is not a request; reload the page.")
    action = content.get("action")
    if not isinstance(action, str) or action not in methods:
        raise MetawidgetsError(f"{component} cannot do {action!r} here.")
    params = dict(content.get("params") or {})
    try:
        if {"self", "buffers"} & set(params):
            raise TypeError
        params |= {"buffers": list(buffers)} if buffers else {}
        inspect.signature(methods[action]).bind(**params)
    except TypeError:
        raise MetawidgetsError(f"Bad parameters for {action!r}; reload the page.") from None
    return partial(methods[action], **params)


def request_number(content: Any) -> int | None:
    """Return the number of the request, which the browser waits for; `None` if the message has no valid number."""
    number = content.get("id") if isinstance(content, dict) else None
    return number if isinstance(number, int) and 0 <= number < 2**53 else None


def error_text(error: Exception) -> str:
    """Return an error as one line for the status line. Only errors of other packages are preceded by their class name."""
    text = str(error)
    if isinstance(error, MetawidgetsError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def number_in_words(value: Shaped[np.ndarray, ""] | float) -> str:
    """Return a number with three significant digits, such as "0.0123", or "infinite" or "not a number"."""
    if np.isnan(value):
        return "not a number"
    return f"{float(value):.3g}" if np.isfinite(value) else "infinite"
