"""Photographs of handwritten digits as a camera might take them: real digits on generated papers, in generated light.

A digit is one of the bundled test digits, enlarged smoothly and cut softly at half its grey, so that it has the edge
and the even tone of a pen. A kind says what it is written on, with what, and how it was lit; size (a seventh to four
fifths of the shorter side), place, turn, proportions and resolution (200 to 1,000 pixels), sensor noise, blur and
JPEG compression vary within each kind. `python -m tests.photographs FOLDER` writes some of each kind, to look at.
"""

from tests.photographs.kinds import KINDS, photograph

__all__ = ["KINDS", "photograph"]
