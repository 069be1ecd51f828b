"""Serves the folder `site` beside this file on this machine. Needs Python 3 alone: `python serve.py [port]`.
`python serve.py --classroom [port]` serves it to every computer on the same network, and prints the address to type.

A browser keeps trainings, and the copy for offline use, by the address that they came from: the port is the same at
each start, as long as it is free. Exit codes: 1 if no server can be started, 2 if the arguments are invalid.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

PORT, PORTS = 8000, 10  # the default port, and the number of ports to try from there

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
    """Serves a folder to this machine alone, or to all that reach `host`; port 0 is any that is free."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port

    def __init__(
        self, folder: Path, port: int = 0, handler: type[Handler] = Handler, host: str = "127.0.0.1"
    ) -> None:
        super().__init__((host, port), functools.partial(handler, directory=str(folder)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser that leaves is no error
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def run(self) -> None:
        """Prints the address, and serves until Ctrl-C."""
        if self.server_address[0] == "127.0.0.1":
            print(f"scnn is at {self.url} (stop with Ctrl-C)", flush=True)
        else:
            addresses = [f"http://{address}:{self.server_port}/" for address in network_addresses()]
            print(f"On this computer scnn is at {self.url} (stop with Ctrl-C)", flush=True)
            print("\n".join(["In the classroom, type:", *(f"    {one}" for one in addresses)]), flush=True)
            if not addresses:
                print("    (this computer is on no network)", flush=True)
        with self, contextlib.suppress(KeyboardInterrupt):
            self.serve_forever()


def network_addresses() -> list[str]:
    """This computer's IPv4 address in each network that it is in; that of the default network comes first."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent: the system only chooses the network it would take
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    found += interface_addresses()
    return [one for one in dict.fromkeys(found) if not one.startswith(("127.", "0."))]


def interface_addresses() -> list[str]:
    """The address of each network interface, on Linux and macOS, where the host's own name does not tell."""
    try:
        import fcntl
    except ImportError:  # Windows, whose host name tells
        return []
    found = []
    request = 0xC0206921 if sys.platform == "darwin" else 0x8915  # SIOCGIFADDR
    for _, name in socket.if_nameindex():
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            answer = fcntl.ioctl(asked, request, struct.pack("256s", name.encode()[:15]))
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def main(arguments: Sequence[str]) -> int:
    classroom = "--classroom" in arguments
    arguments = [one for one in arguments if one != "--classroom"]
    if len(arguments) > 1 or not all(one.isascii() and one.isdigit() and int(one) < 65536 for one in arguments):
        print(
            "usage: python serve.py [--classroom] [port], a number from 0 (any that is free) to 65535",
            file=sys.stderr,
        )
        return 2
    ports = [int(arguments[0])] if arguments else range(PORT, PORT + PORTS)
    folder = Path(__file__).resolve().parent / "site"
    if not folder.is_dir():
        print(f"serve.py: there is no folder {folder}: unpack the whole archive", file=sys.stderr)
        return 1
    for port in ports:
        try:
            server = Server(folder, port, host="0.0.0.0" if classroom else "127.0.0.1")
            break
        except OSError as error:
            print(f"serve.py: port {port} cannot be used: {error.strerror}", file=sys.stderr)
    else:
        return 1
    if not arguments and port != PORT:
        print("serve.py: at this port, the browser does not find trainings that it saved at another", file=sys.stderr)
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
