"""The data of landscapes, inner-loop paths and meta-gradients that the component sends."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from metawidgets.records import InnerPaths, Landscape, MetaGradients

__all__ = ["pack_gradients", "pack_landscapes", "pack_paths"]


def pack_landscapes(grids: Sequence[Landscape | None]) -> dict[str, Shaped[np.ndarray, "..."]]:
    """Return `support_loss.k` and `query_loss.k`, `(row, column)`, for each task k whose grid is computed."""
    known = [(k, grid) for k, grid in enumerate(grids) if grid is not None]
    return {f"{side}.{k}": getattr(grid, side) for k, grid in known for side in ("support_loss", "query_loss")}


def pack_paths(paths: InnerPaths, prefix: str) -> dict[str, Shaped[np.ndarray, "..."]]:
    return {f"{prefix}{name}": getattr(paths, name) for name in ("path", "off_plane", "support_loss", "query_loss")}


def pack_gradients(gradients: MetaGradients) -> dict[str, Shaped[np.ndarray, "..."]]:
    """Return four arrays with the leading axes (task, method): the meta-gradients' coordinates in the plane, the share of their
    norm that lies in the plane, their norms, and their cosines with the first method. With several tasks, the last row holds the mean."""
    return {
        "gradients": gradients.in_plane,
        "gradient_share": gradients.share,
        "gradient_norm": gradients.norm,
        "gradient_cosines": gradients.cosines[:, 0],
    }
