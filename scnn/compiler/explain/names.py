"""Finds one of scnn's kernels by its name, and says what a wrong name may have meant."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from scnn import kernels
from scnn.errors import ConfigError

__all__ = ["kernel_called", "near_names"]


def kernel_called(name: str) -> Callable[..., Any]:
    """A kernel of scnn; raises ConfigError for an unknown name, with the names that are near to it."""
    if name not in kernels.__all__:
        raise ConfigError(
            f"scnn has no kernel {name}; {near_names(name, kernels.__all__)} (a kernel of a file is FILE.py:NAME)"
        )
    found: Callable[..., Any] = getattr(kernels, name)
    return found


def near_names(name: str, known: Sequence[str]) -> str:
    """What a name may have meant: those that it begins, or is similar to, or else all that are known."""
    near = [one for one in known if one.startswith(f"{name}_")] or get_close_matches(name, known, cutoff=0.7)
    near.sort(key=f"{name}_forward".__ne__)  # the forward kernel first
    return f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
