"""dist/site: the page's own files, the wheel, the pretrained model, and third-party files under vendor/."""

import json
import shutil

from builder.command import run_module, say
from builder.documentation import add_documentation
from builder.licences import add_licences, list_licences
from builder.node import install_node_packages
from builder.paths import SITE, SOURCE
from builder.pretrained import pretrained_model
from builder.service_worker import stamp_service_worker
from builder.texts import fill_texts
from builder.vendor import VENDOR, vendor_packages
from builder.wheel import build_wheel, copy_part
from builder.widgets import pack_widgets

# Files in site/ that are not part of the page.
NOT_SHIPPED = (
    *(
        "builder",
        "docs",
        "node_modules",
        "package*.json",
        "requirements.txt",
        "screenshot.png",
        "serve.py",
        "__pycache__",
    ),
)

LARGE = 500_000  # bytes of a file that is worth a progress bar


def build_site() -> None:
    """Rebuilds dist/site. The service worker's list of files comes last, after every step that adds files."""
    install_node_packages()
    wheel = build_wheel()
    say("Putting the site together …")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(SOURCE, SITE, ignore=shutil.ignore_patterns(*NOT_SHIPPED))
    config = SITE / "worker.json"  # in the source, it has a placeholder for the wheel's name
    config.write_text(config.read_text(encoding="utf-8").replace("{wheel}", wheel.name), encoding="utf-8")
    (SITE / "wheel").mkdir()
    copy_part(wheel, SITE / "wheel")
    shutil.copy(pretrained_model(), SITE / "pretrained.safetensors")
    vendor_packages()
    shutil.move(SITE / "pyodide.js", VENDOR / "pyodide" / "start.mjs")
    pack_widgets()
    bundle_styles()
    fill_texts(SITE / "index.html", SITE / "texts")
    list_python()
    link_preloads()
    make_icons()
    add_documentation()
    add_licences()
    list_licences()
    stamp_service_worker()


def bundle_styles() -> None:
    """Appends the places' stylesheets to style.css."""
    folder = SITE / "styles"
    parts = [SITE / "style.css", *sorted(folder.glob("*.css"))]
    text = "".join(path.read_text(encoding="utf-8") for path in parts)
    (SITE / "style.css").write_text(text, encoding="utf-8")
    shutil.rmtree(folder)


def link_preloads() -> None:
    """Adds preload links to index.html for the files that PyScript would discover one after another, so that browsers
    fetch them at once."""
    modules = [path.relative_to(SITE).as_posix() for path in sorted((VENDOR / "pyscript").glob("core-*.js"))]
    modules += ["vendor/micropython/micropython.mjs"]
    others = ["py.json", "mpy.json", "worker.py", "vendor/micropython/micropython.wasm", "main.py"]
    links = [f'<link rel="modulepreload" href="{module}" />' for module in modules]
    links += [f'<link rel="preload" as="fetch" crossorigin href="{other}" />' for other in others]
    index = SITE / "index.html"
    head, body = index.read_text(encoding="utf-8").split("</head>", 1)
    index.write_text(head + "".join(f"  {link}\n  " for link in links) + "</head>" + body, encoding="utf-8")


def list_python() -> None:
    """Writes python.json: the large files that the worker fetches before it starts, with sizes in bytes, for the
    progress bar. What it imports as a module is not counted: browsers do not say how much of that has arrived."""
    config = json.loads((SITE / "worker.json").read_text(encoding="utf-8"))
    names = [name.removeprefix("./") for name in config["files"]]
    files = [*sorted((VENDOR / "pyodide").iterdir()), *map(SITE.joinpath, names)]
    sizes = {path.relative_to(SITE).as_posix(): path.stat().st_size for path in files if path.suffix != ".mjs"}
    large = {name: size for name, size in sizes.items() if size >= LARGE}
    (SITE / "python.json").write_text(json.dumps(large, indent=2), encoding="utf-8")


def make_icons() -> None:
    """Makes icon-192.png and icon-512.png from icon.svg."""
    for side in (192, 512):
        run_module("builder.icons", SITE / "icon.svg", SITE / f"icon-{side}.png", side)
