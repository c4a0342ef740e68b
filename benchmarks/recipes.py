"""The training recipes: one for each learner and dataset. `papers.py` trains, measures and ships them.

The settings are each paper's, or smaller ones where those would take hours on two cores. `RESULTS.md` gives the score of each, and how
much its curve still rose at the end. The longest take 20 minutes, and most 2 to 8, on one of two busy cores.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["RECIPES", "Recipe", "is_halved"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of one training.

    Args:
        learner: a key of `learners.ALL`. options: options of the learner and of its network.
        dataset, dataset_options: arguments of `datasets.load`. train_options: further options for the training classes only.
        train_way: classes of a training episode, by default 5 as in testing; `None` for functions, which have no classes.
        k_shot, n_query: per class, in training.
        k_shots: several values of k_shot that alternate from one outer step to the next, instead of `k_shot`.
        test_shots: the k_shot of the validation episodes.
        ends_at: the outer step after which a stage ends before its schedule does (a multiple of `steps // 10`).
        patience: the number of validations in a row without a new best after which a stage ends; `None` never ends it early.
        begins_with: the recipe whose parameters it starts from, instead of random ones; from another learner, those
            of its network.
        stages: the changes of each stage after the first. A stage starts from the best parameters of the stage before and
            keeps its settings; its `options` are added to the existing ones.
    """

    learner: str
    steps: int
    dataset: str = "omniglot"
    options: Mapping[str, Any] = field(default_factory=dict)
    dataset_options: Mapping[str, Any] = field(default_factory=dict)
    train_options: Mapping[str, Any] = field(default_factory=dict)
    train_way: int | None = 5
    k_shot: int = 1
    k_shots: tuple[int, ...] = ()
    n_query: int = 5
    test_shots: int = 1
    meta_batch_size: int = 1
    meta_lr: float = 1e-3
    schedule: str = "cosine"
    clip_norm: float | None = 10.0
    n_validation: int = 300
    seed: int = 0
    begins_with: str | None = None
    outer: str = "adam"
    patience: int | None = None
    ends_at: int | None = None
    stages: tuple[Mapping[str, Any], ...] = ()

    def all_stages(self) -> list["Recipe"]:
        """Return the recipe of each stage, the first one's included, each without stages of its own."""
        found = [replace(self, stages=())]
        for changes in self.stages:
            options = {**found[-1].options, **changes.get("options", {})}
            found.append(replace(found[-1], **{"ends_at": None, **changes, "options": options}))
        return found

    @property
    def all_steps(self) -> int:
        """The outer steps of all stages."""
        return sum(stage.ends_at or stage.steps for stage in self.all_stages())


# Santoro 2016: 50 items of 5 classes in random order, with a loss at every item
MANN_PROTOCOL = {"k_shot": 10, "n_query": 1, "test_shots": 1}
READERS = (
    "snail",
    "in_context",
    "mann_short",
    "mann",
    "lstm",
)  # their encoders are small already, so `width` does not apply

HALVED = ("snail", "in_context", "mann", "lstm", "relation", "metasgd")
"""Learners whose parameters are rounded to half precision before they are measured and shipped, to keep the package small."""


def is_halved(name: str) -> bool:
    return name.partition("-")[2] in HALVED


SEVERAL_SHOTS = {"k_shots": (1, 1, 5), "meta_batch_size": 4, "n_validation": 150}
HARD_TASKS = {"warps": 2, "within_alphabet": True}
"""Options of the training classes in a late stage: harder tasks, more like those in testing. Rotated characters count as classes of
their own, so a usual training task mixes rotations, and the rotation alone separates most of its classes. Here all classes of a task have
one alphabet and one rotation. Affine maps give three times as many characters."""

LATE_STAGES: dict[str, tuple[dict[str, Any], ...]] = {
    "omniglot-maml_first_order": (
        {
            **SEVERAL_SHOTS,
            "train_options": HARD_TASKS,
            "steps": 1_500,
        },
    ),
    "omniglot-anil": ({**SEVERAL_SHOTS, "train_options": HARD_TASKS, "steps": 1_500, "options": {"test_steps": 1}},),
    "omniglot-snail": (
        {
            "k_shots": (1, 1, 5),
            "train_options": HARD_TASKS,
            "steps": 1_000,
            "meta_batch_size": 16,
            "meta_lr": 5e-4,
            "n_validation": 100,
        },
    ),
    # trained only at one shot, it falls from 95 to 82 % at five shots
    "glyphs-snail": (
        {
            "k_shots": (1, 5),
            "test_shots": 5,
            "steps": 300,
            "meta_batch_size": 16,
            "meta_lr": 3e-4,
            "n_validation": 60,
        },
    ),
}
"""Stages that follow those of `_CHARACTERS`."""

_CHARACTERS: dict[str, dict[str, Any]] = {  # `steps` are those on Omniglot and those on glyphs
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
    # (x, y) as one token: with two tokens, the first layers must learn to pair them before they can learn anything else
    "in_context": {"steps": (3_000, 1_200), "meta_batch_size": 32, "options": {"tokens": "joined"}},
    # Labels come with their items. If they come one item late, as in the papers, mann and lstm stay at chance for hours. With a loss
    # at every item, mann first learns to count labels. So mann_short fills the memory and asks only once, until reading works.
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
"""The LSTM stays at chance for hours on Omniglot alone, so it first learns to read pairs on generated characters."""


def _characters(dataset: str, place: int, **network: Any) -> dict[str, Recipe]:
    """Return the recipes of `_CHARACTERS` for a dataset, with the steps at index `place` and additional `network` options."""
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
    # the loss weights the first and the second inner step equally, so that five steps do not diverge in testing
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
RECIPES["omniglot-maml_first_order"] = replace(
    RECIPES["omniglot-maml_first_order"],
    options={"first_order": True, "inner_lr": 0.1, "inner_steps": 5, "test_steps": 5},
    train_options={"warps": 2},
    k_shots=(1, 1, 5),
    meta_batch_size=4,
    steps=5_000,
    ends_at=1_500,
)
# The paper's outer step: 10 items a class, minibatches of 10, the rate annealed from 1 to 0. Its inner Adam with rate 1e-3 learns
# less from as many tasks (60.0 against 65.7 % after 1,000) than plain gradient steps do.
RECIPES["omniglot-reptile"] = replace(
    RECIPES["omniglot-reptile"],
    options={"inner_optimiser": "sgd", "inner_lr": 0.3, "test_steps": 10},
    train_options=HARD_TASKS,
    outer="plain",
    meta_lr=1.0,
    schedule="linear",
    clip_norm=None,
    meta_batch_size=2,
    steps=9_000,
    n_validation=150,
)
# Meta-SGD begins as MAML, with all rates at MAML's: from random parameters it reached 91.9 and 96.7 % in 7 minutes.
RECIPES["omniglot-metasgd"] = replace(
    RECIPES["omniglot-metasgd"],
    begins_with="omniglot-maml",
    options={"inner_lr": 0.4},
    train_options=HARD_TASKS,
    k_shots=(1, 1, 5),
    meta_batch_size=4,
    meta_lr=5e-4,
    steps=900,
    n_validation=100,
)
# Implicit MAML begins with MAML's network too: from random parameters it reached 68.9 and 77.6 %. It ends early, since its
# validations were flat.
RECIPES["omniglot-imaml"] = replace(
    RECIPES["omniglot-imaml"],
    begins_with="omniglot-maml",
    train_options=HARD_TASKS,
    k_shots=(1, 1, 5),
    meta_lr=3e-4,
    steps=120,
    ends_at=36,
    n_validation=60,
)
# Baseline++ begins with the network that was pretrained for fine-tuning: from random parameters it reached 77.0 and 90.0 %. In as many
# images, batches of 60 classes teach more than batches of 20.
RECIPES["omniglot-baseline_plus"] = replace(
    RECIPES["omniglot-baseline_plus"],
    begins_with="omniglot-finetune",
    train_way=60,
    n_query=1,
    steps=600,
    n_validation=40,
)
# with more inner steps than in training it is worse at five shots and not better at one (on validation classes)
RECIPES["omniglot-maml"] = replace(RECIPES["omniglot-maml"], options={"test_steps": 1})
RECIPES |= {name: replace(RECIPES[name], stages=stages) for name, stages in LATE_STAGES.items()}
