"""Texts of the builder: its help on keys, and summaries of the episode and of a learner's answers."""

from collections.abc import Mapping
from typing import Any

from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.episode_builder.build import BuildResult
from metawidgets.widgets.episode_builder.nearest_prototype import NearestAnswers

__all__ = ["HELP", "answers_text", "built_text"]

HELP = {
    "sheet": "Keys on an item: S, Q, P to support, query, pool · arrows go, Shift+arrows move · L lock · "
    "C copy to the other set · Delete remove · Ctrl+Z undo",
    "plot": "Click to place, Shift+click for the other set, drag to move · Keys: arrows go, Shift+arrows move · A place · "
    "S, Q, P to support, query, set aside · L lock · Delete remove · Ctrl+Z undo",
}


def built_text(built: BuildResult) -> str:
    """Return a summary of the episode with its classes and counts, or the reason why there is no episode."""
    e = built.episode
    if e is None:
        return f"Episode built by hand: none yet. {built.problem}"
    drawn = ", as drawn" if e.seed else ", built by hand"
    lines = [f"Episode, {episode_title(e)}, {len(e.query_x)} queries{drawn}."]
    counts = zip(e.class_names, e.shots, e.queries, strict=True) if e.class_names else []
    lines += [f"  {name}: {shots} support, {queries} query" for name, shots, queries in counts]
    return "\n".join([*lines, *(f"  Note: {note}" for note in built.notes)])


def answers_text(learner: Mapping[str, Any], found: NearestAnswers) -> str:
    """Return a sentence that says how many queries the learner answers correctly."""
    n = len(found.classes)
    if not n:
        return f"{learner['name']} has no query to answer."
    return f"{learner['name']}: {found.right} of {n} queries right ({100 * found.right / n:.1f} %)."
