"""Faults in the code for WebAssembly."""

from tests.compiler.faults.fault import EXPAND, WASM, Fault

FAULTS_OF_CODE = [
    Fault("lanes in lanes", f"{EXPAND}/loops.py", 'loop.kind == "lanes" and state.lanes', "False"),
    Fault("bounds of the first turn", f"{EXPAND}/loops.py", "len(set(found)) > 1", "False"),
    Fault(
        "turns are not checked",
        f"{EXPAND}/loops.py",
        "work = require_independent(",
        "work = (lambda *_: 0)(",
    ),
    Fault(
        "names do not vary in called kernels",
        f"{EXPAND}/expressions.py",
        "varying_names(function.body, varying_parameters(expression, state.frame.varying))",
        "set()",
    ),
    Fault(
        "no condition varies",
        f"{EXPAND}/statements.py",
        "not mentions(statement.condition, state.frame.varying)",
        "True",
    ),
    Fault(
        "a masked read is checked in all lanes",
        f"{EXPAND}/memory.py",
        "index.affine is None or (turn.mask and not is_inside(state, buffer, index.affine))",
        "index.affine is None",
    ),
    Fault(
        "a masked store is checked in all lanes",
        f"{EXPAND}/memory.py",
        "index.affine is None or (turn.mask and not proven) or",
        "index.affine is None or",
    ),
    Fault(
        "a masked store stores all lanes",
        f"{EXPAND}/memory.py",
        '        node = nodes.make("v128.bitselect", node, vector(state, old), state.mask(turn.mask))\n',
        "",
    ),
    Fault(
        "a scattered store stores all lanes",
        f"{EXPAND}/memory.py",
        "        if turn.mask:\n            state.block.append(If(",
        "        if False:\n            state.block.append(If(",
    ),
    Fault(
        "gathered lanes that are off are checked",
        f"{EXPAND}/memory.py",
        '    if turn.mask:\n        outside = nodes.make("v128.and", state.mask(turn.mask), outside)\n',
        "",
    ),
    Fault(
        "the last of four lanes is not checked",
        f"{EXPAND}/memory.py",
        "buffer.length - abs(lane_distance(position)), 0)",
        "buffer.length, 0)",
    ),
    Fault(
        "lanes that go down start at the first", f"{EXPAND}/memory.py", "Affine(min(lane_distance(position), 0))", "Affine(0)"
    ),
    Fault(
        "offsets are split off any index",
        f"{EXPAND}/memory.py",
        "if low < 0 or first.constant < 0 or",
        "if first.constant < 0 or",
    ),
    Fault(
        "a masked assignment assigns all lanes", f"{EXPAND}/names.py", "if turn.mask and known.vector:", "if False:"
    ),
    Fault(
        "a sum is not kept as it was",
        f"{EXPAND}/names.py",
        "if not state.mutable & value.affine.terms.keys():",
        "if True:",
    ),
    Fault(
        "both sides of a conditional expression",
        f"{EXPAND}/expressions.py",
        "if not may_stop(first) and not may_stop(second):",
        "if True:",
    ),
    Fault(
        "all operands of and and or",
        f"{EXPAND}/expressions.py",
        "if value.is_vector or not may_stop(block):",
        "if True:",
    ),
    Fault(
        "or is guarded as and",
        f"{EXPAND}/expressions.py",
        'open_ = value if operator == "and" else invert(state, value)',
        "open_ = value",
    ),
    Fault(
        "both sides of a conditional expression in all lanes",
        f"{EXPAND}/expressions.py",
        "first, one = evaluate_apart(state, yes, turn, chosen)",
        "first, one = evaluate_apart(state, yes, turn, None)",
    ),
    Fault(
        "an index comes before the value",
        f"{EXPAND}/statements.py",
        "                stored = evaluate(state, value, turn)\n                store_element(state, turn, statement, evaluate(state, index, turn), stored)",
        "                place = evaluate(state, index, turn)\n                store_element(state, turn, statement, place, evaluate(state, value, turn))",
    ),
    Fault(
        "divisors of lanes that are off",
        f"{EXPAND}/division.py",
        '        if turn.mask:\n            zero = nodes.make("v128.and", state.mask(turn.mask), zero)\n',
        "",
    ),
    Fault("the smallest number by -1", f"{EXPAND}/division.py", "if tops[0] == INT32[0] and", "if False and"),
    Fault(
        "division rounds to zero",
        f"{EXPAND}/division.py",
        '        return nodes.make("i32.sub", quotient, below)',
        "        return quotient",
    ),
    Fault(
        "a divisor is not checked",
        f"{EXPAND}/division.py",
        "    if bottom_range[0] <= 0 <= bottom_range[1]:\n        check_divisor",
        "    if False:\n        check_divisor",
    ),
    Fault(
        "all lanes shift by the first one's amount",
        f"{EXPAND}/arithmetic.py",
        "extract(state, amounts, lane)) for lane",
        "extract(state, amounts, 0)) for lane",
    ),
    Fault(
        "minimum takes the other of equals",
        f"{EXPAND}/arithmetic.py",
        '"<" if operator == "min" else ">", other, one)',
        '"<=" if operator == "min" else ">=", other, one)',
    ),
    Fault(
        "constants are folded in float64",
        f"{EXPAND}/arithmetic.py",
        "state.nodes.f32(float32(results[operator]()))",
        "state.nodes.f32(results[operator]())",
    ),
    Fault("NaN has bits", f"{EXPAND}/conversions.py", "nodes.i32(NAN_BITS), equal", "bits, equal"),
    Fault(
        "a maximum starts at zero",
        f"{EXPAND}/reductions.py",
        "if reduction.combine is not None:\n                start",
        "if False:\n                start",
    ),
    Fault("lanes are added in a row", f"{EXPAND}/reductions.py", "for k in (0, 2))", "for k in (2, 0))"),
    Fault(
        "a reduction's sides are swapped",
        f"{EXPAND}/reductions.py",
        "    left, right = simple(state, one), simple(state, other)",
        "    right, left = simple(state, one), simple(state, other)",
    ),
    Fault(
        "loads move above their checks",
        f"{WASM}/optimise.py",
        "if not self.hoist or node.pinned:",
        "if not self.hoist:",
    ),
    Fault(
        "stores do not change what is shared",
        f"{WASM}/optimise.py",
        "                self.change([memory(buffer)])\n",
        "",
    ),
    Fault(
        "loops do not change what is shared",
        f"{WASM}/optimise.py",
        "        self.varies.pop()\n        self.levels.clear()\n        self.change(changes)",
        "        self.varies.pop()\n        self.levels.clear()",
    ),
    Fault(
        "what a loop stores can be hoisted",
        f"{WASM}/optimise.py",
        "            case Store(_, buffer):\n                found.add(memory(buffer))\n",
        "",
    ),
    Fault(
        "what an if changes can be hoisted",
        f"{WASM}/optimise.py",
        "            case If(_, yes, no):\n                found |= changes_in(yes) | changes_in(no)\n",
        "",
    ),
    Fault(
        "-0.0 is 0.0",
        f"{WASM}/ir.py",
        "key = (op, arguments, repr(data), buffer",
        "key = (op, arguments, data, buffer",
    ),
    Fault("loops end beyond int32", f"{WASM}/code.py", '("i32.const", wrap(stop))', '("i32.const", stop)'),
]
