"""The typed tree as Python text, laid out as the project's formatter would."""

from collections.abc import Iterator, Sequence

from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Compare,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Store,
)

__all__ = ["text_of_expression", "text_of_function"]

WIDTH = 118
INDENT = "    "

# Python's precedences, from loose to tight.
SELECT, OR, AND, NOT, COMPARE = 0, 1, 2, 3, 4
BINARY = {"|": 5, "&": 6, "<<": 7, ">>": 7, "+": 8, "-": 8, "*": 9, "/": 9, "//": 9, "%": 9}
UNARY, ATOM = 10, 11


def precedence(expression: Expression) -> int:
    match expression:
        case Select():
            return SELECT
        case Logic(operator=operator):
            return OR if operator == "or" else AND
        case Not():
            return NOT
        case Compare():
            return COMPARE
        case Binary(operator=operator) if operator in BINARY:
            return BINARY[operator]
        case Negate(operand=Binary(type="float32", operator="*" | "/")):
            return BINARY["*"]  # -a * b is (-a) * b, which has the same bits
        case Negate():
            return UNARY
        case Number(value=value) if value < 0:
            return UNARY
    return ATOM


def text_of_expression(expression: Expression, least: int = SELECT) -> str:
    """In parentheses where it binds less tightly than `least`."""
    text = bare(expression)
    return f"({text})" if precedence(expression) < least else text


def bare(expression: Expression) -> str:
    match expression:
        case Number(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Index(buffer=buffer, index=index):
            return f"{buffer}[{text_of_expression(index)}]"
        case Binary(operator="min" | "max" as operator, left=left, right=right):
            return f"{operator}({text_of_expression(left)}, {text_of_expression(right)})"
        case Binary(operator=operator, left=left, right=right) | Compare(operator=operator, left=left, right=right):
            level = precedence(expression)
            first = level + 1 if isinstance(expression, Compare) else level
            return f"{text_of_expression(left, first)} {operator} {text_of_expression(right, level + 1)}"
        case Negate(operand=operand):
            product = isinstance(operand, Binary) and operand.operator in "*/" and operand.type == "float32"
            return f"-{text_of_expression(operand, BINARY['*'] if product else UNARY)}"
        case Not(operand=operand):
            return f"not {text_of_expression(operand, NOT)}"
        case Logic(operator=operator, operands=operands):
            level = precedence(expression) + 1
            return f" {operator} ".join(text_of_expression(operand, level) for operand in operands)
        case Select(condition=condition, yes=yes, no=no):
            chosen, other = text_of_expression(yes, OR), text_of_expression(no, OR)
            return f"{chosen} if {text_of_expression(condition, OR)} else {other}"
        case Convert(how=how, operand=operand):
            return f"{how}({text_of_expression(operand)})"
        case Invoke(function=function, arguments=arguments):
            return f"{function.name}({', '.join(map(text_of_expression, arguments))})"
    raise AssertionError(f"unknown expression {expression!r}")


def text_of_function(function: Function, docstring: str = "") -> str:
    """The whole `def`. `docstring` is one paragraph or more, a line each."""
    returns = {"float32": "Float32", "int32": "Int32"}.get(function.returns or "", "None")
    parameters = [f"{parameter.name}: {parameter.kind}" for parameter in function.parameters]
    lines = list(signature(function.name, parameters, returns))
    if docstring:
        first, *rest = docstring.split("\n")
        quoted = [f'"""{first}', *rest]
        quoted = [f'{quoted[0]}"""'] if not rest else [*quoted, '"""']
        lines += [INDENT + line if line else "" for line in quoted]
    lines += text_of_block(function.body, INDENT)
    return "\n".join(lines) + "\n"


def signature(name: str, parameters: Sequence[str], returns: str) -> Iterator[str]:
    inner = ", ".join(parameters)
    whole = f"def {name}({inner}) -> {returns}:"
    if len(whole) <= WIDTH:
        yield whole
        return
    yield f"def {name}("
    if len(INDENT + inner) <= WIDTH:
        yield INDENT + inner
    else:
        yield from (f"{INDENT}{parameter}," for parameter in parameters)
    yield f") -> {returns}:"


def text_of_block(statements: Sequence[Statement], indent: str) -> Iterator[str]:
    for statement in statements:
        yield from text_of_statement(statement, indent)


def text_of_statement(statement: Statement, indent: str) -> Iterator[str]:
    match statement:
        case Assign(name=target, value=value):
            yield from assignment(target, Name(value.type, statement.node, target), value, indent)
        case Store(buffer=buffer, index=index, value=value):
            element = Index(value.type, statement.node, buffer, index)
            yield from assignment(bare(element), element, value, indent)
        case Branch(condition=condition, yes=yes, no=no):
            yield from wrapped(f"{indent}if ", condition, ":", indent)
            yield from text_of_block(yes, indent + INDENT)
            if no:
                yield f"{indent}else:"
                yield from text_of_block(no, indent + INDENT)
        case Repeat(name=target, kind=kind, bounds=bounds, by=by, body=body):
            arguments = ", ".join(text_of_expression(bound) for bound in (*bounds, by) if bound)
            yield f"{indent}for {target} in {kind}({arguments}):"
            yield from text_of_block(body, indent + INDENT)
        case Return(value=value):
            yield from wrapped(f"{indent}return ", value, "", indent)
        case Run(function=function, arguments=arguments):
            given = [one if isinstance(one, str) else text_of_expression(one) for one in arguments]
            yield f"{indent}{function.name}({', '.join(given)})"


def assignment(target: str, itself: Expression, value: Expression, indent: str) -> Iterator[str]:
    """`target = value`, or `target += …` where the value begins with the target."""
    if isinstance(value, Binary) and value.left == itself and value.operator in "+-*/":
        yield from wrapped(f"{indent}{target} {value.operator}= ", value.right, "", indent)
    else:
        yield from wrapped(f"{indent}{target} = ", value, "", indent)


def wrapped(before: str, value: Expression, after: str, indent: str) -> Iterator[str]:
    """A line, or a parenthesis over several where it is too long."""
    line = before + text_of_expression(value) + after
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{before}("
    yield from broken(value, indent + INDENT, "")
    yield f"{indent}){after}"


def broken(value: Expression, indent: str, operator: str) -> Iterator[str]:
    """The expression over several lines, if it needs them: a line for each term, its operator first."""
    line = indent + operator + text_of_expression(value)
    if len(line) <= WIDTH:
        yield line
        return
    terms = terms_of(value)
    if not terms:  # nothing that lines can be broken at
        yield line
        return
    for position, (sign, term, least) in enumerate(terms):
        lead = operator if position == 0 else sign
        text = f"{indent}{lead}{text_of_expression(term, least)}"
        if len(text) <= WIDTH or not terms_of(term):
            yield text
        elif precedence(term) < least:
            yield f"{indent}{lead}("
            yield from broken(term, indent + INDENT, "")
            yield f"{indent})"
        else:
            yield from broken(term, indent, lead)


def terms_of(value: Expression) -> list[tuple[str, Expression, int]]:
    """What an expression is joined of at its loosest operators: operator, operand, and the precedence it needs."""
    match value:
        case Binary(operator=operator, left=left, right=right) if operator in BINARY:
            level = precedence(value)
            before = terms_of(left) if precedence(left) == level else [("", left, level)]
            return [*before, (f"{operator} ", right, level + 1)]
        case Logic(operator=operator, operands=operands):
            level = precedence(value) + 1
            return [(f"{operator} " if position else "", operand, level) for position, operand in enumerate(operands)]
        case Select(condition=condition, yes=yes, no=no):
            return [("", yes, OR), ("if ", condition, OR), ("else ", no, OR)]
    return []
