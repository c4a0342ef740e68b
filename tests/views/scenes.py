"""The marks that a chart really draws: those of its scene graph, after data flow, scales and layout."""

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import vl_convert
from jaxtyping import UInt8
from PIL import Image

__all__ = ["colours_used", "group_of", "height_of", "items", "marks_at", "pixels", "texts"]


def marks_at(spec: dict[str, Any], step: int | None = None) -> list[dict[str, Any]]:
    """Return all marks with their items, with the slider (if any) at `step`."""
    scene = vl_convert.vegalite_to_scenegraph(json.dumps(_moved(spec, step)))["scenegraph"]
    return list(_walk(scene))


def _moved(spec: dict[str, Any], step: int | None) -> dict[str, Any]:
    spec = json.loads(json.dumps(spec))
    for param in spec.get("params", []):
        if step is not None and param["name"] == "step":
            param["value"] = step
    return spec


def _walk(mark: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield mark
    for item in mark.get("items", []):
        for child in item.get("items", []) if isinstance(item, dict) else []:
            yield from _walk(child)


def items(marks: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the data marks of one type ("rect", "symbol", "line", "text", "image"), without axes, legends and titles."""
    found = [m["items"] for m in marks if m.get("marktype") == kind and m.get("role") == "mark"]
    return [item for group in found for item in group]


def group_of(marks: list[dict[str, Any]], kind: str, n: int) -> list[dict[str, Any]]:
    """Return the items of the only group of data marks of that type with `n` items."""
    (found,) = [
        m["items"] for m in marks if m.get("marktype") == kind and m.get("role") == "mark" and len(m["items"]) == n
    ]
    return found


def height_of(rect: dict[str, Any]) -> float:
    """Return the height of a rectangle, which the scene graph gives in one of two ways."""
    return abs(rect["y2"] - rect["y"]) if "y2" in rect else rect.get("height", 0.0)


def texts(marks: list[dict[str, Any]]) -> list[str]:
    """Return every text on the chart, including title and axes."""
    found = [item.get("text") for m in marks if m.get("marktype") == "text" for item in m["items"]]
    return [" ".join(t) if isinstance(t, list) else str(t) for t in found if t is not None]


def pixels(png: bytes) -> UInt8[np.ndarray, "height width 3"]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def colours_used(png: bytes) -> int:
    return len(np.unique(pixels(png).reshape(-1, 3), axis=0))
