"""Programs of batch normalisation, and of what samples keep from one loop to the next."""

from scnn import kernels
from tests.compiler.programs.program import FLOATS, Program

BATCHES = [
    Program(
        "batch_norm_forward",
        kernels.batch_norm_forward,
        {"output": 33, "input": 33, "weights": 3, "bias": 3, "running_mean": 3, "running_variance": 3},
        {"epsilon": 1e-5, "channels": 3, "area": 11},
        {
            "input": FLOATS[:33],
            "weights": FLOATS[40:43],
            "bias": FLOATS[50:53],
            "running_mean": FLOATS[60:63],
            "running_variance": [0.0, 0.3, 2.5],
        },
    ),
    Program(
        "add_channel_sums",
        kernels.add_channel_sums,
        {"mean": 3, "input": 33},
        {"channels": 3, "area": 11},
        {"input": FLOATS[:33], "mean": FLOATS[40:43]},
    ),
    Program(
        "add_channel_squares",
        kernels.add_channel_squares,
        {"variance": 3, "input": 33, "mean": 3},
        {"channels": 3, "area": 11},
        {"input": FLOATS[:33], "mean": FLOATS[40:43], "variance": [0.5, 1.5, 2.5]},
    ),
    Program(
        "divide_by_count",
        kernels.divide_by_count,
        {"sums": 7},
        {"samples": 3, "channels": 7, "area": 11},
        {"sums": FLOATS[:7]},
    ),
    Program(
        "normalise_channels",
        kernels.normalise_channels,
        {"normalised": 33, "input": 33, "mean": 3, "variance": 3},
        {"epsilon": 1e-5, "channels": 3, "area": 11},
        {"input": FLOATS[:33], "mean": FLOATS[40:43], "variance": [0.0, 0.3, 2.5]},
    ),
    Program(
        "add_gradient_sums",
        kernels.add_gradient_sums,
        {"gradient_sum": 3, "product_sum": 3, "d_output": 33, "normalised": 33},
        {"channels": 3, "area": 11},
        {"d_output": FLOATS[:33], "normalised": FLOATS[40:73], "product_sum": FLOATS[80:83]},
    ),
    Program(
        "batch_norm_gradient",
        kernels.batch_norm_gradient,
        {
            "d_input": 33,
            "d_output": 33,
            "normalised": 33,
            "weights": 3,
            "variance": 3,
            "gradient_sum": 3,
            "product_sum": 3,
        },
        {"epsilon": 1e-5, "samples": 2, "channels": 3, "area": 11},
        {
            "d_output": FLOATS[:33],
            "normalised": FLOATS[40:73],
            "weights": FLOATS[80:83],
            "variance": [0.0, 0.3, 2.5],
            "gradient_sum": FLOATS[84:87],
            "product_sum": FLOATS[88:91],
        },
    ),
    *(
        Program(
            f"add_statistics of {samples}",
            kernels.add_statistics,
            dict.fromkeys(("d_running_mean", "d_running_variance", "mean", "variance"), 5),
            {"samples": samples, "channels": 5, "area": 1},
            {"mean": FLOATS[:5], "variance": [0.0, 0.3, 2.5, 1.0, 7.0], "d_running_mean": FLOATS[10:15]},
        )
        for samples in (1, 3)
    ),
    Program(
        "update_statistics",
        kernels.update_statistics,
        {"running": 5, "d_running": 5},
        {"momentum": 0.1, "samples": 3, "channels": 5},
        {"running": FLOATS[:5], "d_running": FLOATS[10:15]},
    ),
    *(
        Program(
            kernel.__name__,
            kernel,
            {"kept": 63, "values": 21},
            {"position": 7, "first": 5, "size": 21},
            {"kept": [8 * one for one in given[:63]], "values": [8 * one for one in given[70:91]]},
        )
        for kernel, given in (
            (kernels.keep_numbers, FLOATS),
            (kernels.take_numbers, FLOATS),
            (kernels.keep_integers, range(91)),
            (kernels.take_integers, range(91)),
        )
    ),
]
