"""`scnn trace`: how one element of a layer, or of a gradient, came to be, as a person would write it."""

import argparse
from array import array
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from scnn.cli.evaluate import bundled_test_images
from scnn.cli.options import add_architecture, add_json, load_model
from scnn.cli.output import print_event
from scnn.compiler.terms import Factor, Term, Total
from scnn.compiler.trace import Combination, Step
from scnn.errors import ConfigError
from scnn.network.trace import ElementTrace, NetworkTracer

__all__ = ["HELP", "add_arguments", "run"]

HELP = "print how one number of a layer, or of a gradient, came to be"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    parser.add_argument("--layer", required=True, help="such as conv2d_1; `scnn info MODEL` lists the layers")
    parser.add_argument(
        "--element",
        required=True,
        type=indices,
        metavar="I,J,…",
        help="its index, such as 3,10,12: channel, row, column",
    )
    parser.add_argument(
        "--role", default="", help="weights, bias, input, padded, winners, loss (default: the output)"
    )
    parser.add_argument(
        "--backward", action="store_true", help="the gradient (default: of the weights, or the input)"
    )
    parser.add_argument("--image", type=int, default=0, metavar="N", help="the bundled test digit (default: 0)")
    parser.add_argument("--label", type=int, metavar="CLASS", help="the true class (default: the digit's own)")
    add_json(parser)


def indices(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected whole numbers with commas, such as 3,10,12, got {text!r}"
        ) from None


def run(arguments: argparse.Namespace) -> int:
    network = load_model(arguments.model, arguments.preset)
    digits = bundled_test_images(network)
    if not 0 <= arguments.image < len(digits):
        raise ConfigError(f"there are test digits 0 to {len(digits) - 1}, and no {arguments.image}")
    label = digits.labels[arguments.image] if arguments.label is None else arguments.label
    tracer = NetworkTracer(network)
    tracer.run([pixel / 255 for pixel in digits.image(arguments.image)], label)
    trace = tracer.trace(arguments.layer, arguments.element, arguments.role, arguments.backward)
    if arguments.json:
        print_event("trace", image=arguments.image, label=label, **fields_of(trace))
        return 0
    print(f"test digit {arguments.image}, class {network.class_names[label]}\n")
    print("\n".join(lines_of(trace)))
    return 0


def fields_of(trace: ElementTrace) -> dict[str, Any]:
    """The trace as JSON has it: indices in reads and factors are flat, and `buffers` has the shapes."""
    fields = asdict(replace(trace, total=None, steps=(), source=None))
    fields["total"] = asdict(trace.total) if trace.total else None
    fields["steps"] = [asdict(step) if isinstance(step, Combination) else step_fields(step) for step in trace.steps]
    fields["source"] = fields_of(trace.source) if trace.source else None
    return fields


def step_fields(step: Step) -> dict[str, Any]:
    known = ("line", "source", "name", "index", "value", "locals", "partial")
    return {**{name: getattr(step, name) for name in known}, "reads": [asdict(read) for read in step.reads]}


def lines_of(trace: ElementTrace) -> list[str]:
    """The trace as text: the sum's terms, or the steps where there is no sum."""
    last = trace.steps[-1] if trace.steps else None
    lines = [f"{trace.buffer}{bracketed(trace.index)} = {short(trace.value)}, by {trace.kernel} ({trace.file})"]
    if trace.total:
        lines += sum_lines(trace, trace.total)
        if isinstance(last, Step) and last.value != trace.total.value:
            lines.append(step_line(trace, last))
    else:
        lines += [step_line(trace, step) for step in trace.steps if isinstance(step, Step)]
    if not any(isinstance(step, Step) and step.index is not None for step in trace.steps):
        lines.append("  no step stores to it: it stays as it was")
    if trace.source:
        lines += ["", *lines_of(trace.source)]
    return lines


def sum_lines(trace: ElementTrace, total: Total) -> list[str]:
    lines = [f"  {total.name} begins at {short(total.start)}"]
    line = 0
    for term in total.terms:
        if term.line != line:
            lines.append(f"  line {term.line}: {term.source}")
            line = term.line
        lines.append(f"    {term.sign} {product(trace, term)}  → {short(term.total)}{partial(term)}")
    if total.combination:
        lines.append(combined(total.combination))
    return [*lines, f"  {total.name} = {short(total.value)}, from {len(total.terms)} terms"]


def combined(end: Combination) -> str:
    return (
        f"  line {end.line}: the partial sums are added: {' and '.join(map(short, end.partial))} → {short(end.value)}"
    )


def partial(term: Term) -> str:
    return f" (partial sum {term.partial})" if term.partial else ""


def product(trace: ElementTrace, term: Term) -> str:
    written = " · ".join(factor_text(trace, factor) for factor in term.factors)
    return f"{written} = {short(term.value)}" if len(term.factors) > 1 else written


def factor_text(trace: ElementTrace, factor: Factor) -> str:
    if factor.index is None:
        return f"{factor.name} {short(factor.value)}"
    return f"{factor.name}{bracketed(trace.index_in(factor.name, factor.index))} {short(factor.value)}"


def step_line(trace: ElementTrace, step: Step) -> str:
    read = [
        f"{one.buffer}{bracketed(trace.index_in(one.buffer, one.index))} {short(one.value)}" for one in step.reads
    ]
    read += [f"{name} {short(value)}" for name, value in step.locals.items()]
    known = f"  ({', '.join(read)})" if read else ""
    outcome = ("true" if step.value else "false") if not step.name else short(step.value)
    return f"  line {step.line}: {step.source}  → {outcome}{known}"


def bracketed(index: Sequence[int]) -> str:
    return f"[{','.join(map(str, index))}]"


def short(value: float) -> str:
    """The fewest digits that are this very float32."""
    if isinstance(value, int):
        return str(value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if array("f", [float(text)])[0] == value:
            return text
    return f"{value:.9g}"
