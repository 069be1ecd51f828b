"""The diagram of the network: the picture of every layer's output for the subject, from the image to the
probabilities."""

from collections.abc import Callable
from math import prod

from scnn.data.bundled import load_digits
from scnn.formats.png import image_picture
from scnn.network.inspection import Inspector
from scnn.page.descriptions import describe_layers, describe_prediction
from scnn.page.messages import Answer, Message, read_index
from scnn.page.reader import Reader, ReaderOf, image_of, read_shift
from scnn.page.sheets import describe_sheet

__all__ = ["Diagram"]

SHARE = 0.05  # of the time that training takes, for diagrams that follow it


class Diagram:
    """Handles the messages of the diagram, and the pictures of the sample digits."""

    def __init__(self, reader: ReaderOf) -> None:
        self.reader_of = reader
        self.inspector: Inspector | None = None
        self.credit = self.cost = 0.0  # seconds that diagrams may take now, and that the last one took
        self.compiled: tuple[object, ...] = ()  # what the inspector was made for
        self.handlers: tuple[Callable[[Message], Answer], ...] = (self.diagram, self.value, self.samples)

    def diagram(self, message: Message) -> Answer:
        """What the reader computes for the subject: a picture and the facts of each layer, and the prediction, which
        a `shift` averages over shifted copies. With `details`, also the filters and the saliency."""
        reader = self.reader_of(message)
        image, label = image_of(message, reader.test)
        return self.draw(reader, image, label, read_shift(message), bool(message.get("details")))

    def draw(self, reader: Reader, image: bytes, label: int | None, shift: int, details: bool) -> Answer:
        network = reader.network
        inspector = self.inspector_of(reader)
        found = inspector.look([level / 255.0 for level in image])
        layers = describe_layers(network)
        for layer, sheet in zip(layers, found.outputs, strict=False):
            layer.update(describe_sheet(sheet))
        layers[-1]["shape"] = [network.classes]
        if details:
            filters = {name: describe_sheet(sheet) for name, sheet in inspector.filters().items()}
            layers = [{**layer, "filters": filters.get(layer["name"])} for layer in layers]
        probabilities = found.probabilities
        if shift:
            (probabilities,) = network.probabilities(image, shift=shift, make_engine=reader.make_engine)
        answer = {
            "layers": layers,
            "picture": image_picture(image, network.input_shape),
            "reader": reader.describe(),
            "true": None if label is None else reader.test.classes[label],
            "prediction": describe_prediction(network, probabilities, image, reader.samples),
        }
        return {**answer, "saliency": describe_sheet(inspector.saliency())} if details else answer

    def follow(
        self, answer: Answer, message: Message, clock: Callable[[], float], trained: float | None = None
    ) -> Answer:
        """The answer about a training with the diagram of the message's `subject`. After `trained` seconds of
        training it has a diagram only if diagrams have cost a small share of the time, or if the training ends.
        """
        subject = message.get("subject")
        if not isinstance(subject, dict):
            return answer
        self.credit += SHARE * (trained or 0.0)
        if trained is not None and self.credit < self.cost and not answer["finished"]:
            return answer
        began = clock()
        answer = {**answer, "diagram": self.diagram(subject)}
        self.cost = clock() - began
        self.credit = min(self.credit - self.cost, self.cost) if trained is not None else self.credit
        return answer

    def value(self, message: Message) -> Answer:
        """The number at the flat `position` of the input of the layer with the index `layer`, as drawn last; the
        number of layers means the probabilities."""
        inspector = self.inspector
        network = self.reader_of(message).network
        if inspector is None or inspector.network is not network:
            self.diagram(message)
            inspector = self.inspector
            assert inspector
        layer = read_index(message, "layer", len(network.layers) + 1)
        position = read_index(message, "position", prod(network.shapes[layer]))
        return {"value": inspector.value(layer, position)}

    def samples(self, _: Message) -> Answer:
        """The pictures of the sample digits."""
        digits = load_digits()[1]
        firsts = [digits.labels.index(label) for label in range(len(digits.classes))]
        pictures = [image_picture(digits.image(first), digits.shape) for first in firsts]
        return {"samples": pictures}

    def inspector_of(self, reader: Reader) -> Inspector:
        network = reader.network
        compiled = network.input_shape, network.layers, reader.make_engine
        if self.inspector is None or self.compiled != compiled:
            self.inspector, self.compiled = Inspector(network, reader.make_engine), compiled
        self.inspector.network = network  # `look` writes its weights; compiling again would take a tenth of a second
        return self.inspector
