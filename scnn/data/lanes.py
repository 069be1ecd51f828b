"""Arithmetic on all pixels of a picture at once: a picture is one long integer, each of its bytes a pixel's level.

Levels are 0 to 127, so that the top bit of each byte can hold a carry: differences and comparisons of whole pictures
take a few integer operations, which Python executes at the speed of memory (L. Lamport, "Multiple byte processing
with full-word instructions", 1975). Each row is followed by as many empty lanes as a window can extend beyond its
end, so that rows do not mix.
"""

__all__ = ["FULL", "Lanes"]

FULL = 127  # the highest level


class Lanes:
    """Pictures of height × width pixels, [row, column], and windows of up to `reach` + 1 pixels on them."""

    def __init__(self, width: int, height: int, reach: int) -> None:
        self.width, self.height, self.reach = width, height, reach
        self.stride = width + reach
        row = b"\x7f" * width + bytes(reach)
        self.inside = int.from_bytes(row * height, "little")  # the highest level on every pixel, 0 in the padding
        self.ones = int.from_bytes(b"\1" * (self.stride * (height + reach)), "little")
        self.tops = self.ones << 7
        row = b"\0" + b"\x7f" * (width - 2) + bytes(self.stride - max(1, width - 1))
        core = bytes(self.stride) + row * (height - 2)
        self.core = int.from_bytes(core, "little") if min(width, height) > 2 else 0  # all pixels but the border

    def pack(self, levels: bytes) -> int:
        """A picture of bytes from 0 to 127, [row, column]."""
        assert len(levels) == self.width * self.height
        gap = bytes(self.reach)
        starts = range(0, len(levels), self.width)
        return int.from_bytes(b"".join(levels[at : at + self.width] + gap for at in starts), "little")

    def padded(self, picture: int) -> bytes:
        """The picture's bytes, each row with its padding."""
        return picture.to_bytes(self.stride * self.height, "little")

    def count(self, picture: int) -> int:
        """The number of pixels that are not 0."""
        levels = self.padded(picture)
        return len(levels) - levels.count(0)

    def unpack(self, picture: int) -> bytes:
        """The picture's bytes, [row, column]."""
        levels = self.padded(picture)
        return b"".join(levels[at : at + self.width] for at in range(0, len(levels), self.stride))

    def even(self, level: int) -> int:
        """A picture of one level."""
        return self.inside // FULL * level

    def at_least(self, a: int, b: int) -> int:
        """The highest level where a ≥ b, 0 elsewhere."""
        tops = ((a | self.tops) - b) & self.tops
        return (tops - (tops >> 7)) & self.inside

    def maximum(self, a: int, b: int) -> int:
        tops = ((a | self.tops) - b) & self.tops
        return b ^ ((a ^ b) & (tops - (tops >> 7)))

    def mean(self, a: int, b: int) -> int:
        """The mean of two pictures, rounded down."""
        return (a & b) + (((a ^ b) & (self.ones * 126)) >> 1)

    def inverse(self, picture: int) -> int:
        return picture ^ self.inside

    def dilated(self, picture: int, across: int, down: int) -> int:
        """The maximum over a window of `across` columns and `down` rows around each pixel; 0 beyond the border."""
        assert across <= self.reach + 1
        wide = self.window(picture, across, 8)
        return self.window(wide, down, 8 * self.stride)

    def eroded(self, picture: int, across: int, down: int) -> int:
        """The minimum over such a window; the highest level beyond the border."""
        return self.inverse(self.dilated(self.inverse(picture), across, down))

    def closed(self, picture: int, across: int, down: int) -> int:
        """Morphological closing: dark areas that the window does not fit into take the level around them."""
        return self.eroded(self.dilated(picture, across, down), across, down)

    def opened(self, picture: int, across: int, down: int) -> int:
        """Morphological opening: light areas that the window does not fit into take the level around them."""
        return self.dilated(self.eroded(picture, across, down), across, down)

    def window(self, picture: int, size: int, bits: int) -> int:
        """The maximum over `size` lanes, `bits` apart, around each one; each step doubles the lanes that are
        covered."""
        picture <<= (size - 1) // 2 * bits
        seen = 1
        while seen < size:
            step = min(seen, size - seen)
            picture = self.maximum(picture, picture >> (step * bits))
            seen += step
        return picture & self.inside

    def smoothed(self, picture: int) -> int:
        """Each pixel's mean with its neighbours, weighted 1 2 1 in both directions; the border stays unchanged."""
        for bits in (8, 8 * self.stride):
            around = self.mean(picture >> bits, (picture << bits) & self.inside)
            picture ^= (picture ^ self.mean(picture, around)) & self.core
        return picture
