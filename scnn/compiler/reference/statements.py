"""Statements, as Python; a statement in turns that run together is done for each of them before the next."""

from collections.abc import Sequence
from functools import partial

from scnn.compiler.analysis.varying import varying_names, varying_parameters
from scnn.compiler.analysis.walk import mentions, names_read, parts
from scnn.compiler.reference.carried import Carried
from scnn.compiler.reference.expressions import Expressions
from scnn.compiler.reference.shape import own_expressions, steps
from scnn.compiler.reference.writer import Compile
from scnn.compiler.tree import (
    Assign,
    Branch,
    Expression,
    Function,
    Index,
    Name,
    Number,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
)

__all__ = ["Statements"]


class Statements(Expressions):
    """The uppermost layer: writes whole functions. `compile` gives the program's name for a called one."""

    compile: Compile

    def called(self, function: Function, varying: frozenset[str] | None) -> str:
        return self.compile(function, varying)

    def write(self, name: str, varying: frozenset[str] | None) -> str:
        """The program of the function: a Python function of a Run, the buffers, and the numbers; or, where it is
        called in several frames at once, of the frames."""
        function, together = self.function, varying is not None
        numbers = [parameter.name for parameter in function.parameters if not parameter.is_buffer]
        buffers = [f"B{at}" for at in self.buffers.values()]
        passed = ["G"] if together else [f"a{at}" for at in range(len(numbers))]
        self.line(f"def {name}({', '.join(['X', *buffers, *passed])}):")
        self.depth = 1
        if self.watched:
            self.line("W = X.watcher")
        for at in self.buffers.values():
            self.line(f"b{at} = B{at}.view; n{at} = len(b{at})")
        if function.body:
            self.line(f"X.charge({self.site(function.body[0])}, {steps(function.body)}{' * len(G)' * together})")
        if not together:
            self.line(f"s = [None] * {len(self.storage.slots) + 1}")
            for at, parameter in enumerate(numbers):
                self.assign(parameter, f"a{at}")
        self.group, self.in_lanes = ("G", True) if together else ("", False)
        self.varying = varying_names(function.body, set(varying or ()))
        self.block(function.body)
        return "\n".join(self.lines) + "\n"

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            match statement:
                case Assign():
                    self.for_each_frame(statement, partial(self.assignment, statement))
                case Store():
                    self.for_each_frame(statement, partial(self.store, statement))
                case Branch():
                    self.branch(statement)
                case Repeat():
                    self.repeat(statement)
                case Run():
                    self.run(statement)
                case Return(_, value):
                    self.line(f"return {self.settled(value).text}")

    def assignment(self, statement: Assign, effect: bool) -> None:
        result = self.settled(statement.value).text
        if effect and self.watched:
            result = self.variable(result).text
            self.look(statement, f"assign({{}}, {result}, {{}}, {self.cell(statement.name)})")
        if effect:
            self.assign(statement.name, result)

    def store(self, statement: Store, effect: bool) -> None:
        value = self.settled(statement.value).text
        at = self.index(statement, self.expression(statement.index))
        buffer = self.buffers[statement.buffer]
        if effect and self.watched:
            value = self.variable(value).text
            self.look(statement, f"store({{}}, {at}, {value}, {{}})")
        if effect:
            self.line(f"b{buffer}[{at}] = {value}")

    # --------------------------------------------------------------------------------------- branches

    def branch(self, statement: Branch) -> None:
        if not self.group or not mentions(statement.condition, self.varying):
            if self.group:
                self.line(f"f = {self.group}[0]")
            self.line(f"if {self.test(statement)}:")
            with self.indented(statement):
                self.block(statement.yes)
                self.line("pass")
            if statement.no:
                self.line("else:")
                with self.indented(statement):
                    self.block(statement.no)
            return
        turn, yes, no = self.fresh("G"), self.fresh("Y"), self.fresh("N")
        self.line(f"for {turn} in by_turn({self.group}):")
        with self.indented(statement, loop=True), self.in_group(turn):
            self.line(f"{yes}, {no} = [], []")
            self.for_each_frame(statement, lambda effect: self.side(statement, yes, no, effect))
            for group, side in ((yes, statement.yes), (no, statement.no)):
                if side:
                    self.line(f"if {group}:")
                    with self.indented(statement), self.in_group(group):
                        self.block(side)

    def side(self, statement: Branch, yes: str, no: str, effect: bool) -> None:
        test = self.test(statement) if effect else self.expression(statement.condition).text
        if effect:
            self.line(f"({yes} if {test} else {no}).append(f)")

    def test(self, statement: Branch) -> str:
        test = self.expression(statement.condition).text
        if self.watched:
            test = self.variable(test).text
            self.look(statement, f"branch({{}}, {test}, {{}})")
        return test

    # ------------------------------------------------------------------------------------------ loops

    def repeat(self, loop: Repeat) -> None:
        expressions = own_expressions(loop)
        site = self.site(loop)
        if not self.group or all(self.same_everywhere(expression) for expression in expressions):
            bounds = [self.settled(expression).text for expression in expressions]
        else:
            every = self.fresh("L")
            self.line(f"{every} = []")
            with self.each_frame(loop):
                bounds = [self.settled(expression).text for expression in expressions]
                self.line(f"{every}.append(({', '.join(bounds)},))")
            bounds = [f"*same({site}, {every})"]
        weight = max(steps(loop.body), 1)
        if loop.kind in ("range", "unrolled"):
            self.plain(loop, f"turns(X, {site}, {weight}, {', '.join(bounds)})")
            return
        slots = self.storage.slots
        given = [self.group or "[s]", str(slots[loop.name])]
        if loop.kind == "lanes":
            reductions = self.storage.reductions[id(loop)]
            given.append(self.name_object("C", [Carried(slots[one.name], one) for one in reductions]))
        marker = {"lanes": "lanes", "blocked": "blocks"}[loop.kind]
        inner = self.fresh("G")
        self.line(f"for {inner} in {marker}(X, {site}, {weight}, {', '.join([*given, *bounds])}):")
        with self.indented(loop, loop=True), self.in_group(inner, loop):
            self.block(loop.body)
            self.line("pass")

    def plain(self, loop: Repeat, numbers: str) -> None:
        """A loop whose turns follow one another, in all frames of the group at once."""
        slot = loop.name in self.storage.slots
        name = self.fresh("t") if slot else self.read(loop.name)
        self.line(f"for {name} in {numbers}:")
        with self.indented(loop, loop=True):
            if slot:
                with self.each_frame(loop):
                    self.assign(loop.name, name)
            self.block(loop.body)
            self.line("pass")

    def same_everywhere(self, expression: Expression) -> bool:
        """Whether a loop's bound is the same in all frames: made of numbers and of variables."""
        if isinstance(expression, Index):
            return False
        if isinstance(expression, Name):
            return expression.name in self.storage.variables
        return isinstance(expression, Number) or all(self.same_everywhere(part) for part in parts(expression))

    # ------------------------------------------------------------------------------------------ calls

    def run(self, statement: Run) -> None:
        function = statement.function
        buffers = [f"B{self.buffers[argument]}" for argument in statement.arguments if isinstance(argument, str)]
        values = [argument for argument in statement.arguments if isinstance(argument, Expression)]
        if not self.group:
            numbers = [self.settled(value).text for value in values]
            self.line(f"{self.called(function, None)}({', '.join(['X', *buffers, *numbers])})")
            return
        name = self.called(function, frozenset(varying_parameters(statement, self.varying)))
        frames = self.fresh("G")
        self.line(f"{frames} = []")
        self.for_each_frame(statement, lambda effect: self.pass_numbers(values, frames, name, effect))
        self.line(f"{name}({', '.join(['X', *buffers, frames])})")

    def pass_numbers(self, values: Sequence[Expression], frames: str, name: str, effect: bool) -> None:
        numbers = [self.settled(value).text for value in values]
        if effect:
            self.line(f"{frames}.append([{', '.join(['f[0]', *numbers])}] + {name}_empty)")

    # ----------------------------------------------------------------------------------------- watching

    def look(self, statement: Statement, call: str) -> None:
        """Tells the watcher of a step, with the numbers of the names that it reads."""
        names = dict.fromkeys(read.name for one in own_expressions(statement) for read in names_read(one))
        values = ", ".join(f"{name!r}: {self.read(name)}" for name in names)
        self.line("W." + call.format(self.site(statement), f"{{{values}}}"))

    def cell(self, name: str) -> str:
        """What tells one partial sum from another: the cell, where the loops around carry the name."""
        carried = name in self.storage.cells and name in self.carried
        return f"id({'f' if self.group else 's'}[{self.storage.slots[name]}])" if carried else "0"
