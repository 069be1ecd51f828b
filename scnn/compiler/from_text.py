"""Kernels from a text: functions of the kernel language that Python never executes, from an editor, a link or a file.

The text is parsed, and only what the frontend understands is kept; a typed tree has no way to say anything else. So a
text is safe to read and to run by Interpreter(plan, exact=True), whatever is in it: the limits here bound the time
and memory that reading takes, and the interpreter's steps bound those of running. (Compiled code has no such bound
while it runs: run what you do not trust in a worker or process that can be stopped.)
"""

import ast
import inspect
import io
import tokenize
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from scnn import kernels, language
from scnn.compiler.errors import Diagnostic, KernelError, Label, Source, all_errors
from scnn.compiler.frontend import parse
from scnn.compiler.frontend.given import Given
from scnn.compiler.syntax import syntax_tree

__all__ = ["TextKernel", "kernels_from"]

MAX_CHARACTERS = 64 * 1024
MAX_STATEMENTS = 2000
MAX_DEPTH = 100  # of the syntax tree: expressions and statements inside one another
MAX_LINE_TOKENS = 1000  # from one statement's beginning to its end
MAX_TOKEN = 60  # characters of a name or number
MAX_PREFIXES = 10  # of `-` or `not` in a row
MAX_CALLERS = 25  # kernels that call one another
MAX_EXPANDED = 50_000  # nodes of all kernels' syntax trees, each with those of the kernels it calls

MODULES = {"scnn.language": language, "scnn.kernels": kernels}  # what a text may import from
WORDS = {*language.__all__, "range", "float", "int", "abs", "min", "max"}
RETURNS = ("None", "Float32", "Int32")


@dataclass(frozen=True, eq=False)
class TextKernel(Given):
    """A kernel from a text. It goes wherever a kernel does: into a plan's Call, a layer's `call`, the compiler.
    Calling it runs the exact interpreter on arrays, memoryviews or the plain interpreter's views, and numbers."""

    @property
    def __name__(self) -> str:
        return self.definition.name

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Signature([inspect.Parameter(one.arg, kind) for one in self.definition.args.args])

    def __call__(self, *arguments: Any) -> float | None:
        from scnn.compiler.reference import run_kernel  # read when it is first needed

        return run_kernel(self, arguments)


def kernels_from(text: str, name: str) -> dict[str, TextKernel]:
    """The kernels of a text by their names, in its order. Errors call the text by `name`, such as its file's.

    A text has functions of the kernel language and numbers (`SLOPE = 0.01`). They may call one another and the
    kernels of scnn.kernels; the words of scnn.language are known without an import, and may be imported too. Raises
    KernelError for what is not part of the language, all errors of the kernels at once, or beyond a limit.
    """
    reader = TextReader(text, name)
    return reader.read()


class TextReader:
    """Reads one text."""

    def __init__(self, text: str, name: str) -> None:
        if not isinstance(text, str):
            raise KernelError(f"{name}: a text of kernels is a str, not {type(text).__name__}")
        text = text.replace("\r\n", "\n")
        self.text, self.source = text, Source(name, 1, tuple(text.split("\n")))
        self.names: dict[str, Any] = {name: getattr(language, name) for name in language.__all__}
        self.names |= {name: getattr(kernels, name) for name in kernels.__all__}
        self.own: dict[str, ast.stmt] = {}  # what the text itself defines

    def refuse(self, node: ast.AST, reason: str, allowed: str) -> NoReturn:
        raise self.source.error(node, reason, allowed)

    def read(self) -> dict[str, TextKernel]:
        self.check_characters()
        self.check_tokens()
        module = self.syntax_tree()
        found: dict[str, TextKernel] = {}
        for position, node in enumerate(module.body):
            match node:
                case ast.Expr(value=ast.Constant(value=str())) if position == 0:
                    pass
                case ast.ImportFrom():
                    self.imported(node)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.define(name, node, self.number(value))
                case ast.FunctionDef(name=name):
                    self.check_head(node)
                    found[name] = TextKernel(node, self.source, self.names)
                    self.define(name, node, found[name])
                case _:
                    self.refuse(
                        node,
                        "this statement is not allowed in a text of kernels",
                        "functions, and numbers: NAME = 0.5",
                    )
        self.check_calls({name: kernel.definition for name, kernel in found.items()})
        errors: list[Diagnostic] = []
        for kernel in found.values():
            try:
                parse(kernel)
            except KernelError as error:
                errors += error.errors
        all_errors(errors)
        return found

    # ------------------------------------------------------------------------------------- the limits

    def check_characters(self) -> None:
        if len(self.text) > MAX_CHARACTERS:
            raise KernelError(
                f"{self.source.file} has {len(self.text)} characters; expected at most {MAX_CHARACTERS}"
            )
        for number, line in enumerate(self.source.lines, 1):
            for column, character in enumerate(line):
                if character != "\t" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
                    raise self.at(number, f"column {column + 1} has the invisible character U+{ord(character):04X}")

    def check_tokens(self) -> None:
        """What would make Python's own parser slow or deep is refused before it is called."""
        length = prefixes = 0
        for token in self.tokens():
            length = 0 if token.type == tokenize.NEWLINE else length + 1
            prefixes = prefixes + 1 if token.string in ("-", "+", "~", "not", "lambda") else 0
            if length > MAX_LINE_TOKENS:
                raise self.at(token.start[0], f"this statement has more than {MAX_LINE_TOKENS} words and signs")
            if prefixes > MAX_PREFIXES:
                raise self.at(token.start[0], f"more than {MAX_PREFIXES} times {token.string!r} in a row")
            if token.type in (tokenize.NAME, tokenize.NUMBER) and len(token.string) > MAX_TOKEN:
                raise self.at(token.start[0], f"a name or number has more than {MAX_TOKEN} characters")
            if token.type == tokenize.NAME and not token.string.isascii():
                raise self.at(token.start[0], f"the name {token.string!r} has letters outside a to z")

    def tokens(self) -> Iterator[tokenize.TokenInfo]:
        try:
            yield from tokenize.generate_tokens(io.StringIO(self.text).readline)
        except tokenize.TokenError as error:
            raise self.at(error.args[1][0], f"Python cannot read this: {error.args[0]}") from None
        except SyntaxError as error:
            raise self.at(error.lineno or 1, f"Python cannot read this: {error.msg}") from None

    def syntax_tree(self) -> ast.Module:
        try:
            module = syntax_tree(self.text)
        except SyntaxError as error:
            raise self.at(error.lineno or 1, f"Python cannot read this: {error.msg}") from None
        except (RecursionError, MemoryError, ValueError):
            raise KernelError(f"{self.source.file}: Python cannot read this text: it is nested too deeply") from None
        statements = 0
        level: list[ast.AST] = [module]
        for _ in range(MAX_DEPTH):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            statements += sum(isinstance(node, ast.stmt) for node in level)
        if level:
            raise KernelError(
                f"{self.source.file} is nested more than {MAX_DEPTH} deep; split it into several kernels"
            )
        if statements > MAX_STATEMENTS:
            raise KernelError(f"{self.source.file} has {statements} statements; expected at most {MAX_STATEMENTS}")
        return module

    def at(self, line: int, reason: str) -> KernelError:
        """An error of a whole line, which may have characters that cannot be shown."""
        lines = self.source.lines
        number = min(line, len(lines))
        text = lines[number - 1].rstrip()[:100]
        shown = "".join(one if one.isprintable() or one == "\t" else "�" for one in text)
        column = len(shown) - len(shown.lstrip())
        return KernelError.of(
            [Diagnostic(reason, "", (Label(self.source.file, number, column, number, len(shown), "", (shown,)),))]
        )

    # ------------------------------------------------------------------------------------- statements

    def define(self, name: str, node: ast.stmt, meaning: object) -> None:
        if name in WORDS:
            self.refuse(node, f"{name} is a word of the language", "another name")
        if name in self.own:
            self.refuse(node, f"{name} is defined at line {self.own[name].lineno} already", "another name")
        self.own[name] = node
        self.names[name] = meaning

    def imported(self, node: ast.ImportFrom) -> None:
        """What is imported is looked up here: nothing is executed."""
        module = MODULES.get(node.module or "") if not node.level else None
        for alias in node.names:
            if module is None or alias.name not in module.__all__ or alias.asname not in (None, alias.name):
                allowed = " and ".join(f"from {name} import …" for name in MODULES)
                self.refuse(node, f"{alias.name} cannot be imported in this way", f"{allowed}, without `as` and `*`")

    def number(self, node: ast.expr) -> float:
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
        if not isinstance(inner, ast.Constant) or type(inner.value) not in (int, float):
            self.refuse(node, "this is no number", "a number as it is written, such as 3 or -0.5")
        assert isinstance(inner.value, int | float)
        return -inner.value if negative else inner.value

    def check_head(self, node: ast.FunctionDef) -> None:
        """Parts of a function's head that the frontend does not read."""
        returns = node.returns
        named = isinstance(returns, ast.Name) and returns.id in RETURNS
        if returns is not None and not named and not (isinstance(returns, ast.Constant) and returns.value is None):
            self.refuse(returns, "a kernel returns nothing or a number", f"-> {' or -> '.join(RETURNS)}")
        if node.args.posonlyargs or getattr(node, "type_params", []):
            self.refuse(node, "a kernel's parameters are plain", "`name: Type`, without defaults or stars")

    def check_calls(self, own: Mapping[str, ast.FunctionDef]) -> None:
        """Kernels are expanded where they are called: what that comes to is counted before it is done."""
        sizes: dict[str, int] = {}

        def size(name: str, callers: tuple[str, ...]) -> int:
            if name not in sizes:
                total = 0
                for node in ast.walk(own[name]):
                    total += 1
                    callee = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                    if callee in (*callers, name):
                        self.refuse(node, f"{callee} calls itself", "loops: a kernel cannot be recursive")
                    if callee in own and len(callers) >= MAX_CALLERS:
                        self.refuse(node, f"kernels call one another more than {MAX_CALLERS} deep", "fewer kernels")
                    total += size(callee, (*callers, name)) if callee in own else 0
                sizes[name] = total
            return sizes[name]

        total = 0
        for name, definition in own.items():
            total += size(name, ())
            if total > MAX_EXPANDED:
                reason = f"the kernels up to {name} come to {total} parts, a called one counting at each call"
                self.refuse(definition, reason, f"at most {MAX_EXPANDED}")
