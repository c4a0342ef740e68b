"""A distribution of tasks, and the loss of learners when it shifts."""

from metawidgets.widgets.task_distribution.component import TaskDistribution
from metawidgets.widgets.task_distribution.shifts import Dial, dials

__all__ = ["Dial", "TaskDistribution", "dials"]
