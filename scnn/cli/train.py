"""`scnn train`: trains a preset's network, or resumes a checkpoint. Ctrl-C saves a checkpoint."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scnn.cli.display import Display, make_display
from scnn.cli.interruption import recorded_signals
from scnn.cli.options import (
    add_data,
    add_engine,
    add_idx_files,
    add_json,
    add_workers,
    engine_of,
    load_data,
    load_idx_pair,
    seed_number,
)
from scnn.cli.output import require_writable
from scnn.cli.training_job import TrainingJob
from scnn.data.dataset import ImageDataset
from scnn.errors import ConfigError
from scnn.experiments import presets
from scnn.experiments.experiment import LOSSES, OPTIMISERS, with_classes, with_loss, with_optimiser
from scnn.experiments.opening import open_checkpoint
from scnn.formats import safetensors
from scnn.network.metrics import Report
from scnn.network.network import Network
from scnn.training.checkpoint import resume, settings_of
from scnn.training.events import Progress
from scnn.training.trainer import Trainer

__all__ = ["HELP", "add_arguments", "run"]

HELP = "train a preset's network on the bundled images or on files"
SLICE_MS = 200.0  # the longest time between two updates of the display or checks for Ctrl-C
DEFAULT_PRESET, DEFAULT_SEED = "mnist", 1
OF_OPTIMISER = ("learning_rate", "weight_decay", "clip_norm", "averaging")
NOT_WITH_RESUME = (
    *("preset", "seed", "epochs", "batch_size", "validation", "patience"),
    *("loss", "label_smoothing", "optimiser", *OF_OPTIMISER, "initialisation"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", help=f"one of {', '.join(presets.NAMES)} (default: {DEFAULT_PRESET})")
    parser.add_argument("--out", type=Path, required=True, help="the model file to write (.safetensors)")
    parser.add_argument("--resume", type=Path, metavar="CHECKPOINT", help="resume this training, settings unchanged")
    parser.add_argument("--seed", type=seed_number, help=f"seed of all random numbers (default: {DEFAULT_SEED})")
    parser.add_argument("--epochs", type=int, help="replaces the preset's")
    parser.add_argument("--batch-size", type=int, help="replaces the preset's")
    parser.add_argument("--optimiser", choices=list(OPTIMISERS), help="replaces the preset's; momentum is 0.9")
    parser.add_argument("--learning-rate", type=float, help="replaces the preset's")
    parser.add_argument("--weight-decay", type=float, help="replaces the optimiser's: 0.01 of adamw, else 0")
    parser.add_argument("--clip-norm", type=float, help="gradients longer than this are scaled down to it")
    parser.add_argument(
        "--averaging",
        type=float,
        metavar="SHARE",
        help="evaluate and save a moving average of weights, such as 0.99",
    )
    parser.add_argument("--initialisation", help="of the weights: he (default) or glorot")
    parser.add_argument("--loss", choices=list(LOSSES), help="replaces the preset's")
    parser.add_argument(
        "--label-smoothing", type=float, metavar="SHARE", help="of the cross-entropy, from 0 to below 1"
    )
    parser.add_argument("--validation", type=int, help="hold out this many training digits to select the best epoch")
    parser.add_argument("--patience", type=int, help="stop after this many epochs without improvement in validation")
    add_idx_files(parser, "training digits, instead of the bundled ones")
    add_idx_files(parser, "test digits", prefix="test-")
    add_data(parser, "training and test images, instead")
    add_engine(parser)
    add_workers(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    require_writable(arguments.out)
    trainer, preset = resumed_training(arguments) if arguments.resume else new_training(arguments)
    job = TrainingJob(arguments, trainer, preset)
    with closing(make_display(trainer, arguments.json)) as display, saved_if_output_fails(job):
        return train(job, display)


def train(job: TrainingJob, display: Display) -> int:
    """Trains to the end and saves the model, or saves a checkpoint on Ctrl-C; returns the exit code."""
    trainer, done_before = job.trainer, job.trainer.done
    sizes = {"training_digits": trainer.training_size, "workers": getattr(trainer.engine, "workers", 1)}
    display.start({**job.summary, **sizes, "settings": settings_of(trainer)})
    with recorded_signals() as signals:
        previous = now = time.perf_counter()
        for event in trainer.run():
            previous, now = now, time.perf_counter()
            if isinstance(event, Progress):
                display.progress(event, (trainer.done - done_before) / (now - job.started))
                trainer.adapt_slice_size((now - previous) * 1000, SLICE_MS)
            else:
                display.epoch(event)
            if signals and not trainer.finished:
                checkpoint = job.save_checkpoint()
                display.end(
                    {"checkpoint": str(checkpoint), "stopped": True},
                    f"Stopped. To resume: {job.resume_command(checkpoint)}",
                )
                return 130
    finish(job, display)
    return 0


def finish(job: TrainingJob, display: Display) -> None:
    """Saves the model and displays the result."""
    trainer, seconds = job.trainer, job.seconds
    job.save_model()
    if alone := getattr(trainer.engine, "failure", ""):
        print(f"scnn: trained on one core, to the same result: {alone}", file=sys.stderr)
    sha256, out = trainer.network.fingerprint(), job.arguments.out
    result = {**job.summary, "model": str(out), "sha256": sha256, "seconds": seconds}
    test = trainer.scores.get("test")  # of the saved weights, which are not always the last epoch's
    if test:
        result["test"] = Report.from_confusion(test.confusion).to_dict()
    accuracy = f"test accuracy {test.accuracy:.2%}; " if test else ""
    display.end(result, f"{accuracy}{seconds:.1f} s; the model is in {out}\nSHA-256 of its weights: {sha256}")


@contextmanager
def saved_if_output_fails(job: TrainingJob) -> Iterator[None]:
    """Saves the training if the output cannot be written, because a pipe was closed or a disk is full."""
    try:
        yield
    except OSError as error:
        if job.trainer.finished:
            job.save_model()
            saved = f"the model is in {job.arguments.out}"
        else:
            saved = f"the training is saved in {job.save_checkpoint()}"
        print(f"scnn: cannot write the output ({error.strerror}); {saved}", file=sys.stderr)
        raise BrokenPipeError from error


def new_training(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """The trainer of a preset with the settings given, and the preset's name. Reads all files first."""
    preset = presets.find(DEFAULT_PRESET if arguments.preset is None else arguments.preset)
    training, test = images_from_files(arguments) or preset.digits()
    layers = with_classes(preset.layers, len(training.classes)) if arguments.data else preset.layers
    layers = with_loss(layers, arguments.loss, arguments.label_smoothing)
    settings = preset.settings
    for name in ("epochs", "batch_size", "validation", "patience"):
        if getattr(arguments, name) is not None:
            settings[name] = getattr(arguments, name)
    given = {name: value for name in OF_OPTIMISER if (value := getattr(arguments, name)) is not None}
    settings["optimiser"] = with_optimiser(preset.optimiser, arguments.optimiser, given)
    seed = DEFAULT_SEED if arguments.seed is None else arguments.seed
    network = Network(
        training.shape,
        layers,
        seed=seed,
        class_names=training.classes,
        initialisation="he" if arguments.initialisation is None else arguments.initialisation,
    )
    trainer = Trainer(network, training, test, seed=seed, make_engine=engine_of(arguments), **settings)
    return trainer, preset.name


def resumed_training(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """The trainer of a checkpoint, with its own settings, and the preset's name."""
    for name in NOT_WITH_RESUME:
        if getattr(arguments, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(
                f"{option} cannot be combined with --resume, which keeps the checkpoint's settings: omit it"
            )
    make_engine, digits = engine_of(arguments), images_from_files(arguments)
    if digits:
        trainer = resume(arguments.resume, *digits, make_engine=make_engine)
    else:
        data = safetensors.read(arguments.resume)
        trainer = open_checkpoint(data, make_engine, name=str(arguments.resume)).trainer
    return trainer, trainer.network.provenance.get("preset", "")


def images_from_files(arguments: argparse.Namespace) -> tuple[ImageDataset, ImageDataset | None] | None:
    """Training and test images of --data or of the IDX files given; None if no files are given."""
    found = load_data(arguments)
    if not any((arguments.images, arguments.labels, arguments.test_images, arguments.test_labels)):
        return found
    if found:
        raise ConfigError("--data cannot be combined with IDX files: give one of the two")
    if not arguments.images and not arguments.labels:
        raise ConfigError(
            "--test-images and --test-labels need --images and --labels, the digits to train on; "
            "to evaluate a trained model on files, use `scnn evaluate`"
        )
    training, test = (
        load_idx_pair(arguments.images, arguments.labels, "", arguments.classes, arguments.transposed),
        None,
    )
    if arguments.test_images or arguments.test_labels:
        test = load_idx_pair(
            arguments.test_images, arguments.test_labels, "test-", arguments.classes, arguments.transposed
        )
    return training, test
