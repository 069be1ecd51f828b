"""How the command line shows a training: a live table in a terminal, plain lines elsewhere, or JSON for machines."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from scnn.training.events import EpochEnded, Progress
from scnn.training.trainer import Trainer

__all__ = ["Display", "display_for", "figures", "say"]

ROWS = 12  # of the live table
COLUMNS = ("epoch", "training loss", "training accuracy", "validation accuracy", "test loss", "test accuracy")


class Display(Protocol):
    """Shows one training."""

    def start(self, facts: Mapping[str, Any]) -> None: ...
    def progress(self, event: Progress, rate: float) -> None: ...
    def epoch(self, event: EpochEnded) -> None: ...
    def end(self, facts: Mapping[str, Any], words: str) -> None: ...
    def close(self) -> None: ...


def display_for(trainer: Trainer, as_json: bool) -> Display:
    """What suits the standard output."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(trainer) if sys.stdout.isatty() else PlainDisplay(trainer)


def say(event: str, /, **facts: Any) -> None:
    """A line for machines."""
    print(json.dumps({"event": event, **facts}), flush=True)


def figures(event: EpochEnded) -> dict[str, Any]:
    """An epoch as plain data."""
    scores = {"training": event.training, "validation": event.validation, "test": event.test}
    named = {name: score.to_dict() for name, score in scores.items() if score}
    return {"epoch": event.epoch, **named, "best": event.best}


def cells(event: EpochEnded) -> list[str]:
    """The table's row for an epoch."""
    validation, test = event.validation, event.test
    return [
        str(event.epoch),
        f"{event.training.loss:.4f}",
        f"{event.training.accuracy:.2%}",
        f"{validation.accuracy:.2%}" if validation else "–",
        f"{test.loss:.4f}" if test else "–",
        f"{test.accuracy:.2%}" if test else "–",
    ]


class JsonDisplay:
    """One JSON object a line: start, epoch, end."""

    def start(self, facts: Mapping[str, Any]) -> None:
        say("start", **facts)

    def progress(self, event: Progress, rate: float) -> None:
        pass

    def epoch(self, event: EpochEnded) -> None:
        say("epoch", **figures(event))

    def end(self, facts: Mapping[str, Any], words: str) -> None:
        say("end", **facts)

    def close(self) -> None:
        pass


class PlainDisplay:
    """A line for each epoch."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer, self.rate = trainer, 0.0

    def start(self, facts: Mapping[str, Any]) -> None:
        print(f"{facts['parameters']} parameters, {facts['training_digits']} training digits", flush=True)

    def progress(self, event: Progress, rate: float) -> None:
        self.rate = rate

    def epoch(self, event: EpochEnded) -> None:
        named = zip(COLUMNS[1:], cells(event)[1:], strict=True)
        words = ", ".join(f"{name} {cell}" for name, cell in named if cell != "–")
        print(f"epoch {event.epoch} of {self.trainer.epochs}: {words}, {self.rate:.0f} samples/s", flush=True)

    def end(self, facts: Mapping[str, Any], words: str) -> None:
        print(words, flush=True)

    def close(self) -> None:
        pass


class LiveDisplay:
    """A progress bar with rate and time left, under a table that grows by a row each epoch."""

    def __init__(self, trainer: Trainer) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.bar = Bar(
            *(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %")),
            *(TextColumn("{task.fields[rate]:.0f} samples/s"), TimeElapsedColumn(), TimeRemainingColumn()),
        )
        total = trainer.epochs * trainer.training_size
        self.task = self.bar.add_task("training", total=total, completed=trainer.done, rate=0.0)
        self.rows: list[list[str]] = []
        self.console = Console()
        self.live = Live(console=self.console, get_renderable=self.render, refresh_per_second=8)

    def render(self) -> Any:
        from rich.console import Group
        from rich.table import Table

        table = Table(*COLUMNS)
        for row in self.rows[-ROWS:]:
            table.add_row(*row)
        return Group(table, self.bar)

    def start(self, facts: Mapping[str, Any]) -> None:
        self.console.print(f"{facts['parameters']} parameters, {facts['training_digits']} training digits")
        self.live.start()

    def progress(self, event: Progress, rate: float) -> None:
        self.bar.update(self.task, completed=event.done, rate=rate)

    def epoch(self, event: EpochEnded) -> None:
        self.rows.append(cells(event))

    def end(self, facts: Mapping[str, Any], words: str) -> None:
        self.close()
        self.console.print(words, highlight=False, markup=False, soft_wrap=True)  # to be copied as they are

    def close(self) -> None:
        """Gives the terminal its cursor back, however the training ended."""
        self.live.stop()
