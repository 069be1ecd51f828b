"""The state of a training: everything that a resumed training needs, read from a trainer and restored to one.

A state that is restored comes from a file, so all of it is validated before any of it is used. Its keys are part of
the file format: `judging` is the trainer's `evaluated`.
"""

import math
from array import array
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from scnn.errors import ConfigError
from scnn.plan import ELEMENT_TYPES
from scnn.training.events import Score
from scnn.training.part import starts_part
from scnn.training.scoring import Best
from scnn.training.trainer import Trainer

__all__ = ["restore", "state_of"]


def state_of(trainer: Trainer) -> dict[str, Any]:
    """The state: engine buffers under `buffers`, everything else as data for JSON."""
    version, internal, gauss = trainer.random.getstate()
    best = trainer.best
    return {
        "epoch": trainer.epoch,
        "trained": trainer.trained,
        "judging": trainer.evaluated,
        "finished": trainer.finished,
        "learning_rate": trainer.optimiser.learning_rate,
        "random": [version, list(internal), gauss],
        "order": list(trainer.order),
        "scores": scores_to_json(trainer.scores),
        "best": [best.epoch, scores_to_json(best.scores)] if best else None,
        "buffers": {
            **{name: trainer.engine.read(name) for name in trainer.checkpoint_buffers(trainer.trained)},
            **({"best_parameters": array("f", best.parameters)} if best else {}),
        },
    }


def restore(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Puts a trainer with the same network, datasets and settings into a saved state. Raises ConfigError if the state
    cannot be one of this training; the trainer is unchanged then.
    """
    require_position(trainer, state)
    buffers, names = state["buffers"], trainer.checkpoint_buffers(state["trained"])
    for name in names:
        require_valid(trainer, name, buffers.get(name, ()))
        if name in ("parameters", "average"):
            require_least(trainer, name, buffers[name])
    require_step(trainer, state["trained"], buffers["step"][0])
    if sorted(state["order"]) != sorted(trainer.order):
        raise ConfigError("the checkpoint is of a training on another dataset")
    scores, best = scores_of(trainer, state["scores"]), best_of(trainer, state)
    optimiser = replace(trainer.optimiser, learning_rate=state["learning_rate"])
    random = Random()
    try:
        random.setstate((state["random"][0], tuple(state["random"][1]), state["random"][2]))
    except (TypeError, ValueError):
        raise ConfigError("the checkpoint's random state is invalid") from None
    trainer.random, trainer.order = random, list(state["order"])
    trainer.epoch, trainer.trained, trainer.evaluated = state["epoch"], state["trained"], state["judging"]
    trainer.finished = state["finished"]
    trainer.scores, trainer.best = scores, best
    trainer.follow_order()
    trainer.change_learning_rate(optimiser.learning_rate)
    for name in names:
        trainer.engine.write(name, buffers[name])
    trainer.update_network()


def require_valid(trainer: Trainer, name: str, values: Any) -> None:
    """Raises ConfigError unless these are finite numbers of the buffer's type and length."""
    buffer = trainer.engine.plan.buffers[name]
    if len(values) != buffer.length:
        raise ConfigError(
            f"the checkpoint is of another training: expected {buffer.length} values in {name}, got {len(values)}"
        )
    if values.typecode != ELEMENT_TYPES[buffer.kind].array_code:
        raise ConfigError(f"the checkpoint's {name} must be {buffer.kind}")
    if not all(map(math.isfinite, values)):
        raise ConfigError(f"the checkpoint's {name} must be finite")


def require_position(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Raises ConfigError for a position outside of the training."""
    limits = {
        "epoch": (1, trainer.epochs),
        "trained": (0, trainer.training_size),
        "judging": (0, len(trainer.evaluation_order)),
    }
    for name, (minimum, maximum) in limits.items():
        if type(state[name]) is not int or not minimum <= state[name] <= maximum:
            raise ConfigError(
                f"the checkpoint's {name} must be an integer from {minimum} to {maximum}, got {state[name]!r:.80}"
            )
    started = state["trained"] % trainer.batch_size
    batch = min(trainer.batch_size, trainer.training_size - state["trained"] + started)
    if state["trained"] < trainer.training_size and not starts_part(batch, started, trainer.least):
        raise ConfigError("the checkpoint's trained is in the middle of a shard, whose statistics a layer computes")
    if type(state["finished"]) is not bool:
        raise ConfigError("the checkpoint's finished must be true or false")


def require_step(trainer: Trainer, trained: int, step: int) -> None:
    """Raises ConfigError for a step that contradicts the number of samples trained on."""
    steps = trainer.steps_per_epoch if trained == trainer.training_size else trained // trainer.batch_size
    if trained and step != steps:  # the last batch of an epoch may be smaller
        raise ConfigError("the checkpoint's step contradicts its position")


def best_of(trainer: Trainer, state: Mapping[str, Any]) -> Best | None:
    """The best epoch of a state; raises ConfigError if it is invalid."""
    if state["best"] is None:
        return None
    epoch, scores = state["best"]
    if type(epoch) is not int or not 1 <= epoch <= trainer.epochs or "validation" not in scores:
        raise ConfigError("the checkpoint's best epoch is invalid")
    weights = state["buffers"]["best_parameters"]
    require_valid(trainer, "parameters", weights)
    require_least(trainer, "best_parameters", weights)
    return Best(epoch, scores_of(trainer, scores), weights.tobytes())


def require_least(trainer: Trainer, tensor: str, weights: Any) -> None:
    """Raises ConfigError for a number below what its parameter may be at least, such as a negative variance."""
    buffers = trainer.engine.plan.buffers
    for name, parameter in trainer.network.specifications().items():
        start = (buffers[name].offset - buffers["parameters"].offset) // 4
        values = weights[start : start + buffers[name].length]
        if parameter.least is not None and min(values) < parameter.least:
            raise ConfigError(f"the checkpoint's {tensor} must be at least {parameter.least:g} in {name}")


def scores_of(trainer: Trainer, plain: Mapping[str, Any]) -> dict[str, Score]:
    """Scores by dataset; raises ConfigError for an invalid one."""
    return {name: Score.from_json(score, trainer.network.classes) for name, score in plain.items()}


def scores_to_json(scores: Mapping[str, Score]) -> dict[str, Any]:
    return {name: [score.loss, score.confusion] for name, score in scores.items()}
