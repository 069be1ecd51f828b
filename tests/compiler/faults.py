"""Faults that the compiler had, or could have. Each is injected, to count how many random kernels find it.

`pytest tests/compiler/test_faults.py --faults N` tries at most N kernels for each and prints the table of README.md;
`python -m tests.compiler.faults N NAME` is about one.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FAULTS", "Fault", "found_after", "planted", "record", "table"]

ROOT = Path(__file__).parents[2]
ANALYSIS, EXPAND, WASM = "scnn/compiler/analysis", "scnn/compiler/wasm/expand", "scnn/compiler/wasm"


@dataclass(frozen=True)
class Fault:
    """`text` in a file becomes `fault`."""

    name: str
    file: str
    text: str
    fault: str


FAULTS = [
    Fault(
        "a carried name may be read", f"{ANALYSIS}/reductions.py", "if id(statement) not in own and", "if False and"
    ),
    Fault(
        "blocked carries sums",
        f"{ANALYSIS}/reductions.py",
        'loop.kind != "lanes" or reduction is None',
        "reduction is None",
    ),
    Fault(
        "two kinds of reduction of one name",
        f"{ANALYSIS}/reductions.py",
        "combination(reduction) != combination(found[0])",
        "False",
    ),
    Fault(
        "any assignment is a reduction",
        f"{ANALYSIS}/reductions.py",
        "if isinstance(ours, Name) and ours.name == name and not mentions(other, {name})",
        "if isinstance(ours, Name)",
    ),
    Fault(
        "names leak from one side of an if to the other",
        f"{ANALYSIS}/accesses.py",
        "one, other = scope.inner(), scope.inner()",
        "one = other = scope",
    ),
    Fault(
        "the first side of an if counts",
        f"{ANALYSIS}/accesses.py",
        "left is None or right is None or left.key != right.key",
        "left is None",
    ),
    Fault(
        "an inner loop's names are those from before it",
        f"{ANALYSIS}/accesses.py",
        "    forget(found, loop.body, inner)\n",
        "",
    ),
    Fault(
        "an inner loop's names do not last",
        f"{ANALYSIS}/accesses.py",
        "    follow(found, loop.body, inner)\n    forget(found, loop.body, scope)\n",
        "    follow(found, loop.body, inner)\n",
    ),
    Fault(
        "an inner loop has one turn",
        f"{ANALYSIS}/accesses.py",
        "found.unknown((0, len(turns) - 1))",
        "found.unknown((0, 0))",
    ),
    Fault(
        "accesses of called kernels are not seen",
        f"{ANALYSIS}/accesses.py",
        "                follow(found, called.body, Scope(called, values, buffers))\n",
        "                pass\n",
    ),
    Fault(
        "what is read does not count",
        f"{ANALYSIS}/accesses.py",
        "            found.found.append(Access(expression,",
        "            (Access(expression,",
    ),
    Fault(
        "elements read are the same in all turns", f"{ANALYSIS}/accesses.py", "        self.private.add(atom)\n", ""
    ),
    Fault(
        "parameters of one buffer are two",
        f"{ANALYSIS}/accesses.py",
        "found.found.append(Access(statement, source, place, at",
        "found.found.append(Access(statement, source, buffer, at",
    ),
    Fault(
        "a store is compared with itself alone",
        f"{ANALYSIS}/independence.py",
        "if other.buffer == store.buffer:",
        "if other is store:",
    ),
    Fault(
        "only neighbouring turns can meet",
        f"{ANALYSIS}/independence.py",
        "((1, turns - 1), (1 - turns, -1))",
        "((1, 1), (-1, -1))",
    ),
    Fault(
        "only later turns can meet",
        f"{ANALYSIS}/independence.py",
        "((1, turns - 1), (1 - turns, -1))",
        "((1, turns - 1),)",
    ),
    Fault(
        "indices do not wrap in the search",
        f"{ANALYSIS}/independence.py",
        "for multiple in range(first, last + 1)",
        "for multiple in (0,)",
    ),
    Fault(
        "a long search is a proof",
        f"{ANALYSIS}/independence.py",
        "if left < 0 or search(place",
        "if left < 0:\n                return False\n            if search(place",
    ),
    Fault(
        "sums have the value of their terms",
        f"{ANALYSIS}/affine.py",
        "return (low, high) if INT32[0] <= low and high <= INT32[1] else INT32\n",
        "return (low, high)\n",
    ),
    Fault(
        "products do not wrap",
        f"{ANALYSIS}/affine.py",
        "return found if INT32[0] <= found[0] and found[1] <= INT32[1] else INT32",
        "return found",
    ),
    Fault(
        "comparisons do not wrap",
        f"{ANALYSIS}/affine.py",
        "    if all(INT32[0] <= low and high <= INT32[1] for low, high in (span(left, ranges), span(right, ranges))):\n",
        "    if True:\n",
    ),
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
        "buffer.length - abs(reach(place)), 0)",
        "buffer.length, 0)",
    ),
    Fault(
        "lanes that go down start at the first", f"{EXPAND}/memory.py", "Affine(min(reach(place), 0))", "Affine(0)"
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


@contextmanager
def planted(fault: Fault) -> Iterator[Path]:
    """A copy of the package and of the compiler's tests, with the fault injected."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("scnn", "tests/compiler"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        file = root / fault.file
        text = file.read_text()
        if text.count(fault.text) != 1:
            raise ValueError(f"{fault.file} has {text.count(fault.text)} times {fault.text!r}; expected 1")
        file.write_text(text.replace(fault.text, fault.fault))
        yield root


def found_after(fault: Fault, recorded: Path) -> int:
    """How many random kernels it takes to find the fault; 0 if those whose results were recorded are not enough."""
    with planted(fault) as root:
        command = [sys.executable, "-m", "tests.compiler.fuzzing", "--against", str(recorded)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return int(done.stdout)


def record(file: Path, count: int) -> None:
    """Keeps what the exact interpreter, without any fault, gives for the first random kernels."""
    command = [sys.executable, "-m", "tests.compiler.fuzzing", "--record", str(file), str(count)]
    subprocess.run(command, cwd=ROOT, check=True)


def table(kernels: int, names: Sequence[str] = ()) -> Iterator[str]:
    """The lines of the table, as each is known."""
    wanted = [fault for fault in FAULTS if not names or fault.name in names]
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "recorded.txt"
        record(recorded, kernels)
        yield "| fault | kernels until it is found |"
        yield "| --- | --- |"
        for fault in wanted:
            yield f"| {fault.name} | {found_after(fault, recorded) or f'not in {kernels}'} |"


if __name__ == "__main__":
    for line in table(int(sys.argv[1]), sys.argv[2:]):
        print(line, flush=True)
