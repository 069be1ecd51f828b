"""What the page asks of a session beyond training: describing, looking inside, teaching, keeping, own images."""

from itertools import count
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from scnn.page.session import Session
from scnn.training.checkpoint import pack_checkpoint
from scnn.training.trainer import Trainer
from tests.page.test_uploads import two_classes


def session(pretrained: bytes | None = None) -> Session:
    ticks = count()
    return Session(lambda: next(ticks) * 0.004, {"compiled": compiled}, pretrained)


def finished(one: Session, **message: Any) -> Session:
    assert "error" not in one.handle({"action": "start", **message})
    while not one.handle({"action": "advance", "budget_ms": 100})["finished"]:
        pass
    return one


SHORT = {"experiment": "paper", "epochs": 8, "optimiser": {"kind": "Adam", "learning_rate": 0.005}}


@pytest.fixture(scope="module")
def trained() -> Session:
    return finished(session(), **SHORT)


def test_describing_is_the_whole_configuration() -> None:
    """What `describe` says, given back, is the same experiment; nothing is started."""
    one = session()
    chosen = {"experiment": "mnist", "seed": 4, "per_class": 20, "augmentation": {}}
    described = one.handle({"action": "describe", **chosen})
    assert (
        described["training_images"] == 200 and described["parameters"] == 11274 and described["augmentation"] == {}
    )
    again = one.handle({**described, "action": "describe", "described": None})
    assert again == described and one.run is None


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({"per_class": 9}, "images per class must be an integer from 10 to 400, got 9"),
        ({"per_class": 401}, "images per class"),
        ({"experiment": 3}, "3"),
        ({"experiment": "own"}, "your own images"),
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
    assert word in session().handle({"action": "start", **message})["error"]["message"]


def test_steps_are_batches() -> None:
    """Each step trains on one batch; fifteen make the epoch of 75 by 5 and its evaluation."""
    one = session()
    one.handle({"action": "start", "experiment": "paper", "batch_size": 5})
    answers = [one.handle({"action": "step"}) for _ in range(15)]
    assert [answer["progress"]["done"] for answer in answers] == list(range(5, 80, 5))
    assert len(answers[-1]["events"]) == 1 and not any(answer["events"] for answer in answers[:-1])


def test_stopping_keeps_what_was_learned() -> None:
    """The network stays, and is finished."""
    one = session()
    one.handle({"action": "start", **SHORT})
    one.handle({"action": "step"})
    answer = one.handle({"action": "stop"})
    assert answer["finished"] and len(answer["fingerprint"]) == 64
    assert one.handle({"action": "advance", "budget_ms": 10})["progress"]["done"] == 1


def test_looking_between_slices_changes_no_bit() -> None:
    """Cells, mistakes and images looked at while it trains leave the training as it is."""
    ends = []
    for look in (False, True):
        one = session()
        one.handle({"action": "start", **SHORT})
        finished_ = False
        while not finished_:
            answer = one.handle({"action": "advance", "budget_ms": 3})
            finished_ = answer["finished"]
            if look:
                cell = {"action": "cell", "true": 0, "predicted": 1}
                for message in ({"action": "mistakes"}, {"action": "diagram", "index": 3, "details": True}, cell):
                    assert "error" not in one.handle(message)
        ends.append((answer["fingerprint"], answer["report"]))
    assert ends[0] == ends[1]


def test_a_correction_is_learned_without_forgetting() -> None:
    """A drawing that is read otherwise is read as taught, and the test digits are still read."""
    one = finished(session(), experiment="mnist", per_class=40, epochs=4, augmentation={})
    accuracy = one.handle({"action": "report"})["accuracy"]
    strokes = [[[0.2, 0.2], [0.8, 0.2]], [[0.2, 0.8], [0.8, 0.8]]]
    read = one.handle({"action": "predict", "strokes": strokes})["digit"]
    wanted = "6" if read != "6" else "2"
    answer = one.handle({"action": "correct", "strokes": strokes, "label": wanted})
    assert answer["corrections"] == 1
    while not one.handle({"action": "advance", "budget_ms": 100})["finished"]:
        pass
    assert one.handle({"action": "predict", "strokes": strokes})["digit"] == wanted
    assert one.handle({"action": "report"})["accuracy"] > accuracy - 0.03
    refused = one.handle({"action": "correct", "strokes": strokes, "label": "11"})
    assert "unknown label '11'" in refused["error"]["message"]


def test_models_and_checkpoints_come_and_go(trained: Session) -> None:
    """A checkpoint continues in another session to the same result; a model is evaluated at once."""
    one = session()
    one.handle({"action": "start", **SHORT})
    one.handle({"action": "advance", "budget_ms": 3})
    other = session()
    opened = other.handle({"action": "open", "data": one.checkpoint_file()})
    assert one.run and opened["progress"]["done"] == one.run.progress()["done"] > 0
    while not (answer := other.handle({"action": "advance", "budget_ms": 50}))["finished"]:
        pass
    assert trained.run and answer["fingerprint"] == trained.run.network.fingerprint()
    third = session()
    opened = third.handle({"action": "open", "data": other.model_file()})
    assert opened["finished"] and opened["report"]["confusion"] == trained.handle({"action": "report"})["confusion"]


def reproduces(one: Session, **message: Any) -> bool:
    answer: bool = one.handle({"action": "reproduces", **message})["reproduces"]
    return answer


def test_a_link_is_offered_where_it_is_true() -> None:
    """The configuration leads to these weights only if nothing was changed, stopped, taught or opened on the way."""
    one = finished(session(), **SHORT)
    assert reproduces(one, **SHORT) and not reproduces(one, **{**SHORT, "seed": 2})
    model = one.model_file()
    one.handle({"action": "correct", "strokes": [[[0.5, 0.1], [0.5, 0.9]]], "label": "2"})
    assert not reproduces(one, **SHORT)
    one.handle({"action": "open", "data": model})
    assert not reproduces(one, **SHORT)
    one.handle({"action": "start", **SHORT})
    one.handle({"action": "learning_rate", "learning_rate": 0.005})
    one.handle({"action": "advance", "budget_ms": 3})
    assert reproduces(one, **SHORT)
    one.handle({"action": "open", "data": one.checkpoint_file()})
    assert reproduces(one, **SHORT)
    one.handle({"action": "learning_rate", "learning_rate": 0.001})
    one.handle({"action": "learning_rate", "learning_rate": 0.005})
    assert not reproduces(one, **SHORT)
    one.handle({"action": "open", "data": one.checkpoint_file()})
    assert not reproduces(one, **SHORT)
    one.handle({"action": "start", **SHORT})
    one.handle({"action": "stop"})
    assert not reproduces(one, **SHORT)
    interpreted = Session(lambda: 0.0, {"interpreted": Interpreter})
    interpreted.handle({"action": "start", **SHORT})
    assert not reproduces(interpreted, **SHORT)


def test_a_lesson_goes_on_in_another_session() -> None:
    """The corrected drawings are in the checkpoint; the end is the same to the bit."""
    ends = []
    for moved in (False, True):
        one = finished(session(), **SHORT)
        one.handle({"action": "correct", "strokes": [[[0.2, 0.2], [0.8, 0.2]]], "label": "2"})
        one.handle({"action": "correct", "strokes": [[[0.2, 0.8], [0.8, 0.2]]], "label": "0"})
        one.handle({"action": "advance", "budget_ms": 3})
        if moved:
            data = one.checkpoint_file()
            one = session()
            assert one.handle({"action": "open", "data": data})["corrections"] == 2
        while not (answer := one.handle({"action": "advance", "budget_ms": 100}))["finished"]:
            pass
        ends.append(answer["fingerprint"])
    assert ends[0] == ends[1]


def test_training_on_own_images() -> None:
    """IDX files of two classes: the network's last layer has a unit for each class name."""
    one = session()
    one.handle({"action": "idx", **two_classes()})
    assert finished(one, experiment="own", epochs=2).handle({"action": "report"})["accuracy"] > 0.7
    assert one.handle({"action": "describe", "experiment": "own"})["described"][-2]["output_shape"] == [10]


def test_own_images_are_in_their_checkpoint_and_not_in_their_model() -> None:
    """A checkpoint continues in a session without the images; a model reads drawings there, but cannot train."""
    one = session()
    one.handle({"action": "idx", **two_classes()})
    one.handle({"action": "start", "experiment": "own", "epochs": 2})
    one.handle({"action": "advance", "budget_ms": 3})
    other = session()
    taken = other.handle({"action": "open", "data": one.checkpoint_file()})
    assert taken["experiment"] == "own" and taken["training_images"] == 160
    ends = []
    for each in (one, other):
        while not (answer := each.handle({"action": "advance", "budget_ms": 100}))["finished"]:
            pass
        ends.append(answer["fingerprint"])
    assert ends[0] == ends[1]
    third = session()
    answer = third.handle({"action": "open", "data": one.model_file()})
    assert answer == {"predicts_only": True, "classes": list("0123456789")}
    drawing = {"strokes": [[[0.5, 0.1], [0.5, 0.9]]]}
    answer = third.handle({"action": "predict", **drawing})
    assert answer["digit"] in "0123456789" and answer["pretrained"] is False
    words = third.handle({"action": "correct", "label": "1", **drawing})["error"]["message"]
    assert "choose your own images first" in words
    assert one.handle({"action": "open", "data": one.model_file()})["experiment"] == "own"
    assert one.handle({"action": "predict", **drawing})["samples"] > 0


def test_a_checkpoint_of_the_command_line_goes_on_here() -> None:
    """Its preset and settings are the experiment."""
    training, test = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=3, provenance={"preset": "paper"})
    trainer = Trainer(network, training, test, seed=3, **{**PAPER.settings, "epochs": 4})
    trainer.slice_size = 40
    next(trainer.run())
    one = session()
    taken = one.handle({"action": "open", "data": pack_checkpoint(trainer)})
    assert taken["experiment"] == "paper" and taken["progress"]["done"] == 40
    answers = [one.handle({"action": "advance", "budget_ms": 10_000}) for _ in range(4)]  # to the end of each epoch
    assert [len(answer["events"]) for answer in answers] == [1] * 4 and answers[-1]["finished"]


def test_a_reading_may_be_averaged_over_shifted_copies(trained: Session) -> None:
    """Of the network that comes with the page and of one's own: the library's numbers; other shifts are refused."""
    drawing = {"action": "predict", "strokes": [[[0.5, 0.1], [0.5, 0.9]]]}
    for one in (session(trained.model_file()), trained):
        found = {}
        for shift in (0, 1):
            answer = one.handle({**drawing, "shift": shift})
            found[shift] = [row["probability"] for row in answer["probabilities"]]
            assert [found[shift]] == one.network_of({}).probabilities(bytes(answer["image"]), shift=shift)
        seen = one.handle({**drawing, "action": "diagram", "shift": 1})["prediction"]["probabilities"]
        assert [row["probability"] for row in seen] == found[1]
        assert found[0] != found[1] and one.handle(drawing)["probabilities"][0]["probability"] == found[0][0]
        assert "shift" in one.handle({**drawing, "shift": 28})["error"]["message"]


def test_the_pretrained_model_reads_until_there_is_a_training(trained: Session) -> None:
    """And says that it did."""
    one = session(trained.model_file())
    assert one.handle({"action": "status"})["pretrained"]["experiment"]["epochs"] == 8
    drawing = {"action": "predict", "strokes": [[[0.5, 0.1], [0.5, 0.9]]]}
    assert one.handle(drawing)["pretrained"] is True and one.run is None
    one.handle({"action": "start", **SHORT})
    assert "pretrained" not in one.handle(drawing)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({"action": "open"}, "bytes"),
        ({"action": "open", "data": b"123"}, "8 bytes"),
        ({"action": "idx", "images": b"", "labels": b""}, "4 bytes"),
        ({"action": "pictures"}, "2 to 256 classes"),
        ({"action": "picture", "pixels": bytes(4), "width": 2, "height": 2}, "name"),
        ({"action": "picture", "pixels": bytes(5), "width": 2, "height": 2, "name": "a"}, "16, got 5"),
        ({"action": "picture", "pixels": bytes(4), "width": 2, "height": 2, "name": "a"}, "one colour"),
        ({"action": "picture", "pixels": bytes(4), "width": 2, "height": 2, "name": "a" * 41}, "40 letters"),
        ({"action": "picture_size", "data": b"GIF89a"}, "not a picture"),
        ({"action": "cell", "true": 0, "predicted": 3}, "from 0 to 2"),
        ({"action": "diagram", "index": 30}, "from 0 to 29"),
        ({"action": "learning_rate", "learning_rate": "x"}, "'x'"),
        ({"action": "learning_rate", "learning_rate": 0}, "learning rate"),
    ],
)
def test_bad_messages(trained: Session, message: dict[str, Any], word: str) -> None:
    """Each has its own message, and the session continues."""
    assert word in trained.handle(message)["error"]["message"]
    assert "report" in trained.handle({"action": "stop"})


def test_a_models_own_experiment_that_is_none() -> None:
    """A file whose provenance is odd opens with what fits, or is refused."""
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, provenance={"experiment": {"experiment": "sums"}})
    from scnn.formats.safetensors import pack

    answer = session().handle({"action": "open", "data": pack(network.tensors(), network.metadata())})
    assert "'sums'" in answer["error"]["message"]
