"""Lists of episodes, in memory or in one file, to score learners on exactly these."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, overload

from metawidgets.episodes.arrays import whole
from metawidgets.episodes.episode import Episode
from metawidgets.episodes.saved_fields import plain_fields
from metawidgets.errors import EpisodeError
from metawidgets.files.plain_json import MOST_VALUES
from metawidgets.files.tensors import read_arrays, write_arrays

__all__ = ["EpisodeList"]

_FORMAT = "metawidgets.episodes/1"
_ARRAYS = ("support_x", "support_y", "query_x", "query_y")


class EpisodeList(Sequence[Episode]):
    """Episodes that stand still: all of them classify, or all of them are regressions. Their sizes may differ.

    Args:
        episodes: one or more episodes, such as `[sampler.episode(i) for i in range(600)]`.
        name: the name of the list, for records of scores.

    Raises:
        EpisodeError: if there is none, an entry is no episode, or classification and regression are mixed.
    """

    def __init__(self, episodes: Iterable[Episode], *, name: str = "episodes") -> None:
        self._episodes, self.name = tuple(episodes), name
        for i, episode in enumerate(self._episodes):
            if not isinstance(episode, Episode):
                raise EpisodeError(f"entry {i} of the list is {type(episode).__name__}, not an episode; give episodes.")
        if len({episode.is_regression for episode in self._episodes}) != 1:
            what = "is empty" if not self._episodes else "mixes classification and regression"
            raise EpisodeError(f"the list of episodes {what}; give one episode or more, all of one sort.")

    @overload
    def __getitem__(self, index: int) -> Episode: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Episode | Self:
        return type(self)(self._episodes[index], name=self.name) if isinstance(index, slice) else self._episodes[index]

    def __len__(self) -> int:
        return len(self._episodes)

    def __iter__(self) -> Iterator[Episode]:
        return iter(self._episodes)

    def __repr__(self) -> str:
        return f"EpisodeList({self.name!r}, {len(self)} episodes, the first {self[0]!r})"

    def episode(self, index: int) -> Episode:
        """Return episode number `index`, as a sampler does.

        Raises:
            EpisodeError: if the list has no such episode.
        """
        index = whole("the number of an episode", index)
        if index >= len(self):
            raise EpisodeError(
                f"{self.name!r} has {len(self)} episodes, not number {index}; give 0 to {len(self) - 1}."
            )
        return self._episodes[index]

    @property
    def settings(self) -> dict[str, Any]:
        """The sizes of the episodes, as JSON has them: one number, or the smallest and the largest."""
        counts = {
            "n_way": [episode.n_way for episode in self if episode.n_way],
            "k_shot": [int(k) for episode in self for k in episode.shots],
            "n_query": [int(k) for episode in self for k in episode.queries],
        }
        return {"source": self.name, **{name: _said(values) for name, values in counts.items()}, "seed": None}

    def save(self, path: str | Path) -> Path:
        """Write all episodes to one safetensors file at exactly this path, or to an `.npz` if the path ends so. Return the path.

        Raises:
            EpisodeError: if there are too many for one file.
        """
        text = json.dumps({"format": _FORMAT, "name": self.name, "episodes": [e.plain_fields() for e in self]})
        if text.count(",") + text.count("[") + text.count("{") > MOST_VALUES:
            raise EpisodeError(f"{len(self)} episodes have too many items for one file; save them in several files.")
        return write_arrays(
            path, {f"{i}/{name}": getattr(e, name) for i, e in enumerate(self) for name in _ARRAYS}, text
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, or one episode that `Episode.save` wrote; nothing is unpickled.

        Raises:
            EpisodeError: if the file is missing, truncated or not a list of episodes.
        """
        arrays, plain = read_arrays(path, EpisodeError)
        if plain.get("format") == "metawidgets.episode/1":
            return cls([Episode.load(path)], name=Path(path).name)
        entries = plain.get("episodes")
        if plain.get("format") != _FORMAT or not isinstance(entries, list) or not isinstance(plain.get("name"), str):
            raise EpisodeError(f"{path} is not a saved list of episodes; give a file that EpisodeList.save wrote.")
        names = [[f"{i}/{name}" for name in _ARRAYS] for i in range(len(entries))]
        if {name for each in names for name in each} != set(arrays) or not all(isinstance(e, dict) for e in entries):
            raise EpisodeError(f"{path} lacks arrays or fields of an episode; save the list again.")
        found = [
            Episode(**{key: arrays[name] for key, name in zip(_ARRAYS, each, strict=True)}, **plain_fields(entry))
            for each, entry in zip(names, entries, strict=True)
        ]
        return cls(found, name=plain["name"])


def _said(values: Sequence[int]) -> int | str | None:
    if not values:
        return None
    low, high = min(values), max(values)
    return low if low == high else f"{low} to {high}"
