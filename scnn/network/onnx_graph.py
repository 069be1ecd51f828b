"""The graph of an ONNX model while it becomes layers: what its values are, and how its operators are read. See
`scnn.network.onnx_import`.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping
from math import isclose
from typing import Any, NoReturn

from scnn.errors import ModelError, ScnnError
from scnn.layers.branches import Branch, Join
from scnn.layers.dense import Flatten
from scnn.layers.layer import Layer, Shape

__all__ = ["SAME", "Importer", "Operators"]

SAME = ("Identity", "Dropout")  # operators that do nothing in inference

Operators = Mapping[str, Callable[["Importer", Any], None]]  # what appends an operator's layers, or refuses it


class Importer:
    """The layers of a model's graph, and their parameters by name. `constants` are values of inputs of the graph;
    `first` is a layer that comes before all others. Raises ModelError for what scnn has no layer for."""

    def __init__(
        self, model: Any, operators: Operators, constants: Mapping[str, Any], first: Layer | None = None
    ) -> None:
        from onnx import numpy_helper

        graph = model.graph
        if any(one.external_data for one in graph.initializer):
            raise ModelError("the weights are in another file: export the model with its weights in one file")
        self.operators = operators
        self.layers: list[Layer] = []
        self.names: list[str] = ["input"]  # of the network's input, and of the layers
        self.parameters: dict[str, array[float]] = {}
        self.constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer} | dict(constants)
        self.nodes = [node for node in graph.node if node.op_type != "Constant"]
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = constant_of(node)
        self.readers: dict[str, list[Any]] = defaultdict(list)
        self.makers: dict[str, Any] = {}
        for node in self.nodes:
            for value in node.input:
                self.readers[value].append(node)
            self.makers |= dict.fromkeys(node.output, node)
        self.output = self.output_of(graph)
        self.input_shape, self.values = self.input_of(graph)  # value → the number of its layer, and its shape
        if first:
            (value,) = self.values
            self.append(first, value, value)
        needed = self.needed()
        self.skipped: list[Any] = []  # operators that are part of an earlier one's layer
        for node in self.nodes:
            if any(value in needed for value in node.output) and not any(node is one for one in self.skipped):
                self.translate(node)
        if self.output not in self.values:
            raise ModelError(f"the output {self.output} does not depend on the input")
        self.branch_to(self.output)

    def input_of(self, graph: Any) -> tuple[Shape, dict[str, tuple[int, Shape]]]:
        given = [one for one in graph.input if one.name not in self.constants]
        if len(given) != 1:
            names = ", ".join(one.name for one in given)
            raise ModelError(f"the model has {len(given)} inputs ({names}); expected one, the images")
        _, *sizes = [size.dim_value for size in given[0].type.tensor_type.shape.dim] or [0]
        if given[0].type.tensor_type.elem_type != 1 or len(sizes) not in (1, 3) or min(sizes) < 1:
            raise ModelError(
                f"the input {given[0].name} must have float32 numbers and fixed sizes, [image, channel, row, column] "
                f"or [image, number]; got {['image', *sizes]}"
            )
        if len(sizes) == 3:
            return tuple(sizes), {given[0].name: (0, tuple(sizes))}
        self.layers, self.names = [Flatten()], ["input", "flatten_1"]
        return (1, 1, sizes[0]), {given[0].name: (1, (sizes[0],))}

    def output_of(self, graph: Any) -> str:
        """The logits: the output, before a softmax; other outputs must come from the same ones."""
        found = set()
        for output in graph.output:
            value = output.name
            while value in self.makers and self.is_left_out(self.makers[value]):
                value = self.makers[value].input[0]
            found.add(value)
        if len(found) != 1:
            raise ModelError(f"the model has {len(found)} outputs ({', '.join(sorted(found))}); expected one, logits")
        return str(found.pop())

    def is_left_out(self, node: Any) -> bool:
        """Whether an operator at the end is none of a network's layers."""
        if node.op_type in ("Softmax", "LogSoftmax"):
            return self.settings(node, axis=-1)["axis"] in (1, -1)
        return node.op_type in SAME

    def needed(self) -> set[str]:
        """The values that the output depends on."""
        found, left = {self.output}, [self.output]
        while left:
            node = self.makers.get(left.pop())
            for value in node.input if node else ():
                if value not in found:
                    found.add(value)
                    left.append(value)
        return found

    # ------------------------------------------------------------------------------------------------ building

    def append(self, layer: Layer, value: str, output: str, **parameters: Any) -> None:
        """A layer that reads a value."""
        self.branch_to(value)
        shape = self.values[value][1]
        self.values[output] = (self.push(layer), layer.output_shape(shape))
        for role, numbers in parameters.items():
            self.parameters[f"{self.names[-1]}.{role}"] = floats(numbers)

    def join(self, kind: type[Join], value: str, other: str, output: str) -> None:
        """Adds a layer that reads two values; `other` may be the output of any earlier layer."""
        self.branch_to(value)
        at, shape = self.values[other]
        layer = kind(self.names[at]).bound(shape)
        self.values[output] = (self.push(layer), layer.output_shape(self.values[value][1]))

    def branch_to(self, value: str) -> None:
        """Makes the value that of the last layer."""
        at, _ = self.values[value]
        if at != len(self.layers):
            self.push(Branch(self.names[at]))

    def push(self, layer: Layer) -> int:
        self.layers.append(layer)
        kind = type(layer).__name__.lower()
        self.names.append(f"{kind}_{sum(type(one) is type(layer) for one in self.layers)}")
        return len(self.layers)

    def skip(self, node: Any, value: str) -> None:
        """Leaves out an operator that is part of the layer that made the value."""
        self.skipped.append(node)
        self.values[node.output[0]] = self.values[value]

    # -------------------------------------------------------------------------------------------------- reading

    def refuse(self, node: Any, reason: str) -> NoReturn:
        name = f" {node.name!r:.80}" if node.name else ""
        raise ModelError(f"the operator {node.op_type}{name} cannot be imported: {reason}")

    def settings(self, node: Any, **defaults: Any) -> dict[str, Any]:
        """The attributes of a node; refuses those that are not in `defaults`."""
        from onnx import helper

        found = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        for name in found.keys() - defaults:
            self.refuse(node, f"scnn's layer has no setting {name}")
        return defaults | found

    def constant(self, node: Any, index: int, what: str) -> Any:
        """An input that is a constant; None if it is left out."""
        if len(node.input) <= index or not node.input[index]:
            return None
        if node.input[index] not in self.constants:
            self.refuse(node, f"the {what} must be constants")
        return self.constants[node.input[index]]

    def one(self, node: Any, what: str, numbers: Any) -> int:
        """The number that all are equal to."""
        if len({*numbers}) != 1:
            self.refuse(node, f"{what} {list(numbers)} differ; scnn's layers have one number for all")
        return int(numbers[0])

    def windows(self, node: Any, settings: Mapping[str, Any], kernel: Any) -> dict[str, int]:
        """Kernel size, stride, dilation and padding of an operator on windows of maps."""
        _, shape = self.values[node.input[0]]
        if len(shape) != 3:
            self.refuse(node, "expected an input with rows and columns")
        size = self.one(node, "the sizes of the kernel", settings["kernel_shape"] or kernel)
        stride = self.one(node, "strides", settings["strides"])
        dilation = self.one(node, "dilations", settings["dilations"])
        pads, automatic = settings["pads"], settings["auto_pad"].decode()
        if automatic.startswith("SAME") and node.op_type != "ConvTranspose":
            extent = dilation * (size - 1) + 1
            totals = [max((-(-side // stride) - 1) * stride + extent - side, 0) for side in shape[1:]]
            pads = [half for total in totals for half in (total // 2, -(-total // 2))]
        elif automatic not in ("NOTSET", "VALID"):
            self.refuse(node, f"auto_pad is {automatic}; expected pads")
        padding = self.one(node, "paddings", pads)
        return {"size": size, "stride": stride, "dilation": dilation, "padding": padding}

    def reader(self, value: str, operator: str, constant: float | None = None, other: str | None = None) -> Any:
        """The only operator that reads a value, if it is this one, and its other input this constant or value."""
        found = self.readers[value]
        if len(found) != 1 or found[0].op_type != operator or value == self.output:
            return None
        (node,) = found
        rest = [one for one in node.input if one != value]
        if other is not None:
            return node if rest == [other] else None
        if constant is None:
            return node
        numbers = self.constants.get(rest[0]) if rest else None
        if numbers is None or numbers.size != 1:
            return None
        return node if isclose(float(numbers.ravel()[0]), constant, rel_tol=1e-6) else None

    def translate(self, node: Any) -> None:
        """Appends the layers of an operator."""
        operator = self.operators.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if operator is None:
            self.refuse(node, "scnn has no layer for it")
        if any(self.readers[one] for one in node.output[1:]) or self.output in node.output[1:]:
            self.refuse(node, "only its first output is computed")
        if not any(one in self.values for one in node.input):
            self.refuse(node, "it does not depend on the images")
        try:
            operator(self, node)
        except ModelError:
            raise
        except ScnnError as error:
            self.refuse(node, str(error))


def constant_of(node: Any) -> Any:
    """The numbers of an operator Constant."""
    from onnx import helper, numpy_helper

    (attribute,) = node.attribute
    value = helper.get_attribute_value(attribute)
    if attribute.name == "value":
        return numpy_helper.to_array(value)
    if attribute.name not in ("value_float", "value_floats", "value_int", "value_ints"):
        raise ModelError(f"a constant has a {attribute.name}; expected numbers")
    sizes, numbers = ([len(value)], value) if attribute.name.endswith("s") else ([], [value])
    return numpy_helper.to_array(helper.make_tensor("", 1, sizes, numbers))


def floats(numbers: Any) -> "array[float]":
    return array("f", numbers.astype("float32").tobytes())
