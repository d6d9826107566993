#!/usr/bin/env python3
"""The training problem in JAX: the whole step in one jit, the solver a lax.scan."""

import peer
import problem


def build(arguments):
    import jax
    import jax.numpy as jnp

    import jax_model as model

    data = peer.Problem(arguments.init, arguments.net)
    start, drive, target = (jnp.asarray(piece) for piece in (data.start, data.drive, data.target))
    before, inputs, after = (jnp.asarray(piece) for piece in (data.before, data.inputs, data.after))

    def path_loss(networks, increments):
        drift, diffusion = networks

        def advance(state, now):
            drive, increment = now
            seen = jnp.concatenate([state, drive], -1)
            rate = model.perceptron(drift, seen)
            state = state + rate * problem.TIME_STEP + jax.nn.softplus(model.perceptron(diffusion, seen)) * increment
            return state, state

        _, path = jax.lax.scan(advance, start, (drive, increments))
        return jnp.mean((path - target) ** 2)

    def likelihood_loss(networks, _):
        drift, diffusion = networks
        mean = before + model.perceptron(drift, inputs) * problem.TIME_STEP
        spread = jax.nn.softplus(model.perceptron(diffusion, inputs))
        variance = spread**2 * problem.TIME_STEP + problem.VARIANCE_FLOOR
        return jnp.mean(0.5 * ((after - mean) ** 2 / variance + jnp.log(variance)))

    def fresh_path_loss(networks, key):
        return path_loss(networks, jax.random.normal(key, data.noise.shape) * model.ROOT_STEP)

    weights = model.parameters(data)
    fixed = path_loss if arguments.task == "A" else likelihood_loss

    def gradient():
        loss, gradients = jax.jit(jax.value_and_grad(fixed))(weights, jnp.asarray(data.noise) * model.ROOT_STEP)
        return float(loss), model.in_file_order(gradients)

    return model.trainer(weights, fresh_path_loss if arguments.task == "A" else likelihood_loss), gradient


if __name__ == "__main__":
    peer.main(build)
