"""A lab: one exercise as a file. JSON with texts, what may be changed, and checks that the engine makes.

`read_lab` validates a file whole before anything of it is used. A lab is identified by the SHA-256 of what is graded:
its texts may be translated or corrected, and receipts stay valid.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import LabError
from scnn.labs.element_task import ElementTask
from scnn.labs.fields import Fields, Texts, parse_json
from scnn.labs.filter_task import FilterTask
from scnn.labs.kernel_task import KernelTask
from scnn.labs.numbers_task import NumbersTask
from scnn.labs.signs_task import SignsTask
from scnn.labs.task import Grading, Task, Verdict
from scnn.labs.training_task import TrainingTask

__all__ = [
    "EXERCISES",
    "Lab",
    "Summary",
    "bundled_lab",
    "bundled_labs",
    "grade",
    "pack_lab",
    "read_lab",
    "summaries",
    "unpack_lab",
]

VERSION = 1
MAX_LAB = 128 * 1024  # characters of a file
MAX_PACKED = 64 * 1024  # of a link
MAX_HINTS = 8
MAX_CHECKS = 8
TEXTS = ("title", "text", "hints", "label", "mistakes")  # fields that are not graded

TASKS: dict[str, type[Task]] = {
    task.kind: task for task in (NumbersTask, ElementTask, SignsTask, FilterTask, KernelTask, TrainingTask)
}

# The exercises that come with scnn, in the order in which the page lists them.
EXERCISES = (
    "vertical-edges",
    "one-number",
    "output-size",
    "pixel-that-won",
    "gradient-signs",
    "learning-rate-that-diverges",
    "leaky-relu",
    "stable-softmax",
    "max-pooling-backward",
    "repair-convolution",
    "sigmoid-backward",
    "momentum",
    "few-weights",
    "rising-test-loss",
)


@dataclass(frozen=True)
class Lab:
    """One exercise. `digest` is the SHA-256 of what is graded; `source` is the file's text."""

    id: str
    digest: str
    title: Texts
    text: Texts
    hints: tuple[Texts, ...]
    task: Task
    source: str


def read_lab(source: str) -> Lab:
    """The lab of a file's text; raises LabError, which names the field that is wrong."""
    data = parse_json(source, "the lab", MAX_LAB)
    fields = Fields(data, "")
    if fields.take("lab", f"the version of the format, {VERSION}") != VERSION:
        fields.refuse("lab", f"the version of the format, {VERSION}", data["lab"])
    name = fields.string("id", 60)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        fields.refuse("id", "lower-case words joined by hyphens, such as find-the-edge", name)
    title, text = fields.texts("title", 120), fields.texts("text")
    hints = []
    if fields.has("hints"):
        count = len(fields.items("hints", "texts", 0, MAX_HINTS))
        listed = Fields({str(at): data["hints"][at] for at in range(count)}, "hints")
        hints = [listed.texts(str(at)) for at in range(count)]
    answer = fields.inner("answer", "an object with kind, which says what may be changed")
    kind = answer.choice("kind", list(TASKS))
    checks = fields.objects("checks", "objects with kind", 1, MAX_CHECKS)
    task = TASKS[kind].read(answer, checks)
    answer.finish()
    fields.finish()
    return Lab(name, digest_of(data), title, text, tuple(hints), task, source)


def digest_of(data: Mapping[str, Any]) -> str:
    """The SHA-256 of what is graded, however the file is written."""
    return hashlib.sha256(json.dumps(graded(data), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def graded(value: Any) -> Any:
    """A part of a lab without its texts. What is called `text` in a list of changes is one, too."""
    if isinstance(value, Mapping):
        return {name: graded(part) for name, part in value.items() if name not in TEXTS}
    if isinstance(value, list):
        return [graded(part) for part in value]
    return value


@lru_cache
def bundled_lab(name: str) -> Lab:
    """One of the exercises that come with scnn; raises LabError."""
    if name not in EXERCISES:
        raise LabError(f"there is no exercise {name[:60]!r}; expected one of: {', '.join(EXERCISES)}")
    return read_lab(source_of(name))


def source_of(name: str) -> str:
    from importlib.resources import files  # imported when needed, so that the page starts sooner

    return files("scnn.labs").joinpath("exercises", f"{name}.json").read_text(encoding="utf-8")


def bundled_labs() -> Iterator[Lab]:
    """The exercises that come with scnn, in order."""
    return map(bundled_lab, EXERCISES)


@dataclass(frozen=True)
class Summary:
    """What a list of exercises shows; reading the exercises themselves would take longer."""

    id: str
    digest: str
    title: Texts
    kind: str


@lru_cache
def summaries() -> tuple[Summary, ...]:
    """The summaries of the exercises that come with scnn, in order."""
    found = []
    for name in EXERCISES:
        data = json.loads(source_of(name))
        found.append(Summary(name, digest_of(data), Texts(data["title"]), data["answer"]["kind"]))
    return tuple(found)


def grade(lab: Lab, answer: object, language: str = "en", make_engine: EngineFactory = compiled) -> Verdict:
    """Grades an answer; raises AnswerError for one that cannot be graded."""
    grading: Grading = lab.task.grade(lab.task.accept(answer), language, make_engine)
    while True:
        try:
            next(grading)
        except StopIteration as ended:
            verdict: Verdict = ended.value
            return verdict


# --------------------------------------------------------------------------------------------------- links


def pack_lab(source: str) -> str:
    """A lab as a part of an address: compressed, in base64url. Raises LabError for an invalid one."""
    read_lab(source)
    smallest = json.dumps(json.loads(source), ensure_ascii=False, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(smallest.encode(), 9)).decode().rstrip("=")
    if len(packed) > MAX_PACKED:
        raise LabError(f"the lab takes {len(packed)} characters of a link; expected at most {MAX_PACKED}")
    return packed


def unpack_lab(packed: str) -> str:
    """The text of a lab in an address; raises LabError."""
    if len(packed) > MAX_PACKED:
        raise LabError(f"the lab in the address has {len(packed)} characters; expected at most {MAX_PACKED}")
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, 4 * MAX_LAB).decode()
    except (binascii.Error, ValueError, zlib.error):
        raise LabError("the lab in the address is damaged: copy the whole link") from None
    if not unpacker.eof:
        raise LabError(f"the lab in the address is cut off, or larger than {MAX_LAB} characters")
    return text
