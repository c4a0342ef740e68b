"""The summary of a meta-training in sentences, for places that run no JavaScript."""

from collections.abc import Mapping

import numpy as np

from metawidgets.analysis import interval_text
from metawidgets.widgets.outer_loop_monitor.state import MonitorState

__all__ = ["adaptation_shown", "describe", "progress_words"]

_PHASES = {
    "ready": "Not started",
    "running": "Training",
    "pausing": "Pausing after the current task",
    "paused": "Paused",
    "stopping": "Stopping after the current task",
    "stopped": "Stopped",
    "failed": "Failed",
    "finished": "Finished",
}


def describe(state: MonitorState) -> str:
    """Describe the training's progress, its best validation, and the held-out episode at the outer step shown."""
    f, metric = state.figures, state.config["metric"]
    lines = [f"{state.config['label']}. {progress_words(state)}"]
    if f["loss"] is not None:
        lines.append(f"Smoothed loss {f['loss']:.3g} {state.config['loss_unit']}.")
    if f["best"]:
        step, mean, half = f["best"][:3]
        lines.append(f"Best validation: {metric} {_score(mean, half, metric)} at step {step}.")
    if f["failure"]:
        lines.append(f["failure"])
    arrays = state.arrays
    at = adaptation_shown(arrays, state.shown)
    if at is not None:
        name = "query_accuracy" if "held.query_accuracy" in arrays else "query_loss"
        values = arrays[f"held.{name}"][at]
        lines.append(
            f"Held-out {state.config['held']['title']} episode at outer step {arrays['held.meta_step'][at]}: "
            f"{name.replace('_', ' ')} {values[0]:.3g} before adaptation, {values[-1]:.3g} after."
        )
    return " ".join(lines)


def progress_words(state: MonitorState) -> str:
    f = state.figures
    where = f"step {f['step']:,} of {state.target:,}" if f["step"] else f"{state.target:,} steps to do"
    return f"{_PHASES[state.phase]}: {where}, {f['episodes']:,} episodes, meta_lr {state.meta_lr:.3g}."


def _score(mean: float, half: float | None, metric: str) -> str:
    return interval_text(mean, half, metric)


def adaptation_shown(arrays: Mapping[str, np.ndarray], shown: int) -> int | None:
    """Return the index of the last adaptation at or before the outer step shown; `None` if there is none."""
    steps = arrays.get("held.meta_step", np.zeros(0))
    return max(0, int(np.searchsorted(steps, shown, side="right")) - 1) if len(steps) else None
