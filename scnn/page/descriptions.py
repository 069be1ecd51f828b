"""Networks, predictions and epochs as plain data for the page."""

from scnn.network.network import Network
from scnn.page.messages import Answer
from scnn.training.events import EpochEnded

__all__ = ["described_prediction", "described_layers"]


def largest(row: list[float]) -> int:
    return row.index(max(row))


def described_prediction(network: Network, row: list[float], image: bytes, samples: int) -> Answer:
    names = network.class_names
    return {
        "digit": names[largest(row)],
        "probabilities": [{"class": name, "probability": value} for name, value in zip(names, row, strict=True)],
        "image": list(image),
        "samples": samples,
    }


def described_layers(network: Network) -> list[Answer]:
    """A line for each layer: what it is, what comes out of it, and how much it learns."""
    described = []
    for name, layer, shape, output in zip(
        network.names, network.layers, network.shapes, network.shapes[1:], strict=False
    ):
        parameters = sum(len(network.parameters[f"{name}.{role}"]) for role in layer.parameters(shape))
        described.append(
            {
                "name": name,
                "kind": type(layer).__name__,
                "text": repr(layer),
                "output_shape": list(output),
                "parameters": parameters,
            }
        )
    return described


def described_epoch(event: EpochEnded) -> Answer:
    test = event.test
    assert test  # every experiment of a session has test digits
    return {
        "type": "epoch",
        "epoch": event.epoch,
        "training": event.training.to_dict(),
        "test": test.to_dict(),
        "confusion": [list(row) for row in test.confusion],
    }
