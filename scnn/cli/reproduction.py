"""`scnn paper`: the paper's experiment over many seeds, its table beside ours."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from scnn.cli.display import say
from scnn.cli.options import ENGINES, interruption
from scnn.experiments.presets import PAPER
from scnn.experiments.sweep import FIGURES, per_class, summary, sweep

__all__ = ["paper"]

WORDS = {
    "accuracy": "accuracy",
    "precision": "weighted precision",
    "recall": "weighted recall",
    "f1": "weighted F1",
    "seconds": "seconds a run",
}


def paper(chosen: argparse.Namespace) -> int:
    runs: list[dict[str, Any]] = []
    with interruption() as stopped:
        for run in counted(sweep(range(1, chosen.seeds + 1), chosen.jobs, ENGINES[chosen.engine]), chosen.seeds):
            runs.append(run)
            if chosen.json:
                say("run", **run)
            if stopped:
                break
    reference = PAPER.reference
    assert reference
    names = ("precision", "recall", "f1")
    theirs: dict[str, Any] = {"accuracy": reference.accuracy, "seconds": reference.seconds}
    theirs |= dict(zip(names, reference.weighted, strict=True))
    theirs["per_class"] = [dict(zip(names, one, strict=True)) for one in reference.per_class]
    found: dict[str, Any] = {**summary(runs), "per_class": per_class(runs)}
    if chosen.json:
        say("summary", seeds=len(runs), figures=found, paper=theirs)
        return 130 if stopped else 0
    print(f"The paper's experiment with seeds 1 to {len(runs)}{', then stopped' if stopped else ''}\n")
    print(f"{'':20}{'paper':>8}{'mean':>9}{'st. dev.':>10}{'worst':>9}{'best':>9}")
    for name in FIGURES:
        print(line(WORDS[name], theirs[name], found[name]))
    for digit, (ours, of_paper) in enumerate(zip(found["per_class"], theirs["per_class"], strict=True)):
        print()
        for name in names:
            print(line(f"class {digit}: {name if name != 'f1' else 'F1'}", of_paper[name], ours[name]))
    return 130 if stopped else 0


def counted(runs: Iterable[dict[str, Any]], total: int) -> Iterable[dict[str, Any]]:
    """The runs as they come, with a bar and the time left where the error output is a terminal."""
    if not sys.stderr.isatty():
        return runs
    from rich.console import Console
    from rich.progress import track

    return track(runs, "seeds", total, console=Console(stderr=True), transient=True)


def line(words: str, of_paper: float, ours: dict[str, float]) -> str:
    """A row of the table: the paper's figure, then what many seeds gave."""
    figures = f"{ours['mean']:9.3f}{ours['standard_deviation']:10.3f}{ours['worst']:9.3f}{ours['best']:9.3f}"
    return f"{words:20}{of_paper:8.2f}{figures}"
