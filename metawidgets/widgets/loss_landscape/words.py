"""The summary of a loss landscape in sentences, for places that run no JavaScript."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.widgets.base.messages import number_in_words

__all__ = ["METHODS", "in_words"]

METHODS = {
    "second_order": "second order (MAML)",
    "first_order": "first order",
    "reptile": "Reptile",
    "implicit": "implicit",
    "anil": "ANIL",
}


def in_words(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], task: int, step: int) -> str:
    """Describe the plane, the losses of every task, and the meta-gradients of the task shown."""
    meta, last = config["meta"], config["steps"] - 1
    moved = not np.array_equal(arrays["path"][:, 0], arrays["home.path"][:, 0])
    x, y = arrays["path"][0, 0]
    place = f"moved to ({x:.3g}, {y:.3g})" if moved else "its own"
    across, up = config["axes"]
    lines = [f"{config['label']}, {meta['n_parameters']:,} parameters; x: {across}, y: {up}; initialisation {place}."]
    for k, title in enumerate(config["titles"]):
        after = f"after {last} inner step{'' if last == 1 else 's'}"
        losses = []
        for side in ("query", "support"):
            values = arrays[f"{side}_loss"][k]
            losses.append(f"{side} loss {number_in_words(values[0])} before, {number_in_words(values[last])} {after}")
            if moved:
                losses[-1] += f" (from its own initialisation {number_in_words(arrays[f'home.{side}_loss'][k, last])})"
        off = number_in_words(0.0 if arrays["off_plane"][k, last] < 1e-5 else arrays["off_plane"][k, last])
        lines.append(f"{title}: {'; '.join(losses)} ({config['loss_unit']}); it ends {off} off the plane.")
    t = min(max(step, 0), last)
    if t < last:
        lines.append(
            f"Shown: {config['titles'][task]} at step {t}, query loss {number_in_words(arrays['query_loss'][task, t])}."
        )
    cosines, share = arrays["gradient_cosines"][task], arrays["gradient_share"][task]
    each = [
        f"{METHODS.get(name, name)} {number_in_words(share[i])}"
        + ("" if i == 0 else f" (cosine {number_in_words(cosines[i])})")
        for i, name in enumerate(config["gradients"]["names"])
    ]
    lines.append(
        f"Meta-gradients of {config['titles'][task]}, part in the plane and cosine with second order: {', '.join(each)}."
    )
    return "\n".join(lines)
