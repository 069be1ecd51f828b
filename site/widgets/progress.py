"""The progress bar, and the line of text beside the state."""

from widgets.dom import by_id
from widgets.texts import text, whole


class Progress:
    def __init__(self):
        self.bar = by_id("progress")

    def update(self, progress, batch_size=0):
        """Shows the progress; returns it as a line of text, with the batch if the batch size is given."""
        self.bar.max = progress["total"]
        self.bar.value = progress["done"]
        parts = [text("progress.epoch", epoch=max(progress["epoch"], 1), epochs=progress["epochs"])]
        if batch_size and progress["sample"]:
            batch, batches = (-(-progress[name] // batch_size) for name in ("sample", "samples_per_epoch"))
            parts.append(text("progress.batch", batch=batch, batches=batches))
        if progress["samples_per_second"]:
            parts.append(text("progress.speed", samples=whole(round(progress["samples_per_second"]))))
        if progress["seconds_left"]:
            parts.append(text("progress.left", time=duration(progress["seconds_left"])))
        return ", ".join(parts)

    def reset(self):
        self.bar.value = 0


def duration(seconds):
    """A duration as text: seconds below 100 s, else minutes."""
    if seconds < 100:
        return text("number.seconds", number=max(1, round(seconds)))
    return text("number.minutes", number=round(seconds / 60))
