"""The progress bar, and the line of words beside the state."""

from widgets.dom import by_id


class Progress:
    def __init__(self):
        self.bar = by_id("progress")

    def update(self, progress):
        """Shows how far the training is; the answer is a line for people."""
        self.bar.max = progress["total"]
        self.bar.value = progress["done"]
        words = f"epoch {max(progress['epoch'], 1)} of {progress['epochs']}"
        if progress["samples_per_second"]:
            words += f", {progress['samples_per_second']:.0f} samples a second"
        if progress["seconds_left"]:
            words += f", {duration(progress['seconds_left'])} left"
        return words

    def reset(self):
        self.bar.value = 0


def duration(seconds):
    """A time for people, no more exact than it can be."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
