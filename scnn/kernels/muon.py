"""The steps of Muon: a momentum, whose matrices are made orthogonal. Optimiser: `Muon` in `scnn.training.muon`."""

from scnn.language import Float32, Float32Buffer, Size, blocked, lanes, sqrt

__all__ = ["descend", "muon_direction", "orthogonalise"]

TURNS = 5  # of the Newton–Schulz iteration
A = 3.4445  # the factors of its polynomial: singular values from 0.01 to 1 end between 0.68 and 1.14
B = -4.775
C = 2.0315


def muon_direction(gradients: Float32Buffer, velocity: Float32Buffer, momentum: Float32, size: Size) -> None:
    """velocity[i] = momentum · velocity[i] + gradients[i]; gradients[i] += momentum · velocity[i], the direction of
    Nesterov's momentum."""
    for i in lanes(size):
        speed = momentum * velocity[i] + gradients[i]
        velocity[i] = speed
        gradients[i] = gradients[i] + momentum * speed


def orthogonalise(
    matrix: Float32Buffer,
    gram: Float32Buffer,
    polynomial: Float32Buffer,
    product: Float32Buffer,
    scale: Float32,
    rows: Size,
    columns: Size,
) -> None:
    """matrix = scale · U Vᵀ, nearly, where matrix = U S Vᵀ is the singular value decomposition: its direction with
    all singular values alike. For rows ≤ columns; of a taller matrix, the caller gives the transposed one.

    The Newton–Schulz iteration (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024):
    X = matrix / (‖matrix‖ + 10⁻⁷), and five times X = A · X + (B · G + C · G²) · X with gram = G = X Xᵀ. Each turn
    applies A · s + B · s³ + C · s⁵ to the singular values s, and leaves U and V as they are.
    """
    total = 0.0
    for i in lanes(rows * columns):
        total += matrix[i] * matrix[i]
    shrink = 1.0 / (sqrt(total) + 1e-7)
    for i in lanes(rows * columns):
        matrix[i] = matrix[i] * shrink
    for _turn in range(TURNS):
        for row in range(rows):
            for other in blocked(rows, 4):
                dot = 0.0
                for column in lanes(columns):
                    dot += matrix[row * columns + column] * matrix[other * columns + column]
                gram[row * rows + other] = dot
        for row in range(rows):
            for other in blocked(rows, 4):
                square = 0.0
                for k in lanes(rows):
                    square += gram[row * rows + k] * gram[other * rows + k]
                polynomial[row * rows + other] = B * gram[row * rows + other] + C * square
        for row in range(rows):
            for column in lanes(columns, 16):
                value = A * matrix[row * columns + column]
                for other in range(rows):
                    value += polynomial[row * rows + other] * matrix[other * columns + column]
                product[row * columns + column] = value
        for i in lanes(rows * columns):
            matrix[i] = product[i]
    for i in lanes(rows * columns):
        matrix[i] = matrix[i] * scale


def descend(parameters: Float32Buffer, gradients: Float32Buffer, rate: Float32Buffer, size: Size) -> None:
    """parameters[i] -= rate · gradients[i]."""
    for i in lanes(size):
        parameters[i] -= rate[0] * gradients[i]
