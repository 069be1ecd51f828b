"""Connected components of a mask (pixels that touch at sides or corners), found from the runs in each row."""

import re
from dataclasses import dataclass, field

__all__ = ["Component", "components"]

RUN = re.compile(rb"[^\0]+")


@dataclass
class Component:
    """Connected pixels: runs (row, first column, end), and their measures."""

    runs: list[tuple[int, int, int]] = field(default_factory=list)
    left: int = 1 << 30
    top: int = 1 << 30
    right: int = 0  # one past the last column
    bottom: int = 0
    area: int = 0
    shared: int = 0  # pixels directly below another pixel of the component

    def add(self, run: tuple[int, int, int], shared: int) -> None:
        """Adds a run, `shared` of whose pixels are directly below others of the component."""
        row, first, end = run
        self.runs.append(run)
        self.left, self.right = min(self.left, first), max(self.right, end)
        self.top, self.bottom = min(self.top, row), max(self.bottom, row + 1)
        self.area += end - first
        self.shared += shared

    def holds(self, row: int, column: int) -> bool:
        return any(at == row and first <= column < end for at, first, end in self.runs)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def longest(self) -> int:
        return max(self.width, self.height)

    @property
    def pen(self) -> float:
        """The mean width of its strokes: twice the area divided by the outline's length, which is π/4 times its
        number of steps."""
        outline = 2 * len(self.runs) + 2 * (self.area - self.shared)
        return 2 * self.area / (outline * 0.785)

    @property
    def slender(self) -> float:
        """The pen's width as a share of the longest side: 0.1 to 0.2 for most digits, 0.5 for a full square."""
        return self.pen / self.longest


def components(mask: bytes, stride: int) -> list[Component]:
    """The connected components of all bytes that are not 0; each row of `stride` bytes ends with a 0."""
    runs: list[tuple[int, int, int]] = []
    shared: list[int] = []
    parents: list[int] = []
    row, before, start = -1, 0, 0  # runs[before:start] are the runs of the row above
    for match in RUN.finditer(mask):
        first, end = match.span()
        if first // stride != row:
            before = start if first // stride == row + 1 else len(runs)
            row, start = first // stride, len(runs)
        first, end = first - row * stride, end - row * stride
        while before < start and runs[before][2] < first:
            before += 1
        label = own = len(runs)
        parents.append(label)
        touched, common = before, 0
        while touched < start and runs[touched][1] <= end:
            common += max(0, min(end, runs[touched][2]) - max(first, runs[touched][1]))
            one = root(parents, touched)
            parents[max(one, own)] = own = min(one, own)
            touched += 1
        runs.append((row, first, end))
        shared.append(common)
    parts: dict[int, Component] = {}
    for label, run in enumerate(runs):
        parts.setdefault(root(parents, label), Component()).add(run, shared[label])
    return list(parts.values())


def root(parents: list[int], at: int) -> int:
    """The first run of the component that a run belongs to, by union-find with path halving."""
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at
