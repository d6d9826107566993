"""What the peers' programs share: the command line, reading the problem, timing, the JSON line they end with."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import problem

CHUNKS, WARM_UP_SECONDS = 7, 1.5
MISSING = 4  # exit code where the library is not installed


class Problem:
    """The problem's arrays, as NumPy float32."""

    def __init__(self, path, net):
        import numpy as np

        values = np.fromfile(path, "<f4").astype(np.float32)
        self.at = 0

        def take(*shape):
            count = int(np.prod(shape))
            piece = values[self.at : self.at + count]
            if piece.size != count:
                raise ValueError(f"{path} is too short for net {net}")
            self.at += count
            return piece.reshape(shape)

        steps, batch, states = problem.STEPS, problem.BATCH, problem.STATES
        self.start = take(batch, states)
        self.drive = take(steps, batch, problem.DRIVES)
        self.target = take(steps, batch, states)
        self.networks = [
            [(take(outputs, inputs), take(outputs)) for outputs, inputs in problem.layer_shapes(net)]
            for _ in ("drift", "diffusion")
        ]
        self.noise = take(steps, batch, states)
        if self.at != values.size:
            raise ValueError(f"{path} is too long for net {net}")
        # Task B's transitions: where each starts with its drive, and where it went.
        before = np.concatenate([self.start[None], self.target[:-1]])
        self.before = before.reshape(-1, states)
        self.inputs = np.concatenate([before, self.drive], -1).reshape(-1, states + problem.DRIVES)
        self.after = self.target.reshape(-1, states)


def measure(step, seconds):
    """Times `step`, which does one training step and returns its loss: warm-up, then chunks of about `seconds`."""
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < WARM_UP_SECONDS:
        loss = step()
        count += 1
    chunk = max(1, round(seconds * count / (time.perf_counter() - started)))
    rates = []
    for _ in range(CHUNKS):
        started = time.perf_counter()
        for _ in range(chunk):
            loss = step()
        rates.append(chunk / (time.perf_counter() - started))
    return sorted(rates), loss


def main(build):
    """Runs a peer's program.

    `build(arguments)` imports the library and returns two functions: `step()`, one training step, its loss as a float;
    `gradient()`, loss and arrays in the file's order for the noise in the file, or None where the peer draws its own.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", choices=list(problem.HIDDEN), required=True)
    parser.add_argument("--task", choices=list(problem.TASKS), required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", type=Path, required=True)
    parser.add_argument("--variant", default="plain")
    parser.add_argument("--seconds", type=float, default=0.8, help="length of each of the seven chunks")
    parser.add_argument("--gradient", type=Path, help="write loss and gradients here instead of timing")
    arguments = parser.parse_args()

    started = time.perf_counter()
    try:
        step, gradient = build(arguments)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        sys.exit(MISSING)
    ready = time.perf_counter()
    if arguments.gradient:
        import numpy as np

        if gradient is None:
            sys.exit("this peer draws its own noise: its gradient cannot be compared")
        loss, arrays = gradient()
        flat = np.concatenate([np.asarray(piece, "<f4").ravel() for piece in arrays])
        arguments.gradient.write_bytes(np.array([loss], "<f8").tobytes() + flat.tobytes())
        return
    step()
    first = time.perf_counter() - ready
    rates, loss = measure(step, arguments.seconds)
    print(
        json.dumps(
            {
                "steps_per_second": rates[len(rates) // 2],
                "rates": rates,
                "loss": loss,
                "import_seconds": ready - started,
                "first_step_seconds": first,
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )
