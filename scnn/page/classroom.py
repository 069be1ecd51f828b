"""Messages about exercises: what they ask, trials, verdicts, and receipts. What takes long runs in slices."""

from collections.abc import Callable, Generator
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError, LabError
from scnn.labs.fields import LANGUAGES
from scnn.labs.lab import Lab, bundled_lab, pack_lab, read_lab, summaries, unpack_lab
from scnn.labs.receipt import Verification, make_receipt, verify_steps
from scnn.labs.remarks import Remark
from scnn.labs.task import Verdict
from scnn.page.messages import Answer, Message, read_number

__all__ = ["Classroom"]

MAX_LABS = 20  # of the teacher's own, in one message


class Classroom:
    """Handles the messages of Exercises, and those about receipts. `make_engine` grades: a fast engine whose bits are
    the same everywhere. A message names an exercise by its `id`, or contains a lab's text as `lab`. `graded` in the
    answers is the share of the work that is done."""

    def __init__(self, make_engine: EngineFactory, clock: Callable[[], float]) -> None:
        self.make_engine, self.clock = make_engine, clock
        self.own: dict[str, Lab] = {}  # labs by their text, so that each is read once
        self.grading: Generator[float, None, Verdict] | None = None
        self.progress = 0.0
        self.graded: tuple[Lab, Any, Verdict] | None = None  # the newest verdict, and of what
        self.verifying: Generator[tuple[float, list[Verification]], None, list[Verification]] | None = None
        self.handlers = (
            *(self.exercises, self.exercise, self.attempt),
            *(self.check_answer, self.check_more, self.check_cancel, self.receipt),
            *(self.pack_lab, self.unpack_lab, self.verify_receipts, self.verify_more),
        )

    def exercises(self, message: Message) -> Answer:
        """The exercises that come with scnn, in order."""
        language = language_in(message)
        listed = [
            {"id": one.id, "digest": one.digest, "title": one.title.get_in(language), "kind": one.kind}
            for one in summaries()
        ]
        return {"exercises": listed}

    def exercise(self, message: Message) -> Answer:
        """One exercise: its texts in the message's `language`, and what may be changed, as `means`."""
        lab, language = self.lab_in(message), language_in(message)
        return {
            "id": lab.id,
            "digest": lab.digest,
            "bundled": "id" in message,
            "title": lab.title.get_in(language),
            "text": lab.text.get_in(language),
            "hints": [hint.get_in(language) for hint in lab.hints],
            "kind": lab.task.kind,
            "means": lab.task.describe(language),
        }

    def lab_in(self, message: Message) -> Lab:
        if "id" in message:
            if not isinstance(message["id"], str):
                raise LabError(f"expected the id of an exercise, got {message['id']!r:.60}")
            return bundled_lab(message["id"])
        text = message.get("lab")
        if not isinstance(text, str):
            raise LabError("expected the id of an exercise, or the text of a lab")
        if text not in self.own:
            if len(self.own) >= MAX_LABS:
                self.own.clear()
            self.own[text] = read_lab(text)
        return self.own[text]

    # ------------------------------------------------------------------------------------------ answers

    def attempt(self, message: Message) -> Answer:
        """What the engine computes for a `trial` before the answer, such as a filter's map."""
        return self.lab_in(message).task.attempt(message, self.make_engine)

    def check_answer(self, message: Message) -> Answer:
        """Begins to grade an `answer`; `check_more` continues. Another one that is being graded is dropped."""
        lab = self.lab_in(message)
        answer = lab.task.accept(message.get("answer"))
        self.graded = None
        self.grading = self.grade(lab, answer, language_in(message))
        self.progress = 0.0
        return {"done": False, "graded": 0.0}

    def grade(self, lab: Lab, answer: Any, language: str) -> Generator[float, None, Verdict]:
        verdict = yield from lab.task.grade(answer, language, self.make_engine)
        self.graded = lab, answer, verdict
        return verdict

    def check_more(self, message: Message) -> Answer:
        """Grades for about `budget_ms` milliseconds; the verdict if that was enough."""
        until = self.clock() + read_number(message, "budget_ms") / 1000
        if self.grading is None:
            raise ConfigError("no answer is being graded: check one first")
        try:
            while True:
                self.progress = next(self.grading)
                if self.clock() >= until:
                    return {"done": False, "graded": self.progress}
        except StopIteration as ended:
            self.grading = None
            return {"done": True, "graded": 1.0, **describe_verdict(ended.value)}

    def check_cancel(self, message: Message) -> Answer:
        """Stops grading."""
        self.grading = None
        return {}

    def receipt(self, message: Message) -> Answer:
        """The receipt of the newest verdict, with the `name` that the pupil gives."""
        if self.graded is None:
            raise ConfigError("there is no verdict yet: check an answer first")
        lab, answer, verdict = self.graded
        name = message.get("name") or ""
        if not isinstance(name, str):
            raise ConfigError("expected the name as a text")
        text = make_receipt(lab, answer, verdict, name, language_in(message))
        return {"receipt": text, "file": f"{lab.id}.receipt.txt"}

    # ---------------------------------------------------------------------------------------- for teachers

    def pack_lab(self, message: Message) -> Answer:
        """A `lab` as a part of an address."""
        return {"packed": pack_lab(self.lab_in({"lab": message.get("lab")}).source)}

    def unpack_lab(self, message: Message) -> Answer:
        """The lab in an address, as its text; it is valid."""
        packed = message.get("packed")
        if not isinstance(packed, str):
            raise LabError("expected a lab as a part of an address")
        return {"lab": self.lab_in({"lab": unpack_lab(packed)}).source}

    def verify_receipts(self, message: Message) -> Answer:
        """Begins to run the receipts of a `text` again, also those of the teacher's own `labs`; `verify_more`
        continues."""
        labs, text = message.get("labs") or [], message.get("text")
        if not isinstance(labs, list) or len(labs) > MAX_LABS:
            raise LabError(f"expected a list of at most {MAX_LABS} labs")
        if not isinstance(text, str):
            raise ConfigError("expected a text with receipts")
        own = [self.lab_in({"lab": lab}) for lab in labs]
        self.verifying = verify_steps(text, own, self.make_engine)
        return self.verify_more({**message, "budget_ms": 0})

    def verify_more(self, message: Message) -> Answer:
        """Verifies for about `budget_ms` milliseconds; all receipts with their results so far."""
        until = self.clock() + read_number(message, "budget_ms") / 1000
        if self.verifying is None:
            raise ConfigError("no receipts are being verified: give a text with receipts first")
        language = language_in(message)
        try:
            while True:
                progress, results = next(self.verifying)
                if self.clock() >= until:
                    return {"done": False, "graded": progress, "receipts": describe_results(results, language)}
        except StopIteration as ended:
            self.verifying = None
            return {"done": True, "graded": 1.0, "receipts": describe_results(ended.value, language)}


def language_in(message: Message) -> str:
    language = message.get("language")
    return language if isinstance(language, str) and language in LANGUAGES else "en"


def describe_verdict(verdict: Verdict) -> Answer:
    return {
        "solved": verdict.solved,
        "remarks": [describe_remark(remark) for remark in verdict.remarks],
        "sha256": verdict.sha256,
        "curve": [list(epoch) for epoch in verdict.curve],
    }


def describe_remark(remark: Remark) -> Answer:
    return {"key": remark.key, "values": dict(remark.values), "text": str(remark)}


def describe_results(results: list[Verification], language: str) -> list[Answer]:
    described = []
    for one in results:
        answer: Answer = {"status": one.status, "title": one.title.get_in(language) if one.title else ""}
        if one.receipt:
            receipt = one.receipt
            answer |= {
                "id": receipt.id,
                "digest": receipt.digest,
                "name": receipt.name,
                "solved": receipt.solved,
                "sha256": receipt.sha256,
            }
        if one.reason:
            answer["reason"] = describe_remark(one.reason)
        described.append(answer)
    return described
