"""Terms of zero are skipped where they are whole loops: after a ReLU or a max pooling most gradients are zero."""

from dataclasses import replace

from scnn.compiler.derive.expressions import bodies_of, is_zero, name, number, substitute
from scnn.compiler.derive.tidy import changes_nothing, each_block, simplified
from scnn.compiler.tree import Assign, Branch, Compare, Expression, Index, Repeat, Return, Statement, Store

__all__ = ["guarded"]

Statements = tuple[Statement, ...]


def guarded(statements: Statements) -> Statements:
    """`if d_v != 0.0:` around what follows `d_v = d_output[…]` in a block, where all of it, with loops in it, adds
    multiples of d_v: after a ReLU or a max pooling most gradients are zero."""

    def change(block: Statements) -> Statements:
        for position, one in enumerate(block):
            match one:
                case Assign(node, local, Index() as element) if element.buffer.startswith("d_"):
                    before, rest = block[: position + 1], block[position + 1 :]
                    if any(isinstance(each, Repeat) for each in rest) and linear(rest, local):
                        condition = Compare("bool", node, "!=", name(local), number(0.0))
                        return (*before, Branch(node, condition, rest, ()))
        return block

    return each_block(statements, change)


def linear(statements: Statements, local: str) -> bool:
    """Whether the statements change nothing where the local is zero."""
    zeros: dict[str, Expression] = {local: number(0.0)}

    def settled(block: Statements) -> bool:
        for statement in block:
            match statement:
                case Store(value=value) | Assign(value=value):
                    changed = replace(statement, value=simplified(substitute(value, zeros)))
                    if changes_nothing(changed):
                        continue
                    if not isinstance(statement, Assign):
                        return False
                    if is_zero(changed.value):
                        zeros[statement.name] = number(0.0)
                case Return():
                    return False
            if not all(settled(body) for body in bodies_of(statement)):
                return False
        return True

    return settled(statements)
