"""Displays of a training: a live table in a terminal, plain lines elsewhere, or JSON for machines."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from scnn.cli.output import print_event
from scnn.training.events import EpochEnded, Progress
from scnn.training.trainer import Trainer

__all__ = ["Display", "make_display"]

MAX_ROWS = 12  # of the live table
MIN_TABLE_WIDTH = 73  # columns of a terminal: in a narrower one rich would cut the headings and figures off
COLUMNS = ("epoch", "training loss", "training accuracy", "validation accuracy", "test loss", "test accuracy")


class Display(Protocol):
    """Displays one training. `fields` are the event's fields in JSON, `text` is the same for people."""

    def start(self, fields: Mapping[str, Any]) -> None: ...
    def progress(self, event: Progress, rate: float) -> None: ...
    def epoch(self, event: EpochEnded) -> None: ...
    def end(self, fields: Mapping[str, Any], text: str) -> None: ...
    def close(self) -> None: ...


def make_display(trainer: Trainer, as_json: bool) -> Display:
    """The display that suits standard output."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(trainer) if sys.stdout.isatty() else PlainDisplay(trainer)


def epoch_fields(event: EpochEnded) -> dict[str, Any]:
    """The fields of an `epoch` event in JSON."""
    scores = {"training": event.training, "validation": event.validation, "test": event.test}
    named = {name: score.to_dict() for name, score in scores.items() if score}
    return {"epoch": event.epoch, **named, "best": event.best}


def epoch_row(event: EpochEnded) -> list[str]:
    """The table's row for an epoch, one cell for each of COLUMNS."""
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
    """One JSON object per line: start, epoch, end."""

    def start(self, fields: Mapping[str, Any]) -> None:
        print_event("start", **fields)

    def progress(self, event: Progress, rate: float) -> None:
        pass

    def epoch(self, event: EpochEnded) -> None:
        print_event("epoch", **epoch_fields(event))

    def end(self, fields: Mapping[str, Any], text: str) -> None:
        print_event("end", **fields)

    def close(self) -> None:
        pass


class PlainDisplay:
    """One line per epoch."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer, self.rate = trainer, 0.0

    def start(self, fields: Mapping[str, Any]) -> None:
        print(f"{fields['parameters']} parameters, {fields['training_digits']} training digits", flush=True)

    def progress(self, event: Progress, rate: float) -> None:
        self.rate = rate

    def epoch(self, event: EpochEnded) -> None:
        columns = zip(COLUMNS[1:], epoch_row(event)[1:], strict=True)
        scores = ", ".join(f"{name} {cell}" for name, cell in columns if cell != "–")
        print(f"epoch {event.epoch} of {self.trainer.epochs}: {scores}, {self.rate:.0f} samples/s", flush=True)

    def end(self, fields: Mapping[str, Any], text: str) -> None:
        print(text, flush=True)

    def close(self) -> None:
        pass


class LiveDisplay:
    """A table with a row per epoch, above a progress bar with the speed and the remaining time."""

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

        if self.console.width < MIN_TABLE_WIDTH:
            return self.render_narrow()
        table = Table(*COLUMNS)
        for row in self.rows[-MAX_ROWS:]:
            table.add_row(*row)
        return Group(table, self.bar)

    def render_narrow(self) -> Any:
        """The last epoch's figures one below the other, each name wrapped rather than cut off."""
        from rich.console import Group
        from rich.text import Text

        cells = zip(COLUMNS, self.rows[-1], strict=True) if self.rows else ()
        lines = [f"{name} {cell}" for name, cell in cells if cell != "–"]
        task = self.bar.tasks[self.task]
        lines.append(f"{task.percentage:.0f} %, {task.fields['rate']:.0f}/s")
        return Group(*(Text(line, overflow="fold") for line in lines))

    def start(self, fields: Mapping[str, Any]) -> None:
        self.console.print(f"{fields['parameters']} parameters, {fields['training_digits']} training digits")
        self.live.start()

    def progress(self, event: Progress, rate: float) -> None:
        self.bar.update(self.task, completed=event.done, rate=rate)

    def epoch(self, event: EpochEnded) -> None:
        self.rows.append(epoch_row(event))

    def end(self, fields: Mapping[str, Any], text: str) -> None:
        self.close()
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)  # so that it can be copied

    def close(self) -> None:
        """Restores the terminal's cursor, also after an error."""
        self.live.stop()
