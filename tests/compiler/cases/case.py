"""A case: a kernel, and how each engine must end when it runs it. A table collects the cases of one module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["INFINITY", "LEAST", "MOST", "NAN", "Case", "F", "Table"]

F = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
NAN, INFINITY, LEAST, MOST = float("nan"), float("inf"), -(2**31), 2**31 - 1


@dataclass(frozen=True)
class Case:
    """`ends`: "same" bits, "refused", "outside" a buffer, or with a "zero divisor"."""

    name: str
    ends: str
    source: str
    lengths: Mapping[str, int]
    sizes: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[float]] = field(default_factory=dict)
    alias: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, Sequence[float]] | None = None


class Table:
    """The cases of one module, in order."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def case(
        self,
        name: str,
        ends: str,
        source: str,
        lengths: Mapping[str, int],
        sizes: Mapping[str, int] | None = None,
        inputs: Mapping[str, Sequence[float]] | None = None,
        alias: Mapping[str, str] | None = None,
        then: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """A case of several kernels, or with sizes. `alias` gives a parameter the buffer of another one; `then` are
        the inputs of a second run on the same engine."""
        text = source.strip() + "\n"
        self.cases.append(Case(name, ends, text, lengths, sizes or {}, inputs or {}, alias or {}, then))

    def body(self, name: str, ends: str, text: str, **inputs: Sequence[float]) -> None:
        """A case of one kernel, whose buffers have 8 elements each."""
        head = (
            "def kernel(out: Float32Buffer, x: Float32Buffer, whole: Int32Buffer, n: Int32Buffer, m: Int32Buffer):\n"
        )
        lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
        given = {"x": F, **inputs}
        self.case(name, ends, head + lines, dict.fromkeys(("out", "x", "whole", "n", "m"), 8), inputs=given)
