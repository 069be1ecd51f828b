"""`python -m scnn.compiler show KERNEL` shows what becomes of one kernel.

KERNEL is the name of one of scnn's kernels, such as conv2d_forward, or FILE.py:KERNEL for one of a file, which is
read and not executed. Sizes and buffers are those of a call in a preset's training for one image and one step, such
as --preset mnist --layer conv2d_2 (by default the first call), or of the layer's own form if that training runs a
faster one (scnn.layers.forms). Or they are given: --size channels=3 height=8 …; buffers are then as long as the
indices ask for.

Without an option the stages are shown: the source, the IR as it is expanded for the call's sizes, the IR after the
optimiser, and WebAssembly's text. --time runs the call on wasmtime, with and without each line's statements, all
variants in turn; the best of 15 rounds counts. Lines overlap, so their times do not add up to the whole.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter_ns

from scnn.compiler.errors import KernelError
from scnn.compiler.explain.data import explanation
from scnn.compiler.explain.lines import lines_of, text_of_lines, text_of_range
from scnn.compiler.explain.names import kernel_called
from scnn.compiler.explain.refused import stages_without_refused_loops
from scnn.compiler.explain.remarks import remarks_of, text_of_remarks
from scnn.compiler.explain.stages import STAGES, Stages, compile_stages
from scnn.compiler.explain.subject import Subject, call_with_sizes, calls_in, kernel_in_file
from scnn.compiler.explain.timing import Times, text_of_times, time_kernel
from scnn.engines.hosts import WasmtimeHost
from scnn.errors import ConfigError, ScnnError
from scnn.experiments.presets import PRESETS
from scnn.plan import Call, Plan

__all__ = ["OWN_FORMS", "first_call", "show_command"]

OWN_FORMS = "own forms"  # the procedure of a plan whose kernels need not be those that its training runs


def show_command(arguments: list[str], plan_of: Callable[[str], Plan]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m scnn.compiler show",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kernel", metavar="KERNEL", help="conv2d_forward, or FILE.py:KERNEL")
    parser.add_argument(
        "--preset",
        default="paper",
        help=f"the preset whose training has the call: {', '.join(PRESETS)} (default: paper)",
    )
    parser.add_argument("--layer", help="the call of this layer, such as conv2d_2 (default: the first call)")
    parser.add_argument(
        "--size", nargs="+", action="extend", default=[], metavar="NAME=N", help="a size, a number, a buffer's length"
    )
    parser.add_argument("--stage", choices=STAGES, help="this stage alone")
    parser.add_argument("--remarks", action="store_true", help="what became of each loop, and what it costs")
    parser.add_argument("--lines", action="store_true", help="the IR and the instructions of each source line")
    parser.add_argument("--line", metavar="N[-M]", help="each instruction that comes from these lines of the source")
    parser.add_argument("--time", action="store_true", help="ns for each call, GFLOP/s, and what each line costs")
    parser.add_argument("--json", action="store_true", help="everything as JSON; times only with --time")
    chosen = parser.parse_args(arguments)
    try:
        subject = subject_of(chosen.kernel, chosen.preset, chosen.layer, numbers_of(chosen.size), plan_of)
        if chosen.remarks and not chosen.json:
            print_remarks_despite_errors(subject)
        stages = compile_stages(subject)
        if chosen.json:
            found = explanation(stages)
            if chosen.time:
                times = timed(stages)
                found["time"] = {**asdict(times), "gflops": times.gflops}
            print(json.dumps(found, ensure_ascii=False, indent=1))
            return
        shown = text_of(stages, chosen)
        if not is_trained_with(subject):
            others = ", ".join(trained_instead(subject))
            print(
                f"The training of {chosen.preset} does not run this call: it computes the layer in a faster form"
                f" (scnn/layers/forms.py), with {others}.\n"
            )
    except ScnnError as error:
        if chosen.json and isinstance(error, KernelError):
            print(json.dumps({"errors": [asdict(one) for one in error.errors]}, ensure_ascii=False, indent=1))
        sys.exit(f"scnn.compiler: {error}")
    print("\n".join(f"-- {name}: {subject.call}\n\n{text}\n" for name, text in shown.items()), end="")


def is_trained_with(subject: Subject) -> bool:
    """Whether a preset's training has the call; true for a call with sizes, which belongs to no preset."""
    procedures = subject.plan.procedures
    runs = [call for name in procedures if name != OWN_FORMS for call in calls_in(procedures[name].body)]
    return not procedures or subject.call in runs


def trained_instead(subject: Subject) -> list[str]:
    """The kernels that the training runs for the same layer, and that the layer's own form does not have."""
    layer = layer_of(subject.call)
    kernels: dict[bool, list[str]] = {True: [], False: []}  # of the layer's own form, and of the training
    for name, procedure in subject.plan.procedures.items():
        called = [call.kernel.__name__ for call in calls_in(procedure.body) if layer_of(call) == layer]
        kernels[name == OWN_FORMS] += called
    return [name for name in dict.fromkeys(kernels[False]) if name not in kernels[True]]


def layer_of(call: Call) -> str:
    """The layer that most of the call's buffers belong to; "" if none belongs to a layer."""
    owners = Counter(str(argument).partition(".")[0] for argument in call.arguments.values() if "." in str(argument))
    return owners.most_common(1)[0][0] if owners else ""


def print_remarks_despite_errors(subject: Subject) -> None:
    """Prints the remarks on a kernel some of whose loops are refused; the error comes when it is compiled."""
    stages, refused = stages_without_refused_loops(subject)
    if refused:
        print(f"-- remarks: {subject.call}\n\n{text_of_remarks(stages, remarks_of(stages, refused))}\n", flush=True)


def text_of(stages: Stages, chosen: argparse.Namespace) -> dict[str, str]:
    """What was asked for, by its heading."""
    shown: dict[str, str] = {}
    if chosen.stage or not (chosen.remarks or chosen.lines or chosen.line is not None or chosen.time):
        shown |= {name: stages.text(name) for name in ([chosen.stage] if chosen.stage else STAGES)}
    if chosen.remarks:
        shown["remarks"] = text_of_remarks(stages, remarks_of(stages))
    if chosen.lines:
        shown["lines"] = text_of_lines(stages, lines_of(stages))
    if chosen.line is not None:
        heading = "lines" if "-" in chosen.line else "line"
        shown[f"{heading} {chosen.line}"] = text_of_range(stages, lines_of(stages), *lines_in(chosen.line))
    if chosen.time:
        shown["time"] = text_of_times(timed(stages))
    return shown


def lines_in(text: str) -> tuple[int, int]:
    """The first and the last line of "74" or "173-178"."""
    numbers = text.split("-")
    if len(numbers) > 2 or not all(number.isdecimal() for number in numbers):
        raise ConfigError(f"expected --line N or --line N-M, got {text!r}")
    first, last = int(numbers[0]), int(numbers[-1])
    if first > last:
        raise ConfigError(f"--line {text} ends before it begins: expected N at most M")
    return first, last


def timed(stages: Stages) -> Times:
    return time_kernel(stages, lines_of(stages), WasmtimeHost().instantiate, perf_counter_ns)


def subject_of(
    name: str, preset: str, layer: str | None, sizes: dict[str, float], plan_of: Callable[[str], Plan]
) -> Subject:
    """The call that the command line means."""
    file, colon, inside = name.rpartition(":")
    if colon:
        return call_with_sizes(kernel_in_file(file, inside), sizes)
    kernel = kernel_called(name)
    if sizes:
        return call_with_sizes(kernel, sizes)
    plan = plan_of(preset)
    if not calls_of(name, plan):
        others = [other for other in PRESETS if other != preset and calls_of(name, plan_of(other))]
        if not others:
            return call_with_sizes(kernel, {})
        raise ConfigError(
            f"the preset {preset} has no call of {name}; use --preset {' or '.join(others)}, or give --size NAME=N …"
        )
    return Subject(*first_call(name, plan, layer))


def numbers_of(given: list[str]) -> dict[str, float]:
    numbers = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            numbers[name] = float(number)
        except ValueError:
            raise ConfigError(f"expected --size NAME=NUMBER, got {text!r}") from None
    return numbers


def first_call(kernel: str, plan: Plan, layer: str | None = None) -> tuple[Call, Plan]:
    """The first call of a kernel in a plan, or the first one of a layer: whose outputs, or else whose other buffers,
    are the layer's. Raises ConfigError where there is none."""
    own = calls_of(kernel, plan)
    if not own:
        known = ", ".join(sorted({call.kernel.__name__ for call in all_calls(plan)}))
        raise ConfigError(f"the plan has no call of {kernel}; it calls {known}")
    if layer is None:
        return own[0], plan
    layers = [[str(a).partition(".")[0] for a in call.arguments.values() if "." in str(a)] for call in own]
    nowhere = max(map(len, layers))
    positions = [names.index(layer) if layer in names else nowhere for names in layers]
    if min(positions) == nowhere:
        known = ", ".join(sorted({one for names in layers for one in names}))
        raise ConfigError(f"no call of {kernel} is for a layer {layer}; there are {known}")
    return own[positions.index(min(positions))], plan


def calls_of(kernel: str, plan: Plan) -> list[Call]:
    return [call for call in all_calls(plan) if call.kernel.__name__ == kernel]


def all_calls(plan: Plan) -> list[Call]:
    return [call for procedure in plan.procedures.values() for call in calls_in(procedure.body)]
