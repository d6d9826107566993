#!/usr/bin/env python3
"""Task A in torchsde: sdeint with its Euler method and its own Brownian motion."""

import peer
import problem


def build(arguments):
    import torch
    import torchsde

    import torch_model as model

    if arguments.task != "A":
        raise SystemExit("torchsde solves task A alone: task B has no solver in it")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    data = peer.Problem(arguments.init, arguments.net)
    start, drive, target = (torch.from_numpy(piece) for piece in (data.start, data.drive, data.target))
    times = torch.arange(problem.STEPS + 1, dtype=torch.float32) * problem.TIME_STEP

    class Twin(torch.nn.Module):
        noise_type, sde_type = "diagonal", "ito"

        def __init__(self):
            super().__init__()
            self.drift, self.diffusion = model.networks(data)

        def seen(self, time, state):
            index = min(problem.STEPS - 1, int(float(time) / problem.TIME_STEP + 0.5))
            return torch.cat([state, drive[index]], 1)

        def f(self, time, state):
            return self.drift(self.seen(time, state))

        def g(self, time, state):
            return torch.nn.functional.softplus(self.diffusion(self.seen(time, state)))

    twin = Twin()

    def path_loss():
        path = torchsde.sdeint(twin, start, times, dt=problem.TIME_STEP, method="euler")
        return ((path[1:] - target) ** 2).mean()

    return model.trainer(list(twin.parameters()), path_loss), None


if __name__ == "__main__":
    peer.main(build)
