"""Writes spline.csv, spline_free.csv and spline_circular.csv beside it: rational-quadratic splines of four bins by nflows, the library of
the paper's authors, in float64, with the derivatives that PyTorch takes of them:

    pip install nflows==0.14 torch
    python3 reference_spline.py

Columns: the bound, or the ends of the interval; 4 raw widths, 4 raw heights, 3 raw slopes, or 5 where the ends have their own, or 4 where they
are one point; x; z and log dz/dx; the derivatives of z in x and the raw numbers; those of log dz/dx; then, at the z that is x, x and
log dx/dz.

The slopes are at most 15, because PyTorch's softplus is inexact above 20. nflows' slope is MinSlope + softplus(u), ours has u = slope + o with the o of slope 1 at zero, which is nflows' constant of the tails.
"""
import csv
import math
import random

import torch
from nflows.transforms.splines.rational_quadratic import DEFAULT_MIN_DERIVATIVE, rational_quadratic_spline, unconstrained_rational_quadratic_spline

torch.set_default_dtype(torch.float64)
SHIFT = math.log(math.exp(1 - DEFAULT_MIN_DERIVATIVE) - 1)
K = 4


def linear(ends, theta, x, inverse=False):
    w, h, d = theta[:K], theta[K:2 * K], theta[2 * K:]
    y, l = unconstrained_rational_quadratic_spline(
        x[None], w[None], h[None], d[None] + SHIFT, inverse=inverse, tails="linear", tail_bound=ends[1])
    return y[0], l[0]


def free(ends, theta, x, inverse=False):
    w, h, d = theta[:K], theta[K:2 * K], theta[2 * K:]
    y, l = rational_quadratic_spline(
        x[None], w[None], h[None], d[None] + SHIFT, inverse=inverse, left=ends[0], right=ends[1], bottom=ends[0], top=ends[1])
    return y[0], l[0]


def circular(ends, theta, x, inverse=False):
    return free(ends, torch.cat([theta, theta[2 * K:2 * K + 1]]), x, inverse)


def row(spline, slopes, ends, size, share):
    theta = [random.gauss(0, size) for _ in range(2 * K + slopes)]
    theta = torch.tensor(theta[:2 * K] + [min(v, 15.0) for v in theta[2 * K:]], requires_grad=True)
    x = torch.tensor((ends[0] + ends[1]) / 2 + share * (ends[1] - ends[0]) / 2, requires_grad=True)
    z, l = spline(ends, theta, x)
    grads = []
    for y in (z, l):
        if abs(share) < 1:
            gx, gt = torch.autograd.grad(y, (x, theta), retain_graph=True)
        else:  # the identity, which nflows copies
            gx, gt = torch.tensor(1.0 if y is z else 0.0), torch.zeros(2 * K + slopes)
        grads += [gx.item()] + gt.tolist()
    back = spline(ends, theta, x, inverse=True)
    return theta.tolist() + [x.item(), z.item(), l.item()] + grads + [v.item() for v in back]


def write(name, spline, slopes, first, intervals, beyond):
    with open(name, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        names = [f"{p}{i}" for p, n in (("width", K), ("height", K), ("slope", slopes)) for i in range(n)]
        out.writerow(first + names + ["x", "z", "log_slope"] + [f"z_{n}" for n in ["x"] + names]
                     + [f"log_slope_{n}" for n in ["x"] + names] + ["inverse", "inverse_log_slope"])
        for ends in intervals:
            for size in (0.0, 0.3, 1.0, 3.0, 20.0):
                for x in [-0.99, 0.7] + beyond + [random.uniform(-1, 1) for _ in range(4)]:
                    out.writerow([repr(v) for v in list(ends[-len(first):]) + row(spline, slopes, ends, size, x)])


random.seed(20)
write("spline.csv", linear, K - 1, ["bound"], [(-b, b) for b in (1.0, 3.0, 40.0)], [-1.5])
random.seed(21)
intervals = [(0.0, 1.0), (-2.0, 5.0), (-math.pi, math.pi)]
write("spline_free.csv", free, K + 1, ["lo", "hi"], intervals, [])
write("spline_circular.csv", circular, K, ["lo", "hi"], intervals, [])
