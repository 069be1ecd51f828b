"""The binary format: functions become the bytes of a WebAssembly module.

https://webassembly.github.io/spec/core/binary/modules.html
"""

import struct
from collections.abc import Sequence

from scnn.compiler.wasm.code import Code, Instruction
from scnn.compiler.wasm.instructions import (
    ALIGNMENTS,
    BLOCK_VOID,
    OPCODES,
    SATURATING,
    VALUE_TYPES,
    VECTOR_OPCODES,
    shuffled_bytes,
)

__all__ = ["PAGE", "module"]

PAGE = 65536  # bytes of one page of memory

# Sections by their numbers: https://webassembly.github.io/spec/core/binary/modules.html#sections
CUSTOM, TYPE, FUNCTION, MEMORY, GLOBAL, EXPORT, CODE = 0, 1, 3, 5, 6, 7, 10

FUNCTION_NAMES = (
    1  # a subsection of the names: https://webassembly.github.io/spec/core/appendix/custom.html#name-section
)

EXPORT_FUNCTION, EXPORT_MEMORY, EXPORT_GLOBAL = 0, 2, 3


def module(functions: Sequence[Code], exported: Sequence[str], memory: int) -> bytes:
    """A module with a memory of so many bytes, exported as `memory`, the last failed check's number, exported as
    `site`, and the functions, some of them exported by name."""
    counts = sorted({len(code.parameters) for code in functions})
    numbers = {code.name: number for number, code in enumerate(functions)}
    types = [b"\x60" + vector([bytes([VALUE_TYPES["i32"]])] * count) + vector([]) for count in counts]
    exports = [name(export) + bytes([EXPORT_FUNCTION]) + unsigned(numbers[export]) for export in exported]
    exports += [name("memory") + bytes([EXPORT_MEMORY, 0]), name("site") + bytes([EXPORT_GLOBAL, 0])]
    site = bytes([VALUE_TYPES["i32"], 1, OPCODES["i32.const"]]) + signed(-1) + bytes([OPCODES["end"]])
    sections = [
        (TYPE, vector(types)),
        (FUNCTION, vector([unsigned(counts.index(len(code.parameters))) for code in functions])),
        (MEMORY, vector([b"\x00" + unsigned(-(-memory // PAGE))])),
        (GLOBAL, vector([site])),
        (EXPORT, vector(exports)),
        (CODE, vector([sized(function(code, numbers)) for code in functions])),
        (CUSTOM, names(functions)),
    ]
    return b"\x00asm\x01\x00\x00\x00" + b"".join(bytes([number]) + sized(body) for number, body in sections)


def names(functions: Sequence[Code]) -> bytes:
    """The functions' names, which traps and browsers' tools show: conv2d_forward#3 is the plan's fourth routine."""
    named = vector([unsigned(number) + name(code.name) for number, code in enumerate(functions)])
    return name("name") + bytes([FUNCTION_NAMES]) + sized(named)


def function(code: Code, functions: dict[str, int]) -> bytes:
    """Locals by type, then the body: https://webassembly.github.io/spec/core/binary/modules.html#code-section"""
    by_type = {kind: [local for local, own in code.locals.items() if own == kind] for kind in VALUE_TYPES}
    ordered = [*code.parameters, *(local for locals_ in by_type.values() for local in locals_)]
    positions = {local: position for position, local in enumerate(ordered)}
    groups = [unsigned(len(locals_)) + bytes([VALUE_TYPES[kind]]) for kind, locals_ in by_type.items() if locals_]
    body = b"".join(instruction(one, positions, functions) for one in code.body)
    return vector(groups) + body + bytes([OPCODES["end"]])


def instruction(one: Instruction, positions: dict[str, int], functions: dict[str, int]) -> bytes:
    op, *rest = one
    assert isinstance(op, str)
    match op, rest:
        case (("local.get" | "local.set" | "local.tee"), [local]):
            return bytes([OPCODES[op]]) + unsigned(positions[str(local)])
        case "call", [called]:
            return bytes([OPCODES[op]]) + unsigned(functions[str(called)])
        case (("br" | "br_if" | "global.set"), [int(number)]):
            return bytes([OPCODES[op]]) + unsigned(number)
        case (("block" | "loop" | "if"), []):
            return bytes([OPCODES[op], BLOCK_VOID])
        case "i32.const", [int(number)]:
            return bytes([OPCODES[op]]) + signed(number)
        case "f32.const", [float(number)]:
            return bytes([OPCODES[op]]) + struct.pack("<f", number)
        case "v128.const", [tuple(lanes)]:
            return vector_op(op) + struct.pack("<4f" if isinstance(lanes[0], float) else "<4i", *lanes)
        case "i8x16.shuffle", [tuple(lanes)]:
            return vector_op(op) + bytes(shuffled_bytes(lanes))
        case _, []:
            return plain(op)
        case _, [int(lane)] if op.endswith("_lane") and "load" not in op and "store" not in op:
            return vector_op(op) + bytes([lane])
        case _, [int(offset)]:
            return plain(op) + unsigned(alignment(op)) + unsigned(offset)
        case _, [int(offset), int(lane)]:
            return vector_op(op) + unsigned(alignment(op)) + unsigned(offset) + bytes([lane])
    raise AssertionError(f"no such instruction: {one}")


def alignment(op: str) -> int:
    return ALIGNMENTS.get(op, 2)


def plain(op: str) -> bytes:
    if op in OPCODES:
        return bytes([OPCODES[op]])
    if op in SATURATING:
        return b"\xfc" + unsigned(SATURATING[op])
    return vector_op(op)


def vector_op(op: str) -> bytes:
    return b"\xfd" + unsigned(VECTOR_OPCODES[op])


def unsigned(number: int) -> bytes:
    """LEB128: https://webassembly.github.io/spec/core/binary/values.html#integers"""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | 0x80 if number else low)
        if not number:
            return bytes(out)


def signed(number: int) -> bytes:
    """Signed LEB128: the last byte's bit 6 is the sign."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        done = (number == 0 and not low & 0x40) or (number == -1 and low & 0x40)
        out.append(low if done else low | 0x80)
        if done:
            return bytes(out)


def vector(items: Sequence[bytes]) -> bytes:
    """A count, then the items: https://webassembly.github.io/spec/core/binary/conventions.html#vectors"""
    return unsigned(len(items)) + b"".join(items)


def sized(body: bytes) -> bytes:
    return unsigned(len(body)) + body


def name(text: str) -> bytes:
    return sized(text.encode())
