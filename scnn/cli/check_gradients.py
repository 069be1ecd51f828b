"""`scnn check-gradients`: compares a model's gradients with differences of its loss."""

import argparse
from dataclasses import asdict
from pathlib import Path

from scnn.cli.evaluate import bundled_test_images
from scnn.cli.options import ENGINES, add_architecture, add_engine, add_idx_files, add_json, load_idx_pair, load_model
from scnn.cli.output import print_event
from scnn.errors import ConfigError
from scnn.training.gradient_check import SAMPLES, GradientReport, check_gradients

__all__ = ["HELP", "add_arguments", "run"]

HELP = "compare a model's gradients with differences of its loss; exit code 1 if one is wrong"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    add_idx_files(parser, "digits, instead of the bundled test digits")
    parser.add_argument("--digit", type=int, default=0, help="which of the digits, from 0 (default: 0)")
    parser.add_argument(
        "--samples", type=count_or_all, default=SAMPLES, help=f"numbers of each tensor, or all (default: {SAMPLES})"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the choice of these numbers (default: 0)")
    add_engine(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    network = load_model(arguments.model, arguments.preset)
    if arguments.images or arguments.labels:
        digits = load_idx_pair(arguments.images, arguments.labels, "", arguments.classes, arguments.transposed)
    else:
        digits = bundled_test_images(network)
    if not 0 <= arguments.digit < len(digits):
        raise ConfigError(f"expected --digit from 0 to {len(digits) - 1}, got {arguments.digit}")
    report = check_gradients(
        network,
        digits.image(arguments.digit),
        digits.labels[arguments.digit],
        samples=arguments.samples,
        seed=arguments.seed,
        make_engine=ENGINES[arguments.engine],
    )
    if arguments.json:
        for check in report.checks:
            print_event("gradient", **asdict(check), verdict=check.verdict)
    else:
        print_table(report)
    return 0 if report.passed else 1


def print_table(report: GradientReport) -> None:
    width = max(len(check.name) for check in report.checks)
    print(f"{'gradient of'.ljust(width)}  checked  kinks  largest error  at                verdict")
    for check in report.checks:
        index = str(list(check.index))
        print(
            f"{check.name.ljust(width)}  {check.checked:7}  {check.kinks:5}  {check.largest_error:13.1e}  "
            f"{index.ljust(16)}  {check.verdict}"
        )


def count_or_all(text: str) -> int | None:
    if text == "all":
        return None
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected at least 1, or all")
    return value
