"""Imports: scnn needs only the standard library, and its modules import in one direction."""

import ast
import re
import sys
from pathlib import Path

import pytest

from scnn.compiler.syntax import syntax_tree

PACKAGE = Path(__file__).parents[1] / "scnn"

# What each folder or module of scnn may import of scnn, from the leaves up. It is the picture in the README, and
# has no cycle: each may import only what stands above it here.
MAY_IMPORT = {
    "language": [],
    "errors": [],
    "float32": [],
    "version": [],
    "plan": [],
    "shards": [],
    "checks": ["errors"],
    "settings": ["checks", "errors"],
    "kernels": ["language"],
    "formats": ["checks", "errors"],
    "layers": ["checks", "errors", "kernels", "plan", "settings"],
    "compiler": ["errors", "float32", "kernels", "language", "plan"],
    "data": ["checks", "errors", "formats"],
    "engines": ["compiler", "errors", "kernels", "plan", "shards"],
    "network": [
        "checks",
        "compiler",
        "data",
        "engines",
        "errors",
        "formats",
        "kernels",
        "layers",
        "plan",
        "settings",
    ],
    "training": [
        *["checks", "data", "engines", "errors", "formats", "kernels", "layers", "network", "plan", "settings"],
        "shards",
    ],
    "experiments": [
        *["checks", "data", "engines", "errors", "formats", "layers", "network", "settings", "training", "version"],
    ],
    "labs": [
        *["checks", "compiler", "data", "engines", "errors", "experiments", "formats", "kernels", "layers"],
        *["network", "plan", "training"],
    ],
    "compiler.__main__": ["compiler", "engines", "errors", "experiments", "network", "plan", "training"],
    "page": [
        *["checks", "compiler", "data", "engines", "errors", "experiments", "formats", "labs", "layers", "network"],
        *["plan", "settings", "training", "version"],
    ],
    "cli": [
        *[
            "compiler",
            "data",
            "engines",
            "errors",
            "experiments",
            "formats",
            "labs",
            "network",
            "training",
            "version",
        ],
    ],
    "__main__": ["cli"],
    "__init__": ["data", "errors", "layers", "network", "training", "version"],
}

# What a desktop's commands import beside the standard library, and only where it is used.
GUESTS = {
    "hosts.py": ["wasmtime", "js", "pyodide"],
    "display.py": ["rich"],
    "paper.py": ["rich"],
    "sweep.py": ["joblib"],
    "onnx.py": ["onnx"],
    "onnx_graph.py": ["onnx"],
    "onnx_import.py": ["onnx"],
    "pictures.py": ["PIL"],
    "folders.py": ["PIL"],
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(syntax_tree(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            module = node.module or ""
            submodules = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name for name in submodules if is_module(name)} or {module}
    return found


def is_module(name: str) -> bool:
    base = PACKAGE.parent.joinpath(*name.split("."))
    return base.with_suffix(".py").exists() or (base / "__init__.py").exists()


def part(name: str) -> str:
    """The module of scnn that a full name lies in, a package counting as one."""
    return name.split(".")[1] if "." in name else "__init__"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_standard_library_alone(path: Path) -> None:
    """Nothing but scnn and the standard library is imported, and nothing of the browser, but for the guests."""
    roots = {name.split(".")[0] for name in imports(path)}
    allowed = sys.stdlib_module_names | {"scnn"} | set(GUESTS.get(path.name, []))
    assert roots <= allowed, f"{path.name} imports {roots - allowed}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_folders_import_one_way(path: Path) -> None:
    """Each folder imports only from folders that stand before it in the flow."""
    folder = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if path.name == "__main__.py" and folder != "__main__":
        folder += ".__main__"  # a command stands above what it shows
    assert folder in MAY_IMPORT, f"give {folder} its place in MAY_IMPORT"
    inside = {part(name) for name in imports(path) if name.split(".")[0] == "scnn"} - {folder}
    assert inside <= set(MAY_IMPORT[folder]), f"{folder} imports {inside - set(MAY_IMPORT[folder])}"


def test_the_order_of_folders_has_no_cycle() -> None:
    """MAY_IMPORT names only folders that come before."""
    seen: set[str] = set()
    for folder, allowed in MAY_IMPORT.items():
        assert set(allowed) <= seen, f"{folder} may import {set(allowed) - seen}, which come after it"
        seen.add(folder)


def test_the_readmes_picture_is_this_order() -> None:
    """It has every folder; each may import those of its own box to its left, and of the boxes above, alone."""
    picture = re.search(
        r"^    ┌.*?^    └", (PACKAGE.parent / "README.md").read_text(), flags=re.DOTALL | re.MULTILINE
    )
    assert picture
    floors = re.split(r"^    ├.*$", picture[0], flags=re.MULTILINE)
    before: set[str] = set()
    for floor in floors:
        rows = [row.strip().strip("│").split("│") for row in floor.splitlines() if row.startswith("    │")]
        boxes = [" ".join(columns) for columns in zip(*rows, strict=True)]
        shown = [[name for name in re.findall(r"(\w+)/", box) if (PACKAGE / name).is_dir()] for box in boxes]
        for folders in shown:
            for at, folder in enumerate(folders):
                allowed = {name for name in MAY_IMPORT[folder] if (PACKAGE / name).is_dir()}
                assert allowed <= before | set(folders[:at]), f"{folder} imports {allowed}"
        before |= {folder for folders in shown for folder in folders}
    assert before == {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}


def test_nothing_is_allowed_that_nobody_imports() -> None:
    """Each allowance of MAY_IMPORT is used, so that the list stays the picture of the code."""
    used: dict[str, set[str]] = {folder: set() for folder in MAY_IMPORT}
    for path in MODULES:
        folder = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if path.name == "__main__.py" and folder != "__main__":
            folder += ".__main__"
        used[folder] |= {part(name) for name in imports(path) if name.split(".")[0] == "scnn"}
    idle = {folder: set(allowed) - used[folder] for folder, allowed in MAY_IMPORT.items()}
    assert {folder: names for folder, names in idle.items() if names} == {}


def test_modules_import_one_way() -> None:
    """Files have no cycle either; a folder's own __init__ counts as a file that imports its modules."""
    graph = {dotted(path): {name for name in imports(path) if is_module(name)} for path in MODULES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a cycle of imports: {' → '.join([*trail[trail.index(name) :], name])}"
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def dotted(path: Path) -> str:
    """A file's full name as a module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
