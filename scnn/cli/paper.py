"""`scnn paper`: repeats the paper's experiment for many seeds and compares the figures with the paper's."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from scnn.cli.interruption import recorded_signals
from scnn.cli.options import ENGINES, add_engine, add_json, job_count, positive_integer
from scnn.cli.output import print_event
from scnn.experiments.presets import PAPER
from scnn.experiments.sweep import FIGURES, per_class, summary, sweep

__all__ = ["HELP", "add_arguments", "run"]

HELP = "repeat the paper's experiment for many seeds"
SCORES = ("precision", "recall", "f1")
TITLES = {
    "accuracy": "accuracy",
    "precision": "weighted precision",
    "recall": "weighted recall",
    "f1": "weighted F1",
    "seconds": "seconds per run",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=positive_integer, default=20, help="number of seeds, from 1 (default: 20)")
    parser.add_argument(
        "--jobs", type=job_count, default=1, help="number of processes (joblib); -1 for all cores (default: 1)"
    )
    add_engine(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    runs: list[dict[str, Any]] = []
    with recorded_signals() as signals:
        pending = sweep(range(1, arguments.seeds + 1), arguments.jobs, ENGINES[arguments.engine])
        for result in with_progress_bar(pending, arguments.seeds):
            runs.append(result)
            if arguments.json:
                print_event("run", **result)
            if signals:
                break
    figures: dict[str, Any] = {**summary(runs), "per_class": per_class(runs)}
    if arguments.json:
        print_event("summary", seeds=len(runs), figures=figures, paper=paper_figures())
    else:
        print(f"The paper's experiment with seeds 1 to {len(runs)}{' (stopped)' if signals else ''}\n")
        print_table(figures, paper_figures())
    return 130 if signals else 0


def paper_figures() -> dict[str, Any]:
    """The paper's own figures, in the form of a run's."""
    reference = PAPER.reference
    assert reference
    return {
        "accuracy": reference.accuracy,
        "seconds": reference.seconds,
        **dict(zip(SCORES, reference.weighted, strict=True)),
        "per_class": [dict(zip(SCORES, scores, strict=True)) for scores in reference.per_class],
    }


def print_table(figures: dict[str, Any], reference: dict[str, Any]) -> None:
    print(f"{'':20}{'paper':>8}{'mean':>9}{'st. dev.':>10}{'worst':>9}{'best':>9}")
    for name in FIGURES:
        print(table_row(TITLES[name], reference[name], figures[name]))
    for digit, (ours, theirs) in enumerate(zip(figures["per_class"], reference["per_class"], strict=True)):
        print()
        for name in SCORES:
            print(table_row(f"class {digit}: {name if name != 'f1' else 'F1'}", theirs[name], ours[name]))


def table_row(title: str, reference: float, ours: dict[str, float]) -> str:
    columns = f"{ours['mean']:9.3f}{ours['standard_deviation']:10.3f}{ours['worst']:9.3f}{ours['best']:9.3f}"
    return f"{title:20}{reference:8.2f}{columns}"


def with_progress_bar(runs: Iterable[dict[str, Any]], total: int) -> Iterable[dict[str, Any]]:
    """The same runs, with a progress bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        return runs
    from rich.console import Console
    from rich.progress import track

    return track(runs, "seeds", total, console=Console(stderr=True), transient=True)
