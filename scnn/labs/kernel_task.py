"""Exercises whose answer is a kernel: scnn.compiler reads it, Python never executes it, and it runs on random inputs.

Each test runs on the exact interpreter first, with a limit of steps, so that no answer runs for ever. Compiled code
gives the same bits on the same inputs and so takes the same steps: it is run only after that, and needs no limit.
"""

import ast
from collections.abc import Generator, Iterator
from typing import Any

from scnn import kernels
from scnn.compiler import KernelError, TextKernel, kernels_from
from scnn.compiler.errors import Diagnostic
from scnn.compiler.tree import Parameter
from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError, KernelStop
from scnn.labs.fields import Fields
from scnn.labs.kernel_checks import MAX_SOURCE, Equals, exact, parameters_of, run_case
from scnn.labs.kernel_gradients import GradientOf
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Task

__all__ = ["KernelTask", "Refused"]

NAME = "your answer"
BORROWABLE = ("exp", "log", "next_random", "uniform")  # functions of one number that any answer may call


class Refused(Exception):
    """An answer that is no kernel for this exercise."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


CHECKS: dict[str, Any] = {"equals": Equals, "gradient_of": GradientOf}


class KernelTask(Task):
    """`answer`: {"kind": "kernel", "kernel": the name, "start": the text to begin with, "may_call": names in
    scnn.kernels}."""

    kind = "kernel"

    def __init__(self, kernel: str, start: str, may_call: tuple[str, ...], checks: list[Any]) -> None:
        self.kernel, self.start, self.may_call, self.checks = kernel, start, may_call, checks

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "KernelTask":
        kernel = answer.string("kernel", 60)
        start = answer.string("start", MAX_SOURCE)
        may_call: tuple[str, ...] = BORROWABLE
        if answer.has("may_call"):
            may_call = tuple(answer.items("may_call", "names of kernels"))
            if not all(isinstance(name, str) and name in kernels.__all__ for name in may_call):
                answer.refuse("may_call", "names of kernels in scnn.kernels", list(may_call))
        found = []
        for fields in checks:
            found.append(CHECKS[fields.choice("kind", list(CHECKS))].read(fields))
            fields.finish()
        return cls(kernel, start, may_call, found)

    def describe(self, language: str) -> dict[str, Any]:
        return {"kernel": self.kernel, "start": self.start}

    def accept(self, answer: object) -> str:
        if not isinstance(answer, str) or len(answer) > MAX_SOURCE:
            raise AnswerError(f"expected the text of a kernel, of at most {MAX_SOURCE} characters")
        return answer.replace("\r\n", "\n")

    def submitted(self, text: str) -> TextKernel:
        """The kernel of an answer; raises Refused."""
        try:
            found = kernels_from(text, NAME)
        except KernelError as error:
            raise Refused(Remark("kernel_refused", reasons(error))) from None
        kernel = found.get(self.kernel) or (next(iter(found.values())) if len(found) == 1 else None)
        if kernel is None:
            raise Refused(Remark("kernel_missing", {"name": self.kernel, "found": ", ".join(found) or "none"}))
        for one in found.values():
            for name in called(one):
                if name not in found and name not in self.may_call:
                    raise Refused(Remark("kernel_borrowed", {"name": name}))
        return kernel

    def grade(self, answer: str, language: str, make_engine: EngineFactory) -> Grading:
        evidence = Evidence()
        try:
            kernel = self.submitted(answer)
            remark, count = yield from self.all_cases(kernel, make_engine, evidence)
        except Refused as refused:
            return evidence.verdict(False, [refused.remark])
        return evidence.verdict(remark is None, [remark or Remark("kernel_right", {"count": count})])

    def all_cases(
        self, kernel: TextKernel, make_engine: EngineFactory, evidence: Evidence
    ) -> Generator[float, None, tuple[Remark | None, int]]:
        """The remark on the first case that is wrong, and how many there are."""
        count = sum(len(check.cases) for check in self.checks)
        done = 0
        for check in self.checks:
            names = renamed(kernel, check.parameters)
            for case in check.cases:
                buffers = check.inputs(case)
                yield done / count
                for engine in (exact, make_engine):
                    try:
                        results = run_case(kernel, case, buffers, engine, names)
                    except (KernelStop, KernelError) as error:
                        values = {"sizes": case.size_text, **reasons(error)}
                        raise Refused(Remark("kernel_stopped", values)) from None
                    wrong = check.compare(case, results)
                    if wrong is not None:
                        for name in results:
                            evidence.add(map(float, results[name]))
                        values = {**wrong.values, "passed": done, "count": count}
                        return Remark(wrong.key, values), count
                    yield done / count
                for name in results:
                    evidence.add(map(float, results[name]))
                done += 1
        return None, count


def reasons(error: KernelError | KernelStop) -> dict[str, Any]:
    """An error in words, and as plain data for an editor."""
    if isinstance(error, KernelStop):
        reason = str(error).rpartition("\n")[2]
        return {"reason": str(error), "errors": [{"reason": reason, "expected": "", "labels": plain_labels(error)}]}
    errors = [{"reason": one.reason, "expected": one.expected, "labels": plain_labels(one)} for one in error.errors]
    return {"reason": str(error), "errors": errors}


def plain_labels(error: Diagnostic | KernelStop) -> list[dict[str, Any]]:
    return [
        {name: getattr(label, name) for name in ("line", "column", "end_line", "end_column", "text")}
        for label in error.labels
    ]


def renamed(kernel: TextKernel, expected: tuple[Parameter, ...]) -> dict[str, str]:
    """The answer's names of the expected parameters: other names are allowed, another order or type is not."""
    found = parameters_of(kernel)
    if [(one.kind, one.is_buffer) for one in found] != [(one.kind, one.is_buffer) for one in expected]:
        values = {"name": kernel.__name__, "expected": signature(expected), "found": signature(found)}
        raise Refused(Remark("kernel_parameters", values))
    return {one.name: other.name for one, other in zip(expected, found, strict=True)}


def signature(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(f"{one.name}: {one.kind}" for one in parameters)


def called(kernel: TextKernel) -> Iterator[str]:
    """The names of scnn's kernels that a kernel calls."""
    for node in ast.walk(kernel.definition):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kernels.__all__:
            yield node.func.id
