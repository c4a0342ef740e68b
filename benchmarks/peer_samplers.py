"""The peers' samplers of episodes from classes in memory, used as in their own examples."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from metawidgets.episodes import EpisodeSpec

__all__ = ["SAMPLERS"]

SamplerOf = Callable[[Any, Tensor, EpisodeSpec, int], Callable[[], object]]
"""A function of (library, images `(class, item, channel, height, width)`, spec, n) that returns a function drawing n episodes."""


def flat(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return all images along one axis, and the class of each."""
    classes, items = images.shape[:2]
    return images.flatten(0, 1), torch.arange(classes).repeat_interleave(items)


def learn2learn_sampler(l2l: Any, images: Tensor, spec: EpisodeSpec, n: int) -> Callable[[], object]:
    """Use the fused transform, the fastest of the documented ways."""
    transforms = l2l.data.transforms
    dataset = l2l.data.MetaDataset(TensorDataset(*flat(images)))
    chain = [
        transforms.FusedNWaysKShots(dataset, n=spec.n_way, k=spec.k_shot + spec.n_query),
        transforms.LoadData(dataset),
        transforms.RemapLabels(dataset),
        transforms.ConsecutiveLabels(dataset),
    ]
    tasks = l2l.data.Taskset(dataset, task_transforms=chain, num_tasks=-1)
    return lambda: [tasks.sample() for _ in range(n)]


def easyfsl_sampler(easyfsl: Any, images: Tensor, spec: EpisodeSpec, n: int) -> Callable[[], object]:
    everything, labels = flat(images)
    in_memory = type(
        "InMemory",
        (easyfsl.datasets.FewShotDataset,),
        {
            "__len__": lambda self: len(everything),
            "__getitem__": lambda self, i: (everything[i], i // images.shape[1]),
            "get_labels": lambda self: labels.tolist(),
        },
    )()
    sampler = easyfsl.samplers.TaskSampler(
        in_memory, n_way=spec.n_way, n_shot=spec.k_shot, n_query=spec.n_query, n_tasks=n
    )
    loader = DataLoader(in_memory, batch_sampler=sampler, num_workers=0, collate_fn=sampler.episodic_collate_fn)
    return lambda: [None for _ in loader]


def torchmeta_sampler(torchmeta: Any, images: Tensor, spec: EpisodeSpec, n: int) -> Callable[[], object]:
    """Draw batches of ten, since torchmeta has no sampler of single episodes."""
    data, transforms = torchmeta.utils.data, torchmeta.transforms
    # torch's loader calls `__getitems__` with several indices, but torchmeta's dataset takes one index at a time
    subset = data.task.SubsetTask
    subset.__getitems__ = lambda self, indices: [self[i] for i in indices]

    class Drawings(data.Dataset):
        """One class."""

        def __init__(self, index: int, target_transform: Any) -> None:
            super().__init__(index, target_transform=target_transform)
            self.label = index

        def __len__(self) -> int:
            return images.shape[1]

        def __getitem__(self, item: int) -> tuple[Tensor, Any]:
            label = self.target_transform(self.label) if self.target_transform else self.label
            return images[self.label, item], label

    class InMemory(data.ClassDataset):
        def __init__(self) -> None:
            super().__init__(meta_train=True)

        @property
        def num_classes(self) -> int:
            return len(images)

        def __getitem__(self, index: int) -> Drawings:
            return Drawings(index, self.get_target_transform(index))

    combined = data.CombinationMetaDataset(InMemory(), spec.n_way, target_transform=transforms.Categorical(spec.n_way))
    split = transforms.ClassSplitter(
        combined, shuffle=True, num_train_per_class=spec.k_shot, num_test_per_class=spec.n_query
    )
    size = min(10, n)
    loader = data.BatchMetaDataLoader(split, batch_size=size, num_workers=0)

    def draw() -> None:
        batches = iter(loader)
        for _ in range(n // size):
            next(batches)

    return draw


SAMPLERS: Mapping[str, SamplerOf] = {
    "easyfsl": easyfsl_sampler,
    "learn2learn": learn2learn_sampler,
    "torchmeta": torchmeta_sampler,
}
