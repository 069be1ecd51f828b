"""The graph of a network: which outputs each layer reads.

Outputs have numbers: 0 is the network's input, and n is the output of the n-th layer of the list. A layer reads the
output before it, unless it names another one (`scnn.layers.branches`). It can only name an earlier layer, so a graph
has no cycles, and the order of the list is an order in which the layers can run.
"""

from collections.abc import Iterator, Mapping, Sequence

from scnn.errors import ConfigError
from scnn.layers.branches import Branch, Join
from scnn.layers.layer import Layer, Shape

__all__ = [
    "INPUT",
    "Sources",
    "last_readers",
    "learned_outputs",
    "memory_of",
    "require_sound",
    "same_memory",
    "sources_of",
]

INPUT = "input"  # the name of the network's input

Sources = Mapping[str, int]  # the number of the output that a layer reads in each of its roles


def sources_of(layers: Sequence[Layer], names: Sequence[str]) -> tuple[Sources, ...]:
    """What each layer reads. Raises ConfigError for a name that no earlier layer has."""
    found: list[Sources] = []
    for index, layer in enumerate(layers):
        numbers = {"input": index}
        if isinstance(layer, Join):
            numbers["other"] = number_of(layer.layer, names, index)
        found.append({role: numbers[role] for role in layer.inputs})
    return tuple(found)


def number_of(name: object, names: Sequence[str], index: int) -> int:
    """The number of the output with this name, for the layer at `index`."""
    earlier = [INPUT, *names[:index]]
    if name in earlier:
        return earlier.index(str(name))
    problem = "is no earlier layer" if name in names else "is no layer of the network"
    raise ConfigError(f"{names[index]}: {name!r:.80} {problem}; expected one of: {', '.join(earlier)}")


def same_memory(layers: Sequence[Layer], sources: Sequence[Sources], number: int) -> Iterator[int]:
    """An output, and those whose memory it shares, back to the one that is written there first."""
    yield number
    while number > 0 and layers[number - 1].shares_memory:
        number = next(iter(sources[number - 1].values()))
        yield number


def memory_of(layers: Sequence[Layer], sources: Sequence[Sources]) -> tuple[int, ...]:
    """For each output, by its number, the one that is written first to the memory that it has."""
    found = [0]
    for number, (layer, read) in enumerate(zip(layers, sources, strict=True), 1):
        found.append(found[next(iter(read.values()))] if layer.shares_memory else number)
    return tuple(found)


def last_readers(
    layers: Sequence[Layer], sources: Sequence[Sources], memory: Sequence[int]
) -> dict[int, tuple[int, str]]:
    """By the number of the output that is written to some memory: the index of the last layer that reads it, and the
    role in which it does."""
    return {
        memory[number]: (index, role)
        for index, (layer, read) in enumerate(zip(layers, sources, strict=True))
        for role, number in read.items()
        if not layer.shares_memory
    }


def require_sound(
    layers: Sequence[Layer], names: Sequence[str], shapes: Sequence[Shape], sources: Sequence[Sources]
) -> None:
    """Raises ConfigError for an output that nothing reads, and for a layer that reads an output that another one,
    such as Dropout, overwrites."""
    read = {number for one in sources for number in one.values()}
    for number in range(1, len(layers)):
        if number not in read:
            name = names[number - 1]
            raise ConfigError(
                f"no layer reads the output of {name}: remove {name}, or join its output with Add({name!r}) or "
                f"Concatenate({name!r}) further down"
            )
    memory = [list(same_memory(layers, sources, number)) for number in range(len(layers) + 1)]
    for at, layer in enumerate(layers):
        if not layer.shares_memory or not layer.forward_training(shapes[at]):
            continue
        for reader, number in readers(layers, sources):
            others = memory[number][-1] == memory[at + 1][-1] and at + 1 not in memory[number]
            if others and reader + 1 not in memory[at + 1]:
                owner = names[number - 1] if number else INPUT
                raise ConfigError(
                    f"{names[reader]} reads the output of {owner}, which {names[at]} overwrites: let "
                    f"{names[reader]} read {names[at]}, or put a layer with memory of its own before {names[at]}"
                )


def readers(layers: Sequence[Layer], sources: Sequence[Sources]) -> Iterator[tuple[int, int]]:
    """The index of each layer but branches, which read nothing themselves, with each output that it reads."""
    for index, layer in enumerate(layers):
        if not isinstance(layer, Branch):
            for number in sources[index].values():
                yield index, number


def learned_outputs(layers: Sequence[Layer], shapes: Sequence[Shape], sources: Sequence[Sources]) -> list[bool]:
    """For each output, by its number, whether it depends on parameters; if not, nothing needs its gradient."""
    learned = [False]
    for layer, shape, read in zip(layers, shapes, sources, strict=False):
        learned.append(bool(layer.parameters(shape)) or any(learned[number] for number in read.values()))
    return learned
