"""`scnn paper`: its table, its processes and its seeds."""

import json
import re
import signal
import subprocess
import sys
from typing import Any

from tests.cli.command import in_a_terminal, lines_of, scnn


def test_the_papers_table() -> None:
    """JSON has each run, then mean, standard deviation, worst and best; the table shows the paper's figures too."""
    *runs, summary = lines_of(scnn("paper", "--seeds", 3, "--json"))
    assert [run["seed"] for run in runs] == [1, 2, 3]
    accuracy = summary["figures"]["accuracy"]
    assert accuracy["worst"] <= accuracy["mean"] <= accuracy["best"] and accuracy["mean"] > 0.85
    assert summary["paper"]["accuracy"] == 0.70 and summary["paper"]["per_class"][2]["recall"] == 0.80
    assert 0.7 < summary["figures"]["per_class"][2]["recall"]["mean"] <= 1.0
    words = scnn("paper", "--seeds", 2).stdout
    assert "weighted precision      0.73" in words and "class 2: recall         0.80" in words


def test_the_papers_seeds_are_counted_and_those_that_ended_are_not_lost() -> None:
    """A terminal gets a progress bar; after Ctrl-C the table has the seeds that were completed."""
    code, seen = in_a_terminal("paper", "--seeds", 3)
    assert code == 0 and "seeds 1 to 3" in seen and re.search(r"seeds .*\d+%", seen), seen
    words = [sys.executable, "-m", "scnn", "paper", "--seeds", "1000", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout and json.loads(process.stdout.readline())["seed"] == 1
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0].splitlines()
    summary = json.loads(rest[-1])
    assert process.returncode == 130 and summary["event"] == "summary" and summary["seeds"] == len(rest)


def test_jobs_give_the_same_runs() -> None:
    """The number of processes affects only the time."""
    alone, spread = (lines_of(scnn("paper", "--seeds", 3, "--jobs", jobs, "--json"))[:-1] for jobs in (1, 2))
    assert [without_time(run) for run in alone] == [without_time(run) for run in spread]


def without_time(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "seconds"}
