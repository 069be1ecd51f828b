"""Contact sheets as pictures: all maps of a layer in one, for the page's diagram of the network.

Colours have opacities: zero is transparent, so that a sheet suits light and dark pages, and the largest magnitude is
opaque.
"""

from scnn.formats.palettes import ACTIVATIONS, GRADIENTS, palette
from scnn.formats.png import Colours, palette_picture
from scnn.network.inspection import Sheet
from scnn.page.messages import Answer

__all__ = ["ACTIVATIONS", "GRADIENTS", "describe_sheet", "palette"]


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
