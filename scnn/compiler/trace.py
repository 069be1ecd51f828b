"""The tracer: runs a kernel call exactly, and records all steps, or those of one element."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scnn.compiler.reference import STEPS, Memory, Programs, Run, Site
from scnn.compiler.slices import Slices
from scnn.compiler.tree import Function
from scnn.plan import Argument, Kernel

__all__ = ["Combination", "Read", "Recording", "Step", "Tracer"]


@dataclass(slots=True)
class Read:
    """An element that a step read; `buffer` is the kernel's parameter."""

    buffer: str
    index: int
    value: float


@dataclass(slots=True)
class Step:
    """One executed statement. `name` is the local or the buffer parameter that was assigned `value`; a branch has no
    name, and its value is whether it was taken. `locals` are the names that it read."""

    line: int
    source: str
    name: str
    index: int | None  # of a store
    value: float
    reads: tuple[Read, ...]
    locals: Mapping[str, float]
    partial: int  # the number of a reduction's partial result in lanes; otherwise 0
    site: Site = field(repr=False, compare=False)
    by_node: Mapping[int, Read] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Combination:
    """The end of a reduction in lanes: the name's value before, its partial results, and its value afterwards."""

    line: int
    name: str
    before: float
    partial: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class Recording:
    """A run, in the order of its steps; `results` are the buffers afterwards, by the kernel's parameters."""

    function: Function
    steps: tuple[Step | Combination, ...]
    results: Mapping[str, Any]


class Recorder:
    """Observes a program: records its steps, and chooses the iterations that its loops run."""

    def __init__(self, slices: Slices | None, targets: Mapping[str, Iterable[int]]) -> None:
        self.slices, self.targets = slices, targets
        self.current: dict[int, int] = {}
        self.steps: list[Step | Combination] = []
        self.reads: dict[int, Read] = {}
        self.cells: dict[int, int] = {}
        self.touched: set[tuple[str, int]] = set()

    def chosen(self, site: Site, numbers: range) -> Iterable[int] | None:
        if self.slices is None:
            return None
        return self.slices.turns(id(site.node), numbers, self.targets, self.current)

    def turn(self, site: Site, number: int) -> None:
        self.current[id(site.node)] = number
        self.reads = {}

    def read(self, site: Site, index: int, value: float) -> None:
        self.reads[id(site.node)] = Read(site.node.buffer, index, value)

    def assign(self, site: Site, value: float, names: Mapping[str, float], cell: int) -> None:
        partial = self.cells.setdefault(cell, len(self.cells) + 1) if cell else 0
        self.note(site, site.node.name, None, value, names, partial)

    def store(self, site: Site, index: int, value: float, names: Mapping[str, float]) -> None:
        elements = self.targets.get(site.node.buffer, ())
        if self.slices is None or index in elements:
            self.note(site, site.node.buffer, index, value, names, 0)
        self.reads = {}

    def branch(self, site: Site, truth: bool, names: Mapping[str, float]) -> None:
        self.note(site, "", None, truth, names, 0)

    def combined(self, site: Site, name: str, before: float, partial: list[float], total: float) -> None:
        line = site.function.source.line(site.node.node)
        self.steps.append(Combination(line, name, before, tuple(partial), total))

    def note(
        self, site: Site, name: str, index: int | None, value: float, names: Mapping[str, float], partial: int
    ) -> None:
        source = site.function.source
        line = site.node.node.lineno
        reads, self.reads = self.reads, {}
        for read in reads.values():
            self.touched.add((read.buffer, read.index))
        self.steps.append(
            Step(
                source.first_line + line - 1,
                source.lines[line - 1].strip(),
                name,
                index,
                value,
                tuple(reads.values()),
                names,
                partial,
                site,
                reads,
            )
        )


class Tracer:
    """Traces kernel calls; each kernel's program is generated once."""

    def __init__(self) -> None:
        self.programs = Programs(watched=True)
        self.known: dict[tuple[Kernel, tuple[tuple[str, float], ...]], Slices] = {}

    def slices(self, kernel: Kernel, numbers: Mapping[str, float]) -> Slices:
        """The slices of a kernel for these sizes."""
        key = (kernel, tuple(numbers.items()))
        if key not in self.known:
            self.known[key] = Slices(self.programs.function(kernel), numbers)
        return self.known[key]

    def record(
        self,
        kernel: Kernel,
        arguments: Mapping[str, Argument],
        buffers: Mapping[str, Any],
        element: tuple[str, int] | None = None,
        steps: int = STEPS,
    ) -> Recording:
        """Runs a call on copies of the buffers that it stores to. `buffers` are arrays by the names in `arguments`,
        which are constants otherwise. With `element`, a buffer's name and an index, only the turns run that can store
        to it, or to an element that these read and the kernel makes itself."""
        function = self.programs.function(kernel)
        names = {p.name: str(arguments[p.name]) for p in function.parameters if p.is_buffer}
        numbers: dict[str, Any] = {p.name: arguments[p.name] for p in function.parameters if not p.is_buffer}
        known = self.slices(kernel, numbers)
        slices = known if element else None
        stored = {names[access.buffer] for access in known.accesses}
        wanted = {element} if element else set()
        while True:
            targets: dict[str, list[int]] = {}
            for buffer, index in wanted:
                for parameter, name in names.items():
                    if name == buffer:
                        targets.setdefault(parameter, []).append(index)
            copies = {name: buffers[name][:] if name in stored else buffers[name] for name in names.values()}
            recorder = Recorder(slices, targets)
            given = {**numbers, **{parameter: Memory(name, copies[name]) for parameter, name in names.items()}}
            self.programs.call(kernel, given, Run(steps, recorder))
            touched = {(names[parameter], index) for parameter, index in recorder.touched}
            more = {one for one in touched if one[0] in stored} - wanted
            if slices is None or not more:
                break
            wanted |= more
        if element:
            recorder.steps = [step for step in recorder.steps if not is_other_store(step, names, element)]
        return Recording(
            function, tuple(recorder.steps), {parameter: copies[name] for parameter, name in names.items()}
        )


def is_other_store(step: Step | Combination, names: Mapping[str, str], element: tuple[str, int]) -> bool:
    """Whether a step stores to an element of the traced buffer that is not the traced one."""
    if isinstance(step, Combination) or step.index is None:
        return False
    return names[step.name] == element[0] and step.index != element[1]
