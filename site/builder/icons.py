"""Makes a PNG icon from icon.svg: `icons.py icon.svg icon.png side`. It supports only the shapes in that file: one
rectangle, and one path of M, c and h with round line caps."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = 16  # two colours, and their mixtures at edges
FINER = 4  # drawn this many times larger, then scaled down
STEPS = 40  # line segments of a curve


def points_of(path: str) -> list[tuple[float, float]]:
    """The path as closely spaced points."""
    points: list[tuple[float, float]] = []
    for command, text in re.findall(r"([Mch])([^Mch]*)", path):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", text)]
        if command == "M":
            points.append((numbers[0], numbers[1]))
        elif command == "h":
            points.append((points[-1][0] + numbers[0], points[-1][1]))
        else:
            for at in range(0, len(numbers), 6):
                x, y = points[-1]
                (a, b), (c, d), (e, f) = ((x + numbers[k], y + numbers[k + 1]) for k in (at, at + 2, at + 4))
                for step in range(1, STEPS + 1):
                    t = step / STEPS
                    u = 1 - t
                    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
                    points.append(
                        (
                            sum(w * p for w, p in zip(weights, (x, a, c, e), strict=True)),
                            sum(w * p for w, p in zip(weights, (y, b, d, f), strict=True)),
                        )
                    )
    return points


def draw(source: Path, side: int) -> Image.Image:
    svg = ElementTree.fromstring(source.read_text())
    rectangle, path = (svg.find(f"{{*}}{tag}") for tag in ("rect", "path"))
    assert rectangle is not None and path is not None
    scale = side * FINER / float(svg.attrib["viewBox"].split()[2])
    image = Image.new("RGBA", (side * FINER, side * FINER))
    pen = ImageDraw.Draw(image)
    corner = (side * FINER - 1, side * FINER - 1)
    pen.rounded_rectangle(
        (0, 0, *corner), radius=float(rectangle.attrib["rx"]) * scale, fill=rectangle.attrib["fill"]
    )
    half = float(path.attrib["stroke-width"]) * scale / 2
    points = [(x * scale, y * scale) for x, y in points_of(path.attrib["d"])]
    pen.line(points, fill=path.attrib["stroke"], width=round(2 * half), joint="curve")
    for x, y in points:
        pen.ellipse((x - half, y - half, x + half, y + half), fill=path.attrib["stroke"])
    small = image.resize((side, side), Image.Resampling.LANCZOS)
    return small.quantize(COLOURS, Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), int(sys.argv[3])).save(sys.argv[2], optimize=True)
