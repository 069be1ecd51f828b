"""Answers to the bundled exercises: those that solve them, and wrong ones that look right."""

from tests.labs.answers.right import RIGHT
from tests.labs.answers.texts import start
from tests.labs.answers.wrong import WRONG

__all__ = ["RIGHT", "WRONG", "start"]
