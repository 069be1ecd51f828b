"""The text format: a function of the module as people read it, a line for each instruction.

https://webassembly.github.io/spec/core/text/index.html
"""

from scnn.compiler.wasm.code import Code, Instruction
from scnn.compiler.wasm.instructions import shuffled_bytes

__all__ = ["text_of_function", "text_of_instruction"]


def text_of_function(code: Code) -> str:
    """(func $name …), locals by their names, blocks indented."""
    lines = [f"(func ${code.name}" + "".join(f" (param ${name} i32)" for name in code.parameters)]
    lines += [f"  (local ${name} {kind})" for name, kind in code.locals.items()]
    depth = 1
    for one in code.body:
        if one[0] in ("end", "else"):
            depth -= 1
        lines.append("  " * depth + text_of_instruction(one))
        if one[0] in ("block", "loop", "if", "else"):
            depth += 1
    return "\n".join([*lines, ")"])


def text_of_instruction(one: Instruction) -> str:
    op, *rest = one
    match op, rest:
        case (("local.get" | "local.set" | "local.tee" | "call"), [name]):
            return f"{op} ${name}"
        case "v128.const", [tuple(lanes)]:
            shape = "f32x4" if isinstance(lanes[0], float) else "i32x4"
            return f"v128.const {shape} {' '.join(map(str, lanes))}"
        case "i8x16.shuffle", [tuple(lanes)]:
            return f"{op} {' '.join(map(str, shuffled_bytes(lanes)))}"
        case _, [int(offset), int(lane)]:
            return f"{op} offset={offset} {lane}"
        case _, [int(number)] if "load" in str(op) or "store" in str(op):
            return f"{op} offset={number}"
    return " ".join(map(str, one))
