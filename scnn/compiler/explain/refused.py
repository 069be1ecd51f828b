"""Stages of a kernel some of whose `lanes` or `blocked` loops are refused: those loops run one turn after another, so
that the remarks can say what became of the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scnn.compiler.errors import Diagnostic, KernelError, Label
from scnn.compiler.explain.stages import Stages, compile_stages
from scnn.compiler.explain.subject import Subject
from scnn.compiler.frontend import parse
from scnn.compiler.tree import Branch, Function, Repeat, Statement

__all__ = ["RefusedLoop", "repeats_in", "replaced", "stages_without_refused_loops"]


@dataclass(frozen=True)
class RefusedLoop:
    """A `lanes` or `blocked` loop, and why its turns cannot run together."""

    label: Label
    kind: str
    error: Diagnostic


def stages_without_refused_loops(subject: Subject) -> tuple[Stages, list[RefusedLoop]]:
    """The stages of a call with each refused loop as a plain one, and these loops. Raises KernelError if the kernel
    is refused for another reason, or because of a loop of a kernel that it calls."""
    function = parse(subject.call.kernel)
    refused: list[RefusedLoop] = []
    while True:
        try:
            return compile_stages(subject, function), refused
        except KernelError as error:
            function, loop = without_cause(subject, function, error)
            refused.append(loop)


def without_cause(subject: Subject, function: Function, error: KernelError) -> tuple[Function, RefusedLoop]:
    """The function with that loop as a plain one without which the first error does not occur, and the loop; raises
    the error if there is none. The innermost loops are tried first."""
    first = error.errors[0]
    for repeat in reversed([*repeats_in(function.body)]):
        if repeat.kind in ("lanes", "blocked"):
            plain = replace(repeat, kind="range", by=None)
            changed = replace(function, body=replaced(function.body, repeat, plain))
            if first not in errors_of(subject, changed):
                return changed, RefusedLoop(function.source.label(repeat.node), repeat.kind, first)
    raise error


def errors_of(subject: Subject, function: Function) -> tuple[Diagnostic, ...]:
    try:
        compile_stages(subject, function)
    except KernelError as error:
        return error.errors
    return ()


def repeats_in(statements: Sequence[Statement]) -> Iterator[Repeat]:
    for statement in statements:
        match statement:
            case Repeat(body=body):
                yield statement
                yield from repeats_in(body)
            case Branch(_, _, yes, no):
                yield from repeats_in((*yes, *no))


def replaced(statements: Sequence[Statement], old: Repeat, new: Repeat) -> tuple[Statement, ...]:
    """The statements with `new` instead of the loop `old`."""
    made: list[Statement] = []
    for statement in statements:
        if statement is old:
            made.append(new)
        elif isinstance(statement, Repeat):
            made.append(replace(statement, body=replaced(statement.body, old, new)))
        elif isinstance(statement, Branch):
            yes, no = replaced(statement.yes, old, new), replaced(statement.no, old, new)
            made.append(replace(statement, yes=yes, no=no))
        else:
            made.append(statement)
    return tuple(made)
