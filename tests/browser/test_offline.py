"""Offline, updated and hosted: the service worker, GitHub Pages' ways, the classroom's archive, and no way in."""

import gzip
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builder.archive import pack_archive
from builder.assembly import build_site
from builder.command import sha256
from builder.paths import DIST, SITE, SOURCE
from builder.service_worker import stamp_service_worker
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serve import Handler, Server

from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from tests.browser.person import PAPER as PAPER_RUN
from tests.browser.person import TRAINED, Maker, button, home, line, opened, state, stroke, wait_for

pytestmark = pytest.mark.browser

Serve = Callable[..., "Served"]


class Closing(Handler):
    """Ends every connection after one answer, so that a server that is stopped is gone."""

    protocol_version = "HTTP/1.0"


class Pages(Closing):
    """As GitHub Pages serves a project: under a sub-path, gzipped, cached for ten minutes, with a 404 page."""

    def do_GET(self) -> None:  # noqa: N802 - the base class has it so
        if not self.path.startswith("/user/scnn/"):
            self.send_error(404)
            return
        path = Path(self.directory) / (self.path.split("?")[0].removeprefix("/user/scnn/") or "index.html")
        found = path.is_file()
        content = (path if found else Path(self.directory) / "404.html").read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(path.name) if found else "text/html; charset=utf-8")
        if path.suffix in (".html", ".css", ".js", ".mjs", ".json", ".wasm", ".svg"):
            content = gzip.compress(content, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=600")
        super(Handler, self).end_headers()


class Served:
    """A site's server, which can be stopped."""

    def __init__(self, folder: Path, handler: type[Handler] = Closing, port: int = 0) -> None:
        self.server = Server(folder, port, handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = self.server.url

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1200, "height": 900})
    yield made
    made.close()


def visited(context: BrowserContext, url: str) -> Page:
    """A page of the site, once everything is kept for offline."""
    page = context.new_page()
    page.goto(url)
    wait_for(page, "ready")
    expect(page.locator("#offline")).to_have_text(re.compile("offline"), timeout=90_000)
    return page


def test_after_one_visit_all_works_with_the_server_stopped(context: BrowserContext) -> None:
    """Open, train, draw, save, reload, and the page of licences."""
    served = Served(SITE)
    page = visited(context, served.url)
    served.stop()
    for _ in range(2):
        page.goto(served.url + "?experiment=paper&seed=3")
        wait_for(page, "ready")
        button(page, "Train").click()
        wait_for(page, "finished", timeout=TRAINED)
        stroke(page, line(0.5, 0.15, 0.5, 0.85))
        expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^1,"), timeout=10_000)
        if context.browser and context.browser.browser_type.name == "chromium":  # BiDi tells of no downloads
            with page.expect_download() as download:
                button(page, "Save model").click()
            assert Network.load(download.value.path()).fingerprint() == page.locator("#sha256").inner_text()
    page.goto(served.url + "licences.html")
    expect(page.get_by_role("cell", name="pyodide.asm.wasm", exact=True)).to_be_visible()


def test_an_update_takes_over_cleanly(context: BrowserContext, tmp_path: Path) -> None:
    """Version A and its training continue until the user agrees to the update; then everything is version B."""
    other = tmp_path / "b"
    shutil.copytree(SITE, other)
    for name, before, after in (
        ("index.html", "/>scnn</a>", "/>scnn B</a>"),
        ("texts/en.json", "trained a network yet.", "trained a network yet, says B."),
    ):
        text = (other / name).read_text()
        assert before in text
        (other / name).write_text(text.replace(before, after))
    stamp_service_worker(other)
    first = Served(SITE)
    page = visited(context, first.url)
    port = first.server.server_port
    page.goto(first.url + "?experiment=mnist&epochs=100")
    wait_for(page, "ready")
    button(page, "Train").click()
    wait_for(page, "training")
    first.stop()
    second = Served(other, port=port)
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    expect(page.get_by_role("status", name="New version")).to_be_visible(timeout=90_000)
    wait_for(page, "training")  # nothing was taken from it
    assert page.locator(".brand").inner_text() == "scnn"
    button(page, "Pause").click()
    with page.expect_navigation():
        button(page, "Load it now").click()
    wait_for(page, "ready")
    expect(page.locator(".brand")).to_have_text("scnn B")
    expect(state(page)).to_have_text(re.compile("says B"))
    own = f"scnn {second.url} "
    names = {own + stamp_of(other), f"{own}docs {stamp_of(other, 'DOCUMENTATION_STAMP')}"}
    assert set(page.evaluate(TWO_CACHES)) == names
    second.stop()
    page.reload()
    wait_for(page, "ready")
    expect(page.locator(".brand")).to_have_text("scnn B")


TWO_CACHES = """async () => {
    while ((await caches.keys()).length != 2) await new Promise(resolve => setTimeout(resolve, 100));
    return caches.keys();
}"""


def stamp_of(site: Path, name: str = "STAMP") -> str:
    found = re.search(rf'const {name} = "([0-9a-f]{{16}})"', (site / "sw.js").read_text())
    assert found
    return found[1]


def test_on_github_pages(context: BrowserContext) -> None:
    """Under a sub-path, with its headers and compression; an address that is none gets a page that leads on."""
    served = Served(SITE, Pages)
    page = visited(context, served.url + "user/scnn/" + PAPER_RUN)
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    for address, way in (
        ("nothing", "Go to the start page"),
        ("nothing/", "one level up"),
        ("a/nothing", "one level up"),
        ("a/b/nothing", "two levels up"),
    ):
        lost = context.new_page()  # each in a tab of its own: Firefox mistakes a page that still loads for the next
        response = lost.goto(f"{served.url}user/scnn/{address}")
        assert response and response.status == 404
        expect(lost.get_by_role("heading")).to_have_text("Page not found")
        styled = lost.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--s1')") != ""
        assert styled == ("/" not in address)
        lost.get_by_role("link", name=way).click()
        expect(lost.get_by_role("heading", name="Draw a digit")).to_be_visible()
        lost.close()
    served.stop()


def test_the_archive_is_served_by_its_own_server(context: BrowserContext, tmp_path: Path) -> None:
    """Unpacked anywhere, `python serve.py` and nothing else."""
    pack_archive()
    (packed,) = DIST.glob("scnn-*.zip")
    with zipfile.ZipFile(packed) as opened_:
        opened_.extractall(tmp_path)
    folder = tmp_path / "scnn"
    assert len((folder / "README.txt").read_text().splitlines()) == 2
    process = subprocess.Popen([sys.executable, "-I", "serve.py"], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    page = context.new_page()
    page.goto(found[0])
    wait_for(page, "ready")
    process.terminate()
    process.wait(10)


HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


def test_no_way_in(new_page: Maker, site_url: str, tmp_path: Path) -> None:
    """Text from addresses, class names, metadata and file names is text: nothing runs, and no request leaves."""
    page = opened(new_page, site_url)
    for name in ("experiment", "seed", "layers", "optimiser", HOSTILE):
        page.goto(f"{home(page)}?{name}={HOSTILE}#{HOSTILE}")
        wait_for(page, "ready")
    network = Network(
        PAPER.input_shape,
        PAPER.layers,
        seed=1,
        class_names=[HOSTILE, "javascript:window.hacked=1", "1"],
        provenance={"experiment": {"experiment": "paper"}, HOSTILE: HOSTILE},
    )
    network.save(tmp_path / "m.safetensors")
    page.locator("#file").set_input_files(tmp_path / "m.safetensors")
    wait_for(page, "finished")
    expect(page.locator("#confusion tbody th").first).to_have_text(HOSTILE)
    button(page, "Most confident mistakes").click()
    page.get_by_role("list", name="Images").get_by_role("button").first.click()
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    network.provenance = {"experiment": {"experiment": HOSTILE, "seed": HOSTILE}}
    network.save(tmp_path / "n.safetensors")
    page.locator("#file").set_input_files(tmp_path / "n.safetensors")
    expect(page.get_by_role("status", name="Files")).to_have_text(re.compile("unknown preset"))
    page.locator("#own").evaluate("own => { own.open = true; }")
    if page.context.browser and page.context.browser.browser_type.name == "chromium":  # BiDi chooses no folders
        (tmp_path / "own" / "a").mkdir(parents=True)
        (tmp_path / "own" / "a" / f"{HOSTILE.replace('/', '')}.png").write_bytes(b"no picture")
        page.get_by_label("Folder of pictures").set_input_files(tmp_path / "own")
        expect(page.get_by_role("status", name="Own images")).to_contain_text("skipped")
    headers = [tmp_path / "x", tmp_path / "y"]
    for path in headers:
        path.write_bytes(HOSTILE.encode() * 3)
    page.get_by_label("IDX files").set_input_files(headers)
    expect(page.get_by_role("status", name="Own images")).to_contain_text("is not an IDX file")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0


def test_nothing_reaches_what_could_run_it() -> None:
    """Our code on the page contains no innerHTML, eval or exec."""
    sources = [*SITE.glob("*.py"), *SITE.glob("*.js"), *(SOURCE / "widgets").glob("*.py")]
    assert len(sources) > 15
    for path in sources:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|\bexec\(|document\.write", path.read_text()
        )


def test_every_page_has_the_policy() -> None:
    """A Content-Security-Policy without 'unsafe-eval' and 'unsafe-inline', and no inline script or style."""
    for path in SITE.glob("*.html"):
        text = path.read_text()
        policy = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]*)"', text)
        assert policy and "default-src 'none'" in policy[1]
        assert "'unsafe-eval'" not in policy[1] and "unsafe-inline" not in policy[1]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.alone
def test_the_build_is_reproducible() -> None:
    """Two builds of the site are the same bytes."""

    def contents() -> dict[str, bytes]:
        return {str(path.relative_to(SITE)): path.read_bytes() for path in SITE.rglob("*") if path.is_file()}

    first = contents()
    build_site()
    assert contents() == first


def test_every_file_of_others_is_listed() -> None:
    """With its package, version and hash; the licence of each package is shipped, linked, and has the right words."""
    text = (SITE / "licences.html").read_text()
    vendored = [path for path in (SITE / "vendor").rglob("*") if path.is_file()]
    assert len(vendored) >= 20
    for path in vendored:
        assert f"<td>{path.name}</td>" in text
        assert sha256(path) in text
    links = set(re.findall(r'href="(vendor/[^"]+)"', text)) - {"vendor/pico/pico.min.css"}
    assert links == {path.relative_to(SITE).as_posix() for path in vendored if path.name.startswith("LICENSE")}
    for folder, words in (
        ("pyodide/LICENSE.txt", "Mozilla Public License Version 2.0"),
        ("pyodide/LICENSE-CPython.txt", "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
        ("micropython/LICENSE.txt", "Damien P. George"),
        ("pyscript/LICENSE.txt", "coincident 4.1.1"),
        ("pico/LICENSE.txt", "MIT"),
        ("uplot/LICENSE.txt", "MIT"),
    ):
        assert words in (SITE / "vendor" / folder).read_text()
