"""Kernels whose compiled results once differed from the exact interpreter: each must give the same bits, be refused
by a KernelError that says why, or stop with the same error at the same line. Each represents a kind of mistake, next
to its variants.
"""

from tests.compiler.cases import aliases, calls, carried, floats, guards, independence, integers, nesting
from tests.compiler.cases.by_kind import CASES_BY_KIND
from tests.compiler.cases.case import Case

__all__ = ["CASES", "CASES_BY_KIND", "Case"]

MODULES = (carried, independence, aliases, nesting, guards, integers, floats, calls)
CASES = [case for module in MODULES for case in module.TABLE.cases]
