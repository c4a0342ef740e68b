"""One example of each component, for the suites that run over `widgets.ALL`. Add a line for a new component."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from metawidgets import widgets
from metawidgets.episodes import Episode, ItemId
from metawidgets.records import TaskMap, Trace
from tests.widgets.made_plane import Bowls
from tests.widgets.made_training import monitored

_DATA = Path(__file__).parents[1] / "data"
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def trace(name: str = "prototypes") -> Trace:
    return Trace.load(_DATA / f"{name}.npz")


def chart() -> widgets.ChartView:
    from metawidgets import views

    return widgets.ChartView(views.learning_curves(trace()))


def task_map(n: int = 6) -> TaskMap:
    """Make tasks of two groups. Tasks i and j of a group are |i - j| apart, and the groups are ten units apart."""
    at = np.arange(n) // 2 + 10.0 * (np.arange(n) % 2)
    embeddings = np.stack([at, np.full(n, 3.0), np.zeros(n)], 1)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    episodes = tuple(
        replace(sheet((2, 2), 1, ("aleph", HOSTILE)), support_items=items(f"tiles{i}", np.array([0, 0, 1, 1]), "s"))
        for i in range(n)
    )
    groups = tuple(("even", HOSTILE)[i % 2] for i in range(n))
    names = tuple(f"task {i}" for i in range(n))
    return TaskMap(names, embeddings, unit @ unit.T, np.abs(at[:, None] - at), groups, episodes, "ProtoNet")


def builder(*further: str) -> widgets.EpisodeBuilder:
    """Make a builder of an image episode, with these further datasets to choose from."""
    from metawidgets import datasets

    known = {"glyphs": datasets.load("glyphs", n_classes=60)} | {name: datasets.load(name) for name in further}
    return widgets.EpisodeBuilder(datasets=known)


EXAMPLES: dict[str, Callable[[], widgets.Component]] = {
    "ChartView": chart,
    "EmbeddingMap": lambda: widgets.EmbeddingMap(trace()),
    "EpisodeBuilder": builder,
    "EpisodeView": lambda: widgets.EpisodeView(trace().episode),
    "InnerLoopSlider": lambda: widgets.InnerLoopSlider(trace("curve")),
    "LearnerArena": lambda: arena(),
    "LossLandscape": lambda: widgets.LossLandscape(Bowls()),
    "OuterLoopMonitor": lambda: monitored(done=60),
    "MemoryView": lambda: memory_of_everything(),
    "PrototypeHeatmap": lambda: widgets.PrototypeHeatmap(trace()),
    "Quiz": lambda: quiz(),
    "TaskDistribution": lambda: tasks(),
    "TaskMapView": lambda: widgets.TaskMapView(task_map()),
    "YouAreTheLearner": lambda: you(),
}


def inner_loops() -> widgets.Component:
    from metawidgets import EpisodeSampler, datasets, instruments

    episode = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=5, n_query=6, seed=1).episode(0)
    return instruments.inner_loop_slider(instruments.initialisations("sinusoids"), episode, shown=["MAML", "random"])


def heatmap() -> widgets.Component:
    import metawidgets as mw

    source = mw.datasets.load("glyphs").source("test")
    episode = mw.EpisodeSampler(source, n_way=3, k_shot=2, n_query=2, seed=1).episode(0)
    return mw.instruments.prototype_heatmap(mw.load("glyphs-protonet"), episode)


# Examples that can do all their actions, for components whose example above cannot, since it has no learner or dataset.
LIVE: dict[str, Callable[[], widgets.Component]] = {
    "EpisodeBuilder": lambda: builder("gaussians", "sinusoids"),
    "InnerLoopSlider": inner_loops,
    "LearnerArena": lambda: arena(play=True),
    "OuterLoopMonitor": lambda: monitored(steps=12),
    "PrototypeHeatmap": lambda: heatmap(),
}


def arena(play: bool = False) -> widgets.LearnerArena:
    from tests.widgets import made_comparisons  # the arena takes its episodes from here

    return made_comparisons.arena(play=play)


def you() -> widgets.YouAreTheLearner:
    from tests.widgets import made_comparisons

    return made_comparisons.you()


def quiz() -> widgets.Quiz:
    one = {
        "question": f"Which set is a learner scored on? {HOSTILE}",
        "options": ["support", "query", HOSTILE],
        "answers": "query",
        "explanation": "It adapts to the support set; `query_y` only scores it.",
        "hint": "What is it not told?",
        "why": {"support": "It was told these labels."},
    }
    several = {
        "question": "Which take gradient steps?",
        "options": ["MAML", "ProtoNet", "Reptile"],
        "answers": ["MAML", "Reptile"],
        "explanation": "Both descend the `support_loss`.",
    }
    return widgets.Quiz([one, several])


def memory_of_everything() -> widgets.MemoryView:
    from tests.widgets.made_memory import everything

    return widgets.MemoryView(everything())


def tasks() -> widgets.TaskDistribution:
    from metawidgets import datasets

    def adapted(episode: Episode) -> dict[str, np.ndarray]:
        return {
            name: 0.1 * k * np.array([1, 0.5, 0.1]) + episode.task["amplitude"] for k, name in enumerate(("a", HOSTILE))
        }

    return widgets.TaskDistribution(datasets.load("sinusoids"), n_shifts=3, n_tasks=5, adapted=adapted)


def items(dataset: str, labels: np.ndarray, side: str) -> tuple[ItemId, ...]:
    return tuple(ItemId(dataset, f"class{k}", f"{side}{i}") for i, k in enumerate(labels))


def sheet(
    shots: tuple[int, ...] = (1, 3, 0), queries: int = 4, names: tuple[str, ...] = ("aleph", "beth", HOSTILE)
) -> Episode:
    """Make images of one solid grey per class, so that a pixel tells which class is drawn. The third class has no support."""
    s, q = np.repeat(np.arange(len(shots)), shots), np.repeat(np.arange(len(shots)), queries)

    def image(labels):
        grey = 80 * (labels[:, None, None, None] + 1)
        return np.broadcast_to(grey, (len(labels), 1, 28, 28)).astype(np.uint8)

    return Episode(image(s), s, image(q), q, names, items("tiles", s, "s"), items("tiles", q, "q"), seed=(7, 0))


def points() -> Episode:
    """Make points of two classes in the plane, on a grid whose order along x and y is known."""
    s, q = np.array([0, 0, 1, 1]), np.array([0, 1])
    x = np.array([[0, 0], [1, 3], [2, 1], [3, 4]])
    return Episode(
        x, s, np.array([[0.5, 2], [2.5, 5]]), q, ("low", "high"), items("plane", s, "s"), items("plane", q, "q")
    )


def curve() -> Episode:
    x, z = np.array([[-2.0], [0.0], [3.0]]), np.array([[-1.0], [4.0]])

    def ids(n, side):
        return tuple(ItemId("waves", "w", f"{side}{i}") for i in range(n))

    return Episode(x, x**2, z, z**2, (), ids(3, "s"), ids(2, "q"), task={"amplitude": 1.25})


def vectors() -> Episode:
    s, q = np.array([0, 1]), np.array([0, 1, 1])

    def x(labels):
        return np.linspace(-1, 1, 6) * (labels[:, None] + 1.0)

    return Episode(x(s), s, x(q), q, ("small", "large"), items("rows", s, "s"), items("rows", q, "q"))
