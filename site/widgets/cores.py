"""How many workers train: the choice, and how many of them do. The result does not depend on it, so the address does
not say it."""

from pyscript import window
from widgets.browser import found
from widgets.dom import by_id, element
from widgets.texts import text

MOST = 8  # shards of a batch: see scnn/shards.py


def offer_workers():
    """Offers 1 to as many workers as this computer has cores, which is the default."""
    cores = min(found(window.navigator, "hardwareConcurrency") or 1, MOST)
    for count in range(2, cores + 1):
        by_id("workers").append(element("option", str(count), value=count))
    by_id("workers").value = str(cores)


def chosen_workers():
    return int(by_id("workers").value)


def show_workers(now):
    """Shows how many train, and why it is only one if workers failed."""
    key = "workers.alone" if now["why"] else "workers.one" if now["count"] == 1 else "workers.many"
    message = text(key, count=now["count"], why=now["why"])
    if by_id("workers-now").textContent != message:
        by_id("workers-now").textContent = message
