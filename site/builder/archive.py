"""The classroom's archive: the site with a small server, in one zip."""

import re
import zipfile

from builder.command import say
from builder.paths import DIST, ROOT, SITE, SOURCE

NOTE = "Unpack this, and run `python serve.py` inside: it prints an address to open.\nNo network is needed.\n"


def pack_archive() -> None:
    """Makes dist/scnn-<version>.zip; the same site gives the same bytes."""
    version = re.search(r'"([^"]+)"$', (ROOT / "scnn" / "version.py").read_text(encoding="utf-8").strip())
    assert version
    target = DIST / f"scnn-{version[1]}.zip"
    files = [path for path in SITE.rglob("*") if path.is_file()]
    entries = {f"scnn/site/{path.relative_to(SITE).as_posix()}": path.read_bytes() for path in files}
    entries |= {"scnn/serve.py": (SOURCE / "serve.py").read_bytes(), "scnn/README.txt": NOTE.encode()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(entries):
            packed.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), entries[name], zipfile.ZIP_DEFLATED)
    say(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
