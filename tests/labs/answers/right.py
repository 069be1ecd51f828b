"""Answers that solve the bundled exercises, also unusual ones."""

from typing import Any

from tests.labs.answers.texts import END, MENDED, OVERFITTED, body, changed, convolution

RIGHT: dict[str, dict[str, Any]] = {
    "vertical-edges": {
        "Sobel's": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        "the other way round": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
        "one row": [[0, 0, 0], [-0.5, 0.5, 0], [0, 0, 0]],
    },
    "one-number": {"computed": {"value": 1}},
    "output-size": {"computed": {"one": 26, "two": 13, "padded": 14}},
    "pixel-that-won": {"the first of two": [2, 1]},
    "gradient-signs": {"nudged": ["negative", "negative", "zero", "positive"]},
    "learning-rate-that-diverges": {"near the border": {"learning_rate": 10}},
    "leaky-relu": {
        "as the reference": changed("leaky-relu", ("0.0 if x < 0.0 else x", "x if x > 0.0 else slope * x")),
        "with a branch and other names": (
            "def leaky(out: Float32Buffer, a: Float32Buffer, part: Float32, n: Size) -> None:\n"
            "    for k in range(n):\n"
            "        out[k] = a[k]\n"
            "        if a[k] < 0.0:\n"
            "            out[k] = part * a[k]\n"
        ),
        "as a sum": body(
            "leaky-relu", "for i in range(size):", "    output[i] = max(input[i], 0.0) + slope * min(input[i], 0.0)"
        ),
    },
    "stable-softmax": {
        "minus the largest": body(
            "stable-softmax",
            "largest = logits[0]",
            "for k in range(classes):",
            "    largest = max(largest, logits[k])",
            "total = 0.0",
            "for k in range(classes):",
            "    total += exp(logits[k] - largest)",
            "for k in range(classes):",
            "    probabilities[k] = exp(logits[k] - largest) / total",
        ),
        "through the logarithm of the sum": body(
            "stable-softmax",
            "top = logits[classes - 1]",
            "for k in range(classes):",
            "    top = logits[k] if logits[k] > top else top",
            "total = 0.0",
            "for k in range(classes):",
            "    total += exp(logits[classes - 1 - k] - top)",
            "shift = top + log(total)",
            "for k in range(classes):",
            "    probabilities[k] = exp(logits[k] - shift)",
        ),
    },
    "max-pooling-backward": {
        "scattered": body("max-pooling-backward", "for i in range(size):", "    d_input[winners[i]] += d_output[i]"),
        "backwards": body(
            "max-pooling-backward",
            "for i in range(size):",
            "    at = winners[size - 1 - i]",
            "    d_input[at] = d_input[at] + d_output[size - 1 - i]",
        ),
    },
    "repair-convolution": {
        "repaired": MENDED,
        "in another order": (
            MENDED.partition(") -> None:\n")[0]
            + ") -> None:\n"
            + "    for f in range(filters):\n"
            + "        for c in range(channels):\n"
            + "            for i in range(kernel):\n"
            + "                for j in range(kernel):\n"
            + "                    total = 0.0\n"
            + "                    for row in range(out_height):\n"
            + "                        for column in range(out_width):\n"
            + "                            y = (f * out_height + row) * out_width + column\n"
            + "                            x = (c * height + row * stride + i) * width + column * stride + j\n"
            + "                            total += padded[x] * d_output[y]\n"
            + "                    d_weights[((f * channels + c) * kernel + i) * kernel + j] += total\n"
            + "        sum = 0.0\n"
            + "        for at in range(out_height * out_width):\n"
            + "            sum += d_output[f * out_height * out_width + at]\n"
            + "        d_bias[f] += sum\n"
        ),
    },
    "sigmoid-backward": {
        "from the output": changed("sigmoid-backward", ("= y\n", "= d_output[i] * y * (1.0 - y)\n")),
        "otherwise": changed("sigmoid-backward", ("= y\n", "= d_output[i] * (y - y * y)\n")),
    },
    "momentum": {
        "stored": body(
            "momentum",
            "for i in lanes(size):",
            "    velocity[i] = momentum * velocity[i] + gradients[i]",
            "    parameters[i] -= learning_rate * velocity[i]",
        ),
        "through a local": body(
            "momentum",
            "for i in range(size):",
            "    speed = gradients[i] + velocity[i] * momentum",
            "    parameters[i] = parameters[i] - speed * learning_rate",
            "    velocity[i] = speed",
        ),
    },
    "few-weights": {
        "three blocks": {"epochs": 12, "layers": [*convolution(4), *convolution(8), *convolution(8), *END]}
    },
    "rising-test-loss": {"memorised": {**OVERFITTED, "change": "memorises"}},
}
