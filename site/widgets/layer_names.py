"""The names of the editor's layers, as the library gives them, and the layers that read others by their names."""

INPUT = "input"  # the name of the network's input
READERS = ("Add", "Concatenate", "Branch")


def names_of(layers):
    """INPUT, and a name for each layer: its class in lower case, and its number among those of its class."""
    names, counts = [INPUT], {}
    for layer in layers:
        kind = layer["kind"].lower()
        counts[kind] = counts.get(kind, 0) + 1
        names.append(f"{kind}_{counts[kind]}")
    return names


def position_of(name, layers):
    """The number of the layer with this name, from 1; 0 for the input, and for a name that no layer has."""
    names = names_of(layers)
    return names.index(name) if name in names else 0


def rename(before, after):
    """Lets the layers of a changed list read the same layers as before; instead of one that is gone they read the one
    before it."""
    old, new = names_of(before), names_of(after)
    for layer in after:
        if layer.get("layer") in old:
            at = old.index(layer["layer"])
            while at and place_of(before[at - 1], after) is None:
                at -= 1
            layer["layer"] = new[place_of(before[at - 1], after) + 1] if at else INPUT


def place_of(layer, layers):
    """The index of this very layer; equal ones are others."""
    return next((index for index, one in enumerate(layers) if one is layer), None)
