"""Fixtures for the browser code of LossLandscape: paths, losses and meta-gradients on a plane, as Python computes them."""

from dataclasses import replace

import numpy as np
import pytest

from metawidgets import datasets, trained
from metawidgets.episodes import EpisodeSampler
from metawidgets.learners.landscape.plane import LossPlane
from tests.fixtures import check_fixture
from tests.learners.plain_cases import case

CASES = (
    "maml, points",
    "maml, learned rates",
    "maml, 20 inputs",
    "anil, points",
    "anil, the first layer adapts",
    "meta-sgd, points",
    "reptile with adam, points",
    "implicit maml, points",
    "fine-tuning, points",
    "linear probe, points",
    "maml, tanh",
)
PLACES = ((0.0, 0.0), (0.3, -0.2), (0.9, 0.8))
"""As parts of the square, of which (0, 0) is the learner's own initialisation and (1, 1) its right upper corner."""


def plane_of(name):
    if name == "maml, sinusoids, two tasks":
        source = datasets.load("sinusoids").source("test")
        sampler = EpisodeSampler(source, k_shot=5, n_query=6, seed=1)
        return LossPlane(trained.load("sinusoids-maml").double(), [sampler.episode(0), sampler.episode(1)], third=1)
    learner, episode = case(name)
    return LossPlane(learner.double(), episode, seed=3)


def walked(name):
    """Return the data that Python sends about a plane, and Python's results at some points of it."""
    plane = plane_of(name)
    plain = plane.plain()
    assert plain is not None
    loop = replace(plain.loop, parameters=plain.loop.parameters)
    arrays, config = plain.packed()
    exact = {"loop.parameters": loop.parameters, "basis": plain.basis}
    if loop.learned_rates is not None:
        exact["loop.rates"] = loop.learned_rates
    walks = []
    for u, v in PLACES:
        x, y = u * plane.x_range[1], v * plane.y_range[1]
        paths, gradients = plane.paths(x, y), plane.meta_gradients(x, y)
        walks.append(
            {
                "place": [x, y],
                "path": paths.path,
                "off_plane": np.where(paths.off_plane < 1e-6, 0, paths.off_plane),  # rounding error
                "support_loss": paths.support_loss,
                "query_loss": paths.query_loss,
                "gradients": gradients.in_plane,
                "gradient_share": gradients.share,
                "gradient_norm": gradients.norm,
                "gradient_cosines": gradients.cosines[:, 0],
            }
        )
    return {
        "inner_loop": config,
        "titles": plane.titles,
        "steps": paths.off_plane.shape[1],
        "gradients": {"names": gradients.names, "settings": gradients.settings},
        "arrays": {n: {"shape": a.shape, "data": exact.get(n, a).ravel()} for n, a in arrays.items()},
        "walks": walks,
    }


@pytest.mark.parametrize("name", ["maml, sinusoids, two tasks", *CASES])
def test_walks_over_a_plane_are_what_the_browser_is_tested_with(name):
    # Ten conjugate-gradient steps over a trained network of rectifiers enlarge a rounding error of 1e-16 to 5e-6.
    relative = 1e-4 if name == "maml, sinusoids, two tasks" else 1e-9
    check_fixture(f"loss_landscape/walks/{name.replace(', ', '_').replace(' ', '_')}", walked(name), relative=relative)


def test_other_learners_are_left_to_python():
    from tests.learners.landscape.test_plane import IMAGES, made

    assert LossPlane(made("maml", IMAGES[0], inner_steps=1), IMAGES[0]).plain() is None
