"""Describes a traced element for the page: where its numbers are, the rows of its sum, and the lines that ran."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Any

from scnn.compiler.terms import Factor, Term, Total
from scnn.compiler.trace import Combination, Step
from scnn.layers import Conv2D
from scnn.network.lowering import LOGITS, PROBABILITIES, activation, gradient
from scnn.network.network import Network
from scnn.network.trace import ElementTrace, NetworkTracer, unravel
from scnn.page.messages import Answer, Message, read_index

__all__ = ["Column", "box_around", "column_of", "describe_steps", "describe_total", "number", "owner_of"]

MAX_ROWS = 30  # of a sum that is shown whole
SLICE = 100  # rows in one answer, if the message says where they begin
LARGEST = 12  # rows of a longer sum; one more row has the rest


def number(value: float) -> float | str:
    """A number that JSON has, or the word for one that it has not."""
    if isinstance(value, int) or isfinite(value):
        return value
    return "NaN" if value != value else "∞" if value > 0 else "-∞"


@dataclass(frozen=True)
class Column:
    """The tensor that one factor of each product is read from. `border` is the padding around it."""

    tensor: str  # image, output, weights, bias, label, or another buffer of the layer
    layer: str  # "" for the image
    gradient: bool
    shape: tuple[int, ...]
    border: int = 0

    def at(self, position: int) -> list[int]:
        """The index of an element of the flat buffer; a row or column in the padding is below 0 or too large."""
        index = list(unravel(position, self.shape))
        return [index[0], *(one - self.border for one in index[1:])] if self.border else index

    def outside(self, index: Sequence[int]) -> bool:
        """Whether an index is in the padding."""
        sizes = [size - 2 * self.border for size in self.shape]
        return self.border > 0 and not all(0 <= at < size for at, size in zip(index[1:], sizes[1:], strict=True))

    def describe(self) -> Answer:
        return {"tensor": self.tensor, "layer": self.layer, "gradient": self.gradient}


def owner_of(network: Network, buffer: str) -> tuple[str, str, bool]:
    """The tensor of a plan's buffer, the layer that it belongs to, and whether it is a gradient."""
    owner, _, role = buffer.rpartition(".")
    is_gradient = role.startswith("d_")
    role = role.removeprefix("d_")
    if owner:
        return role, owner, is_gradient
    if role == "input":
        return "image", "", is_gradient
    if role in (LOGITS, PROBABILITIES):
        at = next(
            at
            for at in range(len(network.layers))
            if activation(network, at + 1) == role and not network.layers[at].shares_memory
        )
        return "output", network.names[at], is_gradient
    return role, network.names[-1], is_gradient  # label and loss


def column_of(network: Network, trace: ElementTrace, parameter: str) -> Column:
    """The tensor behind a parameter of the traced kernel; that of a padded input is the input itself."""
    buffer, shape = trace.buffers[parameter]
    tensor, layer, is_gradient = owner_of(network, buffer)
    if tensor != "padded":
        return Column(tensor, layer, is_gradient, shape)
    index = network.names.index(layer)
    convolution = network.layers[index]
    assert isinstance(convolution, Conv2D)
    source = activation(network, index)
    tensor, layer, is_gradient = owner_of(network, gradient(source) if is_gradient else source)
    return Column(tensor, layer, is_gradient, shape, convolution.padding)


def describe_total(network: Network, trace: ElementTrace, total: Total, message: Message) -> Answer:
    """The largest products of a long sum and the rest as one row, or, if the message says `everything`, its products
    in the kernel's order: all, or SLICE of them from `first`; what it starts from; and how partial sums were
    combined."""
    names = list(dict.fromkeys(factor.name for factor in total.terms[0].factors))
    columns = {name: column_of(network, trace, name) for name in names if name in trace.buffers}
    rows = [describe_term(term, columns, order) for order, term in enumerate(total.terms)]
    rest = None
    if message.get("everything"):
        if message.get("first") is not None:
            first = read_index(message, "first", len(rows))
            rows = rows[first : first + SLICE]
    elif len(rows) > MAX_ROWS:
        order = sorted(range(len(rows)), key=lambda at: -abs(total.terms[at].value))
        rest = {
            "count": len(rows) - LARGEST,
            "value": number(fsum(signed(total.terms[at]) for at in order[LARGEST:])),
        }
        rows = [rows[at] for at in order[:LARGEST]]
    return {
        "columns": [columns[name].describe() if name in columns else {"tensor": name} for name in names],
        "rows": rows,
        "rest": rest,
        "terms": len(total.terms),
        "start": number(total.start),
        "bias": bias_of(network, trace),
        "partial": [number(one) for one in total.combination.partial] if total.combination else None,
        "total": number(total.value),
        "window": window_of(total, columns),
    }


def window_of(total: Total, columns: dict[str, Column]) -> Answer | None:
    """The smallest box around the elements of maps that a sum reads; `channel` is None if there are several."""
    for name, column in columns.items():
        if column.tensor not in ("image", "output") or len(column.shape) != 3:
            continue
        indices = [
            column.at(f.index) for term in total.terms for f in term.factors if f.name == name and f.index is not None
        ]
        if indices:
            return {"layer": column.layer, "gradient": column.gradient, **box_around(indices)}
    return None


def box_around(indices: Sequence[Sequence[int]]) -> Answer:
    """The smallest box of rows and columns around indices [channel, row, column]."""
    channels, rows, lines = (sorted({index[axis] for index in indices}) for axis in range(3))
    return {
        "channel": channels[0] if len(channels) == 1 else None,
        "row": rows[0],
        "column": lines[0],
        "rows": rows[-1] - rows[0] + 1,
        "columns": lines[-1] - lines[0] + 1,
    }


def describe_term(term: Term, columns: dict[str, Column], order: int) -> Answer:
    indices = [index_of(factor, columns) for factor in term.factors]
    used = [columns.get(factor.name) for factor in term.factors]
    return {
        "at": indices,
        "values": [number(factor.value) for factor in term.factors],
        "product": number(signed(term)),
        "running": number(term.total),
        "partial": term.partial,
        "order": order,
        "padding": any(
            column is not None and at is not None and column.outside(at)
            for column, at in zip(used, indices, strict=True)
        ),
    }


def signed(term: Term) -> float:
    return -term.value if term.sign == "-" else term.value


def index_of(factor: Factor, columns: dict[str, Column]) -> list[int] | None:
    if factor.index is None or factor.name not in columns:
        return None
    return columns[factor.name].at(factor.index)


def bias_of(network: Network, trace: ElementTrace) -> Answer | None:
    """The bias that the element contains, whether its sum starts with it or it is added in the end."""
    for step in trace.steps:
        for read in step.reads if isinstance(step, Step) else ():
            if owner_of(network, trace.buffers[read.buffer][0])[::2] == ("bias", False):
                return {"at": list(trace.index_in(read.buffer, read.index)), "value": number(read.value)}
    return None


def describe_steps(tracer: NetworkTracer, trace: ElementTrace, first: int, count: int) -> Answer:
    """The source text of the kernel and of what it calls, and some of the steps that ran: the line, what it assigned,
    what it read, and the values of its names."""
    sources: dict[str, Answer] = {}
    kernel = next(call.kernel for _, _, call in tracer.calls if call.kernel.__name__ == trace.kernel)
    add_source(sources, tracer.tracer.programs.function(kernel))
    for step in trace.steps:
        if isinstance(step, Step):
            add_source(sources, step.site.function)
    names = list(sources)
    shown = []
    current = trace.kernel
    for step in trace.steps[first : first + count]:
        current = step.site.function.name if isinstance(step, Step) else current
        shown.append({**describe_step(trace, step), "source": names.index(current)})
    return {"sources": list(sources.values()), "steps": shown, "first": first, "count": len(trace.steps)}


def add_source(sources: dict[str, Answer], function: Any) -> None:
    if function.name not in sources:
        source = function.source
        sources[function.name] = {
            "kernel": function.name,
            "file": source.file,
            "first_line": source.first_line,
            "lines": list(source.lines),
        }


def describe_step(trace: ElementTrace, step: Step | Combination) -> Answer:
    if isinstance(step, Combination):
        return {
            "line": step.line,
            "name": step.name,
            "value": number(step.value),
            "names": [],
            "partial": [number(one) for one in step.partial],
        }
    names = [[name, number(value)] for name, value in step.locals.items()]
    for read in step.reads:
        at = ", ".join(map(str, trace.index_in(read.buffer, read.index)))
        names.append([f"{read.buffer}[{at}]", number(read.value)])
    at = "" if step.index is None else ", ".join(map(str, trace.index_in(step.name, step.index)))
    name = f"{step.name}[{at}]" if at else step.name
    return {"line": step.line, "name": name, "value": number(step.value), "names": names}
