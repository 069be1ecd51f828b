"""The place Code: the kernels of a network by layer, what the compiler makes of an edited one, and what it costs.

Nothing here changes a training: `start` with `edits` does (scnn.page.session).
"""

import ast
from collections.abc import Callable
from dataclasses import asdict

from scnn.compiler.derive import derive_all
from scnn.compiler.errors import Diagnostic, KernelError
from scnn.compiler.explain.as_text import as_text
from scnn.compiler.explain.lines import lines_of
from scnn.compiler.explain.listing import ListedLine, ir_listing, wasm_listing
from scnn.compiler.explain.operations import count
from scnn.compiler.explain.refused import stages_without_refused_loops
from scnn.compiler.explain.remarks import Remark, remarks_of
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import Subject
from scnn.compiler.from_text import kernels_from
from scnn.errors import ConfigError, ShapeError
from scnn.experiments.experiment import Experiment
from scnn.network.edits import Edits, original
from scnn.page.differences import difference_of
from scnn.page.kernel_check import KernelCheck
from scnn.page.kernel_list import Listed, kernels_of
from scnn.page.measuring import Measuring
from scnn.page.messages import Answer, Message
from scnn.plan import Call

__all__ = ["Workshop"]

ExperimentOf = Callable[[Message], Experiment]
MOST_LINES = 4000  # of a listing in one answer


class Workshop:
    """Handles the messages of the place Code. `experiment_of` gives the experiment that a message describes, whose
    network has the kernels."""

    def __init__(self, experiment_of: ExperimentOf, clock: Callable[[], float]) -> None:
        self.experiment_of, self.clock = experiment_of, clock
        self.measuring = Measuring(clock)
        self.check = KernelCheck(experiment_of, clock)
        self.known: Answer = {}  # the configuration of the experiment whose kernels are
        self.found: list[Listed] = []
        self.handlers = (
            *(self.kernels, self.kernel_text, self.compile_kernel, self.kernel_stages, self.measure_kernel),
            *(self.differences, self.derive_kernel, *self.check.handlers),
        )

    def kernels(self, message: Message) -> Answer:
        """The kernels of each layer, and of the training around them, in the order in which they run."""
        groups: list[Answer] = []
        for one in self.all_kernels(message):
            if not groups or groups[-1]["layer"] != one.layer:
                groups.append({"layer": one.layer, "title": one.title, "kernels": []})
            groups[-1]["kernels"].append(
                {"name": one.name, "part": one.part, "derived": one.derived, "sizes": sizes_of(one.call)}
            )
        return {"groups": groups}

    def kernel_text(self, message: Message) -> Answer:
        """A kernel as scnn has it: its text, its formula, and its module."""
        one = self.listed(message)
        kernel = one.call.kernel
        text = as_text(kernel) if original(one.name) else one.text
        return {
            "kernel": one.name,
            "layer": one.layer,
            "title": one.title,
            "source": text,
            "formula": formula_of(text, one.name),
            "module": getattr(kernel, "__module__", ""),
        }

    def compile_kernel(self, message: Message) -> Answer:
        """What the compiler says of a `source` of the kernel: `status` compiled or refused, all errors with their
        ranges, a remark for each loop, operations, and how it differs from scnn's."""
        name = message.get("kernel")
        if not isinstance(name, str):
            raise ConfigError(f"expected the name of a kernel, got {name!r:.80}")
        source, scnns = source_of(message), original(name)
        answer: Answer = {"kernel": name, "edited": not scnns, "errors": [], "remarks": []}
        answer["difference"] = difference_of(as_text(scnns) if scnns else "", source)
        try:
            one = self.listed(message)
            edits = Edits({one.name: source})
            answer["edited"] = bool(edits)
            stages, refused = stages_without_refused_loops(self.subject(one, source))
            answer["remarks"] = [describe_remark(remark) for remark in remarks_of(stages, refused)]
            stages = compile_stages(self.subject(one, source))
            if edits:
                edits.require_affordable(Call(edits.kernels[one.name], one.call.arguments), one.plan)
        except KernelError as error:
            return {**answer, "status": "refused", "errors": [describe_error(each) for each in error.errors]}
        except (ConfigError, ShapeError) as error:
            if scnns:
                raise
            return {**answer, "status": "refused", "errors": [describe_error(Diagnostic(str(error)))]}
        return {**answer, "status": "compiled", "operations": asdict(count(stages.code))}

    def kernel_stages(self, message: Message) -> Answer:
        """The stages of a `source`: each line of it with what it became, and the listings of the IR and of
        WebAssembly, with the source lines that they come from."""
        one, source = self.listed(message), source_of(message)
        stages = compile_stages(self.subject(one, source))
        file = stages.function.source.file
        lines = [
            {
                "line": line.line if line.file == file else 0,
                "source": line.source,
                "statements": len(line.statements),
                "instructions": len(line.instructions),
                "executed": line.operations.executed,
                "flops": line.operations.flops,
            }
            for line in lines_of(stages)
        ]
        return {
            "lines": lines,
            "ir": describe_listing(ir_listing(stages)),
            "wasm": describe_listing(wasm_listing(stages)),
            "operations": asdict(count(stages.code)),
        }

    def measure_kernel(self, message: Message) -> Answer:
        """Nanoseconds of one call: of the `source`, of scnn's own kernel if that differs, of the source without its
        lanes, blocks and unrolled loops, and, if the message says `by_line`, of each line."""
        one, source = self.listed(message), source_of(message)
        subject = self.subject(one, source)
        scnns = original(one.name) if Edits({one.name: source}) else None
        own = Subject(Call(scnns, one.call.arguments), one.plan) if scnns else None
        return self.measuring.measure(subject, own, bool(message.get("by_line")))

    def derive_kernel(self, message: Message) -> Answer:
        """The backward kernels that the compiler derives from a forward kernel's `source`, with those that scnn has
        for the layer by hand; `refused` says why none can be derived."""
        one, source = self.listed(message), source_of(message)
        hand = [other for other in self.all_kernels(message) if (other.layer, other.part) == (one.layer, "backward")]
        by_hand = [{"name": h.name, "text": as_text(h.call.kernel)} for h in hand if original(h.name)]
        answer: Answer = {"kernel": one.name, "hand": by_hand, "derived": [], "refused": ""}
        if one.part != "forward":
            return {**answer, "refused": "no forward kernel"}
        kernel = kernels_from(source, f"{one.name}.py")[one.name]
        sizes = {name: value for name, value in one.call.arguments.items() if not isinstance(value, str)}
        try:
            found = derive_all(kernel, sizes)
        except KernelError as error:
            return {**answer, "refused": str(error)}
        return {**answer, "derived": [{"name": each.name, "text": each.text} for each in found]}

    def differences(self, message: Message) -> Answer:
        """How the kernels of `edits` differ from scnn's, without running or compiling any."""
        edits = message.get("edits")
        texts = edits.get("kernels") if isinstance(edits, dict) else None
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ConfigError("expected edits with kernels, texts by their names")
        found = []
        for name, text in texts.items():
            scnns = original(name)
            found.append({"kernel": name, "lines": difference_of(as_text(scnns) if scnns else "", text)})
        return {"differences": found}

    # -------------------------------------------------------------------------------------------- helpers

    def all_kernels(self, message: Message) -> list[Listed]:
        """The kernels of the message's experiment; those of the newest experiment are kept."""
        experiment = self.experiment_of(message)
        if self.known != experiment.config:
            self.found, self.known = kernels_of(experiment), experiment.config
        return self.found

    def listed(self, message: Message) -> Listed:
        """The kernel that the message names, in its layer or else the first layer that calls it. The `source` of a
        kernel that scnn does not have says how it is called."""
        name, layer, source = message.get("kernel"), message.get("layer"), message.get("source")
        if isinstance(name, str) and source is not None and original(name) is None:
            message = {**message, "edits": {"kernels": {name: source}}}
        found = [one for one in self.all_kernels(message) if one.name == name]
        if not found:
            raise ConfigError(f"the network calls no kernel {name!r:.80}")
        return next((one for one in found if one.layer == layer), found[0])

    def subject(self, one: Listed, source: str) -> Subject:
        """The kernel's call in the network, of the source as the compiler reads it."""
        kernel = kernels_from(source, f"{one.name}.py")[one.name]
        return Subject(Call(kernel, one.call.arguments), one.plan)


def source_of(message: Message) -> str:
    source = message.get("source")
    if not isinstance(source, str):
        raise ConfigError(f"expected the source as a text, got {type(source).__name__}")
    return source


def sizes_of(call: Call) -> list[list[object]]:
    """Names and values, in the order of the kernel's parameters."""
    return [[name, value] for name, value in call.arguments.items() if not isinstance(value, str)]


def formula_of(text: str, name: str) -> str:
    """The docstring of a kernel, without the lines' indentation."""
    return ast.get_docstring(kernels_from(text, f"{name}.py")[name].definition) or ""


def describe_error(error: Diagnostic) -> Answer:
    labels = [
        {name: value for name, value in asdict(label).items() if name != "lines"} | {"source": label.source}
        for label in error.labels
    ]
    return {"reason": error.reason, "expected": error.expected, "labels": labels}


def describe_remark(remark: Remark) -> Answer:
    return {
        "line": remark.label.line,
        "loop": remark.label.source,
        "depth": remark.depth,
        "form": remark.form,
        "text": remark.text,
        "executed": remark.operations.executed,
        "flops": remark.operations.flops,
        "advice": remark.advice,
    }


def describe_listing(lines: list[ListedLine]) -> list[list[object]]:
    return [[line.text, line.line] for line in lines[:MOST_LINES]]
