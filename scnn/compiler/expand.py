"""Expansion: one kernel call, its sizes known, becomes low-level IR, its loops run as they ask to be run.

The tree is executed, not translated: whole numbers that are known are computed, and everything else leaves a
statement behind. What `blocked` and `lanes` run together is a list of copies: every statement is executed for
each copy before the next one, so that inner loops are shared (unroll and jam). A copy inside `lanes` stands for
four turns, its values being vectors.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from scnn.compiler.affine import Affine, Range, interval
from scnn.compiler.arithmetic import Arithmetic, Value
from scnn.compiler.errors import KernelError
from scnn.compiler.ir import Block, Check, If, Loop, Node, Nodes, Routine, Set, Store
from scnn.compiler.lawful import require_independent
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
    Negate,
    Not,
    Number,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Type,
)
from scnn.compiler.tree import Store as TreeStore
from scnn.plan import Buffer

__all__ = ["Options", "Site", "expand"]

LANES = 4
ELEMENT = {"float32": 4, "int32": 4, "uint8": 1}


@dataclass(frozen=True)
class Options:
    """Which transformations are made; without them the result is the same, only slower."""

    lanes: bool = True
    blocked: bool = True
    unrolled: bool = True
    fold: bool = True
    share: bool = True
    hoist: bool = True


@dataclass(frozen=True)
class Site:
    """A place where an index is checked while the kernel runs."""

    place: str
    buffer: str
    length: int


@dataclass(frozen=True)
class Cell:
    """A local that statements set; `vector` if it holds four lanes."""

    local: str
    type: Type
    vector: bool


@dataclass
class Copy:
    """One of the turns that run together: what its names stand for."""

    names: dict[str, Value | Cell]
    tag: str = ""
    vector: bool = False
    mask: Node | None = None  # the lanes in which the statement counts

    def turned(self, name: str, value: Affine, tag: str, vector: bool) -> "Copy":
        names = {**self.names, name: Value("int32", affine=value)}
        return Copy(names, self.tag + tag, self.vector or vector, self.mask)


@dataclass
class Frame:
    """The kernel being executed: its function, its buffers, and which of its locals are assigned once."""

    function: Function
    buffers: Mapping[str, Buffer]
    once: frozenset[str] = field(default_factory=frozenset)


def expand(
    name: str,
    function: Function,
    buffers: Mapping[str, Buffer],
    numbers: Mapping[str, int],
    parameters: Sequence[str],
    sites: list[Site],
    options: Options,
) -> Routine:
    """The routine of one call; adds its checks to `sites`."""
    expander = Expander(Nodes(), sites, options)
    copy = Copy({})
    for parameter in function.parameters:
        if parameter.name in numbers:
            copy.names[parameter.name] = Value("int32", affine=Affine(numbers[parameter.name]))
    for name_ in parameters:
        atom = expander.nodes.local(name_, "i32")
        copy.names[name_] = Value("int32", affine=Affine(0, {atom: 1}))
    expander.enter(function, buffers, lambda: expander.execute(function.body, [copy]))
    return Routine(name, tuple(parameters), expander.block)


class Expander(Arithmetic):
    """Executes a tree. `block` is where statements go, `ranges` what is known of whole numbers."""

    def __init__(self, nodes: Nodes, sites: list[Site], options: Options) -> None:
        super().__init__(nodes, options.fold)
        self.sites, self.options = sites, options
        self.block: Block = []
        self.frames: list[Frame] = []
        self.mutable: set[Node] = set()  # atoms that are set more than once
        self.counter = 0
        self.guarded = False  # inside a conditional expression, where nothing may be checked

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def enter(self, function: Function, buffers: Mapping[str, Buffer], body: Callable[[], None]) -> None:
        self.frames.append(Frame(function, buffers, assigned_once(function.body)))
        body()
        self.frames.pop()

    def fresh(self, name: str) -> str:
        self.counter += 1
        return f"{name}.{self.counter}"

    @contextmanager
    def into(self) -> Iterator[Block]:
        """Statements go into a block of their own."""
        outer, self.block = self.block, []
        yield self.block
        self.block = outer

    # ----------------------------------------------------------------------------------- statements

    def execute(self, statements: Sequence[Statement], copies: list[Copy]) -> None:
        for statement in statements:
            match statement:
                case Assign(_, name, value):
                    for copy in copies:
                        self.assign(copy, name, self.evaluate(value, copy))
                case TreeStore(_, _, index, value):
                    for copy in copies:
                        self.store(statement, copy, self.evaluate(index, copy), self.evaluate(value, copy))
                case Branch():
                    self.branch(statement, copies)
                case Repeat():
                    self.repeat(statement, copies)
                case Run():
                    self.run(statement, copies)
                case Return(_, value):
                    for copy in copies:
                        copy.names["return"] = self.evaluate(value, copy)

    def assign(self, copy: Copy, name: str, value: Value) -> None:
        known = copy.names.get(name)
        if value.affine is not None and not isinstance(known, Cell) and name in self.frame.once and not copy.mask:
            if self.mutable & value.affine.terms.keys():
                value = self.opaque(name, self.scalar(value))  # what it is now, not what it will be
            copy.names[name] = value
            return
        if not isinstance(known, Cell):
            known = Cell(self.fresh(name + copy.tag), value.type, copy.vector)
            copy.names[name] = known
        node = self.vector(value) if known.vector else self.scalar(value)
        if copy.mask and known.vector:
            node = self.nodes.make("v128.bitselect", node, self.cell(known), copy.mask)
        self.block.append(Set(known.local, node))
        if known.type == "int32" and not known.vector:
            self.mutable.add(self.cell(known))

    def refusal(self, expression: Binary, reason: str, allowed: str) -> Exception:
        return self.frame.function.source.error(expression.node, reason, allowed)

    def cell(self, cell: Cell) -> Node:
        kind = "v128" if cell.vector else "f32" if cell.type == "float32" else "i32"
        return self.nodes.local(cell.local, kind)

    def opaque(self, name: str, node: Node, known: Range | None = None) -> Value:
        """A whole number that is not known now: kept in a local, an atom from here on."""
        local = self.fresh(name)
        self.block.append(Set(local, node))
        atom = self.nodes.local(local, "i32")
        if known:
            self.ranges[atom] = known
        return Value("int32", affine=Affine(0, {atom: 1}))

    def store(self, statement: TreeStore, copy: Copy, index: Value, value: Value) -> None:
        buffer = self.frame.buffers[statement.buffer]
        place = self.index_of(statement.index, index)
        address, offset = self.address(statement, buffer, place)
        shape = "f32" if value.type == "float32" else "i32"
        if not copy.vector:
            self.block.append(Store(f"{shape}.store", buffer.name, address, offset, self.scalar(value)))
            return
        node = self.vector(value)
        if copy.mask:
            old = self.load(buffer, place, address, offset, vector=True)
            node = self.nodes.make("v128.bitselect", node, self.vector(old), copy.mask)
        if place.lane == 1:
            self.block.append(Store("v128.store", buffer.name, address, offset, node))
            return
        for lane in range(LANES):
            at = offset + lane * place.lane * ELEMENT[buffer.kind]
            self.block.append(Store("v128.store32_lane", buffer.name, address, at, node, lane))

    def branch(self, statement: Branch, copies: list[Copy]) -> None:
        conditions = [self.evaluate(statement.condition, copy) for copy in copies]
        if all(condition.constant is not None for condition in conditions):
            for condition, copy in zip(conditions, copies, strict=True):
                self.execute(statement.yes if condition.constant else statement.no, [copy])
            return
        if not any(condition.is_vector for condition in conditions):
            same = all(condition.node is conditions[0].node for condition in conditions)
            for condition, group in (
                [(conditions[0], copies)] if same else zip(conditions, [[c] for c in copies], strict=True)
            ):
                self.either(statement, condition, group)
            return
        for condition, copy in zip(conditions, copies, strict=True):
            mask, outer = self.mask(condition), copy.mask
            self.predeclare(statement, copy)
            for statements, chosen in ((statement.yes, mask), (statement.no, self.nodes.make("v128.not", mask))):
                if statements:
                    local = self.fresh("mask")
                    both = self.nodes.make("v128.and", outer, chosen) if outer else chosen
                    self.block.append(Set(local, both))
                    copy.mask = self.nodes.local(local, "v128")
                    self.execute(statements, [copy])
            copy.mask = outer

    def either(self, statement: Branch, condition: Value, copies: list[Copy]) -> None:
        for copy in copies:
            self.predeclare(statement, copy)
        blocks = []
        for statements in (statement.yes, statement.no):
            with self.into() as block:
                inner = [replace(copy, names=dict(copy.names)) for copy in copies]
                self.execute(statements, inner)
            blocks.append(block)
        self.block.append(If(self.scalar(condition), *blocks))

    def predeclare(self, statement: Branch, copy: Copy) -> None:
        """Gives names that both sides assign one local, so that what follows can read it."""
        types = assigned_types(statement.yes)
        for name in types.keys() & assigned_types(statement.no).keys():
            if name not in copy.names:
                copy.names[name] = Cell(self.fresh(name + copy.tag), types[name], copy.vector)

    def run(self, statement: Run, copies: list[Copy]) -> None:
        """A kernel called as a statement: its names are its own, its buffers the caller's."""
        function = statement.function
        pairs = list(zip(function.parameters, statement.arguments, strict=True))
        buffers = {p.name: self.frame.buffers[a] for p, a in pairs if isinstance(a, str)}
        inner = []
        for copy in copies:
            names: dict[str, Value | Cell] = {
                p.name: self.kept(p.name, self.evaluate(a, copy)) for p, a in pairs if isinstance(a, Expression)
            }
            inner.append(Copy(names, copy.tag, copy.vector, copy.mask))
        self.enter(function, buffers, lambda: self.execute(function.body, inner))

    def kept(self, name: str, value: Value) -> Value:
        """The value as it is now: what changes later is copied."""
        if value.affine is not None:
            return self.opaque(name, self.scalar(value)) if self.mutable & value.affine.terms.keys() else value
        assert value.node
        if value.node.op.endswith(".const"):
            return value
        local = self.fresh(name)
        self.block.append(Set(local, value.node))
        return replace(value, node=self.nodes.local(local, value.node.type))

    # ---------------------------------------------------------------------------------------- loops

    def repeat(self, loop: Repeat, copies: list[Copy]) -> None:
        bounds = [self.constant(bound, copies) for bound in loop.bounds]
        numbers = range(*bounds)
        kind = loop.kind if getattr(self.options, loop.kind, True) else "range"
        if kind in ("lanes", "blocked"):
            carried = require_independent(loop, self.frame, copies[0], self.ranges)
            if kind == "lanes":
                self.lanes(loop, len(numbers), copies, carried)
            else:
                self.blocked(loop, len(numbers), copies)
        elif kind == "unrolled":
            for number in numbers:
                self.turn(loop, [number], Affine(number), copies, vector=False)
        else:
            self.over(loop, numbers, lambda at: self.turn(loop, [0], at, copies, vector=False))

    def constant(self, bound: Expression, copies: list[Copy]) -> int:
        value = self.evaluate(bound, copies[0])
        if value.affine is None or not value.affine.is_constant:
            raise self.frame.function.source.error(
                bound.node, "a loop's bound is not constant", "sizes, and arithmetic on them"
            )
        return value.affine.constant

    def over(self, loop: Repeat, numbers: range, body: Callable[[Affine], None]) -> None:
        """The body once for all the numbers, in a loop; or as it is, where there is one alone."""
        if len(numbers) == 1:
            body(Affine(numbers[0]))
        elif len(numbers) > 1:
            local = self.fresh(loop.name)
            atom = self.nodes.local(local, "i32")
            self.ranges[atom] = (min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1]))
            with self.into() as block:
                body(Affine(0, {atom: 1}))
            self.block.append(Loop(local, numbers[0], numbers[-1] + numbers.step, numbers.step, block))

    def turn(self, loop: Repeat, shifts: Sequence[int], at: Affine, copies: list[Copy], vector: bool) -> None:
        """One pass through the body, `shifts` telling the turns that run together, counted from `at`."""
        tagged = len(shifts) > 1
        if shifts == [at.constant] and at.is_constant:
            shifts = [0]
        inner = [
            copy.turned(
                loop.name, replace(at + Affine(shift), lane=int(vector)), f".{shift}" if tagged else "", vector
            )
            for copy in copies
            for shift in shifts
        ]
        self.execute(loop.body, inner)

    def blocked(self, loop: Repeat, count: int, copies: list[Copy]) -> None:
        assert loop.by
        by = self.constant(loop.by, copies)
        whole = count // by * by
        self.over(loop, range(0, whole, by), lambda at: self.turn(loop, range(by), at, copies, vector=False))
        if whole < count:
            self.turn(loop, range(count - whole), Affine(whole), copies, vector=False)

    def lanes(self, loop: Repeat, count: int, copies: list[Copy], carried: Sequence[str]) -> None:
        """Groups of `by` turns as vectors, then of four, then what is left one by one, yet together."""
        by = self.constant(loop.by, copies) if loop.by else LANES
        if by < LANES or by % LANES:
            raise self.frame.function.source.error(loop.node, f"{by} turns are no whole vectors", "a multiple of 4")
        whole = count // by * by
        vectors = count // LANES * LANES
        sums = self.begin_sums(carried, copies, min(by, vectors) // LANES)
        for numbers, width in ((range(0, whole, by), by), (range(whole, vectors, LANES), vectors - whole)):
            if len(numbers) and width:
                groups = range(0, width, LANES)
                steps = numbers if width == by else range(numbers.start, numbers.start + 1)
                self.over(loop, steps, partial(self.vectors, loop, groups, copies, sums))
        self.end_sums(sums, copies)
        if vectors < count:
            self.turn(loop, range(count - vectors), Affine(vectors), copies, vector=False)

    def vectors(self, loop: Repeat, groups: range, copies: list[Copy], sums: "Sums", at: Affine) -> None:
        inner = []
        for number, copy in enumerate(copies):
            for shift in groups:
                turned = copy.turned(loop.name, replace(at + Affine(shift), lane=1), f".{shift}", vector=True)
                for name, cells in sums.items():
                    turned.names[name] = cells[number][shift // LANES]
                inner.append(turned)
        self.execute(loop.body, inner)

    def begin_sums(self, carried: Sequence[str], copies: list[Copy], groups: int) -> "Sums":
        """For each sum that the loop adds to, a vector of partial sums for each copy and group, at zero."""
        sums: Sums = {}
        for name in carried:
            sums[name] = []
            for copy in copies:
                cells = [Cell(self.fresh(name + copy.tag), "float32", vector=True) for _ in range(groups)]
                zero = self.nodes.make("v128.const", data=(0.0,) * LANES)
                self.block += [Set(cell.local, zero) for cell in cells]
                sums[name].append(cells)
        return sums

    def end_sums(self, sums: "Sums", copies: list[Copy]) -> None:
        """Adds the groups in their order, then the lanes as (0 + 1) + (2 + 3), then that to what was there."""
        for name, per_copy in sums.items():
            for copy, cells in zip(copies, per_copy, strict=True):
                if cells:
                    total = self.cell(cells[0])
                    for cell in cells[1:]:
                        total = self.nodes.make("f32x4.add", total, self.cell(cell))
                    lane = [self.nodes.make("f32x4.extract_lane", total, data=number) for number in range(LANES)]
                    low, high = (self.nodes.make("f32.add", lane[k], lane[k + 1]) for k in (0, 2))
                    self.assign(copy, name, self.add(self.read(name, copy), self.nodes.make("f32.add", low, high)))

    # ---------------------------------------------------------------------------------- expressions

    def evaluate(self, expression: Expression, copy: Copy) -> Value:
        match expression:
            case Number(type, _, value):
                return self.number(type, value)
            case Name(_, _, name):
                return self.read(name, copy)
            case Index():
                return self.element(expression, copy)
            case Negate(_, _, operand):
                return self.negate(self.evaluate(operand, copy))
            case Binary(_, _, operator, left, right):
                return self.binary(expression, operator, self.evaluate(left, copy), self.evaluate(right, copy))
            case Compare(_, _, operator, left, right):
                return self.compare(operator, self.evaluate(left, copy), self.evaluate(right, copy))
            case Logic(_, _, operator, operands):
                return self.logic_of(operator, operands, copy)
            case Not(_, _, operand):
                return self.invert(self.evaluate(operand, copy))
            case Select(_, _, condition, yes, no):
                chosen = self.evaluate(condition, copy)
                if chosen.constant is not None:
                    return self.evaluate(yes if chosen.constant else no, copy)
                with self.guard():
                    return self.select(chosen, self.evaluate(yes, copy), self.evaluate(no, copy))
            case Convert(_, _, how, operand):
                return self.convert(how, self.evaluate(operand, copy))
            case Invoke():
                return self.invoke(expression, copy)
        raise AssertionError(f"no such expression: {expression}")

    def logic_of(self, operator: str, operands: Sequence[Expression], copy: Copy) -> Value:
        """and, or: all operands are computed, and so what stands behind the first must not fail."""
        first, *others = operands
        value = self.evaluate(first, copy)
        for other in others:
            with self.guard():
                value = self.logic(operator, value, self.evaluate(other, copy))
        return value

    @contextmanager
    def guard(self) -> Iterator[None]:
        outer, self.guarded = self.guarded, True
        yield
        self.guarded = outer

    def read(self, name: str, copy: Copy) -> Value:
        known = copy.names[name]
        if isinstance(known, Value):
            return known
        node = self.cell(known)
        if known.type == "int32" and not known.vector:
            return Value("int32", affine=Affine(0, {node: 1}))
        return Value(known.type, node=node)

    def invoke(self, expression: Invoke, copy: Copy) -> Value:
        """A kernel called for its value: executed in place, for this copy alone."""
        function = expression.function
        pairs = zip(function.parameters, expression.arguments, strict=True)
        names: dict[str, Value | Cell] = {p.name: self.kept(p.name, self.evaluate(a, copy)) for p, a in pairs}
        inner = Copy(names, copy.tag, copy.vector, copy.mask)
        self.enter(function, {}, lambda: self.execute(function.body, [inner]))
        result = inner.names["return"]
        assert isinstance(result, Value)
        return result

    def element(self, expression: Index, copy: Copy) -> Value:
        buffer = self.frame.buffers[expression.buffer]
        place = self.index_of(expression.index, self.evaluate(expression.index, copy))
        address, offset = self.address(expression, buffer, place)
        value = self.load(buffer, place, address, offset, copy.vector and place.lane != 0)
        if value.type == "int32" and not value.is_vector:
            known = (0, 255) if buffer.kind == "uint8" else None
            return self.opaque(expression.buffer, self.scalar(value), known)
        return value

    def load(self, buffer: Buffer, place: Affine, address: Node, offset: int, vector: bool) -> Value:
        kind: Type = "float32" if buffer.kind == "float32" else "int32"
        shape = "f32" if kind == "float32" else "i32"
        op = "i32.load8_u" if buffer.kind == "uint8" else f"{shape}.load"

        def scalar_at(step: int) -> Node:
            return self.nodes.make(op, address, data=offset + step * ELEMENT[buffer.kind], buffer=buffer.name)

        if not vector:
            return Value(kind, node=scalar_at(0))
        if place.lane == 1 and buffer.kind != "uint8":
            return Value(kind, node=self.nodes.make("v128.load", address, data=offset, buffer=buffer.name))
        if place.lane == 1:
            node = self.nodes.make("v128.load32_zero", address, data=offset, buffer=buffer.name)
            node = self.nodes.make("i16x8.extend_low_i8x16_u", node)
            return Value("int32", node=self.nodes.make("i32x4.extend_low_i16x8_u", node))
        node = self.nodes.make(f"{shape}x4.splat", scalar_at(0))
        for lane in range(1, LANES):
            node = self.nodes.make(f"{shape}x4.replace_lane", node, scalar_at(lane * place.lane), data=lane)
        return Value(kind, node=node)

    def index_of(self, expression: Expression, index: Value) -> Affine:
        if index.affine is None:
            raise self.frame.function.source.error(
                expression.node,
                "this index differs from lane to lane in a way that is not known",
                "sums of the loop's name and sizes",
            )
        return index.affine

    def address(self, at: Index | TreeStore, buffer: Buffer, place: Affine) -> tuple[Node, int]:
        """The address in bytes, as a node and a constant that is not negative; checked, unless it is proven."""
        (low, high), rest = interval(place, self.ranges)
        if rest.terms or low < 0 or high >= buffer.length:
            self.check(at, buffer, place)
        size = ELEMENT[buffer.kind]
        moving = Affine(0, place.terms)
        (least, _), unknown = interval(moving, self.ranges)
        if unknown.terms or least < 0 or place.constant < 0:
            whole = self.sum_of((moving + Affine(place.constant)) * size)
            return whole, buffer.offset
        return self.sum_of(moving * size), buffer.offset + place.constant * size

    def check(self, at: Index | TreeStore, buffer: Buffer, place: Affine) -> None:
        source = self.frame.function.source
        span = 3 * place.lane
        if self.guarded:
            raise source.error(
                at.node,
                f"this index may lie outside {buffer.name}, whose length is {buffer.length}",
                "an `if` around the statement",
            )
        if place.is_constant or span < 0 or span >= buffer.length:
            raise KernelError(
                f"{source.place(at.node)}\nthe index lies outside {buffer.name}, whose length is {buffer.length}"
            )
        self.sites.append(Site(source.place(at.node), buffer.name, buffer.length))
        index = self.sum_of(replace(place, lane=0))
        self.block.append(Check(index, buffer.length - span, len(self.sites) - 1))


Sums = dict[str, list[list[Cell]]]


def assignments(statements: Sequence[Statement]) -> Iterator[Assign]:
    """Every assignment to a local, however deep."""
    for statement in statements:
        match statement:
            case Assign():
                yield statement
            case Branch(_, _, yes, no):
                yield from assignments(yes)
                yield from assignments(no)
            case Repeat(body=body):
                yield from assignments(body)


def assigned_once(statements: Sequence[Statement]) -> frozenset[str]:
    names = [assign.name for assign in assignments(statements)]
    return frozenset(name for name in names if names.count(name) == 1)


def assigned_types(statements: Sequence[Statement]) -> dict[str, Type]:
    return {assign.name: assign.value.type for assign in assignments(statements)}
