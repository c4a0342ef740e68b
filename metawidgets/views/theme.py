"""The theme of all charts: colours, shapes, dashes, font sizes, and the Vega-Lite configuration with them.

Classes differ by colour *and* shape, series by colour *and* dash, so that no chart depends on colour alone.
"""

from typing import Any

__all__ = [
    "ABSENT",
    "BACKGROUND",
    "CLASS_COLOURS",
    "CLASS_SHAPES",
    "DIVERGING",
    "FAINT",
    "FONT",
    "FRAME",
    "INK",
    "MAGNITUDE",
    "MUTED",
    "ON_DARK",
    "ON_LIGHT",
    "PROTOTYPE",
    "SERIES",
    "class_colour",
    "class_shape",
    "config",
]

# Okabe and Ito, "Color universal design" (2008), in the order of contrast on white: yellow, which is hardly visible, is last.
# Grey replaces their black, which is the text's colour and would vanish on a dark page. `js/shared/colour.ts` has the same list.
CLASS_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442")

_STAR = "M0,-1L0.26,-0.36L0.95,-0.31L0.42,0.14L0.59,0.81L0,0.44L-0.59,0.81L-0.42,0.14L-0.95,-0.31L-0.26,-0.36Z"
# Seven shapes and eight colours: the pair repeats only after 56 classes.
CLASS_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", _STAR, "cross")
PROTOTYPE = "M-0.8,-0.8L0.8,0.8M0.8,-0.8L-0.8,0.8"  # an x, drawn as a stroke; no class has this shape

INK = "#1f2328"
MUTED = "#57606a"  # 6.4:1 on white
FAINT = "#d0d7de"
# In a live chart the neutral colours above change with the page's theme. Text on a coloured background must not change.
ON_LIGHT, ON_DARK = "#101418", "#fdfdfd"
ABSENT = "#e4e7eb"  # cells without a value
FRAME = "#d55e00"  # visible on every shade of cividis
BACKGROUND = "#ffffff"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
MAGNITUDE = "cividis"  # nearly linear in lightness, and similar for all kinds of colour vision
DIVERGING = "blueorange"  # for numbers on both sides of 0; its two hues differ for all kinds of colour vision

# Colour and dash of each series. They are colours of classes too, since no chart shows both.
SERIES = {"query": ("#0072b2", [1, 0]), "support": ("#d55e00", [6, 3])}


def class_colour(label: int) -> str:
    """Return the colour of a class by its label."""
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def class_shape(label: int) -> str:
    """Return the Vega symbol of a class by its label."""
    return CLASS_SHAPES[label % len(CLASS_SHAPES)]


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of all charts; text is legible in a chart 400 px wide."""
    return {
        "background": BACKGROUND,
        "font": FONT,
        "padding": 8,
        "view": {"stroke": None},
        "range": {"category": list(CLASS_COLOURS)},
        "mark": {"color": CLASS_COLOURS[0]},
        "axis": {
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 11,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "gridColor": "#eaeef2",
            "domainColor": MUTED,
            "tickColor": MUTED,
            "labelOverlap": True,
        },
        "legend": {
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 11,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "symbolSize": 80,
            "labelLimit": 140,
        },
        "title": {
            "anchor": "start",
            "color": INK,
            "subtitleColor": MUTED,
            "fontSize": 14,
            "subtitleFontSize": 12,
            "fontWeight": "bold",
            "offset": 12,
            "subtitlePadding": 5,
            "limit": 640,
        },
    }
