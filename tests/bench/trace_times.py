"""How long the tracer takes for an element: of each preset's layers, each of their buffers, forward and backward.

Used by tests.bench.trace, here and in Pyodide.
"""

import time
from collections.abc import Iterator
from math import prod
from random import Random

from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError
from scnn.experiments import presets
from scnn.network.network import Network
from scnn.network.trace import NetworkTracer

ELEMENTS = 3  # of each buffer, drawn at random
RUNS = 2  # each by a new tracer, which analyses each kernel when it first meets it


def trace_times(preset: str, make_engine: EngineFactory) -> list[tuple[str, float]]:
    """Of each buffer the milliseconds of its slowest element, in the better run: the other may have met another
    program's work."""
    runs = [list(slowest_elements(preset, make_engine)) for _ in range(RUNS)]
    return [(rows[0][0], min(milliseconds for _, milliseconds in rows)) for rows in zip(*runs, strict=True)]


def slowest_elements(preset: str, make_engine: EngineFactory) -> Iterator[tuple[str, float]]:
    chosen = presets.find(preset)
    random = Random(1)
    network = Network(chosen.input_shape, chosen.layers, seed=1)
    tracer = NetworkTracer(network, make_engine)
    tracer.run([random.random() for _ in range(prod(chosen.input_shape))], 0)
    for index, name in enumerate(network.names):
        layer, shape = network.layers[index], network.shapes[index]
        roles = ["output", *layer.buffers(shape)]
        backward = [*layer.parameters(shape), "input"]
        for role, back in [*((role, False) for role in roles), *((role, True) for role in backward)]:
            try:
                _, buffer = tracer.buffer_of(name, role, back)
            except ConfigError:
                continue  # the network has no such buffer
            slowest = 0.0
            for _ in range(ELEMENTS):
                element = tuple(random.randrange(size) for size in tracer.plan.buffers[buffer].shape)
                began = time.perf_counter()
                try:
                    tracer.trace(name, element, role, back)
                except ConfigError:
                    break  # another layer makes it
                slowest = max(slowest, time.perf_counter() - began)
            else:
                yield f"{name}.{'d_' * back}{role}", slowest * 1000
