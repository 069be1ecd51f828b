"""`scnn evaluate`: accuracy, confusion matrix and scores per class of a model."""

import argparse
from pathlib import Path
from typing import Any

from scnn.cli.options import (
    ENGINES,
    add_architecture,
    add_data,
    add_engine,
    add_idx_files,
    add_json,
    add_shift,
    load_data,
    load_idx_pair,
    load_model,
)
from scnn.cli.output import print_event
from scnn.cli.terminal import pad_left, pad_right, width_of
from scnn.data.bundled import load_digits, load_shapes
from scnn.data.dataset import ImageDataset
from scnn.errors import ConfigError
from scnn.network.network import Network

__all__ = ["HELP", "add_arguments", "run"]

HELP = "evaluate a model on the bundled test digits or on IDX files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    add_idx_files(parser, "digits, instead of the bundled test images")
    add_data(parser, "test images, instead")
    add_shift(parser)
    add_engine(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    network = load_model(arguments.model, arguments.preset)
    found = load_data(arguments)
    if found:
        digits = found[1] or found[0]
    elif arguments.images or arguments.labels:
        digits = load_idx_pair(arguments.images, arguments.labels, "", arguments.classes, arguments.transposed)
    else:
        digits = bundled_test_images(network)
    report = network.evaluate(digits, shift=arguments.shift, make_engine=ENGINES[arguments.engine]).to_dict()
    if arguments.json:
        print_event("evaluation", classes=network.class_names, samples=len(digits), **report)
    else:
        print(f"accuracy: {report['accuracy']:.2%} of {len(digits)} images\n")
        print_confusion_matrix(network.class_names, report)
        print()
        print_scores(network.class_names, report)
    return 0


def print_confusion_matrix(names: tuple[str, ...], report: dict[str, Any]) -> None:
    corner = "true \\ predicted"
    first, width = (
        max(width_of(text) for text in (corner, *names)) + 1,
        max(5, *(width_of(name) + 1 for name in names)),
    )
    print(pad_right(corner, first) + "".join(pad_left(name, width) for name in names))
    for name, row in zip(names, report["confusion"], strict=True):
        print(pad_right(name, first) + "".join(str(count).rjust(width) for count in row))


def print_scores(names: tuple[str, ...], report: dict[str, Any]) -> None:
    rows = [*zip(names, report["per_class"], strict=True), ("weighted mean", report["weighted"])]
    first = max(width_of(name) for name, _ in rows) + 3
    print(pad_right("class", first) + "precision  recall      F1")
    for name, scores in rows:
        print(f"{pad_right(name, first)}{scores['precision']:9.4f}{scores['recall']:8.4f}{scores['f1']:8.4f}")


def bundled_test_images(network: Network) -> ImageDataset:
    """The bundled test images of the network's classes."""
    for _, test in (load_digits(), load_shapes()):
        labels = [test.classes.index(name) for name in network.class_names if name in test.classes]
        if len(labels) == network.classes:
            return test.select(labels, test.labels.count(labels[0]))
    raise ConfigError(
        f"the model's classes are {', '.join(network.class_names)}, and no bundled images have them: give files by "
        "--data, or by --images and --labels"
    )
