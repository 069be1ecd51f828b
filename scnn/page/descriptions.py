"""Networks, predictions, epochs and presets as plain data for the page."""

from scnn.experiments.experiment import config_of_preset
from scnn.experiments.presets import Preset
from scnn.network.metrics import argmax
from scnn.network.network import Network
from scnn.page.messages import Answer
from scnn.training.events import EpochEnded

__all__ = ["described_epoch", "described_layers", "described_number", "described_prediction", "described_preset"]


def described_prediction(network: Network, row: list[float], image: bytes, samples: int) -> Answer:
    names = network.class_names
    return {
        "digit": names[argmax(row)],
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


def described_number(answers: list[Answer]) -> Answer:
    """The answers for digits in the order of reading, and the number that they make."""
    names = [answer["digit"] for answer in answers]
    return {"number": ("" if all(len(name) == 1 for name in names) else " ").join(names), "digits": answers}


def described_preset(preset: Preset) -> Answer:
    """A preset, with its configuration as a message would have it."""
    reference = preset.reference
    return {
        "name": preset.name,
        "title": preset.title,
        "description": preset.description,
        "classes": [str(digit) for digit in preset.classes],
        "test_images": preset.test_per_class * len(preset.classes),
        "training_images": preset.training_per_class * len(preset.classes),
        "config": config_of_preset(preset),
        "reference": reference
        and {
            "title": reference.title,
            "accuracy": reference.accuracy,
            "seconds": reference.seconds,
            "weighted": figures(reference.weighted),
            "per_class": [figures(one) for one in reference.per_class],
        },
    }


def figures(three: tuple[float, float, float]) -> Answer:
    return dict(zip(("precision", "recall", "f1"), three, strict=True))
