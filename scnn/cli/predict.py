"""`scnn predict`: classifies the digits in picture files."""

import argparse
from pathlib import Path

from scnn.cli.options import ENGINES, add_engine, add_json
from scnn.cli.output import print_error, print_event
from scnn.data.drawing import SIDE, normalise_pixels
from scnn.data.own_images import ink_of
from scnn.errors import ConfigError, DataError, DrawingError
from scnn.formats.picture_header import MAX_PIXELS
from scnn.network.network import Network

__all__ = ["HELP", "add_arguments", "run"]

HELP = "classify digits in pictures (PNG, JPEG; needs Pillow)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", metavar="picture")
    add_engine(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    network = Network.load(arguments.model)
    if network.input_shape != (1, SIDE, SIDE):
        raise ConfigError(f"pictures are scaled to 1×{SIDE}×{SIDE}, and the network's input is {network.input_shape}")
    code = 0
    for picture in arguments.pictures:
        try:
            image = read_image(picture)
        except (DataError, DrawingError) as error:
            if arguments.debug:
                raise
            print_error(error, arguments.json)
            code = 1  # continue with the other pictures
            continue
        (row,) = network.probabilities(image, make_engine=ENGINES[arguments.engine])
        best = row.index(max(row))
        name = network.class_names[best]
        if arguments.json:
            probabilities = dict(zip(network.class_names, row, strict=True))
            print_event("prediction", picture=str(picture), probabilities=probabilities, **{"class": name})
        else:
            print(f"{picture}: {name} ({row[best]:.1%})", flush=True)
    return code


def read_image(picture: Path) -> bytes:
    """The picture as the network's input; raises DataError or DrawingError, naming the file."""
    try:
        return normalise_pixels(*read_ink(picture))
    except DrawingError as error:
        raise type(error)(f"{picture}: {error}") from None


def read_ink(picture: Path) -> tuple[bytes, int, int]:
    """The picture's ink levels, [row, column], with its width and height. Dark on light and light on dark are both
    accepted; transparent pixels count as white."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise ConfigError("reading pictures needs Pillow: `pip install scnn[image]`") from None
    try:
        with Image.open(picture) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise DataError(f"{picture} has {width}×{height} pixels; expected at most {MAX_PIXELS}")
            upright = ImageOps.exif_transpose(opened)  # rotates as the EXIF orientation says
            if upright.mode.startswith("I"):  # 16 bits per pixel: use the upper eight
                upright = upright.convert("I").point(lambda level: level / 256).convert("L")
            upright.thumbnail((1000, 1000))
            transparent = upright.convert("RGBA")
            background = Image.new("RGBA", transparent.size, "white")
            grey = Image.alpha_composite(background, transparent).convert("L")
    except UnidentifiedImageError:
        raise DataError(f"{picture} cannot be read: it is not in a picture format that Pillow supports") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{picture} cannot be read: {reason}") from None
    return ink_of(grey.tobytes(), *grey.size), *grey.size
