"""Writes spline.csv, spline_free.csv and spline_circular.csv beside it: rational-quadratic splines of four bins by nflows, the library of
the paper's authors, in float64, with the derivatives that PyTorch takes of them. z and log dz/dx are the same formula in fifty digits, by
mpmath: knots in float64 leave nflows 1e-13 of the slope of a narrow piece.

    pip install nflows==0.14 torch mpmath
    python3 reference_spline.py

Columns: the bound, or the ends of the interval; 4 raw widths, 4 raw heights, 3 raw slopes, or 5 where the ends have their own, or 4 where they
are one point; x; z and log dz/dx; the derivatives of z in x and the raw numbers; those of log dz/dx; then, at the z that is x, x and
log dx/dz.

The slopes are at most 15, because PyTorch's softplus is inexact above 20. nflows' slope is MinSlope + softplus(u), ours has u = slope + o with the o of slope 1 at zero, which is nflows' constant of the tails.
"""
import csv
import math
import random

import mpmath
import torch
from nflows.transforms.splines.rational_quadratic import DEFAULT_MIN_DERIVATIVE, rational_quadratic_spline, unconstrained_rational_quadratic_spline

torch.set_default_dtype(torch.float64)
mpmath.mp.dps = 50
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


def exact(spline, ends, theta, x):
    """z and log dz/dx of the numbers as they are."""
    lo, hi, x = mpmath.mpf(ends[0]), mpmath.mpf(ends[1]), mpmath.mpf(x)
    if not lo <= x <= hi:
        return float(x), 0.0
    least = mpmath.mpf(DEFAULT_MIN_DERIVATIVE)  # of widths and heights too
    theta = [mpmath.mpf(v) for v in theta]

    def knots(raw):
        e = [mpmath.exp(v) for v in raw]
        at = [lo]
        for v in e:
            at.append(at[-1] + (hi - lo) * (least + (1 - K * least) * v / sum(e)))
        return at

    xs, ys = knots(theta[:K]), knots(theta[K:2 * K])
    shift = mpmath.log(mpmath.expm1(1 - least))
    slopes = [least + mpmath.log1p(mpmath.exp(v + shift)) for v in theta[2 * K:]]
    slopes = {linear: [1] + slopes + [1], free: slopes, circular: slopes + slopes[:1]}[spline]
    i = max(i for i in range(K) if xs[i] <= x)
    w, h = xs[i + 1] - xs[i], ys[i + 1] - ys[i]
    s, a, b = h / w, (x - xs[i]) / w, (xs[i + 1] - x) / w
    d = s * (a * a + b * b) + (slopes[i] + slopes[i + 1]) * a * b
    z = ys[i] + h * a * (s * a + slopes[i] * b) / d
    return float(z), float(mpmath.log((s / d) ** 2 * (slopes[i + 1] * a * a + 2 * s * a * b + slopes[i] * b * b)))


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
    sharp = exact(spline, ends, theta.tolist(), x.item())
    assert abs(sharp[0] - z.item()) < 1e-13 * max(1, ends[1]) and abs(sharp[1] - l.item()) < 1e-11, (sharp, z, l)
    return theta.tolist() + [x.item(), *sharp] + grads + [v.item() for v in back]


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
