"""Numbers as a summary prints them."""

import numpy as np
from jaxtyping import Shaped

__all__ = ["number_in_words"]


def number_in_words(value: Shaped[np.ndarray, ""] | float) -> str:
    """Three significant digits, and words for what is no number: "0.0123", "infinite", "not a number"."""
    if np.isnan(value):
        return "not a number"
    return f"{float(value):.3g}" if np.isfinite(value) else "infinite"
