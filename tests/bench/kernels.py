"""The speed of each kernel beside the best that was seen: `python build.py bench --kernels`.

GFLOP/s on wasmtime and in Chromium, for the presets and two networks for colour images, on one thread. The best is
that of multiplications and additions in registers, or of a kernel if the machine was busier then.
"""

from typing import Any

from scnn.engines.wasm import compiled
from tests.bench.browser import browser_page
from tests.bench.kernel_times import NETWORKS, kernel_times, roof

Row = tuple[str, str, float]


def main() -> None:
    with browser_page() as page:
        here = {network: kernel_times(network, compiled) for network in NETWORKS}
        there = {network: in_browser(page, network) for network in NETWORKS}
        roofs = [roof(compiled), page.evaluate("() => scnnRoof()")]
    best = [
        max(most, *(speed for rows in found.values() for _, _, speed in rows))
        for most, found in zip(roofs, (here, there), strict=True)
    ]
    print(f"{'GFLOP/s, and share of the best':60}{'wasmtime':>16}{'Chromium':>16}")
    print(line("in registers", roofs, best))
    for network in NETWORKS:
        print(network)
        for (kernel, layer, one), (_, _, other) in zip(here[network], there[network], strict=True):
            print(line(f"  {layer:12}{kernel}", [one, other], best))


def line(title: str, speeds: list[float], best: list[float]) -> str:
    columns = [f"{speed:10.1f}{speed / most:6.0%}" for speed, most in zip(speeds, best, strict=True)]
    return f"{title:60}{''.join(columns)}"


def in_browser(page: Any, network: str) -> list[Row]:
    return [tuple(row) for row in page.evaluate("network => scnnKernels(network)", network)]


main()
