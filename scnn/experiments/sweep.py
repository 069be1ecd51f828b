"""The paper's experiment over many seeds. Seeds are independent, so joblib can spread them over processes, and by
`joblib.parallel_config` over a cluster."""

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
    """One run of the experiment: accuracy, weighted precision, recall and F1, per class, and seconds."""
    began = time.perf_counter()
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
        "seconds": time.perf_counter() - began,
    }


def sweep(
    seeds: Iterable[int], jobs: int | None = None, make_engine: EngineFactory = compiled
) -> Iterator[dict[str, Any]]:
    """A run for each seed, in order. With `jobs` 1 they run here; else as joblib is told: so many processes, -1 for
    all cores, None for what `joblib.parallel_config` says. Raises ConfigError where joblib is missing."""
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
