"""Code: IR becomes instructions in the order of the stack machine, for routines and for a plan's procedures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scnn.compiler.analysis.affine import wrap
from scnn.compiler.errors import KernelError
from scnn.compiler.wasm.ir import Block, Check, If, Loop, Node, Routine, Set, Store, origin_of
from scnn.compiler.wasm.origins import NOWHERE, Origin
from scnn.plan import Argument, Call, Offset, Procedure
from scnn.plan import Loop as PlanLoop

__all__ = ["Code", "Instruction", "code_of_procedure", "code_of_routine"]

# https://webassembly.github.io/spec/js-api/#limits: 50,000 locals and 7,654,321 bytes a function
MAX_LOCALS, MAX_INSTRUCTIONS = 40_000, 1_000_000

Instruction = tuple[object, ...]  # the name, then its immediates; locals and functions by name


@dataclass
class Code:
    """One function of the module: parameters are int32, other locals have their types. Of a routine's instructions
    `origins` has the source line of each, and `times` how often it runs, both sides of a branch being counted."""

    name: str
    parameters: tuple[str, ...]
    locals: dict[str, str] = field(default_factory=dict)
    body: list[Instruction] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def put(self, instructions: Sequence[Instruction], origin: Origin, times: int) -> None:
        self.body += instructions
        self.origins += [origin] * len(instructions)
        self.times += [times] * len(instructions)


def code_of_routine(routine: Routine) -> Code:
    code = Code(routine.name, routine.parameters)
    block(routine.body, code)
    if len(code.locals) > MAX_LOCALS or len(code.body) > MAX_INSTRUCTIONS:
        raise KernelError(
            f"{routine.name.partition('#')[0]}: {len(code.body)} instructions and {len(code.locals)} locals are too "
            f"many for one function (at most {MAX_INSTRUCTIONS} and {MAX_LOCALS}); expected fewer turns in "
            "unrolled(…), or a smaller `by` in blocked(…) and lanes(…)"
        )
    return code


def block(statements: Block, code: Code, times: int = 1) -> None:
    """`times` is how often the block runs."""
    for statement in statements:
        origin = statement.origin or NOWHERE
        match statement:
            case Set(local, value):
                code.locals.setdefault(local, value.type)
                expression(value, code, origin, times)
                code.put([("local.set", local)], origin, times)
            case Store(op, _, address, offset, value, lane):
                expression(address, code, origin, times)
                expression(value, code, origin, times)
                code.put([(op, offset) if lane is None else (op, offset, lane)], origin, times)
            case Check(condition, site):
                expression(condition, code, origin, times)
                code.put([("if",)], origin, times)
                code.put([("i32.const", site), ("global.set", 0), ("unreachable",), ("end",)], origin, 0)
            case Loop(local, start, stop, step, body):
                code.locals.setdefault(local, "i32")
                code.put([("i32.const", wrap(start)), ("local.set", local), ("loop",)], origin, times)
                turns = times * len(range(start, stop, step))
                block(body, code, turns)
                next_turn: list[Instruction] = [("local.get", local), ("i32.const", wrap(step)), ("i32.add",)]
                next_turn += [("local.tee", local), ("i32.const", wrap(stop)), ("i32.ne",), ("br_if", 0), ("end",)]
                code.put(next_turn, origin, turns)
            case If(condition, yes, no):
                expression(condition, code, origin, times)
                code.put([("if",)], origin, times)
                block(yes, code, times)
                if no:
                    code.put([("else",)], origin, times)
                    block(no, code, times)
                code.put([("end",)], origin, times)


def expression(node: Node, code: Code, around: Origin, times: int) -> None:
    origin = origin_of(node, around) if node.arguments else around
    for argument in node.arguments:
        expression(argument, code, origin, times)
    code.body.append((node.op,) if node.data is None else (node.op, node.data))
    code.origins.append(origin)
    code.times.append(times)


def code_of_procedure(procedure: Procedure, routine_of: Callable[[Call], tuple[str, tuple[str, ...]]]) -> Code:
    """A procedure calls routines, with its own numbers, in loops whose counts are known when it runs."""
    code = Code(procedure.name, procedure.parameters)
    code.body += [("i32.const", -1), ("global.set", 0)]  # no check has failed in this run
    steps(procedure.body, code, routine_of, {})
    return code


def steps(
    body: Iterable[Call | PlanLoop],
    code: Code,
    routine_of: Callable[[Call], tuple[str, tuple[str, ...]]],
    loops: Mapping[str, str],
) -> None:
    def number(argument: Argument) -> Instruction:
        if isinstance(argument, str):
            return ("local.get", loops.get(argument, argument))
        return ("i32.const", int(argument))

    for step in body:
        if isinstance(step, Call):
            name, passed = routine_of(step)
            code.body += [number(step.arguments[parameter]) for parameter in passed]
            code.body.append(("call", name))
            continue
        variable, left = f"{step.variable}.{len(code.locals)}", f"{step.variable}.left.{len(code.locals)}"
        code.locals |= {variable: "i32", left: "i32"}
        if isinstance(step.start, Offset):
            code.body += [number(step.start.variable), number(step.start.by), ("i32.add",)]
        else:
            code.body.append(number(step.start))
        code.body += [("local.set", variable), number(step.count), ("local.set", left)]
        code.body += [("block",), ("loop",)]
        code.body += [("local.get", left), ("i32.const", 0), ("i32.le_s",), ("br_if", 1)]
        steps(step.body, code, routine_of, {**loops, step.variable: variable})
        code.body += [("local.get", variable), number(step.step), ("i32.add",), ("local.set", variable)]
        code.body += [("local.get", left), ("i32.const", -1), ("i32.add",), ("local.set", left)]
        code.body += [("br", 0), ("end",), ("end",)]
