"""Tasks of a shifted distribution: the draws, the data sent, and requests from the browser."""

from dataclasses import asdict

import numpy as np
import pytest

from metawidgets import datasets
from metawidgets.errors import DatasetError, EpisodeError
from metawidgets.widgets import TaskDistribution
from metawidgets.widgets.task_distribution.packed_tasks import draw_episodes, pack_tasks
from metawidgets.widgets.task_distribution.shifts import dials, moved, shift_name

SINES = datasets.load("sinusoids")


def adapted(episode):
    """Return the losses of a made-up learner: the task's amplitude, and a tenth of it after one step."""
    a = episode.task["amplitude"]
    return {"half": np.array([a, a / 10])}


def test_both_ends_of_a_range_are_one_dial():
    found = {dial.name: dial for dial in dials(SINES)}
    assert list(found) == ["amplitude", "phase", "x", "noise"]
    assert found["phase"].fields == ("phase_low", "phase_high")
    assert found["amplitude"].low == pytest.approx(-0.1)  # no amplitude is below 0
    assert found["phase"].high == pytest.approx(np.pi)  # and no phase above 2 pi
    assert found["noise"].fields == ("noise",)
    assert found["noise"].low == 0
    gaussians = {dial.name: dial for dial in dials(datasets.load("gaussians"))}
    assert gaussians["clouds"].whole
    assert "seed" not in {dial.name for dial in dials(datasets.load("glyphs"))}


def test_a_moved_dataset_is_between_here_and_there():
    there = asdict(moved(SINES, {"phase": 1.0, "noise": 0.5}))
    assert there == pytest.approx(asdict(SINES) | {"phase_low": 1.0, "phase_high": 1 + np.pi, "noise": 0.5})
    half = asdict(moved(SINES, {"phase": 1.0, "noise": 0.5}, 0.5))
    assert half == pytest.approx(asdict(SINES) | {"phase_low": 0.5, "phase_high": 0.5 + np.pi, "noise": 0.25})
    assert asdict(moved(datasets.load("gaussians"), {"clouds": 2}, 0.5))["clouds"] == 2
    assert shift_name(SINES, {"phase": 1.0, "noise": 0.0}, 0.5) == "phase + 0.5"
    assert shift_name(SINES, {"phase": 1.0}, 0.0) == "not moved"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phases": 1}, "has no number 'phases' to change; did you mean 'phase'"),
        ({"phase": 100}, r"phase of 'sinusoids' cannot change by 100; give a number from -6.28 to 3.14"),
        ({"phase": "far"}, "cannot change by 'far'"),
        ({"phase": True}, "cannot change by True"),
        ({"phase": float("nan")}, "cannot change by nan"),
    ],
)
def test_what_cannot_be_turned_is_refused(changes, message):
    with pytest.raises(DatasetError, match=message):
        moved(SINES, changes)


def test_tasks_move_with_their_distribution():
    groups = draw_episodes(
        SINES, [moved(SINES, {"phase": 2.0}, part) for part in (0, 0.5, 1)], 6, {"k_shot": 3, "n_query": 4}, 0
    )
    phases = np.array([[e.task["phase"] for e in group] for group in groups])
    np.testing.assert_allclose(phases[2] - phases[1], 1.0)
    np.testing.assert_allclose(phases[3] - phases[1], 2.0)
    assert not np.isclose(phases[0], phases[1]).any()  # meta-training draws other tasks
    arrays, config = pack_tasks(groups, [SINES, SINES, SINES, SINES])
    assert config["axes"] == ["amplitude", "phase"]
    np.testing.assert_allclose(arrays["places"][..., 1], phases)
    assert config["ranges"][0] == [[0.1, 5.0], [0.0, pytest.approx(np.pi)]]
    # The best single function for all tasks is their mean, which least squares finds here.
    grid, curves = arrays["grid"], arrays["curves"][0]
    basis = np.eye(len(grid))
    best, *_ = np.linalg.lstsq(np.tile(basis, (6, 1)), curves.ravel(), rcond=None)
    assert config["one_for_all"][0] == pytest.approx(((curves - best) ** 2).mean())
    task = groups[2][3]
    np.testing.assert_allclose(
        arrays["curves"][2, 3], task.task["amplitude"] * np.sin(grid - task.task["phase"]), rtol=1e-12
    )


def test_classes_apart_in_training_and_testing_and_placed_by_their_items():
    glyphs = datasets.load("glyphs", n_classes=60, n_drawers=6)
    groups = draw_episodes(glyphs, [glyphs], 4, {"n_way": 3, "k_shot": 1, "n_query": 1}, 0)
    train, test = ({name for e in group for name in e.class_names} for group in groups)
    assert not train & test
    _, config = pack_tasks(groups, [glyphs, glyphs])
    assert config["axes"][0] == "first principal axis"
    assert 0 < config["explained"][0] <= 1
    embedded = np.random.default_rng(0).normal(size=(2, 4, 3))
    placed, _ = pack_tasks(groups, [glyphs, glyphs], embedded)
    apart = np.linalg.norm(placed["places"] - placed["places"][:1, :1], axis=-1)
    assert (apart <= np.linalg.norm(embedded - embedded[:1, :1], axis=-1) + 1e-9).all()  # a projection never stretches


def test_losses_by_distribution_task_and_state():
    component = TaskDistribution(SINES, {"amplitude": 5.0}, n_shifts=2, n_tasks=8, k_shot=3, n_query=2, adapted=adapted)
    losses = component.losses["half"]
    assert losses.shape == (4, 8, 2)  # meta-training, and three shifts
    places = component.unpack()["places"][..., 0]
    np.testing.assert_allclose(losses[..., 0], places, rtol=1e-6)
    np.testing.assert_allclose(losses[3, :, 0] - losses[1, :, 0], 5.0, rtol=1e-5)
    component.step = 2
    assert "amplitude + 5" in component.summary()
    after = f"{losses[3, :, 1].mean():.3g} after adaptation"
    assert after in component.summary()


def test_drawing_again_from_the_browser():
    component = TaskDistribution(SINES, {"phase": 1.0}, n_shifts=2, n_tasks=4, adapted=adapted)
    before = component.unpack()["places"].copy()

    def ask(number, **params):
        component._on_request(component, {"id": number, "action": "resample", "params": params}, [])
        assert component.replied == number

    ask(1, changes={"noise": 1.0}, seed=7)
    assert component.error == ""
    assert (component.changes, component.seed) == ({"noise": 1.0}, 7)
    assert component.config["shifts"][-1] == "noise + 1"
    assert not np.isclose(component.unpack()["places"], before).any()
    assert component.wait(10)
    assert component.losses["half"].shape == (4, 4, 2)
    kept = component.to_dict()
    for number, params in enumerate(
        [
            {"changes": {"phase": 99}, "seed": 7},
            {"changes": {}, "seed": -1},
            {"changes": [], "seed": 1},
            {"changes": {}, "seed": "1"},
        ]
    ):
        ask(number + 2, **params)
        assert component.error
        assert component.to_dict() == kept
    ask(9, changes={}, seed=7)
    assert component.wait(10)
    assert component.config["shifts"][-1] == "not moved"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(EpisodeError, match="n_tasks=1 is not a whole number from 2 to 200"):
        TaskDistribution(SINES, n_tasks=1)
    with pytest.raises(EpisodeError, match="give another dataset"):
        TaskDistribution(datasets.load("linear_functions"))
    with pytest.raises(EpisodeError, match="n_way=5, but 'sinusoids' draws functions"):
        TaskDistribution(SINES, n_way=5)


def test_axes_of_items_are_named_by_the_data_or_x_and_y():
    assert TaskDistribution(datasets.load("sinusoids"), n_shifts=1, n_tasks=2).config["item_axes"] == ["x", "y"]
    images = TaskDistribution(datasets.load("glyphs"), n_shifts=1, n_tasks=2, n_way=2, k_shot=1, n_query=1)
    assert "item_axes" not in images.config
