"""How time and memory grow with the number of training images: the mnist preset on 4,000 to 60,000 of them, made up
by repeating the bundled ones. `python build.py bench --scaling`"""

import resource
import time

from scnn.data.dataset import Digits
from scnn.experiments import presets
from scnn.network.network import Network
from scnn.training.events import EpochEnded
from scnn.training.trainer import Trainer


def main() -> None:
    preset = presets.find("mnist")
    digits, test = preset.digits()
    print(" images  seconds an epoch  ms an image  the engine's memory  the process's peak")
    for count in (4_000, 8_000, 16_000, 32_000, 60_000):
        times = count // len(digits)
        many = Digits(digits.pixels * times, digits.labels * times)
        network = Network(preset.input_shape, preset.layers, seed=1)
        trainer = Trainer(network, many, test, seed=1, **{**preset.settings, "epochs": 1})
        began = time.perf_counter()
        assert any(isinstance(event, EpochEnded) for event in trainer.run())
        seconds = time.perf_counter() - began
        memory = trainer.engine.plan.memory / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(
            f"{count:7}  {seconds:16.2f}  {1000 * seconds / count:11.4f}  {memory:16.1f} MB  {peak:15.0f} MB",
            flush=True,
        )


main()
