"""The tracer's times: `python build.py bench --trace`, for all presets' layers in CPython and in Pyodide in Chromium.

Milliseconds for the slowest of three random elements of each buffer, in the better of two runs; the first of a
kernel's elements includes the analysis of the kernel. The page may take 200 ms for an element.
"""

from typing import Any

from scnn.engines.wasm import compiled
from scnn.experiments.presets import PRESETS
from tests.bench.browser import browser_page
from tests.bench.trace_times import trace_times

LIMIT = 200.0  # milliseconds for an element, in the browser


def main() -> None:
    slowest = {"CPython": 0.0, "Pyodide": 0.0}
    with browser_page() as page:
        for preset in PRESETS:
            print(f"{preset + ', ms an element':36}    CPython  Pyodide in Chromium")
            there = in_browser(page, preset)
            for (buffer, here), (_, other) in zip(trace_times(preset, compiled), there, strict=True):
                print(f"  {buffer:36}{here:8.1f}{other:12.1f}", flush=True)
                slowest = {"CPython": max(slowest["CPython"], here), "Pyodide": max(slowest["Pyodide"], other)}
    print(f"the slowest: {slowest['CPython']:.0f} ms in CPython, {slowest['Pyodide']:.0f} ms in Pyodide; ", end="")
    print(f"the limit is {LIMIT:.0f} ms")


def in_browser(page: Any, preset: str) -> list[tuple[str, float]]:
    return [tuple(row) for row in page.evaluate("preset => scnnTrace(preset)", preset)]


main()
