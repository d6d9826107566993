#!/usr/bin/env python3
"""The training problem in PyTorch: `plain` is eager, `compiled` puts one solver step through torch.compile."""

import peer
import problem


def build(arguments):
    import torch

    import torch_model as model

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    data = peer.Problem(arguments.init, arguments.net)
    start, drive, target = (torch.from_numpy(piece) for piece in (data.start, data.drive, data.target))
    before, inputs, after = (torch.from_numpy(piece) for piece in (data.before, data.inputs, data.after))
    drift, diffusion = model.networks(data)
    weights = [*drift.parameters(), *diffusion.parameters()]

    def advance(state, drive, increment):
        seen = torch.cat([state, drive], 1)
        return state + drift(seen) * problem.TIME_STEP + torch.nn.functional.softplus(diffusion(seen)) * increment

    if arguments.variant == "compiled":
        advance = torch.compile(advance)

    def path_loss(increments):
        state, path = start, []
        for index in range(problem.STEPS):
            state = advance(state, drive[index], increments[index])
            path.append(state)
        return ((torch.stack(path) - target) ** 2).mean()

    def fresh_path_loss():
        return path_loss(torch.randn(data.noise.shape) * model.ROOT_STEP)

    def likelihood_loss():
        mean = before + drift(inputs) * problem.TIME_STEP
        variance = torch.nn.functional.softplus(diffusion(inputs)) ** 2 * problem.TIME_STEP + problem.VARIANCE_FLOOR
        return (0.5 * ((after - mean) ** 2 / variance + torch.log(variance))).mean()

    def gradient():
        loss = path_loss(torch.from_numpy(data.noise) * model.ROOT_STEP) if arguments.task == "A" else likelihood_loss()
        loss.backward()
        return loss.item(), [piece.grad.numpy() for piece in weights]

    return model.trainer(weights, fresh_path_loss if arguments.task == "A" else likelihood_loss), gradient


if __name__ == "__main__":
    peer.main(build)
