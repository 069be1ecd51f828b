"""`scnn lab`: checks a lab file, grades an answer, makes and verifies receipts."""

import argparse
from pathlib import Path
from typing import Any

from scnn.cli.options import add_json
from scnn.cli.output import print_event
from scnn.cli.terminal import expand_patterns
from scnn.errors import AnswerError, LabError, ReceiptError
from scnn.labs.fields import LANGUAGES, parse_json
from scnn.labs.lab import EXERCISES, Lab, bundled_lab, grade, pack_lab, read_lab
from scnn.labs.receipt import Verification, make_receipt, verify

__all__ = ["HELP", "add_arguments", "run"]

HELP = "check an exercise file, grade an answer, verify receipts"
MAX_FILE = 4 << 20  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="lab_command", required=True, metavar="command")
    check = commands.add_parser("check", help="validate an exercise; with an answer, grade it: exit code 1 if wrong")
    check.add_argument("lab", metavar="FILE", help="a lab file, or the id of an exercise of scnn")
    check.add_argument("answer", type=Path, nargs="?", metavar="ANSWER", help="a kernel's text, or JSON")
    check.add_argument("--receipt", type=Path, metavar="OUT", help="write a receipt of the answer")
    check.add_argument("--name", default="", help="the name in the receipt")
    check.add_argument("--language", choices=LANGUAGES, default="en", help="of the exercise's texts (default: en)")
    add_json(check)
    verifying = commands.add_parser("verify", help="run receipts again: exit code 1 if one is not verified")
    verifying.add_argument("receipts", type=Path, nargs="+", metavar="RECEIPT", help="texts with receipts in them")
    verifying.add_argument("--lab", type=Path, action="append", default=[], help="your own lab files")
    add_json(verifying)
    link = commands.add_parser("link", help="print the part of the page's address that contains a lab file")
    link.add_argument("lab", metavar="FILE")
    listing = commands.add_parser("list", help="list the exercises that come with scnn")
    add_json(listing)


def run(arguments: argparse.Namespace) -> int:
    commands = {"check": run_check, "verify": run_verify, "link": run_link, "list": run_list}
    return commands[arguments.lab_command](arguments)


def run_check(arguments: argparse.Namespace) -> int:
    lab = lab_of(arguments.lab)
    title = lab.title.get_in(arguments.language)
    if arguments.answer is None:
        if arguments.json:
            print_event("lab", id=lab.id, digest=lab.digest, kind=lab.task.kind, title=title)
        else:
            print(f"{lab.id}: {title}\nkind: {lab.task.kind}\nSHA-256 of what is graded: {lab.digest}")
        return 0
    answer = answer_in(arguments.answer, lab)
    verdict = grade(lab, answer, arguments.language)
    if arguments.receipt:
        receipt = make_receipt(lab, answer, verdict, arguments.name, arguments.language)
        arguments.receipt.write_text(receipt, encoding="utf-8")
    remarks = [str(remark) for remark in verdict.remarks]
    if arguments.json:
        print_event("verdict", id=lab.id, solved=verdict.solved, remarks=remarks, sha256=verdict.sha256)
    else:
        print(f"{title}: {'solved' if verdict.solved else 'not solved'}", *remarks, sep="\n  ")
        print(f"SHA-256 of the results: {verdict.sha256}")
    return 0 if verdict.solved else 1


def run_verify(arguments: argparse.Namespace) -> int:
    labs = [lab_of(path) for path in arguments.lab]
    code = 0
    for path in expand_patterns(arguments.receipts):
        for result in verify(text_of(path, ReceiptError), labs):
            code = code if result.status == "verified" else 1
            report(path, result, arguments.json)
    return code


def run_link(arguments: argparse.Namespace) -> int:
    print(f"#/exercises?lab={pack_lab(lab_of(arguments.lab).source)}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    for name in EXERCISES:
        lab = bundled_lab(name)
        if arguments.json:
            print_event("lab", id=lab.id, digest=lab.digest, kind=lab.task.kind, title=lab.title.get_in("en"))
        else:
            print(f"{name:28} {lab.title.get_in('en')}")
    return 0


def report(path: Path, result: Verification, as_json: bool) -> None:
    """Prints a line for one receipt."""
    receipt = result.receipt
    known: dict[str, Any] = {}
    if receipt:
        known = {"id": receipt.id, "name": receipt.name, "solved": receipt.solved, "sha256": receipt.sha256}
    if as_json:
        print_event("receipt", file=str(path), status=result.status, reason=str(result.reason), **known)
        return
    who = f"{receipt.name or 'no name'}, {receipt.id}, " if receipt else ""
    solved = ("solved, " if receipt.solved else "not solved, ") if receipt else ""
    print(f"{path}: {who}{solved}{result.status}: {result.reason}")


def lab_of(name: str | Path) -> Lab:
    """A lab file, or an exercise of scnn."""
    path = Path(name)
    if not path.exists() and str(name) in EXERCISES:
        return bundled_lab(str(name))
    return read_lab(text_of(path, LabError))


def answer_in(path: Path, lab: Lab) -> Any:
    """A kernel's text as it is; the answer to any other exercise as JSON."""
    text = text_of(path, AnswerError)
    return text if lab.task.kind == "kernel" else parse_json(text, str(path), MAX_FILE, AnswerError)


def text_of(path: Path, error: type[Exception]) -> str:
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise error(f"{path} cannot be read: {wrong.strerror}") from None
    if len(data) > MAX_FILE:
        raise error(f"{path} has {len(data)} bytes; expected at most {MAX_FILE}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error(f"{path} is not a text in UTF-8") from None
