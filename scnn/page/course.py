"""The page's messages about the results of a training: scores, mistakes, what happened, and time travel."""

from collections.abc import Callable

from scnn.errors import ConfigError
from scnn.page.messages import Answer, Message, read_index
from scnn.page.run import Run

__all__ = ["Course"]


class Course:
    """Handles the messages about the training that current_run() returns."""

    def __init__(self, current_run: Callable[[], Run]) -> None:
        self.current_run = current_run
        self.handlers = (self.report, self.cell, self.mistakes, self.verdict, self.travel, self.taught)

    def report(self, message: Message) -> Answer:
        """Scores on the test images after the last epoch, or after the one that is looked back to."""
        return self.current_run().report()

    def cell(self, message: Message) -> Answer:
        """The test images in a cell of the confusion matrix, given by the class indices `true` and `predicted`."""
        run = self.current_run()
        true, predicted = (read_index(message, name, run.network.classes) for name in ("true", "predicted"))
        return run.cell(true, predicted)

    def mistakes(self, message: Message) -> Answer:
        """The test images that are classified wrongly, the most confident first."""
        return self.current_run().mistakes()

    def verdict(self, message: Message) -> Answer:
        """What happened in the training, by documented rules."""
        return self.current_run().verdict()

    def travel(self, message: Message) -> Answer:
        """Looks at the network as it was after `epoch`, one of `kept`; None is the newest again. Predictions,
        activations, cells, mistakes and reports are then those of that epoch, and so are the `fingerprint` and a
        model file that is saved; the training is not changed."""
        run, epoch = self.current_run(), message.get("epoch")
        if epoch is not None and type(epoch) is not int:
            raise ConfigError(f"expected an epoch as an integer, or null for the newest, got {epoch!r}")
        run.travel(epoch)
        fingerprint = run.reader().network.fingerprint()
        answer: Answer = {"epoch": epoch, "kept": run.history.epochs, "fingerprint": fingerprint}
        return {**answer, "report": run.report()} if run.shown_score() else answer

    def taught(self, message: Message) -> Answer:
        """How the newest correction was read before it was taught, and how it is read now."""
        return self.current_run().taught()
