"""Learners against one another, and against the person, with the learners behind it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from metawidgets.sampling import EpisodeSampler

if TYPE_CHECKING:
    from ipywidgets import VBox

    from metawidgets.contests import Contest
    from metawidgets.learners import Learner
    from metawidgets.widgets import LearnerArena, Selection, YouAreTheLearner

__all__ = ["learner_arena", "you_are_the_learner"]


@overload
def learner_arena(
    learners: "Mapping[str, Learner] | Sequence[Learner]",
    sampler: EpisodeSampler,
    *,
    n_episodes: int = ...,
    shots: Sequence[int] = ...,
    n_open: int = ...,
    you: Literal[False] = ...,
    selection: "Selection | None" = ...,
) -> "LearnerArena": ...
@overload
def learner_arena(
    learners: "Mapping[str, Learner] | Sequence[Learner]",
    sampler: EpisodeSampler,
    *,
    n_episodes: int = ...,
    shots: Sequence[int] = ...,
    n_open: int = ...,
    you: Literal[True] | int,
    selection: "Selection | None" = ...,
) -> "VBox": ...
def learner_arena(
    learners: "Mapping[str, Learner] | Sequence[Learner]",
    sampler: EpisodeSampler,
    *,
    n_episodes: int = 100,
    shots: Sequence[int] = (1, 2, 3, 5),
    n_open: int = 30,
    you: bool | int = False,
    selection: "Selection | None" = None,
) -> "LearnerArena | VBox":
    """Play learners on the same episodes and compare them, episode by episode.

    Where `shots` asks for more than the sampler's `k_shot`, episodes are drawn that much larger (so they are others than
    `sampler.episode(i)`); every learner is scored after the first `k_shot` support items of each class, and `shots` says what
    the same queries are worth after fewer or more of them.

    Args:
        learners: by name, or in a row, which are named by their class.
        n_episodes: how many to play now; the component can play more.
        shots: numbers of shots for the accuracy against shots; `()` for none.
        n_open: so many episodes are sent with their items, to be opened without Python.
        you: also ask the person, about 5 episodes or as many as given: a box of `YouAreTheLearner` and the arena, joined.
        selection: shared with other components.

    Raises:
        EpisodeError: if no episodes of that size can be drawn, or `n_episodes` or `shots` are not positive.
        LearnerError: if a learner cannot take these episodes.
    """
    from metawidgets.contests import ArenaRound
    from metawidgets.widgets import LearnerArena, Selection
    from metawidgets.widgets.contest_state import episode_key

    selection = selection or Selection()
    table, game = _table(learners, sampler, shots, n_episodes)
    contests = [game.play(i) for i in range(n_episodes)]
    played = ArenaRound.of(list(table), contests, k_shot=sampler.spec.k_shot, shots=game.shots, settings=game.settings)
    keys = {i: episode_key(c.episode) for i, c in enumerate(contests)}
    arena = LearnerArena(played, dict(enumerate(contests[:n_open])), game.play, keys=keys, selection=selection)
    if not you:
        return arena
    from ipywidgets import VBox

    from metawidgets.widgets import YouAreTheLearner

    n = min(5 if you is True else int(you), n_episodes)
    person = YouAreTheLearner(list(table), contests[:n], selection=selection)
    arena.join(person)
    return VBox([person, arena])


def you_are_the_learner(
    learners: "Mapping[str, Learner] | Sequence[Learner]",
    sampler: EpisodeSampler,
    *,
    n_episodes: int = 5,
    n_query: int | None = 3,
    seed: int | None = None,
    shots: Sequence[int] = (),
    reveal: str = "end",
    selection: "Selection | None" = None,
) -> "YouAreTheLearner":
    """The same episodes for the person and for learners.

    Args:
        n_query: queries of each class that the person is asked, of those that the sampler draws; `None` for all.
        seed: which list of episodes; the sampler's own by default.
        shots: give an arena's `shots` to be asked exactly its episodes.
        reveal: "end" tells right from wrong when an episode is done, "each" after every answer.

    Raises:
        EpisodeError: if no such episodes can be drawn.
        LearnerError: if a learner cannot take them.
    """
    from metawidgets.widgets import YouAreTheLearner

    if seed is not None:
        spec = sampler.spec
        sampler = EpisodeSampler(sampler.source, n_way=spec.n_way, k_shot=spec.k_shot, n_query=spec.n_query, seed=seed)
    table, game = _table(learners, sampler, shots, n_episodes)
    contests = [game.play(i) for i in range(n_episodes)]
    return YouAreTheLearner(list(table), contests, n_query=n_query, reveal=reveal, selection=selection)


class _Game:
    """Learners and the list of episodes that they are played on."""

    def __init__(self, table: Mapping[str, "Learner"], sampler: EpisodeSampler, shots: Sequence[int]) -> None:
        import torch

        from metawidgets.learners.expected import expect_sampler

        expect_sampler(sampler)
        spec = sampler.spec
        self.learners, self.shots, self.k_shot = list(table.values()), tuple(sorted(set(shots))), spec.k_shot
        most = max(self.k_shot, *self.shots) if self.shots else self.k_shot
        self.sampler = EpisodeSampler(
            sampler.source, n_way=spec.n_way, k_shot=most, n_query=spec.n_query, seed=sampler.seed
        )
        self.settings: dict[str, Any] = {
            "source": sampler.source.name,
            "n_way": spec.n_way,
            "n_query": spec.n_query,
            "seed": sampler.seed,
            "drawn_k_shot": most,
            "threads": torch.get_num_threads(),
        }

    def play(self, index: int) -> "Contest":
        from metawidgets.evaluation import contest

        return contest(self.learners, self.sampler.episode(index), k_shot=self.k_shot, shots=self.shots)


def _table(
    learners: "Mapping[str, Learner] | Sequence[Learner]", sampler: EpisodeSampler, shots: Sequence[int], n: int
) -> tuple[dict[str, "Learner"], _Game]:
    """The learners by name, warmed up, and the game that plays them."""
    from metawidgets.errors import EpisodeError
    from metawidgets.evaluation import score
    from metawidgets.learners.expected import expect_learner

    if n < 1:
        raise EpisodeError(f"n_episodes={n} compares nothing; give at least 2, and 100 for a difference worth quoting.")
    for k in shots:
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise EpisodeError(f"shots={tuple(shots)} holds {k!r}; give whole numbers from 1.")
    if isinstance(learners, Mapping):
        table = {str(name): learner for name, learner in learners.items()}
    else:
        table = {}
        for learner in learners:
            name = type(learner).__name__
            taken = sum(each == name or each.startswith(f"{name} ") for each in table)
            table[f"{name} {taken + 1}" if taken else name] = learner
    if not table:
        raise EpisodeError("an arena needs one learner or more; it got none.")
    for learner in table.values():
        expect_learner(learner)
    game = _Game(table, sampler, shots)
    first = game.sampler.episode(0)
    for learner in table.values():
        score(learner, first)  # so that the first measured time is no slower than the others
    return table, game
