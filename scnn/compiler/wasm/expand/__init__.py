"""Expansion: one kernel call, its sizes known, becomes low-level IR, its loops run as they ask to be run.

The tree is executed, not translated: whole numbers that are known are computed, and everything else leaves a
statement behind. What `blocked` and `lanes` run together is a list of copies: every statement is executed for
each copy before the next one, so that inner loops are shared (unroll and jam). A copy inside `lanes` stands for
four turns, its values being vectors.

One class does it, built in layers, a module each: routine, arithmetic, memory, expressions, loops, statements.
"""

from collections.abc import Mapping, Sequence

from scnn.compiler.analysis.affine import Affine
from scnn.compiler.options import Options
from scnn.compiler.tree import Function, Type
from scnn.compiler.wasm.expand.memory import Site
from scnn.compiler.wasm.expand.statements import Statements
from scnn.compiler.wasm.expand.values import Copy, Value
from scnn.compiler.wasm.ir import Routine
from scnn.plan import Buffer

__all__ = ["Site", "expand"]


def expand(
    name: str,
    function: Function,
    buffers: Mapping[str, Buffer],
    numbers: Mapping[str, float],
    parameters: Sequence[str],
    sites: list[Site],
    options: Options,
) -> Routine:
    """The routine of one call; adds its checks to `sites`."""
    expander = Statements(sites, options)
    copy = Copy({})
    for parameter in function.parameters:
        if parameter.name in numbers:
            type_: Type = "float32" if parameter.kind == "Float32" else "int32"
            copy.names[parameter.name] = expander.number(type_, numbers[parameter.name])
    for name_ in parameters:
        atom = expander.nodes.local(name_, "i32")
        copy.names[name_] = Value("int32", affine=Affine(0, {atom: 1}))
    expander.enter(function, buffers, lambda: expander.execute(function.body, [copy]))
    return Routine(name, tuple(parameters), expander.block)
