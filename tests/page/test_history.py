"""The parameters of earlier epochs that are kept, and which ones are dropped."""

import itertools

from scnn.page import history
from scnn.page.history import History
from scnn.training.events import Score

SCORE = Score(0.5, ((1, 0), (0, 1)))


def filled(epochs: int, size: int = 4, first: int = 0) -> History:
    made = History()
    for epoch in range(first, epochs + 1):
        made.add(epoch, bytes([epoch % 256]) * size, SCORE)
    return made


def test_all_epochs_of_a_short_training() -> None:
    assert filled(50).epochs == list(range(51))


def test_a_long_training_is_thinned_evenly() -> None:
    """The first and the newest stay; the others are multiples of one stride, at most 100 in all."""
    for epochs in (101, 250, 1000, 4321):
        made = filled(epochs)
        kept = made.epochs
        assert 50 <= len(kept) <= history.MAX_EPOCHS
        assert kept[0] == 0 and kept[-1] == epochs
        assert {after - before for before, after in itertools.pairwise(kept[:-1])} == {made.stride}
        assert set(made.scores) == set(kept)
        assert made.parameters[kept[3]] == bytes([kept[3] % 256]) * 4


def test_a_continued_training_starts_where_it_was_saved() -> None:
    made = filled(400, first=37)
    assert made.epochs[0] == 37 and made.epochs[-1] == 400 and len(made.epochs) <= history.MAX_EPOCHS


def test_memory_is_bounded() -> None:
    """Of a large network, fewer epochs are kept."""
    size = history.MAX_BYTES // 10
    assert len(filled(40, size).epochs) <= 10
