"""Conversions: between the types, and what else is done to one number."""

from scnn.compiler.wasm.expand.arithmetic import absolute
from scnn.compiler.wasm.expand.forms import scalar, vector
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import Value
from scnn.float32 import float32

__all__ = ["convert"]

NAN_BITS = 0x7FC00000  # those of every NaN


def convert(state: State, how: str, value: Value) -> Value:
    nodes, lanes = state.nodes, value.is_vector
    if how == "abs":
        return absolute(state, value)
    node = vector(state, value) if lanes else scalar(state, value)
    if how == "float":
        if value.affine is not None and value.affine.is_constant:
            return Value("float32", node=nodes.f32(float32(value.affine.constant)))
        return Value("float32", node=nodes.make("f32x4.convert_i32x4_s" if lanes else "f32.convert_i32_s", node))
    if how == "sqrt":
        return Value("float32", node=nodes.make("f32x4.sqrt" if lanes else "f32.sqrt", node))
    if how == "int":
        if lanes:
            return Value("int32", node=nodes.make("i32x4.trunc_sat_f32x4_s", node))
        return state.opaque("whole", nodes.make("i32.trunc_sat_f32_s", node))
    if how == "float_to_bits":
        node = state.in_local(node)
        if lanes:
            equal = nodes.make("f32x4.eq", node, node)
            return Value("int32", node=nodes.make("v128.bitselect", node, nodes.v128(NAN_BITS), equal))
        bits = nodes.make("i32.reinterpret_f32", node)
        equal = nodes.make("f32.eq", node, node)
        return state.opaque("bits", nodes.make("select", bits, nodes.i32(NAN_BITS), equal, type="i32"))
    assert how == "bits_to_float"
    return Value("float32", node=node if lanes else nodes.make("f32.reinterpret_i32", node))
