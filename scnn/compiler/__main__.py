"""`python -m scnn.compiler` shows what the compiler does with one kernel, and derives backward kernels."""

import argparse
import sys

from scnn.compiler.derive.__main__ import derive_command
from scnn.compiler.explain.__main__ import first_call, show_command
from scnn.experiments import presets
from scnn.network.architecture import Architecture
from scnn.plan import Plan
from scnn.training.lowering import lower_training


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["derive"]:
        derive_command(arguments[1:], lambda kernel, preset: first_call(kernel, plan_of(preset)))
    elif arguments[:1] == ["show"]:
        show_command(arguments[1:], plan_of)
    else:
        parser = argparse.ArgumentParser(prog="python -m scnn.compiler", description=__doc__)
        commands = parser.add_subparsers(required=True, metavar="command")
        commands.add_parser("derive", help="print the backward kernels of a forward kernel")
        commands.add_parser("show", help="print the stages of a kernel, remarks, its lines, its times")
        parser.parse_args(arguments)


def plan_of(preset: str) -> Plan:
    """A preset's training."""
    chosen = presets.find(preset)
    return lower_training(Architecture(chosen.input_shape, chosen.layers), 1, chosen.optimiser, chosen.augmentation)


if __name__ == "__main__":
    main(sys.argv[1:])
