"""Writes spline.csv beside it: rational-quadratic splines of four bins by nflows, the library of the paper's authors, in float64, with
the derivatives that PyTorch takes of them:

    pip install nflows torch
    python3 reference_spline.py

Columns: the bound; 4 raw widths, 4 raw heights, 3 raw slopes; x; z and log dz/dx; the derivatives of z in x and the raw numbers, 12;
those of log dz/dx; then, at the z that is x, x and log dx/dz.

The slopes are at most 15, because PyTorch's softplus is inexact above 20. nflows' slope is MinSlope + softplus(u), ours has u = slope + o with the o of slope 1 at zero, which is nflows' constant of the tails.
"""
import csv
import math
import random

import torch
from nflows.transforms.splines.rational_quadratic import DEFAULT_MIN_DERIVATIVE, unconstrained_rational_quadratic_spline

torch.set_default_dtype(torch.float64)
SHIFT = math.log(math.exp(1 - DEFAULT_MIN_DERIVATIVE) - 1)
K = 4


def spline(bound, theta, x, inverse=False):
    w, h, d = theta[:K], theta[K:2 * K], theta[2 * K:]
    y, l = unconstrained_rational_quadratic_spline(
        x[None], w[None], h[None], d[None] + SHIFT, inverse=inverse, tails="linear", tail_bound=bound)
    return y[0], l[0]


def row(bound, size, x):
    theta = [random.gauss(0, size) for _ in range(3 * K - 1)]
    theta = torch.tensor(theta[:2 * K] + [min(v, 15.0) for v in theta[2 * K:]], requires_grad=True)
    x = torch.tensor(x * bound, requires_grad=True)
    z, l = spline(bound, theta, x)
    grads = []
    for y in (z, l):
        if abs(x) < bound:
            gx, gt = torch.autograd.grad(y, (x, theta), retain_graph=True)
        else:  # the identity, which nflows copies
            gx, gt = torch.tensor(1.0 if y is z else 0.0), torch.zeros(3 * K - 1)
        grads += [gx.item()] + gt.tolist()
    back = spline(bound, theta, x, inverse=True)
    return [bound] + theta.tolist() + [x.item(), z.item(), l.item()] + grads + [v.item() for v in back]


random.seed(20)
with open("spline.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    names = [f"{p}{i}" for p, n in (("width", K), ("height", K), ("slope", K - 1)) for i in range(n)]
    out.writerow(["bound"] + names + ["x", "z", "log_slope"] + [f"z_{n}" for n in ["x"] + names]
                 + [f"log_slope_{n}" for n in ["x"] + names] + ["inverse", "inverse_log_slope"])
    for bound in (1.0, 3.0, 40.0):
        for size in (0.0, 0.3, 1.0, 3.0, 20.0):
            for x in (-0.99, 0.7, -1.5, random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)):
                out.writerow([repr(v) for v in row(bound, size, x)])
