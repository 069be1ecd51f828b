"""The check of a backward kernel: finite differences of its forward kernel, in float64.

The loss is Σ d_output[i] · output[i], so that its gradient by the input is what the backward kernel computes from
`d_output`. An element at a kink, where the slopes on its two sides differ, is not compared.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.compiler.tree import Parameter
from scnn.engines.engine import Values
from scnn.engines.float64 import Float64
from scnn.labs.fields import Fields
from scnn.labs.kernel_cases import Case, cases_in, rules_in
from scnn.labs.kernel_checks import element, parameters_of, worst
from scnn.labs.remarks import Remark
from scnn.labs.task import plain
from scnn.plan import Call, Kernel, Plan, allocate

__all__ = ["GradientOf"]

STEP = 1e-6
KINK = 1e-3
TOLERANCE = 1e-3
MAX_DIFFERENCES = 100  # elements of a buffer whose slopes are computed


@dataclass(frozen=True)
class GradientOf:
    """`gradient_of`: the results are the slopes of `forward`, a kernel of scnn.kernels with an `input` and an
    `output`. `parameters` are those of the answer in their order: `d_input`, which it computes, `d_output`, and
    any of the forward kernel's."""

    forward: Kernel
    parameters: tuple[Parameter, ...]
    cases: list[Case]

    @classmethod
    def read(cls, fields: Fields) -> "GradientOf":
        forward: Kernel = getattr(kernels, fields.choice("forward", kernels.__all__))
        known = {one.name: one for one in parameters_of(forward)}
        buffers = {name for name, one in known.items() if one.is_buffer}
        if buffers != {"input", "output"}:
            fields.refuse("forward", "a kernel whose buffers are input and output", forward.__name__)
        known |= {name: Parameter(name, "Float32Buffer") for name in ("d_input", "d_output")}
        names = fields.items("parameters", "names of parameters", 1, 12)
        unknown = [name for name in names if not isinstance(name, str) or name not in known]
        if unknown or len(set(names)) != len(names) or not {"d_input", "d_output"} <= set(names):
            fields.refuse("parameters", f"d_input, d_output and some of: {', '.join(known)}", names)
        rules = rules_in(fields)
        if set(rules) != {"d_input", "d_output", "input", "output"}:
            fields.refuse("buffers", "entries for d_input, d_output, input and output", list(rules))
        scalars = {name: one.kind for name, one in known.items() if not one.is_buffer}
        cases = cases_in(fields, rules, scalars)
        for case in cases:
            shapes = case.shape("input") == case.shape("d_input"), case.shape("output") == case.shape("d_output")
            if not all(shapes) or prod(case.shape("input")) > MAX_DIFFERENCES:
                fields.refuse(
                    "buffers",
                    f"gradients of the shapes of input and output, at most {MAX_DIFFERENCES} numbers",
                    rules,
                )
        return cls(forward, tuple(known[name] for name in names), cases)

    def inputs(self, case: Case) -> dict[str, tuple[str, list[float]]]:
        """The buffers that the answer gets."""
        names = [one.name for one in self.parameters if one.is_buffer]
        buffers = dict(case.buffers)
        if "output" in names:
            buffers["output"] = "float32", self.function(case)(case.buffers["input"][1])
        return {name: buffers[name] for name in names}

    def function(self, case: Case) -> Callable[[list[float]], list[float]]:
        """The forward kernel in float64, as a function from the input to the output."""
        exact = Float64(Plan(allocate({name: ("float32", case.shape(name)) for name in ("input", "output")}), {}))
        arguments = {one.name: case.sizes.get(one.name, one.name) for one in parameters_of(self.forward)}
        calls = [Call(self.forward, arguments)]

        def outputs(values: list[float]) -> list[float]:
            exact.write("input", values)
            exact.run(calls)
            return exact.buffers["output"]

        return outputs

    def slopes(self, case: Case, known: list[float]) -> list[float]:
        """The gradient of the loss by each element of the input; at a kink, what is `known`."""
        values = list(array("f", case.buffers["input"][1]))
        weights = list(array("f", case.buffers["d_output"][1]))
        outputs = self.function(case)

        def loss(changed: list[float]) -> float:
            return sum(weight * one for weight, one in zip(weights, outputs(changed), strict=True))

        middle = loss(values)
        slopes = []
        for at, value in enumerate(values):
            step = STEP * max(1.0, abs(value))
            above = (loss([*values[:at], value + step, *values[at + 1 :]]) - middle) / step
            below = (middle - loss([*values[:at], value - step, *values[at + 1 :]])) / step
            kink = abs(above - below) > KINK * max(abs(above), abs(below), 1e-3)
            slopes.append(known[at] if kink else (above + below) / 2)
        return slopes

    def compare(self, case: Case, results: Mapping[str, Values]) -> Remark | None:
        for name, (_, before) in self.inputs(case).items():
            wanted = array("f", before if name != "d_input" else self.slopes(case, list(results["d_input"])))
            at = worst(wanted, results[name], TOLERANCE)
            if at is not None:
                values = {
                    "sizes": case.size_text,
                    "element": element(name, case, at),
                    "got": plain(results[name][at]),
                }
                if name != "d_input":
                    return Remark("kernel_touched", values)
                changed = element("input", case, at)
                return Remark("kernel_gradient", {**values, "expected": plain(wanted[at]), "input": changed})
        return None
