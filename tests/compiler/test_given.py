"""Where kernels come from: files that were edited after the import, and cells of notebooks."""

import importlib
import linecache
from pathlib import Path
from typing import Any

import pytest

from scnn.compiler import KernelError, compile_plan
from scnn.plan import Call, Kernel, Plan, Procedure, allocate
from tests.compiler.support import engines, run

FIRST = """from scnn.language import Float32Buffer

def kernel(out: Float32Buffer) -> None:
    \"\"\"The first form.\"\"\"
    out[0] = 1.0
"""


def plan_of(kernel: Kernel) -> Plan:
    return Plan(allocate({"out": ("float32", (1,))}), {"run": Procedure("run", (), (Call(kernel, {"out": "out"}),))})


def test_a_file_that_was_edited_after_its_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled kernel would differ from the one that Python runs, so it is refused until it is imported again.
    Edits of comments and docstrings do not count."""
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "edited_kernel.py"
    path.write_text(FIRST)
    module = importlib.import_module("edited_kernel")
    plan = plan_of(module.kernel)
    compile_plan(plan)
    path.write_text(FIRST.replace("first", "other"))
    compile_plan(plan)
    path.write_text(FIRST.replace("1.0", "2.0"))
    with pytest.raises(KernelError, match="the source of kernel has changed since Python read it.*reload the module"):
        compile_plan(plan)


def test_kernels_of_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell's source is in linecache, as IPython puts it there: its kernels compile."""
    name = "<ipython-input-1-0123456789ab>"
    monkeypatch.setitem(linecache.cache, name, (len(FIRST), None, FIRST.splitlines(keepends=True), name))
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(FIRST, name, "exec"), names)
    plan = Plan(
        allocate({"out": ("float32", (1,))}), {"run": Procedure("run", (), (Call(names["kernel"], {"out": "out"}),))}
    )
    for engine in engines(plan).values():
        assert list(run(engine, {})["out"]) == [1.0]
