"""One name for one value: locals that are assigned again, or used for different things in different places, are
renamed.

After it a local has one assignment, or one on each side of a branch; but those that the turns of a loop carry keep
one name through the loop. A value that the backward kernel needs is then never overwritten before it gets there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scnn.compiler.derive.expressions import assign, mapped, name, names_in, rewritten
from scnn.compiler.derive.liveness import carried, live_before
from scnn.compiler.tree import Assign, Branch, Expression, Name, Repeat, Return, Statement, Store, Type

__all__ = ["MARK", "Versions", "base"]

MARK = "'"  # between a name and its version; Python's names cannot have it

Names = dict[str, str]


def base(version: str) -> str:
    """The name as the kernel has it."""
    return version.partition(MARK)[0]


@dataclass
class Versions:
    """`types` are those of the locals, by their own names. Scalars that a kernel is given keep their names."""

    types: dict[str, Type]
    counts: dict[str, int] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def fresh(self, local: str) -> str:
        number = self.counts[local] = self.counts.get(local, 0) + 1
        return local if number == 1 else f"{local}{MARK}{number}"

    def renamed(self, expression: Expression, names: Names) -> Expression:
        self.read |= {names[one] for one in names_in(expression) if one in names}
        known = {one: name(new, self.types.get(one, "int32")) for one, new in names.items()}
        return in_place_of(expression, known)

    def block(
        self, statements: Sequence[Statement], names: Names, pinned: frozenset[str], after: set[str]
    ) -> tuple[Statement, ...]:
        """The statements with versions; `names` is brought up to date. `pinned` are carried by a loop around them."""
        new: list[Statement] = []
        for position, statement in enumerate(statements):
            rest = live_before(statements[position + 1 :], after)
            match statement:
                case Assign(node, local, value):
                    value = self.renamed(value, names)
                    if local not in pinned:
                        names[local] = self.fresh(local)
                    new.append(Assign(node, names[local], value))
                case Store(node, buffer, index, value):
                    new.append(Store(node, buffer, self.renamed(index, names), self.renamed(value, names)))
                case Return(node, value):
                    new.append(Return(node, self.renamed(value, names)))
                case Branch(node, condition, yes, no):
                    condition = self.renamed(condition, names)
                    new.append(Branch(node, condition, *self.sides(yes, no, names, pinned, rest)))
                case Repeat():
                    new += self.loop(statement, names, pinned, rest)
        return tuple(new)

    def sides(
        self,
        yes: tuple[Statement, ...],
        no: tuple[Statement, ...],
        names: Names,
        pinned: frozenset[str],
        after: set[str],
    ) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """Both sides of a branch. A local that they leave in different versions gets one more, the same in both."""
        at_yes, at_no = dict(names), dict(names)
        yes, no = self.block(yes, at_yes, pinned, after), self.block(no, at_no, pinned, after)
        for local in sorted(after & at_yes.keys() & at_no.keys()):
            if at_yes[local] == at_no[local]:
                names[local] = at_yes[local]
                continue
            version = self.fresh(local)
            yes = coalesced((*yes, self.copy(version, at_yes[local], local)))
            no = coalesced((*no, self.copy(version, at_no[local], local)))
            self.read |= {at_yes[local], at_no[local]}
            names[local] = version
        return yes, no

    def copy(self, version: str, of: str, local: str) -> Assign:
        return assign(version, name(of, self.types[local]))

    def loop(self, loop: Repeat, names: Names, pinned: frozenset[str], after: set[str]) -> list[Statement]:
        new: list[Statement] = []
        kept = carried(loop, after)
        for local in sorted(kept - pinned):
            if local in names and names[local] in self.read:  # its value at the start is another value
                version = self.fresh(local)
                new.append(self.copy(version, names[local], local))
                names[local] = version
        bounds = tuple(self.renamed(bound, names) for bound in loop.bounds)
        by = self.renamed(loop.by, names) if loop.by else None
        inner = dict(names)
        inner[loop.name] = self.fresh(loop.name)
        self.types[loop.name] = "int32"
        body = self.block(loop.body, inner, pinned | kept, live_before(loop.body) | after)
        return [*new, replace(loop, name=inner[loop.name], bounds=bounds, by=by, body=body)]


def in_place_of(expression: Expression, known: dict[str, Name]) -> Expression:
    """The expression with names replaced that keep their place in the source."""
    if isinstance(expression, Name):
        return replace(expression, name=known[expression.name].name) if expression.name in known else expression
    return mapped(expression, lambda child: in_place_of(child, known))


def coalesced(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """`b = …` for `a = …; b = a` at the end of a side of a branch, where nothing else is `a`."""
    if len(statements) < 2:
        return statements
    *before, last = statements
    match last:
        case Assign(name=new, value=Name(name=old)):
            at = [position for position, one in enumerate(before) if isinstance(one, Assign) and one.name == old]
            if len(at) == 1:
                renamed = rewritten(before[at[0] :], lambda one: in_place_of(one, {old: name(new)}), {old: new})
                return (*before[: at[0]], *renamed)
    return statements
