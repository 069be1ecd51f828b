"""Labs: exercises as files, graded by the engine, and receipts of their answers.

`read_lab` reads a file, `grade` grades an answer, `make_receipt` makes the text that a pupil hands in, and `verify`
runs it again.
"""

from scnn.labs.lab import EXERCISES, Lab, bundled_lab, bundled_labs, grade, pack_lab, read_lab, unpack_lab
from scnn.labs.receipt import Receipt, Verification, make_receipt, receipts_in, verify
from scnn.labs.task import Verdict

__all__ = [
    "EXERCISES",
    "Lab",
    "Receipt",
    "Verdict",
    "Verification",
    "bundled_lab",
    "bundled_labs",
    "grade",
    "make_receipt",
    "pack_lab",
    "read_lab",
    "receipts_in",
    "unpack_lab",
    "verify",
]
