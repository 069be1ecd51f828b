"""What groups and crews have in common: which replica computes which shards, and what a step changes."""

from itertools import pairwise

from scnn.plan import Buffer, Call, Plan

__all__ = ["changing_buffers", "parts_of"]


def parts_of(plan: Plan, workers: int) -> list[range]:
    """The shards of each replica: consecutive ones, as equally many as possible."""
    count = len(plan.shards)
    bounds = [count * worker // workers for worker in range(workers + 1)]
    return [range(*pair) for pair in pairwise(bounds)]


def changing_buffers(plan: Plan) -> list[Buffer]:
    """What a step of the optimiser changes, and so what a replica needs that has missed some steps."""
    calls = [step for step in plan.procedures["update"].body if isinstance(step, Call)]
    names = ["parameters", *(str(name) for step in calls for name in step.arguments.values())]
    written = [name for name in dict.fromkeys(names) if name in plan.buffers and name not in ("settings", "shares")]
    return [plan.buffers[name] for name in written]
