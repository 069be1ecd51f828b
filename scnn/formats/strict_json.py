"""JSON as the standard has it, from files and links that may be damaged or hostile."""

import json
import re
from typing import Any

__all__ = ["MAX_DEPTH", "depth_of", "strict_json"]

MAX_DEPTH = 30  # of brackets: a tab's stack overflows before Python counts a thousand
STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # the last one may lack its end


def strict_json(text: str) -> Any:
    """Parses a JSON text. Raises ValueError if it is not JSON (Python's parser also accepts NaN and infinities), if a
    name occurs twice in one object, or if more than MAX_DEPTH brackets are nested."""
    if depth_of(text) > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} brackets are nested")
    return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=unique_names)


def depth_of(text: str) -> int:
    """How deeply the brackets of a JSON text are nested; brackets in strings do not count."""
    depth = deepest = 0
    for one in re.findall(r"[][{}]", STRING.sub("", text)):
        if one in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not valid JSON")


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found
