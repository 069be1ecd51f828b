"""Errors and warnings that a user causes and can correct: each message says what was expected and what was given."""

from typing import Any

__all__ = [
    "AnswerError",
    "ConfigError",
    "DataError",
    "DataWarning",
    "DrawingError",
    "EditedKernelsError",
    "EmptyDrawingError",
    "IdxError",
    "KernelBoundsError",
    "KernelDivisionError",
    "KernelStepsError",
    "KernelStop",
    "LabError",
    "ModelError",
    "ReceiptError",
    "ScnnError",
    "ShapeError",
    "TrainingError",
]


class ScnnError(Exception):
    """The base class of every error that a user can act on."""


class ShapeError(ScnnError):
    """Shapes that are incompatible; the message names both."""


class ConfigError(ScnnError):
    """A setting that is unknown or outside its range."""


class DataError(ScnnError):
    """Images or labels that are invalid."""


class DataWarning(UserWarning):
    """Images or labels that are valid, but probably not what is meant."""


class IdxError(DataError):
    """An IDX file that is too short, corrupt, or inconsistent with its partner."""


class ModelError(ScnnError):
    """A model or checkpoint file that is corrupt, in another format, or inconsistent with its own architecture."""


class EditedKernelsError(ModelError):
    """A file whose network runs edited kernels, which the person has not read yet; `edits` has them as plain data."""

    def __init__(self, message: str, edits: dict[str, Any]) -> None:
        super().__init__(message)
        self.edits = edits


class DrawingError(ScnnError):
    """A drawing that is invalid."""


class EmptyDrawingError(DrawingError):
    """A drawing without ink."""


class KernelStop(ScnnError):
    """A kernel that was stopped while it ran. `labels` has the range of source where it was, as a Label of
    scnn.compiler.errors; it is empty for kernels that run as plain Python."""

    labels: tuple[Any, ...] = ()


class KernelBoundsError(KernelStop):
    """A kernel accessed an index outside of a buffer; the message names its line and the buffer."""


class KernelDivisionError(KernelStop):
    """A kernel divided an integer by zero; the message names its line."""


class KernelStepsError(KernelStop):
    """A kernel call that takes more steps than the interpreter is allowed to run; the message names the loop."""


class TrainingError(ScnnError):
    """A training that cannot continue."""


class LabError(ScnnError):
    """A lab file that is invalid; the message names the field."""


class AnswerError(ScnnError):
    """An answer that an exercise cannot grade, such as a text where it expects numbers."""


class ReceiptError(ScnnError):
    """A text that contains no receipt, or one that is damaged."""
