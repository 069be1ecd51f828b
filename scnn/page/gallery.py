"""The test images of a training, by how the network classifies them now."""

from collections.abc import Callable

from scnn.data.dataset import ImageDataset
from scnn.formats.png import image_picture
from scnn.network.lowering import PROBABILITIES
from scnn.network.metrics import argmax
from scnn.page.messages import Answer
from scnn.training.events import Score
from scnn.training.scoring import take_score
from scnn.training.trainer import Trainer

__all__ = ["Gallery"]

MAX_IMAGES = 24  # in one answer
COUNTERS = ("confusion", "loss_sum")  # buffers that an evaluation adds to


class Gallery:
    """Classifies the test images on the trainer's own engine. The training continues with the same bits."""

    def __init__(self, trainer: Trainer, test: ImageDataset, class_names: tuple[str, ...]) -> None:
        self.trainer, self.test, self.class_names = trainer, test, class_names
        self.parameters = b""  # those of the cached evaluation
        self.score: Score
        self.probabilities: list[list[float]] = []  # [test image][class]

    def evaluate(self) -> Score:
        """The score of the current parameters on all test images."""
        engine, trainer = self.trainer.engine, self.trainer
        parameters = engine.read("parameters").tobytes()
        if parameters != self.parameters:
            counters = {name: list(engine.read(name)) for name in COUNTERS}
            for name, values in counters.items():
                engine.write(name, [0] * len(values))
            first = trainer.training_size + trainer.validation_size
            rows = []
            for position in range(first, first + trainer.test_size):
                engine.run("evaluate", trainer.stream.ensure_loaded(position)[0], 1)
                rows.append([float(value) for value in engine.read(PROBABILITIES)])
            self.score = take_score(engine, trainer.epoch)
            for name, values in counters.items():
                engine.write(name, values)
            self.parameters, self.probabilities = parameters, rows
        return self.score

    def cell(self, true: int, predicted: int) -> Answer:
        """The images in one cell of the confusion matrix."""
        return self.most_confident(lambda label, guess: (label, guess) == (true, predicted))

    def mistakes(self) -> Answer:
        """The images that are classified wrongly."""
        return self.most_confident(lambda label, guess: label != guess)

    def most_confident(self, wanted: Callable[[int, int], bool]) -> Answer:
        """The number of images with wanted(true class, predicted class), and the most confident ones of them."""
        self.evaluate()
        found = []
        for index, (label, row) in enumerate(zip(self.test.labels, self.probabilities, strict=True)):
            predicted = argmax(row)
            if wanted(label, predicted):
                found.append((-row[predicted], index, predicted))
        found.sort()
        return {"count": len(found), "images": [self.describe(*image[1:]) for image in found[:MAX_IMAGES]]}

    def describe(self, index: int, predicted: int) -> Answer:
        row = self.probabilities[index]
        return {
            "index": index,
            "true": self.class_names[self.test.labels[index]],
            "predicted": self.class_names[predicted],
            "probability": row[predicted],
            "probabilities": row,
            "picture": image_picture(self.test.image(index), self.test.shape),
        }
