#!/usr/bin/env python3
"""The twin step in LiteRT (XNNPACK, one thread), closed loop: the next input depends on the last output.

Prints a JSON line with p50_ns, p99_ns, p999_ns of 3 x 20,000 calls, each percentile the median of the three.
"""

import argparse
import json
import resource
import sys
import time

import peer

ROUNDS, CALLS, WARM_UP, RESTART = 3, 20_000, 2_000, 200


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", choices=["stacked", "per_node"], required=True)
    arguments = parser.parse_args()
    try:
        import numpy as np
        from ai_edge_litert.interpreter import Interpreter

        import litert_model as model
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        sys.exit(peer.MISSING)

    layers = model.weights()
    interpreter = Interpreter(model_content=getattr(model, arguments.variant)(layers), num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]
    start = np.random.default_rng(6).standard_normal((model.NODES, 1, model.WIDTHS[0])).astype(np.float32)

    def call(values):
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        return interpreter.get_tensor(result)

    error = float(np.abs(call(start) - model.reference(layers, start)).max())
    if not error < 1e-5:
        sys.exit(f"LiteRT's step differs from NumPy's by {error:g}")

    rounds = []
    states, step = model.WIDTHS[-1], np.float32(0.01)
    clock = time.perf_counter_ns
    for _ in range(ROUNDS):
        values, taken = start.copy(), np.empty(CALLS)
        for index in range(-WARM_UP, CALLS):
            before = clock()
            output = call(values)
            after = clock()
            values[..., :states] += step * output
            if index % RESTART == 0:
                values[...] = start
            if index >= 0:
                taken[index] = after - before
        rounds.append(np.percentile(taken, [50, 99, 99.9]))
    p50, p99, p999 = np.median(rounds, axis=0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"p50_ns": p50, "p99_ns": p99, "p999_ns": p999, "max_error": error, "rss_mb": memory}))


if __name__ == "__main__":
    main()
