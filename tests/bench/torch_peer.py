"""PyTorch, eager, on the CPU: prints ms a sample for the paper's network or the demo's, for each line asked.

Run by a Python that has torch; it reads names of networks from its input, one a line, until it ends. For
`threads` it prints how many of them PyTorch uses.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import nn


def paper() -> tuple[nn.Module, tuple[int, ...], int, dict[str, float], int]:
    layers = nn.Sequential(
        *(nn.Conv2d(1, 1, 3, padding=1), nn.ReLU(), nn.Conv2d(1, 1, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(196, 32), nn.ReLU(), nn.Linear(32, 3)),
    )
    return layers, (1, 28, 28), 1, {"lr": 0.001}, 500


def demo() -> tuple[nn.Module, tuple[int, ...], int, dict[str, float], int]:
    layers = nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, 10)),
    )
    return layers, (1, 24, 24), 20, {"lr": 0.01, "momentum": 0.9}, 2000


def main() -> None:
    torch.manual_seed(1)
    made: dict[str, Callable[[], float]] = {}
    for name, (network, shape, batch, settings, samples) in (("paper", paper()), ("demo", demo())):
        images, labels = torch.rand(samples, *shape), torch.randint(0, 3, (samples,))
        optimiser, loss = torch.optim.SGD(network.parameters(), **settings), nn.CrossEntropyLoss()

        def once(
            network: nn.Module = network,
            images: torch.Tensor = images,
            labels: torch.Tensor = labels,
            optimiser: torch.optim.Optimizer = optimiser,
            loss: nn.Module = loss,
            batch: int = batch,
            samples: int = samples,
        ) -> float:
            began = time.perf_counter()
            for first in range(0, samples, batch):
                optimiser.zero_grad()
                loss(network(images[first : first + batch]), labels[first : first + batch]).backward()
                optimiser.step()
            return (time.perf_counter() - began) * 1000 / samples

        once()
        made[name] = once
    made["threads"] = torch.get_num_threads
    for line in sys.stdin:
        print(made[line.strip()](), flush=True)


main()
