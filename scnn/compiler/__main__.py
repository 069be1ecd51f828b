"""`python -m scnn.compiler` shows what the compiler does with one kernel, and derives backward kernels."""

import argparse
import sys

from scnn.compiler.derive.__main__ import derive_command
from scnn.compiler.explain.__main__ import OWN_FORMS, first_call, show_command
from scnn.experiments import presets
from scnn.network.architecture import Architecture
from scnn.network.lowering import backward_calls, forward_calls
from scnn.plan import Plan, Procedure
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
    """A preset's training; and the kernels of its layers in their own form, where the training uses a faster one."""
    chosen = presets.find(preset)
    network = Architecture(chosen.input_shape, chosen.layers)
    plan = lower_training(network, 1, chosen.optimiser, chosen.augmentation)
    own = Procedure(OWN_FORMS, (), (*forward_calls(network, training=True), *backward_calls(network)))
    return Plan(plan.buffers, {**plan.procedures, own.name: own})


if __name__ == "__main__":
    main(sys.argv[1:])
