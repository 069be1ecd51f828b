"""Contact sheets as pictures: all maps of a layer in one, for the page's diagram of the network.

Colours have opacities: zero is transparent, so that a sheet suits light and dark pages, and the largest magnitude is
opaque.
"""

from scnn.formats.png import Colours, palette_picture
from scnn.network.inspection import Sheet
from scnn.page.messages import Answer

__all__ = ["ACTIVATIONS", "GRADIENTS", "describe_sheet", "palette"]

ZERO, STEPS = 32, 31  # the level of the number zero, and the levels on each side of it
Colour = tuple[int, int, int]


def palette(negative: Colour, positive: Colour, not_a_number: Colour = (220, 0, 60)) -> Colours:
    """The colours (red, green, blue, opacity) of the levels of `scnn.kernels.images.draw_sheet`."""
    below = [(*negative, 255 * (ZERO - level) // STEPS) for level in range(ZERO - STEPS, ZERO)]
    above = [(*positive, 255 * (level - ZERO) // STEPS) for level in range(ZERO, ZERO + STEPS + 1)]
    return ((*not_a_number, 255), *below, *above)


# Pairs that people with any colour vision tell apart (colorbrewer2.org, diverging).
ACTIVATIONS = palette(negative=(33, 120, 200), positive=(235, 110, 20))
GRADIENTS = palette(negative=(27, 130, 80), positive=(140, 60, 170))


def describe_sheet(sheet: Sheet, colours: Colours = ACTIVATIONS) -> Answer:
    """The picture of a layer's maps, and where they are in it: `columns` of maps, each `width` × `height` pixels,
    with gaps of one pixel. `shown` is the number of maps in the picture; `largest` the magnitude that is opaque."""
    layout = sheet.layout
    picture = palette_picture(sheet.rows, layout.picture_width, layout.picture_height, colours)
    return {
        "picture": picture,
        "shape": list(sheet.shape),
        "largest": sheet.largest,
        "shown": layout.maps,
        "columns": layout.columns,
        "width": layout.width,
        "height": layout.height,
    }
