"""Shapes as types, checked while tests run: `conftest.py` puts this around every function of metawidgets.

It looks at array annotations only, such as `Float[np.ndarray, "query way"]`; pyright has the rest. Axis names are bound
over one call, so two arrays that both say "query" must be equally long there.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jaxtyping

__all__ = ["checked"]


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, refusing arrays that are not as its signature has them.

    The wrapper raises `TypeError` with the argument's name, what it should be and what it is.
    """
    arrays = {name: hint for name, hint in function.__annotations__.items() if _is_array(hint)}
    # A record that is handed wrong arrays refuses them itself, in words for its user: that is what its tests look at.
    if not arrays or function.__name__ == "__init__":
        return function
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            _check(function, name, value, arrays)
        result = function(*args, **kwargs)
        _check(function, "return", result, arrays)
        return result

    return wrapper


def _is_array(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray)


def _check(function: Callable[..., Any], name: str, value: Any, arrays: dict[str, Any]) -> None:
    if name in arrays and not isinstance(value, arrays[name]):
        found = f"{value.dtype} {tuple(value.shape)}" if hasattr(value, "shape") else repr(value)
        raise TypeError(f"{function.__qualname__}: {name} should be {arrays[name].__name__}, not {found}.")
