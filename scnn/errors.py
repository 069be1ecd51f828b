"""What can go wrong by a person's doing: every error says what was expected and what came."""

__all__ = [
    "ConfigError",
    "DataError",
    "DrawingError",
    "EmptyDrawingError",
    "IdxError",
    "KernelBoundsError",
    "KernelDivisionError",
    "KernelStepsError",
    "ModelError",
    "ScnnError",
    "ShapeError",
    "TrainingError",
]


class ScnnError(Exception):
    """The base of every error that a person can act on."""


class ShapeError(ScnnError):
    """Shapes that do not fit together; the message names both."""


class ConfigError(ScnnError):
    """A setting that is unknown or outside its range."""


class DataError(ScnnError):
    """Images or labels that cannot be used."""


class IdxError(DataError):
    """An IDX file that is short, corrupt or does not match its partner."""


class ModelError(ScnnError):
    """A model or checkpoint file that is broken, of another kind, or does not fit its own architecture."""


class DrawingError(ScnnError):
    """A drawing that cannot be read."""


class EmptyDrawingError(DrawingError):
    """A drawing without ink."""


class KernelBoundsError(ScnnError):
    """A kernel that reached outside a buffer while it ran; the message names its line and the buffer."""


class KernelDivisionError(ScnnError):
    """A kernel that divided whole numbers by zero while it ran; the message names its line."""


class KernelStepsError(ScnnError):
    """A kernel call that takes more steps than the interpreter is allowed to run; the message names the loop."""


class TrainingError(ScnnError):
    """A training that cannot go on."""
