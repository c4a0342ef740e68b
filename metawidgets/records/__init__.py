"""Frozen numpy records of a learner's results: traces, scores, comparisons, landscapes and embeddings. None needs torch."""

from metawidgets.records.answers import Answer, ClassScore, Confusion, ItemScore, QueryAnswers
from metawidgets.records.arena import ArenaRound, EpisodeAnswers, EpisodeComparison
from metawidgets.records.distance_rule import DistanceRule
from metawidgets.records.embeddings import EmbeddedItems, TaskMap
from metawidgets.records.evaluation import Comparison, Evaluation, EvaluationCurve, MetaStep
from metawidgets.records.faults import Fault
from metawidgets.records.landscape import InnerPaths, Landscape, MetaGradients
from metawidgets.records.mlp_inner_loop import ACTIVATIONS, MlpInnerLoop, MlpPlane
from metawidgets.records.trace import AXES, CHANNELS, Channel, Recorder, Trace

__all__ = [
    "ACTIVATIONS",
    "AXES",
    "CHANNELS",
    "Answer",
    "ArenaRound",
    "Channel",
    "ClassScore",
    "Comparison",
    "Confusion",
    "DistanceRule",
    "EmbeddedItems",
    "EpisodeAnswers",
    "EpisodeComparison",
    "Evaluation",
    "EvaluationCurve",
    "Fault",
    "InnerPaths",
    "ItemScore",
    "Landscape",
    "MetaGradients",
    "MetaStep",
    "MlpInnerLoop",
    "MlpPlane",
    "QueryAnswers",
    "Recorder",
    "TaskMap",
    "Trace",
]
