"""The place Code: its messages about kernels. Everything here runs without a page."""

import re
from time import perf_counter
from typing import Any

import pytest

from scnn import kernels as scnn_kernels
from scnn.compiler.explain.as_text import as_text
from scnn.engines.wasm import compiled
from scnn.page.differences import difference_of
from scnn.page.kernel_check import KernelCheck
from scnn.page.kernel_list import AROUND, kernels_of
from scnn.page.measuring import Measuring
from scnn.page.session import Session
from scnn.page.workshop import Workshop

PAPER = {"experiment": "paper"}
CONV = {**PAPER, "kernel": "conv2d_forward", "layer": "conv2d_1"}
SOFTSIGN = """def own_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] / (1.0 + abs(input[i]))
"""
OWN_LAYERS = [{"kind": "Conv2D", "filters": 2}, {"kind": "Own"}, {"kind": "Flatten"}, {"kind": "Dense", "units": 3}]


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(perf_counter, {"compiled": compiled})


def ask(session: Session, action: str, **message: Any) -> dict[str, Any]:
    answer = session.handle({"action": action, **message})
    assert "error" not in answer, answer
    return answer


def source(name: str) -> str:
    return as_text(getattr(scnn_kernels, name))


def test_every_kernel_of_the_training_is_listed_in_its_layer(session: Session) -> None:
    """Those of a layer with their parts; the others around the layers; `zero` is no kernel of anything."""
    groups = ask(session, "kernels", **PAPER)["groups"]
    assert groups[0]["layer"] == "conv2d_1"
    assert groups[-1]["layer"] == AROUND
    first = {kernel["name"]: kernel["part"] for kernel in groups[0]["kernels"]}
    assert first == {"pad2d_forward": "forward", "conv2d_forward": "forward", "conv2d_backward_weights": "backward"}
    named = {kernel["name"] for group in groups for kernel in group["kernels"]}
    assert {"softmax_forward", "cross_entropy_forward", "load_image", "tally", "sgd_update"} <= named
    assert "zero" not in named
    sizes = dict(groups[0]["kernels"][1]["sizes"])
    assert (sizes["channels"], sizes["kernel"], sizes["stride"]) == (1, 3, 1)


def test_a_derived_kernel_is_listed_as_what_it_is(session: Session) -> None:
    layers = [{"kind": "LeakyReLU"}, {"kind": "Flatten"}, {"kind": "Dense", "units": 3}]
    changed = {"layers": [{"kind": "Conv2D", "filters": 1}, *layers]}
    groups = ask(session, "kernels", **PAPER, **changed)["groups"]
    found = {kernel["name"]: kernel["derived"] for group in groups for kernel in group["kernels"]}
    assert found["leakyrelu_backward"] is True
    assert found["leakyrelu_forward"] is False
    text = ask(session, "kernel_text", kernel="leakyrelu_backward", layer="leakyrelu_1", **PAPER, **changed)
    assert "def leakyrelu_backward(" in text["source"]


@pytest.mark.parametrize("kernel", ["conv2d_forward", "cross_entropy_forward", "sgd_update"])
def test_a_kernels_text_is_what_compiles_unchanged(session: Session, kernel: str) -> None:
    """It is no edit, and its formula is that of its docstring."""
    text = ask(session, "kernel_text", kernel=kernel, **PAPER)
    assert text["formula"] in re.sub(r"\n    ", "\n", getattr(scnn_kernels, kernel).__doc__)
    answer = ask(session, "compile_kernel", **PAPER, kernel=kernel, source=text["source"])
    assert (answer["status"], answer["edited"], answer["difference"]) == ("compiled", False, [])
    assert answer["operations"]["executed"] > 0


def test_each_loop_has_a_remark_on_its_own_line(session: Session) -> None:
    text = source("conv2d_forward")
    answer = ask(session, "compile_kernel", **CONV, source=text)
    lines = text.split("\n")
    loops = [number for number, line in enumerate(lines, 1) if line.strip().startswith("for ")]
    assert [remark["line"] for remark in answer["remarks"]] == loops
    forms = {remark["form"] for remark in answer["remarks"]}
    assert {"lanes", "plain", "written out"} <= forms


def test_errors_name_their_ranges_in_the_text(session: Session) -> None:
    """All of them at once; the loops keep their remarks where the error is about one of them."""
    broken = (
        source("conv2d_forward").replace("total += padded", "totl += padded").replace("bias[filter]", "bias[fiter]")
    )
    answer = ask(session, "compile_kernel", **CONV, source=broken)
    assert answer["status"] == "refused"
    assert answer["edited"] is False
    lines = broken.split("\n")
    marked = []
    for error in answer["errors"]:
        label = error["labels"][0]
        marked.append(lines[label["line"] - 1][label["column"] : label["end_column"]])
    assert set(marked) == {"totl", "fiter"}
    prefix = source("relu_forward").replace("output[i] =", "output[i + 1] = output[i] +")
    answer = ask(session, "compile_kernel", **PAPER, kernel="relu_forward", source=prefix)
    assert answer["status"] == "refused"
    assert answer["remarks"][0]["advice"].startswith("lanes(…) is refused")


def test_the_difference_has_the_changed_lines_and_those_around() -> None:
    before = "a\nb\nc\nd\ne\nf\ng\nh\n"
    lines = difference_of(before, before.replace("e\n", "E\nF\n"))
    assert [(line["kind"], line["text"]) for line in lines] == [
        ("gap", ""),
        *(("equal", "c"), ("equal", "d"), ("removed", "e"), ("added", "E"), ("added", "F"), ("equal", "f")),
        *(("equal", "g"), ("gap", "")),
    ]
    assert (lines[3]["before"], lines[3]["after"]) == (5, None)
    assert difference_of(before, before) == []
    assert [line["kind"] for line in difference_of("", "x\ny\n")] == ["added", "added"]


def test_the_stages_map_lines_to_ir_and_instructions(session: Session) -> None:
    """Every listed line that comes from the source names one of its lines, and the product's has multiplications."""
    text = source("conv2d_forward")
    answer = ask(session, "kernel_stages", **CONV, source=text)
    lines = text.split("\n")
    product = next(number for number, line in enumerate(lines, 1) if "total +=" in line)
    for row in answer["lines"]:
        assert lines[row["line"] - 1].strip() == row["source"].strip()
    assert {line for _, line in answer["ir"] + answer["wasm"]} <= {0, *range(1, len(lines) + 1)}
    assert any("f32x4.mul" in words for words, line in answer["wasm"] if line == product)
    assert any("f32x4.mul" in words for words, line in answer["ir"] if line == product)
    row = next(row for row in answer["lines"] if row["line"] == product)
    assert row["instructions"] == sum(line == product for _, line in answer["wasm"])


def test_times_of_the_call_without_lanes_and_by_line(session: Session) -> None:
    """A convolution without lanes takes longer. (Of times, only their order can be tested.)"""
    plain = ask(session, "measure_kernel", **CONV, source=source("conv2d_forward"))
    assert plain["own"] is None
    edited = source("conv2d_forward").replace("= total\n", "= 2.0 * total\n")
    answer = ask(session, "measure_kernel", **CONV, source=edited, by_line=True)
    without = {one["word"]: one["nanoseconds"] for one in answer["without"]}
    assert without.keys() == {"lanes", "blocked", "unrolled"}
    assert answer["own"] > 0
    assert without["lanes"] > answer["nanoseconds"] > 0
    assert {line["line"] for line in answer["lines"]} <= set(range(1, 60))
    assert issubclass(Measuring, object)


def test_the_derived_backward_stands_beside_the_hand_written_one(session: Session) -> None:
    answer = ask(session, "derive_kernel", **CONV, source=source("conv2d_forward"))
    assert [one["name"] for one in answer["hand"]] == ["conv2d_backward_weights"]
    assert "d_weights[" in answer["derived"][0]["text"]
    assert answer["refused"] == ""
    backward = {**PAPER, "kernel": "conv2d_backward_weights"}
    assert ask(session, "derive_kernel", **backward, source=source("conv2d_backward_weights"))["refused"]
    overwritten = source("relu_forward").replace("output[i] =", "output[0] =").replace("lanes", "range")
    refused = ask(session, "derive_kernel", **PAPER, kernel="relu_forward", source=overwritten)
    assert refused["derived"] == []
    assert "output[0]" in refused["refused"]


def check(session: Session, **message: Any) -> tuple[list[dict[str, Any]], dict[str, str]]:
    started = ask(session, "check_kernels", **message)
    compared: list[dict[str, Any]] = []
    verdicts: dict[str, str] = {}
    while True:
        answer = ask(session, "advance_kernel_check", budget_ms=100)
        compared += answer["compared"]
        verdicts |= {one["name"]: one["verdict"] for one in answer["gradients"]}
        if answer["complete"]:
            assert answer["done"] == started["total"]
            return compared, verdicts


def test_a_check_compares_the_engines_and_the_gradients(session: Session) -> None:
    """An edit that doubles the outputs is the same on both engines, and its gradients are wrong until derived."""
    doubled = source("conv2d_forward").replace("= total\n", "= 2.0 * total\n")
    compared, verdicts = check(session, **PAPER, edits={"kernels": {"conv2d_forward": doubled}})
    assert [(one["layer"], one["same"]) for one in compared] == [("conv2d_1", True), ("conv2d_2", True)]
    assert verdicts["conv2d_1.weights"] == "failed"
    _, verdicts = check(session, **PAPER, edits={"kernels": {"conv2d_forward": doubled}, "derive": True})
    assert set(verdicts.values()) <= {"passed", "not checked"}


def test_a_kernel_that_stops_is_the_same_on_both_engines_if_its_error_is(session: Session) -> None:
    outside = source("relu_backward").replace("else 0.0", "else input[int(input[i] * 1000000.0)]")
    outside = outside.replace("> 0.0", "> 5.0").replace("lanes", "range")
    compared, _ = check_stopping(session, {"relu_backward": outside})
    assert compared[0]["same"] is True
    assert "KernelBoundsError" in compared[0]["stopped"]


def check_stopping(session: Session, kernels: dict[str, str]) -> tuple[list[dict[str, Any]], str]:
    """The comparisons, and the error that ends the gradient check."""
    ask(session, "check_kernels", **PAPER, edits={"kernels": kernels})
    compared: list[dict[str, Any]] = []
    while True:
        answer = session.handle({"action": "advance_kernel_check", "budget_ms": 0})
        if "error" in answer:
            return compared, answer["error"]["name"]
        compared += answer["compared"]


def test_training_with_an_edit_carries_it_and_offers_no_link(session: Session) -> None:
    """The run's description and record have it; a link would not."""
    doubled = source("conv2d_forward").replace("= total\n", "= 2.0 * total\n")
    edits = {"kernels": {"conv2d_forward": doubled}, "derive": True}
    message = {**PAPER, "epochs": 1, "edits": edits}
    assert ask(session, "start", **message)["edits"] == edits
    while not ask(session, "advance", budget_ms=1000)["finished"]:
        pass
    assert ask(session, "reproduces", **message)["reproduces"] is False
    assert ask(session, "record")["config"]["edits"] == edits
    data = session.model_file()
    refused = session.handle({"action": "open", "data": data})
    assert refused["error"]["name"] == "EditedKernelsError"
    assert refused["error"]["edits"] == edits
    (shown,) = ask(session, "differences", edits=refused["error"]["edits"])["differences"]
    assert [line["kind"] for line in shown["lines"]].count("added") == 1
    assert ask(session, "open", data=data, accept_edits=True)["edits"] == edits
    assert "edits" not in ask(session, "start", **PAPER)


def test_a_layer_of_ones_own_is_edited_like_any_other(session: Session) -> None:
    """Its signature may change; what cannot be a layer is refused without a range."""
    message = {**PAPER, "layers": OWN_LAYERS, "edits": {"kernels": {"own_forward": SOFTSIGN}}}
    groups = ask(session, "kernels", **message)["groups"]
    own = next(group for group in groups if group["layer"] == "own_1")
    assert [(one["name"], one["derived"]) for one in own["kernels"]] == [
        ("own_forward", False),
        ("own_backward", True),
    ]
    assert ask(session, "kernel_text", **message, kernel="own_forward")["source"].strip() == SOFTSIGN.strip()
    scaled = SOFTSIGN.replace("size: Size", "scale: Float32Buffer, channels: Size, height: Size, width: Size")
    scaled = scaled.replace("lanes(size)", "range(channels * height * width)").replace("abs(", "scale[0] * abs(")
    answer = ask(session, "compile_kernel", **message, kernel="own_forward", source=scaled)
    assert (answer["status"], answer["edited"]) == ("compiled", True)
    answer = ask(session, "compile_kernel", **message, kernel="own_forward", source=SOFTSIGN.replace("size", "count"))
    assert answer["status"] == "refused"
    assert "count: Size" in answer["errors"][0]["reason"]
    _, verdicts = check(session, **message)
    assert set(verdicts.values()) <= {"passed", "not checked"}


HOSTILE = {
    "an endless loop": "    for i in range(2000000000):\n        for j in range(9):\n            output[0] = 1.0\n",
    "code outside the language": "    __import__('os').system('true')\n",
    "a deep expression": f"    output[0] = {'(' * 300}1.0{')' * 300}\n",
    "a long one": f"    output[0] = {'+'.join(['1.0'] * 5000)}\n",
    "unrolled in unrolled": "".join(f"{'    ' * depth}for i{depth} in unrolled(16):\n" for depth in range(1, 9))
    + "    " * 9
    + "output[0] = 1.0\n",
    "blocks of a million": "    for i in blocked(1000000, 1000000):\n        output[i] = 1.0\n",
    "outside every buffer": "    output[100000000] = 1.0\n",
    "markup": "    <script>alert(1)</script>\n",
    "an invisible character": "    output[0] = 1.0  # \u202e\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_end_in_a_named_error_soon(session: Session, kind: str) -> None:
    """Refused when they are compiled, or when a training starts; the session answers afterwards."""
    head = "def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:\n"
    text = head + HOSTILE[kind]
    began = perf_counter()
    answer = session.handle({"action": "compile_kernel", **PAPER, "kernel": "relu_forward", "source": text})
    edits = {"kernels": {"relu_forward": text}}
    started = session.handle({"action": "start", **PAPER, "edits": edits})
    if "error" not in started:
        started = session.handle({"action": "advance", "budget_ms": 50})
    assert perf_counter() - began < 20
    assert started["error"]["name"] in ("KernelError", "KernelBoundsError")
    if kind != "outside every buffer":  # which is an error of the run
        assert answer["status"] == "refused"
        assert answer["errors"]
    assert "error" not in session.handle({"action": "status"})


@pytest.mark.parametrize(
    "message", [{"source": 7}, {"source": None}, {"kernel": "exp"}, {"kernel": ["x"]}, {"edits": 3}]
)
def test_messages_that_make_no_sense_are_refused_by_name(session: Session, message: dict[str, Any]) -> None:
    answer = session.handle({"action": "compile_kernel", **CONV, "source": source("conv2d_forward"), **message})
    assert answer["error"]["name"] == "ConfigError"
    assert {Workshop, KernelCheck, kernels_of}  # what the messages go to


def test_a_coarse_clock_measures_too() -> None:
    """Firefox's steps by a millisecond; a call takes less, and not zero."""
    session = Session(lambda: round(perf_counter(), 3), {"compiled": compiled})
    answer = ask(session, "measure_kernel", **CONV, source=source("conv2d_forward"), by_line=True)
    assert 0 < answer["nanoseconds"] < 1_000_000
    assert all(one["nanoseconds"] > 0 for one in answer["without"])
