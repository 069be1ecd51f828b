"""The state of a training: all that it continues from, taken from a trainer and given back to one.

What is given back comes from a file, and so all of it is looked at before anything is used.
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
from scnn.training.trainer import Best, Trainer

__all__ = ["restore", "state_of"]


def state_of(trainer: Trainer) -> dict[str, Any]:
    """Buffers under `buffers`, the rest plain data for JSON."""
    version, words, gauss = trainer.random.getstate()
    best = trainer.best
    return {
        "epoch": trainer.epoch,
        "trained": trainer.trained,
        "judging": trainer.evaluated,
        "finished": trainer.finished,
        "learning_rate": trainer.optimiser.learning_rate,
        "random": [version, list(words), gauss],
        "order": list(trainer.order),
        "scores": plain(trainer.scores),
        "best": [best.epoch, plain(best.scores)] if best else None,
        "buffers": {
            **{name: trainer.engine.read(name) for name in trainer.checkpoint_buffers},
            **({"best_parameters": array("f", best.parameters)} if best else {}),
        },
    }


def restore(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Lets a trainer of the same network, digits and settings stand where `state` was taken. Raises ConfigError where
    it cannot be of such a training; nothing is changed then."""
    buffers = state["buffers"]
    for name in trainer.checkpoint_buffers:
        require_sound(trainer, name, buffers.get(name, ()))
    if sorted(state["order"]) != sorted(trainer.order):
        raise ConfigError("the checkpoint is of a training on other digits")
    require_position(trainer, state)
    scores, best = scores_of(trainer, state["scores"]), best_of(trainer, state)
    optimiser = replace(trainer.optimiser, learning_rate=state["learning_rate"])
    random = Random()
    try:
        random.setstate((state["random"][0], tuple(state["random"][1]), state["random"][2]))
    except (TypeError, ValueError):
        raise ConfigError("the checkpoint's random state is none") from None
    trainer.random, trainer.order = random, list(state["order"])
    trainer.epoch, trainer.trained, trainer.evaluated = state["epoch"], state["trained"], state["judging"]
    trainer.finished = state["finished"]
    trainer.scores, trainer.best = scores, best
    trainer.follow_order()
    trainer.change_learning_rate(optimiser.learning_rate)
    for name in trainer.checkpoint_buffers:
        trainer.engine.write(name, buffers[name])
    trainer.update_network()


def require_sound(trainer: Trainer, name: str, values: Any) -> None:
    """Raises ConfigError where these are not finite numbers of the buffer's kind, as many as it holds."""
    buffer = trainer.engine.plan.buffers[name]
    if len(values) != buffer.length:
        raise ConfigError(f"the checkpoint is of another training: its {name} are not {buffer.length} numbers")
    if values.typecode != ELEMENT_TYPES[buffer.kind].array_code:
        raise ConfigError(f"the checkpoint's {name} are of another kind")
    if not all(map(math.isfinite, values)):
        raise ConfigError(f"the checkpoint's {name} are not finite")


def require_position(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Raises ConfigError for a place outside of the training, or one that its step contradicts."""
    limits = {
        "epoch": (1, trainer.epochs),
        "trained": (0, trainer.training_size),
        "judging": (0, len(trainer.evaluation_order)),
    }
    for name, (least, most) in limits.items():
        if type(state[name]) is not int or not least <= state[name] <= most:
            raise ConfigError("the checkpoint stands outside of this training")
    if type(state["finished"]) is not bool:
        raise ConfigError("the checkpoint does not say whether its training has finished")
    trained = state["trained"]
    steps = trainer.steps_per_epoch if trained == trainer.training_size else trained // trainer.batch_size
    if trained and state["buffers"]["step"][0] != steps:  # the last batch of an epoch may be smaller
        raise ConfigError("the checkpoint's step is not that of its position")


def best_of(trainer: Trainer, state: Mapping[str, Any]) -> Best | None:
    """The best epoch of a state; raises ConfigError where it is none."""
    if state["best"] is None:
        return None
    epoch, scores = state["best"]
    if type(epoch) is not int or not 1 <= epoch <= trainer.epochs or "validation" not in scores:
        raise ConfigError("the checkpoint's best epoch is none")
    weights = state["buffers"]["best_parameters"]
    require_sound(trainer, "parameters", weights)
    return Best(epoch, scores_of(trainer, scores), weights.tobytes())


def scores_of(trainer: Trainer, plain: Mapping[str, Any]) -> dict[str, Score]:
    """Scores by what they are of; raises ConfigError for what is none."""
    return {name: Score.from_json(score, trainer.network.classes) for name, score in plain.items()}


def plain(scores: Mapping[str, Score]) -> dict[str, Any]:
    return {name: [score.loss, score.confusion] for name, score in scores.items()}
