"""A network: an architecture with learned parameters. It predicts, evaluates, and is saved and loaded."""

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from random import Random
from typing import Any

from scnn.checks import require_integer, require_names, require_seed, require_type
from scnn.data.dataset import ImageDataset
from scnn.data.images import images_of, integers
from scnn.engines.engine import Engine, EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, EditedKernelsError, ModelError, ScnnError, ShapeError
from scnn.formats import safetensors
from scnn.formats.dtypes import little_endian
from scnn.formats.safetensors import Tensor
from scnn.layers.dense import Dense
from scnn.layers.layer import SCHEMES, Layer
from scnn.layers.own import Own
from scnn.layers.registry import layers_from_list
from scnn.network.architecture import Architecture
from scnn.network.edits import NO_EDITS, Edits
from scnn.network.file import (
    FORMAT,
    VERSION,
    edits_in,
    fields_of,
    is_plain,
    require_matching_tensors,
    require_serialisable,
)
from scnn.network.lowering import PROBABILITIES, activation, lower
from scnn.network.metrics import Report, argmax, confusion_matrix
from scnn.network.pool import EnginePool
from scnn.network.shifts import outputs_of
from scnn.network.stream import MAX_IMAGES, Stream, capacity
from scnn.settings import to_dict

__all__ = ["Network"]


class Network(Architecture):
    """Layers from an input of `input_shape` (channels, rows, columns) to logits, with parameters of their own.

    The same seed gives the same parameters, bit for bit; `parameters`, by name, replace the random initialisation.
    `initialisation` is "he" or "glorot" (see `Parameter.initialise` in scnn.layers.layer); `class_names` are 0, 1, …
    by default; `provenance` is JSON data about the origin of the parameters, which files contain; `edits` are kernels
    that replace scnn's. Raises ShapeError if a layer does not fit the output before it, ConfigError for invalid
    arguments.

    >>> from scnn import Conv2D, Dense, Flatten, MaxPool2D, Network, ReLU
    >>> layers = [Conv2D(8, 5, padding=2), ReLU(), MaxPool2D(2), Flatten(), Dense(10)]
    >>> network = Network((1, 28, 28), layers, seed=1)
    >>> print(network)
    input: 1 × 28 × 28
      Conv2D(filters=8, kernel_size=5, stride=1, padding=2)        → 8 × 28 × 28
      ReLU()                                                       → 8 × 28 × 28
      MaxPool2D(size=2, stride=2)                                  → 8 × 14 × 14
      Flatten()                                                    → 1568
      Dense(units=10)                                              → 10
      SoftmaxCrossEntropy(smoothing=0.0)                           → 10
    15898 parameters
    >>> network.fingerprint() == Network((1, 28, 28), layers, seed=1).fingerprint()
    True
    """

    def __init__(
        self,
        input_shape: Sequence[int],
        layers: Iterable[Layer],
        *,
        seed: int = 0,
        initialisation: str = "he",
        class_names: Sequence[str] | None = None,
        provenance: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Sequence[float]] | None = None,
        edits: Edits = NO_EDITS,
    ) -> None:
        require_seed(seed)
        if initialisation not in SCHEMES:
            raise ConfigError(f"the initialisation must be one of {', '.join(SCHEMES)}, got {initialisation!r:.80}")
        if provenance is not None:
            require_type("the provenance", provenance, Mapping, "{'author': 'me'}")
        super().__init__(input_shape, layers, edits=edits)
        names = require_names(class_names if class_names is not None else tuple(map(str, range(self.classes))))
        if len(names) != self.classes:
            raise ConfigError(self.misfit(names))
        self.class_names: tuple[str, ...] = names
        self.provenance: dict[str, Any] = dict(provenance or {})
        random = Random(seed)
        self.parameters: dict[str, array[float]] = {}
        for name, parameter in self.specifications().items():
            values = parameter.initialise(random, initialisation) if parameters is None else parameters.get(name, ())
            if len(values) != prod(parameter.shape):
                raise ShapeError(
                    f"{name} must have {prod(parameter.shape)} values of shape {parameter.shape}, got {len(values)}"
                )
            self.parameters[name] = array("f", values)
        self.engines = EnginePool()

    def misfit(self, names: tuple[str, ...]) -> str:
        """The message for class names whose number differs from the number of outputs."""
        few = ", ".join(names[:2]) + (", …" if len(names) > 2 else "")
        classes = f"there {'is 1 class' if len(names) == 1 else f'are {len(names)} classes'} ({few})"
        if any(isinstance(layer, Dense) for layer in self.layers):
            return f"the network's last Dense has {self.classes} units, and {classes}: it needs {len(names)}"
        return f"the network has {self.classes} outputs, and {classes}"

    def fingerprint(self) -> str:
        """SHA-256 of all parameters as little-endian float32, in order: equal if and only if the bits are."""
        digest = hashlib.sha256()
        for values in self.parameters.values():
            digest.update(little_endian(values).tobytes())
        return digest.hexdigest()

    # ------------------------------------------------------------------------------------- asking

    def predict(self, images: object, *, shift: int = 0, make_engine: EngineFactory = compiled) -> list[int]:
        """The most probable class of each image, from 0. Images are an ImageDataset, bytes and integers from 0 to
        255, floats and bools from 0 to 1: nested lists, or arrays of any library on the CPU; [channel, row, column]
        each. With a `shift`, it is the class of the highest mean probability of the image and four copies shifted by
        so many pixels.

        Warns with DataWarning if all pixels are the integers 0 and 1. Raises ShapeError for images of another size,
        DataError for NaN and for numbers out of range, ConfigError for a shift below 0.

        >>> from scnn import load_digits
        >>> from scnn.experiments.presets import PAPER
        >>> untrained = Network(PAPER.input_shape, PAPER.layers, seed=1)
        >>> len(untrained.predict(load_digits()[1].image(0)))
        1
        """
        if shift:
            return [argmax(row) for row in self.probabilities(images, shift=shift, make_engine=make_engine)]
        return [argmax(row) for row in self.logits(images, make_engine=make_engine)]

    def logits(self, images: object, *, make_engine: EngineFactory = compiled) -> list[list[float]]:
        """The input of the softmax, [image][class]. Images and errors are as for `predict`."""
        return self.outputs(images, activation(self, len(self.layers) - 1), make_engine)

    def probabilities(
        self, images: object, *, shift: int = 0, make_engine: EngineFactory = compiled
    ) -> list[list[float]]:
        """[image][class], from 0 to 1; they sum to 1 for each image. Images, `shift` and errors are as for
        `predict`."""
        return self.outputs(images, PROBABILITIES, make_engine, require_integer("the shift", shift, 0))

    def outputs(self, images: object, buffer: str, make_engine: EngineFactory, shift: int = 0) -> list[list[float]]:
        if isinstance(images, ImageDataset):
            images.require_input(self.input_shape)
            images = images.pixels
        with self.engine(make_engine, 0) as engine:
            return outputs_of(engine, images_of(images, self.input_shape), self.input_shape, buffer, shift)

    def evaluate(
        self, images: object, labels: object = None, *, shift: int = 0, make_engine: EngineFactory = compiled
    ) -> Report:
        """Accuracy, confusion matrix, precision, recall and F1 on a dataset, or on images with labels from 0; `shift`
        is as for `predict`.

        Raises ShapeError for images of another size, DataError for labels out of range, ConfigError if there are no
        images.
        """
        if labels is not None:
            given = integers(labels, "labels")
            found = self.predict(images, shift=shift, make_engine=make_engine)
            matrix = confusion_matrix(given, found, self.classes)
            return Report.from_confusion(matrix)
        if not isinstance(images, ImageDataset):
            raise ConfigError("evaluate takes a dataset such as load_digits()[1], or images and labels")
        images.require_input(self.input_shape)
        if not len(images):
            raise ConfigError("the dataset has no images to evaluate on")
        if max(images.labels) >= self.classes:
            raise ConfigError(
                f"the images have labels up to {max(images.labels)}, but the network has {self.classes} classes"
            )
        if shift:
            return self.evaluate(images, images.labels, shift=shift, make_engine=make_engine)
        with self.engine(make_engine, capacity(MAX_IMAGES, self.input_shape)) as engine:
            engine.write("confusion", [0] * self.classes**2)
            stream = Stream(engine, images)
            for first in range(0, len(images), stream.capacity):
                engine.run("evaluate", *stream.ensure_loaded(first))
            counts = [int(count) for count in engine.read("confusion")]
        return Report.from_confusion(
            [counts[row : row + self.classes] for row in range(0, len(counts), self.classes)]
        )

    def __getstate__(self) -> dict[str, Any]:
        """What copy and pickle copy: everything but the engines, which are compiled again when needed."""
        return {**self.__dict__, "engines": EnginePool()}

    @contextmanager
    def engine(self, make_engine: EngineFactory, images: int) -> Iterator[Engine]:
        """An engine with the current parameters, for this caller alone."""
        with self.engines.lend(make_engine, images, lambda: lower(self, images)) as engine:
            for name, values in self.parameters.items():
                engine.write(name, values)
            yield engine

    # ------------------------------------------------------------------------------------- keeping

    def save(self, path: str | Path) -> None:
        """Writes a safetensors file with architecture, parameters, class names and provenance, completely or not at
        all. Raises ModelError if it cannot be written, or if the result could not be loaded.
        """
        data = safetensors.pack(self.tensors(), self.metadata())
        kinds = {type(layer) for layer in self.layers}
        self.from_tensors(*safetensors.unpack(data), layers=kinds, accept_edits=True)
        safetensors.write(path, data)

    def tensors(self) -> dict[str, Tensor]:
        specifications = self.specifications()
        return {name: Tensor(values, specifications[name].shape) for name, values in self.parameters.items()}

    def metadata(self) -> dict[str, str]:
        """The strings of a file's header; raises ModelError for anything that would be loaded differently."""
        for layer in self.layers:
            require_serialisable(layer)
        return {
            "format": FORMAT,
            "version": VERSION,
            "input_shape": json.dumps(self.input_shape),
            "layers": json.dumps([to_dict(layer) for layer in self.layers]),
            "class_names": json.dumps(self.class_names),
            "provenance": self.provenance_text(),
            **({"edits": json.dumps(self.edits.to_dict())} if self.edits else {}),
        }

    def provenance_text(self) -> str:
        """The provenance as JSON; raises ModelError if JSON cannot represent it."""
        if not is_plain(self.provenance):
            raise ModelError("the provenance must be JSON: strings, finite numbers, booleans, lists and dicts")
        return json.dumps(self.provenance)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        layers: Iterable[type[Layer]] = (),
        like: Architecture | None = None,
        accept_edits: bool = False,
    ) -> "Network":
        """The network of a file; `layers` are kinds of the user's own, dataclasses with numbers and texts. `like`, a
        network or an Architecture, is the architecture of a file that another program saved without our metadata.
        Weights may be stored as float16, bfloat16, float32 or float64. Raises ModelError, naming what is wrong,
        before anything of the file is used; EditedKernelsError if the file has edited kernels, unless
        `accept_edits`."""
        data = safetensors.read(path)
        try:
            parts = safetensors.unpack(data)
            return cls.from_tensors(*parts, layers=layers, like=like, accept_edits=accept_edits)
        except EditedKernelsError:
            raise
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None

    @classmethod
    def from_tensors(
        cls,
        tensors: Mapping[str, Tensor],
        metadata: Mapping[str, str],
        *,
        layers: Iterable[type[Layer]] = (),
        like: Architecture | None = None,
        accept_edits: bool = False,
    ) -> "Network":
        """The network of a file's parts. What else the file holds, such as a checkpoint's state, is left alone."""
        if like is not None and "layers" not in metadata:
            require_matching_tensors(like, tensors)
            parameters = {name: tensors[name].values for name in like.specifications()}
            names = like.class_names if isinstance(like, Network) else None
            return cls(like.input_shape, like.layers, class_names=names, parameters=parameters, edits=like.edits)
        data = fields_of(metadata)
        shape, names, provenance = data["input_shape"], data["class_names"], data["provenance"]
        try:
            edits = edits_in(data["edits"], accept_edits)
            architecture = Architecture(shape, layers_from_list(data["layers"], (Own, *layers)), edits=edits)
            require_matching_tensors(architecture, tensors)
            parameters = {name: tensors[name].values for name in architecture.specifications()}
            network = cls(
                *(shape, architecture.layers),
                class_names=names,
                provenance=provenance,
                parameters=parameters,
                edits=edits,
            )
        except ModelError:
            raise
        except ScnnError as error:
            raise ModelError(f"the network is invalid: {error}") from None
        return network
