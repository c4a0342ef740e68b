"""The number of workers on this machine."""

import os

import pytest

from metawidgets.errors import SweepError
from metawidgets.sweeps import cluster


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
@pytest.mark.parametrize(("workers", "wanted", "started"), [(None, 9, 1), (3, 9, 3), (3, 2, 2)])
def test_workers_follow_the_cores_that_may_be_used(folder, monkeypatch, workers, wanted, started):
    def local(n: int) -> None:
        raise SweepError(f"{n} workers")

    monkeypatch.setattr(cluster, "_local_cluster", local)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        with (
            pytest.raises(SweepError, match=f"^{started} workers$"),
            cluster.connected(folder, None, workers, wanted, 0, lambda: None),
        ):
            pass
    finally:
        os.sched_setaffinity(0, allowed)
