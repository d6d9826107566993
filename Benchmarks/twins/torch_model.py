"""The two networks and one training step in PyTorch, eager, for the plain loop and for torchsde."""

import torch

import problem

ROOT_STEP = problem.TIME_STEP**0.5


def networks(data):
    """Drift and diffusion as nn.Sequential, with the file's weights."""
    return [perceptron(layers) for layers in data.networks]


def perceptron(layers):
    modules = []
    for weights, biases in layers:
        linear = torch.nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights))
            linear.bias.copy_(torch.from_numpy(biases))
        modules += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


def trainer(weights, loss_of):
    """A function that does one training step with Adam's fused form; `loss_of()` is what is minimised."""
    adam = torch.optim.Adam(weights, lr=problem.LEARNING_RATE, fused=True)

    def step():
        adam.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        adam.step()
        return loss.item()

    return step
