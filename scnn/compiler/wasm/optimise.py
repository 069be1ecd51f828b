"""Sharing and hoisting: what is equal is computed once, what does not change in a loop before it.

One walk over the IR, in the order of running. Every expression has a level: the innermost loop that changes one
of its inputs. Hoisting computes it in the block of that level; sharing keeps what it computed for as long as its
inputs stay what they were. Nothing that can stop or trap is moved: checks are statements, and stay where they are;
pinned nodes, which load what a check or a branch guards, are computed in their own block.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scnn.compiler.wasm.ir import Block, Check, If, Loop, Node, Nodes, Routine, Set, Statement, Store, origin_of
from scnn.compiler.wasm.origins import Origin

__all__ = ["optimise"]


@dataclass
class Scope:
    """A block being made: in how many loops it lies, and which expressions have a local here."""

    block: Block
    depth: int
    known: dict[Node, tuple[str, int]] = field(default_factory=dict)  # expression → local, and when


def optimise(routine: Routine, share: bool, hoist: bool) -> Routine:
    """The same routine, with equal and unchanging expressions computed once."""
    optimiser = Optimiser(share, hoist)
    optimiser.block(routine.body, Scope([], 0))
    return Routine(routine.name, routine.parameters, optimiser.result, routine.loops)


class Optimiser:
    def __init__(self, share: bool, hoist: bool) -> None:
        self.share, self.hoist = share, hoist
        self.nodes = Nodes()
        self.scopes: list[Scope] = []
        self.changed: dict[str, int] = {}  # input → when it last changed
        self.varies: list[frozenset[str]] = []  # for each loop around, the inputs that it changes
        self.inputs: dict[Node, frozenset[str]] = {}
        self.levels: dict[Node, int] = {}
        self.repeated: set[Node] = set()
        self.origin: Origin | None = None  # of the statement at hand
        self.now = 0
        self.temporaries = 0
        self.result: Block = []

    # ----------------------------------------------------------------------------------- statements

    def block(self, statements: Block, scope: Scope) -> Block:
        outer_repeated, self.repeated = self.repeated, repeated(statements) if self.share else set()
        self.scopes.append(scope)
        for statement in statements:
            self.statement(statement)
        self.scopes.pop()
        self.repeated = outer_repeated
        self.result = scope.block
        return scope.block

    def statement(self, statement: Statement) -> None:
        self.origin = statement.origin
        out = self.scopes[-1].block
        match statement:
            case Set(local, value, origin):
                out.append(Set(local, self.replaced(value), origin))
                self.change([local])
            case Store(op, buffer, address, offset, value, lane, origin):
                out.append(Store(op, buffer, self.replaced(address), offset, self.replaced(value), lane, origin))
                self.change([memory(buffer)])
            case Check(condition, site, origin):
                out.append(Check(self.replaced(condition), site, origin))
            case Loop(local, start, stop, step, body, origin):
                changes = frozenset({local, *changes_in(body)})
                self.enter_loop(changes)
                inner = self.block(body, Scope([], self.scopes[-1].depth + 1))
                self.leave_loop(changes)
                out.append(Loop(local, start, stop, step, inner, origin))
            case If(condition, yes, no, origin):
                chosen = self.replaced(condition)
                depth = self.scopes[-1].depth
                sides = [self.block(side, Scope([], depth)) for side in (yes, no)]
                out.append(If(chosen, sides[0], sides[1], origin))

    def enter_loop(self, changes: frozenset[str]) -> None:
        self.varies.append(changes)
        self.levels.clear()
        self.change(changes)

    def leave_loop(self, changes: frozenset[str]) -> None:
        self.varies.pop()
        self.levels.clear()
        self.change(changes)

    def change(self, inputs: Iterable[str]) -> None:
        self.now += 1
        for one in inputs:
            self.changed[one] = self.now

    # ---------------------------------------------------------------------------------- expressions

    def replaced(self, node: Node) -> Node:
        """What to write instead of the node: a local that already holds its value, or the node itself."""
        if is_leaf(node):
            return node
        scope = self.scope_of(node)
        known = self.find(node, scope)
        if known:
            return known
        outward = scope is not self.scopes[-1]
        if outward or node in self.repeated:
            return self.keep(node, scope)
        return self.rebuilt(node)

    def rebuilt(self, node: Node) -> Node:
        arguments = [self.replaced(argument) for argument in node.arguments]
        made = self.nodes.make(
            node.op, *arguments, data=node.data, buffer=node.buffer, type=node.type, pinned=node.pinned
        )
        made.origins |= node.origins
        return made

    def keep(self, node: Node, scope: Scope) -> Node:
        """Computes the node in the scope's block, into a local of its own."""
        value = self.rebuilt(node)
        self.temporaries += 1
        local = f"t{self.temporaries}"
        scope.block.append(Set(local, value, origin_of(node, self.origin)))
        scope.known[node] = (local, self.now)
        return self.nodes.local(local, node.type)

    def find(self, node: Node, scope: Scope) -> Node | None:
        """The local that holds the node's value now, if one does."""
        if not self.share and not self.hoist:
            return None
        for candidate in (scope, *reversed(self.scopes)):
            if node in candidate.known:
                local, since = candidate.known[node]
                if all(self.changed.get(one, 0) <= since for one in self.inputs_of(node)):
                    return self.nodes.local(local, node.type)
        return None

    def scope_of(self, node: Node) -> Scope:
        """The innermost block of the loop that changes the node, or the block at hand."""
        if not self.hoist or node.pinned:
            return self.scopes[-1]
        level = self.level(node)
        if level == self.scopes[-1].depth:
            return self.scopes[-1]
        return next(scope for scope in reversed(self.scopes) if scope.depth == level)

    def level(self, node: Node) -> int:
        if node not in self.levels:
            inputs = self.inputs_of(node)
            depth = len(self.varies)
            while depth and not (inputs & self.varies[depth - 1]):
                depth -= 1
            self.levels[node] = depth
        return self.levels[node]

    def inputs_of(self, node: Node) -> frozenset[str]:
        if node not in self.inputs:
            own = {str(node.data)} if node.op == "local.get" else {memory(node.buffer)} if node.buffer else set()
            self.inputs[node] = frozenset(own).union(*map(self.inputs_of, node.arguments))
        return self.inputs[node]


def memory(buffer: str) -> str:
    """The name under which a buffer's contents are an input; no local is called so."""
    return f"[{buffer}]"


def is_leaf(node: Node) -> bool:
    return node.op == "local.get" or (node.op.endswith(".const") and node.type != "v128")


def changes_in(block: Block) -> set[str]:
    """The locals that a block sets and the buffers that it stores to."""
    found: set[str] = set()
    for statement in block:
        match statement:
            case Set(local, _):
                found.add(local)
            case Store(_, buffer):
                found.add(memory(buffer))
            case Loop(local, _, _, _, body):
                found |= {local} | changes_in(body)
            case If(_, yes, no):
                found |= changes_in(yes) | changes_in(no)
    return found


def repeated(block: Block) -> set[Node]:
    """The expressions that occur more than once in a block's own statements."""
    seen: set[Node] = set()
    again: set[Node] = set()

    def count(node: Node) -> None:
        if is_leaf(node):
            return
        if node in seen:
            again.add(node)
            return
        seen.add(node)
        for argument in node.arguments:
            count(argument)

    for statement in block:
        for node in roots(statement):
            count(node)
    return again


def roots(statement: object) -> tuple[Node, ...]:
    match statement:
        case Set(_, value):
            return (value,)
        case Store(_, _, address, _, value):
            return (address, value)
        case Check(condition) | If(condition):
            return (condition,)
    return ()
