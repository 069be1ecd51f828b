"""An experiment as a Python script that makes the same weights."""

from scnn.errors import ConfigError
from scnn.experiments.experiment import OWN, Experiment
from scnn.layers.layer import Layer
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.version import __version__

__all__ = ["script_of"]


def script_of(experiment: Experiment, fingerprint: str | None = None) -> str:
    """The script prints each epoch's scores, and the SHA-256 of the weights in its last line. Raises ConfigError for
    an experiment on the user's own images, which a script does not contain."""
    config, settings, preset = experiment.config, experiment.settings, experiment.preset
    if config["experiment"] == OWN:
        raise ConfigError("a script does not contain your own images: save a checkpoint, which does")
    layers = [layer for layer in experiment.layers if layer != SoftmaxCrossEntropy()]
    augmentation = settings["augmentation"]
    names = {"EpochEnded", "Network", "Trainer", "load_digits", *map(kind, layers)}
    names |= {kind(settings["optimiser"]), kind(settings["schedule"])} | (
        {kind(augmentation)} if augmentation else set()
    )
    classes = tuple(preset.classes)
    edits = experiment.edits
    edited = [f"    edits=Edits({edits.to_dict()['kernels']!r}, derive={edits.derive}),"] if edits else []
    lines = [
        f'"""{preset.title}, seed {settings["seed"]}. Written by scnn {__version__}."""',
        "",
        "from scnn import (",
        *(f"    {name}," for name in sorted(names, key=str.lower)),
        ")",
        *(["from scnn.network import Edits"] if edits else []),
        "",
        "training, test = load_digits()",
        f"training = training.select({classes}, {config['per_class']})",
        f"test = test.select({classes}, {preset.test_per_class})",
        "network = Network(",
        f"    {preset.input_shape},",
        "    [",
        *(f"        {layer!r}," for layer in layers),
        "    ],",
        f"    seed={settings['seed']},",
        "    class_names=training.classes,",
        *edited,
        ")",
        "trainer = Trainer(",
        "    network,",
        "    training,",
        "    test,",
        *(
            f"    {name}={settings[name]!r},"
            for name in ("epochs", "batch_size", "seed", "optimiser", "schedule", "augmentation")
        ),
        ")",
        "for event in trainer.run():",
        "    if isinstance(event, EpochEnded):",
        "        print(event)",
        f"print(network.fingerprint())  # expected: {fingerprint}" if fingerprint else "print(network.fingerprint())",
    ]
    return "\n".join(lines) + "\n"


def kind(thing: Layer | object) -> str:
    return type(thing).__name__
