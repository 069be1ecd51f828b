"""A filter that a person makes: one convolution with these weights, computed by the engine like every other."""

from array import array

from scnn.checks import require_integer
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ShapeError
from scnn.formats.png import image_picture
from scnn.layers import Conv2D, Dense, Flatten, Shape
from scnn.network.inspection import Inspector
from scnn.network.network import Network
from scnn.network.trace import NetworkTracer
from scnn.page.elements import NetworkOf, SubjectOf, Traces, element_of, steps_in
from scnn.page.explanations import explain
from scnn.page.messages import Answer, Message
from scnn.page.sheets import describe_sheet
from scnn.page.sums import number

__all__ = ["PRESETS", "Filters"]

MAX_SIZE = 7  # rows and columns of a filter
MAX_STRIDE, MAX_PADDING = 3, 2
MAX_WEIGHT = 1000.0
PRESETS = {
    "vertical": [
        [-1.0, 0.0, 1.0],
        [-2.0, 0.0, 2.0],
        [-1.0, 0.0, 1.0],
    ],  # Sobel's: bright where ink begins on the right
    "horizontal": [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]],
    "blur": [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],  # binomial; sums to 1
    "sharpen": [[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]],
    "identity": [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]],
}


class Filters:
    """Handles the messages about filters made by hand. `subject_of` gives a message's image, in the shape of the
    input of `network_of`'s network. Of an image in colour, filters see the mean of its channels."""

    def __init__(self, network_of: NetworkOf, subject_of: SubjectOf) -> None:
        self.network_of, self.subject_of = network_of, subject_of
        self.benches: dict[tuple[Conv2D, Shape], Bench] = {}  # so that the code of each geometry is compiled once
        self.handlers = (self.filter_presets, self.filter, self.filter_steps)

    def filter_presets(self, message: Message) -> Answer:
        """The filters that are offered, and the largest settings."""
        presets = [{"name": name, "weights": weights} for name, weights in PRESETS.items()]
        limits = {"size": MAX_SIZE, "stride": MAX_STRIDE, "padding": MAX_PADDING, "weight": MAX_WEIGHT}
        return {"presets": presets, "limits": limits}

    def filter(self, message: Message) -> Answer:
        """The map that a filter makes of the image: `weights` as rows of numbers, `stride` and `padding`;
        and how an `element` [row, column] of the map was computed, by default the one of largest magnitude."""
        bench = self.bench(message)
        image = self.grey(message)
        (sheet, *_) = bench.inspector.look([level / 255.0 for level in image]).outputs
        _, rows, columns = bench.network.shapes[1]
        values = bench.inspector.engine.read("conv2d_1.output")
        if message.get("element") is None:
            largest = max(range(len(values)), key=lambda at: abs(values[at]))
            message = {**message, "element": [largest // columns, largest % columns]}
        return {
            **describe_sheet(sheet),
            "image": image_picture(image, bench.network.input_shape),
            "rows": rows,
            "columns": columns,  # of the map; there is one
            "largest": number(sheet.largest),
            "values": [number(value) for value in values],
            "side": bench.network.input_shape[1],
            "size": bench.convolution.kernel_size,
            "stride": bench.convolution.stride,
            "padding": bench.convolution.padding,
            "element": explain(*self.traced(bench, message), message),
        }

    def filter_steps(self, message: Message) -> Answer:
        """`count` steps of the kernel that computed the `element` of the map, from step `first`."""
        tracer, layer, element = self.traced(self.bench(message), message)
        return steps_in(message, tracer, tracer.trace(tracer.network.names[layer], element))

    def traced(self, bench: "Bench", message: Message) -> tuple[NetworkTracer, int, tuple[int, ...]]:
        image = self.grey(message)
        row, column = element_of(message, bench.network.shapes[1][1:])
        return bench.traces.run(bench.network, image, 0), 0, (0, row, column)

    def bench(self, message: Message) -> "Bench":
        """The bench for the message's geometry, with its weights."""
        weights = read_weights(message)
        stride = require_integer("the stride", message.get("stride", 1), 1, MAX_STRIDE)
        padding = require_integer("the padding", message.get("padding", 0), 0, MAX_PADDING)
        convolution = Conv2D(1, len(weights), stride=stride, padding=padding)
        shape = (1, *self.network_of(message).input_shape[1:])
        if (convolution, shape) not in self.benches:
            self.benches[convolution, shape] = Bench(convolution, shape)
        bench = self.benches[convolution, shape]
        bench.network.parameters["conv2d_1.weights"][:] = array("f", [weight for row in weights for weight in row])
        return bench

    def grey(self, message: Message) -> bytes:
        """The message's image with one channel."""
        image, _ = self.subject_of(message)
        channels = self.network_of(message).input_shape[0]
        size = len(image) // channels
        return bytes(sum(image[pixel::size]) // channels for pixel in range(size)) if channels > 1 else image


class Bench:
    """A network whose first layer is one convolution, and what runs it; its other layers are there because every
    network ends with classes."""

    def __init__(self, convolution: Conv2D, shape: Shape) -> None:
        self.convolution = convolution
        self.network = Network(shape, [convolution, Flatten(), Dense(1)])
        self.inspector = Inspector(self.network, compiled)
        self.traces = Traces()


def read_weights(message: Message) -> list[list[float]]:
    """The message's `weights`, as many rows as columns."""
    weights = message.get("weights")
    if not isinstance(weights, list) or not 1 <= len(weights) <= MAX_SIZE:
        raise ShapeError(f"expected weights as 1 to {MAX_SIZE} rows of numbers, got {weights!r:.80}")
    for row in weights:
        if not isinstance(row, list) or len(row) != len(weights):
            raise ShapeError(
                f"expected {len(weights)} weights in each row, as many as there are rows, got {row!r:.80}"
            )
        for weight in row:
            if not isinstance(weight, int | float) or isinstance(weight, bool) or not abs(weight) <= MAX_WEIGHT:
                raise ConfigError(f"expected a weight from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}, got {weight!r}")
    return weights
