"""The classroom's server, run as people run it, and the build's own: ports, missing files, and what is refused."""

import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from serve import Server, network_addresses

SERVE = Path(__file__).parents[2] / "site" / "serve.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The archive as it is unpacked, with a small site."""
    shutil.copy(SERVE, tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("first")
    (tmp_path / "site" / "404.html").write_text("no such page")
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-I", "serve.py", *map(str, arguments)]


def answer(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def check_answers(port: int) -> None:
    assert answer(port, "/") == (200, b"first")
    assert answer(port, "/nowhere/x.js") == (404, b"no such page")
    assert answer(port, "/nowhere", "HEAD") == (404, b"")


def started(folder: Path, *arguments: object) -> tuple[int, str]:
    """The port that the server says it is at, answers checked, and what it says besides."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command(*arguments), cwd=folder, text=True, **pipes)  # type: ignore[call-overload]
    try:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert found
        check_answers(int(found[1]))
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=10)
    return int(found[1]), errors


def test_missing_files_are_answered_with_the_sites_page(folder: Path) -> None:
    """With status 404, at any depth; a port of 0 is any that is free."""
    assert started(folder, 0)[1] == ""


def test_the_port_is_the_usual_one_or_the_next_that_is_free(folder: Path) -> None:
    """8000, unless that is in use: then it says so, and what it means, and where it is instead."""
    try:
        held = socket.create_server(("127.0.0.1", 8000))
    except OSError:  # in use by another: just as well
        held = socket.socket()
    with held:
        port, errors = started(folder)
    assert 8000 < port < 8010
    assert "port 8000 cannot be used" in errors and "does not find trainings" in errors


def test_a_port_that_is_in_use(folder: Path, taken: int) -> None:
    """One that was asked for is not replaced by another: exit code 1 and no traceback."""
    result = subprocess.run(command(taken), cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1 and f"port {taken} cannot be used: " in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["abc"], ["-1"], ["70000"], ["8.5"], ["²"], ["8000", "8001"]])
def test_what_is_not_understood(folder: Path, arguments: list[str]) -> None:
    """Exit code 2 and the usage, in one line."""
    result = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 2 and result.stderr.startswith("usage: ") and result.stderr.count("\n") == 1


def test_a_server_without_its_site(folder: Path) -> None:
    """serve.py taken out of the archive alone says what it lacks."""
    shutil.rmtree(folder / "site")
    result = subprocess.run(command(0), cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1 and "there is no folder" in result.stderr and result.stderr.count("\n") == 1


def test_the_builds_server_answers_alike(folder: Path) -> None:
    """`python build.py serve` shows the same page for what is missing."""
    with Server(folder / "site") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        check_answers(server.server_port)
        server.shutdown()


def test_a_classroom_reaches_the_server(folder: Path) -> None:
    """With --classroom it listens on every network, and prints an address for each, which answers."""
    process = subprocess.Popen(
        command("--classroom", 0), cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout
        first = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert first and process.stdout.readline() == "In the classroom, type:\n"
        line = process.stdout.readline().strip()
        typed = re.fullmatch(rf"http://([\d.]+):{first[1]}/", line)
        if typed:
            connection = HTTPConnection(typed[1], int(first[1]), timeout=10)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"first"
            connection.close()
        else:
            assert line == "(this computer is on no network)" and not network_addresses()
        check_answers(int(first[1]))
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_every_network_has_its_address() -> None:
    """Each once, without the computer's own; what a socket can be bound to."""
    addresses = network_addresses()
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert not address.startswith("127.")
        socket.create_server((address, 0)).close()
