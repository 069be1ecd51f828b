"""The instructions of WebAssembly that the compiler uses: how each is written in a binary module.

Plain ones: https://webassembly.github.io/spec/core/binary/instructions.html#numeric-instructions
Vector ones, behind the prefix 0xFD: https://webassembly.github.io/spec/core/binary/instructions.html#vector-instructions
"""

from collections.abc import Sequence

__all__ = ["ALIGNMENTS", "BLOCK_VOID", "OPCODES", "SATURATING", "VALUE_TYPES", "VECTOR_OPCODES", "shuffled_bytes"]

VALUE_TYPES = {"i32": 0x7F, "f32": 0x7D, "v128": 0x7B}
BLOCK_VOID = 0x40

OPCODES = {
    "unreachable": 0x00,
    "block": 0x02,
    "loop": 0x03,
    "if": 0x04,
    "else": 0x05,
    "end": 0x0B,
    "br": 0x0C,
    "br_if": 0x0D,
    "call": 0x10,
    "select": 0x1B,
    "local.get": 0x20,
    "local.set": 0x21,
    "local.tee": 0x22,
    "global.set": 0x24,
    "i32.load": 0x28,
    "f32.load": 0x2A,
    "i32.load8_u": 0x2D,
    "i32.store": 0x36,
    "f32.store": 0x38,
    "i32.const": 0x41,
    "f32.const": 0x43,
    "i32.eqz": 0x45,
    "i32.eq": 0x46,
    "i32.ne": 0x47,
    "i32.lt_s": 0x48,
    "i32.gt_s": 0x4A,
    "i32.le_s": 0x4C,
    "i32.ge_s": 0x4E,
    "i32.ge_u": 0x4F,
    "f32.eq": 0x5B,
    "f32.ne": 0x5C,
    "f32.lt": 0x5D,
    "f32.gt": 0x5E,
    "f32.le": 0x5F,
    "f32.ge": 0x60,
    "i32.add": 0x6A,
    "i32.sub": 0x6B,
    "i32.mul": 0x6C,
    "i32.div_s": 0x6D,
    "i32.rem_s": 0x6F,
    "i32.and": 0x71,
    "i32.or": 0x72,
    "i32.shl": 0x74,
    "i32.shr_s": 0x75,
    "f32.abs": 0x8B,
    "f32.neg": 0x8C,
    "f32.sqrt": 0x91,
    "f32.add": 0x92,
    "f32.sub": 0x93,
    "f32.mul": 0x94,
    "f32.div": 0x95,
    "f32.convert_i32_s": 0xB2,
    "i32.reinterpret_f32": 0xBC,
    "f32.reinterpret_i32": 0xBE,
}

SATURATING = {"i32.trunc_sat_f32_s": 0}  # behind the prefix 0xFC

VECTOR_OPCODES = {
    "v128.load": 0,
    "v128.load32_splat": 9,
    "v128.store": 11,
    "v128.const": 12,
    "i8x16.shuffle": 13,
    "i32x4.splat": 17,
    "f32x4.splat": 19,
    "i32x4.extract_lane": 27,
    "i32x4.replace_lane": 28,
    "f32x4.extract_lane": 31,
    "f32x4.replace_lane": 32,
    "i32x4.eq": 55,
    "i32x4.ne": 56,
    "i32x4.lt_s": 57,
    "i32x4.gt_s": 59,
    "i32x4.le_s": 61,
    "i32x4.ge_s": 63,
    "i32x4.ge_u": 64,
    "f32x4.eq": 65,
    "f32x4.ne": 66,
    "f32x4.lt": 67,
    "f32x4.gt": 68,
    "f32x4.le": 69,
    "f32x4.ge": 70,
    "v128.not": 77,
    "v128.and": 78,
    "v128.or": 80,
    "v128.bitselect": 82,
    "v128.any_true": 83,
    "v128.store32_lane": 90,
    "v128.load32_zero": 92,
    "i16x8.extend_low_i8x16_u": 137,
    "i32x4.abs": 160,
    "i32x4.neg": 161,
    "i32x4.extend_low_i16x8_u": 169,
    "i32x4.shl": 171,
    "i32x4.shr_s": 172,
    "i32x4.add": 174,
    "i32x4.sub": 177,
    "i32x4.mul": 181,
    "i32x4.min_s": 182,
    "i32x4.max_s": 184,
    "f32x4.abs": 224,
    "f32x4.neg": 225,
    "f32x4.sqrt": 227,
    "f32x4.add": 228,
    "f32x4.sub": 229,
    "f32x4.mul": 230,
    "f32x4.div": 231,
    "f32x4.pmin": 234,
    "f32x4.pmax": 235,
    "i32x4.trunc_sat_f32x4_s": 248,
    "f32x4.convert_i32x4_s": 250,
}

# log2 of the alignment that a load or store may expect: floats and whole numbers lie on four bytes, vectors
# anywhere, since rows begin at any column.
ALIGNMENTS = {"i32.load8_u": 0}


def shuffled_bytes(lanes: Sequence[int]) -> list[int]:
    """The bytes that i8x16.shuffle picks from two vectors for lanes of 4 bytes, 0 to 3 of the first and 4 to 7 of the
    second."""
    return [4 * lane + byte for lane in lanes for byte in range(4)]
