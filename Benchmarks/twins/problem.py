"""The training problem every program solves: sizes, data, starting weights, and the file that carries them.

Standard library alone, so that the file can be written where none of the peers is installed. The file is little-endian
float32: x0[BATCH][2], u[STEPS][BATCH], y[STEPS][BATCH][2]; then for the drift and for the diffusion network, layer by
layer, weights [out][in] and biases [out], inputs in the order x0, x1, u; then noise[STEPS][BATCH][2], standard normals.
"""

import array
import math
import random
import sys

BATCH, STEPS, TIME_STEP = 256, 50, 0.02
STATES, DRIVES = 2, 1
VARIANCE_FLOOR = 1e-6
LEARNING_RATE = 1e-3
HIDDEN = {"64x2": [64, 64], "1x32": [32]}
TASKS = {"A": "path loss through the solver", "B": "one-step likelihood"}


def widths(net):
    """Layer widths, from inputs to outputs."""
    return [STATES + DRIVES, *HIDDEN[net], STATES]


def layer_shapes(net):
    """(outputs, inputs) of each layer."""
    sizes = widths(net)
    return list(zip(sizes[1:], sizes[:-1]))


def parameter_count(net):
    """Of the two networks together."""
    return 2 * sum(outputs * (inputs + 1) for outputs, inputs in layer_shapes(net))


def flops(net):
    """Floating-point operations of one training step: the multiply-adds of the matrix products, forward and backward.

    Backward is a product for the weights of every layer, one for the inputs of every layer but the first, and one for
    the two states the first layer reads (its drive input needs no gradient).
    """
    products = [outputs * inputs for outputs, inputs in layer_shapes(net)]
    backward = sum(products) + sum(products[1:]) + STATES * HIDDEN[net][0]
    return 2 * 2 * (sum(products) + backward) * BATCH * STEPS


def write(path, net, seed=20):
    """Writes the file for `net`; the same seed gives the same bytes on every machine."""
    draw = random.Random(seed)
    start = [[draw.gauss(0, 1) for _ in range(STATES)] for _ in range(BATCH)]
    drive = [draw.gauss(0, 1) for _ in range(STEPS * BATCH)]
    target = []
    walk = [row[:] for row in start]
    for _ in range(STEPS):
        for row in walk:
            for state in range(STATES):
                row[state] += 0.1 * draw.gauss(0, 1)
            target += row
    weights = []
    for _ in ("drift", "diffusion"):
        for outputs, inputs in layer_shapes(net):
            weights += [draw.uniform(-1, 1) / math.sqrt(inputs) for _ in range(outputs * inputs)]
            weights += [draw.uniform(-1, 1) / math.sqrt(inputs) for _ in range(outputs)]
    noise = [draw.gauss(0, 1) for _ in range(STEPS * BATCH * STATES)]
    values = array.array("f", [value for row in start for value in row] + drive + target + weights + noise)
    if sys.byteorder == "big":
        values.byteswap()
    path.write_bytes(values.tobytes())


def read_gradient(path, net):
    """The loss and the gradients of a file written by a program's gradient command: float64, then float32s."""
    data = path.read_bytes()
    expected = 8 + 4 * parameter_count(net)
    if len(data) != expected:
        raise ValueError(f"{path.name} has {len(data)} bytes; {expected} were expected for net {net}")
    loss, gradient = array.array("d", data[:8]), array.array("f", data[8:])
    if sys.byteorder == "big":
        loss.byteswap()
        gradient.byteswap()
    return loss[0], gradient


def relative_error(values, reference):
    """L2 norm of the difference over that of the reference."""
    difference = math.sqrt(sum((a - b) ** 2 for a, b in zip(values, reference)))
    norm = math.sqrt(sum(b * b for b in reference))
    return difference / norm if norm > 0 else math.inf
