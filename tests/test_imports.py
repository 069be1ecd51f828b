"""Imports: scnn stands on the standard library alone, and its modules import one way."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "scnn"

# What each module may import of scnn, from the leaves up. It is the picture in the README, and has no cycle:
# a module may import only modules that stand above it here.
MAY_IMPORT = {
    "errors": [],
    "checks": ["errors"],
    "language": [],
    "plan": [],
    "kernels": ["language"],
    "layer": ["errors", "plan"],
    "layers": ["checks", "errors", "kernels", "layer", "plan"],
    "architecture": ["checks", "errors", "layer", "layers"],
    "schedules": ["checks", "errors"],
    "optimisers": ["checks", "errors", "kernels", "layer", "plan", "schedules"],
    "augmentation": ["checks", "errors", "kernels", "layer", "plan"],
    "lowering": ["architecture", "augmentation", "errors", "kernels", "layer", "layers", "optimisers", "plan"],
    "exact": [],
    "engine": ["errors", "exact", "plan"],
    "compiler": ["errors", "exact", "language", "plan"],
    "hosts": ["errors"],
    "wasm_engine": ["compiler", "engine", "errors", "hosts", "plan"],
    "images": ["errors"],
    "data": ["checks", "errors", "images"],
    "metrics": ["errors"],
    "drawing": ["errors"],
    "safetensors": ["errors"],
    "config": ["augmentation", "checks", "errors", "layer", "layers", "optimisers", "schedules"],
    "stream": ["data", "engine"],
    "network": [
        *["architecture", "checks", "config", "data", "engine", "errors", "images", "layer", "layers"],
        *["lowering", "metrics", "safetensors", "stream", "wasm_engine"],
    ],
    "presets": ["augmentation", "data", "errors", "layer", "layers", "optimisers", "schedules"],
    "events": ["errors"],
    "trainer": [
        *["augmentation", "checks", "data", "engine", "errors", "events", "lowering", "network", "optimisers"],
        *["schedules", "stream", "wasm_engine"],
    ],
    "state": ["engine", "errors", "events", "trainer"],
    "checkpoint": [
        *["config", "data", "engine", "errors", "layer", "network", "safetensors", "state", "trainer", "wasm_engine"],
    ],
    "version": [],
    "compiler.__main__": ["architecture", "compiler", "errors", "lowering", "plan", "presets"],
    "experiment": ["config", "data", "engine", "errors", "layer", "layers", "network", "presets", "trainer"],
    "own_images": ["data", "drawing", "errors"],
    "pictures": [],
    "messages": ["errors"],
    "inspection": ["engine", "layers", "lowering", "network", "pictures"],
    "opening": [
        *["checkpoint", "data", "engine", "errors", "experiment", "network", "presets", "safetensors", "trainer"],
    ],
    "run": [
        *["checkpoint", "data", "engine", "errors", "events", "experiment", "inspection", "lowering", "metrics"],
        *["network", "opening", "optimisers", "pictures", "safetensors", "schedules", "trainer"],
    ],
    "session": [
        *["config", "data", "drawing", "engine", "errors", "experiment", "messages", "network", "opening"],
        *["own_images", "presets", "run", "safetensors", "version"],
    ],
    "sweep": ["engine", "errors", "metrics", "network", "presets", "trainer", "wasm_engine"],
    "export": ["config", "errors", "layers", "network", "safetensors"],
    "display": ["events", "trainer"],
    "cli": [
        *["checkpoint", "data", "display", "drawing", "engine", "errors", "events", "export", "metrics", "network"],
        *["opening", "own_images", "presets", "safetensors", "sweep", "trainer", "version", "wasm_engine"],
    ],
    "__main__": ["cli"],
    "__init__": [
        *["augmentation", "checkpoint", "data", "errors", "events", "layer", "layers", "network", "optimisers"],
        *["schedules", "trainer", "version"],
    ],
}

# What a desktop's commands import beside the standard library, and only where it is used.
GUESTS = {
    "hosts.py": ["wasmtime"],
    "display.py": ["rich"],
    "reproduction.py": ["rich"],
    "sweep.py": ["joblib"],
    "export.py": ["onnx"],
    "judging.py": ["PIL"],
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            module = node.module or ""
            submodules = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name for name in submodules if is_module(name)} or {module}
    return found


def is_module(name: str) -> bool:
    place = PACKAGE.parent.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


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
def test_imports_run_one_way(path: Path) -> None:
    """Each module imports only what stands before it in the flow."""
    module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if path.name == "__main__.py" and module != "__main__":
        module += ".__main__"  # a command stands above what it shows
    assert module in MAY_IMPORT, f"give {module} its place in MAY_IMPORT"
    inside = {part(name) for name in imports(path) if name.split(".")[0] == "scnn"} - {module}
    assert inside <= set(MAY_IMPORT[module]), f"{module} imports {inside - set(MAY_IMPORT[module])}"


def test_the_order_has_no_cycle() -> None:
    """MAY_IMPORT names only modules that come before."""
    seen: set[str] = set()
    for module, allowed in MAY_IMPORT.items():
        assert set(allowed) <= seen, f"{module} may import {set(allowed) - seen}, which come after it"
        seen.add(module)
