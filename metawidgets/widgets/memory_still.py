"""A picture of a MemoryView for readers without scripts: the items, the matrices and the answer, as they stand at its step."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float
from PIL import Image

from metawidgets.widgets.memory_reading import shares_of
from metawidgets.widgets.memory_words import asked_about, in_words, step_shown
from metawidgets.widgets.paper import INK, LINE, MUTED, SOFT, Paper, cut, wrapped

if TYPE_CHECKING:
    from metawidgets.widgets.memory_view import MemoryView

__all__ = ["draw_memory"]

# As in memory_heat.js on light paper: sizes from nearly white to dark blue, signs from blue over white to orange.
_SIZE = np.array([[246, 248, 251], [186, 210, 234], [112, 161, 208], [36, 96, 163], [8, 40, 92]])
_SIGN = np.array([[11, 74, 140], [122, 171, 216], [247, 247, 246], [240, 163, 105], [166, 62, 0]])
_BLUE, _WIDTH, _MARGIN, _GUTTER = (10, 99, 176), 720, 12, 124
_TILE, _PER_ROW = 40, 17


def draw_memory(view: "MemoryView") -> bytes:
    """The view at its step as PNG, on white."""
    arrays, config, step, q = view.unpack(), view.config, step_shown(view), asked_about(view)
    lines = wrapped(in_words(view), _WIDTH - 2 * _MARGIN)
    parts = _matrices(view, arrays, step, q)
    n_support = len(arrays["support_y"])
    tiles = -(-n_support // _PER_ROW) * (_TILE + 22)
    top = 44 + 16 * len(lines)
    height = top + 20 + tiles + sum(34 + len(part.values) * part.row for part in parts) + 12
    paper = Paper(_WIDTH, height)
    paper.text(_MARGIN, _MARGIN, cut(config["label"], _WIDTH - 2 * _MARGIN, 15), size=15)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, 36 + 16 * i, line, fill=MUTED)
    _items(paper, top, arrays, config, step, shares_of(arrays, config, step, q, view.head) if q >= 0 else None, q)
    y = top + 20 + tiles
    for part in parts:
        (title, values, kind, labels), row = part, part.row
        paper.text(_MARGIN, y + 6, title, size=12)
        across = _heat(paper, _GUTTER, y + 24, values, kind, row)
        apart = row if len(labels) == len(values) else 12
        for k, label in enumerate(labels):
            if apart >= 10 or k % (12 // apart + 1) == 0:
                paper.text(_MARGIN, y + 24 + apart * k, cut(label, _GUTTER - _MARGIN - 6, 10), size=10, fill=MUTED)
        if values.shape[1] == config["steps"]:  # frame the step
            wide = across / values.shape[1]
            left, right, low, high = (
                _GUTTER + step * wide,
                _GUTTER + (step + 1) * wide,
                y + 24,
                y + 24 + len(values) * row,
            )
            paper.line((left, low), (right, low), (right, high), (left, high), (left, low), width=1.5)
        y += 34 + len(values) * row
    return paper.png()


class _Matrix(NamedTuple):
    title: str
    values: Float[np.ndarray, "row column"]
    kind: str  # "size" or "sign"
    labels: tuple[str, ...]  # one for each row, or a few lines for all of them

    @property
    def row(self) -> int:
        return max(2, min(14, 256 // max(1, len(self.values))))


def _matrices(view: "MemoryView", arrays: dict[str, np.ndarray], step: int, q: int) -> list[_Matrix]:
    """The matrices that there are, as the browser shows them."""
    config, parts = view.config, []
    over = ("rows: {}", f"columns: steps 0 to {config['steps'] - 1}")
    if "write_weights" in arrays:
        what, values, title = view.shown, arrays["write_weights"], "what each step wrote to each slot"
        if what == "reads" and "read_weights" in arrays and q >= 0:
            values = arrays["read_weights"][:, q] * config["scales"]["read_weights"]
            title = f"what query {q} reads from each slot after each step"
        elif what == "usage" and "usage" in arrays:
            values, title = arrays["usage"], "usage of each slot after each step"
        lines = tuple(line.format(f"{values.shape[1]} slots") for line in over)
        parts.append(_Matrix(f"Memory: {title}", values.T, "size", lines))
    if "attention" in arrays and q >= 0:
        heads = arrays["attention"][step, :, q] * config["scales"]["attention"]
        order = np.argsort(_read_at(config, heads.shape[1]), kind="stable")
        title = f"Attention of query {q} to each support item, in the order read, by head"
        parts.append(_Matrix(title, heads[:, order], "size", tuple(config["head_names"])))
    if "hidden" in arrays:
        hidden = np.where(np.isfinite(arrays["hidden"]), arrays["hidden"], 0)
        move = np.abs(hidden[step] - hidden[max(0, step - 1)])
        keys = {"value": -hidden[step], "number": np.arange(hidden.shape[1])}
        order = np.argsort(keys.get(view.order, -move), kind="stable")
        lines = tuple(line.format(f"{hidden.shape[1]} units") for line in over)
        parts.append(_Matrix("Hidden state", hidden[:, order].T, "sign", lines))
    return parts


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
