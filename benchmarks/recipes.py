"""What is trained, and how: one line for each learner and dataset. `papers.py` trains, measures and ships them.

The paper's settings, or smaller ones where they would take hours on two cores; `RESULTS.md` says what each reached and what
its curve still promised. Steps were chosen so that the longest take 20 minutes and most 2 to 8 on one of two busy cores.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["RECIPES", "Recipe", "is_halved"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Args:
    learner: a key of `learners.ALL`. options: its own and its network's.
    dataset, dataset_options: for `datasets.load`.
    train_way: classes of a training episode; as in testing (5) by default. For functions it is left out.
    k_shot, n_query: per class, in training.
    test_shots: the k_shot that it is validated at.
    begins_with: the recipe whose parameters it starts from, in place of random ones.
    """

    learner: str
    steps: int
    dataset: str = "omniglot"
    options: Mapping[str, Any] = field(default_factory=dict)
    dataset_options: Mapping[str, Any] = field(default_factory=dict)
    train_way: int | None = 5
    k_shot: int = 1
    n_query: int = 5
    test_shots: int = 1
    meta_batch_size: int = 1
    meta_lr: float = 1e-3
    schedule: str = "cosine"
    clip_norm: float | None = 10.0
    n_validation: int = 300
    seed: int = 0
    begins_with: str | None = None


# Santoro 2016: 50 items of 5 classes in a random order, the loss at every one of them
MANN_PROTOCOL = {"k_shot": 10, "n_query": 1, "test_shots": 1}
READERS = ("snail", "in_context", "mann_short", "mann", "lstm")  # their encoders are small as they are

HALVED = ("snail", "in_context", "mann", "lstm", "relation", "metasgd")
"""Learners whose parameters are rounded to half precision before they are measured and shipped, for the room they take."""


def is_halved(name: str) -> bool:
    return name.partition("-")[2] in HALVED


_CHARACTERS: dict[str, dict[str, Any]] = {  # steps on Omniglot and on glyphs
    "protonet": {"train_way": 20, "steps": (10_000, 2_500)},
    "matching": {"train_way": 20, "steps": (6_500, 1_600)},
    "matching_fce": {"train_way": 20, "steps": (1_500, 1_500), "options": {"width": 44}},
    "relation": {
        "train_way": 10,
        "steps": (3_000, 1_500),
        "meta_batch_size": 2,
        "options": {"width": 32, "pooling": "mean"},
    },
    "maml": {"steps": (5_500, 1_400), "meta_batch_size": 8},
    "maml_first_order": {"steps": (3_000, 1_000), "meta_batch_size": 8, "options": {"first_order": True}},
    "anil": {"steps": (1_500, 1_000), "meta_batch_size": 8},
    "metasgd": {"steps": (2_000, 1_200), "meta_batch_size": 8},
    "reptile": {"steps": (1_500, 900), "meta_batch_size": 5, "n_query": 9},
    "imaml": {"steps": (250, 250), "meta_batch_size": 4},
    "finetune": {"train_way": 20, "steps": (3_000, 1_200)},
    "baseline_plus": {"train_way": 20, "steps": (1_200, 1_200)},
    "snail": {"steps": (3_000, 1_200), "meta_batch_size": 32},
    # (x, y) as one token: apart, the first layers must learn to pair them before anything else can be learned
    "in_context": {"steps": (3_000, 1_200), "meta_batch_size": 32, "options": {"tokens": "joined"}},
    # Labels come with their items: one read late, as in the papers, both stay at chance for hours. And whoever is asked at every
    # read learns to count labels first: the memory is filled and asked once, until it finds what it holds.
    "mann_short": {
        "steps": (400, 400),
        "meta_batch_size": 24,
        "meta_lr": 3e-3,
        "schedule": "constant",
        "options": {"key_strength": True, "label_offset": False, "prefix_loss": False},
    },
    "mann": {
        "begins_with": "mann_short",
        "steps": (600, 300),
        "meta_batch_size": 8,
        "options": {"key_strength": True, "label_offset": False},
        **MANN_PROTOCOL,
    },
    "lstm": {
        "steps": (2_000, 1_200),
        "meta_batch_size": 16,
        "meta_lr": 3e-3,
        "options": {"label_offset": False},
        **MANN_PROTOCOL,
    },
}


LSTM_ON_OMNIGLOT = {"begins_with": "glyphs-lstm", "meta_lr": 1e-3, "steps": 1_500}
"""Real characters alone leave it at chance for hours: it learns to read pairs on invented ones first."""


def _characters(dataset: str, place: int, **network: Any) -> dict[str, Recipe]:
    """The same recipes on a dataset, with the steps at that place and `network` options on top."""
    made = {}
    for name, settings in _CHARACTERS.items():
        learner = name.removesuffix("_first_order").removesuffix("_short")
        options = {**settings.get("options", {}), **({} if name in READERS else network)}
        own = {"learner": learner, "dataset": dataset, "options": options, "steps": settings["steps"][place]}
        if "begins_with" in settings:
            own["begins_with"] = f"{dataset}-{settings['begins_with']}"
        made[f"{dataset}-{name}"] = Recipe(**{**settings, **own})
    return made


_SINUSOIDS: dict[str, dict[str, Any]] = {
    # trained on the losses after its first and second step in equal parts, so that five steps do not diverge
    "maml": {"steps": 24_000, "options": {"inner_lr": 0.01, "inner_steps": 2, "multi_step_loss": 10**9}},
    "maml_first_order": {
        "steps": 24_000,
        "options": {"inner_lr": 0.01, "inner_steps": 2, "multi_step_loss": 10**9, "first_order": True},
    },
    "metasgd": {"steps": 12_000, "options": {"inner_lr": 0.01}},
    "reptile": {"steps": 12_000, "options": {"inner_lr": 0.02, "inner_steps": 5, "test_steps": 32}, "meta_lr": 1e-3},
    "in_context": {"steps": 4_000, "meta_batch_size": 64, "meta_lr": 1e-3},
    "lstm": {"steps": 2_000, "meta_batch_size": 64, "meta_lr": 1e-3},
    "finetune": {"steps": 24_000, "options": {"inner_lr": 0.02}},
}

RECIPES: dict[str, Recipe] = {
    **_characters("omniglot", 0),
    **_characters("glyphs", 1, width=32),
    "omniglot-lstm": replace(_characters("omniglot", 0)["omniglot-lstm"], **LSTM_ON_OMNIGLOT),
    **{
        f"sinusoids-{name}": Recipe(
            **{
                "learner": name.removesuffix("_first_order"),
                "dataset": "sinusoids",
                "train_way": None,
                "k_shot": 10,
                "n_query": 10,
                "test_shots": 10,
                "meta_batch_size": 100,
                "meta_lr": 3e-3,
                **settings,
            }
        )
        for name, settings in _SINUSOIDS.items()
    },
    "linear_functions-in_context": Recipe(
        learner="in_context",
        dataset="linear_functions",
        dataset_options={"dim": 5},
        train_way=None,
        k_shot=15,
        n_query=1,
        test_shots=15,
        meta_batch_size=64,
        steps=4_000,
    ),
}
