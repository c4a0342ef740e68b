"""A picture of a MemoryView for readers without scripts: the items, the matrices and the answer, as they stand at its step."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from PIL import Image

from metawidgets.widgets.memory_reading import chosen_heads, shares_of
from metawidgets.widgets.memory_words import asked_about, in_words, step_shown
from metawidgets.widgets.paper import INK, LINE, MUTED, SOFT, Paper, cut, text_width

if TYPE_CHECKING:
    from metawidgets.widgets.memory_view import MemoryView

__all__ = ["draw_memory"]

# As in memory_heat.js on light paper: sizes from nearly white to dark blue, signs from blue over white to orange.
_SIZE = np.array([[246, 248, 251], [186, 210, 234], [112, 161, 208], [36, 96, 163], [8, 40, 92]])
_SIGN = np.array([[11, 74, 140], [122, 171, 216], [247, 247, 246], [240, 163, 105], [166, 62, 0]])
_BLUE, _WIDTH, _MARGIN, _GUTTER = (10, 99, 176), 720, 12, 84
_TILE, _PER_ROW = 40, 17


def draw_memory(view: "MemoryView") -> bytes:
    """The view at its step as PNG, on white."""
    arrays, config, step, q = view.unpack(), view.config, step_shown(view), asked_about(view)
    lines = _wrapped(in_words(view), _WIDTH - 2 * _MARGIN)
    parts = _matrices(view, arrays, step, q)
    n_support = len(arrays["support_y"])
    tiles = -(-n_support // _PER_ROW) * (_TILE + 22)
    top = 44 + 16 * len(lines)
    height = top + 20 + tiles + sum(34 + rows * row for _, _, _, (rows, row) in parts) + 12
    paper = Paper(_WIDTH, height)
    paper.text(_MARGIN, _MARGIN, cut(config["label"], _WIDTH - 2 * _MARGIN, 15), size=15)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, 36 + 16 * i, line, fill=MUTED)
    _items(paper, top, arrays, config, step, shares_of(arrays, config, step, q, view.head) if q >= 0 else None, q)
    y = top + 20 + tiles
    for title, values, kind, (rows, row) in parts:
        paper.text(_MARGIN, y + 6, title, size=12)
        across = _heat(paper, _GUTTER, y + 24, values, kind, row)
        for label, at in ((f"{rows} rows", 0), (f"{values.shape[1]} columns", 12)):
            paper.text(_MARGIN, y + 24 + at, label, size=10, fill=MUTED)
        if values.shape[1] == config["steps"]:  # frame the step
            wide = across / values.shape[1]
            left, right, low, high = _GUTTER + step * wide, _GUTTER + (step + 1) * wide, y + 24, y + 24 + rows * row
            paper.line((left, low), (right, low), (right, high), (left, high), (left, low), width=1.5)
        y += 34 + rows * row
    return paper.png()


def _matrices(view: "MemoryView", arrays: dict[str, np.ndarray], step: int, q: int) -> list[Any]:
    """Title, values `(row, column)`, kind and (rows, height of one) of each matrix that there is."""
    config, parts = view.config, []
    if "write_weights" in arrays:
        titles = {"writes": "Memory: what each step wrote to each slot", "usage": "Memory: usage of each slot"}
        what, values = view.shown, {"writes": arrays["write_weights"], "usage": arrays.get("usage")}
        if what == "reads" and "read_weights" in arrays and q >= 0:
            reads = arrays["read_weights"][:, q] * config["scales"]["read_weights"]
            parts.append((f"Memory: what query {q} reads after each step", reads.T, "size"))
        else:
            what = what if values.get(what) is not None else "writes"
            parts.append((titles[what], values[what].T, "size"))
    if "attention" in arrays and q >= 0:
        heads = arrays["attention"][step, :, q] * config["scales"]["attention"]
        chosen = len(chosen_heads(config, view.head))
        which = "" if chosen == len(heads) else f" ({chosen} of {len(heads)} heads chosen)"
        order = np.argsort(_read_at(config, heads.shape[1]), kind="stable")
        parts.append(
            (
                f"Attention of query {q} to each support item, in the order read, head by head{which}",
                heads[:, order],
                "size",
            )
        )
    if "hidden" in arrays:
        hidden = np.where(np.isfinite(arrays["hidden"]), arrays["hidden"], 0)
        move = np.abs(hidden[step] - hidden[max(0, step - 1)])
        keys = {"change": -move, "value": -hidden[step], "number": np.arange(hidden.shape[1])}
        order = np.argsort(keys.get(view.order, -move), kind="stable")
        parts.append(("Hidden state: units over steps", hidden[:, order].T, "sign"))
    return [(title, v, kind, (len(v), max(2, min(14, 256 // max(1, len(v)))))) for title, v, kind in parts]


def _read_at(config: dict[str, Any], n: int) -> list[int]:
    """The step that read each support item; what was never read comes last."""
    at = {item: t for t, item in enumerate(config["taken"]) if item >= 0}
    return [at.get(i, len(config["taken"])) for i in range(n)]


def _items(
    paper: Paper, top: float, arrays: dict[str, np.ndarray], config: dict[str, Any], step: int, shares: Any, q: int
) -> None:
    """The support items in the order read, with what falls on each of them."""
    title = "Support, in the order read" + (f"; bars: where query {q} looks" if shares is not None else "")
    paper.text(_MARGIN, top, title, size=12)
    images, n = arrays["support_x"].ndim == 4, len(arrays["support_y"])
    at = _read_at(config, n)
    most = max(float(shares.items.max(initial=0)), 1e-9) if shares is not None else 1.0
    for place, i in enumerate(np.argsort(at, kind="stable")):
        x = _MARGIN + place % _PER_ROW * (_TILE + 1)
        y = top + 20 + place // _PER_ROW * (_TILE + 22)
        size = _TILE - 4
        if images:
            paper.image(arrays["support_x"][i], x, y, size)
        else:
            paper.box(x, y, size, size, SOFT)
            value = arrays["support_x"][i].ravel()
            paper.text(
                x + size / 2, y + size / 2, f"{value[0]:.2g}" if len(value) == 1 else str(i), size=11, anchor="mm"
            )
        if at[i] > step:
            paper.box(x, y, size, size, LINE)
            continue
        if shares is not None:
            paper.box(x, y + size + 2, size, 4, SOFT)
            paper.box(x, y + size + 2, size * float(shares.items[i]) / most, 4, _BLUE)
            paper.text(x + size / 2, y + size + 8, f"{100 * shares.items[i]:.0f} %", size=9, anchor="mt", fill=INK)


def _heat(paper: Paper, x: float, y: float, values: Float[np.ndarray, "row column"], kind: str, row: int) -> float:
    """Draw a matrix and return its width."""
    reach = max(float(np.abs(values).max(initial=0)), 1e-12)
    place = np.sqrt(np.clip(values / reach, 0, 1)) if kind == "size" else 0.5 + values / (2 * reach)
    ramp = _SIZE if kind == "size" else _SIGN
    stops = np.linspace(0, 1, 32)  # few enough colours for a palette
    at = np.round(place * 31) / 31
    colours = np.stack([np.interp(stops, np.linspace(0, 1, len(ramp)), ramp[:, c]) for c in range(3)], -1)
    pixels = colours[np.round(at * 31).astype(int)].astype(np.uint8)
    across = min(_WIDTH - x - _MARGIN, 24 * values.shape[1])
    image = Image.fromarray(pixels).resize((round(2 * across), round(2 * row * len(values))), Image.Resampling.NEAREST)
    paper.sheet.paste(image, (round(2 * x), round(2 * y)))
    return across


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
