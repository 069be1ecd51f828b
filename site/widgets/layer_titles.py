"""The layers of a network in plain words, the same wherever the page names one."""

from widgets.catalogue import TEXTS, text

KEY = "layer."  # the beginning of the keys of texts for the kinds of layers
LOSS = "layer.SoftmaxCrossEntropy"
LOGITS = "logits"  # the name of what the last layer with weights computes, in a gradient check


def layer_title(name):
    """A layer's name in words: "Convolution 2" for conv2d_2. The loss has no number, as there is one; a layer of the
    person's own keeps its name."""
    kind, _, number = name.rpartition("_")
    for key in TEXTS:
        if key.startswith(KEY) and key[len(KEY) :].lower() == kind:
            return text(key) if key == LOSS else text("diagram.numbered", kind=text(key), number=number)
    return name


def tensor_title(name):
    """The name of a layer's tensor in words: "weights of Convolution 2" for conv2d_2.weights."""
    if name == LOGITS:
        return text("learn.logits")
    layer, _, role = name.rpartition(".")
    key = f"learn.role_{role}"
    return text("diagram.tensor", tensor=text(key) if key in TEXTS else role, layer=layer_title(layer))
