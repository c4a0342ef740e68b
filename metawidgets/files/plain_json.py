"""Reading of untrusted JSON, with limits on size, number of values and depth, so that no input can exhaust the memory or the stack."""

import json
from typing import Any

__all__ = ["DEEPEST", "LARGEST_TEXT", "MOST_VALUES", "check_depth", "parsed"]

LARGEST_TEXT = 64 << 20  # bytes; an episode of 2,000 photographs in base64 has about half of this
MOST_VALUES = 2_000_000  # entries of lists and objects; an item's id takes four
DEEPEST = 100  # levels of nested lists and objects


def parsed(text: str | bytes) -> Any:
    """Parse a JSON text. NaN and infinity are accepted, as Python writes them; the caller must check its numbers.

    Raises:
        ValueError: if the text is not JSON, too large, or nested too deeply.
    """
    if len(text) > LARGEST_TEXT:
        raise ValueError(f"{len(text):,} bytes of JSON are more than {LARGEST_TEXT:,}")
    if isinstance(text, bytes):
        text = text.decode()
    # Counted first, since each entry takes 64 bytes or more
    if (entries := text.count(",") + text.count("[") + text.count("{")) > MOST_VALUES:
        raise ValueError(f"JSON of {entries:,} entries is more than {MOST_VALUES:,}")
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(f"JSON is nested more than {DEEPEST} deep") from None
    check_depth(value)
    return value


def check_depth(value: Any) -> None:
    """Refuse lists and dictionaries nested so deeply that code which copies or writes them would overflow the stack.

    Raises:
        ValueError: if `value` is nested too deeply.
    """
    level, depth = [value], 0
    while level := [each for v in level for each in _entries(v)]:
        if (depth := depth + 1) > DEEPEST:
            raise ValueError(f"JSON is nested more than {DEEPEST} deep")


def _entries(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
