"""The paper's experiment over many seeds, here and on a cluster."""

import pytest

from scnn.experiments.sweep import run_paper, summary, sweep


def test_twenty_seeds() -> None:
    """The mean accuracy is at least 90 %, where the paper had 70 %; no seed is worse than the paper."""
    found = summary(list(sweep(range(1, 21), jobs=1)))
    assert found["accuracy"]["mean"] >= 0.90 and found["accuracy"]["worst"] > 0.70
    assert found["f1"]["mean"] >= 0.90
    assert found["seconds"]["best"] < 41 / 20


def test_a_cluster_by_joblibs_config() -> None:
    """dask.distributed's LocalCluster gives the same runs as this process."""
    distributed = pytest.importorskip("distributed")
    import joblib

    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        spread = list(sweep([1, 2, 3, 4]))
    alone = [run_paper(seed) for seed in [1, 2, 3, 4]]
    for one, other in zip(spread, alone, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
