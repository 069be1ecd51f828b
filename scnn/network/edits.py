"""Edited kernels: texts of the kernel language whose functions take the place of scnn's kernels of the same name.

A network with edits runs them wherever its plans call those kernels: in inference, training, gradient checks and
traces. Python never executes the texts (`scnn.compiler.from_text`). A kernel must have the parameters of the one that
it replaces. One that is equal to it is not an edit, so the very same module is compiled.

A loop of the kernel language has a constant bound, so what a call takes is known before it runs: a kernel that would
take far more steps than the one that it replaces is refused, and nothing that is accepted runs without an end.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scnn import kernels as scnn_kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer
from scnn.layers.own import Own
from scnn.plan import Call, Kernel, Loop, Plan, Procedure

if TYPE_CHECKING:
    from scnn.compiler import TextKernel
    from scnn.compiler.errors import KernelError
    from scnn.compiler.explain.stages import Stages

__all__ = ["MAX_EDITS", "NO_EDITS", "Edits", "original"]

MAX_EDITS = 40  # texts of one network
MAX_STEPS = 5_000_000  # instructions of one call that are always allowed
MAX_SLOWDOWN = 30  # how many times as many as those of the kernel that it replaces


@dataclass(frozen=True)
class Edits:
    """`texts` maps the name of a kernel to the text that defines it; other functions of the text are its helpers.
    With `derive`, layers whose forward kernels are edited get a derived backward pass, unless its kernels are edited,
    too.

    Raises ConfigError for what is not a mapping of texts, and KernelError for a text that is not of the kernel
    language, or whose kernel has other parameters than the one that it replaces.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    derive: bool = False
    kernels: Mapping[str, "TextKernel"] = field(init=False, compare=False, repr=False)
    affordable: set[tuple[object, ...]] = field(init=False, compare=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.texts, Mapping) or len(self.texts) > MAX_EDITS:
            raise ConfigError(f"edited kernels are a dict of at most {MAX_EDITS} texts, with kernel names as keys")
        if not isinstance(self.derive, bool):
            raise ConfigError(f"derive must be true or false, got {self.derive!r:.80}")
        found = {name: kernel_of(name, text) for name, text in self.texts.items()}
        object.__setattr__(self, "kernels", {name: one for name, one in found.items() if not is_original(one)})

    def __bool__(self) -> bool:
        return bool(self.kernels)

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.texts.items())), self.derive))

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold them; empty if no kernel is edited."""
        texts = {name: self.texts[name] for name in self.kernels}
        return {"kernels": texts, "derive": self.derive} if texts else {}

    @classmethod
    def from_dict(cls, data: object) -> "Edits":
        """The edits of {"kernels": {name: text}, "derive": bool}, or of nothing: None or {}. Raises as the class."""
        if data is None or data == {}:
            return NO_EDITS
        if not isinstance(data, Mapping) or not {*data} <= {"kernels", "derive"}:
            raise ConfigError('edited kernels are {"kernels": {name: text}, "derive": true or false}')
        return cls(data.get("kernels", {}), data.get("derive", False))

    def with_kernels(self, layers: Iterable[Layer]) -> tuple[Layer, ...]:
        """The layers, those of one's own with their kernels. Raises ConfigError for a kernel that is not there."""
        return tuple(self.bound(layer) if isinstance(layer, Own) else layer for layer in layers)

    def bound(self, layer: Own) -> Own:
        kernel = self.kernels.get(layer.kernel)
        if kernel is None:
            return layer  # which says so when it is used
        return layer.bound(kernel, self.roles(layer.kernel))

    def roles(self, name: str) -> dict[str, str]:
        """The parameters of the edited kernel of this name: Float32Buffer, Size, …, by their names."""
        from scnn.compiler.frontend import parse

        return {one.name: one.kind for one in parse(self.kernels[name]).parameters}

    # -------------------------------------------------------------------------------------------- calls

    def kernel(self, kernel: Kernel) -> Kernel:
        """The kernel that runs where `kernel` is called."""
        edited = self.kernels.get(kernel.__name__)
        return edited if edited is not None and original(kernel.__name__) is kernel else kernel

    def calls(self, calls: Iterable[Call]) -> list[Call]:
        """The calls with edited kernels."""
        return [Call(self.kernel(call.kernel), call.arguments) for call in calls]

    def derives(self, forward: Iterable[Call], backward: Callable[[], Iterable[Call]]) -> bool:
        """Whether a layer that calls these kernels has its backward pass derived, although it defines one."""
        if not self.derive or not self.edited(forward):
            return False
        return not self.edited(backward())

    def edited(self, calls: Iterable[Call]) -> bool:
        return any(self.kernel(call.kernel) is not call.kernel for call in calls)

    def applied(self, plan: Plan) -> Plan:
        """The plan with edited kernels. Raises KernelError for one that takes too many steps, or is refused."""
        if not self:
            return plan
        changed = [replace_calls(procedure, self.kernel) for procedure in plan.procedures.values()]
        edited = replace(plan, procedures={procedure.name: procedure for procedure in changed})
        for procedure in changed:
            for call in calls_of(procedure.body):
                if call.kernel in self.kernels.values():
                    self.require_affordable(call, edited)
        return edited

    def require_affordable(self, call: Call, plan: Plan) -> None:
        """Raises KernelError if a call takes too many steps."""
        from scnn.compiler.explain.operations import count
        from scnn.compiler.explain.stages import compile_stages
        from scnn.compiler.explain.subject import Subject

        lengths = [plan.buffers[str(a)].shape for a in call.arguments.values() if str(a) in plan.buffers]
        key = (call.kernel, tuple(lengths), repr([a for a in call.arguments.values() if not isinstance(a, str)]))
        if key in self.affordable:
            return
        stages = compile_stages(Subject(call, plan))
        steps, most = count(stages.code).executed, MAX_STEPS
        replaced = original(call.kernel.__name__)
        if steps > most and replaced:
            other = compile_stages(Subject(Call(replaced, call.arguments), plan))
            most = max(most, MAX_SLOWDOWN * count(other.code).executed)
        if steps > most:
            raise too_slow(call.kernel, stages, steps, most)
        self.affordable.add(key)


NO_EDITS = Edits()


def original(name: str) -> Kernel | None:
    """scnn's kernel of this name."""
    found: Kernel | None = getattr(scnn_kernels, name) if name in scnn_kernels.__all__ else None
    return found


def kernel_of(name: object, text: object) -> "TextKernel":
    """The kernel of a text, checked against the one that it replaces."""
    from scnn.compiler import kernels_from
    from scnn.compiler.errors import KernelError
    from scnn.compiler.frontend import parse

    if not isinstance(name, str) or not name.isidentifier() or len(name) > 60:
        raise ConfigError(f"expected the name of a kernel, such as conv2d_forward, got {name!r:.80}")
    if not isinstance(text, str):
        raise ConfigError(f"expected the text of {name}, got {text!r:.80}")
    kernels = kernels_from(text, f"{name}.py")
    if name not in kernels:
        raise KernelError(f"the text of {name} does not define it; it defines {', '.join(kernels) or 'no function'}")
    kernel, replaced = kernels[name], original(name)
    if replaced:
        function, expected = parse(kernel), parse(replaced)
        given = [(one.name, one.kind) for one in function.parameters]
        wanted = [(one.name, one.kind) for one in expected.parameters]
        if given != wanted:
            signature = ", ".join(f"{parameter}: {kind}" for parameter, kind in wanted)
            raise kernel.source.error(kernel.definition, f"{name} has other parameters than scnn's", f"({signature})")
        if function.returns != expected.returns:
            wanted_words = expected.returns or "nothing"
            raise kernel.source.error(
                kernel.definition, f"{name} returns another type", f"it to return {wanted_words}"
            )
    return kernel


def is_original(kernel: "TextKernel") -> bool:
    """Whether a kernel is scnn's own, but for comments, spaces and the docstring: the same tree, whose names mean the
    same."""
    from scnn.compiler.frontend.given import given

    replaced = original(kernel.__name__)
    if replaced is None:
        return False
    scnns = given(replaced)
    if essence(scnns.definition) != essence(kernel.definition):
        return False
    used = {node.id for node in ast.walk(kernel.definition) if isinstance(node, ast.Name)}
    return all(is_same(kernel.names.get(name), scnns.names.get(name)) for name in used)


def is_same(mine: object, theirs: object) -> bool:
    """Whether what a name means in a text is what it means in scnn."""
    from scnn.compiler import TextKernel

    if isinstance(mine, TextKernel):
        return original(mine.__name__) is theirs and is_original(mine)
    return mine is theirs or (type(mine), mine) == (type(theirs), theirs)


def essence(definition: ast.FunctionDef) -> str:
    """A function's tree without its docstring and its positions."""
    body = definition.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return ast.dump(definition.args) + "".join(map(ast.dump, body))


def calls_of(steps: Iterable[Call | Loop]) -> Iterator[Call]:
    for step in steps:
        if isinstance(step, Call):
            yield step
        else:
            yield from calls_of(step.body)


def replace_calls(procedure: Procedure, kernel_for: Callable[[Kernel], Kernel]) -> Procedure:
    """The procedure with other kernels."""

    def changed(step: Call | Loop) -> Call | Loop:
        if isinstance(step, Call):
            return Call(kernel_for(step.kernel), step.arguments)
        return replace(step, body=tuple(map(changed, step.body)))

    return replace(procedure, body=tuple(map(changed, procedure.body)))


def too_slow(kernel: Kernel, stages: "Stages", steps: int, most: int) -> "KernelError":
    """Names the outermost loop that takes most of the steps."""
    from scnn.compiler.errors import Diagnostic, KernelError
    from scnn.compiler.explain.remarks import remarks_of

    loops = [remark for remark in remarks_of(stages) if remark.depth == 0]
    longest = max(loops, key=lambda remark: remark.operations.executed, default=None)
    reason = f"one call of {kernel.__name__} takes {steps:,} steps"
    labels = (longest.label,) if longest else ()
    return KernelError.of([Diagnostic(reason, f"at most {most:,} for these sizes: fewer turns", labels)])
