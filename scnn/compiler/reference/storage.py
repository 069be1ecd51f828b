"""Where a kernel's names live in the generated program.

What is the same for all turns that run together is a Python variable; what each turn has for itself is a slot of its
frame; and what a loop over lanes carries is a cell in a slot, which frames share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from scnn.compiler.analysis.reductions import Reduction, find_reductions
from scnn.compiler.tree import Assign, Branch, Function, Repeat, Statement, assignments

__all__ = ["Storage", "storage_of"]


@dataclass
class Storage:
    """`variables` and `slots` tell a name's number; `cells` are the names that some loop carries, and `reductions`
    how, by the identity of the loop."""

    variables: dict[str, int] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    cells: set[str] = field(default_factory=set)
    reductions: dict[int, list[Reduction]] = field(default_factory=dict)


def storage_of(function: Function, together: bool) -> Storage:
    """Where the names are; `together` where the function is called in several frames at once. Raises KernelError for
    a name that goes from one turn to the next where turns run together, and is no reduction."""
    storage = Storage()
    own: set[str] = set()
    parameters = [parameter.name for parameter in function.parameters if not parameter.is_buffer]
    names = [*parameters, *(assign.name for assign in assignments(function.body))]
    if together:
        own.update(names)

    def look(statements: Sequence[Statement], defined: set[str]) -> None:
        """`defined` are the names that are sure to have a value."""
        for statement in statements:
            match statement:
                case Assign(_, name, _):
                    defined.add(name)
                case Branch(_, _, yes, no):
                    in_yes, in_no = set(defined), set(defined)
                    look(yes, in_yes)
                    look(no, in_no)
                    defined |= in_yes & in_no
                case Repeat(_, name, kind, _, _, body):
                    names.append(name)
                    if kind in ("lanes", "blocked"):
                        own.add(name)
                        own.update(assign.name for assign in assignments(body))
                        found = find_reductions(statement, defined, function.source)
                        storage.reductions[id(statement)] = found
                        storage.cells.update(reduction.name for reduction in found)
                    look(body, {*defined, name})

    look(function.body, set(parameters))
    for name in dict.fromkeys(names):
        if name in own:
            storage.slots[name] = len(storage.slots) + 1  # slot 0 marks the loop turn
        else:
            storage.variables[name] = len(storage.variables)
    return storage
