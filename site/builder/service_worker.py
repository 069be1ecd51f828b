"""The service worker's list of files, by which it keeps the site for offline use."""

import base64
import hashlib
import json
from pathlib import Path

from builder.paths import SITE, SOURCE


def stamp_service_worker(site: Path = SITE) -> None:
    """Writes sw.js with the integrity hash of every file of the site, and a stamp that changes when any file does."""
    target = site / "sw.js"
    paths = [path for path in sorted(site.rglob("*")) if path.is_file() and path != target]
    hashes = [base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode() for path in paths]
    files = {path.relative_to(site).as_posix(): f"sha256-{hash_}" for path, hash_ in zip(paths, hashes, strict=True)}
    text = json.dumps(files, indent=2)
    stamp = hashlib.sha256(text.encode()).hexdigest()[:16]
    template = (SOURCE / "sw.js").read_text(encoding="utf-8")
    target.write_text(template.replace("{stamp}", stamp).replace("FILES = {}", f"FILES = {text}"), encoding="utf-8")
