"""The user's own images on the page: pictures one by one, or two IDX files."""

from scnn.checks import MAX_CLASSES
from scnn.data.dataset import ImageDataset
from scnn.data.drawing import SIDE
from scnn.data.idx_digits import load_idx
from scnn.data.own_images import MAX_COLLECTED, MAX_IMAGES, OwnImages, choose_evenly, classes_of_one, split
from scnn.errors import ConfigError, DataError
from scnn.formats.picture_header import picture_size
from scnn.page.messages import Answer, Message, read_bytes

__all__ = ["Uploads"]


class Uploads:
    """Handles the messages about own images. `digits` are the training and test images, once they are complete."""

    def __init__(self) -> None:
        self.digits: tuple[ImageDataset, ImageDataset] | None = None
        self.collected = OwnImages()  # complete batches of pictures
        self.batch = OwnImages()  # pictures that are being read; if that is cancelled, `collected` is as it was
        self.handlers = (
            *(self.picture_size, self.choose, self.new_pictures, self.picture, self.pictures, self.remove_class),
            self.idx,
        )

    def picture_size(self, message: Message) -> Answer:
        """Width and height from `data`, the beginning of a picture file, before it is decompressed."""
        width, height = picture_size(read_bytes(message, "data"))
        return {"width": width, "height": height}

    def choose(self, message: Message) -> Answer:
        """Selects pictures before they are read, if there are too many: `names` has the class of each picture."""
        names = message.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConfigError("expected names as a list of the pictures' classes")
        return {"indices": choose_evenly(names, MAX_IMAGES)}

    def new_pictures(self, message: Message) -> Answer:
        """Starts a batch of pictures; an unfinished one is discarded."""
        self.batch = OwnImages()
        return {}

    def picture(self, message: Message) -> Answer:
        """Adds a picture to the batch: `pixels` (grey, or RGBA with four bytes per pixel), `width`, `height`, and the
        `name` of its class."""
        width, height, name = message.get("width"), message.get("height"), message.get("name")
        if not isinstance(width, int) or not isinstance(height, int) or not isinstance(name, str):
            raise ConfigError("expected a picture with width, height and the name of its class")
        self.batch.add(read_bytes(message, "pixels"), width, height, name)
        return {"pictures": len(self.batch.images)}

    def pictures(self, message: Message) -> Answer:
        """Makes the batch the own images; with `add`, together with those of earlier batches. While `add` leaves too
        few pictures, the answer has only their `counts`, [class, number] in the order of the names."""
        batch, self.batch = self.batch, OwnImages()
        if not message.get("add"):
            digits = batch.digits()
            self.collected = batch
            return self.use(digits, batch.left_out)
        return self.use_collected([*self.collected.images, *batch.images])

    def remove_class(self, message: Message) -> Answer:
        """Removes the class `name` from the pictures; the answer is that of `pictures`."""
        name = message.get("name")
        left = [(image, own) for image, own in self.collected.images if own != name]
        if len(left) == len(self.collected.images):
            raise ConfigError(f"expected the name of a class that has pictures, got {name!r}")
        return self.use_collected(left)

    def use_collected(self, images: list[tuple[bytes, str]]) -> Answer:
        """Makes these pictures the own images, if there are enough of them to train and test on."""
        together = OwnImages()
        together.images = images
        names = {name for _, name in images}
        if len(names) > MAX_CLASSES:
            raise ConfigError(f"expected at most {MAX_CLASSES} classes, got {len(names)}")
        if len(images) > MAX_COLLECTED:
            raise ConfigError(f"expected at most {MAX_COLLECTED} pictures, got {len(images)}")
        self.collected = together
        if sum(count > 1 for count in together.counts().values()) < 2:
            return {"counts": listed(together)}
        return self.use(together.digits(), together.left_out)

    def idx(self, message: Message) -> Answer:
        """Makes two IDX files, `images` and `labels`, the own images."""
        digits = load_idx(read_bytes(message, "images"), read_bytes(message, "labels"))
        if (digits.rows, digits.columns) != (SIDE, SIDE):
            raise DataError(f"the images are {digits.rows}×{digits.columns}; expected {SIDE}×{SIDE}, as drawings are")
        parts = split(digits)
        self.collected = OwnImages()
        return self.use(parts, classes_of_one(digits))

    def use(self, digits: tuple[ImageDataset, ImageDataset], left_out: list[str]) -> Answer:
        self.digits = digits
        training, test = digits
        return {
            "training_images": len(training),
            "test_images": len(test),
            "classes": list(training.classes),
            "left_out": left_out,
            "counts": listed(self.collected),
        }


def listed(pictures: OwnImages) -> list[list[object]]:
    """The number of pictures of each class, as a list: the page's dicts have no order."""
    return [[name, count] for name, count in pictures.counts().items()]
