"""Short facts about an episode: its title, its kind, and a key that identifies it."""

import zlib

from metawidgets.episodes import Episode

__all__ = ["episode_key", "episode_kind", "episode_title"]


def episode_title(e: Episode) -> str:
    """Return a title such as "5-way 1-shot", "5-way, 1 to 3 shots" or "10-shot regression"."""
    low, high = int(e.shots.min()), int(e.shots.max())
    if e.is_regression:
        return f"{high}-shot regression"
    return f"{e.n_way}-way {low}-shot" if low == high else f"{e.n_way}-way, {low} to {high} shots"


def episode_key(episode: Episode) -> str:
    """Return a key made from an episode's seed and support items. It matches a person's scores with the learners' scores."""
    items = " ".join(sorted(map(str, episode.support_items)))
    numbers = "".join(
        f"{value:.6g} " for value in episode.support_y.ravel()[:4]
    )  # items of drawn functions have no stable ids
    return f"{'.'.join(map(str, episode.seed)) or 'by hand'}:{zlib.crc32(f'{items} {numbers}'.encode()):08x}"


def episode_kind(episode: Episode) -> str:
    """Return how the browser draws the items: "images", "points" (in the plane), "curve", or "vectors" (not drawn)."""
    if episode.is_image:
        return "images"
    if episode.is_regression:
        return "curve" if episode.item_shape == (1,) and episode.output_dim == 1 else "vectors"
    return "points" if episode.item_shape == (2,) else "vectors"
