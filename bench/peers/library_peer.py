"""Neural spline flows and masked autoregressive flows as the libraries of PyTorch have them, --nflows or --zuko; eager, or --compile for
torch.compile.

The parameters are the libraries' own, of equal sizes: zuko clips scales softly, nflows makes them by a softplus, and its masked
perceptrons have no relu after their first layer. In zuko the network of a coupling has outputs for the identity half too.
"""

import time

start = time.perf_counter()

from protocol import Timed, arguments, serve

if __name__ == "__main__":
    args = arguments("--nflows", "--zuko", "--compile")

import numpy as np
import torch
from torch import nn

import problem


class Perceptron(nn.Sequential):
    def __init__(self, widths):
        layers = []
        for fan_in, fan_out in zip(widths, widths[1:]):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        super().__init__(*layers[:-1])

    def forward(self, x, context=None):
        return super().forward(x)


def nflows_flow(shape):
    from nflows import distributions, flows, transforms

    if shape.recipe == "nsf":
        first = torch.arange(shape.dim) < shape.dim // 2
        layers = [
            transforms.PiecewiseRationalQuadraticCouplingTransform(
                (~first if i % 2 == 0 else first).int(),
                lambda columns, numbers: Perceptron((columns, *shape.hidden, numbers)),
                num_bins=shape.components,
                tails="linear",
                tail_bound=problem.TAIL,
            )
            for i in range(2 * shape.blocks)
        ]
    else:
        layers = []
        for i in range(shape.blocks):
            layers += [transforms.ReversePermutation(shape.dim)] if i else []
            layers.append(
                transforms.MaskedAffineAutoregressiveTransform(
                    shape.dim, shape.hidden[0], num_blocks=len(shape.hidden) - 1, use_residual_blocks=False
                )
            )
    return flows.Flow(transforms.CompositeTransform(layers), distributions.StandardNormal([shape.dim]))


class ZukoFlow(nn.Module):
    def __init__(self, shape):
        import zuko

        super().__init__()
        if shape.recipe == "nsf":  # passes=2: couplings
            self.flow = zuko.flows.NSF(
                shape.dim, transforms=2 * shape.blocks, bins=shape.components, passes=2, hidden_features=shape.hidden
            )
        else:
            self.flow = zuko.flows.MAF(shape.dim, transforms=shape.blocks, hidden_features=shape.hidden)

    def log_prob(self, x):
        return self.flow().log_prob(x)

    def sample(self, n):
        return self.flow().sample((n,))


def jittered(flow):
    """Moves every parameter a little, as the other flows of this comparison have theirs."""
    with torch.no_grad():
        for p in flow.parameters():
            p.add_(0.05 * torch.randn(p.shape, generator=torch.Generator().manual_seed(1)))
    return flow


def maker(make_flow, compiled):
    def make(work, shape, _):
        if not shape.recipe:
            raise ValueError("the libraries have no flows of mixtures")
        torch.manual_seed(1)
        flow = jittered(make_flow(shape))
        log_prob, sample = flow.log_prob, flow.sample
        if compiled:
            log_prob, sample = torch.compile(log_prob), torch.compile(sample)
        if work == "step":
            return repeat(step(flow, log_prob, torch.from_numpy(problem.rows(shape, shape.batch))))
        flow.eval()
        n = 1 if work == "log_prob_one" else problem.EVALUATION_ROWS
        data = problem.rows(shape, n)
        read = (lambda: sample(n)) if work == "sample" else (lambda: log_prob(torch.from_numpy(data)).numpy())
        return repeat(torch.no_grad()(read))

    return make


def step(flow, log_prob, x):
    optimizer = torch.optim.Adam(flow.parameters(), lr=problem.LEARNING_RATE, fused=True)

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = -log_prob(x).mean()
        loss.backward()
        optimizer.step()

    return run


def repeat(call):
    def run(n):
        for _ in range(n):
            call()

    return run


def log_prob_and_grad(shape, params, x):
    """For check.py: nflows's spline flow, which can be given problem's parameters. The gradient is in their order and shapes."""
    from jax_recipes import OFFSET

    flow = nflows_flow(shape).to(torch.from_numpy(x).dtype)
    k = shape.components
    couplings = [dense for block in params for dense in block["couplings"]]
    layers = [[l for l in t.transform_net if isinstance(l, nn.Linear)] for t in flow._transform._transforms]
    orders = [by_column(len(dense[-1][1]) // (3 * k - 1), k) for dense in couplings]
    with torch.no_grad():
        for dense, linear, order in zip(couplings, layers, orders):
            for (kernel, bias), l in zip(dense, linear):
                last = l is linear[-1]
                bias = bias + OFFSET * (np.arange(len(bias)) >= 2 * k * len(bias) // (3 * k - 1)) if last else bias
                l.weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel.T[order] if last else kernel.T)))
                l.bias.copy_(torch.from_numpy(np.ascontiguousarray(bias[order] if last else bias)))
    lp = flow.log_prob(torch.from_numpy(x))
    (-lp.mean()).backward()
    grads = []
    for linear, order in zip(layers, orders):
        dense = [(l.weight.grad.numpy().T, l.bias.grad.numpy()) for l in linear]
        back = np.argsort(order)
        dense[-1] = (dense[-1][0][:, back], dense[-1][1][back])
        grads.append(dense)
    return lp.detach().numpy(), [{"couplings": grads[i : i + 2]} for i in range(0, len(grads), 2)]


def by_column(d, k):
    """Where nflows's numbers, column after column, are among ours: widths, heights and slopes of all columns, part after part."""
    parts = [np.arange(d * k), np.arange(d * k), np.arange(d * (k - 1))]
    starts = [0, d * k, 2 * d * k]
    return np.concatenate([(start + part).reshape(d, -1) for start, part in zip(starts, parts)], 1).ravel()


if __name__ == "__main__":
    torch.distributions.Distribution.set_default_validate_args(False)
    if args.threads:
        torch.set_num_threads(args.threads)
    from importlib.metadata import version

    name, make_flow = ("nflows", nflows_flow) if args.nflows else ("zuko", ZukoFlow)
    versions = {"torch": torch.__version__, name: version(name)}
    serve(Timed(maker(make_flow, args.compile)), versions, time.perf_counter() - start)
