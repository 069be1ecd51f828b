"""Finds our modules that a file imports, directly or indirectly, from the sources, without running anything."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path


def reachable(start: Path, roots: Sequence[Path]) -> set[Path]:
    """The file and all modules under `roots` that it imports, directly or through others, wherever in a file the
    import stands. A folder's `__init__` counts if something is imported from it by name, but not if it is only on the
    way to a module inside the folder."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [module for name in imported_names(path) for module in find_module(name, roots)]
    return found


def imported_names(path: Path) -> Iterator[str]:
    """The full names of modules that a file's import statements may refer to."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def find_module(name: str, roots: Sequence[Path]) -> list[Path]:
    """The file of a module, or of the module that has something of that name; none if it is not ours."""
    for parts in (name.split("."), name.split(".")[:-1]):
        for root in roots:
            base = root.joinpath(*parts)
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                if parts and path.is_file():
                    return [path]
    return []
