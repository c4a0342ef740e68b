"""Arena instruments: learners are compared with each other, and with a person, on the same episodes."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from metawidgets.episodes import Episode, EpisodeList, EpisodeSampler
from metawidgets.episodes.arrays import whole
from metawidgets.errors import EpisodeError
from metawidgets.records import ArenaRound, EpisodeComparison

if TYPE_CHECKING:
    from ipywidgets import VBox

    from metawidgets.learners import Learner
    from metawidgets.widgets import LearnerArena, Selection, YouAreTheLearner

    Episodes = EpisodeSampler | Sequence[Episode] | str | Path
    Competitor = Learner | Callable[[Episode], Any]

__all__ = ["learner_arena", "you_are_the_learner"]


@overload
def learner_arena(
    learners: "Mapping[str, Competitor] | Sequence[Competitor]",
    sampler: "Episodes",
    *,
    n_episodes: int | None = ...,
    shots: Sequence[int] = ...,
    n_open: int = ...,
    you: Literal[False] = ...,
    selection: "Selection | None" = ...,
) -> "LearnerArena": ...
@overload
def learner_arena(
    learners: "Mapping[str, Competitor] | Sequence[Competitor]",
    sampler: "Episodes",
    *,
    n_episodes: int | None = ...,
    shots: Sequence[int] = ...,
    n_open: int = ...,
    you: Literal[True] | int,
    selection: "Selection | None" = ...,
) -> "VBox": ...
def learner_arena(
    learners: "Mapping[str, Competitor] | Sequence[Competitor]",
    sampler: "Episodes",
    *,
    n_episodes: int | None = None,
    shots: Sequence[int] = (1, 2, 3, 5),
    n_open: int = 30,
    you: bool | int = False,
    selection: "Selection | None" = None,
) -> "LearnerArena | VBox":
    """Run learners on the same episodes and compare them, episode by episode.

    Every learner is scored after the first `k_shot` support items of each class, and again on the same queries after each of
    `shots`. If `shots` has a number above the sampler's `k_shot`, larger episodes are drawn, which differ from
    `sampler.episode(i)`. Episodes of a list, or with uneven shots, are taken as they are, and `shots` above the smallest number of
    support items of a class are left out.

    Args:
        learners: a mapping from names, or a sequence; learners in a sequence are named by their titles. A function
            `episode -> probabilities` may take a learner's place; see `learners.Method`.
        sampler: a sampler, a list of episodes, or the path of a file that `EpisodeList.save` wrote.
        n_episodes: how many episodes to run now, by default 100, or all of a list. The component can run more of a sampler.
        shots: numbers of shots for the chart of accuracy by shots; `()` for none.
        n_open: number of episodes sent with their items, so that they can be opened without Python.
        you: `True` also lets a person answer 5 episodes; a number sets how many. The result is then a box of `YouAreTheLearner`
            and the arena, which also shows the person's score.
        selection: a selection that other components share.

    Raises:
        EpisodeError: if no episodes of that size can be drawn, or `n_episodes` or `shots` are not positive.
        LearnerError: if a learner cannot take these episodes.
    """
    # ipywidgets loads slowly
    from metawidgets.widgets import LearnerArena, Selection
    from metawidgets.widgets.base.episode_facts import episode_key

    selection = selection or Selection()
    table, game = _table(learners, sampler, shots, n_episodes)
    n_episodes = game.n_episodes
    comparisons = [game.play(i) for i in range(n_episodes)]
    played = ArenaRound.of(list(table), comparisons, k_shot=game.k_shot, shots=game.shots, settings=game.settings)
    keys = {i: episode_key(c.episode) for i, c in enumerate(comparisons)}
    arena = LearnerArena(played, dict(enumerate(comparisons[:n_open])), game.play, keys=keys, selection=selection)
    if not you:
        return arena
    # ipywidgets loads slowly
    from ipywidgets import VBox

    from metawidgets.widgets import YouAreTheLearner

    n = min(5 if you is True else int(you), n_episodes)
    person = YouAreTheLearner(list(table), comparisons[:n], selection=selection)
    arena.join(person)
    return VBox([person, arena])


def you_are_the_learner(
    learners: "Mapping[str, Competitor] | Sequence[Competitor]",
    sampler: "Episodes",
    *,
    n_episodes: int = 5,
    n_query: int | None = 3,
    seed: int | None = None,
    shots: Sequence[int] = (),
    reveal: str = "end",
    selection: "Selection | None" = None,
) -> "YouAreTheLearner":
    """Ask the person to classify the queries of some episodes, and compare the answers with those of learners.

    Args:
        learners: a mapping from names, or a sequence; learners in a sequence are named by their titles.
        n_query: number of queries per class to ask; `None` for all that the sampler draws.
        seed: seed of the episodes; the sampler's own by default.
        shots: give the same `shots` as for an arena to get the same episodes.
        reveal: "end" shows which answers were right at the end of an episode, "each" after every answer.

    Raises:
        EpisodeError: if no such episodes can be drawn.
        LearnerError: if a learner cannot take the episodes.
    """
    from metawidgets.widgets import YouAreTheLearner  # ipywidgets loads slowly

    if seed is not None:
        from metawidgets.learners.argument_checks import expect_sampler  # torch loads slowly

        if not isinstance(sampler, EpisodeSampler):
            expect_sampler(sampler)
            raise AssertionError  # expect_sampler has refused it
        sampler = copy(sampler)
        sampler.seed = whole("seed", seed)
    table, game = _table(learners, sampler, shots, n_episodes)
    comparisons = [game.play(i) for i in range(game.n_episodes)]
    return YouAreTheLearner(list(table), comparisons, n_query=n_query, reveal=reveal, selection=selection)


class _Game:
    """The learners of an arena and the episodes that they run on."""

    def __init__(
        self, table: Mapping[str, "Learner"], given: "Episodes", shots: Sequence[int], n_episodes: int | None
    ) -> None:
        # torch loads slowly
        import torch

        from metawidgets.learners.argument_checks import given_episodes

        episodes = given_episodes(given)
        self.learners, self.shots = list(table.values()), tuple(sorted(set(shots)))
        self.n_episodes = n_episodes or (len(episodes) if isinstance(episodes, EpisodeList) else 100)
        self._cut: int | None = None  # use only this number of support items per class
        if isinstance(episodes, EpisodeSampler) and episodes.is_even:
            spec = episodes.spec
            self.k_shot = self._cut = spec.k_shot
            most = max(self.k_shot, *self.shots) if self.shots else self.k_shot
            episodes = EpisodeSampler(
                episodes.source, n_way=spec.n_way, k_shot=most, n_query=spec.n_query, seed=episodes.seed
            )
            self.settings: dict[str, Any] = {**episodes.settings, "drawn_k_shot": most}
            del self.settings["k_shot"]
        else:
            if isinstance(episodes, EpisodeList):
                low = min(int(e.shots.min()) for e in episodes)
                self.k_shot = max(int(e.shots.max()) for e in episodes)
            else:
                low, self.k_shot = episodes.shots.low, episodes.shots.high
            self.shots = tuple(k for k in self.shots if k <= low)
            self.settings = dict(episodes.settings)
        self.episodes = episodes
        self.settings["threads"] = torch.get_num_threads()

    def play(self, index: int) -> EpisodeComparison:
        from metawidgets.training.evaluation import compare_on_episode  # torch loads slowly

        return compare_on_episode(self.learners, self.episodes.episode(index), k_shot=self._cut, shots=self.shots)


def _table(
    learners: "Mapping[str, Competitor] | Sequence[Competitor]",
    sampler: "Episodes",
    shots: Sequence[int],
    n: int | None,
) -> tuple[dict[str, "Learner"], _Game]:
    """Return the learners by name, and the `_Game` that runs them on episodes. Each learner is run once as a warm-up."""
    # torch loads slowly
    from metawidgets.learners.argument_checks import named_learners
    from metawidgets.training.evaluation import score

    if n is not None and n < 1:
        raise EpisodeError(
            f"n_episodes={n} leaves nothing to compare; give at least 2, or about 100 for reliable differences."
        )
    for k in shots:
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise EpisodeError(f"shots={tuple(shots)} holds {k!r}; give whole numbers from 1.")
    table = named_learners(learners, "the arena")
    game = _Game(table, sampler, shots, n)
    first = game.episodes.episode(0)
    for learner in table.values():
        score(learner, first)  # warm-up: otherwise the first measured time would be too long
    return table, game
