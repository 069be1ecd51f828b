"""Parts of answers: kernels, from the text that an exercise begins with, and layers."""

from typing import Any

from scnn.labs.lab import bundled_lab


def start(exercise: str) -> str:
    """The text that the exercise begins with."""
    task: Any = bundled_lab(exercise).task
    text: str = task.start
    return text


def head(exercise: str) -> str:
    """The kernel's head, without its body."""
    return start(exercise).partition(") -> None:\n")[0] + ") -> None:\n"


def body(exercise: str, *lines: str) -> str:
    return head(exercise) + "".join(f"    {line}\n" for line in lines)


def changed(exercise: str, *pairs: tuple[str, str], before: str = "") -> str:
    """The text that the exercise begins with, or `before`, with parts replaced."""
    text = before or start(exercise)
    for old, new in pairs:
        assert old in text, f"{old!r} is not in {text}"
        text = text.replace(old, new)
    return text


def convolution(filters: int) -> list[dict[str, Any]]:
    return [
        {"kind": "Conv2D", "filters": filters, "kernel_size": 3, "padding": 1},
        {"kind": "ReLU"},
        {"kind": "MaxPool2D", "size": 2},
    ]


END: list[dict[str, Any]] = [{"kind": "Flatten"}, {"kind": "Dense", "units": 10}]
CONVOLUTION = (
    ("row + i) * width + column\n", "row * stride + i) * width + column * stride\n"),
    ("(channel * filters + filter)", "(filter * channels + channel)"),
)
MENDED = changed("repair-convolution", *CONVOLUTION)
OVERFITTED = {"per_class": 20, "epochs": 20, "learning_rate": 0.01}
