"""Training: optimisers, schedules, augmentation, and the trainer, which yields events."""

from scnn.training.augmentation import Augmentation
from scnn.training.checkpoint import resume, save_checkpoint
from scnn.training.events import EpochEnded, Progress, Score
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, Adam, AdamW, Lion, Optimiser
from scnn.training.own_optimiser import OwnOptimiser
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
    "Muon",
    "OneCycle",
    "Optimiser",
    "OwnOptimiser",
    "Progress",
    "SGD",
    "Score",
    "StepDecay",
    "Trainer",
    "resume",
    "save_checkpoint",
]
