"""Serves the folder `site` beside this file on this machine. Needs Python 3 alone: `python serve.py [port]`.

A browser keeps trainings, and the copy for offline use, by the address that they came from: the port is the same at
each start, as long as it is free. Exit codes: 1 where no server can be had, 2 where the command was not understood.
"""

import contextlib
import functools
import http.server
import os
import sys
from pathlib import Path

PORT, TRIED = 8000, 10  # the usual port, and how many from it on are tried


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = os.name != "nt"  # on Windows that would let two servers have one port


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - the base class has it so
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
    }

    def send_error(self, code, message=None, explain=None):
        """What is missing is answered with the site's own page."""
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

    def log_message(self, format, *values):
        pass


def main(arguments):
    if len(arguments) > 1 or not all(one.isascii() and one.isdigit() and int(one) < 65536 for one in arguments):
        print("usage: python serve.py [port], a number from 0 (any that is free) to 65535", file=sys.stderr)
        return 2
    ports = [int(arguments[0])] if arguments else range(PORT, PORT + TRIED)
    folder = Path(__file__).resolve().parent / "site"
    if not folder.is_dir():
        print(f"serve.py: there is no folder {folder}: unpack the whole archive", file=sys.stderr)
        return 1
    for port in ports:
        try:
            server = Server(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))
            break
        except OSError as error:
            print(f"serve.py: port {port} cannot be used: {error.strerror}", file=sys.stderr)
    else:
        return 1
    with server:
        if not arguments and port != PORT:
            print("serve.py: at another port, the browser does not find what it kept before", file=sys.stderr)
        print(f"scnn is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
