"""Everything that is said of a call as plain data, for JSON and for the page."""

from dataclasses import asdict
from typing import Any

from scnn.compiler.explain.lines import lines_of
from scnn.compiler.explain.operations import count
from scnn.compiler.explain.remarks import remarks_of
from scnn.compiler.explain.stages import STAGES, Stages

__all__ = ["explanation"]


def explanation(stages: Stages) -> dict[str, Any]:
    """Stages, remarks, the map of lines and operations; see the dataclasses for the fields."""
    return {
        "kernel": stages.function.name,
        "call": str(stages.subject.call),
        "operations": asdict(count(stages.code)),
        "stages": {name: stages.text(name) for name in STAGES},
        "remarks": [asdict(remark) for remark in remarks_of(stages)],
        "lines": [asdict(line) for line in lines_of(stages)],
    }
