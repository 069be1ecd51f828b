"""Licences of the site's third-party files: the texts under vendor/, and the page that lists them."""

import hashlib
import html
import importlib.metadata
import json
from pathlib import Path

from builder.command import Failure, sha256
from builder.paths import SITE, SOURCE
from builder.vendor import VENDOR, VENDORED

TEXTS = Path(__file__).with_name("licence_texts")

# Licence texts that npm's pyodide and micropython lack, by their path under vendor/. Python packages that are pinned
# for the tests contain MPL 2.0 and CPython's licence word for word; MicroPython's is in licence_texts/.
ADDED = {
    "pyodide/LICENSE.txt": (
        "pathspec",
        "fab3dd6bdab226f1c08630b1dd917e11fcb4ec5e1e020e2c16f83a0a13863e85",
    ),
    "pyodide/LICENSE-CPython.txt": (
        "typing-extensions",
        "3b2f81fe21d181c499c59a256c8e1968455d6689d269aa85373bfb6af41da3bf",
    ),
    "micropython/LICENSE.txt": (
        None,
        "e633c30f3f7bf9d252c3c67a1fa9591354b5f85926ac9bef7b2c24c7ab99c699",
    ),
}


def add_licences() -> None:
    """Writes the licence texts that the packages lack, and adds those of the packages bundled in PyScript to its
    own."""
    for target, (package, expected) in ADDED.items():
        if package:
            text = importlib.metadata.distribution(package).read_text("licenses/LICENSE") or ""
        else:
            text = (TEXTS / f"{Path(target).parent}.txt").read_text(encoding="utf-8")
        found = hashlib.sha256(text.encode()).hexdigest()
        if found != expected:
            raise Failure(
                f"the licence text for vendor/{target} has changed: expected SHA-256 {expected}, got {found}; "
                "check that it is still the right text, then update its hash"
            )
        (VENDOR / target).write_text(text, encoding="utf-8")
    holders: dict[str, list[str]] = {}
    for key, entry in locked_packages().items():
        if Path(key).parts[-1] not in ("core", "pyodide", "ws", "emscripten", *VENDORED) and "micropython" not in key:
            texts = [path.read_text(encoding="utf-8").strip() for path in (SOURCE / key).glob("LICEN[CS]E*")]
            content = texts[0] if texts else f"{entry['license']} licence, as its package.json says; it has no text"
            holders.setdefault(content, []).append(f"{key.split('node_modules/')[-1]} {entry['version']}")
    with (VENDOR / "pyscript" / "LICENSE.txt").open("a", encoding="utf-8") as stream:
        for content, names in sorted(holders.items()):
            stream.write(f"\n\n{'-' * 70}\nBundled in it: {', '.join(sorted(set(names)))}\n\n{content}\n")


def locked_packages() -> dict[str, dict[str, str]]:
    """The packages of the site's lock file by their folder, without the site itself."""
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {key: entry for key, entry in lock.items() if key}


def list_licences() -> None:
    """Fills the table of licences.html: each third-party file with its package, version, licence texts and SHA-256.
    The packages are those of the lock file, whose hashes npm has checked."""
    lock = locked_packages()
    rows = []
    for name, (folder, _) in VENDORED.items():
        key = f"node_modules/{'/'.join(folder.split('/')[: 2 if folder.startswith('@') else 1])}"
        installed = json.loads((SOURCE / key / "package.json").read_text(encoding="utf-8"))
        if installed["version"] != lock[key]["version"]:
            raise Failure(
                f"expected {key} {lock[key]['version']}, as in package-lock.json, got {installed['version']}"
            )
        files = sorted((VENDOR / name).iterdir())
        links = []
        for text in (path for path in files if path.stem.startswith("LICENSE")):
            content = text.stem.partition("-")[2] or lock[key]["license"]
            links.append(f'<a href="vendor/{name}/{text.name}">{html.escape(content)}</a>')
        if not links:
            raise Failure(f"expected a licence text in vendor/{name}, found none: add it to ADDED in licences.py")
        for path in files:
            cells = (path.name, installed["name"], installed["version"])
            shown = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            rows.append(f"<tr>{shown}<td>{', '.join(links[::-1])}</td><td><code>{sha256(path)}</code></td></tr>")
    page = SITE / "licences.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<!-- rows -->", "\n".join(rows)), encoding="utf-8")
