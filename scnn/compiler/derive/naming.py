"""Locals: the innermost block that contains all uses of a local, and readable names instead of versions."""

from scnn.compiler.derive.expressions import expressions_of, name, reads_of, rewritten, statements_in, walk
from scnn.compiler.derive.liveness import assignments_in, carried, live_before
from scnn.compiler.derive.tidy import tidied
from scnn.compiler.derive.versions import MARK, base, in_place_of
from scnn.compiler.tree import Assign, Branch, Function, Name, Repeat, Statement

__all__ = ["pretty", "scopes_of"]

Statements = tuple[Statement, ...]


def scopes_of(body: Statements) -> dict[str, int]:
    """For each local the innermost block that has all of it."""
    scopes: dict[str, int] = {}

    def settle(block: Statements, locals_: set[str], after: set[str]) -> None:
        left = set(locals_)
        for position, statement in enumerate(block):
            rest = live_before(block[position + 1 :], after)
            match statement:
                case Repeat(body=inner):
                    inside = {one.name for one in assignments_in(inner)} & left
                    own = {one for one in inside - carried(statement, rest) if only_in(one, statement, block)}
                    settle(inner, own, live_before(inner) | rest)
                    left -= own
                case Branch(yes=yes, no=no):
                    for side, other in ((yes, no), (no, yes)):
                        inside = {one.name for one in assignments_in(side)} & left
                        own = {one for one in inside if only_in(one, statement, block) and not uses((*other,), one)}
                        settle(side, own, rest)
                        left -= own
        scopes.update(dict.fromkeys(left, id(block)))

    settle(body, {one.name for one in assignments_in(body)}, set())
    return scopes


def only_in(local: str, statement: Statement, block: Statements) -> bool:
    """Whether no other statement of the block, nor this one's own expressions, read or assign the local."""
    own = any(
        isinstance(part, Name) and part.name == local for each in expressions_of(statement) for part in walk(each)
    )
    return not own and not uses(tuple(one for one in block if one is not statement), local)


def uses(statements: Statements, local: str) -> bool:
    return any(one.name == local for one in assignments_in(statements)) or any(
        isinstance(part, Name) and part.name == local for part in reads_of(statements)
    )


def pretty(statements: Statements, function: Function) -> Statements:
    """Versions of one name that never meet get the name itself; others a number."""
    statements = kept_in_one(statements)
    versions: dict[str, list[str]] = {}
    for one in statements_in(statements):
        if isinstance(one, Assign | Repeat):
            versions.setdefault(base(one.name), []).append(one.name)
    taken = {one.name for one in function.parameters} | versions.keys()
    new: dict[str, str] = {}
    for text, found in versions.items():
        several = list(dict.fromkeys(found))
        for number_, version in enumerate(several):
            free = all(not meet(version, other, statements) for other in several[:number_])
            if free:
                new[version] = text
                continue
            count = 2
            while f"{text}_{count}" in taken:
                count += 1
            new[version] = f"{text}_{count}"
            taken.add(new[version])
    for old, now in new.items():
        if now == "d_result" and "gradient" not in taken:
            new[old] = "gradient"
    renamed = {old: name(now) for old, now in new.items() if MARK in old or old != now}
    return rewritten(
        statements, lambda one: in_place_of(one, renamed), {old: one.name for old, one in renamed.items()}
    )


def kept_in_one(statements: Statements) -> Statements:
    """`v = a; if c: v = b` for `v = a; if c: w = b else: w = v`, where nothing else reads v."""
    for one in statements_in(statements):
        match one:
            case Branch(no=(Assign(name=new, value=Name(name=old)),)) if base(new) == base(old):
                reads = sum(isinstance(part, Name) and part.name == old for part in reads_of(statements))
                every = [each.name for each in assignments_in(statements)]
                if reads == 1 and every.count(old) == 1 and every.count(new) == 1 + written_in(one.yes, new):
                    renamed = rewritten(statements, lambda part: in_place_of(part, {new: name(old)}), {new: old})
                    return kept_in_one(tidied(renamed))
    return statements


def written_in(statements: Statements, local: str) -> int:
    return sum(each.name == local for each in assignments_in(statements))


def meet(one: str, other: str, statements: Statements) -> bool:
    """Whether two names are used in one and the same innermost statement of the outermost block that has both."""
    touching = [statement for statement in statements if uses_any(statement, one) or uses_any(statement, other)]
    both = [statement for statement in touching if uses_any(statement, one) and uses_any(statement, other)]
    if len(both) == 1 and len(touching) == 1 and isinstance(both[0], Repeat | Branch):
        bodies = (both[0].body,) if isinstance(both[0], Repeat) else (both[0].yes, both[0].no)
        if isinstance(both[0], Repeat) and both[0].name in (one, other):
            return True
        return any(meet(one, other, body) for body in bodies)
    if both:
        return True
    # side by side: they do not meet where each is confined to loops of its own
    return not all(isinstance(statement, Repeat) for statement in touching)


def uses_any(statement: Statement, local: str) -> bool:
    named = any(isinstance(one, Assign | Repeat) and one.name == local for one in statements_in((statement,)))
    return named or any(isinstance(part, Name) and part.name == local for part in reads_of((statement,)))
