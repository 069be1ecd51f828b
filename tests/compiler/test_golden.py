"""The compilation of each of scnn's kernels at small sizes, stored in golden/: reviews show what a change does.

`python build.py test --no-browser -- tests/compiler/test_golden.py --bless` rewrites the files; read their
difference before it is committed. Line numbers are left out, so that a docstring does not change them.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from scnn import kernels
from scnn.compiler.analysis.walk import all_called
from scnn.compiler.explain.remarks import remarks_of, text_of_remarks
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import call_with_sizes
from scnn.compiler.frontend import parse

GOLDEN = Path(__file__).parent / "golden"

# 13 columns: a group of 12 in lanes, and one that is left; 5 filters: a block of 4, and one that is left.
CONVOLUTION = {"channels": 2, "height": 4, "width": 14, "filters": 5, "kernel": 2, "stride": 1}
CONVOLUTION |= {"out_height": 3, "out_width": 13}
# 6 columns: a block of 5, and one that is left; 13 filters: 8 in lanes, 4, and one; 2 · 3 channels of a window's row.
CHANNEL_LAST = {"channels": 3, "width": 7, "filters": 13, "kernel": 2, "stride": 1}
CHANNEL_LAST |= {"out_height": 2, "out_width": 6}
POOLING = {"channels": 1, "height": 4, "width": 10, "size": 2, "stride": 2, "out_height": 2, "out_width": 5}
GROUPED = {**CONVOLUTION, "groups": 2, "height": 6, "width": 16, "dilation": 2}
GROUPED |= {"out_height": 4, "out_width": 14}
CHANNELS = {"channels": 2, "area": 6}
PADDING = {"channels": 2, "height": 3, "width": 5, "padding": 1}

# Sizes; and lengths of buffers whose indices come from other buffers.
SIZES: dict[str, Mapping[str, float]] = {
    "adam_update": {"size": 6, "settings": 80},
    "add_channel_squares": CHANNELS,
    "add_channel_sums": CHANNELS,
    "add_forward": {"size": 6},
    "add_gradient": {"size": 6},
    "add_gradient_sums": CHANNELS,
    "add_statistics": CHANNELS,
    "add_sums": {"size": 6, "sums": 24},
    "average_weights": {"size": 6, "shares": 10},
    "averagepool2d_forward": POOLING,
    "averagepool2d_padded_forward": {**POOLING, "padding": 1, "counted": 0},
    "batch_norm_forward": {**CHANNELS, "epsilon": 0.5},
    "begin_step": {"size": 6, "settings": 80},
    "batch_norm_gradient": {**CHANNELS, "epsilon": 0.5},
    "change_colours": {"channels": 3, "size": 6},
    "clip_gradients": {"size": 6},
    "concatenate_forward": {"first": 3, "size": 6},
    "conv2d_backward_input": CONVOLUTION,
    "conv2d_backward_weights": CONVOLUTION,
    "conv2d_channel_last_backward_input": CHANNEL_LAST,
    "conv2d_channel_last_backward_weights": CHANNEL_LAST,
    "conv2d_channel_last_forward": CHANNEL_LAST,
    "conv2d_few_channels_backward_weights": CHANNEL_LAST,
    "conv2d_forward": CONVOLUTION,
    "conv2d_grouped_backward_input": GROUPED,
    "conv2d_grouped_backward_weights": GROUPED,
    "conv2d_grouped_forward": GROUPED,
    "conv2d_winograd_forward": {"channels": 4, "width": 12, "filters": 12, "out_height": 4, "out_width": 10},
    "cross_entropy_forward": {"probabilities": 10},
    "decay_weights": {"size": 6, "settings": 80},
    "dense_backward_input": {"inputs": 6, "outputs": 5},
    "dense_backward_weights": {"inputs": 6, "outputs": 5},
    "dense_forward": {"inputs": 6, "outputs": 5},
    "distort_image": {"channels": 1, "height": 4, "width": 4, "nodes": 3, "pixels": 64, "distortion": 24},
    "descend": {"size": 6},
    "divide_by_count": CHANNELS,
    "draw_distortion": {"nodes": 3, "distortion": 24},
    "dropout_backward": {"size": 6},
    "dropout_forward": {"threshold": 2**30, "size": 6},
    "end_step": {"size": 6},
    "fill_channels": CHANNELS,
    "flip_distortion": {"distortion": 24},
    "gelu_backward": {"size": 6},
    "gelu_forward": {"size": 6},
    "globalaveragepool_forward": {"channels": 2, "area": 6},
    "join_sum": {"size": 6, "sums": 24},
    "record_outcome": {"classes": 3, "outcomes": 20, "probabilities": 3},
    "keep_integers": {"size": 6, "kept": 24},
    "keep_numbers": {"size": 6, "kept": 24},
    "keep_sum": {"size": 6, "sums": 24},
    "leakyrelu_forward": {"size": 6},
    "lion_update": {"size": 6, "settings": 80},
    "load_image": {"size": 6, "pixels": 60},
    "load_label": {"labels": 10},
    "maxpool2d_backward": {"size": 6, "d_input": 24},
    "maxpool2d_forward": POOLING,
    "mean_squared_error_backward": {"classes": 3},
    "mean_squared_error_forward": {"classes": 3},
    "maxpool2d_padded_forward": {**POOLING, "padding": 1},
    "muon_direction": {"momentum": 0.5, "size": 6},
    "orthogonalise": {"rows": 3, "columns": 5, "scale": 1.5},
    "momentum_update": {"nesterov": 1, "size": 6, "settings": 80},
    "normalise_channels": {**CHANNELS, "epsilon": 0.5},
    "normalise_forward": {"epsilon": 0.5, "groups": 2, "size": 6},
    "pad2d_backward": PADDING,
    "pad2d_channel_last_backward": PADDING,
    "pad2d_channel_last_forward": PADDING,
    "pad2d_forward": PADDING,
    "prelu_forward": CHANNELS,
    "relu_backward": {"size": 6},
    "relu_forward": {"size": 6},
    "scale_channels_forward": CHANNELS,
    "scale_elements_forward": {"size": 6},
    "seed_sample": {"counter": 2},
    "sgd_update": {"size": 6, "settings": 80},
    "sigmoid_forward": {"size": 6},
    "silu_forward": {"size": 6},
    "smoothed_cross_entropy_backward": {"classes": 3, "d_logits": 3},
    "smoothed_cross_entropy_forward": {"classes": 3, "logits": 3},
    "softmax_cross_entropy_backward": {"classes": 3, "d_logits": 3},
    "softmax_forward": {"classes": 3},
    "squared_hinge_backward": {"classes": 3},
    "squared_hinge_forward": {"classes": 3},
    "standardise_forward": {"mean": 0.5, "deviation": 0.25, "channel": 1, "area": 6},
    "sum_channels": CHANNELS,
    "swap_weights": {"size": 6},
    "take_integers": {"size": 6, "kept": 24},
    "take_numbers": {"size": 6, "kept": 24},
    "tally": {"classes": 3, "confusion": 9, "outcomes": 20, "labels": 10},
    "tanh_forward": {"size": 6},
    "transpose": {"blocks": 2, "rows": 3, "columns": 5},
    "update_statistics": {"channels": 2, "momentum": 0.5},
    "winograd_weights": {"channels": 2, "filters": 5},
    "zero": {"size": 6},
}


@pytest.mark.parametrize("kernel", SIZES)
def test_what_a_kernel_becomes(kernel: str, bless: bool) -> None:
    """The remarks, the expanded IR, the optimised IR and the WebAssembly equal those of the golden file."""
    file = GOLDEN / f"{kernel}.txt"
    shown = golden_text(kernel)
    if bless:
        file.write_text(shown, encoding="utf-8")
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    changed = "\n".join(difflib.unified_diff(before.splitlines(), shown.splitlines(), "golden", "now", lineterm=""))
    assert not changed, f"{changed}\nif this is meant: --bless, and read what it changes"


def test_every_kernel_has_its_golden_file() -> None:
    """Those that give a value are in the file of a kernel that calls them; no other file is left."""
    trees = [parse(getattr(kernels, name)) for name in SIZES]
    called = {function.name for tree in trees for function in all_called(tree)}
    assert set(kernels.__all__) == called
    assert sorted(file.stem for file in GOLDEN.iterdir()) == sorted(SIZES)


def golden_text(kernel: str) -> str:
    stages = compile_stages(call_with_sizes(getattr(kernels, kernel), SIZES[kernel]))
    parts = {"remarks": text_of_remarks(stages, remarks_of(stages))}
    parts |= {name: stages.text(name) for name in ("expanded", "optimised", "wasm")}
    text = "".join(f"-- {name}\n\n{part}\n\n" for name, part in parts.items())
    text = re.sub(r"\.py:\d+", ".py", text)
    return f"{stages.subject.call}\n\n" + re.sub(r" at line \d+", " at line …", text).rstrip() + "\n"
