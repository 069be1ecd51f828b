"""The forward kernel in a form that can be read backwards: same values, other statements.

Calls of other kernels as statements are written out; `v = a if c else v` becomes a branch; what is stored, and roots
and exponentials, get names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scnn.compiler.derive.expressions import (
    NOWHERE,
    mapped,
    name,
    rewritten,
    statements_in,
)
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Compare,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Logic,
    Name,
    Not,
    Number,
    Repeat,
    Run,
    Select,
    Statement,
    Store,
    Type,
)

__all__ = ["Names", "branches_for_choices", "named_calls", "named_results", "written_out"]

Statements = tuple[Statement, ...]


class Names:
    """The names that are taken in a kernel."""

    def __init__(self, function: Function) -> None:
        self.taken = {parameter.name for parameter in function.parameters} | {function.name}
        self.taken |= {one.name for one in statements_in(function.body) if isinstance(one, Assign | Repeat)}

    def unused(self, wanted: str) -> str:
        new, number = wanted, 1
        while new in self.taken:
            number += 1
            new = f"{wanted}_{number}"
        self.taken.add(new)
        return new


def written_out(statements: Sequence[Statement], names: Names) -> Statements:
    """Kernels that are called as statements, in the place of their calls."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Run(function=function, arguments=arguments):
                new += written_out(body_of_call(function, arguments, names), names)
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, written_out(yes, names), written_out(no, names)))
            case Repeat(body=body):
                new.append(replace(statement, body=written_out(body, names)))
            case _:
                new.append(statement)
    return tuple(new)


def body_of_call(function: Function, arguments: tuple[Expression | str, ...], names: Names) -> list[Statement]:
    locals_ = {one.name for one in statements_in(function.body) if isinstance(one, Assign | Repeat)}
    renamed = {local: names.unused(local) for local in sorted(locals_)}
    values: dict[str, Expression] = {old: name(new, "int32") for old, new in renamed.items()}
    buffers: dict[str, str] = {}
    before: list[Statement] = []
    for parameter, argument in zip(function.parameters, arguments, strict=True):
        if isinstance(argument, str):
            buffers[parameter.name] = argument
        elif isinstance(argument, Name):
            values[parameter.name] = argument
        else:
            local = names.unused(parameter.name)
            before.append(Assign(argument.node, local, argument))
            values[parameter.name] = name(local, argument.type)

    def change(expression: Expression) -> Expression:
        match expression:
            case Name(type=type_, name=old) if old in values:
                return replace(values[old], type=type_)
            case Index(buffer=buffer, index=index):
                return replace(expression, buffer=buffers[buffer], index=change(index))
        return mapped(expression, change)

    return [*before, *stores_renamed(rewritten(function.body, change, renamed), buffers)]


def stores_renamed(statements: Statements, buffers: Mapping[str, str]) -> Statements:
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, stores_renamed(yes, buffers), stores_renamed(no, buffers)))
            case Repeat(body=body):
                new.append(replace(statement, body=stores_renamed(body, buffers)))
            case Store(buffer=buffer):
                new.append(replace(statement, buffer=buffers[buffer]))
            case _:
                new.append(statement)
    return tuple(new)


def value_type(statement: Statement) -> Type:
    assert isinstance(statement, Assign)
    return statement.value.type


def branches_for_choices(statements: Sequence[Statement]) -> Statements:
    """`if c: v = a` for `v = a if c else v`, and `if x[k] > v: v = x[k]` for `v = max(v, x[k])`."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Assign(node, local, Select(condition=condition, yes=yes, no=Name(name=kept))) if kept == local:
                new.append(Branch(node, condition, (Assign(node, local, yes),), ()))
            case Assign(node, local, Select(condition=condition, yes=Name(name=kept), no=no)) if kept == local:
                new.append(Branch(node, Not("bool", NOWHERE, condition), (Assign(node, local, no),), ()))
            case Assign(node, local, Binary(operator="min" | "max" as operator, left=left, right=right)) if Name(
                value_type(statement), node, local
            ) in (left, right) and isinstance(right if left == name(local, left.type) else left, Index):
                other = right if left == name(local, left.type) else left
                better = Compare("bool", node, ">" if operator == "max" else "<", other, name(local, other.type))
                new.append(Branch(node, better, (Assign(node, local, other),), ()))
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, branches_for_choices(yes), branches_for_choices(no)))
            case Repeat(body=body):
                new.append(replace(statement, body=branches_for_choices(body)))
            case _:
                new.append(statement)
    return tuple(new)


def named_results(statements: Statements, names: Names) -> Statements:
    """A local for every float32 that is stored as an expression."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Store(node, buffer, index, value) if value.type == "float32" and not isinstance(value, Name):
                local = names.unused("result")
                new += [Assign(node, local, value), Store(node, buffer, index, name(local))]
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, named_results(yes, names), named_results(no, names)))
            case Repeat(body=body):
                new.append(replace(statement, body=named_results(body, names)))
            case _:
                new.append(statement)
    return tuple(new)


def named_calls(statements: Statements, names: Names) -> Statements:
    """A local for every root and exponential inside a longer expression: its derivative is made of its value."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Assign(value=value) | Store(value=value):
                before: list[Statement] = []
                whole = calls_named(value, names, before, top=isinstance(statement, Assign))
                new += [*before, replace(statement, value=whole)]
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, named_calls(yes, names), named_calls(no, names)))
            case Repeat(body=body):
                new.append(replace(statement, body=named_calls(body, names)))
            case _:
                new.append(statement)
    return tuple(new)


def calls_named(expression: Expression, names: Names, before: list[Statement], top: bool) -> Expression:
    if isinstance(expression, Select | Logic | Index):
        return expression  # what is not evaluated always stays where it is
    whole = mapped(expression, lambda part: calls_named(part, names, before, top=False))
    match whole:
        case Convert(how="sqrt"):
            wanted = "root"
        case Invoke(function=function) if function.name == "exp":
            wanted = "power"
        case Invoke(function=function, arguments=arguments):
            given = tuple(argument_named(one, names, before) for one in arguments)
            whole, wanted = replace(whole, arguments=given), f"{function.name}_value"
        case _:
            return whole
    if top:
        return whole
    known = next((one for one in before if isinstance(one, Assign) and one.value == whole), None)
    local = known.name if known else names.unused(wanted)
    if not known:
        before.append(Assign(whole.node, local, whole))
    return name(local, whole.type)


def argument_named(argument: Expression, names: Names, before: list[Statement]) -> Expression:
    """A local for an argument that is an expression, which would be needed for each of its derivatives."""
    if isinstance(argument, Name | Number | Index) or argument.type != "float32":
        return argument
    local = names.unused("argument")
    before.append(Assign(argument.node, local, argument))
    return name(local)
