"""What the page asks of a session beyond training: describing, looking inside, teaching, keeping, own images."""

import json
import zlib
from itertools import count
from typing import Any

import pytest

from scnn.data.digits import load_digits
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.experiments.presets import PAPER
from scnn.formats.picture_header import picture_size
from scnn.network.network import Network
from scnn.page.session import Session
from scnn.training.checkpoint import pack_checkpoint
from scnn.training.trainer import Trainer
from tests.formats.test_png import opened
from tests.tools.dataset import idx_images, idx_labels


def session(pretrained: bytes | None = None) -> Session:
    ticks = count()
    return Session(lambda: next(ticks) * 0.004, {"compiled": compiled}, pretrained)


def finished(one: Session, **message: Any) -> Session:
    assert "error" not in one.ask({"do": "start", **message})
    while not one.ask({"do": "advance", "budget_ms": 100})["finished"]:
        pass
    return one


SHORT = {"experiment": "paper", "epochs": 8, "optimiser": {"kind": "Adam", "learning_rate": 0.005}}


@pytest.fixture(scope="module")
def trained() -> Session:
    return finished(session(), **SHORT)


def test_describing_is_the_whole_configuration() -> None:
    """What `describe` says, given back, is the same experiment; nothing is started."""
    one = session()
    described = one.ask({"do": "describe", "experiment": "mnist", "seed": 4, "per_class": 20, "augmentation": {}})
    assert (
        described["training_images"] == 200 and described["parameters"] == 11274 and described["augmentation"] == {}
    )
    again = one.ask({"do": "describe", **{name: described[name] for name in described if name not in ("described",)}})
    assert again == described and one.run is None


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({"per_class": 9}, "images per class must be an integer from 10 to 400, got 9"),
        ({"per_class": 401}, "images per class"),
        ({"experiment": 3}, "3"),
        ({"experiment": "own"}, "images of your own"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": "x"}, "'x'"),
        ({"batch_size": 0}, "batch size"),
        ({"optimiser": {"kind": "Magic"}}, "'Magic'"),
        ({"optimiser": {"kind": "SGD", "learning_rate": "fast"}}, "'fast'"),
        ({"schedule": {"kind": "Cosine", "x": 1}}, "'x'"),
        ({"augmentation": {"kind": "Augmentation", "rotation": 400}}, "rotation"),
        ({"layers": []}, "1 to 100"),
        ({"layers": [{"kind": "Conv2D"}]}, "filters"),
        ({"layers": [{"kind": "Dense", "units": 3}]}, "Flatten"),
    ],
)
def test_settings_that_are_refused(message: dict[str, Any], word: str) -> None:
    """By name, when it starts."""
    assert word in session().ask({"do": "start", **message})["error"]["message"]


def test_steps_are_batches() -> None:
    """Each step trains on one batch; fifteen make the epoch of 75 by 5 and its judging."""
    one = session()
    one.ask({"do": "start", "experiment": "paper", "batch_size": 5})
    answers = [one.ask({"do": "step"}) for _ in range(15)]
    assert [answer["progress"]["done"] for answer in answers] == list(range(5, 80, 5))
    assert len(answers[-1]["events"]) == 1 and not any(answer["events"] for answer in answers[:-1])


def test_stopping_keeps_what_was_learned() -> None:
    """The network stays, and is finished."""
    one = session()
    one.ask({"do": "start", **SHORT})
    one.ask({"do": "step"})
    answer = one.ask({"do": "stop"})
    assert answer["finished"] and len(answer["fingerprint"]) == 64
    assert one.ask({"do": "advance", "budget_ms": 10})["progress"]["done"] == 1


def test_cells_and_mistakes(trained: Session) -> None:
    """They hold exactly the images that the matrix counts, the surest first."""
    confusion = trained.ask({"do": "report"})["confusion"]
    for true in range(3):
        for read in range(3):
            cell = trained.ask({"do": "cell", "true": true, "read": read})
            assert cell["count"] == len(cell["images"]) == confusion[true][read]
            sure = [image["probability"] for image in cell["images"]]
            assert sure == sorted(sure, reverse=True)
            assert {(image["true"], image["read"]) for image in cell["images"]} <= {(str(true), str(read))}
    wrong = sum(confusion[true][read] for true in range(3) for read in range(3) if true != read)
    assert trained.ask({"do": "mistakes"})["count"] == wrong
    assert trained.ask({"do": "report"})["confusion"] == confusion
    json.dumps(trained.ask({"do": "mistakes"}))


def test_looking_between_slices_changes_no_bit() -> None:
    """Cells, mistakes and images looked at while it trains leave the training as it is."""
    ends = []
    for look in (False, True):
        one = session()
        one.ask({"do": "start", **SHORT})
        finished_ = False
        while not finished_:
            answer = one.ask({"do": "advance", "budget_ms": 3})
            finished_ = answer["finished"]
            if look:
                for what in ({"do": "mistakes"}, {"do": "inspect", "place": 3}, {"do": "cell", "true": 0, "read": 1}):
                    assert "error" not in one.ask(what)
        ends.append((answer["fingerprint"], answer["report"]))
    assert ends[0] == ends[1]


def test_the_inside_of_an_image(trained: Session) -> None:
    """Every layer's maps in its shape; filters; evidence of the image's size that agrees with finite differences."""
    answer = trained.ask({"do": "inspect", "place": 4})
    shapes = [layer["shape"] for layer in answer["layers"]]
    assert shapes == [[1, 28, 28]] * 4 + [[1, 14, 14], [196], [32], [32], [3]]
    for layer in answer["layers"]:
        channels, *sides = layer["shape"] if len(layer["shape"]) == 3 else (1, 1, *layer["shape"])
        assert [opened(one).size for one in layer["maps"]] == [tuple(reversed(sides))] * channels
    assert [opened(one).size for one in answer["layers"][0]["filters"]] == [(3, 3)]
    saliency = opened(answer["saliency"]).tobytes()
    assert len(saliency) == 784 and max(saliency) == 255
    run = trained.run
    assert run
    image = [level / 255 for level in run.experiment.test.image(4)]
    best = max(range(3), key=lambda place: answer["probabilities"][place]["probability"])
    assert run.network.class_names[best] == answer["class"]
    slopes = []
    for at in range(300, 420):
        sides = [[*image[:at], min(1.0, image[at] + step), *image[at + 1 :]] for step in (0.01, 0.0)]
        high, low = (row[best] for row in run.network.logits([level for side in sides for level in side]))
        slopes.append(abs(high - low))
    found = saliency[300:420]
    assert found[slopes.index(max(slopes))] > sorted(found)[-12]


def test_a_correction_is_learned_without_forgetting() -> None:
    """A drawing that is read otherwise is read as taught, and the test digits are still read."""
    one = finished(session(), experiment="mnist", per_class=40, epochs=4, augmentation={})
    accuracy = one.ask({"do": "report"})["accuracy"]
    strokes = [[[0.2, 0.2], [0.8, 0.2]], [[0.2, 0.8], [0.8, 0.8]]]
    read = one.ask({"do": "predict", "strokes": strokes})["digit"]
    wanted = "6" if read != "6" else "2"
    answer = one.ask({"do": "correct", "strokes": strokes, "label": wanted})
    assert answer["corrections"] == 1
    while not one.ask({"do": "advance", "budget_ms": 100})["finished"]:
        pass
    assert one.ask({"do": "predict", "strokes": strokes})["digit"] == wanted
    assert one.ask({"do": "report"})["accuracy"] > accuracy - 0.03
    assert "no '11'" in one.ask({"do": "correct", "strokes": strokes, "label": "11"})["error"]["message"]


def test_models_and_checkpoints_come_and_go(trained: Session) -> None:
    """A checkpoint goes on in another session to the same end; a model is judged at once."""
    one = session()
    one.ask({"do": "start", **SHORT})
    one.ask({"do": "advance", "budget_ms": 3})
    other = session()
    opened = other.ask({"do": "open", "data": one.checkpoint_file()})
    assert one.run and opened["progress"]["done"] == one.run.progress()["done"] > 0
    while not (answer := other.ask({"do": "advance", "budget_ms": 50}))["finished"]:
        pass
    assert trained.run and answer["fingerprint"] == trained.run.network.fingerprint()
    third = session()
    opened = third.ask({"do": "open", "data": other.model_file()})
    assert opened["finished"] and opened["report"]["confusion"] == trained.ask({"do": "report"})["confusion"]


def reproduces(one: Session, **message: Any) -> bool:
    answer: bool = one.ask({"do": "reproduces", **message})["reproduces"]
    return answer


def test_a_link_is_offered_where_it_is_true() -> None:
    """The configuration leads to these weights only if nothing was changed, stopped, taught or opened on the way."""
    one = finished(session(), **SHORT)
    assert reproduces(one, **SHORT) and not reproduces(one, **{**SHORT, "seed": 2})
    model = one.model_file()
    one.ask({"do": "correct", "strokes": [[[0.5, 0.1], [0.5, 0.9]]], "label": "2"})
    assert not reproduces(one, **SHORT)
    one.ask({"do": "open", "data": model})
    assert not reproduces(one, **SHORT)
    one.ask({"do": "start", **SHORT})
    one.ask({"do": "learning_rate", "learning_rate": 0.005})
    one.ask({"do": "advance", "budget_ms": 3})
    assert reproduces(one, **SHORT)
    one.ask({"do": "open", "data": one.checkpoint_file()})
    assert reproduces(one, **SHORT)
    one.ask({"do": "learning_rate", "learning_rate": 0.001})
    one.ask({"do": "learning_rate", "learning_rate": 0.005})
    assert not reproduces(one, **SHORT)
    one.ask({"do": "open", "data": one.checkpoint_file()})
    assert not reproduces(one, **SHORT)
    one.ask({"do": "start", **SHORT})
    one.ask({"do": "stop"})
    assert not reproduces(one, **SHORT)
    interpreted = Session(lambda: 0.0, {"interpreted": Interpreter})
    interpreted.ask({"do": "start", **SHORT})
    assert not reproduces(interpreted, **SHORT)


def test_a_lesson_goes_on_in_another_session() -> None:
    """The corrected drawings are in the checkpoint; the end is the same to the bit."""
    ends = []
    for moved in (False, True):
        one = finished(session(), **SHORT)
        one.ask({"do": "correct", "strokes": [[[0.2, 0.2], [0.8, 0.2]]], "label": "2"})
        one.ask({"do": "correct", "strokes": [[[0.2, 0.8], [0.8, 0.2]]], "label": "0"})
        one.ask({"do": "advance", "budget_ms": 3})
        if moved:
            data = one.checkpoint_file()
            one = session()
            assert one.ask({"do": "open", "data": data})["corrections"] == 2
        while not (answer := one.ask({"do": "advance", "budget_ms": 100}))["finished"]:
            pass
        ends.append(answer["fingerprint"])
    assert ends[0] == ends[1]


def test_own_images_are_in_their_checkpoint_and_not_in_their_model() -> None:
    """A checkpoint goes on where the images are not; a model reads drawings there, and trains no further."""
    one = session()
    one.ask({"do": "idx", **two_classes()})
    one.ask({"do": "start", "experiment": "own", "epochs": 2})
    one.ask({"do": "advance", "budget_ms": 3})
    other = session()
    taken = other.ask({"do": "open", "data": one.checkpoint_file()})
    assert taken["experiment"] == "own" and taken["training_images"] == 160
    ends = []
    for each in (one, other):
        while not (answer := each.ask({"do": "advance", "budget_ms": 100}))["finished"]:
            pass
        ends.append(answer["fingerprint"])
    assert ends[0] == ends[1]
    third = session()
    assert third.ask({"do": "open", "data": one.model_file()}) == {"reader": True, "classes": list("0123456789")}
    drawing = {"strokes": [[[0.5, 0.1], [0.5, 0.9]]]}
    answer = third.ask({"do": "predict", **drawing})
    assert answer["digit"] in "0123456789" and answer["pretrained"] is False
    words = third.ask({"do": "correct", "label": "1", **drawing})["error"]["message"]
    assert "choose images of your own first" in words
    assert one.ask({"do": "open", "data": one.model_file()})["experiment"] == "own"
    assert one.ask({"do": "predict", **drawing})["samples"] > 0


def test_a_checkpoint_of_the_command_line_goes_on_here() -> None:
    """Its preset and settings are the experiment."""
    training, test = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=3, provenance={"preset": "paper"})
    trainer = Trainer(network, training, test, seed=3, **{**PAPER.settings, "epochs": 4})
    trainer.slice_size = 40
    next(trainer.run())
    one = session()
    taken = one.ask({"do": "open", "data": pack_checkpoint(trainer)})
    assert taken["experiment"] == "paper" and taken["progress"]["done"] == 40
    answers = [one.ask({"do": "advance", "budget_ms": 10_000}) for _ in range(4)]  # to the end of each epoch
    assert [len(answer["events"]) for answer in answers] == [1] * 4 and answers[-1]["finished"]


def test_the_pretrained_model_reads_until_there_is_a_training(trained: Session) -> None:
    """And says that it did."""
    one = session(trained.model_file())
    assert one.ask({"do": "status"})["pretrained"]["experiment"]["epochs"] == 8
    drawing = {"do": "predict", "strokes": [[[0.5, 0.1], [0.5, 0.9]]]}
    assert one.ask(drawing)["pretrained"] is True and one.run is None
    one.ask({"do": "start", **SHORT})
    assert "pretrained" not in one.ask(drawing)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({"do": "open"}, "bytes"),
        ({"do": "open", "data": b"123"}, "8 bytes"),
        ({"do": "idx", "images": b"", "labels": b""}, "4 bytes"),
        ({"do": "pictures"}, "2 to 256 classes"),
        ({"do": "picture", "pixels": bytes(4), "width": 2, "height": 2}, "name"),
        ({"do": "picture", "pixels": bytes(5), "width": 2, "height": 2, "name": "a"}, "16, not 5"),
        ({"do": "picture", "pixels": bytes(4), "width": 2, "height": 2, "name": "a"}, "one colour"),
        ({"do": "picture", "pixels": bytes(4), "width": 2, "height": 2, "name": "a" * 41}, "40 letters"),
        ({"do": "picture_size", "data": b"GIF89a"}, "no PNG and no JPEG"),
        ({"do": "cell", "true": 0, "read": 3}, "from 0 to 2"),
        ({"do": "inspect", "place": 30}, "from 0 to 29"),
        ({"do": "learning_rate", "learning_rate": "x"}, "'x'"),
        ({"do": "learning_rate", "learning_rate": 0}, "learning rate"),
    ],
)
def test_bad_messages(trained: Session, message: dict[str, Any], word: str) -> None:
    """Each gets its sentence, and the session goes on."""
    assert word in trained.ask(message)["error"]["message"]
    assert "report" in trained.ask({"do": "stop"})


def two_classes() -> dict[str, bytes]:
    """200 digits, noughts and ones, as IDX files."""
    _, test = load_digits()
    rows = [[*test.image(at), test.labels[at]] for at in range(200)]
    return {"images": idx_images(rows), "labels": idx_labels(rows)}


def test_own_images() -> None:
    """IDX files, and pictures of any size; every fifth of a class is for testing."""
    one = session()
    answer = one.ask({"do": "idx", **two_classes()})
    assert (answer["training_images"], answer["test_images"]) == (160, 40)
    assert finished(one, experiment="own", epochs=2).ask({"do": "report"})["accuracy"] > 0.7
    for number in range(6):
        for name in ("a", "b"):
            pixels = bytearray(b"\xff" * 400)
            for at in range(40 + 20 * number, 360):
                pixels[at] = 0 if (at % 20 in (9, 10)) == (name == "a") else 255
            one.ask({"do": "picture", "pixels": bytes(pixels), "width": 20, "height": 20, "name": name})
    answer = one.ask({"do": "pictures"})
    assert answer == {"training_images": 10, "test_images": 2, "classes": ["a", "b"], "left_out": []}
    assert one.ask({"do": "describe", "experiment": "own"})["described"][-2]["output_shape"] == [2]


def png(width: int, height: int) -> bytes:
    """The head of a PNG file, whose rest nobody reads."""
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")


def test_sizes_of_pictures() -> None:
    """Read before anything is unpacked; 20,000 × 20,000 is refused."""
    assert picture_size(png(640, 480)) == (640, 480)
    jpeg = b"\xff\xd8\xff\xe0\x00\x10" + bytes(14) + b"\xff\xc0\x00\x11\x08\x01\xe0\x02\x80" + bytes(12)
    assert picture_size(jpeg) == (640, 480)
    assert "20000×20000" in session().ask({"do": "picture_size", "data": png(20000, 20000)})["error"]["message"]


def test_a_models_own_experiment_that_is_none() -> None:
    """A file whose provenance is odd opens with what fits, or is refused."""
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, provenance={"experiment": {"experiment": "sums"}})
    from scnn.formats.safetensors import pack

    answer = session().ask({"do": "open", "data": pack(network.tensors(), network.metadata())})
    assert "'sums'" in answer["error"]["message"]
