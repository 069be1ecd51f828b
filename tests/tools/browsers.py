"""Finds the browsers that the tests drive, and installs those that are missing where that is possible."""

import glob
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from builder.command import Failure, say
from builder.paths import PYTHON

# The commands that each program may have, and the Debian package that contains it.
PROGRAMS = {
    "chromium": (["chromium", "chromium-browser", "google-chrome"], "chromium"),
    "firefox": (["firefox-esr", "firefox"], "firefox-esr"),
    "webkit": (["MiniBrowser"], "webkit2gtk-driver"),
    "webkit_driver": (["WebKitWebDriver"], "webkit2gtk-driver"),
    "xvfb": (["Xvfb"], "xvfb"),
}
BROWSERS = ("chromium", "firefox")
WEBKIT = ("webkit", "webkit_driver", "xvfb")  # its tests need all of them, and are skipped if one is missing


def find_browsers(required: Sequence[str] = BROWSERS, optional: Sequence[str] = ()) -> dict[str, str]:
    """The environment that tells tests where the browsers are. What is missing is installed where that is possible;
    raises Failure if a required one cannot be had."""
    found = look_for_browsers([*required, *optional])
    if None in found.values() and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        install_debian_packages([PROGRAMS[name][1] for name, path in found.items() if path is None])
        found = look_for_browsers(found)
    if None in [found[name] for name in required]:
        say("Installing Playwright's browsers …")
        subprocess.run([PYTHON, "-m", "playwright", "install", "chromium"], check=False)
        found = look_for_browsers(found)
    missing = [name for name in required if found[name] is None]
    if missing:
        raise Failure(
            f"{' and '.join(missing)} not found, and could not be installed: "
            "install it, set SCNN_CHROMIUM and SCNN_FIREFOX to the programs' paths, or test with --no-browser"
        )
    return {f"SCNN_{name.upper()}": path for name, path in found.items() if path}


def look_for_browsers(names: Iterable[str]) -> dict[str, str | None]:
    """The path of each program: from the environment, from PATH, or from Playwright's own store."""
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
    """Installs those of the packages that this system's archive has, all at once."""
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    known = []
    for name in dict.fromkeys(names):
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            known.append(name)
    say(f"Installing Debian's {' and '.join(known)} …")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *known]
    subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
