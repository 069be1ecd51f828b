"""Records of finished runs, for the page's notebook: plain data that is stored, compared and exported."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import fmean, stdev

from scnn.errors import ConfigError
from scnn.experiments.experiment import experiment_of
from scnn.experiments.script import script_of
from scnn.page.messages import Answer, Message
from scnn.page.run import Run
from scnn.version import __version__

__all__ = ["Records", "as_csv", "as_json", "groups_of", "record_of"]

SETTINGS = ("experiment", "per_class", "layers", "epochs", "batch_size", "optimiser", "schedule", "augmentation")
ORIGIN = ("scnn", "training_images", "test_images", "seconds")
CURVES = ("training_loss", "training_accuracy", "test_loss", "test_accuracy")


def record_of(run: Run) -> Answer:
    """What is recorded of a run: settings, curves by epoch, test score, verdict, and SHA-256 of the weights. A curve
    of many epochs is thinned. `as_configured`: whether the settings alone reproduce the weights."""
    score = run.score
    return {
        "scnn": __version__,
        "config": run.experiment.config,
        "classes": list(run.network.class_names),
        "training_images": run.trainer.training_size,
        "test_images": run.trainer.test_size,
        "corrections": len(run.corrections or ()),
        "as_configured": run.as_configured,
        **{name: [row[at] for row in run.short_curves()] for at, name in enumerate(("epochs", *CURVES))},
        "test": score.to_dict() if score else None,
        "verdict": run.verdict()["kind"],
        "seconds": run.seconds,
        "sha256": run.network.fingerprint(),
    }


def groups_of(records: Iterable[Answer]) -> list[Answer]:
    """The groups of runs that differ in nothing but the seed: the `keys` of the runs, how many different `seeds` they
    have, at least two, and the `mean` and the standard deviation (`spread`, with n - 1) of their test accuracies. A
    seed that was trained twice counts once."""
    alike: dict[str, list[Answer]] = {}
    for record in records:
        settings = {name: record["config"].get(name) for name in (*SETTINGS, "edits")}
        changed = [record["as_configured"] or record["key"], record["classes"]]  # a run changed by hand is alone
        alike.setdefault(json.dumps([settings, changed], sort_keys=True), []).append(record)
    groups = []
    for members in alike.values():
        accuracies = {one["config"]["seed"]: one["test"]["accuracy"] for one in members if one["test"]}
        if len(accuracies) > 1:
            groups.append(
                {
                    "keys": [member["key"] for member in members],
                    "seeds": len(accuracies),
                    "mean": fmean(accuracies.values()),
                    "spread": stdev(accuracies.values()),
                }
            )
    return groups


def as_json(records: Iterable[Answer]) -> str:
    return json.dumps({"format": "scnn runs", "version": 1, "runs": list(records)}, indent=1)


def as_csv(records: Iterable[Answer]) -> str:
    """A row for each epoch of each run, with all of the run's settings. `when` is the time in UTC, `seconds` the time
    that the whole training took; losses are means over images, in nats, and accuracies shares from 0 to 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            *("run", "when", *SETTINGS[:1], "seed", *SETTINGS[1:], "edits", "as_configured"),
            *(*ORIGIN, "sha256", "epoch", *CURVES),
        ]
    )
    for record in records:
        config = record["config"]
        settings = [cell(config[name]) for name in (SETTINGS[0], "seed", *SETTINGS[1:])]
        marks = [cell(config.get("edits", {})), cell(record["as_configured"])]
        when = datetime.fromtimestamp(record["when"], UTC).isoformat(timespec="seconds")
        origin = [record[name] for name in ORIGIN]
        row = [record["name"], when, *settings, *marks, *origin, record["sha256"]]
        for values in zip(record["epochs"], *(record[curve] for curve in CURVES), strict=True):
            writer.writerow([*row, *values])
    return text.getvalue()


def cell(value: object) -> object:
    """Numbers and names as they are, everything else as JSON."""
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)


class Records:
    """Handles the messages about a run's record."""

    def __init__(self, current_run: Callable[[], Run]) -> None:
        self.current_run = current_run
        self.handlers = (self.record, self.script)

    def record(self, _: Message) -> Answer:
        """The record of the current run."""
        return record_of(self.current_run())

    def script(self, message: Message) -> Answer:
        """The experiment of the message, or else the current one, as a Python script that makes the same weights. The
        message of a finished run has their `sha256`, which the script then says."""
        experiment = experiment_of(message) if "experiment" in message else self.current_run().experiment
        if message.get("as_configured") is False:
            raise ConfigError(
                "this run was changed by hand (stopped, taught, opened, or with another learning rate), so its "
                "settings alone do not reproduce its weights: save the model instead"
            )
        fingerprint = message.get("sha256")
        if fingerprint is not None and not re.fullmatch("[0-9a-f]{64}", str(fingerprint)):
            raise ConfigError(f"expected a SHA-256 of 64 digits, got {fingerprint!r}")
        return {"script": script_of(experiment, fingerprint)}
