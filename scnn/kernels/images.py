"""Images and labels: from the dataset in memory to the network's input, distorted for augmentation."""

from scnn.kernels.functions import next_random, uniform
from scnn.language import Float32Buffer, Int32, Int32Buffer, Size, Uint8Buffer, lanes

__all__ = [
    "change_colours",
    "distort_image",
    "draw_distortion",
    "draw_sheet",
    "flip_distortion",
    "load_image",
    "load_label",
]


def load_image(image: Float32Buffer, pixels: Uint8Buffer, position: Int32, size: Size) -> None:
    """image[pixel] = pixels[position, pixel] / 255: grey levels 0..255 become 0..1."""
    first = position * size
    for pixel in lanes(size):
        image[pixel] = float(pixels[first + pixel]) / 255.0


def load_label(label: Int32Buffer, labels: Uint8Buffer, position: Int32) -> None:
    """label[0] = labels[position]."""
    label[0] = labels[position]


def draw_distortion(distortion: Float32Buffer, strengths: Float32Buffer, random: Int32Buffer, nodes: Size) -> None:
    """Draws a random distortion: a 2×3 matrix (6 numbers), then a displacement for each node of a grid [node, axis].

    `strengths` are the maximum rotation (radians, at most 0.5), scale and shear (fractions), shift and bend (pixels).
    Each value is drawn uniformly between plus and minus its maximum. The matrix maps a pixel of the new image to its
    source in the original: rotation · shear · scale, then the shift.
    """
    seed = next_random(random[0])
    angle = strengths[0] * uniform(seed)
    seed = next_random(seed)
    across = 1.0 + strengths[1] * uniform(seed)
    seed = next_random(seed)
    down = 1.0 + strengths[1] * uniform(seed)
    seed = next_random(seed)
    shear = strengths[2] * uniform(seed)
    square = angle * angle
    sine = angle * (1.0 + square * (-1.0 / 6.0 + square * (1.0 / 120.0)))
    cosine = 1.0 + square * (-0.5 + square * (1.0 / 24.0 - square * (1.0 / 720.0)))
    distortion[0] = cosine * across
    distortion[1] = (cosine * shear - sine) * down
    distortion[3] = sine * across
    distortion[4] = (sine * shear + cosine) * down
    for axis in range(2):
        seed = next_random(seed)
        distortion[2 + 3 * axis] = strengths[3] * uniform(seed)
    for node in range(2 * nodes * nodes):
        seed = next_random(seed)
        distortion[6 + node] = strengths[4] * uniform(seed)
    random[0] = seed


def flip_distortion(distortion: Float32Buffer, strengths: Float32Buffer, random: Int32Buffer) -> None:
    """Mirrors the image left to right, with the probability strengths[5]: the matrix is applied to -x for x."""
    seed = next_random(random[0])
    if 0.5 + 0.5 * uniform(seed) < strengths[5]:
        distortion[0] = -distortion[0]
        distortion[3] = -distortion[3]
    random[0] = seed


def distort_image(
    image: Float32Buffer,
    pixels: Uint8Buffer,
    distortion: Float32Buffer,
    position: Int32,
    channels: Size,
    height: Size,
    width: Size,
    nodes: Size,
) -> None:
    """Loads the image at `position`, distorted, with grey levels 0..255 scaled to 0..1. Used by `Augmentation`.

    Each pixel is sampled bilinearly at its source position; the grid's displacements are interpolated bilinearly
    too. Positions outside of the image read as 0, which is paper.
    """
    first = position * (channels * height * width)
    for row in range(height):
        above = row * (nodes - 1) // height
        low = float(row * (nodes - 1) - above * height) / float(height)
        for column in range(width):
            before = column * (nodes - 1) // width
            near = float(column * (nodes - 1) - before * width) / float(width)
            node = 6 + 2 * (above * nodes + before)
            below = node + 2 * nodes
            bend_x = (1.0 - low) * ((1.0 - near) * distortion[node] + near * distortion[node + 2]) + low * (
                (1.0 - near) * distortion[below] + near * distortion[below + 2]
            )
            bend_y = (1.0 - low) * ((1.0 - near) * distortion[node + 1] + near * distortion[node + 3]) + low * (
                (1.0 - near) * distortion[below + 1] + near * distortion[below + 3]
            )
            x = float(column) - 0.5 * float(width - 1)  # from the image's middle
            y = float(row) - 0.5 * float(height - 1)
            from_x = distortion[0] * x + distortion[1] * y + distortion[2] + bend_x + 0.5 * float(width - 1)
            from_y = distortion[3] * x + distortion[4] * y + distortion[5] + bend_y + 0.5 * float(height - 1)
            left = int(from_x) if from_x < float(width - 1) else width - 2  # so that a neighbour is there
            top = int(from_y) if from_y < float(height - 1) else height - 2
            inside = 1
            if from_x < 0.0 or from_y < 0.0 or from_x > float(width - 1) or from_y > float(height - 1):
                inside = 0
            right = from_x - float(left)
            bottom = from_y - float(top)
            for channel in range(channels):
                at = (channel * height + row) * width + column
                image[at] = 0.0
                if inside == 1:
                    pixel = first + (channel * height + top) * width + left
                    upper = (1.0 - right) * float(pixels[pixel]) + right * float(pixels[pixel + 1])
                    lower = (1.0 - right) * float(pixels[pixel + width]) + right * float(pixels[pixel + width + 1])
                    image[at] = ((1.0 - bottom) * upper + bottom * lower) / 255.0


def change_colours(
    image: Float32Buffer, strengths: Float32Buffer, random: Int32Buffer, channels: Size, size: Size
) -> None:
    """image[channel, pixel] = contrast · (image[channel, pixel] - 1/2) + 1/2 + brightness + tint, within 0 and 1.

    Each is drawn uniformly: the contrast between 1 - strengths[7] and 1 + strengths[7], the brightness up to
    strengths[6], and for each channel a tint up to strengths[8], up or down. Used by `Augmentation`.
    """
    seed = next_random(random[0])
    brightness = strengths[6] * uniform(seed)
    seed = next_random(seed)
    contrast = 1.0 + strengths[7] * uniform(seed)
    for channel in range(channels):
        seed = next_random(seed)
        shift = 0.5 + brightness + strengths[8] * uniform(seed)
        for pixel in lanes(size):
            level = contrast * (image[channel * size + pixel] - 0.5) + shift
            image[channel * size + pixel] = min(max(level, 0.0), 1.0)
    random[0] = seed


def draw_sheet(
    sheet: Int32Buffer,
    largest: Float32Buffer,
    values: Float32Buffer,
    maps: Size,
    height: Size,
    width: Size,
    columns: Size,
    length: Size,
) -> None:
    """Draws maps side by side as the rows of a PNG file (ISO 15948, section 7.2), one number per byte of the file.

    A value is the level 32 + 31·value / largest[0], where largest[0] = max |values|: so 32 is zero, 1 the lowest
    possible and 63 the highest; 0 is not a number. Each row of the picture begins with the byte 0 (filter type none)
    and has `columns` maps with a pixel of zeros between them. There are `length` numbers, which may not quite fill
    the last map.
    """
    highest = 0.0
    for k in range(length):
        magnitude = values[k] if values[k] > 0.0 else -values[k]
        highest = magnitude if magnitude > highest else highest
    largest[0] = highest
    scale = 31.0 / highest if highest > 0.0 else 0.0
    pitch = columns * (width + 1)
    rows = (maps + columns - 1) // columns * (height + 1) - 1
    for row in range(rows):
        sheet[row * pitch] = 0
        for column in range(pitch - 1):
            sheet[row * pitch + 1 + column] = 32
    for one in range(maps):
        corner = one // columns * (height + 1) * pitch + 1 + one % columns * (width + 1)
        for row in range(height):
            for column in range(width):
                position = (one * height + row) * width + column
                if position < length:
                    shade = values[position] * scale
                    sheet[corner + row * pitch + column] = 32 + int(shade) if shade == shade else 0
