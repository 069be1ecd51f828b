"""The progress bar, and the line of text beside the state."""

from widgets.dom import by_id


class Progress:
    def __init__(self):
        self.bar = by_id("progress")

    def update(self, progress, batch_size=0):
        """Shows the progress; returns it as a line of text, with the batch if the batch size is given."""
        self.bar.max = progress["total"]
        self.bar.value = progress["done"]
        words = f"epoch {max(progress['epoch'], 1)} of {progress['epochs']}"
        if batch_size and progress["sample"]:
            batch, batches = (-(-progress[name] // batch_size) for name in ("sample", "samples_per_epoch"))
            words += f", batch {batch} of {batches}"
        if progress["samples_per_second"]:
            words += f", {progress['samples_per_second']:.0f} samples/s"
        if progress["seconds_left"]:
            words += f", {duration(progress['seconds_left'])} left"
        return words

    def reset(self):
        self.bar.value = 0


def duration(seconds):
    """A duration as text: seconds below 100 s, else minutes."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
