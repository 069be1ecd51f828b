"""Options that several commands share, and their types."""

import argparse
from pathlib import Path

from scnn.data.archives import load_npz
from scnn.data.cifar import load_cifar
from scnn.data.dataset import ImageDataset
from scnn.data.folders import load_folder
from scnn.data.idx_digits import load_idx
from scnn.data.names import KNOWN
from scnn.data.own_images import split
from scnn.engines.engine import EngineFactory
from scnn.engines.group import on_cores
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, DataError
from scnn.experiments import presets
from scnn.network.network import Network

__all__ = [
    "ENGINES",
    "add_architecture",
    "add_data",
    "add_engine",
    "add_idx_files",
    "add_json",
    "add_shift",
    "add_workers",
    "engine_of",
    "job_count",
    "load_data",
    "load_idx_pair",
    "load_model",
    "positive_integer",
    "seed_number",
]

ENGINES: dict[str, EngineFactory] = {"compiled": compiled, "interpreted": Interpreter}


def add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", choices=list(ENGINES), default="compiled", help="how kernels run (default: compiled)"
    )


def add_shift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shift",
        type=positive_integer,
        default=0,
        metavar="PIXELS",
        help="take the mean of each image and four copies shifted by so many pixels",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=positive_integer,
        metavar="N",
        help="train on N cores where that is faster; the result is the same (default: all cores)",
    )


def engine_of(arguments: argparse.Namespace) -> EngineFactory:
    """The factory for --engine and --workers."""
    if arguments.engine == "compiled":
        return on_cores(arguments.workers)
    if arguments.workers is not None:
        raise ConfigError("--workers needs --engine compiled: the interpreter runs on one core")
    return ENGINES[arguments.engine]


def add_architecture(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", help=f"the architecture of a model without metadata: {', '.join(presets.NAMES)}")


def load_model(path: Path, preset: str | None) -> Network:
    """The network of a model file; `preset` names its architecture where the file does not."""
    if preset is None:
        return Network.load(path)
    chosen = presets.find(preset)
    like = Network(chosen.input_shape, chosen.layers, class_names=chosen.class_names)
    return Network.load(path, like=like)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def add_idx_files(parser: argparse.ArgumentParser, purpose: str, prefix: str = "") -> None:
    """Adds --images and --labels, or --test-images and --test-labels for the prefix "test-"."""
    parser.add_argument(f"--{prefix}images", type=Path, metavar="FILE", help=f"IDX file (plain or .gz) of {purpose}")
    parser.add_argument(f"--{prefix}labels", type=Path, metavar="FILE", help="IDX file of their labels")
    if not prefix:
        parser.add_argument(
            "--classes", type=class_names, metavar="NAMES", help="names of the classes: A,B,C; or fashion-mnist, …"
        )
        parser.add_argument(
            "--transposed", action="store_true", help="exchange rows and columns of IDX images, as EMNIST needs"
        )


def add_data(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Adds --data, --side and --grey."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help=f"{purpose}: an .npz file, a folder of CIFAR's binary files, or one with a folder of pictures per class",
    )
    parser.add_argument("--side", type=positive_integer, help="scale pictures in folders to so many pixels (32)")
    parser.add_argument("--grey", action="store_true", help="read pictures in folders as grey levels")


def load_data(arguments: argparse.Namespace) -> tuple[ImageDataset, ImageDataset | None] | None:
    """Training and test images of --data, or None without it. A folder of pictures has the folders `train` and
    `test`, or one folder per class: then every fifth picture of a class is a test image."""
    path: Path | None = arguments.data
    if path is None:
        if arguments.side or arguments.grey:
            raise ConfigError("--side and --grey need --data with a folder that has one folder of pictures per class")
        return None
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_file():
        return load_npz(path, arguments.classes)
    if any(path.glob("*.bin")):
        return load_cifar(path)
    side = arguments.side or 32
    if (path / "train").is_dir() and (path / "test").is_dir():
        training, test = (load_folder(path / part, side, grey=arguments.grey) for part in ("train", "test"))
        if training.classes != test.classes:
            raise DataError(f"{path}: the classes of train and test differ: {training.classes} and {test.classes}")
        return training, test
    return split(load_folder(path, side, grey=arguments.grey))


def class_names(text: str) -> str | tuple[str, ...]:
    """The names in a list with commas, or the name of a dataset whose class names are known."""
    return text if text in KNOWN else tuple(name.strip() for name in text.split(","))


def load_idx_pair(
    images: Path | None,
    labels: Path | None,
    prefix: str = "",
    classes: str | tuple[str, ...] | None = None,
    transposed: bool = False,
) -> ImageDataset:
    """The digits of two IDX files; raises ConfigError if only one is given."""
    if images is None or labels is None:
        raise ConfigError(f"--{prefix}images and --{prefix}labels go together: give both")
    return load_idx(images, labels, classes=classes, transposed=transposed)


def seed_number(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"expected a seed from 0 to 4294967295, got {value}")
    return value


def positive_integer(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {value}")
    return value


def job_count(text: str) -> int:
    value = int(text)
    if value == 0:
        raise argparse.ArgumentTypeError("expected a number of processes, or -1 for all cores, got 0")
    return value
