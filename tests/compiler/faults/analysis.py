"""Faults in the analysis of loops."""

from tests.compiler.faults.fault import ANALYSIS, Fault

FAULTS_OF_ANALYSIS = [
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
        "found.found.append(Access(statement, source, name, at",
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
        "if left < 0 or search(index",
        "if left < 0:\n                return False\n            if search(index",
    ),
    Fault(
        "sums have the value of their terms",
        f"{ANALYSIS}/affine.py",
        "return (low, high) if INT32[0] <= low and high <= INT32[1] else INT32\n",
        "return (low, high)\n",
    ),
    Fault(
        "a product is between those of the least and of the most",
        f"{ANALYSIS}/affine.py",
        "[x * y for x in left for y in right]\n            found = min(products)",
        "[x * y for x, y in zip(left, right)]\n            found = min(products)",
    ),
    Fault(
        "comparisons do not wrap",
        f"{ANALYSIS}/affine.py",
        "    if all(INT32[0] <= low and high <= INT32[1] for low, high in (span(left, ranges), span(right, ranges))):\n",
        "    if True:\n",
    ),
]
