"""Writes reference.json beside it: what each transform makes of a few numbers at parameters drawn once, by an independent library.

    pip install -r requirements.txt
    python3 reference.py

affine is torch.distributions, the splines of an interval, of a circle and with linear tails are nflows, the library of the paper's
authors. The others no library has as exact: they are their formulas as they stand, in 60 digits of mpmath.
"""
import json
import math
import random

import torch
from mpmath import mp, mpf
from nflows.transforms.splines.rational_quadratic import rational_quadratic_spline, unconstrained_rational_quadratic_spline
from torch.distributions import AffineTransform

torch.set_default_dtype(torch.float64)
mp.dps = 60
rng = random.Random(31)
SHIFT = math.log(math.exp(1 - 1e-3) - 1)  # of a slope of 1 where its parameter is 0


def gauss(n, size=0.8):
    return [rng.gauss(0, size) for _ in range(n)]


def exact(f):
    """z and log slope of a map in mpmath, of each x"""
    def run(theta, xs):
        theta = [[mpf(v) for v in part] for part in theta]
        return [[float(v) for v in f(theta, mpf(x))] for x in xs]
    return run


def affine(bound=None, shift_last=False):
    def run(theta, xs):
        log_scale = theta[1][0] if bound is None else bound * math.tanh(theta[1][0] / bound)
        if shift_last:
            t, x = AffineTransform(-theta[0][0], math.exp(-log_scale)), torch.tensor(xs)
        else:
            t, x = AffineTransform(0.0, math.exp(-log_scale)), torch.tensor(xs) - theta[0][0]
        return [list(v) for v in zip(t(x).tolist(), t.log_abs_det_jacobian(x, t(x)).tolist())]
    return run


def softmax(logits):
    e = [mp.exp(l) for l in logits]
    return [v / sum(e) for v in e]


@exact
def gaussian_mixture(theta, x):
    w, t = softmax(theta[0]), [(x - m) / mp.exp(s) for m, s in zip(theta[1], theta[2])]
    tail = lambda side: sum(wk * mp.erfc(-side * tk / mp.sqrt(2)) / 2 for wk, tk in zip(w, t))
    density = sum(wk * mp.npdf(tk) / mp.exp(s) for wk, tk, s in zip(w, t, theta[2]))
    side = 1 if tail(1) < 0.5 else -1
    goal = mp.log(tail(side))
    z = mp.findroot(lambda v: mp.log(mp.erfc(-v / mp.sqrt(2)) / 2) - goal, -mp.sqrt(max(mpf(0), -2 * goal - 1)), tol=1e-80)
    return side * z, mp.log(density) - mp.log(mp.npdf(z))


@exact
def logistic_mixture(theta, x):
    w, t = softmax(theta[0]), [(x - m) / mp.exp(s) for m, s in zip(theta[1], theta[2])]
    tail = lambda side: sum(wk / (1 + mp.exp(-side * tk)) for wk, tk in zip(w, t))
    density = sum(wk / (1 + mp.exp(-tk)) / (1 + mp.exp(tk)) / mp.exp(s) for wk, tk, s in zip(w, t, theta[2]))
    return mp.log(tail(1)) - mp.log(tail(-1)), mp.log(density) - mp.log(tail(1)) - mp.log(tail(-1))


@exact
def sinh_arcsinh(theta, x):
    (skew,), (log_tail,) = theta
    u = mp.exp(log_tail) * mp.asinh(x) - skew
    return mp.sinh(u), log_tail + mp.log(mp.cosh(u)) - mp.log(1 + x * x) / 2


@exact
def yeo_johnson(theta, x):
    power = 1 + mp.tanh(theta[0][0])
    side, p = (1, power) if x >= 0 else (-1, 2 - power)
    u = 1 + side * x
    return side * (u**p - 1) / p, (p - 1) * mp.log(u)


def empirical(bound):
    @exact
    def run(theta, x):
        (start,), gaps, slopes = theta
        k = len(gaps)
        zs = [-mpf(bound) + 2 * mpf(bound) * i / k for i in range(k + 1)]
        xs = [zs[0] + start]
        for i in range(k):
            xs.append(xs[i] + (zs[i + 1] - zs[i]) * mp.exp(gaps[i]))
        d = [mp.exp(s) for s in slopes]
        for end in (0, k):
            if (x < xs[0]) if end == 0 else (x > xs[k]):
                return zs[end] + d[end] * (x - xs[end]), slopes[end]
        i = max(j for j in range(k) if x >= xs[j])
        f = lambda v: zs[i] + (zs[i + 1] - zs[i]) * piece(v)
        s = (zs[i + 1] - zs[i]) / (xs[i + 1] - xs[i])

        def piece(v):  # Gregory & Delbourgo 1982, equation 2.2
            q = (v - xs[i]) / (xs[i + 1] - xs[i])
            return (s * q * q + d[i] * q * (1 - q)) / (s + (d[i] + d[i + 1] - 2 * s) * q * (1 - q))
        return f(x), mp.log(mp.diff(f, x))
    return run


def spline(ends, lo, hi):
    def run(theta, xs):
        w, h, d = ([torch.tensor([part]) for part in theta[:3]])
        x = torch.tensor(xs)
        n = len(xs)
        w, h, d = w.expand(n, -1), h.expand(n, -1), d.expand(n, -1) + SHIFT
        if ends == "linear":
            z, l = unconstrained_rational_quadratic_spline(x, w, h, d, tails="linear", tail_bound=hi)
        else:
            if ends == "circular":
                d = torch.cat([d, d[:, :1]], 1)
                half, phase = hi, theta[3][0] if len(theta) > 3 else 0.0
                x = torch.remainder(x + phase + half, 2 * half) - half
            z, l = rational_quadratic_spline(x, w, h, d, left=lo, right=hi, bottom=lo, top=hi)
        return [list(v) for v in zip(z.tolist(), l.tolist())]
    return run


middle = [-2.9, -1.3, -0.4, 0.05, 0.7, 1.9, 2.8]
wide = middle + [-25.0, 7.5, 40.0]
cases = []


def case(kind, config, sizes, xs, f):
    for _ in range(3):
        theta = [gauss(n) for n in sizes]
        cases.append({"kind": kind, "config": config, "theta": theta, "x": xs, "z_and_log_slope": f(theta, xs)})


case("affine", {}, [1, 1], wide, affine())
case("circular_spline", {"bins": 5}, [5, 5, 5], middle, spline("circular", -math.pi, math.pi))
case("circular_spline", {"bins": 3, "period": 7, "rotates": True}, [3, 3, 3, 1], middle, spline("circular", -3.5, 3.5))
case("empirical", {"bins": 6, "bound": 2}, [1, 6, 7], wide, empirical(2))
case("gaussian_mixture_cdf", {"components": 4}, [4, 4, 4], middle + [-9.0, 7.5], gaussian_mixture)
case("interval_spline", {"bins": 5, "lo": -3, "hi": 4}, [5, 5, 6], middle, spline("free", -3.0, 4.0))
case("logistic_mixture_cdf", {"components": 4}, [4, 4, 4], wide, logistic_mixture)
case("rational_quadratic_spline", {"bins": 5, "bound": 2}, [5, 5, 4], wide, spline("linear", -2.0, 2.0))
case("sinh_arcsinh", {}, [1, 1], wide, sinh_arcsinh)
case("yeo_johnson", {}, [1], wide, yeo_johnson)
case("affine", {"bound": 0.5}, [1, 1], wide, affine(0.5))
case("affine", {"shift_last": True}, [1, 1], wide, affine(shift_last=True))

with open("reference.json", "w") as f:
    json.dump(cases, f, indent=1)
    f.write("\n")
