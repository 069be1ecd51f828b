"""Presets, networks, predictions and epochs as plain data for the page."""

from scnn.experiments.experiment import config_of_preset
from scnn.experiments.presets import Preset
from scnn.formats.png import image_picture
from scnn.layers.branches import Join
from scnn.network.graph import INPUT
from scnn.network.metrics import argmax
from scnn.network.network import Network
from scnn.page.messages import Answer
from scnn.training.events import EpochEnded

__all__ = ["describe_epoch", "describe_layers", "describe_number", "describe_prediction", "describe_preset"]

SCORES = ("precision", "recall", "f1")


def describe_preset(preset: Preset) -> Answer:
    """A preset with its whole configuration, in the form that messages use."""
    reference = preset.reference
    return {
        "name": preset.name,
        "title": preset.title,
        "description": preset.description,
        "classes": list(preset.class_names),
        "test_images": preset.test_per_class * len(preset.classes),
        "training_images": preset.training_per_class * len(preset.classes),
        "config": config_of_preset(preset),
        "reference": reference
        and {
            "title": reference.title,
            "accuracy": reference.accuracy,
            "seconds": reference.seconds,
            "weighted": dict(zip(SCORES, reference.weighted, strict=True)),
            "per_class": [dict(zip(SCORES, scores, strict=True)) for scores in reference.per_class],
        },
    }


def describe_layers(network: Network) -> list[Answer]:
    """For each layer: name, kind, text, output shape and number of parameters; `reads` has the names of the layers
    whose outputs a layer reads, or "input", unless that is the layer before it alone."""
    described = []
    outputs = (INPUT, *network.names)
    for name, layer, shape, output, sources in zip(
        network.names, network.layers, network.shapes, network.shapes[1:], network.sources, strict=False
    ):
        reads = [outputs[number] for number in sources.values()] if isinstance(layer, Join) else []
        learned = [role for role, parameter in layer.parameters(shape).items() if parameter.learned]
        parameters = sum(len(network.parameters[f"{name}.{role}"]) for role in learned)
        described.append(
            {
                "name": name,
                "kind": type(layer).__name__,
                "text": repr(layer),
                "output_shape": list(output),
                "parameters": parameters,
                "reads": reads,
            }
        )
    return described


def describe_prediction(network: Network, probabilities: list[float], image: bytes, samples: int) -> Answer:
    """The predicted class of an image; `samples` is the number of images that the network was trained on."""
    names = network.class_names
    return {
        "digit": names[argmax(probabilities)],
        "probabilities": [
            {"class": name, "probability": value} for name, value in zip(names, probabilities, strict=True)
        ],
        "image": list(image),
        "shape": list(network.input_shape),
        "picture": image_picture(image, network.input_shape) if network.input_shape[0] > 1 else None,
        "samples": samples,
    }


def describe_number(predictions: list[Answer]) -> Answer:
    """The predictions of several digits from left to right, and the number that they form."""
    names = [prediction["digit"] for prediction in predictions]
    return {"number": ("" if all(len(name) == 1 for name in names) else " ").join(names), "digits": predictions}


def describe_epoch(event: EpochEnded) -> Answer:
    test = event.test
    assert test  # every experiment of the page has test images
    return {
        "type": "epoch",
        "epoch": event.epoch,
        "training": event.training.to_dict(),
        "test": test.to_dict(),
        "confusion": [list(row) for row in test.confusion],
    }
