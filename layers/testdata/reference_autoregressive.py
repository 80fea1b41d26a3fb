"""Writes autoregressive.json beside it: masked autoregressive layers by zuko and nflows, in float64, with their parameters in our order.

    pip install -r requirements.txt
    python3 reference_autoregressive.py

A case has the layer's settings, its parameters (kernels in×out and biases, layer by layer), rows of x and of the context, z and the
log-det of ∂z/∂x.

zuko's masked network has the degrees of a hidden layer in turns, ours in order, and its outputs column by column where ours are part by
part, so units and outputs are put in our order. Entries of a kernel that their masks leave out are there, with numbers of their own: a
mask of ours that differs in one entry shows.
zuko's own affine map bounds its scale, so the map of one number is given: ours, (x − shift)·exp(−log_scale); for fast sampling its
inverse, from z. nflows' spline is its own, but for the constant that makes slopes of zero a slope of one, which is in our map and in
nflows' bias; its networks have short cuts and no context.
"""
import json
import math

import torch
import zuko
from nflows.transforms.autoregressive import MaskedPiecewiseRationalQuadraticAutoregressiveTransform
from nflows.transforms.splines.rational_quadratic import DEFAULT_MIN_DERIVATIVE
from torch.distributions.transforms import AffineTransform

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
SHIFT = math.log(math.exp(1 - DEFAULT_MIN_DERIVATIVE) - 1)


def by_parts(columns, sizes):
    """The place in ours of each output that the library puts out column by column."""
    total, at = sum(sizes), 0
    places = []
    for size in sizes:
        places += [j * total + at + i for j in range(columns) for i in range(size)]
        at += size
    return torch.tensor(places)


def ordered(linears, degrees, outputs):
    """Kernels in×out and biases, with hidden units in the order of their degrees and outputs as said."""
    rows, params = None, []
    for n, linear in enumerate(linears):
        columns = torch.argsort(degrees[n], stable=True) if n < len(degrees) else outputs
        kernel = linear.weight.T
        if rows is not None:
            kernel = kernel[rows]
        params += [kernel[:, columns], linear.bias[columns]]
        rows = columns
    return params


def draw(module):
    for p in module.parameters():
        torch.nn.init.normal_(p, std=0.5)


def of_zuko(name, order, hidden, context, fast):
    d = len(order)

    def univariate(shift, log_scale):
        scale = torch.exp(-log_scale)
        t = AffineTransform(-shift * scale, scale)
        return t.inv if fast else t

    places = torch.argsort(torch.tensor(order))  # of each column
    t = zuko.flows.MaskedAutoregressiveTransform(
        d, context, order=places, univariate=univariate, shapes=((), ()), hidden_features=hidden, activation=torch.nn.Tanh)
    draw(t.hyper)
    linears = [m for m in t.hyper if isinstance(m, torch.nn.Linear)]
    least = 0 if context else 1
    degrees = [least + torch.arange(units) % (d - least) for units in hidden]
    assert all((linears[0].mask[:, :d].sum(1) == degrees[0]).tolist())
    params = ordered(linears, degrees, by_parts(d, [1, 1]))
    x, c = torch.randn(8, d), torch.randn(8, context) if context else None
    y, log_det = t(c).call_and_ladj(x)
    rows = {"x": y, "z": x, "log_det": -log_det} if fast else {"x": x, "z": y, "log_det": log_det}
    return {"name": name, "transform": "affine", "order": order, "hidden": hidden, "context_dim": context, "fast_sampling": fast,
            "params": [p.flatten().tolist() for p in params], "context": c.tolist() if context else None,
            **{k: v.tolist() for k, v in rows.items()}}


def of_nflows(name, d, units, blocks, bins):
    t = MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
        d, units, num_bins=bins, tails="linear", tail_bound=3.0, num_blocks=blocks, activation=torch.tanh)
    draw(t)
    net = t.autoregressive_net
    linears = [net.initial_layer] + [l for b in net.blocks for l in b.linear_layers] + [net.final_layer]
    params = ordered(linears, [l.degrees for l in linears[:-1]], by_parts(d, [bins, bins, bins - 1]))
    params[-1] = params[-1].clone()
    params[-1][2 * d * bins:] -= SHIFT
    x = 1.5 * torch.randn(8, d)
    z, log_det = t(x)
    return {"name": name, "transform": "spline", "bins": bins, "residual": True, "order": list(range(d)), "hidden": [units] * (2 * blocks + 1),
            "params": [p.flatten().tolist() for p in params], "x": x.tolist(), "z": z.tolist(), "log_det": log_det.tolist()}


with torch.no_grad(), open("autoregressive.json", "w") as f:
    json.dump([
        of_zuko("affine, zuko", [0, 1, 2, 3], [6, 9], 0, False),
        of_zuko("affine, an order, context, zuko", [1, 2, 0], [6, 3], 2, False),
        of_zuko("affine, fast sampling, context, zuko", [2, 0, 1], [6, 9], 2, True),
        of_nflows("spline, residual, nflows", 4, 6, 2, 5),
    ], f)
    f.write("\n")
