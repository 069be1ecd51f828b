"""A statement in turns that run together is done for each of their frames before the next statement."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from scnn.compiler.reference.shape import stops
from scnn.compiler.reference.writer import Writer

__all__ = ["each_frame", "for_each_frame"]


@contextmanager
def each_frame(writer: Writer, node: Any) -> Iterator[None]:
    """What is written inside is done for each frame of the group."""
    if not writer.group:
        yield
        return
    writer.line(f"for f in {writer.group}:")
    with writer.indented(node, loop=True):
        yield


def for_each_frame(writer: Writer, statement: Any, write: Callable[[bool], None]) -> None:
    """Writes a statement for each frame of the group. `write(True)` writes its effect, too.

    In a loop turn of four lanes one operation is done in all of them before the next. Where several may stop the
    statement, the first one to do so is looked for in the lanes that have not been evaluated.
    """
    if not writer.group or not writer.in_lanes or stops(statement) < 2:
        with each_frame(writer, statement):
            write(True)
        return
    writer.line("try:")
    with writer.indented(statement, loop=True), each_frame(writer, statement):
        write(True)
    writer.line("except Stops:")
    with writer.indented(statement, loop=True):
        writer.line("first = None")
        writer.line(f"for f in rest_of_turn({writer.group}, f):")
        with writer.indented(statement, loop=True):
            writer.line("try:")
            with writer.indented(statement, loop=True):
                writer.probing = True
                write(False)
                writer.probing = False
                writer.line("pass")
            writer.line("except Stops as stop: first = earlier(first, o, stop)")
        writer.line("raise first[2] from None")
