"""Palettes for pictures of numbers: one colour for negative ones, one for positive ones, transparent at zero.

Zero being transparent, a picture suits light and dark pages; the largest magnitude is opaque.
"""

from scnn.formats.png import Colours

__all__ = ["ACTIVATIONS", "GRADIENTS", "STEPS", "ZERO", "palette"]

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
