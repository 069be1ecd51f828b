"""Lab files that are refused, each by the name of its field."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scnn.errors import LabError
from scnn.labs.lab import grade, read_lab
from tests.labs.files import NUMBERS, bundled, without


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> str:
    data = bundled(name)
    change(data)
    return json.dumps(data)


def set_in(part: dict[str, Any], **values: Any) -> None:
    part.update(values)


REFUSED: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "not JSON: line 1, column 2"),
    "a list": ("[]", "a lab must be an object"),
    "too long": (" " * 200_000, "200000 characters; expected at most 131072"),
    "deeply nested": ("[" * 100_000, "nested too deeply"),
    "deeply nested objects": ('{"a":' * 40 + "1" + "}" * 40, "at most 30 brackets inside one another"),
    "brackets in a string": (json.dumps({**NUMBERS, "id": "[" * 50}), "id must be lower-case words"),
    "an open string": ('{"lab": "' + "\\\\" * 1000, "not JSON"),
    "an enormous integer": ('{"lab": ' + "9" * 5000 + "}", "too many digits"),
    "infinity": ('{"lab": 1e999}', "the number 1e999"),
    "NaN": ('{"lab": NaN}', "the number NaN"),
    "a field twice": ('{"lab": 1, "lab": 1}', "the field 'lab' twice"),
    "another version": (json.dumps({**NUMBERS, "lab": 2}), "lab must be the version of the format, 1, got 2"),
    "no id": (json.dumps(without(NUMBERS, "id")), "id is missing"),
    "an id with a path": (json.dumps({**NUMBERS, "id": "../../etc"}), "id must be lower-case words"),
    "no title": (json.dumps(without(NUMBERS, "title")), "title is missing"),
    "a title that is a number": (json.dumps({**NUMBERS, "title": 5}), "title must be a text, or an object"),
    "an empty text": (json.dumps({**NUMBERS, "text": " "}), r"text\.en must be a text of 1 to 4000"),
    "an endless text": (json.dumps({**NUMBERS, "text": "x" * 5000}), "text of 1 to 4000"),
    "an unknown language": (json.dumps({**NUMBERS, "text": {"xx": "a"}}), "a text in 'xx'; expected one of: en, de"),
    "an invisible character": (json.dumps({**NUMBERS, "text": "a\u202eb"}), r"the invisible character U\+202E"),
    "hints that are a text": (json.dumps({**NUMBERS, "hints": "a"}), "hints must be a list"),
    "an unknown field": (
        json.dumps({**NUMBERS, "script": "alert(1)"}),
        "script is not known here; expected one of: lab",
    ),
    "an unknown kind": (
        json.dumps({**NUMBERS, "answer": {"kind": "essay"}}),
        "answer.kind must be one of: numbers, element, signs, filter, kernel, training, got 'essay'",
    ),
    "no checks": (json.dumps({**NUMBERS, "checks": []}), "checks must be a list of 1 to 8"),
    "a check of another kind": (
        json.dumps({**NUMBERS, "checks": [{"kind": "winner"}]}),
        r"checks\[0\].kind must be one of: output_size, weights, convolution, got 'winner'",
    ),
    "a check of an unknown field": (
        json.dumps({**NUMBERS, "checks": [{**NUMBERS["checks"][0], "field": "columns"}]}),
        r"checks\[0\].field must be one of: rows",
    ),
    "a layer that is none": (
        json.dumps({**NUMBERS, "checks": [{**NUMBERS["checks"][0], "layer": {"kind": "os.system"}}]}),
        r"checks\[0\].layer: unknown kind 'os.system'",
    ),
    "a layer that does not fit": (
        json.dumps(
            {**NUMBERS, "checks": [{**NUMBERS["checks"][0], "input": [1, 1, 1], "layer": {"kind": "MaxPool2D"}}]}
        ),
        r"checks\[0\].layer cannot take this input",
    ),
    "an enormous input": (
        json.dumps({**NUMBERS, "checks": [{**NUMBERS["checks"][0], "input": [1, 10**9, 1]}]}),
        r"three integers from 1 to 512, got 1000000000",
    ),
    "an enormous picture": (
        changed("pixel-that-won", lambda lab: set_in(lab["answer"], image=[[1] * 5000])),
        r"answer.image\[0\] must be a row of 1 to 12 numbers",
    ),
    "a picture of texts": (
        changed("pixel-that-won", lambda lab: set_in(lab["answer"], image=[["1"] * 6] * 6)),
        r"answer.image\[0\] must be a number",
    ),
    "an output that is outside": (
        changed("pixel-that-won", lambda lab: set_in(lab["checks"][0], output=[2, 0])),
        r"checks\[0\].output must be inside the output, which has 2 rows",
    ),
    "a digit that is not there": (
        changed("gradient-signs", lambda lab: set_in(lab["answer"], digit=1000)),
        "answer.digit must be an integer from 0 to 999",
    ),
    "an unknown tensor": (
        changed("gradient-signs", lambda lab: set_in(lab["answer"]["weights"][0], tensor="x")),
        r"answer.weights\[0\].tensor must be one of: conv2d_1.weights",
    ),
    "an element outside its tensor": (
        changed("gradient-signs", lambda lab: set_in(lab["answer"]["weights"][0], element=[9, 0, 0, 0])),
        r"element must be inside the tensor, whose shape is \[2, 1, 5, 5\]",
    ),
    "an enormous network": (
        changed(
            "gradient-signs",
            lambda lab: set_in(
                lab["answer"]["network"],
                layers=[{"kind": "Flatten"}, {"kind": "Dense", "units": 900}, {"kind": "Dense", "units": 10}],
            ),
        ),
        "a network of at most 50000 weights",
    ),
    "an unknown pattern": (
        changed("vertical-edges", lambda lab: set_in(lab["checks"][0], to=["smile"])),
        r"checks\[0\].to must be names of patterns",
    ),
    "a kernel that is no kernel": (
        changed("momentum", lambda lab: set_in(lab["checks"][0], reference="import os\n")),
        r"checks\[0\].reference: (.|\n)*this statement is not allowed in a text of kernels",
    ),
    "an unknown reference": (
        changed("momentum", lambda lab: set_in(lab["checks"][0], reference="eval")),
        r"checks\[0\].reference: there is no kernel 'eval'",
    ),
    "a buffer too few": (
        changed("momentum", lambda lab: lab["checks"][0]["buffers"].pop("velocity")),
        r"checks\[0\].buffers must be an entry for each of the reference's buffers: parameters, velocity",
    ),
    "an enormous buffer": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["cases"][0], size=100_000)),
        r"buffers.output has the shape \[100000\] in case 0; expected 1 to 20000 numbers",
    ),
    "an enormous product": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["buffers"]["input"], shape=["size*999999*999999"])),
        "is .*; expected at most 1000000",
    ),
    "a power": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["buffers"]["input"], shape=["9**9**9"])),
        r"shape must be an expression of sizes",
    ),
    "a call in an expression": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["buffers"]["input"], shape=["exit()"])),
        r"shape must be an expression of sizes",
    ),
    "an unknown size": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["buffers"]["input"], shape=["width"])),
        "'width' is not a size; expected one of: slope, size",
    ),
    "division by zero": (
        changed("leaky-relu", lambda lab: set_in(lab["checks"][0]["buffers"]["input"], shape=["1 // (size - size)"])),
        "divides by zero",
    ),
    "a forward kernel of several inputs": (
        changed("sigmoid-backward", lambda lab: set_in(lab["checks"][0], forward="dense_forward")),
        r"forward must be a kernel whose buffers are input and output",
    ),
    "a setting that is not open": (
        changed("learning-rate-that-diverges", lambda lab: set_in(lab["checks"][1], setting="epochs")),
        r"checks\[1\].setting must be one of: learning_rate",
    ),
    "nothing is open": (
        changed("learning-rate-that-diverges", lambda lab: set_in(lab["answer"], open={})),
        "answer.open must name at least one of",
    ),
    "an endless training": (
        changed("learning-rate-that-diverges", lambda lab: set_in(lab["answer"]["base"], epochs=100_000)),
        "images in all epochs; expected at most 250000 in an exercise",
    ),
    "an explanation without changes": (
        changed("rising-test-loss", lambda lab: lab["answer"].pop("changes")),
        "needs changes to choose from",
    ),
    "a change that does not train": (
        changed("rising-test-loss", lambda lab: set_in(lab["answer"]["changes"][0], settings={"epochs": -1})),
        r"answer.changes\[0\].settings: epochs must be an integer from 1",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_invalid_file_is_a_lab_error(case: str) -> None:
    """The message names the field, what it must be, and what it is."""
    text, said = REFUSED[case]
    with pytest.raises(LabError, match=said):
        read_lab(text)


def test_every_field_of_every_exercise_is_checked() -> None:
    """With any other value in place of a field, reading raises LabError or gives a lab that can be shown."""
    junk: list[Any] = [None, -1, 1e300, "x", [], {}, [[]], True, "../x", [10**9] * 3, {"kind": "x"}]
    tried = 0

    def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(one for key, part in parts for one in paths(part, (*path, key)) if "en" not in one)]

    for name in ("one-number", "pixel-that-won", "gradient-signs", "vertical-edges", "momentum", "sigmoid-backward"):
        data = bundled(name)
        for path in paths(without(without(data, "text"), "hints"))[1:]:
            copy = json.loads(json.dumps(data))
            part = copy
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = junk[tried % len(junk)]
            tried += 1
            try:
                read_lab(json.dumps(copy)).task.describe("en")
            except LabError as error:
                assert len(str(error)) < 2000
    assert tried > 200


def test_a_reference_that_does_not_run_is_the_labs_mistake() -> None:
    """It is not the pupil's: grading raises LabError."""
    loop = (
        "def f(output: Float32Buffer, size: Size) -> None:\n    for i in range(size):\n        output[i + 1] = 1.0\n"
    )
    lab = {
        **NUMBERS,
        "answer": {"kind": "kernel", "kernel": "f", "start": loop},
        "checks": [
            {"kind": "equals", "reference": loop, "buffers": {"output": {"shape": ["size"]}}, "cases": [{"size": 3}]}
        ],
    }
    answer = loop.replace("i + 1", "i")
    with pytest.raises(LabError, match="the reference of this exercise does not run with size = 3"):
        grade(read_lab(json.dumps(lab)), answer)
    endless = loop.replace("range(size)", "range(2000000000)")
    lab["checks"][0]["reference"] = endless
    with pytest.raises(LabError, match="steps allowed"):
        grade(read_lab(json.dumps(lab)), answer)
