"""The names that may differ between iterations that run together; a condition without them is the same for all.

A name varies if it is the loop's own, or if it is assigned from what varies, or under a condition that varies. An
element read at an index that does not vary does not vary either: no other turn stores there, the turns being
independent. Order plays no part: a name that varies anywhere in a body varies everywhere in it.
"""

from collections.abc import Sequence

from scnn.compiler.analysis.walk import mentions
from scnn.compiler.tree import Assign, Branch, Expression, Invoke, Repeat, Run, Statement

__all__ = ["varying_names", "varying_parameters"]


def varying_names(body: Sequence[Statement], start: set[str]) -> set[str]:
    """All names that vary in a body, given that those of `start` do (the loop variable, or parameters)."""
    varying = set(start)
    while True:
        before = len(varying)
        spread(body, varying, under=False)
        if len(varying) == before:
            return varying


def spread(body: Sequence[Statement], varying: set[str], under: bool) -> None:
    for statement in body:
        match statement:
            case Assign(_, name, value):
                if under or mentions(value, varying):
                    varying.add(name)
            case Branch(_, condition, yes, no):
                for side in (yes, no):
                    spread(side, varying, under or mentions(condition, varying))
            case Repeat(body=inner):
                spread(inner, varying, under)


def varying_parameters(run: Run | Invoke, varying: set[str]) -> set[str]:
    """The parameters of a called kernel that vary, given the names that vary in its caller."""
    pairs = zip(run.function.parameters, run.arguments, strict=True)
    return {p.name for p, argument in pairs if isinstance(argument, Expression) and mentions(argument, varying)}
