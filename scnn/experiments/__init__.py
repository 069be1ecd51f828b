"""Whole experiments by name, from plain settings or a checkpoint."""
