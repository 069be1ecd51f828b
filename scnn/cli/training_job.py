"""One training of the command line: its duration, its provenance and the files it writes."""

import argparse
import time
from pathlib import Path
from typing import Any

from scnn.cli.output import write_or_relocate
from scnn.cli.terminal import command_line
from scnn.network.network import Network
from scnn.training.checkpoint import save_checkpoint, settings_of
from scnn.training.trainer import Trainer
from scnn.version import __version__

__all__ = ["TrainingJob"]

FILE_OPTIONS = ("--images", "--labels", "--test-images", "--test-labels", "--data", "--side")


class TrainingJob:
    """A trainer with the command's arguments and the name of its preset."""

    def __init__(self, arguments: argparse.Namespace, trainer: Trainer, preset: str) -> None:
        self.arguments, self.trainer, self.preset = arguments, trainer, preset
        self.previous_seconds = seconds_in(trainer.network)
        self.started = time.perf_counter()
        trainer.slice_size = 1  # the speed is not known yet

    @property
    def summary(self) -> dict[str, Any]:
        return {"preset": self.preset, "parameters": self.trainer.network.parameter_count}

    @property
    def seconds(self) -> float:
        """The training time so far, including the time before a resumed checkpoint."""
        return self.previous_seconds + time.perf_counter() - self.started

    def save_model(self) -> None:
        """Writes the model to the path given by --out."""
        scores = {name: score.to_dict() for name, score in self.trainer.scores.items()}
        self.trainer.network.provenance = {**self.provenance(), **scores}
        write_or_relocate(self.trainer.network.save, self.arguments.out)

    def save_checkpoint(self) -> Path:
        """Writes a checkpoint next to the model's path, and returns the checkpoint's path."""
        out: Path = self.arguments.out
        path = out.with_name(out.name.removesuffix(".safetensors") + ".checkpoint.safetensors")
        self.trainer.network.provenance = self.provenance()
        write_or_relocate(lambda target: save_checkpoint(target, self.trainer), path)
        return path

    def provenance(self) -> dict[str, Any]:
        """How the parameters were obtained, for the metadata of a file."""
        return {
            "preset": self.preset,
            "settings": settings_of(self.trainer),
            "scnn": __version__,
            "seconds": round(self.seconds, 3),
        }

    def resume_command(self, checkpoint: Path) -> str:
        """The shell command that resumes the training from the checkpoint."""
        given = vars(self.arguments)
        files = [(option, value) for option in FILE_OPTIONS if (value := given[option[2:].replace("-", "_")])]
        grey = ["--grey"] if given["grey"] else []
        workers = [("--workers", given["workers"])] if given["workers"] else []
        options = [*files, *workers, ("--engine", given["engine"]), ("--resume", checkpoint), ("--out", given["out"])]
        return command_line(["scnn", "train", *grey, *(str(part) for option in options for part in option)])


def seconds_in(network: Network) -> float:
    """The training time recorded in a checkpoint; 0 for a new network."""
    seconds = network.provenance.get("seconds")
    return seconds if isinstance(seconds, int | float) and seconds > 0 else 0.0
