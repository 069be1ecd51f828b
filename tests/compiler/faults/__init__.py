"""Faults that the compiler had, or could have. Each is injected, to count how many random kernels find it.

`pytest tests/compiler/test_faults.py --faults N` tries at most N kernels for each and prints the table of README.md;
`python -m tests.compiler.faults N NAME` is about one.
"""

from tests.compiler.faults.fault import ROOT, Fault
from tests.compiler.faults.search import FAULTS, found_after, planted, record, table

__all__ = ["FAULTS", "ROOT", "Fault", "found_after", "planted", "record", "table"]
