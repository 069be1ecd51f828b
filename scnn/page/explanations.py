"""How one element of a layer's output, or of a gradient, was computed, as plain data for the page.

Each explanation has a `form`: `sum` (convolution, dense, averages, and most gradients), `rectified` (ReLU), `maximum`
(max pooling), `softmax`, `steps` (other activations: what they read), `same` (flatten, and dropout outside training),
`pixel`; backward also `gate` (ReLU), `difference` (softmax with cross-entropy), `nothing` (an element that the loss
does not depend on) and `gradients` (of an output that several layers read: what each of them passes back).
"""

from math import prod

from scnn.compiler.trace import Step
from scnn.layers import Conv2D, MaxPool2D, ReLU, Shape, SoftmaxCrossEntropy
from scnn.layers.loss import Loss
from scnn.network.lowering import activation
from scnn.network.network import Network
from scnn.network.trace import ADD_GRADIENT, ElementTrace, NetworkTracer, unravel
from scnn.page.messages import Answer, Message, read_index
from scnn.page.sums import box_around, column_of, describe_total, number, owner_of

__all__ = ["explain", "explain_gradient", "flat_of", "trace_gradient"]


def flat_of(index: tuple[int, ...], shape: Shape) -> int:
    """The position in a flat buffer of an index."""
    flat = 0
    for at, size in zip(index, shape, strict=True):
        flat = flat * size + at
    return flat


# ------------------------------------------------------------------------------------------------- forward


def explain(tracer: NetworkTracer, layer: int, element: tuple[int, ...], message: Message) -> Answer:
    """How an element of a layer's output was computed; the layer -1 is the image."""
    network = tracer.network
    if layer < 0:
        value = tracer.engine.read("input")[flat_of(element, network.input_shape)]
        return {"layer": "image", "index": list(element), "form": "pixel", "value": number(value)}
    name, kind = network.names[layer], network.layers[layer]
    head = {"layer": name, "kind": type(kind).__name__, "index": list(element), "backward": False}
    if kind.shares_memory:
        buffer = activation(network, layer + 1)
        flat = flat_of(element, network.shapes[layer + 1])
        tensor, owner, _ = owner_of(network, buffer)
        origin = {"tensor": tensor, "layer": owner, "at": list(unravel(flat, tracer.plan.buffers[buffer].shape))}
        return {**head, "form": "same", "origin": origin, "value": number(tracer.engine.read(buffer)[flat])}
    trace = tracer.trace(name, element)
    head |= {"value": number(trace.value), "kernel": trace.kernel, "file": trace.file}
    if isinstance(kind, ReLU):
        return {**head, "form": "rectified", **reads_of(network, trace)}
    if isinstance(kind, MaxPool2D):
        return {**head, "form": "maximum", **describe_maximum(tracer, name, trace)}
    if isinstance(kind, Loss):
        return {**head, "form": "softmax", **describe_softmax(tracer, trace)}
    if trace.total is None:
        return {**head, "form": "steps", **reads_of(network, trace)}
    answer = {**head, "form": "sum", **describe_total(network, trace, trace.total, message)}
    if isinstance(kind, Conv2D):
        answer["grid"] = describe_grid(trace, kind.kernel_size, network.shapes[layer][0] // kind.groups, message)
    return answer


def reads_of(network: Network, trace: ElementTrace) -> Answer:
    """The elements that a kernel read for one that is no sum, each once."""
    found = [read for step in trace.steps if isinstance(step, Step) for read in step.reads]
    reads = list({(read.buffer, read.index): read for read in found}.values())
    columns = [column_of(network, trace, read.buffer) for read in reads]
    rows = [
        {"at": [column.at(read.index)], "values": [number(read.value)], "column": column.describe()}
        for column, read in zip(columns, reads, strict=True)
    ]
    return {"columns": [column.describe() for column in columns], "rows": rows}


def describe_maximum(tracer: NetworkTracer, name: str, trace: ElementTrace) -> Answer:
    """The numbers of a window, in the order in which they were compared, and which one won."""
    winner = int(tracer.trace(name, trace.index, "winners").value)
    compared = [step.reads[0] for step in trace.steps if isinstance(step, Step) and step.reads and not step.name]
    column = column_of(tracer.network, trace, "input")
    rows = [
        {"at": [column.at(read.index)], "values": [number(read.value)], "won": read.index == winner}
        for read in compared
    ]
    window = {"layer": column.layer, "gradient": False, **box_around([row["at"][0] for row in rows])}  # type: ignore[index]
    return {"columns": [column.describe()], "rows": rows, "window": window}


def describe_softmax(tracer: NetworkTracer, trace: ElementTrace) -> Answer:
    """The logit and the power of every class, e^(logit - largest logit), and the powers' sum."""
    assert trace.total
    column = column_of(tracer.network, trace, "logits")
    logits = [float(value) for value in tracer.engine.read(trace.buffers["logits"][0])]
    largest = max(logits)
    rows = [
        {
            "at": [[k]],
            "values": [number(logit), number(largest)],
            "product": number(term.value),
            "running": number(term.total),
        }
        for k, (logit, term) in enumerate(zip(logits, trace.total.terms, strict=True))
    ]
    power = rows[trace.index[0]]["product"]
    total = number(trace.total.value)
    return {"columns": [column.describe()], "rows": rows, "total": total, "power": power}


def describe_grid(trace: ElementTrace, size: int, channels: int, message: Message) -> Answer:
    """The window of a convolution in one channel, times the filter, as rows of numbers; and each channel's sum."""
    assert trace.total
    terms = trace.total.terms
    sums = [sum(term.value for term in terms[at : at + size * size]) for at in range(0, len(terms), size * size)]
    channel = max(range(channels), key=lambda at: abs(sums[at]))
    if message.get("channel") is not None:
        channel = read_index(message, "channel", channels)
    shown = terms[channel * size * size : (channel + 1) * size * size]
    return {
        "size": size,
        "channel": channel,
        "channels": channels,
        "input": [number(term.factors[0].value) for term in shown],
        "weights": [number(term.factors[1].value) for term in shown],
        "products": [number(term.value) for term in shown],
        "sums": [number(one) for one in sums],
    }


# ------------------------------------------------------------------------------------------------ backward


def trace_gradient(tracer: NetworkTracer, layer: int, element: tuple[int, ...], role: str) -> ElementTrace:
    return tracer.trace(tracer.network.names[layer], element, role, backward=True)


def explain_gradient(
    tracer: NetworkTracer, layer: int, element: tuple[int, ...], role: str, message: Message
) -> Answer:
    """How an element of a gradient was computed in the backward pass of `layer`."""
    network, kind = tracer.network, tracer.network.layers[layer]
    copied = trace_gradient(tracer, layer, element, role)
    trace = copied.source or copied  # a convolution's padding is taken off by a kernel that only copies
    head = {
        "layer": message.get("layer"),
        "by": network.names[layer],  # the layer that passes the gradient back
        "kind": type(kind).__name__,
        "role": message.get("role") or "output",
        "index": message.get("element"),
        "backward": True,
        "value": number(copied.value),
        "kernel": trace.kernel,
        "file": trace.file,
    }
    if trace.kernel == ADD_GRADIENT:
        return {**head, "form": "gradients", **describe_gradients(tracer, trace)}
    if isinstance(kind, ReLU):
        return {**head, "form": "gate", **describe_gate(tracer, trace)}
    if isinstance(kind, SoftmaxCrossEntropy):
        label = int(tracer.engine.read("label")[0])
        probability = tracer.engine.read(trace.buffers["probabilities"][0])[element[0]]
        return {
            **head,
            "form": "difference",
            "probability": number(probability),
            "truth": number(kind.target(element[0] == label, network.classes)),
        }
    if trace.total is None:
        if not trace.steps or trace.value == 0:
            return {**head, "form": "nothing"}
        return {**head, "form": "steps", **reads_of(network, trace)}
    return {**head, "form": "sum", **describe_total(network, trace, trace.total, message)}


def describe_gradients(tracer: NetworkTracer, trace: ElementTrace) -> Answer:
    """What each of several layers passes back to an element of an output that all of them read, in order."""
    names, shape = tracer.network.names, tracer.plan.buffers[trace.buffer].shape
    flat = flat_of(trace.index, shape)
    writers = [one for one in tracer.ran if one.backward and trace.buffer in one.after]
    adding = [one for one in writers if one.call.kernel.__name__ == trace.kernel]
    *_, first = (one for one in writers if one not in adding)
    values = [(first.layer, first.after[trace.buffer][flat])]
    values += [(one.layer, one.before[str(one.call.arguments["d_input"])][flat]) for one in adding]
    rows = [
        {
            "at": [list(trace.index)],
            "values": [number(value)],
            "column": {"tensor": "input", "layer": names[layer], "gradient": True},
        }
        for layer, value in values
    ]
    return {"columns": [rows[0]["column"]], "rows": rows}


def describe_gate(tracer: NetworkTracer, trace: ElementTrace) -> Answer:
    """The number that ReLU got, and the gradient that arrives: it passes where the number is above 0."""
    engine, (buffer, shape) = tracer.engine, trace.buffers["input"]
    flat = flat_of(trace.index, trace.buffers["d_input"][1])
    assert flat < prod(shape)
    arriving, d_shape = trace.buffers["d_output"]
    return {
        "columns": [column_of(tracer.network, trace, name).describe() for name in ("input", "d_output")],
        "rows": [
            {
                "at": [list(unravel(flat, shape)), list(unravel(flat, d_shape))],
                "values": [number(engine.read(buffer)[flat]), number(engine.read(arriving)[flat])],
            }
        ],
    }
