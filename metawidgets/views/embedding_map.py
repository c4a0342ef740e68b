"""Embedding map: support, queries and prototypes on two principal axes that are the same at all steps."""

from typing import Any

import altair as alt
import numpy as np

from metawidgets.analysis import fit_projection
from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.marks import Drawing, class_channels, crosses, inline, name_of, points, short
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["embedding_map"]

_NAMED = 10  # largest number of classes for which prototypes have labels; their crosses all have the same shape
_NEEDS = ("embeddings", "support_embeddings")


def _kind(episode: Episode) -> str | None:
    return "it needs classes, and this episode has none; try fitted_curve." if episode.is_regression else None


@view(needs=_NEEDS, kind=_kind)
def embedding_map(trace: Trace, *, step: int | None = None, width: int = 460, images: bool = False) -> Drawing:
    """Draw all embeddings on two principal components.

    The components are fitted once over all steps, so that a point moves in the chart only if it moves in the embedding space.
    Support items are filled, queries are hollow, and prototypes, if the learner has any, are crosses. Support items that the
    learner has not read yet are pale. Both axes have the same scale.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of the plot, in pixels.
        images: draw each query as its image; needs an episode of images.
    """
    episode = trace.episode
    drawn = [*_NEEDS, *(["prototypes"] if "prototypes" in trace else [])]
    fitted = fit_projection(np.concatenate([_flat(trace[name]) for name in drawn], axis=1))
    flat = {name: fitted(_flat(trace[name])) for name in drawn}  # (step, item, axis)
    steps = Steps(trace, step, load=per_step(*flat.values()))
    box = _Box(np.concatenate([a.reshape(-1, 2) for a in flat.values()]), width)
    names = episode.class_names

    def placed(name: str, still: dict[str, Any], **moving: np.ndarray) -> alt.Chart:
        rows = steps.rows(still, {"u": flat[name][..., 0], "v": flat[name][..., 1], **moving})
        chart = alt.Chart(inline(rows), width=width, height=box.height)
        named = chart.transform_calculate(name=name_of(names), label=name_of([short(n) for n in names]))
        said = named.transform_calculate(said="datum.what + ', class ' + datum.name")
        return steps.calculate(said, x="u", y="v")

    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=box.x, nice=False, zero=False),
        title=_axis(fitted.explained, 0),
        axis=alt.Axis(tickCount=6),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=box.y, nice=False, zero=False),
        title=_axis(fitted.explained, 1),
        axis=alt.Axis(tickCount=6),
    )
    look = class_channels(names, width=width)
    tooltips = [
        alt.Tooltip("what:N", title="item"),
        alt.Tooltip("name:N", title="class"),
        alt.Tooltip("x:Q", format=".4~g"),
        alt.Tooltip("y:Q", format=".4~g"),
    ]

    still: dict[str, Any] = {
        "class": episode.query_y.tolist(),
        "what": [f"query {item}" for item in episode.query_items],
    }
    layers = []
    if images and episode.is_image:
        pairs = zip(episode.query_x, episode.query_y, strict=True)
        still["url"] = [data_uri(image, rim=theme.class_colour(int(label))) for image, label in pairs]
        size = max(18, min(30, width // 16))
        layers += [
            placed("embeddings", still)
            .mark_image(width=size, height=size)
            .encode(x=x, y=y, url="url:N", tooltip=tooltips, description="said:N")
        ]
    else:
        layers += [
            points(placed("embeddings", still), filled=False).encode(
                x=x, y=y, tooltip=tooltips, description="said:N", **look
            )
        ]

    lettering: list[alt.Chart] = []
    if "prototypes" in flat:  # below the support: with one shot, a prototype is at its only item
        prototypes = placed("prototypes", {"class": list(range(len(names))), "what": ["prototype"] * len(names)})
        prototypes = prototypes.transform_filter("isValid(datum.x)")
        halo, cross = crosses(prototypes)
        layers += [halo.encode(x=x, y=y)]
        layers += [cross.encode(x=x, y=y, color=look["color"], tooltip=tooltips, description="said:N")]
        if len(names) <= _NAMED:
            # A name runs towards the middle and takes at most half the plot, so that neither edge cuts it at any width.
            on_the_right = f"datum.x > {sum(box.x) / 2:.5g}"
            names_of: dict[str, Any] = {
                "align": alt.expr(f"{on_the_right} ? 'right' : 'left'"),
                "dx": alt.expr(f"{on_the_right} ? -11 : 11"),
                "limit": alt.expr("width / 2 - 14"),
            }
            halo = prototypes.mark_text(**names_of, aria=False, stroke=theme.BACKGROUND, strokeWidth=3)
            text = prototypes.mark_text(**names_of, aria=False, color=theme.INK)
            lettering = [letters.encode(x=x, y=y, text="label:N", tooltip=tooltips) for letters in (halo, text)]

    still = {"class": episode.support_y.tolist(), "what": [f"support {item}" for item in episode.support_items]}
    if "absorbed" in trace:
        support = steps.calculate(placed("support_embeddings", still, a=trace["absorbed"]), absorbed="a")
        faded = {"opacity": alt.condition("datum.absorbed == 0", alt.value(0.3), alt.value(1))}
    else:
        support, faded = placed("support_embeddings", still), {}
    layers += [points(support, filled=True).encode(x=x, y=y, tooltip=tooltips, description="said:N", **faded, **look)]

    layers += lettering

    share = fitted.explained.sum()
    what = "embeddings and prototypes" if "prototypes" in flat else "embeddings"
    titles = [f"{steps.when(t)}: {what}" for t in range(steps.last + 1)]
    marks = "Image: query, rimmed in its class's colour." if images and episode.is_image else "Hollow: query."
    cross = " Cross: prototype." if "prototypes" in flat else ""
    pale = ", pale until read" if "absorbed" in trace else ""
    subtitle = f"Filled: support{pale}. {marks}{cross} These two axes explain {100 * share:.0f} % of the variance."
    also = f" and {len(names)} prototypes" if "prototypes" in flat else ""
    description = (
        f"{steps.course(titles)} {len(episode.support_x)} support items, {len(episode.query_x)} queries{also} "
        f"of {trace.learner} on two principal axes that explain {100 * share:.0f} % of the variance."
    )
    chart = alt.layer(*layers).properties(title=steps.title(titles, subtitle, width), description=description)
    return steps.slide(chart)


def _flat(points: np.ndarray) -> np.ndarray:
    """Flatten features to (step, item, feature), since some learners, such as a linear probe, have feature maps."""
    return points.reshape(*points.shape[:2], -1)


class _Box:
    """Plot limits with the same scale on both axes, since different scales would show wrong distances."""

    def __init__(self, at: np.ndarray, width: float) -> None:
        at = at[np.isfinite(at).all(axis=1)]
        low, high = at.min(axis=0), at.max(axis=0)
        span = np.maximum(high - low, 1e-6) * 1.12
        self.height = float(np.clip(width * span[1] / span[0], 0.5 * width, 0.9 * width))
        span = np.full(2, max(span[0] / width, span[1] / self.height)) * (width, self.height)
        middle = (low + high) / 2
        self.x, self.y = (
            [float(f"{v:.5g}") for v in (m - s / 2, m + s / 2)] for m, s in zip(middle, span, strict=True)
        )


def _axis(explained: np.ndarray, i: int) -> str:
    return f"principal axis {i + 1} ({100 * explained[i]:.0f} % of variance)"
