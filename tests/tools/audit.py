"""`python build.py audit`: known vulnerabilities of what is pinned, as pip-audit's and npm's services list them."""

import json
import subprocess
import venv
from pathlib import Path
from typing import Any

from builder.command import Failure, run, say
from builder.node import npm
from builder.paths import ENVIRONMENT, PYTHON, ROOT

PYTHON_LOCKS = ("tests/requirements.txt", "tests/audit.txt", "site/requirements.txt")
NODE_FOLDERS = ("site", "tests/bench", "tests/browser")


def audit() -> None:
    """Raises Failure with a line for each finding, and for each service that does not answer: then nothing is known
    of the packages."""
    tool = ENVIRONMENT / "audit"  # apart from what the tests pin
    if not tool.exists():
        venv.create(tool, with_pip=True)
    python = tool / PYTHON.relative_to(ENVIRONMENT)
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", ROOT / "tests" / "audit.txt")
    found = []
    for lock in PYTHON_LOCKS:
        found += pip_audit(python, lock)
    for folder in NODE_FOLDERS:
        found += npm_audit(folder)
    if found:
        raise Failure("\n  ".join(["the audit found:", *found]))
    say("No vulnerability is known in anything that is pinned.")


def pip_audit(python: Path, lock: str) -> list[str]:
    """A line for each known vulnerability, and one if the service did not answer about every package."""
    say(f"pip-audit of {lock} …")
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    answer = answer_of(python, "-m", "pip_audit", *options, "--requirement", ROOT / lock)
    packages = answer.get("dependencies", [])
    skipped = sum("skip_reason" in one for one in packages)
    found = [f"{one['name']} {one['version']}: {fault['id']}" for one in packages for fault in one.get("vulns", ())]
    if skipped or not packages:
        which = f"{skipped} of {len(packages)} packages" if packages else "anything"
        found.append(f"pip-audit of {lock}: its service did not answer about {which}")
    return found


def npm_audit(folder: str) -> list[str]:
    """The same for a folder's package-lock.json."""
    say(f"npm audit of {folder} …")
    answer = answer_of(*npm(), "audit", "--json", cwd=ROOT / folder)
    if "vulnerabilities" not in answer:
        why = str(answer.get("message", "no answer")).split(" - ")[0]
        return [f"npm audit of {folder}: its service did not answer ({why})"]
    return [f"{name}: {fault['severity']}, {fault['range']}" for name, fault in answer["vulnerabilities"].items()]


def answer_of(*command: object, cwd: Path = ROOT) -> dict[str, Any]:
    """The JSON object that a command prints, whatever its exit code; empty if it prints anything else."""
    words = [str(word) for word in command]
    printed = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False).stdout
    try:
        answer = json.loads(printed)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
