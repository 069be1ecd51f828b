"""ONNX operators on several values, and on a value and constants. Some are only a part of one of scnn's layers. See
`scnn.network.onnx_operators`.
"""

from math import sqrt
from typing import Any

from scnn.layers.activation import GELU, Sigmoid, SiLU
from scnn.layers.branches import Add, Concatenate
from scnn.layers.normalisation import Standardise
from scnn.network.onnx_graph import Importer

__all__ = ["arithmetic", "channels_of", "concatenate", "sigmoid"]


def sigmoid(of: Importer, node: Any) -> None:
    product = of.reader(node.output[0], "Mul", other=node.input[0])
    of.append(SiLU() if product else Sigmoid(), node.input[0], node.output[0])
    if product:
        of.skip(product, node.output[0])


def arithmetic(of: Importer, node: Any) -> None:
    """Of two values, a sum; of a value and constants, standardisation, or the first of GELU's operators."""
    variable = [one for one in node.input if one in of.values]
    if len(variable) == 2:
        if node.op_type != "Add":
            of.refuse(node, "scnn has no layer for it with two computed inputs, except for a sum")
        first, second = variable
        if of.values[second][0] != len(of.layers):
            first, second = second, first
        of.join(Add, second, first, node.output[0])
        return
    (value,) = variable
    (other,) = (at for at, one in enumerate(node.input) if one != value)
    numbers = of.constant(node, other, "numbers")
    if numbers is None or (other == 0 and node.op_type in ("Sub", "Div")):
        of.refuse(node, "expected the images' values first")
    if not (node.op_type in ("Mul", "Div") and numbers.size == 1 and gelu_of_parts(of, node, value, numbers)):
        standardise(of, node, value, numbers)


def standardise(of: Importer, node: Any, value: str, numbers: Any) -> None:
    """A difference and the quotient after it are one layer."""
    operator, (at, shape) = node.op_type, of.values[value]
    if operator == "Mul" and not numbers.all():
        of.refuse(node, "a channel is multiplied by 0")
    if operator in ("Add", "Mul"):  # the inverse of what Standardise does
        numbers = -numbers if operator == "Add" else 1.0 / numbers
    given: Any = tuple(channels_of(of, node, numbers).tolist()) if numbers.size > 1 else float(numbers.ravel()[0])
    before = of.layers[at - 1] if at else None
    follows = at == len(of.layers) and len(of.readers[value]) == 1
    if operator == "Div" and follows and isinstance(before, Standardise) and before.deviation == 1.0:
        of.layers[at - 1] = Standardise(before.mean, given)
        of.values[node.output[0]] = (at, of.layers[at - 1].output_shape(shape))
    else:
        layer = Standardise(given, 1.0) if operator in ("Add", "Sub") else Standardise(0.0, given)
        of.append(layer, value, node.output[0])


def gelu_of_parts(of: Importer, node: Any, value: str, numbers: Any) -> bool:
    """Whether x / √2 is the beginning of x · (1 + erf(x / √2)) / 2; then it is imported as GELU."""
    factor = float(numbers.ravel()[0])
    scaled = factor if node.op_type == "Div" else 1.0 / factor if factor else 0.0
    erf = of.reader(node.output[0], "Erf") if abs(scaled - sqrt(2.0)) < 1e-5 else None
    added = of.reader(erf.output[0], "Add", 1.0) if erf else None
    product = of.reader(added.output[0], "Mul", other=value) if added else None
    half = of.reader(product.output[0], "Mul", 0.5) if product else None
    if half is None:
        return False
    of.append(GELU(), value, node.output[0])
    for part in (erf, added, product, half):
        of.skip(part, node.output[0])
    return True


def concatenate(of: Importer, node: Any) -> None:
    first, *others = node.input
    axes = len(of.values[first][1]) + 1 if first in of.values else 0
    if not others or not all(one in of.values for one in node.input):
        of.refuse(node, "expected several values that depend on the images")
    if of.settings(node, axis=None)["axis"] not in (1, 1 - axes):
        of.refuse(node, "expected axis 1: one channel after the other")
    for other in others:
        of.join(Concatenate, other, first, node.output[0])
        first = node.output[0]


def channels_of(of: Importer, node: Any, numbers: Any) -> Any:
    """Constants as one number for each channel of the input."""
    variable = next(one for one in node.input if one in of.values)
    shape = of.values[variable][1]
    sizes = numbers.shape[1:] if len(numbers.shape) == len(shape) + 1 and numbers.shape[0] == 1 else numbers.shape
    if numbers.size == 1:
        return numbers.ravel().repeat(shape[0])
    if tuple(sizes) != (shape[0], *[1] * (len(shape) - 1)):
        of.refuse(node, f"expected one number for each of {shape[0]} channels, got {numbers.shape}")
    return numbers.ravel()
