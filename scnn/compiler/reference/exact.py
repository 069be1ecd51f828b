"""What makes a program exact: the result of every operation on float32 is rounded, and every index is checked."""

from scnn.compiler.reference.expressions import write_expression
from scnn.compiler.reference.writer import Code, Rules, Writer
from scnn.compiler.tree import Index, Store

__all__ = ["EXACT", "checked_index"]


def read_element(writer: Writer, expression: Index) -> Code:
    at = checked_index(writer, expression)
    value = writer.variable(f"b{writer.buffers[expression.buffer]}[{at}]")
    if writer.watched:
        writer.line(f"W.read({writer.site(expression)}, {at}, {value.text})")
    return value


def checked_index(writer: Writer, at: Index | Store) -> str:
    """The index, as a name or a number."""
    code, number = write_expression(writer, at.index), writer.buffers[at.buffer]
    name = code.text if code.text.isidentifier() or code.text.isdigit() else writer.variable(code.text).text
    writer.mark()
    writer.line(f"if not 0 <= {name} < n{number}:")
    with writer.indented(at):
        site = writer.site(at)
        if code.settled:
            writer.line(f"{site}.outside(B{number})")
        else:
            writer.line(f"{name} = wrapped({name})")
            writer.line(f"if not 0 <= {name} < n{number}: {site}.outside(B{number})")
    return name


def rounded_operation(writer: Writer, left: Code, operator: str, right: Code) -> Code:
    return rounded(writer, f"{left.text} {operator} {right.text}")


def rounded(writer: Writer, text: str) -> Code:
    writer.line(f"R[0] = {text}")
    return writer.variable("R[0]")


EXACT = Rules(read_element, rounded_operation, rounded, run=("X",))
