"""The numbers of a chart: the epochs' figures for training and test, the batches between them, and other curves.
Positions are in epochs: 1.5 is the middle of the second epoch."""

MOST_BATCHES = 300  # points between epochs; beyond, neighbours are merged


class Curves:
    def __init__(self):
        self.reset()

    def reset(self):
        self.epochs, self.training, self.test = [], [], []
        self.batches = []  # [position, number of samples, value]

    def add_epoch(self, epoch, training, test):
        self.epochs.append(epoch)
        self.training.append(training)
        self.test.append(test)

    def add_batch(self, at, samples, value):
        self.batches.append([at, samples, value])
        if len(self.batches) > MOST_BATCHES:
            pairs = [merged(self.batches[k], self.batches[k + 1]) for k in range(0, len(self.batches) - 1, 2)]
            self.batches = pairs + self.batches[2 * len(pairs) :]

    @property
    def last(self):
        return max(self.epochs[-1] if self.epochs else 0, self.batches[-1][0] if self.batches else 0)

    def columns(self, smoothing, compared):
        """Positions, and for each of them the value of batches, training, test, and of each compared run, or None.
        `compared` are pairs of epochs and values."""
        lines = [([at for at, _, _ in self.batches], [value for _, _, value in self.batches])]
        for epochs, values in [(self.epochs, self.training), (self.epochs, self.test)] + compared:
            lines.append((epochs, smoothed(values, smoothing)))
        positions = sorted({at for ats, _ in lines for at in ats})
        indices = {at: index for index, at in enumerate(positions)}
        columns = []
        for ats, values in lines:
            column = [None] * len(positions)
            for at, value in zip(ats, values):
                column[indices[at]] = value
            columns.append(column)
        return positions, columns


def merged(one, other):
    """Two neighbouring points as one, at the second's position, with the mean of their samples."""
    samples = one[1] + other[1]
    if one[2] is None or other[2] is None:
        return [other[0], samples, None]
    return [other[0], samples, (one[1] * one[2] + other[1] * other[2]) / samples]


def smoothed(values, weight):
    """The exponential moving average; `weight` is the weight of the previous mean."""
    if not weight:
        return list(values)
    out, mean = [], None
    for value in values:
        if value is not None:
            mean = value if mean is None else weight * mean + (1 - weight) * value
        out.append(None if value is None else mean)
    return out
