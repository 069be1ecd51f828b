"""The buffers of random kernels, and the numbers in them."""

from random import Random

__all__ = ["FLOAT_BUFFERS", "FLOAT_TEXTS", "INT_BUFFERS", "LENGTH", "LENGTHS", "LIMITS", "ODD", "STORED", "whole"]

LENGTH = 24
FLOAT_BUFFERS, INT_BUFFERS = ("out", "other", "a", "b"), ("wide", "n", "m")
LENGTHS = dict.fromkeys((*FLOAT_BUFFERS, *INT_BUFFERS, "c"), LENGTH)
STORED = ("out", "other", "wide")

LIMITS = [2**31 - 1, -(2**31), 2**30, 2**16, -(2**16), 2**31 - 7, -(2**31) + 5, -1]
ODD = [0.0, -0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), 3.4e38, 1e-45, 0.1, 16777217.0, -2.5e-39]
FLOAT_TEXTS = ["0.5", "2.0", "0.1", "3.0", "1e10", "0.0", "-0.0", "16777217.0", "1e-40", "3e38", "-7.25"]


def whole(random: Random) -> int:
    kind = random.random()
    if kind < 0.15:
        return random.choice(LIMITS)
    return random.randint(-9, 40) if kind < 0.9 else random.randint(-(2**31), 2**31 - 1)
