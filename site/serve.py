"""Serves the folder `site` beside this file on this machine. Needs Python 3 alone: `python serve.py [port]`.

A browser keeps trainings, and the copy for offline use, by the address that they came from: the port is the same at
each start, as long as it is free. Exit codes: 1 if no server can be started, 2 if the arguments are invalid.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import sys
from collections.abc import Sequence
from pathlib import Path

PORT, PORTS = 8000, 10  # the usual port, and how many ports are tried from it on

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


class Handler(http.server.SimpleHTTPRequestHandler):
    """A static server: fixed MIME types, no caching unasked, the site's own 404 page, no log of requests."""

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
        self.send_header("Content-Type", MIME_TYPES[".html"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder on this machine alone; port 0 is any that is free."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port

    def __init__(self, folder: Path, port: int = 0, handler: type[Handler] = Handler) -> None:
        super().__init__(("127.0.0.1", port), functools.partial(handler, directory=str(folder)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def run(self) -> None:
        """Prints the address, and serves until Ctrl-C."""
        print(f"scnn is at {self.url} (Ctrl-C ends it)", flush=True)
        with self, contextlib.suppress(KeyboardInterrupt):
            self.serve_forever()


def main(arguments: Sequence[str]) -> int:
    if len(arguments) > 1 or not all(one.isascii() and one.isdigit() and int(one) < 65536 for one in arguments):
        print("usage: python serve.py [port], a number from 0 (any that is free) to 65535", file=sys.stderr)
        return 2
    ports = [int(arguments[0])] if arguments else range(PORT, PORT + PORTS)
    folder = Path(__file__).resolve().parent / "site"
    if not folder.is_dir():
        print(f"serve.py: there is no folder {folder}: unpack the whole archive", file=sys.stderr)
        return 1
    for port in ports:
        try:
            server = Server(folder, port)
            break
        except OSError as error:
            print(f"serve.py: port {port} cannot be used: {error.strerror}", file=sys.stderr)
    else:
        return 1
    if not arguments and port != PORT:
        print("serve.py: at another port, the browser does not find what it kept before", file=sys.stderr)
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
