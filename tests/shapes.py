"""A check of shapes while tests run: `conftest.py` wraps every function of metawidgets in it.

It checks only array annotations, such as `Float[np.ndarray, "query way"]`; pyright checks the rest. Axis names are bound
over one call, so two arrays that both say "query" must be equally long there.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jaxtyping

__all__ = ["checked"]


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `function` so that it refuses arrays that do not match its signature.

    The wrapper raises `TypeError` with the argument's name, the expected type and the actual one.
    """
    arrays = {name: hint for name, hint in function.__annotations__.items() if _is_array(hint)}
    # Records check their arrays themselves, with messages for their users, which their own tests cover.
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
