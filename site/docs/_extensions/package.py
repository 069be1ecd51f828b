"""Reference pages from the code: `.. package:: scnn.layers` documents a folder, module by module, and
`.. names:: scnn` lists what it offers, each name linked to where it is defined."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

from docstrings import pieces_of
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("package", Package)
    app.add_directive("names", Names)
    return {"parallel_read_safe": True}


class Package(SphinxDirective):
    """A section for each module of a folder, and of its folders, that offers names in `__all__`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        text = "\n".join(line for name in offering(self.arguments[0]) for line in section(name))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


class Names(SphinxDirective):
    """A list of what a package offers."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        package = importlib.import_module(self.arguments[0])
        return self.parse_text_to_nodes("\n".join(entry(package, name) for name in package.__all__))


def offering(package: str) -> Iterator[str]:
    """The names of modules that define what they offer; a module without a folder is its own."""
    module = importlib.import_module(package)
    if defined_names(module):
        yield package
    for found in pkgutil.iter_modules(getattr(module, "__path__", []), f"{package}."):
        if not found.name.endswith("__main__"):
            yield from offering(found.name)


def defined_names(module: ModuleType) -> list[str]:
    """What a module offers and does not only pass on from its folder's modules."""
    return [name for name in getattr(module, "__all__", []) if defining_module(module, name) == module.__name__]


def defining_module(module: ModuleType, name: str) -> str:
    """The full name of the module in which an offered name is defined."""
    value = getattr(module, name)
    if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__.startswith("scnn."):
        return value.__module__
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}."):
        inner = importlib.import_module(found.name) if not found.name.endswith("__main__") else None
        if inner and name in getattr(inner, "__all__", []) and not hasattr(inner, "__path__"):
            return found.name
    return module.__name__


def section(name: str) -> list[str]:
    """A module's heading, docstring and members."""
    members = ", ".join(defined_names(importlib.import_module(name)))
    return [name, "-" * len(name), "", f".. automodule:: {name}", f"   :members: {members}", ""]


def entry(package: ModuleType, name: str) -> str:
    """One offered name, linked, with the first sentence of its docstring."""
    value = getattr(package, name)
    link = f":py:obj:`{name} <{defining_module(package, name)}.{name}>`"
    documented = inspect.isclass(value) or inspect.isfunction(value)
    docstring = (inspect.getdoc(value) or "") if documented else ""
    sentence = re.split(r"\.(?: (?=[A-Z])|$)", " ".join(docstring.split("\n\n")[0].split()))[0]
    return f"* {link}" + (f" – {''.join(pieces_of(sentence))}." if sentence else "")
