"""Wrong answers that look right, each with a part of the remark that says where it is wrong."""

from typing import Any

from tests.labs.answers.right import RIGHT
from tests.labs.answers.texts import CONVOLUTION, END, MENDED, OVERFITTED, body, changed, convolution, start

SUBTRACTED = RIGHT["stable-softmax"]["minus the largest"]

WRONG: dict[str, dict[str, tuple[Any, str]]] = {
    "vertical-edges": {
        "horizontal": ([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "“ink begins on the right” with at most 0"),
        "diagonal": ([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], "answers “ink begins below” with 3"),
        "outline": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], "answers “ink begins below” with 3"),
        "not balanced": ([[-1, 0, 2], [-1, 0, 2], [-1, 0, 2]], "answers “ink begins below” with 3"),
        "empty": ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], "with at most 0"),
    },
    "one-number": {
        "turned": ({"value": -1}, "180 degrees"),
        "transposed": ({"value": -2}, "the row comes first"),
        "counted from 1": ({"value": 7}, "count from 0"),
    },
    "output-size": {
        "halved": ({"one": 26, "two": 14, "padded": 14}, "not that of pixels"),
        "without the first": ({"one": 25, "two": 12, "padded": 12}, "there is one more"),
        "not rounded": ({"one": 26, "two": 13.5, "padded": 14}, "no half window"),
        "padding once": ({"one": 26, "two": 13, "padded": 13}, "both sides"),
    },
    "pixel-that-won": {
        "the last of two": ([3, 2], "an earlier pixel"),
        "larger, outside": ([1, 0], "not in the window"),
        "in the window of stride 3": ([3, 0], "another pixel of the window is larger"),
        "of the largest magnitude": ([4, 0], "another pixel of the window is larger"),
    },
    "gradient-signs": {
        "all the other way": (["positive", "positive", "zero", "negative"], "nudge it both ways"),
        "by the weight's sign": (["positive", "negative", "zero", "positive"], "nudge it both ways"),
        "never zero": (["negative", "negative", "positive", "positive"], "nudge it both ways"),
    },
    "learning-rate-that-diverges": {
        "learns": ({"learning_rate": 0.01}, "Expected: a training that diverges"),
        "only dies": ({"learning_rate": 1}, "no better than guessing"),
        "far beyond": ({"learning_rate": 100}, "so does 25"),
    },
    "leaky-relu": {
        "ReLU": (start("leaky-relu"), "With slope = 0.1, size = 8: output["),
        "for slopes below 1": (
            changed("leaky-relu", ("0.0 if x < 0.0 else x", "max(x, slope * x)")),
            "With slope = 2, size = 6: output[",
        ),
        "the other side": (
            changed("leaky-relu", ("0.0 if x < 0.0 else x", "x if x < 0.0 else slope * x")),
            "Tests passed before: 0 of 5",
        ),
        "a fixed slope": (
            changed("leaky-relu", ("0.0 if x < 0.0 else x", "0.1 * x if x < 0.0 else x")),
            "Tests passed before: 1 of 5",
        ),
        "borrowed": (
            body("leaky-relu", "leakyrelu_forward(output, input, slope, size)"),
            "It calls leakyrelu_forward",
        ),
        "in place": (
            body(
                "leaky-relu",
                "for i in range(size):",
                "    input[i] = input[i] if input[i] > 0.0 else slope * input[i]",
                "    output[i] = input[i]",
            ),
            "it changes input[",
        ),
        "one too few": (
            changed("leaky-relu", ("0.0 if x < 0.0 else x", "x if x > 0.0 else slope * x"), ("(size)", "(size - 1)")),
            "output[7]",
        ),
    },
    "stable-softmax": {
        "not shifted": (start("stable-softmax"), "Tests passed before: 2 of 7"),
        "by the first": (changed("stable-softmax", ("[k])", "[k] - logits[0])")), "Tests passed before:"),
        "by the largest above 0": (
            changed("stable-softmax", ("largest = logits[0]", "largest = 0.0"), before=SUBTRACTED),
            "Tests passed before: 4 of 7",
        ),
        "only the numerator": (
            changed(
                "stable-softmax", ("total += exp(logits[k] - largest)", "total += exp(logits[k])"), before=SUBTRACTED
            ),
            "Tests passed before: 0 of 7",
        ),
        "borrowed": (
            body("stable-softmax", "softmax_forward(probabilities, logits, classes)"),
            "It calls softmax_forward",
        ),
    },
    "max-pooling-backward": {
        "not scattered": (start("max-pooling-backward"), "d_input["),
        "overwritten": (
            body("max-pooling-backward", "for i in range(size):", "    d_input[winners[i]] = d_output[i]"),
            "d_input[",
        ),
        "gathered": (
            body("max-pooling-backward", "for i in range(size):", "    d_input[i] += d_output[winners[i]]"),
            "the index lies outside d_output",
        ),
        "counted as wins": (
            body("max-pooling-backward", "for i in range(size):", "    d_input[winners[i]] += 1.0"),
            "d_input[",
        ),
    },
    "repair-convolution": {
        "as it was": (start("repair-convolution"), "Tests passed before: 2 of 6"),
        "the stride alone": (changed("repair-convolution", CONVOLUTION[0]), "channels = 2, height = 5"),
        "the index alone": (changed("repair-convolution", CONVOLUTION[1]), "stride = 2"),
        "overwritten": (changed("", ("+= padded", "= padded"), before=MENDED), "d_weights["),
        "no bias": (changed("", ("d_bias[filter] += gradient\n", "pass\n"), before=MENDED), "The compiler refuses"),
        "bias for each channel": (
            changed(
                "",
                ("                d_bias[filter] += gradient\n", ""),
                (
                    "in range(channels):\n",
                    "in range(channels):\n                    d_bias[filter] += gradient\n",
                ),
                before=MENDED,
            ),
            "d_bias[",
        ),
        "transposed": (changed("", ("[w + j]", "[w - i * kernel + j * kernel + i]"), before=MENDED), "d_weights["),
    },
    "sigmoid-backward": {
        "the slope alone": (changed("sigmoid-backward", ("= y\n", "= y * (1.0 - y)\n")), "for each unit that input["),
        "a sign": (
            changed("sigmoid-backward", ("= y\n", "= d_output[i] * y * (y - 1.0)\n")),
            "Tests passed before: 0",
        ),
        "a factor": (changed("sigmoid-backward", ("= y\n", "= d_output[i] * (1.0 - y)\n")), "d_input[0]"),
        "added": (changed("sigmoid-backward", ("= y\n", "+= d_output[i] * y * (1.0 - y)\n")), "d_input[0]"),
    },
    "momentum": {
        "plain": (start("momentum"), "Tests passed before: 0 of 4"),
        "not stored": (
            body(
                "momentum",
                "for i in range(size):",
                "    speed = momentum * velocity[i] + gradients[i]",
                "    parameters[i] -= learning_rate * speed",
            ),
            "velocity[",
        ),
        "the old velocity": (
            body(
                "momentum",
                "for i in range(size):",
                "    parameters[i] -= learning_rate * velocity[i]",
                "    velocity[i] = momentum * velocity[i] + gradients[i]",
            ),
            "parameters[",
        ),
        "averaged": (
            body(
                "momentum",
                "for i in range(size):",
                "    velocity[i] = momentum * velocity[i] + (1.0 - momentum) * gradients[i]",
                "    parameters[i] -= learning_rate * velocity[i]",
            ),
            "momentum = 0.9",
        ),
        "uphill": (
            body(
                "momentum",
                "for i in range(size):",
                "    velocity[i] = momentum * velocity[i] + gradients[i]",
                "    parameters[i] += learning_rate * velocity[i]",
            ),
            "parameters[",
        ),
    },
    "few-weights": {
        "too many": (
            {"epochs": 8, "layers": [*convolution(8)[:2], {"kind": "MaxPool2D", "size": 2}, *END]},
            "expected at most 2000",
        ),
        "a few too many": (
            {"epochs": 8, "layers": [*convolution(5), *convolution(9), *convolution(9), *END]},
            "The network has 2022 weights",
        ),
        "without a convolution": (
            {"epochs": 2, "layers": [{"kind": "MaxPool2D", "size": 4}, *END]},
            "expected at least 95.0 %",
        ),
        "stopped too early": (
            {"epochs": 1, "layers": [*convolution(2), *convolution(4), *convolution(4), *END]},
            "expected at least 95.0 %",
        ),
    },
    "rising-test-loss": {
        "too few units": ({**OVERFITTED, "change": "units"}, "still ends at"),
        "too short": ({**OVERFITTED, "change": "longer"}, "still ends at"),
        "the seed": ({**OVERFITTED, "change": "seed"}, "still ends at"),
        "not reproduced": (
            {"per_class": 200, "epochs": 3, "learning_rate": 0.001, "change": "memorises"},
            "Expected: a training whose test loss rises",
        ),
    },
}
