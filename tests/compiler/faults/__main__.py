"""`python -m tests.compiler.faults N NAME`: how many of N random kernels it takes to find a fault."""

import sys

from tests.compiler.faults import table

for line in table(int(sys.argv[1]), sys.argv[2:]):
    print(line, flush=True)
