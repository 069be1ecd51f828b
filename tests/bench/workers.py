"""One worker and several: `python build.py bench --workers`, for the demo's network and two presets, on wasmtime, in
Chromium and in Firefox, and PyTorch with two threads beside the demo's.

Microseconds a sample, the best of alternating rounds, since other programs only ever add to a time.
"""

import json
from contextlib import ExitStack

from scnn.engines.engine import EngineFactory
from scnn.engines.group import Group, available_cores
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.wasm import compiled
from tests.bench.browser import browser_page
from tests.bench.peers import torch_process
from tests.bench.workload import NETWORKS, first_epoch, time_batches
from tests.waiting import wait_for

ROUNDS = 15
ASK = "async ([name, counts, batches]) => await scnnWorkers(name, counts, batches)"


def in_group(workers: int) -> EngineFactory:
    return lambda plan: Group(plan, WasmtimeHost(), workers, always=True)


def main() -> None:
    cores = available_cores()
    counts = [1, *(count for count in (2, 4, 8) if count <= max(2, cores))]
    print(f"µs a sample by workers, on {cores} cores, the best of {ROUNDS} rounds; × is the speed against one worker")
    with ExitStack() as stack:
        torch = stack.enter_context(torch_process())
        for name, batches in NETWORKS.items():
            show(name, "wasmtime", on_wasmtime(name, counts, batches))
            if torch and name == "demo":
                print(f"  {'':12}{'PyTorch':10}{min(torch(name) for _ in range(ROUNDS)) * 1000:10.1f}", flush=True)
            memory = first_epoch(name, compiled).engine.plan.memory
            print(f"  {'':12}each worker's memory: {memory / 1e6:.1f} MB", flush=True)
    for browser in ("chromium", "firefox"):
        with browser_page(browser) as page:
            for name, batches in NETWORKS.items():
                rounds = [json.loads(page.evaluate(ASK, [name, counts, batches])) for _ in range(ROUNDS)]
                show(name, browser, best(counts, rounds))


def on_wasmtime(name: str, counts: list[int], batches: int) -> dict[int, float]:
    trainers = [first_epoch(name, in_group(count) if count > 1 else compiled) for count in counts]
    rounds = [[wait_for(time_batches(one, batches)) for one in trainers] for _ in range(ROUNDS)]
    return best(counts, rounds)


def best(counts: list[int], rounds: list[list[float]]) -> dict[int, float]:
    return dict(zip(counts, map(min, zip(*rounds, strict=True)), strict=True))


def show(name: str, host: str, times: dict[int, float]) -> None:
    cells = [f"{count}: {time:7.1f} ({times[1] / time:.2f} ×)" for count, time in times.items()]
    print(f"  {name:12}{host:10}{'  '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
