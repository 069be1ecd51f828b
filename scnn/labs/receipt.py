"""Receipts: a text that a pupil hands in, and that anybody can check by running its answer again.

A receipt contains the exercise's id and digest, the answer, whether it solves the exercise, the SHA-256 of what the
engine computed, and a name if the pupil gives one. It proves nothing by itself: the check grades the answer again,
with the verifier's own copy of the exercise, and compares. The same answer has the same bits on every machine.

    -----BEGIN SCNN RECEIPT-----
    Find vertical edges: solved

    eNpVj…
    -----END SCNN RECEIPT-----
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

from scnn.checks import BIDIRECTIONAL
from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import AnswerError, LabError, ReceiptError
from scnn.labs.fields import Fields, Texts, parse_json
from scnn.labs.lab import EXERCISES, Lab, bundled_lab
from scnn.labs.remarks import Remark
from scnn.labs.task import Verdict

__all__ = ["MAX_RECEIPTS", "Receipt", "Verification", "make_receipt", "receipts_in", "verify", "verify_steps"]

VERSION = 1
MAX_TEXT = 1 << 20  # characters of a text with receipts
MAX_RECEIPT = 64 * 1024  # characters of one, unpacked
MAX_RECEIPTS = 100
MAX_NAME = 80
WIDTH = 76
BLOCK = re.compile(
    r"-----\s*BEGIN\s+SCNN\s+RECEIPT\s*-----(.*?)-----\s*END\s+SCNN\s+RECEIPT\s*-----", flags=re.DOTALL
)


@dataclass(frozen=True)
class Receipt:
    """What a receipt says."""

    id: str
    digest: str
    answer: Any
    solved: bool
    sha256: str
    name: str


@dataclass(frozen=True)
class Verification:
    """The result for one receipt. `status` is waiting, verified, refused, unknown (the exercise is not known here) or
    damaged; `title` is the exercise's, if it is known."""

    status: str
    receipt: Receipt | None = None
    title: Texts | None = None
    reason: Remark | None = None


def make_receipt(lab: Lab, answer: object, verdict: Verdict, name: str = "", language: str = "en") -> str:
    """The text to hand in. Raises ReceiptError for a name that is too long or has invisible characters."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not all(one.isprintable() for one in name) or set(name) & set(BIDIRECTIONAL):
        raise ReceiptError(f"a name must have at most {MAX_NAME} visible characters, got {name[:20]!a}")
    content = {
        "receipt": VERSION,
        "lab": lab.id,
        "digest": lab.digest,
        "answer": lab.task.accept(answer),
        "solved": verdict.solved,
        "sha256": verdict.sha256,
        **({"name": name} if name else {}),
    }
    data = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    code = base64.b64encode(data + zlib.crc32(data).to_bytes(4, "big")).decode()
    lines = [code[at : at + WIDTH] for at in range(0, len(code), WIDTH)]
    result = "solved" if verdict.solved else "not solved"
    head = [f"{lab.title.get_in(language)}: {result}", *([name] if name else [])]
    return "\n".join(["-----BEGIN SCNN RECEIPT-----", *head, "", *lines, "-----END SCNN RECEIPT-----", ""])


def receipts_in(text: str) -> list[Receipt | ReceiptError]:
    """The receipts in a text, with anything between them; a damaged one is its error. Raises ReceiptError if there is
    none."""
    if len(text) > MAX_TEXT:
        raise ReceiptError(f"the text has {len(text)} characters; expected at most {MAX_TEXT}")
    blocks = [found[1] for found in BLOCK.finditer(text)]
    if not blocks:
        raise ReceiptError("there is no receipt in this text: one starts with -----BEGIN SCNN RECEIPT-----")
    if len(blocks) > MAX_RECEIPTS:
        raise ReceiptError(f"the text has {len(blocks)} receipts; expected at most {MAX_RECEIPTS}")
    found: list[Receipt | ReceiptError] = []
    for block in blocks:
        try:
            found.append(receipt_in(block))
        except ReceiptError as error:
            found.append(error)
    return found


def receipt_in(block: str) -> Receipt:
    """The receipt between its two marks. Its lines may be wrapped, quoted or indented."""
    lines = [line.strip(" \t>|") for line in block.strip().splitlines()]
    code = "".join(lines[lines.index("") + 1 :] if "" in lines else lines)
    try:
        data = base64.b64decode("".join(code.split()), validate=True)
        packed, check = data[:-4], data[-4:]
        if zlib.crc32(packed).to_bytes(4, "big") != check:
            raise ReceiptError("a part is missing or changed: copy it whole")
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, 4 * MAX_RECEIPT).decode()
    except (binascii.Error, ValueError, zlib.error):
        raise ReceiptError("a part is missing or changed: copy it whole") from None
    if not unpacker.eof:
        raise ReceiptError(f"it is larger than {MAX_RECEIPT} characters")
    fields = Fields(parse_json(text, "the receipt", MAX_RECEIPT, ReceiptError), "", ReceiptError)
    fields.integer("receipt", VERSION, VERSION)
    solved = fields.take("solved", "true or false")
    if not isinstance(solved, bool):
        fields.refuse("solved", "true or false", solved)
    name = fields.string("name", MAX_NAME, "")
    if not all(one.isprintable() for one in name) or set(name) & set(BIDIRECTIONAL):
        fields.refuse("name", "a text of visible characters", name)
    receipt = Receipt(
        fields.string("lab", 60),
        fields.string("digest", 64),
        fields.take("answer", "the answer"),
        solved,
        fields.string("sha256", 64),
        name,
    )
    fields.finish()
    return receipt


def lab_of(receipt: Receipt, labs: Iterable[Lab]) -> Lab | None:
    """The exercise of a receipt, among the verifier's own and those that come with scnn."""
    for lab in labs:
        if (lab.id, lab.digest) == (receipt.id, receipt.digest):
            return lab
    if receipt.id in EXERCISES and bundled_lab(receipt.id).digest == receipt.digest:
        return bundled_lab(receipt.id)
    return None


def verify_steps(
    text: str, labs: Iterable[Lab] = (), make_engine: EngineFactory = compiled
) -> Generator[tuple[float, list[Verification]], None, list[Verification]]:
    """Grades each receipt of a text again; yields the progress from 0 to 1, and the results so far."""
    own = list(labs)
    results: list[Verification] = []
    found = receipts_in(text)
    for receipt in found:
        if isinstance(receipt, ReceiptError):
            results.append(Verification("damaged", reason=Remark("receipt_damaged", {"reason": str(receipt)})))
        elif (lab := lab_of(receipt, own)) is None:
            results.append(Verification("unknown", receipt, reason=Remark("receipt_lab")))
        else:
            results.append(Verification("waiting", receipt, lab.title))
    for at, result in enumerate(results):
        if result.status == "waiting" and result.receipt:
            lab = lab_of(result.receipt, own)
            assert lab
            try:
                grading = lab.task.grade(lab.task.accept(result.receipt.answer), "en", make_engine)
                while True:
                    try:
                        progress = next(grading)
                    except StopIteration as ended:
                        verdict: Verdict = ended.value
                        break
                    yield (at + progress) / len(results), results
            except (AnswerError, LabError) as error:
                reason = Remark("receipt_answer", {"reason": str(error)})
                results[at] = replace(result, status="refused", reason=reason)
            else:
                wrong = difference(result.receipt, verdict)
                status = "refused" if wrong else "verified"
                results[at] = replace(result, status=status, reason=wrong or Remark("receipt_verified"))
        yield (at + 1) / len(results), results
    return results


def difference(receipt: Receipt, verdict: Verdict) -> Remark | None:
    """What a receipt claims and its answer does not give; None if there is nothing."""
    if receipt.solved != verdict.solved:
        return Remark("receipt_solved" if receipt.solved else "receipt_unsolved")
    if receipt.sha256 != verdict.sha256:
        return Remark("receipt_result", {"found": verdict.sha256, "claimed": receipt.sha256})
    return None


def verify(text: str, labs: Iterable[Lab] = (), make_engine: EngineFactory = compiled) -> list[Verification]:
    """Grades each receipt of a text again, with the bundled exercises and `labs`. Raises ReceiptError if there is no
    receipt in it."""
    steps = verify_steps(text, labs, make_engine)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            results: list[Verification] = ended.value
            return results
