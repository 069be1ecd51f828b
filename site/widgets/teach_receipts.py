"""Checks the receipts of a class: the worker runs every answer again, and a table says what it found."""

from pyscript import window
from widgets.dom import by_id, element, listen, replace
from widgets.downloads import save_text
from widgets.texts import TEXTS, error_text, text
from widgets.worker import WorkerFailed

BUDGET = 200  # milliseconds of each message, so that the page stays responsive
COLUMNS = ("name", "exercise", "verdict", "why", "sha256")


class Receipts:
    def __init__(self, page):
        self.page = page
        self.turn = 0  # counts the checks, so that an older one ends
        self.rows = []
        listen(by_id("check-receipts"), "click", self.check)
        listen(by_id("save-receipts"), "click", self.save)

    def enable(self):
        by_id("check-receipts").disabled = False

    def say(self, message):
        by_id("receipts-message").textContent = message

    async def check(self, event):
        """Reads the text and the files, and asks until every receipt has its verdict."""
        self.turn += 1
        mine, language = self.turn, window.scnnLanguage.language
        self.show([])
        self.say(text("teach.checking"))
        texts, labs = [by_id("receipts").value] + await texts_of("receipt-files"), await texts_of("receipt-labs")
        message = {"text": "\n".join(texts), "labs": labs, "language": language}
        try:
            answer = await self.page.worker.request("verify_receipts", **message)
            while mine == self.turn and "error" not in answer:
                self.show(answer["receipts"])
                if answer["done"]:
                    break
                answer = await self.page.worker.request("verify_more", budget_ms=BUDGET, language=language)
        except WorkerFailed as error:
            self.say("")
            self.page.fail(*error.args)
            return
        if mine == self.turn and "error" in answer:
            self.say(error_text(answer["error"]))
        elif mine == self.turn:
            good = [one for one in answer["receipts"] if one["status"] == "verified" and one["solved"]]
            self.say(text("teach.checked", count=len(answer["receipts"]), good=len(good)))

    def show(self, receipts):
        """A row for each receipt."""
        self.rows = [row_of(one) for one in receipts]
        lines = []
        for one, cells in zip(receipts, self.rows):
            line = element("tr")
            line.append(element("th", cells["name"], scope="row"))
            line.append(element("td", cells["exercise"]))
            verdict = element("td")
            verdict.append(element("strong", cells["verdict"], class_=f"verdict {class_of(one)}"))
            line.append(verdict)
            line.append(element("td", cells["why"]))
            code = element("td")
            code.append(element("code", cells["sha256"][:12], title=cells["sha256"]))
            line.append(code)
            lines.append(line)
        replace(by_id("receipts-table").tBodies[0], lines)
        by_id("receipts-table").hidden = not lines
        by_id("save-receipts").disabled = not lines

    def save(self, event):
        """The table as a file, for a spreadsheet."""
        lines = [",".join(COLUMNS)]
        for row in self.rows:
            lines.append(",".join([quoted(row[name]) for name in COLUMNS]))
        save_text("\n".join(lines) + "\n", "text/csv", "scnn-receipts.csv")


async def texts_of(chooser):
    """The texts of the files that are chosen."""
    files, texts = by_id(chooser).files, []
    for index in range(files.length):
        texts.append(await files.item(index).text())
    return texts


def row_of(one):
    """What a row says of a receipt, by columns."""
    return {
        "name": one.get("name") or text("teach.no_name"),
        "exercise": one["title"] or one.get("id", ""),
        "verdict": text(f"teach.verdict_{class_of(one)}"),
        "why": reason_text(one["reason"]) if one.get("reason") else "",
        "sha256": one.get("sha256") or "",
    }


def class_of(one):
    """The verdict in a word: waiting, solved, unsolved (it is honest), refused, unknown or damaged."""
    if one["status"] == "verified":
        return "solved" if one["solved"] else "unsolved"
    return one["status"].split(" ")[0]


def reason_text(reason):
    """A remark of the grading, in the page's language if the catalogue has it."""
    key = f"exercises.remark_{reason['key']}"
    return text(key, **reason["values"]) if key in TEXTS else error_text({"message": reason["text"]})


def quoted(value):
    """A cell of a CSV file; a quote before what a spreadsheet would take as a formula, such as =1."""
    if value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        value = "'" + value
    return '"' + value.replace('"', '""') + '"'
