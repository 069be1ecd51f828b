"""Memory: the elements of buffers, loaded and stored; an index that is not proven to lie inside is checked."""

from dataclasses import dataclass, replace

from scnn.compiler.analysis.affine import Affine, interval
from scnn.compiler.errors import KernelError
from scnn.compiler.options import Options
from scnn.compiler.tree import Expression, Index, Type
from scnn.compiler.tree import Store as TreeStore
from scnn.compiler.wasm.expand.arithmetic import Arithmetic
from scnn.compiler.wasm.expand.values import LANES, Copy, Value
from scnn.compiler.wasm.ir import Check, Node, Store
from scnn.plan import Buffer

__all__ = ["Memory", "Site"]

ELEMENT = {"float32": 4, "int32": 4, "uint8": 1}  # bytes


@dataclass(frozen=True)
class Site:
    """A place where an index is checked while the kernel runs."""

    place: str
    buffer: str
    length: int


class Memory(Arithmetic):
    """Loads and stores; adds its checks to `sites`."""

    def __init__(self, sites: list[Site], options: Options) -> None:
        super().__init__(options)
        self.sites = sites
        self.guarded = False  # inside a conditional expression, where nothing may be checked

    def element(self, expression: Index, copy: Copy, index: Value) -> Value:
        buffer = self.frame.buffers[expression.buffer]
        place = self.index_of(expression.index, index)
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

    def index_of(self, expression: Expression, index: Value) -> Affine:
        if index.affine is None:
            raise self.error(
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
            raise self.error(
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
