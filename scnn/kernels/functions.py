"""Functions of one number: exp, log, sigmoid and normal_cdf; and random numbers. They do not call libm, so that all
hosts compute the same bits."""

from scnn.language import Float32, Int32, Int32Buffer, bits_to_float, float_to_bits

__all__ = ["exp", "log", "next_random", "normal_cdf", "seed_sample", "sigmoid", "uniform"]

LOG2_E = 1.4426950408889634
LN_2_HIGH = 0.693359375  # ln 2 in two parts: this one has so few bits that its multiples are exact
LN_2_LOW = -2.12194440054690583e-4
SQRT_2 = 1.4142135623730951
SQRT_HALF = 0.7071067811865476


def exp(x: Float32) -> Float32:
    """e to the power x, with a relative error of at most 3e-7; 0 below -87, and e⁸⁸ above 88. NaN stays NaN.

    x = n · ln 2 + r with |r| ≤ ln 2 / 2; e^r by its Taylor series, and 2ⁿ by writing n into the exponent's bits.
    """
    bounded = (x if x < 88.0 else 88.0) if x > -87.0 else -87.0
    exponent = int(bounded * LOG2_E + 127.5)  # n + 127: positive, so that truncating it rounds n
    n = float(exponent - 127)
    r = (bounded - n * LN_2_HIGH) - n * LN_2_LOW
    series = 1.0 / 720.0 + r * (1.0 / 5040.0)
    series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * series)
    series = 0.5 + r * (1.0 / 6.0 + r * series)
    series = 1.0 + r * (1.0 + r * series)
    power = series * bits_to_float(exponent << 23)
    return power if x >= -87.0 else (0.0 if x < -87.0 else x)  # otherwise x is NaN, and stays NaN


def log(x: Float32) -> Float32:
    """The natural logarithm of a positive, normal x, with an error of 2e-7 (relative, or absolute if |log x| < 1).

    x = 2ⁿ · m with m between 1/√2 and √2; ln m = 2 · artanh(s) with s = (m - 1) / (m + 1), by its series.
    """
    bits = float_to_bits(x)
    n = float((bits >> 23) - 127)
    m = bits_to_float((bits & 0x7FFFFF) | 0x3F800000)
    if m > SQRT_2:
        m = m * 0.5
        n = n + 1.0
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    series = 1.0 / 5.0 + square * (1.0 / 7.0 + square * (1.0 / 9.0))
    series = s * (2.0 + 2.0 * (square * (1.0 / 3.0 + square * series)))
    logarithm = (series + n * LN_2_LOW) + n * LN_2_HIGH
    return logarithm if x == x else x


def sigmoid(x: Float32) -> Float32:
    """1 / (1 + e^-x), from 0 to 1, with a relative error of at most 4e-7 above -87. NaN stays NaN."""
    return 1.0 / (1.0 + exp(-x))


def normal_cdf(x: Float32) -> Float32:
    """Φ(x) = erfc(-x / √2) / 2, the probability that a standard normal number is below x, with an error of at most
    2e-7. NaN stays NaN.

    erfc(z) = t · e^(series(t) - z²) with t = 1 / (1 + z / 2), a Chebyshev approximation for z ≥ 0 (Press et al.,
    "Numerical recipes in C", 2nd edition, section 6.2).
    """
    z = abs(x) * SQRT_HALF
    t = 1.0 / (1.0 + 0.5 * z)
    series = 1.48851587 + t * (-0.82215223 + t * 0.17087277)
    series = 0.27886807 + t * (-1.13520398 + t * series)
    series = 0.09678418 + t * (-0.18628806 + t * series)
    series = 1.00002368 + t * (0.37409196 + t * series)
    tail = 0.5 * t * exp(t * series - 1.26551223 - z * z)
    return 1.0 - tail if x > 0.0 else tail


def next_random(seed: Int32) -> Int32:
    """The successor of a random number from 1 to 2³¹ - 2: 16807 · seed mod (2³¹ - 1).

    Computed by Schrage's method, in which no product exceeds int32 (Park and Miller, "Random number generators: good
    ones are hard to find", 1988).
    """
    following = 16807 * (seed % 127773) - 2836 * (seed // 127773)
    return following if following > 0 else following + 2147483647


def seed_sample(random: Int32Buffer, counter: Int32Buffer, position: Int32) -> None:
    """random[0] = the random number that a sample's others follow from. It depends on nothing but counter[0], the
    epoch's number from 1 to 2³¹ - 2, and the sample's index in the epoch, which is counter[1] + position, below 2³⁰.

    A Feistel network of four rounds on two halves of 15 bits, so that different indices give different numbers. Its
    round function is the middle bits of `next_random` of a product; without the product it would be nearly linear,
    and the numbers of neighbours would be correlated. Used by augmentation and `Dropout`.
    """
    index = counter[1] + position
    left = index >> 15
    right = index & 32767
    key = counter[0]
    for _round in range(4):
        key = next_random(key)
        mixed = (left + (next_random(1 + right * (right + (key & 32767))) >> 8)) & 32767
        left = right
        right = mixed
    random[0] = 1 + (left << 15) + right


def uniform(seed: Int32) -> Float32:
    """A random number of `next_random`, scaled to the range from -1 to 1."""
    return float(seed) * (2.0 / 2147483647.0) - 1.0
