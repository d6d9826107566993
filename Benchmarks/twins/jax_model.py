"""The two networks and one training step in JAX, for the scan and for diffrax."""

import functools

import jax
import jax.numpy as jnp
import optax

import problem

ROOT_STEP = problem.TIME_STEP**0.5


def parameters(data):
    """Weights as [in][out], the layout XLA multiplies fastest, and biases."""
    return [[(jnp.asarray(weights.T), jnp.asarray(biases)) for weights, biases in net] for net in data.networks]


def in_file_order(gradients):
    return [piece for net in gradients for weights, biases in net for piece in (weights.T, biases)]


def perceptron(layers, values):
    for weights, biases in layers[:-1]:
        values = jnp.tanh(values @ weights + biases)
    weights, biases = layers[-1]
    return values @ weights + biases


def trainer(start, loss_of):
    """A function that does one training step; `loss_of(parameters, key)` is what is minimised."""
    adam = optax.adam(problem.LEARNING_RATE)

    @functools.partial(jax.jit, donate_argnums=(0, 1, 2))
    def train(weights, moments, key):
        key, fresh = jax.random.split(key)
        loss, gradients = jax.value_and_grad(loss_of)(weights, fresh)
        updates, moments = adam.update(gradients, moments)
        return optax.apply_updates(weights, updates), moments, key, loss

    state = [start, adam.init(start), jax.random.key(0)]

    def step():
        *state[:], loss = train(*state)
        return float(loss)

    return step
