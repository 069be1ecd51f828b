"""The catalogue of texts: every text is in it, is used, and is filled into the page by the build."""

import ast
import json
import re
from html.parser import HTMLParser
from typing import Any

from builder.paths import ROOT, SITE, SOURCE
from builder.texts import markup, packed

from scnn.compiler.syntax import syntax_tree
from scnn.experiments.presets import PRESETS

TEXTS: dict[str, Any] = json.loads((SOURCE / "texts" / "en.json").read_text(encoding="utf-8"))
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in (SOURCE / "widgets").glob("*.py")}
PAGE = (SOURCE / "index.html").read_text(encoding="utf-8")
IN_PAGE = re.compile(r'data-text(?:-label)?="([^"]+)"')
SAID = "said."  # keys of the library's own messages

# Literals that are shown and are the same in every language, or that nobody reads.
SAME = {
    *("scnn", "English", "Deutsch", "Español", "Tiếng Việt"),
    *(
        "Conv2D",
        "ReLU",
        "MaxPool2D",
        "Flatten",
        "Dense",
        *("Dropout", "LeakyReLU", "Sigmoid", "Tanh", "SiLU", "AveragePool2D", "GlobalAveragePool"),
        *("GELU", "PReLU", "GroupNorm", "LayerNorm", "BatchNorm2D", "Standardise", "ConvTranspose2D"),
        *("Add", "Concatenate", "Branch"),
        "AdamW",
        "Lion",
        "Muon",
        "SHA-256",
    ),
    "Train a small neural network to recognise handwritten digits in your browser.",  # for search engines
    "keep the documentation",  # to the service worker
}
STYLES = {"secondary", "outline", "small", "sample"}  # words of the class attribute
READ = ("aria-label", "title", "alt", "placeholder")  # attributes
SAYING = ("say", "createTextNode", "show_refusal", "fail")  # calls


def keys_used() -> set[str]:
    """The keys in the page and in the widgets; an f-string stands for every key with its beginning."""
    used = set(IN_PAGE.findall(PAGE)) | set(re.findall(r'data-term="([^"]+)"', PAGE))
    for value in TEXTS.values():
        for words in value.values() if isinstance(value, dict) else [value]:
            used |= set(re.findall(r"\]\((term\.[^)]+)\)", words))
    for source in SOURCES.values():
        used |= {key for key in re.findall(r'"([a-z_]+\.[^"\s{}]+)"', source) if key in TEXTS}
        for beginning in re.findall(r'f"([a-z_]+\.[\w.-]*)\{', source):
            used |= {key for key in TEXTS if key.startswith(beginning)}
    library = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scnn").rglob("*.py"))
    return used | {key for key in TEXTS if key.startswith(SAID) and f'"{key.removeprefix(SAID)}"' in library}


def test_every_key_exists_and_is_used() -> None:
    """No text is missing, and none is left over."""
    named = set(IN_PAGE.findall(PAGE))
    for source in SOURCES.values():
        named |= set(re.findall(r'\b(?:text|show_text)\((?:[\w.]+\([^)]*\), )?"([^"{}]+)"', source))
    assert named <= set(TEXTS), named - set(TEXTS)
    assert keys_used() == set(TEXTS), set(TEXTS) - keys_used()


def test_experiments_are_named_as_the_library_names_them() -> None:
    for preset in PRESETS.values():
        assert TEXTS[f"experiment.{preset.name}.title"] == preset.title
        assert TEXTS[f"experiment.{preset.name}.about"] == preset.description


def test_the_page_is_filled() -> None:
    """It can be read before Python has started."""
    built = (SITE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'data-text="[^"]+"[^>]*></', built)
    assert f'aria-label="{TEXTS["nav.places"]}"' in built


def test_markup() -> None:
    """Emphasis, links, glossary terms, and what only looks like markup."""
    assert markup("a *b* & [c](#/see) [d](term.x)") == (
        'a <em>b</em> &amp; <a href="#/see">c</a> <button class="term" data-term="term.x" type="button">d</button>'
    )
    assert markup("3 * 4 [5] <b>") == "3 * 4 [5] &lt;b&gt;"


def test_only_texts_with_markup_are_packed_as_html() -> None:
    """The others are set as text, as they are."""
    texts = {"a": "1 < 2 & *x*", "b": "1 & 2", "c": "*y*"}
    assert packed(texts, {"a", "b"}) == {"texts": texts, "markup": {"a": "1 &lt; 2 &amp; <em>x</em>"}}


def test_ids_are_unique() -> None:
    """An id names one element, or a handler is attached to another."""
    ids = re.findall(r'\bid="([^"]+)"', PAGE)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})


class Words(HTMLParser):
    """Collects the words that a person reads on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        names = (*READ, "content") if ("name", "description") in attributes else READ
        self.found += [value or "" for name, value in attributes if name in names]


def test_no_words_outside_the_catalogue_in_the_page() -> None:
    """What is written in index.html itself could not be translated."""
    parser = Words()
    parser.feed(PAGE)
    words = {one for one in parser.found if re.search(r"[^\W\d_]", one)}
    assert words <= SAME, words - SAME


def literals(node: ast.AST) -> list[str]:
    """The string literals in an expression, and the constant parts of f-strings; not those that are looked up in the
    catalogue, compared, or used as keys."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Call | ast.Compare | ast.Subscript | ast.Dict):
        return []
    return [one for child in ast.iter_child_nodes(node) for one in literals(child)]


def shown(tree: ast.AST) -> list[tuple[int, str]]:
    """The literals that are set as text or as an attribute that is read, with their lines."""
    found = []
    for node in ast.walk(tree):
        expressions: list[ast.expr] = []
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Attribute) and target.attr == "textContent" for target in node.targets
        ):
            expressions = [node.value]
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "element":
                names = [str(one.arg).replace("_", "-") for one in node.keywords]
                values = [one.value for one in node.keywords]
                expressions = [
                    *node.args[1:],
                    *(value for at, value in zip(names, values, strict=True) if at in READ),
                ]
            elif name == "setAttribute" and literals(node.args[0])[:1] in [[one] for one in READ]:
                expressions = node.args[1:]
            elif name in SAYING:
                expressions = list(node.args)
        found += [(expression.lineno, one) for expression in expressions for one in literals(expression)]
    return [(line, one) for line, one in found if re.search(r"[^\W\d_]{2}", one) and one not in SAME]


def sentences(tree: ast.AST) -> list[tuple[int, str]]:
    """All other literals that look like words: several, or one with a capital letter and a full stop."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    unread: list[ast.AST] = [node.value for node in first if isinstance(node, ast.Expr)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    unread += [one for call in calls if ".console." in ast.unparse(call.func) for one in ast.walk(call)]
    skipped = set(map(id, unread))
    found = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
    ]
    found = [(line, one) for line, one in found if "var(--" not in one]  # a style
    words = re.compile(r"[a-z]{2,},? [a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ [a-z]{2,}")
    return [
        (line, one) for line, one in found if words.search(one) and one not in SAME and not {*one.split()} <= STYLES
    ]


def test_no_words_outside_the_catalogue_in_the_widgets() -> None:
    """A literal that is passed to what shows text, or that looks like a sentence, could not be translated."""
    found = []
    for name, source in sorted(SOURCES.items()):
        tree = syntax_tree(source)
        found += [f"{name}:{line}: {words!r}" for line, words in {*shown(tree), *sentences(tree)}]
    assert not found, "\n".join(sorted(found))


def test_widgets_import_what_there_is() -> None:
    """MicroPython would find it out in the browser only."""
    defined = {}
    for name, source in SOURCES.items():
        tree = syntax_tree(source)
        names = {node.name for node in tree.body if hasattr(node, "name")}
        for node in tree.body:
            if isinstance(node, ast.Assign):
                names |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            if isinstance(node, ast.ImportFrom | ast.Import):
                names |= {one.asname or one.name for one in node.names}
        defined[f"widgets.{name.removesuffix('.py')}"] = names
    for name, source in SOURCES.items():
        imports = [node for node in ast.walk(syntax_tree(source)) if isinstance(node, ast.ImportFrom)]
        for one in imports:
            if str(one.module).startswith("widgets."):
                wanted = {alias.name for alias in one.names}
                assert wanted <= defined[str(one.module)], f"{name}: {wanted - defined[str(one.module)]}"
