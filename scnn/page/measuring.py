"""Measures kernel calls on this machine's host: whole, without the words that ask for speed, and line by line."""

from collections.abc import Callable
from dataclasses import replace

from scnn.compiler.explain.lines import lines_of
from scnn.compiler.explain.operations import count
from scnn.compiler.explain.stages import Stages, compile_stages
from scnn.compiler.explain.subject import Subject
from scnn.compiler.explain.timing import Variant, time_kernel
from scnn.compiler.options import Options
from scnn.engines.hosts import default_host
from scnn.page.messages import Answer

__all__ = ["Measuring"]

LEAST = 8_000_000  # nanoseconds of one run: Firefox's clock steps by a millisecond
ROUNDS = 4
WORDS = ("lanes", "blocked", "unrolled")


class Measuring:
    """`clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock

    def nanoseconds(self) -> int:
        return int(self.clock() * 1e9)

    def measure(self, subject: Subject, own: Subject | None, by_line: bool) -> Answer:
        """`nanoseconds` and `gflops` of a call; of `own`, scnn's kernel; of the call with each word that the source
        uses switched off; and of each line, if asked."""
        instantiate = default_host().instantiate
        stages = compile_stages(subject)
        staged: dict[str, Stages] = {"now": stages}
        if own:
            staged["own"] = compile_stages(own)
        used = {loop.kind for loop in stages.optimised.loops}
        for word in WORDS:
            if word in used:
                staged[word] = compile_stages(subject, options=replace(Options(), **{word: False}))
        variants = {name: Variant(one, one.code, instantiate, self.nanoseconds) for name, one in staged.items()}
        for variant in variants.values():
            variant.calibrate(LEAST)
        for _ in range(ROUNDS):
            for variant in variants.values():
                variant.run()
        best = {name: variant.best for name, variant in variants.items()}
        flops = count(stages.code).flops
        answer: Answer = {
            "nanoseconds": best["now"],
            "gflops": flops / best["now"] if flops else None,
            "own": best.get("own"),
            "without": [{"word": word, "nanoseconds": best[word]} for word in WORDS if word in best],
        }
        if by_line:
            times = time_kernel(stages, lines_of(stages), instantiate, self.nanoseconds, LEAST, ROUNDS)
            file = stages.function.source.file
            answer["lines"] = [
                {"line": line.line, "nanoseconds": line.nanoseconds} for line in times.lines if line.file == file
            ]
            answer["noise"] = times.noise
        return answer
