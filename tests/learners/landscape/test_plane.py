"""The plane through parameter space, in double precision. Its losses are compared with the learner at single points, its paths with
the trace, and its directions and gradients with hand calculations."""

import numpy as np
import pytest
import torch

from metawidgets import datasets, learners
from metawidgets.episodes import EpisodeBatch, EpisodeSpec
from metawidgets.errors import LearnerError
from metawidgets.learners.landscape.directions import filter_normalised, flat, orthonormal, output_axes
from metawidgets.learners.landscape.meta_gradient_agreement import agreement
from metawidgets.learners.landscape.plane import LossPlane
from metawidgets.learners.loop import evaluating, trace
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.encoders import Conv4
from metawidgets.learners.tensors import as_tensor, support_of

KINDS = ("maml", "anil", "metasgd", "reptile", "imaml", "finetune", "linear_probe", "from_scratch")


def episodes_of(dataset, n=2, **spec):
    source, rng = datasets.load(dataset).source("test"), np.random.default_rng(3)
    return [source.draw(rng, EpisodeSpec(**spec)) for _ in range(n)]


def made(name, episode, **options):
    torch.manual_seed(0)
    small = {"width": 8} if episode.is_image else {"hidden": (7, 5)}
    learner = learners.build(name, item_shape=episode.item_shape, output_dim=episode.output_dim, **small, **options)
    return learner.double().eval()


CURVES = episodes_of("sinusoids", n_way=None, k_shot=5, n_query=7)
IMAGES = episodes_of("glyphs", n_way=3, k_shot=1, n_query=2)


def asked_there(learner, plane, episode, x, y):
    """Return the support and query loss at a point of the plane, from the learner with these parameters."""
    basis, origin = plane._flat_basis.numpy(), plane._flat_origin.numpy()
    vector = torch.from_numpy(origin + x * basis[0] + y * basis[1])
    with evaluating(learner):
        support = support_of(learner, episode)
        state, at, parameters = learner.init(support), 0, {}
        for name, p in state.parameters.items():
            parameters[name] = vector[at : at + p.numel()].view(p.shape)
            at += p.numel()
        state = state._replace(parameters=parameters)
        found = []
        for items, targets in ((episode.support_x, episode.support_y), (episode.query_x, episode.query_y)):
            items = learner.encode(as_tensor(learner, items), support)
            found.append(float(task_losses(learner.readout(state, items)["outputs"], as_tensor(learner, targets))))
    return found


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("episodes", [CURVES, IMAGES], ids=["curves", "images"])
@pytest.mark.parametrize("name", KINDS)
def test_losses_paths_and_gradients_of_every_learner_that_moves_parameters(name, episodes):
    learner = made(name, episodes[0], inner_steps=2, **({"test_steps": 2} if name == "reptile" else {}))
    plane = LossPlane(learner, episodes, third=1)
    seen = [trace(learner, episode) for episode in episodes]
    paths = plane.paths()
    for k, each in enumerate(seen):  # from the learner's own initialisation, the path equals the trace
        np.testing.assert_allclose(paths.support_loss[k], each["support_loss"], rtol=1e-6)
        np.testing.assert_allclose(paths.query_loss[k], each["query_loss"], rtol=1e-6)
        away = np.sqrt(np.square(paths.path[k]).sum(-1) + np.square(paths.off_plane[k]))
        whole = np.linalg.norm(each["parameter_distance"], axis=-1)  # the distances of all layers combined
        np.testing.assert_allclose(away, whole, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(paths.path[0, -1, 1], 0, atol=1e-9)  # the first solution lies on the first axis
    np.testing.assert_allclose(paths.off_plane[:, -1], 0, atol=1e-6)
    for k, episode in enumerate(episodes):
        grid = plane.landscape(4, k)
        for row, column in ((0, 0), (1, 3), (3, 2)):
            expected = asked_there(learner, plane, episode, grid.x[column], grid.y[row])
            found = [grid.support_loss[row, column], grid.query_loss[row, column]]
            np.testing.assert_allclose(found, expected, rtol=1e-6)
    moved = plane.paths(grid.x[2], grid.y[1])
    np.testing.assert_allclose(moved.path[:, 0], [[grid.x[2], grid.y[1]]] * 2, atol=1e-9)
    np.testing.assert_allclose(moved.off_plane[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(moved.query_loss[1, 0], grid.query_loss[1, 2], rtol=1e-6)
    gradients = plane.meta_gradients(0.01, 0.02)
    assert gradients.in_plane.shape == (3, 5, 2)
    assert np.isfinite(gradients.norm).all()
    assert (gradients.share <= 1 + 1e-9).all()
    np.testing.assert_allclose(gradients.in_plane[2], gradients.in_plane[:2].mean(0), rtol=1e-6, atol=1e-12)


def test_a_path_from_another_place_is_gradient_descent_from_there():
    learner = made("maml", CURVES[0], inner_steps=3, inner_lr=0.05)
    plane = LossPlane(learner, CURVES[0])
    x, y = 0.3 * plane.x_range[1], 0.2 * plane.y_range[0]
    vector = plane._flat_origin + x * plane._flat_basis[0] + y * plane._flat_basis[1]
    network, support = learner.network, support_of(learner, CURVES[0])
    assert network is not None
    torch.nn.utils.vector_to_parameters(vector, network.parameters())  # the learner and the plane share no memory
    found = plane.paths(x, y)
    for t in range(4):
        away = torch.nn.utils.parameters_to_vector(network.parameters()).detach() - plane._flat_origin
        place = plane._flat_basis @ away
        np.testing.assert_allclose(found.path[0, t], place, atol=1e-9)
        np.testing.assert_allclose(found.off_plane[0, t] ** 2, away @ away - place @ place, atol=1e-9)
        loss = (network(support.x) - support.y).square().mean()
        np.testing.assert_allclose(found.support_loss[0, t], loss.item(), rtol=1e-9)
        gradients = torch.autograd.grad(loss, list(network.parameters()))
        with torch.no_grad():
            for p, g in zip(network.parameters(), gradients, strict=True):
                p -= 0.05 * g


def test_arrows_are_the_projections_of_the_gradients_that_agreement_finds():
    learner = made("maml", CURVES[0], inner_steps=2, inner_lr=0.03)
    plane = LossPlane(learner, CURVES[0], seed=4)
    found = plane.meta_gradients()
    assert learner.network is not None
    expected = agreement(learner.network, EpisodeBatch.stack([CURVES[0]]), inner_lr=0.03, inner_steps=2)
    assert found.names == expected.names
    assert found.settings == {"inner_lr": 0.03, "inner_steps": 2, "proximal_strength": 2.0}
    for i, gradient in enumerate(expected.gradients):
        u, v = (float(gradient @ direction) for direction in plane._flat_basis.numpy())
        np.testing.assert_allclose(found.in_plane[0, i], [u, v], rtol=1e-9)
        np.testing.assert_allclose(found.norm[0, i], np.sqrt(gradient @ gradient), rtol=1e-9)
        np.testing.assert_allclose(found.share[0, i], np.hypot(u, v) / np.sqrt(gradient @ gradient), rtol=1e-9)
        cosine = gradient @ expected.gradients[0] / np.linalg.norm(gradient) / np.linalg.norm(expected.gradients[0])
        np.testing.assert_allclose(found.cosines[0, 0, i], cosine, rtol=1e-9)


def test_second_order_gradients_are_the_slope_of_the_loss_after_adaptation():
    """The arrows agree with central differences of the query loss after adaptation."""
    learner = made("maml", CURVES[0], inner_steps=2, inner_lr=0.03)
    plane = LossPlane(learner, CURVES[0])
    at, h = np.array([0.02, 0.01]), 1e-6
    slopes = []
    for step in np.eye(2) * h:
        after = [plane.paths(*(at + sign * step)).query_loss[0, -1] for sign in (1, -1)]
        slopes.append((after[0] - after[1]) / (2 * h))
    np.testing.assert_allclose(plane.meta_gradients(*at).in_plane[0, 0], slopes, rtol=1e-4)


def test_the_plane_is_orthonormal_and_its_first_direction_leads_to_the_solution():
    for options in ({}, {"seed": 5}, {"first": 1}, {"first": 1, "third": 0}):
        plane = LossPlane(made("maml", IMAGES[0]), IMAGES, **options)
        np.testing.assert_allclose(plane._flat_basis @ plane._flat_basis.T, np.eye(2), atol=1e-7)
        end = plane.paths().path[options.get("first", 0), -1]
        assert end[0] > 0
        np.testing.assert_allclose(end[1], 0, atol=1e-7)
        for low, high in (plane.x_range, plane.y_range):
            assert low < 0 < high
    again = LossPlane(made("maml", IMAGES[0]), IMAGES, seed=5).replaned(1, 0, 0)
    torch.testing.assert_close(again._flat_basis, plane._flat_basis)


def test_random_directions_have_filters_as_long_as_those_they_change():
    torch.manual_seed(1)
    network = Conv4((1, 28, 28), 4, width=6).double()
    maml = learners.MAML(network)
    parameters = dict(network.named_parameters())
    found = filter_normalised(parameters, output_axes(maml, parameters), seed=7)
    kernel, head = "convolutions.1.weight", "head.weight"
    for k in range(6):
        np.testing.assert_allclose(found[kernel][k].norm(), parameters[kernel][k].detach().norm())
    for k in range(4):
        np.testing.assert_allclose(found[head][k].norm(), parameters[head][k].detach().norm())
    assert not found["norms.0.weight"].any()
    assert not found["head.bias"].any()
    again = filter_normalised(parameters, output_axes(maml, parameters), seed=7)
    assert all(torch.equal(found[name], again[name]) for name in found)
    assert not torch.equal(found[kernel], filter_normalised(parameters, output_axes(maml, parameters), seed=8)[kernel])


def test_of_an_mlp_the_filters_are_columns():
    maml = made("maml", CURVES[0])
    assert maml.network is not None
    parameters = dict(maml.network.named_parameters())
    found = filter_normalised(parameters, output_axes(maml, parameters), seed=0)
    weight = "layers.1.weight"  # (7, 5): input, output
    np.testing.assert_allclose(found[weight].norm(dim=0), parameters[weight].detach().norm(dim=0))


def test_parallel_directions_span_no_plane():
    a = {"w": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([3.0])}
    assert orthonormal(a, {name: -2 * p for name, p in a.items()}) is None
    assert orthonormal(a, {name: 0 * p for name, p in a.items()}) is None
    pair = orthonormal(a, {"w": torch.tensor([[1.0, 0.0]]), "b": torch.tensor([0.0])})
    assert pair is not None
    first, second = pair
    np.testing.assert_allclose(flat(first), np.array([1, 2, 3]) / np.sqrt(14), rtol=1e-6)
    np.testing.assert_allclose(flat(second), np.array([13, -2, -3]) / np.sqrt(182), rtol=1e-6)


def test_rows_are_counted_and_what_progress_raises_ends_the_work():
    plane, rows = LossPlane(made("maml", IMAGES[0]), IMAGES[0]), []
    plane.landscape(3, progress=lambda row, of: rows.append((row, of)))
    assert sorted(rows) == [(1, 3), (2, 3), (3, 3)]

    def enough(row, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plane.landscape(3, progress=enough)


def test_the_learner_stays_as_it_was():
    learner = made("maml", IMAGES[0]).train()
    before = {name: p.clone() for name, p in learner.state_dict().items()}
    plane = LossPlane(learner, IMAGES[0])
    plane.landscape(2)
    plane.paths(0.1, 0.1)
    plane.meta_gradients(0.1, 0.1)
    assert learner.training
    assert all(torch.equal(p, before[name]) for name, p in learner.state_dict().items())
    assert all(p.grad is None for p in learner.parameters())


def test_what_has_no_landscape_is_told_why():
    with pytest.raises(LearnerError, match="ProtoNet keeps its parameters fixed while it adapts"):
        LossPlane(made("protonet", IMAGES[0]), IMAGES[0])
    with pytest.raises(LearnerError, match=r"was made for items of shape \(1, 28, 28\), the episode's are \(1,\)"):
        LossPlane(made("maml", IMAGES[0]), CURVES[0])
    with pytest.raises(LearnerError, match="starts task 2 from other parameters than task 1"):
        LossPlane(made("baseline_plus", IMAGES[0]), IMAGES)
    maml = made("maml", IMAGES[0])
    with pytest.raises(LearnerError, match="there is no episode"):
        LossPlane(maml, [])
    for options in ({"third": 0}, {"third": 2}, {"third": "rnd"}, {"first": 2}, {"first": True}):
        with pytest.raises(LearnerError, match=f"{next(iter(options))}="):
            LossPlane(maml, IMAGES, **options)  # pyright: ignore[reportArgumentType]
    with pytest.raises(LearnerError, match="lies in the same direction as the solution of task 0"):
        LossPlane(maml, [IMAGES[0], IMAGES[0]], third=1)


def test_without_a_step_there_is_still_a_plane():
    plane = LossPlane(made("maml", CURVES[0], inner_steps=0), CURVES[0])
    assert plane.paths().path.shape == (1, 1, 2)
    assert plane.x_range == (-1.0, 1.0)
    assert np.isfinite(plane.landscape(2).query_loss).all()
