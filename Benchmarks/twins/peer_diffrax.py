#!/usr/bin/env python3
"""Task A in diffrax.

`plain` is the way its documentation shows: one trajectory a solve under vmap, a virtual Brownian tree each. `batched`
is the fastest form found: the batch is one state, the noise is drawn at once and handed in as a linear interpolation.
"""

import peer
import problem


def build(arguments):
    import diffrax
    import jax
    import jax.numpy as jnp
    import lineax

    import jax_model as model

    if arguments.task != "A":
        raise SystemExit("diffrax solves task A alone: task B has no solver in it")
    data = peer.Problem(arguments.init, arguments.net)
    start, drive, target = (jnp.asarray(piece) for piece in (data.start, data.drive, data.target))
    step, steps = problem.TIME_STEP, problem.STEPS
    end = step * steps
    saved = diffrax.SaveAt(ts=jnp.arange(1, steps + 1) * step)

    def solve(networks, state, drive, path):
        drift, diffusion = networks

        def seen(time, state, drive):
            index = jnp.clip(jnp.round(time / step).astype(int), 0, steps - 1)
            return jnp.concatenate([state, drive[index]], -1)

        def rate(time, state, drive):
            return model.perceptron(drift, seen(time, state, drive))

        def spread(time, state, drive):
            return lineax.DiagonalLinearOperator(jax.nn.softplus(model.perceptron(diffusion, seen(time, state, drive))))

        return diffrax.diffeqsolve(
            diffrax.MultiTerm(diffrax.ODETerm(rate), diffrax.ControlTerm(spread, path)),
            diffrax.Euler(),
            t0=0.0,
            t1=end,
            dt0=step,
            y0=state,
            args=drive,
            saveat=saved,
            max_steps=steps + 2,
            adjoint=diffrax.RecursiveCheckpointAdjoint(checkpoints=steps),
        ).ys

    def idiomatic(networks, key):
        def one(state, drive, key):
            tree = diffrax.VirtualBrownianTree(0.0, end + 1e-6, tol=step / 2, shape=(problem.STATES,), key=key)
            return solve(networks, state, drive, tree)

        keys = jax.random.split(key, problem.BATCH)
        paths = jax.vmap(one, in_axes=(0, 1, 0), out_axes=1)(start, drive, keys)
        return jnp.mean((paths - target) ** 2)

    def batched(networks, normals):
        walk = jnp.cumsum(normals * model.ROOT_STEP, 0)
        path = jnp.concatenate([jnp.zeros((1, problem.BATCH, problem.STATES)), walk])
        control = diffrax.LinearInterpolation(jnp.arange(steps + 1) * step, path)
        return jnp.mean((solve(networks, start, drive, control) - target) ** 2)

    def fresh_batched(networks, key):
        return batched(networks, jax.random.normal(key, data.noise.shape))

    weights = model.parameters(data)

    def gradient():
        loss, gradients = jax.jit(jax.value_and_grad(batched))(weights, jnp.asarray(data.noise))
        return float(loss), model.in_file_order(gradients)

    if arguments.variant == "batched":
        return model.trainer(weights, fresh_batched), gradient
    return model.trainer(weights, idiomatic), None


if __name__ == "__main__":
    peer.main(build)
