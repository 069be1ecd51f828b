"""Experiments: a network, its data and its training settings, by name, from settings or from a checkpoint."""
