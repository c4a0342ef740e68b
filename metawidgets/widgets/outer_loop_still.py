"""A meta-training in words and as a picture, for readers without scripts: the curves of the browser, up to the step shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from metawidgets.widgets.outer_loop_history import History
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut

if TYPE_CHECKING:
    from metawidgets.widgets.outer_loop_monitor import OuterLoopMonitor

__all__ = ["describe", "draw"]

_BLUE, _ORANGE, _GREEN, _BAND = (0, 114, 178), (213, 94, 0), (0, 138, 103), (214, 230, 241)
_PHASES = {
    "ready": "Not started",
    "running": "Training",
    "pausing": "Pausing after the task in hand",
    "paused": "Paused",
    "stopping": "Stopping after the task in hand",
    "stopped": "Stopped",
    "failed": "Failed",
    "finished": "Finished",
}
_WIDTH, _MARGIN = 760, 16


def describe(monitor: "OuterLoopMonitor") -> str:
    """Where it stands, its best validation, and the held episode at the outer step shown."""
    f, metric = monitor.figures, monitor.config["metric"]
    lines = [f"{monitor.config['label']}. {_standing(monitor)}"]
    if f["loss"] is not None:
        lines.append(f"Smoothed loss {f['loss']:.3g} {monitor.config['loss_unit']}.")
    if f["best"]:
        step, mean, half = f["best"][:3]
        lines.append(f"Best validation: {metric} {_score(mean, half, metric)} at step {step}.")
    if f["failure"]:
        lines.append(f["failure"])
    arrays = monitor.unpack()
    at = _taken(arrays, monitor.shown)
    if at is not None:
        name = "query_accuracy" if "held.query_accuracy" in arrays else "query_loss"
        values = arrays[f"held.{name}"][at]
        lines.append(
            f"Held {monitor.config['held']['title']} episode at outer step {arrays['held.meta_step'][at]}: "
            f"{name.replace('_', ' ')} {values[0]:.3g} before adaptation, {values[-1]:.3g} after."
        )
    return " ".join(lines)


def draw(monitor: "OuterLoopMonitor") -> bytes:
    """The monitor as PNG, on white."""
    history, arrays, shown = History.unpacked(monitor.history), monitor.unpack(), monitor.shown
    config, paper = monitor.config, Paper(_WIDTH, 490)
    paper.text(_MARGIN, 12, cut(config["label"], _WIDTH - 2 * _MARGIN, 15), size=15)
    paper.text(_MARGIN, 34, cut(_standing(monitor), _WIDTH - 2 * _MARGIN), fill=MUTED)
    span = (0.0, float(max(monitor.figures["step"], 1)))
    so_far = history["last"] <= max(shown, 1)
    left = (_MARGIN, 62, 420)
    loss = _Axes(paper, left, 150, f"Loss, {config['loss_unit']}", span, [history["loss_low"], history["loss_high"]])
    loss.band(history["last"], history["loss_low"], history["loss_high"])
    loss.line(history["last"][so_far], _smoothed(history["loss"])[so_far], _BLUE)
    _validation(paper, monitor, span)
    norm = _Axes(
        paper, (_MARGIN, 386, 420), 60, "Gradient norm", span, [history["norm_low"], history["norm_high"]], log=True
    )
    norm.line(history["last"][so_far], history["norm"][so_far], _GREEN)
    for axes in (loss, norm):
        axes.mark(shown)
    at = _taken(arrays, shown)
    if at is not None:
        _held(paper, monitor, arrays, at)
    return paper.png()


def _standing(monitor: "OuterLoopMonitor") -> str:
    f = monitor.figures
    where = f"step {f['step']:,} of {monitor.target:,}" if f["step"] else f"{monitor.target:,} steps to do"
    return f"{_PHASES[monitor.phase]}: {where}, {f['episodes']:,} episodes, meta_lr {monitor.meta_lr:.3g}."


def _score(mean: float, half: float | None, metric: str) -> str:
    scale, unit = (100, " %") if metric == "accuracy" else (1, "")
    return f"{scale * mean:.3g}{f' ± {scale * half:.2g}' if half is not None else ''}{unit}"


def _taken(arrays: Mapping[str, np.ndarray], shown: int) -> int | None:
    """The last adaptation at or before the outer step shown."""
    steps = arrays.get("held.meta_step", np.zeros(0))
    return max(0, int(np.searchsorted(steps, shown, side="right")) - 1) if len(steps) else None


def _smoothed(values: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
    """A running mean over about a 20th of the points, as in the browser."""
    weight = 2 / (1 + max(1.0, len(values) / 20))
    out, level = np.empty(len(values)), np.nan
    for i, value in enumerate(values):
        level = value if not np.isfinite(level) else level + weight * (value - level)
        out[i] = level
    return out


def _validation(paper: Paper, monitor: "OuterLoopMonitor", span: tuple[float, float]) -> None:
    percent = monitor.config["metric"] == "accuracy"
    found = [v for v in monitor.validations if np.isfinite(v[1])]
    lows = [v[1] - (v[2] or 0) for v in found]
    highs = [v[1] + (v[2] or 0) for v in found]
    title = "Validation accuracy" if percent else "Validation, mean squared error"
    axes = _Axes(paper, (_MARGIN, 254, 420), 90, title, span, [np.array([*lows, *highs])])
    for (step, mean, *_), low, high in zip(found, lows, highs, strict=True):
        if step <= max(monitor.shown, 1):
            axes.error_bar(step, mean, low, high)
    axes.mark(monitor.shown)
    if not found:
        axes.note("no validation yet")


def _held(paper: Paper, monitor: "OuterLoopMonitor", arrays: Mapping[str, np.ndarray], at: int) -> None:
    left, step = (476, 62, 268), arrays["held.meta_step"][at]
    title = f"Held episode at outer step {step}"
    if "held.fit" in arrays:
        x, fit = arrays["probe"], arrays["held.fit"][at]
        known = [arrays["support_y"], arrays["query_y"], arrays.get("truth", np.zeros(0))]
        axes = _Axes(paper, left, 190, title, (float(x[0]), float(x[-1])), known)
        if "truth" in arrays:
            axes.line(x, arrays["truth"], MUTED)
        axes.line(x, fit[0], (150, 190, 220))
        axes.line(x, fit[-1], _BLUE, 2.5)
        for px, py in zip(arrays["support_x"][:, 0], arrays["support_y"][:, 0], strict=True):
            axes.dot(float(px), float(py))
    name = "held.query_accuracy" if "held.query_accuracy" in arrays else "held.query_loss"
    top = 302 if "held.fit" in arrays else 62
    values, inner = arrays[name], np.array(monitor.config["held"]["inner"], float)
    wording = f"{'Query accuracy' if 'accuracy' in name else 'Query loss'} after each inner step"
    axes = _Axes(paper, (476, top, 268), 446 - top - 20, wording, (0.0, float(max(inner[-1], 1))), [values])
    for i in range(at + 1):
        fade = 1 - (i + 1) / (at + 1)
        axes.line(inner, values[i], tuple(round(c + 0.75 * fade * (255 - c)) for c in _BLUE), 2.5 if i == at else 1)


class _Axes:
    """A small plot: its title above, two values at the left, two at the bottom."""

    def __init__(
        self,
        paper: Paper,
        place: tuple[float, float, float],
        height: float,
        title: str,
        x: tuple[float, float],
        values: Sequence[np.ndarray],
        log: bool = False,
    ) -> None:
        self.paper, (left, top, width) = paper, place
        everything = np.concatenate([np.ravel(v) for v in values]).astype(float)
        everything = everything[np.isfinite(everything) & ((everything > 0) | (not log))]
        low, high = (float(everything.min()), float(everything.max())) if everything.size else (0.1, 1.0)
        if log:
            low, high = low / 1.2, high * 1.2
        else:
            margin = 0.04 * (high - low or 1)
            low, high = 0.0 if 0 <= low < margin else low - margin, high + margin
        self.f: Callable[[Any], Any] = np.log10 if log else lambda v: v
        self.box = (left + 46, top + 18, left + width, top + 18 + height)
        self.x, self.y = x, (self.f(low), self.f(high))
        x0, _, x1, y1 = self.box
        paper.text(left, top, cut(title, width, 12), size=12)
        for value in (low, high):
            paper.line((x0, self.v(value)), (x1, self.v(value)), fill=LINE)
            paper.text(x0 - 5, self.v(value), f"{value:.3g}", size=10, anchor="rm", fill=MUTED)
        for value, anchor in zip(x, ("lt", "rt"), strict=True):
            paper.text(self.u(value), y1 + 4, f"{value:,.4g}", size=10, anchor=anchor, fill=MUTED)

    def u(self, x: float) -> float:
        return self.box[0] + (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1) * (self.box[2] - self.box[0])

    def v(self, y: float) -> float:
        part = (self.f(y) - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return self.box[3] - min(1.0, max(0.0, float(part))) * (self.box[3] - self.box[1])

    def line(self, x: np.ndarray, y: np.ndarray, colour: Any, width: float = 1.75) -> None:
        points = [
            (self.u(a), self.v(b)) for a, b in zip(x, y, strict=True) if np.isfinite(b) and (b > 0 or self.f(1) == 1)
        ]
        if len(points) > 1:
            self.paper.line(*points, fill=colour, width=width)
        elif points:
            self.paper.dot(*points[0], 2, fill=colour)

    def band(self, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        for a, b, c in zip(x, low, high, strict=True):
            if np.isfinite(b) and np.isfinite(c):
                self.paper.line((self.u(a), self.v(b) + 0.5), (self.u(a), self.v(c) - 0.5), fill=_BAND, width=1.5)

    def error_bar(self, x: float, y: float, low: float, high: float) -> None:
        self.paper.line((self.u(x), self.v(low)), (self.u(x), self.v(high)), fill=_ORANGE, width=1.5)
        self.paper.dot(self.u(x), self.v(y), 2.5, fill=_ORANGE)

    def dot(self, x: float, y: float) -> None:
        self.paper.dot(self.u(x), self.v(y), 4, fill=_ORANGE, outline="white", width=1)

    def mark(self, x: float) -> None:
        self.paper.line((self.u(x), self.box[1]), (self.u(x), self.box[3]), fill=INK)

    def note(self, text: str) -> None:
        x0, y0, x1, y1 = self.box
        self.paper.text((x0 + x1) / 2, (y0 + y1) / 2, text, size=11, anchor="mm", fill=MUTED)
