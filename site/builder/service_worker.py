"""The service worker's lists of files, by which it keeps the page and the documentation for offline use."""

import base64
import hashlib
import json
from pathlib import Path

from builder.paths import SITE, SOURCE


def stamp_service_worker(site: Path = SITE) -> None:
    """Writes sw.js with the integrity hash of every file of the site, and with one stamp for the page and one for
    the documentation, which change with any of their files."""
    target = site / "sw.js"
    paths = [path for path in sorted(site.rglob("*")) if path.is_file() and path != target]
    hashes = {path.relative_to(site).as_posix(): integrity(path) for path in paths}
    text = (SOURCE / "sw.js").read_text(encoding="utf-8")
    for name, belongs in (("DOCUMENTATION", True), ("FILES", False)):
        files = json.dumps(
            {file: hash_ for file, hash_ in hashes.items() if file.startswith("docs/") == belongs}, indent=2
        )
        stamp = hashlib.sha256(files.encode()).hexdigest()[:16]
        text = text.replace(f"{{{name} stamp}}", stamp).replace(f"const {name} = {{}}", f"const {name} = {files}")
    target.write_text(text, encoding="utf-8")


def integrity(path: Path) -> str:
    """The file's hash in the format of subresource integrity."""
    return f"sha256-{base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()}"
