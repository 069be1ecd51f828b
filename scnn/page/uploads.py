"""The user's own images on the page: pictures one by one, or two IDX files."""

from scnn.data.digits import Digits
from scnn.data.drawing import SIDE
from scnn.data.idx_digits import load_idx
from scnn.data.own_images import MAX_IMAGES, OwnImages, choose_evenly, classes_of_one, split
from scnn.errors import ConfigError, DataError
from scnn.formats.picture_header import picture_size
from scnn.page.messages import Answer, Message, read_bytes

__all__ = ["Uploads"]


class Uploads:
    """Handles the messages about own images. `digits` are the training and test images, once they are complete."""

    def __init__(self) -> None:
        self.digits: tuple[Digits, Digits] | None = None
        self.pending = OwnImages()
        self.handlers = (self.picture_size, self.choose, self.picture, self.pictures, self.idx)

    def picture_size(self, message: Message) -> Answer:
        """Width and height of the PNG or JPEG file `data`, before it is decompressed."""
        width, height = picture_size(read_bytes(message, "data"))
        return {"width": width, "height": height}

    def choose(self, message: Message) -> Answer:
        """Selects pictures before they are read, if there are too many: `names` has the class of each picture."""
        names = message.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConfigError("expected names as a list of the pictures' classes")
        return {"indices": choose_evenly(names, MAX_IMAGES)}

    def picture(self, message: Message) -> Answer:
        """Adds a picture: `pixels` (grey, or RGBA with four bytes per pixel), `width`, `height`, and the `name` of
        its class."""
        width, height, name = message.get("width"), message.get("height"), message.get("name")
        if not isinstance(width, int) or not isinstance(height, int) or not isinstance(name, str):
            raise ConfigError("expected a picture with width, height and the name of its class")
        self.pending.add(read_bytes(message, "pixels"), width, height, name)
        return {"pictures": len(self.pending.images)}

    def pictures(self, message: Message) -> Answer:
        """Makes the pictures added so far the own images."""
        complete, self.pending = self.pending, OwnImages()
        return self.use(complete.digits(), complete.left_out)

    def idx(self, message: Message) -> Answer:
        """Makes two IDX files, `images` and `labels`, the own images."""
        digits = load_idx(read_bytes(message, "images"), read_bytes(message, "labels"))
        if (digits.rows, digits.columns) != (SIDE, SIDE):
            raise DataError(f"the images are {digits.rows}×{digits.columns}; expected {SIDE}×{SIDE}, as drawings are")
        return self.use(split(digits), classes_of_one(digits))

    def use(self, digits: tuple[Digits, Digits], left_out: list[str]) -> Answer:
        self.digits = digits
        training, test = digits
        return {
            "training_images": len(training),
            "test_images": len(test),
            "classes": list(training.classes),
            "left_out": left_out,
        }
