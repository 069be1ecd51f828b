"""The compiled kernels in real browsers: the bits of wasmtime, program by program and training by training."""

import base64
from array import array
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest
from builder.paths import SITE
from playwright.sync_api import Playwright

from scnn.compiler import compile_plan
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.wasm import WasmEngine, compiled
from scnn.plan import ELEMENT_TYPES
from tests.bench import workload
from tests.browser.conftest import launch
from tests.browser.person import BARE
from tests.browser.watch import say_memory
from tests.compiler.programs import PROGRAMS
from tests.compiler.support import bits, plan_of, run

pytestmark = pytest.mark.browser

RUN = """([code, inputs, size]) => {
    const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(bytes(code))).exports;
    for (const [offset, values] of inputs) new Uint8Array(memory.buffer, offset).set(bytes(values));
    run();
    const after = new Uint8Array(memory.buffer, 0, size);
    let text = "";
    for (const byte of after) text += String.fromCharCode(byte);
    return btoa(text);
}"""

TRAIN = """async ([site, wheel, workload, names]) => {
    const { loadPyodide } = await import(site + "vendor/pyodide/pyodide.mjs");
    const pyodide = await loadPyodide({ indexURL: site + "vendor/pyodide/" });
    await pyodide.loadPackage(site + wheel, { checkIntegrity: false }); // as micropip installs a wheel by its address
    pyodide.FS.writeFile("/home/pyodide/workload.py", workload);
    pyodide.globals.set("names", pyodide.toPy(names));
    await import(site + "replicas.js");
    return await pyodide.runPythonAsync(`
import js
from time import perf_counter
from pyodide.ffi import to_js
from scnn.engines import compiled
from scnn.engines.crew import Crew
from scnn.engines.hosts import default_host
from workload import fingerprint, whole

async def by_crew(name, workers):
    one = whole(name, lambda plan: Crew(plan, default_host(), workers, js.scnnCrew, perf_counter, True))
    for _ in one.run():
        await one.engine.finished()
    working = one.engine.crew.workers.length
    one.engine.close()
    return [one.network.fingerprint(), working, one.engine.failure]

async def with_a_death(name):
    one = whole(name, lambda plan: Crew(plan, default_host(), 2, js.scnnCrew, perf_counter, True))
    one.slice_size = 100
    for number, _ in enumerate(one.run()):
        if number == 2:
            one.engine.crew.silence = 1
            one.engine.crew.workers[0].terminate()
        await one.engine.finished()
    return [one.network.fingerprint(), 0, one.engine.failure]

alone = [fingerprint(name, compiled) for name in names]
crews = [await by_crew(name, workers) for name, workers in (("mnist", 2), ("mnist", 3), ("mnist", 8), ("demo", 4))]
crews.append(await with_a_death("demo"))
to_js([alone, crews])
`);
}"""

# WebDriver knows bodies of functions only, and takes the answer by a call.
CALL = """const [text, argument, done] = arguments;
Promise.resolve(eval(text)(argument)).then(done, (error) => done(`${error}`));"""

SILENT = "a worker was silent for 1 seconds"  # the lead trained on alone

TRAININGS = ("paper", "demo", "mnist")

Evaluate = Callable[[str, object], Any]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkit"])
def evaluate(request: pytest.FixtureRequest, site_url: str, playwright: Playwright) -> Iterator[Evaluate]:
    """Calls a JavaScript function with one argument on a page of the site's origin with nothing on it."""
    if request.param == "webkit":
        driver = request.getfixturevalue("webkit")
        driver.get(site_url + BARE)
        yield partial(driver.execute_async_script, CALL)
    else:
        browser = launch(playwright, request.param)
        page = browser.new_page()
        page.on("crash", say_memory)
        page.goto(site_url + BARE)
        yield page.evaluate
        browser.close()


def test_every_program_gives_the_same_bits(evaluate: Evaluate) -> None:
    """Every buffer of every program of the compiler's table is what wasmtime makes of it."""
    for program in PROGRAMS:
        plan = plan_of(program.kernel, program.lengths, program.sizes)
        expected = run(WasmEngine(plan, WasmtimeHost()), program.inputs)
        inputs = [
            (
                plan.buffers[name].offset,
                encoded(array(ELEMENT_TYPES[plan.buffers[name].kind].array_code, values).tobytes()),
            )
            for name, values in program.inputs.items()
        ]
        code = encoded(compile_plan(plan).code)
        memory = base64.b64decode(evaluate(RUN, [code, inputs, plan.memory]))
        for name, buffer in plan.buffers.items():
            found = array(ELEMENT_TYPES[buffer.kind].array_code, memory[buffer.offset : buffer.offset + buffer.size])
            assert bits(found) == bits(expected[name]), f"{program.name}: {name}"


@cache
def on_wasmtime() -> dict[str, str]:
    """The SHA-256 of the weights after each training."""
    return {name: workload.fingerprint(name, compiled) for name in TRAININGS}


def test_whole_trainings_give_the_same_weights(evaluate: Evaluate, site_url: str) -> None:
    """The paper's experiment, the demo's network, and augmentation with Adam and dropout: the same SHA-256, in one
    worker and in several, which all take part, and if one of them dies."""
    (wheel,) = (SITE / "wheel").glob("*.whl")
    source = (SITE.parents[1] / "tests" / "bench" / "workload.py").read_text()
    alone, crews = evaluate(TRAIN, [site_url, f"wheel/{wheel.name}", source, list(TRAININGS)])
    assert alone == list(on_wasmtime().values())
    mnist, demo = on_wasmtime()["mnist"], on_wasmtime()["demo"]
    assert crews == [[mnist, 1, ""], [mnist, 2, ""], [mnist, 7, ""], [demo, 3, ""], [demo, 0, SILENT]]
