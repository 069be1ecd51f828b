"""Small mistakes planted in the compiler's own source, one at a time: which of them does no test notice?

`python -m tests.compiler.mutation FILE …` prints the survivors. Each mistake is tried in a process of its own, forked
from one that has everything loaded: by the tables of cases and by random kernels, which are compared with what the
exact interpreter gave without the mistake, and by the unit tests of the search for a common element.
"""

import ast
import importlib
import os
import signal
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

from scnn.compiler import KernelError
from scnn.compiler.syntax import syntax_tree
from scnn.engines.interpreter import Interpreter
from tests.compiler.cases import CASES, CASES_BY_KIND
from tests.compiler.fuzzing import differs_from, expectation
from tests.compiler.generator import example
from tests.compiler.support import ENGINES
from tests.compiler.test_cases import outcome, plan_for
from tests.compiler.test_independence import (
    test_a_search_that_is_too_long_is_no_proof,
    test_iterations_that_meet_may_meet,
    test_the_search_agrees_with_brute_force,
)

__all__ = ["Mutant", "mutants"]

ROOT = Path(__file__).parents[2]
FILES = [f"scnn/compiler/{name}.py" for name in ("analysis/independence", "analysis/accesses", "wasm/optimise")]
RANDOM_KERNELS = 60
SECONDS = 120  # then a mistake counts as noticed: something runs without end

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """A module with one mistake."""

    file: str
    line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  →  {self.after}"


def mutants(file: str) -> Iterator[Mutant]:
    """Every small mistake in a file."""
    tree = syntax_tree((ROOT / file).read_text())
    for index, node in enumerate(ast.walk(tree)):
        for number in range(len(list(changes(deepcopy(node))))):
            changed = deepcopy(tree)
            target = next(one for at, one in enumerate(ast.walk(changed)) if at == index)
            before = ast.unparse(target)
            change = list(changes(target))[number]
            change()
            after = ast.unparse(ast.fix_missing_locations(target))
            if change.removed:
                node, before, after = change.removed, ast.unparse(change.removed), "pass"
            if after != before:
                line = getattr(node, "lineno", 0)
                yield Mutant(file, line, first_line(before), first_line(after), ast.fix_missing_locations(changed))


def first_line(text: str) -> str:
    return text.splitlines()[0] if text else "nothing"


def changes(node: ast.AST) -> Iterator["Change"]:
    """What can be done to one node."""
    match node:
        case ast.Compare(ops=[op]):
            yield Change(node, "ops", [COMPARISONS[type(op)]()])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            yield Change(node, "op", OPERATORS[type(op)]())
        case ast.BoolOp(op=op, values=values):
            yield Change(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
            yield Change(node, "values", values[1:])
            yield Change(node, "values", values[:-1])
        case ast.Constant(value=bool(value)):
            yield Change(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield Change(node, "value", value + 1)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield Change(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.UnaryOp(op=ast.USub()):
            yield Change(node, "op", ast.UAdd())
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        if isinstance(statements, list) and not isinstance(node, ast.Module | ast.ClassDef):
            for at, statement in enumerate(statements):
                if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign) and not is_docstring(statement):
                    yield Change(node, field, [*statements[:at], ast.Pass(), *statements[at + 1 :]], statement)


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@dataclass
class Change:
    node: ast.AST
    field: str
    value: object
    removed: ast.stmt | None = None

    def __call__(self) -> None:
        setattr(self.node, self.field, self.value)


# ------------------------------------------------------------------------------------------------- trying


def install(mutant: Mutant) -> None:
    """Gives the loaded module's functions the code of the mutant, wherever they are known."""
    module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
    changed = ModuleType(module.__name__)
    sys.modules[module.__name__] = changed  # dataclasses look their module up
    exec(compile(mutant.tree, module.__file__ or "", "exec"), changed.__dict__)
    sys.modules[module.__name__] = module
    for name, value in vars(changed).items():
        replace(module, name, getattr(module, name, None), value, module.__name__)


def replace(owner: object, name: str, old: object, new: object, module: str) -> None:
    if isinstance(new, FunctionType) and isinstance(old, FunctionType) and new.__module__ == module:
        old.__code__ = new.__code__
    elif isinstance(new, property) and isinstance(old, property):
        assert isinstance(old.fget, FunctionType) and isinstance(new.fget, FunctionType)
        old.fget.__code__ = new.fget.__code__
    elif isinstance(new, type) and isinstance(old, type) and new.__module__ == module:
        for inner, value in vars(new).items():
            replace(old, inner, vars(old).get(inner), value, module)
    elif isinstance(new, int | tuple) and isinstance(owner, ModuleType):
        setattr(owner, name, new)


@dataclass
class Expected:
    """What the exact interpreter gives: for every case its runs' outcomes, for every random kernel a digest."""

    cases: list[list[tuple[str, object]]]
    kernels: list[str]


def expected() -> Expected:
    cases: list[list[tuple[str, object]]] = []
    for case in [*CASES, *CASES_BY_KIND]:
        runs = [case.inputs] if case.then is None else [case.inputs, case.then]
        if case.ends == "refused":
            cases.append([("refused", "")])
        else:
            exact = Interpreter(plan_for(case), exact=True)
            cases.append([outcome(exact, inputs) for inputs in runs])
    return Expected(cases, [expectation(example(seed)) for seed in range(RANDOM_KERNELS)])


def noticed_by(wanted: Expected) -> str:
    """What notices the mistake that is installed, if anything does."""
    test_the_search_agrees_with_brute_force()
    test_a_search_that_is_too_long_is_no_proof()
    test_iterations_that_meet_may_meet()
    for case, runs in zip([*CASES, *CASES_BY_KIND], wanted.cases, strict=True):
        try:
            engine = ENGINES["compiled"](plan_for(case))
        except KernelError:
            found: list[tuple[str, object]] = [("refused", "")]
        else:
            inputs = [case.inputs] if case.then is None else [case.inputs, case.then]
            found = [outcome(engine, one) for one in inputs]
        if found != runs:
            return f"case {case.name}"
    for seed, digest in enumerate(wanted.kernels):
        if differs_from(digest, example(seed)):
            return f"random kernel {seed}"
    return ""


def survives(mutant: Mutant, wanted: Expected) -> bool:
    """Tried in a child process; whatever breaks there was noticed."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        survived = False
        try:
            install(mutant)
            survived = not noticed_by(wanted)
        finally:
            os._exit(int(survived))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 1


def main(arguments: list[str]) -> None:
    wanted = expected()
    for file in arguments or FILES:
        all_, survivors = list(mutants(file)), 0
        for mutant in all_:
            if survives(mutant, wanted):
                survivors += 1
                print(mutant, flush=True)
        print(f"{file}: {survivors} of {len(all_)} survive", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
