"""Programs of training: sums of shards, outcomes, the optimisers' updates, and augmentation."""

from scnn import kernels
from tests.compiler.programs.program import FLOATS, WHOLE, Program

SUMS = {"sums": 63, "gradients": 21}
TRAINING = [
    Program(
        "seed_sample",
        kernels.seed_sample,
        {"random": 1, "counter": 2},
        {"position": 70_000},
        {"counter": [2**31 - 2, 1_000]},
    ),
    Program("keep_sum", kernels.keep_sum, SUMS, {"slot": 1, "size": 21}, {"gradients": FLOATS[:21]}),
    Program(
        "join_sum",
        kernels.join_sum,
        SUMS,
        {"slot": 2, "size": 21},
        {"gradients": FLOATS[:21], "sums": FLOATS[30:93]},
    ),
    Program("add_sums", kernels.add_sums, {"sums": 63}, {"slot": 0, "other": 2, "size": 21}, {"sums": FLOATS[:63]}),
    Program(
        "record_outcome",
        kernels.record_outcome,
        {"outcomes": 6, "probabilities": 4, "loss": 1},
        {"position": 1, "classes": 4},
        {"probabilities": [0.1, 0.4, 0.4, 0.1], "loss": [0.9]},
    ),
    Program(
        "tally",
        kernels.tally,
        {"confusion": 9, "loss_sum": 1, "outcomes": 6, "labels": 3},
        {"position": 2, "classes": 3},
        {"outcomes": [*[0.0] * 4, 0.7, 2.0], "labels": [0, 0, 1], "loss_sum": [0.1]},
    ),
    Program(
        "momentum_update",
        kernels.momentum_update,
        {"parameters": 21, "gradients": 21, "velocity": 21, "settings": 16, "step": 1},
        {"samples": 4, "nesterov": 1, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": FLOATS[30:51],
            "velocity": FLOATS[60:81],
            "settings": [*[0] * 8, 0.1, 0.01, 0.9, *[0] * 5],
            "step": [1],
        },
    ),
    Program(
        "lion_update",
        kernels.lion_update,
        {"parameters": 21, "gradients": 21, "momentum": 21, "settings": 8, "step": 1},
        {"samples": 3, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": [0.0, *FLOATS[31:51]],
            "momentum": [0.0, *FLOATS[61:81]],
            "settings": [0.01, 0.0, 1.0, 0.1, 0.99, 0.01, 0.0, 0.0],
        },
    ),
    Program(
        "begin_step",
        kernels.begin_step,
        {"gradients": 21, "rate": 1, "parameters": 21, "settings": 16, "step": 1},
        {"samples": 3, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": FLOATS[30:51],
            "settings": [*[0] * 8, 0.1, 0.01, *[0] * 6],
            "step": [1],
        },
    ),
    Program("end_step", kernels.end_step, {"gradients": 21, "step": 1}, {"size": 21}, {"gradients": FLOATS[:21]}),
    Program(
        "muon_direction",
        kernels.muon_direction,
        {"gradients": 21, "velocity": 21},
        {"momentum": 0.75, "size": 21},
        {"gradients": FLOATS[30:51], "velocity": FLOATS[60:81]},
    ),
    *(
        Program(
            f"orthogonalise, {rows} × {columns}",
            kernels.orthogonalise,
            {"matrix": rows * columns, "gram": rows * rows, "polynomial": rows * rows, "product": rows * columns},
            {"scale": 1.5, "rows": rows, "columns": columns},
            {"matrix": FLOATS[: rows * columns]},
        )
        for rows, columns in ((1, 7), (5, 9), (6, 21))
    ),
    Program(
        "descend",
        kernels.descend,
        {"parameters": 21, "gradients": 21, "rate": 1},
        {"size": 21},
        {"parameters": FLOATS[:21], "gradients": FLOATS[30:51], "rate": [0.25]},
    ),
    Program(
        "adam_update",
        kernels.adam_update,
        {"parameters": 21, "gradients": 21, "first_moment": 21, "second_moment": 21, "settings": 8, "step": 1},
        {"samples": 3, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": FLOATS[30:51],
            "first_moment": FLOATS[60:81],
            "second_moment": [value * value for value in FLOATS[90:111]],
            "settings": [0.01, 0.001, 0.9, 0.1, 0.999, 0.001, 3.0, 1e-8],
        },
    ),
    *(
        Program(
            f"clip_gradients, {maximum:g}",
            kernels.clip_gradients,
            {"gradients": 37},
            {"samples": 3, "maximum": maximum, "size": 37},
            {"gradients": FLOATS[:37]},
        )
        for maximum in (0.25, 1e6)
    ),
    Program(
        "decay_weights",
        kernels.decay_weights,
        {"weights": 21, "settings": 8, "step": 1},
        {"size": 21},
        {"weights": FLOATS[:21], "settings": [0.01, 0.0, 0.999, *[0.0] * 5]},
    ),
    Program(
        "average_weights",
        kernels.average_weights,
        {"average": 21, "parameters": 21, "shares": 2, "step": 1},
        {"size": 21},
        {"average": FLOATS[:21], "parameters": FLOATS[30:51], "shares": [0.9, 0.05], "step": [2]},
    ),
    Program(
        "swap_weights",
        kernels.swap_weights,
        {"parameters": 21, "average": 21},
        {"size": 21},
        {"average": FLOATS[:21], "parameters": FLOATS[30:51]},
    ),
    Program(
        "draw_distortion",
        kernels.draw_distortion,
        {"distortion": 56, "strengths": 5, "random": 1},
        {"nodes": 5},
        {"strengths": [0.4, 0.1, 0.2, 2.0, 1.5], "random": [99]},
    ),
    Program(
        "flip_distortion",
        kernels.flip_distortion,
        {"distortion": 56, "strengths": 9, "random": 1},
        {},
        {"distortion": FLOATS[:56], "strengths": [0.0] * 5 + [0.9, 0.0, 0.0, 0.0], "random": [99]},
    ),
    Program(
        "change_colours",
        kernels.change_colours,
        {"image": 63, "strengths": 9, "random": 1},
        {"channels": 3, "size": 21},
        {"image": FLOATS[:63], "strengths": [0.0] * 6 + [0.2, 0.3, 0.1], "random": [99]},
    ),
    Program(
        "distort_image",
        kernels.distort_image,
        {"image": 140, "pixels": 420, "distortion": 24},
        {"position": 1, "channels": 1, "height": 10, "width": 14, "nodes": 3},
        {
            "pixels": [w % 256 for w in (WHOLE * 3)[:420]],
            "distortion": [1.1, 0.2, 0.5, -0.15, 0.9, -0.7, *FLOATS[:18]],
        },
    ),
]
