"""A slider over the steps of learners' adaptation, with the settings of their inner loop."""

from metawidgets.widgets.inner_loop_slider.component import InnerLoopSlider
from metawidgets.widgets.inner_loop_slider.settings import MOST_STEPS, Choice, Retrace, Settings

__all__ = ["MOST_STEPS", "Choice", "InnerLoopSlider", "Retrace", "Settings"]
