"""Shows what becomes of one kernel: `python -m scnn.compiler show conv2d_forward`.

The stages are its source, the IR as it is expanded for the sizes of one call, the IR after the optimiser, and
WebAssembly's text. Sizes and buffers are those of the kernel's first call in a preset.
"""

import argparse
import inspect
import sys
from collections.abc import Iterable, Iterator

from scnn.compiler.derive.__main__ import derive_command
from scnn.compiler.options import Options
from scnn.compiler.wasm.calls import Calls
from scnn.compiler.wasm.code import code_of_routine
from scnn.compiler.wasm.optimise import optimise
from scnn.compiler.wasm.text import text_of_function
from scnn.errors import ConfigError, ScnnError
from scnn.experiments import presets
from scnn.network.architecture import Architecture
from scnn.plan import Call, Loop, Plan
from scnn.training.lowering import lower_training

STAGES = ("source", "expanded", "optimised", "wasm")


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["derive"]:
        derive_command(arguments[1:], lambda kernel, preset: first_call(kernel, plan_of(preset)))
        return
    parser = argparse.ArgumentParser(prog="python -m scnn.compiler", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("derive", help="print the backward kernels of a forward kernel")
    show = commands.add_parser("show", help="print the stages of one kernel")
    show.add_argument("kernel", help="its name, such as conv2d_forward")
    show.add_argument("--preset", default="paper", help="the preset whose plan is looked at (default: paper)")
    show.add_argument("--stage", choices=STAGES, help="this stage alone")
    chosen = parser.parse_args(arguments)
    try:
        call, plan = first_call(chosen.kernel, plan_of(chosen.preset))
        stages = stages_of(call, plan)
    except ScnnError as error:
        sys.exit(f"scnn.compiler: {error}")
    for name in [chosen.stage] if chosen.stage else STAGES:
        print(f"-- {name}: {call}\n\n{stages[name]}\n")


def plan_of(preset: str) -> Plan:
    chosen = presets.find(preset)
    return lower_training(Architecture(chosen.input_shape, chosen.layers), 1, chosen.optimiser, chosen.augmentation)


def first_call(kernel: str, plan: Plan) -> tuple[Call, Plan]:
    calls = [call for procedure in plan.procedures.values() for call in opened(procedure.body)]
    for call in calls:
        if call.kernel.__name__ == kernel:
            return call, plan
    known = ", ".join(sorted({call.kernel.__name__ for call in calls}))
    raise ConfigError(f"the plan has no call of {kernel}; it calls {known}")


def opened(steps: Iterable[Call | Loop]) -> Iterator[Call]:
    for step in steps:
        if isinstance(step, Call):
            yield step
        else:
            yield from opened(step.body)


def stages_of(call: Call, plan: Plan) -> dict[str, str]:
    calls = Calls(plan, Options())
    calls.routine_of(call)
    (routine,) = calls.routines.values()
    optimised = optimise(routine, share=True, hoist=True)
    return {
        "source": inspect.getsource(call.kernel).rstrip(),
        "expanded": str(routine),
        "optimised": str(optimised),
        "wasm": text_of_function(code_of_routine(optimised)),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
