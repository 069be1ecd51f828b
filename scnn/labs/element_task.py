"""Exercises whose answer is a pixel: which one of a window wins in max pooling."""

from collections.abc import Sequence
from typing import Any

from scnn import kernels
from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError
from scnn.labs.bench import run_call
from scnn.labs.fields import Fields
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Task, plain

__all__ = ["ElementTask"]

MAX_PICTURE = 12


class ElementTask(Task):
    """`answer`: {"kind": "element", "image": rows of numbers}; `checks`: [{"kind": "winner", "size", "stride",
    "output": [row, column]}], whose answer is the pixel that `maxpool2d_forward` stores for this output."""

    kind = "element"

    def __init__(self, image: list[list[float]], size: int, stride: int, output: Sequence[int]) -> None:
        self.image, self.size, self.stride, self.output = image, size, stride, output

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "ElementTask":
        image = answer.matrix("image", MAX_PICTURE)
        if len(checks) != 1:
            raise answer.error(f"checks: expected one for an element, got {len(checks)}")
        (check,) = checks
        check.choice("kind", ["winner"])
        size = check.integer("size", 1, min(len(image), len(image[0])), 2)
        stride = check.integer("stride", 1, MAX_PICTURE, size)
        output = check.indices("output", 2)
        sides = [(side - size) // stride + 1 for side in (len(image), len(image[0]))]
        if any(at >= side for at, side in zip(output, sides, strict=True)):
            check.refuse("output", f"inside the output, which has {sides[0]} rows and {sides[1]} columns", output)
        check.finish()
        return cls(image, size, stride, output)

    def describe(self, language: str) -> dict[str, Any]:
        return {"image": self.image, "size": self.size, "stride": self.stride, "output": list(self.output)}

    def accept(self, answer: object) -> list[int]:
        height, width = len(self.image), len(self.image[0])
        match answer:
            case [int() as row, int() as column] if 0 <= row < height and 0 <= column < width:
                return [row, column]
        raise AnswerError(f"expected [row, column] of a pixel, of {height} rows and {width} columns")

    def grade(self, answer: list[int], language: str, make_engine: EngineFactory) -> Grading:
        yield 0.0
        height, width = len(self.image), len(self.image[0])
        rows, columns = ((side - self.size) // self.stride + 1 for side in (height, width))
        flat = [value for row in self.image for value in row]
        results = run_call(
            kernels.maxpool2d_forward,
            {
                "output": ("float32", [0.0] * (rows * columns)),
                "winners": ("int32", [0] * (rows * columns)),
                "input": ("float32", flat),
            },
            {
                "channels": 1,
                "height": height,
                "width": width,
                "size": self.size,
                "stride": self.stride,
                "out_height": rows,
                "out_width": columns,
            },
            make_engine,
        )
        evidence = Evidence()
        evidence.add(results["output"])
        evidence.add(results["winners"])
        row, column = answer
        at = self.output[0] * columns + self.output[1]
        winner, given = int(results["winners"][at]), row * width + column
        top, left = self.output[0] * self.stride, self.output[1] * self.stride
        values = {"row": row, "column": column, "value": plain(flat[given])}
        inside = top <= row < top + self.size and left <= column < left + self.size
        if given == winner:
            remark = Remark("element_right", values)
        elif not inside:
            box = {"top": top, "bottom": top + self.size - 1, "left": left, "right": left + self.size - 1}
            remark = Remark("element_outside", {**values, **box})
        elif flat[given] < flat[winner]:
            remark = Remark("element_smaller", values)
        else:
            remark = Remark("element_later", values)
        return evidence.verdict(given == winner, [remark])
