"""The benchmark: every peer trains the same two networks in the same run, one after another, five times over.

`python build.py bench [--json FILE] [--torch]` builds the site, finds Chromium and runs this.
"""

import argparse
import json
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from scnn.engines.group import available_cores
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine, compiled
from tests.bench.browser import browser_page
from tests.bench.peers import torch_process
from tests.bench.workers import ASK, in_group
from tests.bench.workload import REPEATS, compile_ms, first_epoch, measure, time_batches, trainer
from tests.waiting import wait_for

WORKERS = max(2, min(8, available_cores()))
THREADS = {  # of each peer; PyTorch says its own
    "scnn_chromium": 1,
    "scnn_chromium_workers": WORKERS,
    "scnn_wasmtime": 1,
    "scnn_wasmtime_workers": WORKERS,
    "scnn_interpreter": 1,
    "convnetjs": 1,
    "pytorch": 0,
}
SPLIT = ("demo",)  # a batch of one sample, the paper's, goes to one worker
BATCHES = 50  # of 20 samples, in one call with several workers
SAMPLES = {"paper": 15_000, "demo": 5_000}
INTERPRETED = {"paper": 5, "demo": 20}

Once = Callable[[], float]


def memory_of(name: str) -> str:
    """The compiled engine's memory before and after training: nothing is allocated per step."""
    engines: list[WasmEngine] = []

    def make(plan: object) -> WasmEngine:
        engines.append(compiled(plan))  # type: ignore[arg-type]
        return engines[-1]

    one = trainer(name, make)
    instance = engines[0].instance
    before = instance.memory.data_len(instance.store)  # type: ignore[attr-defined]
    one.engine.run("train", 0, one.training_size // one.batch_size)
    after = instance.memory.data_len(instance.store)  # type: ignore[attr-defined]
    return f"{before:,} bytes before training, {after:,} after {one.training_size} samples"


def main() -> None:
    parser = argparse.ArgumentParser(prog="build.py bench")
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    results: dict[str, dict[str, float | int | None]] = {}
    with ExitStack() as stack:
        page = stack.enter_context(browser_page())
        torch = stack.enter_context(torch_process())
        threads = {**THREADS, "pytorch": int(torch("threads")) if torch else 0}
        for name in ("paper", "demo"):
            results[name] = compare(name, page, torch)
            print(table(name, results[name], threads), flush=True)
            print(f"memory: {memory_of(name)}\n", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2) + "\n")


def compare(name: str, page: object, torch: Callable[[str], float] | None) -> dict[str, float | int | None]:
    evaluate = page.evaluate  # type: ignore[attr-defined]
    wasmtime = measure(name, compiled, SAMPLES[name])
    interpreter = measure(name, Interpreter, INTERPRETED[name])
    peers: dict[str, Once] = {
        "scnn_chromium": lambda: evaluate("([name, count]) => scnnOnce(name, count)", [name, SAMPLES[name]]),
        "scnn_wasmtime": wasmtime,
        "scnn_interpreter": interpreter,
        "convnetjs": lambda: evaluate("name => peerOnce(name)", name),
    }
    if name in SPLIT:
        group = first_epoch(name, in_group(WORKERS))
        asked = [name, [WORKERS], BATCHES]
        peers["scnn_chromium_workers"] = lambda: mean(lambda: json.loads(evaluate(ASK, asked))[0])
        peers["scnn_wasmtime_workers"] = lambda: mean(lambda: wait_for(time_batches(group, BATCHES)))
    if torch:
        peers["pytorch"] = lambda: torch(name)
    times: dict[str, list[float]] = {peer: [] for peer in peers}
    for once in peers.values():
        once()  # each warms up once more than it does itself
    for _ in range(REPEATS):
        for peer, once in peers.items():
            times[peer].append(once())
    in_tab, size = evaluate("name => scnnCompile(name)", name)
    here, _ = compile_ms(name)
    medians = {peer: statistics.median(times[peer]) if peer in times else None for peer in THREADS}
    return {**medians, "compile_ms": in_tab, "compile_ms_desktop": here, "module_bytes": size}


def mean(once: Once) -> float:
    """Milliseconds, of five measurements in µs: as many samples as one worker trains on in a measurement."""
    return statistics.fmean(once() for _ in range(SAMPLES["demo"] // (20 * BATCHES))) / 1000


def table(name: str, result: dict[str, float | int | None], threads: dict[str, int]) -> str:
    ours = result["scnn_chromium"] or 0.0
    lines = [f"{name}: ms a sample, median of {REPEATS}; the peer's time divided by scnn's in Chromium"]
    for peer, count in threads.items():
        value = result[peer]
        missing = "not installed" if peer == "pytorch" else "a batch of one sample is not split"
        words = missing if value is None else f"{value:10.4f}  {value / ours:8.2f} ×"
        lines.append(f"  {peer:22} {count} thread{'s' * (count > 1):1} {words}")
    compiling = f"{result['compile_ms']:.0f} ms in Pyodide, {result['compile_ms_desktop']:.0f} ms on the desktop"
    lines.append(f"  compiling: {compiling}; module: {result['module_bytes']:,} bytes")
    return "\n".join(lines)


main()
