"""The bundled exercises: a right answer solves each, and wrong ones that look right are refused with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.errors import AnswerError
from scnn.labs import EXERCISES, bundled_lab, grade
from scnn.labs.fields import LANGUAGES
from scnn.labs.remarks import REMARKS, Remark
from tests.labs.answers import RIGHT, WRONG

SOLUTIONS = [(name, why) for name, answers in RIGHT.items() for why in answers]
MISTAKES = [(name, why) for name, answers in WRONG.items() for why in answers]
FOLDER = Path(__file__).parents[2] / "scnn" / "labs" / "exercises"


def test_every_exercise_has_its_answers() -> None:
    """At least one that solves it and three that do not; kernels also have one that is merely different."""
    assert list(RIGHT) == list(WRONG) == list(EXERCISES)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(EXERCISES)
    assert len(EXERCISES) >= 12
    for name in EXERCISES:
        assert len(WRONG[name]) >= 3, name
        assert len(RIGHT[name]) >= (2 if bundled_lab(name).task.kind == "kernel" else 1), name


@pytest.mark.parametrize(("name", "why"), SOLUTIONS)
def test_a_right_answer_solves_it(name: str, why: str) -> None:
    """Graded again, it has the same SHA-256."""
    lab = bundled_lab(name)
    verdict = grade(lab, RIGHT[name][why])
    assert verdict.solved, [str(remark) for remark in verdict.remarks]
    assert len(verdict.sha256) == 64 and verdict.remarks
    if lab.task.kind != "training":
        assert grade(lab, RIGHT[name][why]).sha256 == verdict.sha256


@pytest.mark.parametrize(("name", "why"), MISTAKES)
def test_a_wrong_answer_is_refused(name: str, why: str) -> None:
    """The remark says where it is wrong."""
    answer, said = WRONG[name][why]
    verdict = grade(bundled_lab(name), answer)
    assert not verdict.solved
    assert said in "\n".join(map(str, verdict.remarks))


@pytest.mark.parametrize("name", EXERCISES)
def test_texts_are_in_all_languages(name: str) -> None:
    """Title, text, hints, labels and remarks of mistakes."""

    def check(value: Any) -> int:
        if isinstance(value, dict) and "en" in value:
            assert list(value) == list(LANGUAGES), value["en"]
            assert all(text.count("`") % 2 == 0 for text in value.values()), value["en"]
            return 1
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sum(map(check, parts))

    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert check(data) >= 4
    assert 2 <= len(data["hints"]) <= 3
    assert len({bundled_lab(name).title.get_in(language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("name", ["leaky-relu", "max-pooling-backward", "repair-convolution"])
def test_a_kernels_sha256_is_that_of_the_exact_interpreter(name: str) -> None:
    """A machine without WebAssembly grades as every other."""
    answer = next(iter(RIGHT[name].values()))
    exact = grade(bundled_lab(name), answer, make_engine=lambda plan: Interpreter(plan, exact=True))
    assert exact == grade(bundled_lab(name), answer)


UNGRADABLE: dict[str, tuple[str, Any]] = {
    "numbers: none": ("output-size", {}),
    "numbers: a text": ("output-size", {"one": "26", "two": 13, "padded": 14}),
    "numbers: not finite": ("output-size", {"one": float("nan"), "two": 13, "padded": 14}),
    "numbers: a bool": ("one-number", {"value": True}),
    "element: outside": ("pixel-that-won", [6, 0]),
    "element: not a pixel": ("pixel-that-won", "2,1"),
    "signs: too few": ("gradient-signs", ["positive"]),
    "signs: unknown": ("gradient-signs", ["up", "up", "up", "up"]),
    "filter: too large": ("vertical-edges", [[0.0] * 5] * 5),
    "filter: ragged": ("vertical-edges", [[1, 2, 3], [1, 2], [1, 2, 3]]),
    "filter: infinite": ("vertical-edges", [[float("inf")] * 3] * 3),
    "kernel: no text": ("leaky-relu", 5),
    "kernel: endless": ("leaky-relu", "x" * 20_001),
    "training: below the range": ("learning-rate-that-diverges", {"learning_rate": 0}),
    "training: more than is open": ("learning-rate-that-diverges", {"learning_rate": 1, "epochs": 50}),
    "training: a layer that is not offered": ("few-weights", {"epochs": 1, "layers": [{"kind": "Tanh"}]}),
    "training: layers that do not fit": ("few-weights", {"epochs": 1, "layers": [{"kind": "Dense", "units": 10}]}),
    "training: an enormous layer": (
        "few-weights",
        {
            "epochs": 1,
            "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 1000}, {"kind": "Dense", "units": 10}],
        },
    ),
    "training: enormous padding": (
        "few-weights",
        {"epochs": 1, "layers": [{"kind": "Conv2D", "filters": 1, "padding": 9999}, {"kind": "Flatten"}]},
    ),
}


@pytest.mark.parametrize("case", UNGRADABLE)
def test_what_cannot_be_graded_is_an_answer_error(case: str) -> None:
    name, answer = UNGRADABLE[case]
    with pytest.raises(AnswerError, match=r"expected|must be|at most|cannot follow"):
        grade(bundled_lab(name), answer)


HOSTILE = {
    "an endless loop": (
        "for i in range(size):\n        for j in range(2000000000):\n            output[i] = 1.0",
        "steps",
    ),
    "outside of a buffer": ("for i in range(size):\n        output[i + 1000000] = 1.0", "outside output"),
    "a while loop": ("while True:\n        output[0] = 1.0", "refuses"),
    "an import": ("import os", "refuses"),
    "an attribute": ("output[0] = input.__class__", "refuses"),
    "a call of eval": ('output[0] = eval("1")', "refuses"),
    "recursion": ("leakyrelu(output, input, slope, size)", "refuses"),
    "no body": ("pass", "refuses"),
    "division by zero": ("output[0] = float(size // (size - size))", "zero"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_kernels_end_in_a_remark(case: str) -> None:
    body, said = HOSTILE[case]
    head = "def leakyrelu(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:\n    "
    verdict = grade(bundled_lab("leaky-relu"), f"{head}{body}\n")
    assert not verdict.solved and said in str(verdict.remarks[0])


def test_other_texts_than_a_kernel() -> None:
    """No kernel, the wrong one of two, or one with other parameters: the remark says what is expected."""
    lab = bundled_lab("leaky-relu")
    two = "def a(output: Float32Buffer) -> None:\n    output[0] = 1.0\n\n\n"
    cases = {
        "": "no kernel leakyrelu; it has none",
        "SLOPE = 0.1\n": "no kernel leakyrelu; it has none",
        two + two.replace("def a", "def b"): "no kernel leakyrelu; it has a, b",
        two: "must be: output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size",
        "def leakyrelu(": "refuses",
    }
    for text, said in cases.items():
        assert said in str(grade(lab, text).remarks[0]), text


def test_a_training_has_its_curve() -> None:
    """Training loss, test loss and test accuracy of each epoch."""
    verdict = grade(bundled_lab("learning-rate-that-diverges"), {"learning_rate": 0.01})
    assert len(verdict.curve) == 5
    assert verdict.curve[-1][1] < verdict.curve[0][1]


def test_attempts_are_the_engines() -> None:
    """A nudge changes the loss as the gradient says; a filter has its map."""
    from scnn.engines.wasm import compiled

    signs = bundled_lab("gradient-signs").task
    tried = signs.attempt({"trial": {"weight": 1, "change": 0.001}}, compiled)
    assert (tried["changed"] - tried["loss"]) / 0.001 == pytest.approx(-0.9955, rel=1e-2)
    assert signs.attempt({"trial": {"weight": 2, "change": 1}}, compiled)["changed"] == tried["loss"]
    with pytest.raises(AnswerError, match=r"trial\.weight must be an integer from 0 to 3"):
        signs.attempt({"trial": {"weight": 4, "change": 0}}, compiled)
    shown = bundled_lab("vertical-edges").task.attempt({"trial": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]}, compiled)
    assert shown["map"].startswith("data:image/png") and shown["largest"] == "1"


def test_every_remark_has_its_words() -> None:
    """Remarks name their values; none is for a key that no check uses."""
    folder = FOLDER.parent
    used = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "remarks.py")
    for key in REMARKS:
        kind = key.partition("_")[0]
        assert f'"{key}"' in used or f'f"{kind}_{{' in used, key
    assert str(Remark("training_light", {"weights": 5})) == "The network has 5 weights."
