"""The paper's experiment for many seeds. Seeds are independent: joblib runs them in several processes, or on a
cluster with `joblib.parallel_config`."""

import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.experiments.presets import PAPER
from scnn.network.metrics import Report
from scnn.network.network import Network
from scnn.training.trainer import Trainer

__all__ = ["FIGURES", "per_class", "run_paper", "summary", "sweep"]

FIGURES = ("accuracy", "precision", "recall", "f1", "seconds")


def run_paper(seed: int, make_engine: EngineFactory = compiled) -> dict[str, Any]:
    """One run of the experiment: accuracy, weighted precision, recall and F1, the same per class, and seconds."""
    started = time.perf_counter()
    training, test = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=seed)
    trainer = Trainer(network, training, test, seed=seed, make_engine=make_engine, **PAPER.settings)
    for _ in trainer.run():
        pass
    report = Report.from_confusion(trainer.scores["test"].confusion).to_dict()
    return {
        "seed": seed,
        "accuracy": report["accuracy"],
        **{name: report["weighted"][name] for name in ("precision", "recall", "f1")},
        "per_class": [{name: one[name] for name in ("precision", "recall", "f1")} for one in report["per_class"]],
        "seconds": time.perf_counter() - started,
    }


def sweep(
    seeds: Iterable[int], jobs: int | None = None, make_engine: EngineFactory = compiled
) -> Iterator[dict[str, Any]]:
    """A run for each seed, in order. `jobs` is 1 for this process, or joblib's `n_jobs`: a number of processes, -1
    for all cores, None for the setting of `joblib.parallel_config`. Raises ConfigError if joblib is not installed."""
    if jobs == 1:
        for seed in seeds:
            yield run_paper(seed, make_engine)
        return
    try:
        import joblib
    except ImportError:
        raise ConfigError("more than one job needs joblib: `pip install scnn[sweep]`") from None
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator")
    yield from parallel(joblib.delayed(run_paper)(seed, make_engine) for seed in seeds)


def summary(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean, standard deviation, worst and best of each figure; the longest time is the worst."""
    found = {name: spread([run[name] for run in runs]) for name in FIGURES}
    seconds = found["seconds"]
    return {**found, "seconds": {**seconds, "worst": seconds["best"], "best": seconds["worst"]}}


def per_class(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, dict[str, float]]]:
    """The same for each class's precision, recall and F1."""
    classes = range(len(runs[0]["per_class"]))
    names = ("precision", "recall", "f1")
    return [{name: spread([run["per_class"][k][name] for run in runs]) for name in names} for k in classes]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation, least and largest."""
    return {
        "mean": statistics.fmean(values),
        "standard_deviation": statistics.stdev(values) if len(values) > 1 else 0.0,
        "worst": min(values),
        "best": max(values),
    }
