"""Layers as words of an address, such as conv-8-5-1-2_relu_pool-2_flat_dense-10, and back; and their settings."""

from widgets.layer_names import INPUT, READERS, names_of, position_of

# The settings of each kind: name, default (a string: the value of that setting), minimum, maximum, step. Those in
# OPTIONAL come last; addresses, files and exercises contain them only if they differ from their defaults.
KINDS = {
    "Conv2D": (
        ("filters", 8, 1, 64, 1),
        ("kernel_size", 3, 1, 11, 1),
        ("stride", 1, 1, 5, 1),
        ("padding", 1, 0, 5, 1),
        ("dilation", 1, 1, 5, 1),
        ("groups", 1, 1, 64, 1),
    ),
    "ReLU": (),
    "MaxPool2D": (("size", 2, 1, 7, 1), ("stride", "size", 1, 7, 1), ("padding", 0, 0, 6, 1)),
    "Flatten": (),
    "Dense": (("units", 32, 1, 512, 1),),
    "Dropout": (("rate", 0.5, 0, 0.95, 0.05),),
    "LeakyReLU": (("slope", 0.01, 0, 1, 0.01),),
    "Sigmoid": (),
    "Tanh": (),
    "SiLU": (),
    "AveragePool2D": (("size", 2, 1, 7, 1), ("stride", "size", 1, 7, 1), ("padding", 0, 0, 6, 1)),
    "GlobalAveragePool": (),
    "GELU": (),
    "PReLU": (("slope", 0.25, 0, 1, 0.01),),
    "GroupNorm": (("groups", 4, 1, 64, 1),),
    "LayerNorm": (),
    "BatchNorm2D": (),
    "Standardise": (("mean", 0.5, 0, 1, "any"), ("deviation", 0.25, 0.001, 100, "any")),
    "ConvTranspose2D": (
        ("filters", 8, 1, 64, 1),
        ("kernel_size", 2, 1, 11, 1),
        ("stride", 2, 1, 5, 1),
        ("padding", 0, 0, 5, 1),
        ("output_padding", 0, 0, 4, 1),
        ("dilation", 1, 1, 5, 1),
        ("groups", 1, 1, 64, 1),
    ),
    "Add": (),  # these three also have the name of the layer that they read
    "Concatenate": (),
    "Branch": (),
    "Own": (),  # whose kernel the place Code has
}
OPTIONAL = {
    "Conv2D": ("dilation", "groups"),
    "MaxPool2D": ("padding",),
    "AveragePool2D": ("padding",),
    "ConvTranspose2D": ("output_padding", "dilation", "groups"),
}
LETTERS = {
    "Conv2D": "conv",
    "ReLU": "relu",
    "MaxPool2D": "pool",
    "Flatten": "flat",
    "Dense": "dense",
    "Dropout": "drop",
    "LeakyReLU": "leaky",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "SiLU": "silu",
    "AveragePool2D": "mean",
    "GlobalAveragePool": "means",
    "GELU": "gelu",
    "PReLU": "prelu",
    "GroupNorm": "group",
    "LayerNorm": "norm",
    "BatchNorm2D": "batch",
    "Standardise": "standard",
    "ConvTranspose2D": "convt",
    "Add": "add",
    "Concatenate": "cat",
    "Branch": "from",
    "Own": "own",
}
MAX_LAYERS = 20


def word_of(layers):
    """conv-8-5-1-2_relu_pool-2_flat_dense-10; a layer that is read by its name is a number here, as in add-2."""
    words = []
    for layer in layers:
        if "layer" in layer:
            words.append(f"{LETTERS[layer['kind']]}-{position_of(layer['layer'], layers)}")
            continue
        settings = list(KINDS[layer["kind"]])
        while settings and may_be_left_out(layer, settings[-1]):
            settings.pop()
        words.append("-".join([LETTERS[layer["kind"]]] + [written(layer[name]) for name, *_ in settings]))
    return "_".join(words)


def layers_of(word):
    """The layers of such a word; None if it is invalid."""
    kinds = {letters: kind for kind, letters in LETTERS.items()}
    layers = []
    for one in word.split("_"):
        letters, *values = one.split("-")
        kind = kinds.get(letters)
        layer = layer_of(kind, values) if kind and len(values) >= required(kind) else None
        if layer is None or len(layers) == MAX_LAYERS:
            return None
        layers.append(layer)
    names = names_of(layers)
    for layer in layers:
        if "layer" in layer:
            layer["layer"] = names[min(layer["layer"], len(layers))]
    return layers


def completed(layer):
    """A layer with the defaults of the settings that it leaves out."""
    layer = dict(layer)
    for name, default, *_ in KINDS[layer["kind"]]:
        layer.setdefault(name, layer.get(default, default))
    return layer


def may_be_left_out(layer, setting):
    """Whether a setting at the end of a layer's word is the default."""
    name, default, *_ = setting
    is_optional = isinstance(default, str) or name in OPTIONAL.get(layer["kind"], ())
    return is_optional and layer[name] == layer.get(default, default)


def required(kind):
    """How many settings a layer's word has at least."""
    if kind in READERS:
        return 1
    return sum(not isinstance(default, str) for _, default, *_ in KINDS[kind]) - len(OPTIONAL.get(kind, ()))


def layer_of(kind, values):
    """A layer with these texts as its first settings and defaults for the others; None if one is out of range. The
    first setting of READERS is a layer's number."""
    layer = {"kind": kind}
    if kind in READERS:
        if not values:
            layer["layer"] = INPUT
            return layer
        layer["layer"] = int(values[0]) if values[0].isdigit() else None
        return layer if len(values) == 1 and layer["layer"] is not None else None
    if len(values) > len(KINDS[kind]):
        return None
    for index, (name, default, minimum, maximum, step) in enumerate(KINDS[kind]):
        value = number(values[index], step) if index < len(values) else layer.get(default, default)
        numbers = value if isinstance(value, list) else [value]
        if value is None or not all(minimum <= one <= maximum for one in numbers):
            return None
        layer[name] = value
    return layer


def written(value):
    """A number, or numbers with commas between them."""
    return ",".join([str(one) for one in value]) if isinstance(value, list) else str(value)


def number(typed, step):
    """What was typed as a number, or as a list where there are commas; None for anything else."""
    try:
        found = [int(one) if step == 1 else float(one) for one in typed.split(",")]
    except ValueError:
        return None
    return found if len(found) > 1 else found[0]
