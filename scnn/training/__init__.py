"""Training: optimisers, schedules, augmentation, and the trainer, which yields events."""

from scnn.training.augmentation import Augmentation
from scnn.training.checkpoint import resume, save_checkpoint
from scnn.training.events import EpochEnded, Progress, Score
from scnn.training.optimisers import SGD, Adam, AdamW, Lion
from scnn.training.schedules import Constant, Cosine, OneCycle, StepDecay
from scnn.training.trainer import Trainer

__all__ = [
    "Adam",
    "AdamW",
    "Augmentation",
    "Constant",
    "Cosine",
    "EpochEnded",
    "Lion",
    "OneCycle",
    "Progress",
    "SGD",
    "Score",
    "StepDecay",
    "Trainer",
    "resume",
    "save_checkpoint",
]
