"""The trainer: its events, its independence of the slice size, and its error messages."""

from array import array

import pytest

from scnn.data.dataset import Digits
from scnn.errors import ConfigError, ShapeError, TrainingError
from scnn.experiments.presets import PAPER
from scnn.layers.activation import ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.training.augmentation import Augmentation
from scnn.training.events import EpochEnded, Progress
from scnn.training.optimisers import SGD
from scnn.training.schedules import OneCycle
from scnn.training.trainer import Trainer

LAYERS = [Conv2D(2, 3, stride=2), ReLU(), MaxPool2D(2), Flatten(), Dense(3)]


def trainer(network: Network, **settings: object) -> Trainer:
    """A trainer with four training digits and two test digits of each of three classes."""
    training, test = PAPER.digits()
    chosen = {"epochs": 2, "optimiser": SGD(0.05), "batch_size": 5, "seed": 7, **settings}
    return Trainer(network, training.select((0, 1, 2), 4), test.select((0, 1, 2), 2), **chosen)  # type: ignore[arg-type]


def trained(slice_size: int, **settings: object) -> Network:
    network = Network((1, 28, 28), LAYERS, seed=7)
    for _ in trainer(network, slice_size=slice_size, **settings).run():
        pass
    return network


def test_events_of_a_training() -> None:
    """Progress grows to the end of each epoch; each epoch counts every digit once, for training and test."""
    events = list(trainer(Network((1, 28, 28), LAYERS, seed=7)).run())
    progress = [event.done for event in events if isinstance(event, Progress)]
    assert progress == sorted(progress) and progress[-1] == 24
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [1, 2]
    for event in epochs:
        assert event.test
        assert [sum(row) for row in event.training.confusion] == [4, 4, 4]
        assert [sum(row) for row in event.test.confusion] == [2, 2, 2]
        assert event.test.accuracy == sum(event.test.confusion[k][k] for k in range(3)) / 6


@pytest.mark.parametrize("slice_size", [2, 3, 5, 7, 12, 100])
def test_slices_change_no_bit(slice_size: int) -> None:
    """The parameters do not depend on the slice size, even inside a batch and with a smaller last batch."""
    assert trained(slice_size).fingerprint() == trained(1).fingerprint()


@pytest.mark.parametrize("room", [1, 4, 7, 13])
def test_images_are_streamed(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bits do not depend on the engine's capacity, even if it is below a batch or the evaluation set."""
    whole = trained(100, augmentation=Augmentation(shift=1), validation=3)
    monkeypatch.setattr("scnn.network.stream.MAX_IMAGES", room)
    one = trainer(Network((1, 28, 28), LAYERS, seed=7), augmentation=Augmentation(shift=1), validation=3)
    *_, last = one.run()
    assert one.engine.plan.buffers["pixels"].shape[0] == room
    assert one.network.fingerprint() == whole.fingerprint()
    assert isinstance(last, EpochEnded) and last.test
    _, test = PAPER.digits()
    report = one.network.evaluate(test.select((0, 1, 2), 2)).to_dict()
    assert report["confusion"] == [list(row) for row in one.scores["test"].confusion]


def test_a_seed_is_a_training() -> None:
    """The same seed gives the same bits; another order of the digits gives different ones."""
    assert trained(4).fingerprint() == trained(4).fingerprint() != trained(4, seed=8).fingerprint()


def test_a_batch_takes_the_mean() -> None:
    """A step with a batch of the same digit five times equals a step with that digit alone."""
    training, test = PAPER.digits()
    network, other = (Network((1, 28, 28), LAYERS, seed=7) for _ in range(2))
    same = Digits(training.image(0) * 5, bytes(training.labels[:1]) * 5, 28, 28, training.classes)
    single = Digits(training.image(0), bytes(training.labels[:1]), 28, 28, training.classes)
    for digits, one, size in ((same, network, 5), (single, other, 1)):
        for _ in Trainer(one, digits, test, epochs=1, optimiser=SGD(0.05), batch_size=size).run():
            pass
    for name, values in network.parameters.items():
        assert list(values) == pytest.approx(list(other.parameters[name]), rel=1e-5, abs=1e-7)


def test_the_papers_experiment_is_learned() -> None:
    """Eight of the fifty epochs, at ten times the learning rate, already classify most test digits correctly."""
    training, test = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=1)
    events = Trainer(network, training, test, epochs=8, optimiser=SGD(0.01), seed=1).run()
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert epochs[-1].training.loss < 0.5 * epochs[0].training.loss
    assert epochs[-1].test and epochs[-1].test.accuracy >= 0.8


def test_a_loss_that_is_not_finite_stops_the_training() -> None:
    """Training stops, and names a learning rate that is too large as the likely cause."""
    with pytest.raises(TrainingError, match="learning rate"):
        for _ in trainer(Network((1, 28, 28), [Conv2D(2, 3), Flatten(), Dense(3)]), optimiser=SGD(1e30)).run():
            pass


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"epochs": 0}, "epochs"),
        ({"batch_size": 0}, "batch size"),
        ({"validation": -1}, "validation"),
        ({"validation": 10}, "too few"),
        ({"patience": 1}, "patience"),
        ({"patience": 0, "validation": 3}, "patience"),
        ({"epochs": 2.5}, "epochs must be an integer from 1 to 100000, got 2.5"),
        ({"epochs": "2"}, "epochs must be an integer from 1 to 100000, got '2'"),
        ({"batch_size": True}, "batch size must be an integer from 1 to 1048576, got True"),
        ({"batch_size": None}, "batch size must be an integer from 1 to 1048576, got None"),
        ({"seed": -1}, "the seed must be an integer from 0 to 4294967295, got -1"),
        ({"seed": 2**32}, "the seed must be an integer from 0 to 4294967295, got 4294967296"),
        ({"optimiser": 0.1}, r"optimiser must be of type Optimiser, such as Adam\(0.003\); got 0.1"),
        ({"optimiser": SGD}, r"optimiser .* got the class SGD itself: write SGD\(…\)"),
        ({"schedule": OneCycle}, r"schedule .* got the class OneCycle itself: write OneCycle\(…\)"),
        ({"augmentation": True}, "augmentation .* got True"),
    ],
)
def test_settings_out_of_range_or_of_another_kind(settings: dict[str, object], word: str) -> None:
    """A ConfigError names the setting and its valid values before training starts."""
    with pytest.raises(ConfigError, match=word):
        trainer(Network((1, 28, 28), LAYERS, seed=7), **settings)


def test_digits_that_do_not_fit() -> None:
    """Images of another size, more classes than the network has, and empty datasets are rejected."""
    with pytest.raises(ShapeError, match=r"\(1, 28, 28\).*\(1, 14, 14\)"):
        trainer(Network((1, 14, 14), [Flatten(), Dense(3)], seed=1))
    with pytest.raises(ConfigError, match="labels up to 2.*2 classes"):
        trainer(Network((1, 28, 28), [Flatten(), Dense(2)], seed=1))
    training, _ = PAPER.digits()
    with pytest.raises(ConfigError, match="test dataset has no images"):
        none = Digits(b"", b"", 28, 28, training.classes)
        Trainer(Network((1, 28, 28), LAYERS), training, none, epochs=1, optimiser=SGD(0.1))


def test_arguments_of_other_types() -> None:
    """The tuple of load_digits, bare pixels, and layers without a network have their own messages."""
    network, both = Network((1, 28, 28), LAYERS), PAPER.digits()
    with pytest.raises(ConfigError, match=r"training images must be of type ImageDataset.*of type tuple"):
        Trainer(network, both, epochs=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"test images must be of type ImageDataset.*of type bytes"):
        Trainer(network, both[0], both[1].pixels, epochs=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"network must be of type Network.*of type list"):
        Trainer(LAYERS, both[0], epochs=1)  # type: ignore[arg-type]


def test_the_network_keeps_its_arrays() -> None:
    """References to a network's parameters see their changes."""
    network = Network((1, 28, 28), LAYERS, seed=7)
    bias = network.parameters["dense_1.bias"]
    for _ in trainer(network).run():
        pass
    assert isinstance(bias, array) and any(bias) and bias is network.parameters["dense_1.bias"]


def test_averaging_does_not_change_the_training() -> None:
    """After each epoch the network has the average, which is evaluated; the weights that train are those of a
    training without averaging, and their average is that of all steps, from the initial weights on."""
    plain, averaged = (
        trainer(Network((1, 28, 28), LAYERS, seed=1), optimiser=SGD(0.05, averaging=averaging))
        for averaging in (0.0, 0.3)
    )
    weights = [list(plain.engine.read("parameters"))]

    def remember(_: int) -> None:
        weights.append(list(plain.engine.read("parameters")))

    plain.before_update = remember
    for _ in plain.run():
        pass
    weights.append(list(plain.engine.read("parameters")))
    del weights[0]  # before the first update: the initial weights, twice
    expected = weights[0]
    for step, new in enumerate(weights[1:]):
        share = 1 - min(0.3, (1 + step) / (10 + step))
        expected = [one + share * (other - one) for one, other in zip(expected, new, strict=True)]
    *_, ended = averaged.run()
    assert averaged.engine.read("average") == plain.engine.read("parameters")
    assert list(averaged.engine.read("parameters")) == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert isinstance(ended, EpochEnded) and ended.test
    report = averaged.network.evaluate(PAPER.digits()[1].select((0, 1, 2), 2))
    assert report.accuracy == ended.test.accuracy
    assert averaged.network.fingerprint() != plain.network.fingerprint()


def test_stopping_keeps_the_average() -> None:
    """`finish` in the middle of an epoch leaves the average in the network and in the engine."""
    network = Network((1, 28, 28), LAYERS, seed=1)
    one = trainer(network, optimiser=SGD(0.05, averaging=0.6), slice_size=5)
    next(one.run())
    one.update_network()
    middle = network.fingerprint()
    raw = one.engine.read("parameters")
    one.finish()
    assert network.fingerprint() == middle and one.finished
    assert one.engine.read("average") == raw != one.engine.read("parameters")
