"""Wrong arguments of every instrument: one sentence names the value and says what to give."""

import pytest

import metawidgets as mw
from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import DatasetError, EpisodeError, LearnerError
from metawidgets.training import evaluation

POINTS = EpisodeSampler(datasets.load("gaussians").source("test"), n_way=3, k_shot=1, n_query=2, seed=0)
PROTONET = learners.build("protonet", item_shape=(2,), output_dim=3)
IMAGES = learners.build("maml", item_shape=(1, 28, 28), output_dim=3)

OF_LEARNER = {
    "bench": lambda learner: instruments.bench(learner, POINTS.episode(0)),
    "embedding_map": lambda learner: instruments.embedding_map(learner, POINTS.episode(0)),
    "inner_loop_slider": lambda learner: instruments.inner_loop_slider(learner, POINTS.episode(0)),
    "learner_arena": lambda learner: instruments.learner_arena({"it": learner}, POINTS, n_episodes=2),
    "loss_landscape": lambda learner: instruments.loss_landscape(learner, POINTS.episode(0)),
    "memory_view": lambda learner: instruments.memory_view(learner, POINTS.episode(0)),
    "outer_loop_monitor": lambda learner: instruments.outer_loop_monitor(learner, POINTS, mw.MetaTraining(steps=2)),
    "prototype_heatmap": lambda learner: instruments.prototype_heatmap(learner, POINTS.episode(0)),
    "task_distribution": lambda learner: instruments.task_distribution(datasets.load("gaussians"), {"it": learner}),
    "task_map": lambda learner: instruments.task_map(learner, POINTS, n_tasks=2),
    "trace": lambda learner: mw.trace(learner, POINTS.episode(0)),
    "score": lambda learner: evaluation.score(learner, POINTS.episode(0)),
    "compare_on_episode": lambda learner: evaluation.compare_on_episode([learner], POINTS.episode(0)),
    "evaluate": lambda learner: mw.evaluate(learner, POINTS, 2),
    "you_are_the_learner": lambda learner: instruments.you_are_the_learner({"it": learner}, POINTS, n_episodes=2),
}
OF_EPISODE = {
    "bench": lambda episode: instruments.bench(PROTONET, episode),
    "inner_loop_slider": lambda episode: instruments.inner_loop_slider(PROTONET, episode),
    "loss_landscape": lambda episode: instruments.loss_landscape(IMAGES, episode),
    "memory_view": lambda episode: instruments.memory_view(PROTONET, episode),
    "prototype_heatmap": lambda episode: instruments.prototype_heatmap(PROTONET, episode),
    "trace": lambda episode: mw.trace(PROTONET, episode),
    "adapt": lambda episode: mw.adapt(PROTONET, episode),
    "predict": lambda episode: mw.predict(PROTONET, episode),
    "score": lambda episode: evaluation.score(PROTONET, episode),
    "first_shots": lambda episode: evaluation.first_shots(episode, 1),
    "answers": lambda episode: evaluation.answers(PROTONET, episode),
    "compare_on_episode": lambda episode: evaluation.compare_on_episode([PROTONET], episode),
}
OF_SAMPLER = {
    "learner_arena": lambda sampler: instruments.learner_arena({"it": PROTONET}, sampler, n_episodes=2),
    "outer_loop_monitor": lambda sampler: instruments.outer_loop_monitor(PROTONET, sampler, mw.MetaTraining(steps=2)),
    "evaluate": lambda sampler: mw.evaluate(PROTONET, sampler, 2),
    "you_are_the_learner": lambda sampler: instruments.you_are_the_learner({"it": PROTONET}, sampler, n_episodes=2),
}


@pytest.mark.parametrize("name", OF_LEARNER)
def test_a_name_is_no_learner(name):
    with pytest.raises(LearnerError, match=r"^'glyphs-maml' is a name, not a learner; give metawidgets.load"):
        OF_LEARNER[name]("glyphs-maml")


@pytest.mark.parametrize(
    ("wrong", "said"), [(None, "not None"), (3, "not 3"), ({}, "not a dict"), (learners.MAML, "make a learner")]
)
def test_other_things_are_no_learners(wrong, said):
    with pytest.raises(LearnerError, match=said):
        mw.trace(wrong, POINTS.episode(0))


def test_nobody_is_no_comparison():
    with pytest.raises(LearnerError, match="compare_on_episode got no learner; give one or more"):
        evaluation.compare_on_episode([], POINTS.episode(0))


@pytest.mark.parametrize("name", OF_EPISODE)
def test_a_sampler_is_no_episode(name):
    with pytest.raises(EpisodeError, match=r"not an EpisodeSampler; give its .episode\(0\)"):
        OF_EPISODE[name](POINTS)


@pytest.mark.parametrize("name", OF_SAMPLER)
def test_an_episode_is_no_sampler(name):
    with pytest.raises(EpisodeError, match="a sampler is needed here, not an Episode"):
        OF_SAMPLER[name](POINTS.episode(0))


@pytest.mark.parametrize("name", ["bench", "inner_loop_slider", "trace", "memory_view"])
def test_vectors_for_a_network_of_images(name):
    with pytest.raises(LearnerError, match=r"made for items of shape \(1, 28, 28\), the episode's are \(2,\)"):
        OF_LEARNER[name](IMAGES)


@pytest.mark.parametrize("n_way", [2, 4])
def test_more_or_fewer_classes_than_a_head_has(n_way):
    sampler = EpisodeSampler(datasets.load("gaussians").source("test"), n_way=n_way, k_shot=1, n_query=2, seed=0)
    learner = learners.build("maml", item_shape=(2,), output_dim=3)
    with pytest.raises(LearnerError, match=f"made for 3 classes, the episode has {n_way}; draw 3-way episodes"):
        instruments.inner_loop_slider(learner, sampler.episode(0))


def test_a_dataset_or_its_name_is_no_source():
    with pytest.raises(
        EpisodeError, match=r"'glyphs' is not a source of episodes; give datasets.load\('glyphs'\).source\('train'\)"
    ):
        EpisodeSampler("glyphs", n_way=5)  # type: ignore[arg-type]
    with pytest.raises(EpisodeError, match=r"Sinusoids.* is not a source of episodes; give a dataset's .source"):
        EpisodeSampler(datasets.load("sinusoids"))  # type: ignore[arg-type]


def test_a_name_is_no_dataset_where_its_options_are_turned():
    with pytest.raises(DatasetError, match=r"not 'sinusoids'; give one, for example datasets.load\('sinusoids'\)"):
        instruments.task_distribution("sinusoids")  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="not from 3; give one of these"):
        instruments.episode_builder(3)  # type: ignore[arg-type]


def test_a_long_list_of_names_is_shortened_to_the_nearest():
    with pytest.raises(mw.MetawidgetsError) as caught:
        mw.load("glyphs-protonett")
    said = str(caught.value)
    assert "did you mean 'glyphs-protonet'" in said
    assert f"`metawidgets trained` lists all {len(mw.trained.names())}." in said
    assert len(said) < 250
