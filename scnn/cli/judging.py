"""`scnn evaluate` and `scnn predict`: what a model makes of digits and of pictures."""

import argparse
from pathlib import Path

from scnn.cli.display import say
from scnn.cli.options import ENGINES, pair, tell
from scnn.data.digits import Digits, load_digits
from scnn.data.drawing import SIDE, normalise_pixels
from scnn.data.own_images import ink_of
from scnn.errors import ConfigError, DataError, DrawingError
from scnn.formats.picture_header import MAX_PIXELS
from scnn.network.network import Network

__all__ = ["evaluate", "predict"]


def evaluate(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    if chosen.images or chosen.labels:
        digits = pair(chosen.images, chosen.labels, "--images and --labels")
    else:
        digits = bundled_for(network)
    report = network.evaluate(digits, make_engine=ENGINES[chosen.engine]).to_dict()
    if chosen.json:
        say("evaluation", classes=network.class_names, samples=len(digits), **report)
        return 0
    print(f"accuracy: {report['accuracy']:.2%} of {len(digits)} digits\n")
    width = max(5, *(len(name) + 1 for name in network.class_names))
    print("true \\ read as".ljust(16) + "".join(name.rjust(width) for name in network.class_names))
    for name, row in zip(network.class_names, report["confusion"], strict=True):
        print(name.ljust(16) + "".join(str(number).rjust(width) for number in row))
    print("\nclass           precision  recall      F1")
    rows = [*zip(network.class_names, report["per_class"], strict=True), ("weighted", report["weighted"])]
    for name, scores in rows:
        print(f"{name.ljust(16)}{scores['precision']:9.4f}{scores['recall']:8.4f}{scores['f1']:8.4f}")
    return 0


def bundled_for(network: Network) -> Digits:
    """The bundled test digits of the network's classes."""
    _, test = load_digits()
    wanted = [test.classes.index(name) for name in network.class_names if name in test.classes]
    if len(wanted) != network.classes:
        raise ConfigError(f"the bundled digits have no classes {', '.join(network.class_names)}: give IDX files")
    return test.select(wanted, 100)


def predict(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    if network.input_shape != (1, SIDE, SIDE):
        raise ConfigError(f"pictures become images of 1×{SIDE}×{SIDE}, and the network takes {network.input_shape}")
    code = 0
    for picture in chosen.pictures:
        try:
            image = image_of(picture)
        except (DataError, DrawingError) as error:
            if chosen.debug:
                raise
            tell(error, chosen.json)
            code = 1  # the others are read all the same
            continue
        (row,) = network.probabilities(image, make_engine=ENGINES[chosen.engine])
        best = max(range(len(row)), key=row.__getitem__)
        name = network.class_names[best]
        if chosen.json:
            probabilities = dict(zip(network.class_names, row, strict=True))
            say("prediction", picture=str(picture), probabilities=probabilities, **{"class": name})
        else:
            print(f"{picture}: {name} ({row[best]:.1%})", flush=True)
    return code


def image_of(picture: Path) -> bytes:
    """The picture as the network takes it; raises DataError or DrawingError, naming it."""
    try:
        return normalise_pixels(*grey(picture))
    except DrawingError as error:
        raise type(error)(f"{picture}: {error}") from None


def grey(picture: Path) -> tuple[bytes, int, int]:
    """The picture's ink: dark on light, or light on dark if it has a dark rim; transparent is paper."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise ConfigError("reading pictures needs Pillow: `pip install scnn[image]`") from None
    try:
        with Image.open(picture) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise DataError(f"{picture} has {width}×{height} pixels, and at most {MAX_PIXELS} are read")
            upright = ImageOps.exif_transpose(opened)  # as the camera was held
            if upright.mode.startswith("I"):  # 16 bits of grey, of which the upper eight are looked at
                upright = upright.convert("I").point(lambda level: level / 256).convert("L")
            upright.thumbnail((1000, 1000))
            layered = upright.convert("RGBA")
            paper = Image.new("RGBA", layered.size, "white")
            flat = Image.alpha_composite(paper, layered).convert("L")
    except UnidentifiedImageError:
        raise DataError(f"{picture} cannot be read: it is no picture of a kind that Pillow knows") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = getattr(error, "strerror", None) or error
        raise DataError(f"{picture} cannot be read: {words}") from None
    return ink_of(flat.tobytes(), *flat.size), *flat.size
